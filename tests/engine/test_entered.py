"""Values entered for a KPI take its place: in KPIs made from it, in trees and in comparisons, and are told as such."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

import keiki
from keiki.catalogue.load import load_catalogue
from keiki.engine.entered import calculated, with_entered

CALENDAR = keiki.Calendar()
JANUARY, FEBRUARY, MARCH = CALENDAR.periods(keiki.Grain.MONTH, date(2026, 1, 1), date(2026, 4, 1))


def order(number: int, month: int, amount: int) -> dict[str, Any]:
    return {"order_id": f"o{number}", "customer_id": "c", "ordered_at": f"2026-{month:02}-10", "amount": amount}


def observed(metric: str, day: str, value: float, grain: str = "month", **more: Any) -> dict[str, Any]:
    return {"metric": metric, "date": day, "grain": grain, "value": value, "channel": None} | more


OBSERVED = [
    observed("order_revenue", "2026-02-01", 900),
    observed("order_revenue", "2026-02-05", 7, "day"),
    observed("order_revenue", "2026-01-01", 40, channel="paid"),
    observed("page_load_time", "2026-02-01", 2.5),
    observed("n_sessions", "2026-02-01", 60),
]


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    with keiki.open(tmp_path_factory.mktemp("entered"), keiki.Settings(name="Entered")) as made:
        orders = [order(n, month, 100) for n, month in enumerate((1, 1, 2, 2, 3))]
        made.load(orders, fact="orders")
        made.load(OBSERVED, fact="observations")
        yield made


def measured(business: keiki.Business, *kpis: str) -> keiki.engine.measured.Measured:
    return business.measure(kpis, keiki.Lens((JANUARY, FEBRUARY, MARCH), CALENDAR))


def test_entered_value_takes_the_place_of_the_kpi_in_its_period(business: keiki.Business) -> None:
    found = measured(business, "order_revenue")
    assert found.series("order_revenue") == (200, 900, 100)
    assert [found.origin("order_revenue", n) for n in range(3)] == ["rows", "entered", "rows"]
    assert found.value("order_revenue", 2, back=1) == 900


def test_entered_value_is_read_by_the_kpis_made_from_it(business: keiki.Business) -> None:
    found = measured(business, "order_revenue / purchases", "growth(order_revenue)")
    assert found.series("order_revenue / purchases") == (100, 450, 100)
    assert found.value("growth(order_revenue)", 1) == pytest.approx(900 / 200 - 1)


def test_entered_value_of_a_segment_is_the_segments_alone(business: keiki.Business) -> None:
    paid = "order_revenue[channel = 'paid']"
    found = measured(business, "order_revenue", paid)
    assert (found.value("order_revenue", 0), found.value(paid, 0)) == (200, 40)


def test_value_from_totals_is_told_apart_from_one_entered_for_the_kpi(business: keiki.Business) -> None:
    found = measured(business, "n_sessions", "page_load_time", "n_orders")
    assert [found.origin(name, 1) for name in ("n_sessions", "page_load_time", "n_orders")] == [
        "totals",
        "entered",
        "rows",
    ]


def test_tree_reads_what_was_entered(business: keiki.Business) -> None:
    reading = business.tree("simple_orders", keiki.Lens((JANUARY, FEBRUARY), CALENDAR))
    node = next(n.id for n in reading.tree.nodes if n.kpi == "order_revenue")
    assert (reading.now.value(node, 0), reading.now.value(node, 1)) == (200, 900)
    assert (reading.origin(node, 0), reading.origin(node, 1)) == ("rows", "entered")


def test_other_grains_and_parts_of_a_period_are_not_the_kpis_value(business: keiki.Business) -> None:
    quarter = CALENDAR.period(keiki.Grain.QUARTER, date(2026, 1, 1))
    found = business.measure(["order_revenue"], keiki.Lens((quarter,), CALENDAR))
    assert found.value("order_revenue") == 500


def test_kpi_with_another_parameter_is_another_number() -> None:
    catalogue = load_catalogue()
    entered = with_entered(catalogue, {"retention_rate_12m", "not a KPI"})
    asked = {a for a in entered.asked("retention_rate_12m") if a.measure.startswith("@")}
    other = {a for a in entered.asked("retention_rate_12m[at: 60m]") if a.measure.startswith("@")}
    assert (len(asked), len(other), asked == other) == (1, 1, False)
    assert with_entered(catalogue, {"not a KPI"}) is catalogue


def test_kpi_without_a_value_says_what_is_missing(business: keiki.Business) -> None:
    found = measured(business, "mrr", "purchases[channel = 'email'] / purchases[channel = 'email']")
    assert found.missing("mrr") == ("subscriptions",)
    (words,) = found.missing("purchases[channel = 'email'] / purchases[channel = 'email']")
    assert words.startswith("“orders” has rows, but none of them counts here")
    assert "channel = 'email'" in words


def test_calculated_leaves_out_what_people_entered() -> None:
    catalogue = load_catalogue()
    given = catalogue.dated("aov").newest
    read = with_entered(catalogue, ["order_revenue", "aov"]).dated("aov").newest
    assert read != given
    assert calculated(read) == calculated(given) == given
