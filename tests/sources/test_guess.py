"""Facts and columns are guessed from headings and values, with reasons a person can check."""

from __future__ import annotations

from typing import Any

import pytest

from keiki.facts import FACTS
from keiki.facts.contract import Kind
from keiki.facts.mapping import Rule
from keiki.sources import guess, open_source
from keiki.sources.guess import SURE, date_order, fitting_share, guess_for, known_headings

CELLS = {
    Kind.TEXT: "x1",
    Kind.NUMBER: "1.5",
    Kind.MONEY: "1,000",
    Kind.INTEGER: "3",
    Kind.DATE: "2025-04-01",
    Kind.TIMESTAMP: "2025-04-01 10:00",
    Kind.BOOLEAN: "true",
}


@pytest.mark.parametrize("language", ["name", "ja", "en"])
@pytest.mark.parametrize("fact", FACTS)
def test_every_fact_is_known_by_its_own_headings(connection: Any, fact: str, language: str) -> None:
    columns = [c for c in FACTS[fact].loadable if c.required or c.role == "core"]
    table = {getattr(c, language): [CELLS[c.kind]] for c in columns}
    found = guess(open_source(table, connection=connection))
    assert found.fact == fact
    assert {c.name for c in columns} - set(found.mapping.rules if found.mapping else ()) == set()
    assert all(one.label is SURE for one in found.confidence.values())


def test_tax_in_the_heading_is_taken_off_and_to_be_checked(connection: Any) -> None:
    table = {"注文番号": ["1"], "会員番号": ["a"], "購入日": ["2025/1/2"], "金額（税込）": ["1,100"]}
    found = guess(open_source(table, connection=connection))
    assert found.mapping is not None
    assert found.mapping.rules["amount"] == Rule(("金額（税込）",), "net_of_tax")
    assert [target for target, one in found.confidence.items() if not one.sure] == ["amount"]


def test_values_that_do_not_fit_make_a_guess_unsure(connection: Any) -> None:
    table = {"order_id": ["1", "2"], "customer_id": ["a", "b"], "date": ["2025-1-1", "soon"], "amount": ["5", "6"]}
    found = guess(open_source(table, connection=connection))
    assert {target: one.sure for target, one in found.confidence.items()} == {
        "order_id": True, "customer_id": True, "ordered_at": False, "amount": True,
    }  # fmt: skip


def test_nothing_is_guessed_from_nothing(connection: Any) -> None:
    found = guess(open_source({"x": ["1"], "y": ["2"]}, connection=connection))
    assert (found.fact, found.mapping, found.parts) == (None, None, ())


def test_missing_columns_are_named(connection: Any) -> None:
    found = guess_for(open_source({"注文番号": ["1"], "金額": ["5"]}, connection=connection), "orders")
    assert found.missing == ("customer_id", "ordered_at")


@pytest.mark.parametrize(
    ("cells", "order"),
    [
        (["1/13/2025", "2/3/2025"], "mdy"),
        (["13/1/2025"], "dmy"),
        (["1/2/2025"], None),
        (["13/1/2025", "1/13/2025"], None),
    ],
)
def test_date_order_needs_a_proof(cells: list[str], order: str | None) -> None:
    assert date_order(cells) == order


def test_fitting_share_counts_filled_cells() -> None:
    assert fitting_share(Kind.MONEY, ["1,000", "x", None, "", "２０"]) == pytest.approx(2 / 3)
    assert fitting_share(Kind.DATE, [None, " "]) is None


def test_synonyms_name_columns_that_exist_and_only_once() -> None:
    for fact in FACTS:
        known = known_headings(fact)
        words = [word for column in known.values() for word in column]
        assert sorted({w for w in words if words.count(w) > 1}) == [], fact
