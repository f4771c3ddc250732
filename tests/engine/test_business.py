"""A business from a file to its numbers: opened, loaded, measured, explained, taken back, and seen as it was."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

import keiki
from keiki.charts.format import Style, number
from keiki.engine.settings import FILE
from keiki.errors import NoBusiness, UnknownName, UnreadableSettings
from keiki.trees.document import NodeDocument

ORDERS = [
    ("o1", "c1", "2026-08-03 10:00", 4200, "paid"),
    ("o2", "c2", "2026-08-31 23:59", 1800, "organic"),
    ("o3", "c1", "2026-09-01 00:00", 5000, "paid"),
    ("o4", "c3", "2026-09-15 12:30", 2500, "organic"),
    ("o5", "c2", "2026-09-20 09:00", 3000, "organic"),
]


def orders_csv(folder: Path, rows: list[tuple[object, ...]] = ORDERS, name: str = "orders.csv") -> Path:  # type: ignore[assignment]
    lines = ["order_id,customer_id,ordered_at,amount,channel", *(",".join(map(str, row)) for row in rows)]
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def shop(folder: Path) -> Iterator[keiki.Business]:
    with keiki.open(folder, keiki.Settings(name="Shop")) as business:
        business.load(orders_csv(folder))
        yield business


def months(shop: keiki.Business) -> keiki.Lens:
    return shop.lens("month", 2, date(2026, 9, 30))


@pytest.mark.feature("F-053")
def test_csv_of_orders_loads_and_its_average_order_equals_the_manual_total(shop: keiki.Business) -> None:
    """A CSV of orders is imported and AOV equals the total done by hand."""
    (only,) = shop.imports()
    assert (only.source, only.added, only.rejected) == ("orders.csv", len(ORDERS), 0)
    total = {month: [row[3] for row in ORDERS if row[2].startswith(month)] for month in ("2026-08", "2026-09")}
    by_hand = [sum(amounts) / len(amounts) for amounts in total.values()]
    assert shop.measure(["aov"], months(shop)).series("aov") == tuple(by_hand)


def test_formula_is_measured_like_a_kpi(shop: keiki.Business) -> None:
    measured = shop.measure(["purchases[channel = 'organic'] * 2", "purchases"], months(shop))
    assert measured.series("purchases[channel = 'organic'] * 2") == (2, 4)
    assert measured.value("purchases", back=1) == 1, "20 days of August, like for like"


def test_missing_fact_is_named(shop: keiki.Business) -> None:
    measured = shop.measure(["mrr"], months(shop))
    assert (measured.value("mrr"), measured.missing("mrr")) == (None, ("subscriptions",))


def test_unknown_kpi_is_refused_with_the_nearest_name(shop: keiki.Business) -> None:
    with pytest.raises(UnknownName) as refused:
        shop.measure(["purchase"], months(shop))
    assert "purchases" in refused.value.words("en")


def test_rows_tell_value_and_comparison_of_every_segment(shop: keiki.Business) -> None:
    lens = shop.lens("month", 1, date(2026, 9, 30), by=("channel",))
    rows = shop.measure(["purchases"], lens).rows()
    told = {row.get("channel"): (row["value"], row["before"]) for row in rows}
    assert told == {None: (3, 1), "paid": (1, 1), "organic": (2, 0)}


def test_lacking_names_the_facts_without_rows_unless_totals_tell_the_measure(shop: keiki.Business) -> None:
    (mrr,) = shop.catalogue.asked("mrr")
    (orders,) = shop.catalogue.asked("n_orders")
    assert (shop.measurer.lacking(orders), shop.measurer.lacking(mrr)) == ((), ("subscriptions",))
    total = {"metric": mrr.measure, "date": date(2026, 9, 1), "grain": "month", "value": 1.0}
    shop.load([total], fact="observations")
    assert shop.measurer.lacking(mrr) == ()


def test_each_period_is_told_with_the_version_of_its_definition(tmp_path: Path) -> None:
    declared = {
        "id": "own_basket",
        "ja": "客単価",
        "en": "Basket",
        "definition_ja": "客単価",
        "definition_en": "Basket",
    }
    declared |= {"unit": "currency", "direction": "higher", "kind": "quality", "layer": "result", "horizon": "mid"}
    declared |= {"lead_lag": "lag", "formula": "sum_order_revenue / n_orders", "version": 2, "since": date(2026, 9, 1)}
    before = {"version": 1, "formula": "sum_order_revenue"}
    (tmp_path / "kpis").mkdir(parents=True)
    text = yaml.safe_dump({"kpis": [declared | {"earlier": [before]}]}, allow_unicode=True)
    (tmp_path / "kpis" / "own.yaml").write_text(text, encoding="utf-8")
    with keiki.open(tmp_path, keiki.Settings(name="Shop")) as business:
        business.load(orders_csv(tmp_path))
        measured = business.measure(["own_basket", "sum_order_revenue", "aov"], months(business))
        assert [measured.version("own_basket", period) for period in (0, 1)] == [1, 2]
        assert measured.value("own_basket", 0) == measured.value("sum_order_revenue", 0)
        assert measured.value("own_basket") == measured.value("aov")
        assert measured.value("own_basket", back=1) == measured.value("sum_order_revenue", back=1), (
            "as it was told then"
        )
        rows = [row for row in measured.rows() if row["kpi"] == "own_basket"]
        assert [row["version"] for row in rows] == [1, 2]
        tree = keiki.TreeDocument("own", "自社", "Own", "自社", "Own", NodeDocument("goal", kpi="own_basket"))
        reading = business.tree(tree, months(business))
        assert reading.now.series("goal") == measured.series("own_basket")
        assert reading.before.value("goal", 1) == measured.value("own_basket", back=1)


def test_tree_and_explanation_add_up(shop: keiki.Business) -> None:
    lens = months(shop)
    told = shop.explain("simple_orders", lens.periods[0], lens.periods[1])
    assert (told.before, told.after, told.change) == (6000, 10500, 4500)
    assert sum(part.contribution or 0 for part in told.leaves) == pytest.approx(4500, rel=1e-9)


def test_data_day_is_the_last_row_and_cuts_the_month(shop: keiki.Business) -> None:
    assert shop.today == date(2026, 9, 20)
    lens = shop.lens("month", 2)
    assert [lens.complete(place) for place in (0, 1)] == [True, False]
    assert lens.period(1, back=1) == keiki.Period(date(2026, 8, 1), date(2026, 8, 21))


def test_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    with keiki.open(tmp_path / "own", create=True) as own:
        file = orders_csv(tmp_path)
        own.load(file)
        before = own.snapshot
        assert own.load(file).already
        assert own.snapshot == before


def test_undo_and_an_earlier_snapshot(tmp_path: Path) -> None:
    with keiki.open(tmp_path / "own", create=True) as own:
        first = own.load(orders_csv(tmp_path))
        then = own.snapshot
        mended = [(*ORDERS[0][:3], 9999, "paid"), ("o6", "c9", "2026-09-21 10:00", 100, "paid")]
        second = own.load(orders_csv(tmp_path, mended, "mended.csv"))
        assert (second.added, second.changed) == (1, 1)
        now = own.measure(["order_revenue"], months(own)).series("order_revenue")
        with own.at(then) as earlier:
            assert earlier.measure(["order_revenue"], months(own)).series("order_revenue") == (6000, 10500)
        own.undo(second.id)
        assert now == (11799, 10600)
        assert own.measure(["order_revenue"], months(own)).series("order_revenue") == (6000, 10500)
        assert [one.kind for one in own.imports()] == ["undo", "import", "import"]
        assert first.id == own.imports()[-1].id


def test_several_facts_are_one_import(tmp_path: Path) -> None:
    with keiki.open(tmp_path, create=True) as own:
        tables = {
            "orders": {
                "order_id": ["a"],
                "customer_id": ["c"],
                "ordered_at": ["2026-09-01T00:00:00"],
                "amount": [10],
            },
            "costs": {"spent_on": ["2026-09-02"], "amount": [4]},
        }
        done = own.load_facts(tables, name="both")
        assert {part.fact: part.added for part in done.parts} == {"orders": 1, "costs": 1}
        assert len(own.imports()) == 1


@pytest.mark.feature("F-010")
def test_conversion_rate_on_sessions_and_on_visitors_differ_and_say_which(tmp_path: Path) -> None:
    """The same facts give 2.0 % on sessions and 2.5 % on visitors; each definition names its denominator."""
    visits = [(f"s{n}", f"v{n % 800}") for n in range(1000)]
    goals = visits[:20]
    events = {
        "occurred_at": ["2026-09-05T10:00:00"] * 1000 + ["2026-09-05T10:01:00"] * 20,
        "name": ["page_view"] * 1000 + ["purchase"] * 20,
        "session_id": [session for session, _ in [*visits, *goals]],
        "visitor_id": [visitor for _, visitor in [*visits, *goals]],
    }
    with keiki.open(tmp_path, create=True) as own:
        own.load(events, fact="events")
        measured = own.measure(["cvr", "cvr_per_visitor"], own.lens("month", 1, date(2026, 9, 30)))
        assert (measured.value("cvr"), measured.value("cvr_per_visitor")) == (0.02, 0.025)
    per_session, per_visitor = measured.kpis["cvr"], measured.kpis["cvr_per_visitor"]
    assert ("per session" in per_session.definition_en, "訪問に対する" in per_session.definition_ja) == (True, True)
    assert ("per visitor" in per_visitor.definition_en, "訪問者1人に対する" in per_visitor.definition_ja) == (
        True,
        True,
    )
    assert (per_session.source, per_visitor.source) == ("n_conversions / n_sessions", "n_conversions / u_visitors")


def test_settings_survive_a_round_trip(tmp_path: Path) -> None:
    settings = keiki.Settings(
        name="株式会社みなと",
        currency="USD",
        calendar=keiki.Calendar(zone="America/New_York", week_start=6, fiscal_start=4, closing_day=20, country="US"),
        tax_rate=Decimal("0.08"),
        tax_included=True,
        comparison="last_year",
    )
    settings.save(tmp_path)
    assert keiki.Settings.read(tmp_path) == settings


@pytest.mark.parametrize("text", ["- 1", "calendar: {zone: 1, moon: 2}", "tax_rate: many", "\x00", "{"])
def test_damaged_settings_are_refused_in_words(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(UnreadableSettings) as refused:
        keiki.open(tmp_path)
    assert FILE in refused.value.words("ja")


def test_folder_without_a_business_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoBusiness):
        keiki.open(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_repeated_keys_of_one_fact_do_not_disturb_a_fact_without_a_key(tmp_path: Path) -> None:
    order = {"order_id": "a", "customer_id": "c", "ordered_at": "2026-10-01 09:00:00", "amount": 100}
    cost = {"spent_on": "2026-10-01", "amount": 10, "category": "ad_spend"}
    with keiki.open(tmp_path, create=True) as business:
        done = business.load_facts({"orders": [order, order | {"amount": 200}], "costs": [cost, cost]}, name="both")
        assert {part.fact: (part.added, part.rejected) for part in done.parts} == {"orders": (1, 1), "costs": (2, 0)}


@pytest.mark.parametrize(("last_day", "month"), [("2026-10-31", 10), ("2026-10-30", 9)])
def test_cost_of_success_goes_up_to_the_last_month_the_data_has_to_its_end(
    tmp_path: Path, last_day: str, month: int
) -> None:
    paid = {"amount": 100, "category": "support", "department": "customer_success"}
    with keiki.open(tmp_path, create=True) as own:
        own.load([paid | {"spent_on": day} for day in ("2026-09-15", last_day)], "costs", name="costs")
        told = keiki.success_as_profit_centre(own)
    assert (len(told.months), told.months[-1].start) == (12, date(2026, month, 1))
    assert float(told.rows[-1]["cost"]) == 100


def test_what_success_brings_is_the_profit_of_what_grew_and_of_what_stayed(tmp_path: Path) -> None:
    def span(name: str, begin: str, end: str | None, mrr: int) -> dict[str, object]:
        return {
            "subscription_id": f"{name}{begin}",
            "customer_id": name,
            "valid_from": begin,
            "valid_to": end,
            "mrr": mrr,
        }

    spans = [span("a", "2026-08-01", "2026-09-15", 100), span("a", "2026-09-15", None, 150)]
    spans.append(span("b", "2026-08-01", "2026-10-10", 200))
    sale = {"order_id": "o", "customer_id": "a", "ordered_at": "2026-10-31 03:00", "amount": 1000, "cost": 200}
    paid = {"amount": 600, "category": "support", "spent_on": "2026-09-10"}
    with keiki.open(tmp_path, create=True) as own:
        own.load_facts({"subscriptions": spans, "orders": [sale], "costs": [paid]}, name="made")
        told, whole = keiki.success_as_profit_centre(own), keiki.success_summary(own)
    # 50 grown in September for 12 months; 300 stayed in September (of 300), 150 in October (of 350), 0 in August
    assert told.margin == 0.8
    assert (told.total("expansion"), told.total("kept"), told.total("cost")) == (50, 450, 600)
    assert (told.grown, told.kept) == (50 * 12 * 0.8, 450 * 0.8)
    assert (told.back, told.back_with_kept) == (0.8, pytest.approx((480 + 360) / 600))
    assert (whole.return_on_cost, whole.return_with_kept, whole.stickiness) == (told.back, told.back_with_kept, None)


@pytest.mark.feature("F-057")
def test_csat_of_a_template_is_a_percent_of_a_five_point_survey(tmp_path: Path) -> None:
    scores = [5] * 25 + [4] * 35 + [3] * 20 + [2] * 12 + [1] * 8
    asked = {"kind": "csat", "scale_max": 5, "answered_at": "2026-06-15"}
    answers = [asked | {"response_id": f"R{n}", "score": score} for n, score in enumerate(scores)]
    with keiki.open(tmp_path, create=True) as own:
        own.load(answers, "surveys", name="survey")
        reading = own.tree("support_ltv_levers", own.lens("month", 1, date(2026, 6, 30)))
        node = next(each for each in reading.tree.nodes if each.kpi == "csat")
        assert number(reading.now.value(node.id, -1), node.unit, Style("en", "JPY")) == "60.0%"


def test_new_business_that_several_open_at_the_same_moment_opens_for_all(tmp_path: Path) -> None:
    """A page and the job that makes the demo company do: whoever comes second waits for the lake to be made."""
    ready = threading.Barrier(4)

    def opened(place: Path) -> int:
        ready.wait()
        with keiki.open(place, create=True) as business:
            return business.snapshot

    with ThreadPoolExecutor(4) as people:
        for turn in range(3):
            assert len(set(people.map(opened, [tmp_path / f"{turn}"] * 4))) == 1


def test_new_business_whose_making_was_killed_halfway_is_made_by_the_next(tmp_path: Path) -> None:
    for left in ("catalogue.draft", "catalogue.draft-journal"):
        (tmp_path / left).write_bytes(b"half of a page")
    with keiki.open(tmp_path, create=True) as business:
        assert business.snapshot >= 0
    with closing(sqlite3.connect(tmp_path / "catalogue.sqlite")) as catalogue:
        assert catalogue.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert list(tmp_path.glob("catalogue.draft*")) == []
