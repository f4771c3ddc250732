"""Raw rows become rows of a fact and a list of what was refused, whatever the cells hold."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keiki.errors import MappingIncomplete, NotLoadable, RuleShort, UnknownName
from keiki.facts.casts import Reading
from keiki.facts.conform import Conformed, conform
from keiki.facts.defaults import first_spans
from keiki.facts.mapping import Mapping, Rule
from keiki.facts.reasons import REASONS

ORDERS = Mapping.of("orders", order_id="番号", customer_id="顧客", ordered_at="日", amount="金額")


@pytest.fixture
def rows(connection: Any) -> Callable[[Any], list[dict[str, Any]]]:
    return lambda table: connection.to_pyarrow(table).to_pylist()


def cells(**columns: list[str | None]) -> Any:
    return ibis.memtable(pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()}))


def orders(**more: list[str | None]) -> Any:
    size = len(next(iter(more.values()))) if more else 1
    usual = {
        "番号": [str(n) for n in range(size)],
        "顧客": ["c"] * size,
        "日": ["2025-04-01"] * size,
        "金額": ["100"] * size,
    }
    return cells(**{**usual, **more})


def read(table: Any, mapping: Mapping = ORDERS, **reading: Any) -> Conformed:
    return conform(table, mapping, Reading(**reading))


def test_good_rows_have_the_types_of_the_lake(connection: Any) -> None:
    found = connection.to_pyarrow(read(orders(備考=["x"])).good)
    assert found.to_pylist() == [
        {
            "_row": 1,
            "order_id": "0",
            "customer_id": "c",
            "ordered_at": datetime(2025, 3, 31, 15),
            "amount": Decimal("100.0000"),
            "status": "completed",
            "備考": "x",
        }
    ]
    assert found.schema.field("amount").type == pa.decimal128(18, 4)
    assert found.schema.field("ordered_at").type == pa.timestamp("us")


def test_refused_rows_name_row_column_value_and_reason(rows: Any) -> None:
    table = orders(
        番号=["1", "2", "3", " ", "5"],
        日=["令和7年4月1日", "2025/2/30", "1/2/2025", "", "9999999-1-1"],
        金額=["△１００", "x", "1e400", "NaN", "-"],
    )
    conformed = read(table)
    assert [row["_row"] for row in rows(conformed.good)] == [1]
    refused = [tuple(row.values()) for row in rows(conformed.rejected.order_by("row_number", "column"))]
    assert refused == [
        (2, "日", "2025/2/30", "impossible_date"),
        (2, "金額", "x", "not_a_number"),
        (3, "日", "1/2/2025", "ambiguous_date"),
        (3, "金額", "1e400", "number_out_of_range"),
        (4, "日", None, "required_empty"),
        (4, "番号", None, "required_empty"),
        (4, "金額", "NaN", "not_a_number"),
        (5, "日", "9999999-1-1", "date_out_of_range"),
        (5, "金額", None, "required_empty"),
    ]


def test_every_row_is_either_good_or_refused(rows: Any) -> None:
    conformed = read(orders(金額=["1", "x", "", "2"]))
    refused = {row["row_number"] for row in rows(conformed.rejected)}
    assert {row["_row"] for row in rows(conformed.good)} | refused == {1, 2, 3, 4}
    assert rows(conformed.unnumbered_good) == [
        {name: value for name, value in row.items() if name != "_row"} for row in rows(conformed.good)
    ]


def test_an_own_row_number_is_kept(rows: Any) -> None:
    conformed = read(orders(金額=["1", "x"]).mutate(_row=ibis._["番号"].cast("int64") + 100))
    assert conformed.numbered
    assert [row["_row"] for row in rows(conformed.good)] == [100]
    assert [row["row_number"] for row in rows(conformed.rejected)] == [101]


def test_lines_a_source_could_not_cut_are_refused_with_their_text(rows: Any) -> None:
    torn = orders(番号=["1", None], _source_problem=[None, "too_few_columns"], _source_text=[None, "a,b"])
    conformed = read(torn)
    assert [row["order_id"] for row in rows(conformed.good)] == ["1"]
    assert rows(conformed.rejected) == [{"row_number": 2, "column": None, "value": "a,b", "reason": "too_few_columns"}]


def test_typed_columns_pass_through(rows: Any) -> None:
    table = ibis.memtable(
        pa.table(
            {
                "番号": pa.array([1.0, 2.0]),
                "顧客": pa.array([7, None], pa.int64()),
                "日": pa.array([datetime(2025, 4, 1, 9)] * 2, pa.timestamp("us")),
                "金額": pa.array([1.5, float("nan")]),
                "点": pa.array([1, 2], pa.int64()),
                "率": pa.array([0.5, 0.25]),
                "日付": pa.array([date(2025, 4, 1)] * 2),
            }
        )
    )
    conformed = read(table)
    (good,) = rows(conformed.good)
    assert (good["order_id"], good["customer_id"], good["amount"]) == ("1", "7", Decimal("1.5000"))
    assert (good["点"], good["率"], good["日付"]) == (1, 0.5, "2025-04-01")
    assert {(r["column"], r["value"], r["reason"]) for r in rows(conformed.rejected)} == {
        ("顧客", None, "required_empty"),
        ("金額", "nan", "not_a_number"),
    }


def test_guests_need_no_customer_only_where_the_mapping_says_so(rows: Any) -> None:
    table = orders(顧客=["c", None])
    assert len(rows(read(table).good)) == 1
    guests = Mapping("orders", {**ORDERS.rules, "is_guest": Rule(("顧客",), "is_empty")})
    assert [(r["customer_id"], r["is_guest"]) for r in rows(read(table, guests).good)] == [("c", False), (None, True)]


def test_dimensions_get_free_names(rows: Any) -> None:
    table = orders(**{"備 考": ["a"], "status": ["b"], "order_no": ["c"], "備　考": ["d"], "内緒": ["e"]})
    mapping = Mapping("orders", ORDERS.rules, ignored=("内緒",))
    conformed = read(table, mapping)
    assert conformed.dimensions == ("備_考", "status_2", "order_no_2", "備_考_2")
    (good,) = rows(conformed.good)
    assert [good[name] for name in conformed.dimensions] == ["a", "b", "c", "d"]
    assert good["status"] == "completed"


def test_vocabulary_is_understood_in_both_languages(rows: Any) -> None:
    table = orders(状況=["完了", "Cancelled", "返品", "returned", "出荷済", "謎", None])
    mapping = Mapping("orders", {**ORDERS.rules, "status": Rule(("状況",), values={"出荷済": "completed"})})
    conformed = read(table, mapping)
    statuses = [row["status"] for row in rows(conformed.good)]
    assert statuses == ["completed", "cancelled", "returned", "returned", "completed", "謎", "completed"]
    assert rows(conformed.unknown_vocabulary) == [{"column": "status", "value": "謎", "rows": 1}]


def test_transforms_make_their_targets(rows: Any) -> None:
    table = orders(a=["10", "", "x"], b=["3", "4", "1"], mail=["A@x.jp ", "a@X.jp", None], 番号=["1", "2", "3"])
    rules = {
        **ORDERS.rules,
        "discount": Rule(("a", "b"), "sum"),
        "shipping": Rule(("a", "b"), "difference"),
        "cost": Rule(("b",), "net_of_tax"),
        "quantity": Rule(("b", "b"), "product"),
        "campaign": Rule(("a", "b"), "join", "-"),
        "store": Rule((), "constant", "own_ec"),
        "is_guest": Rule(("mail",), "is_empty"),
        "perk": Rule(("mail",), "hash"),
        "rank": Rule(("a", "b"), "first"),
        "project": Rule((), "row_number", "r"),
    }
    conformed = read(table, Mapping("orders", rules, ignored=("a", "b", "mail")), tax_rate=Decimal("0.25"))
    first, second = rows(conformed.good)
    assert (first["discount"], first["shipping"], first["quantity"]) == (Decimal(13), Decimal(7), 9.0)
    assert (second["discount"], second["shipping"]) == (Decimal(4), Decimal(-4))
    assert (first["cost"], first["gross_profit"]) == (Decimal("2.4"), Decimal("97.6"))
    assert (first["campaign"], second["campaign"], first["store"]) == ("10-3", "4", "own_ec")
    assert (first["rank"], second["rank"], first["project"]) == ("10", "4", "r1")
    assert first["perk"] == second["perk"]
    assert len(first["perk"]) == 24
    assert {(r["column"], r["value"]) for r in rows(conformed.rejected)} == {("a", "x")}


def test_tax_is_taken_off_by_rate_or_by_its_column(rows: Any) -> None:
    table = orders(金額=["1100"], 税=["80"])
    by_rate = Mapping("orders", {**ORDERS.rules, "amount": Rule(("金額",), "net_of_tax")})
    by_column = Mapping("orders", {**ORDERS.rules, "amount": Rule(("金額", "税"), "net_of_tax")})
    reduced = Mapping("orders", {**ORDERS.rules, "amount": Rule(("金額",), "net_of_tax", 0.08)})
    found = [rows(read(table, mapping).good)[0]["amount"] for mapping in (by_rate, by_column, reduced)]
    assert found == [Decimal("1000.0000"), Decimal("1020.0000"), Decimal("1018.5185")]


def test_survey_scales_default_by_kind(rows: Any) -> None:
    table = cells(id=["1", "2", "3"], k=["NPS", "csat", "謎"], t=["2025-01-01"] * 3, s=["9", "4", "3"])
    mapping = Mapping.of("surveys", response_id="id", kind="k", answered_at="t", score="s")
    assert [row["scale_max"] for row in rows(read(table, mapping).good)] == [10.0, 5.0, 5.0]


def test_first_spans_are_new_across_the_whole_table(rows: Any) -> None:
    spans = ibis.memtable(
        pa.table(
            {
                "subscription_id": ["a", "a", "b", "c"],
                "customer_id": ["x", "x", "x", "y"],
                "valid_from": [date(2025, 1, 1), date(2025, 2, 1), date(2024, 1, 1), date(2025, 1, 1)],
                "reason": pa.array([None, None, None, "trial"], pa.string()),
            }
        )
    )
    found = rows(first_spans(spans).order_by("subscription_id", "valid_from"))
    assert [row["reason"] for row in found] == [None, None, "new", "trial"]


def test_mappings_the_source_cannot_follow_are_refused() -> None:
    table = orders()
    for mapping, error in (
        (Mapping.of("orders", order_id="番号"), MappingIncomplete),
        (Mapping("orders", {**ORDERS.rules, "order_no": Rule(("番号",))}), NotLoadable),
        (Mapping("orders", {**ORDERS.rules, "cost": Rule(("番",))}), UnknownName),
        (Mapping("orders", {**ORDERS.rules, "cost": Rule(("番号",), "guess")}), UnknownName),
        (Mapping("orders", {**ORDERS.rules, "cost": Rule(("番号",), "difference")}), RuleShort),
        (Mapping("order", {}), UnknownName),
    ):
        with pytest.raises(error):
            read(table, mapping)


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12), min_size=20, max_size=60))
def test_no_cell_stops_an_import(rows: Any, texts: list[str]) -> None:
    table = orders(金額=texts, 日=texts[::-1], 番号=texts)
    conformed = read(table)
    good = {row["_row"] for row in rows(conformed.good)}
    refused = rows(conformed.rejected)
    assert good | {row["row_number"] for row in refused} == set(range(1, len(texts) + 1))
    assert not good & {row["row_number"] for row in refused}
    assert {row["reason"] for row in refused} <= set(REASONS)


def test_contracts_that_cannot_be_are_refused_by_their_cell(rows: Any) -> None:
    """A span that ends on its first day is an upgrade of the same day; one that ends before it, a slip."""
    mapping = Mapping.of(
        "subscriptions", subscription_id="id", customer_id="id", mrr="mrr", valid_from="a", valid_to="z"
    )
    begins = ["2026-01-10", "2026-01-10", "2026-01-10", "2026-03-10", "2026-01-10"]
    ends = ["2026-01-10", None, "2026-02-01", "2026-01-10", None]
    table = cells(id=list("abcde"), mrr=["100", "-50", "0", "100", "50"], a=begins, z=ends)
    found = read(table, mapping)
    assert [row["subscription_id"] for row in rows(found.good.order_by("subscription_id"))] == ["a", "c", "e"]
    assert [tuple(row.values())[1:] for row in rows(found.rejected.order_by("row_number"))] == [
        ("mrr", "-50", "number_too_small"),
        ("z", "2026-01-10", "ends_before_it_begins"),
    ]
