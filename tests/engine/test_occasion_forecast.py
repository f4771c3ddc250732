"""Purchases at fixed occasions: the published donors as rows of a business, and occasions counted by hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from tests.customers.clv.test_bg_bb import DONATIONS, donations

import keiki
from keiki.customers.clv import bg_bb
from keiki.customers.history import OccasionRule, occasion_history
from keiki.engine.business import Business, open_business
from keiki.engine.occasion_forecast import occasion_forecast
from keiki.engine.settings import Settings
from keiki.errors import NoCustomers
from keiki.periods import Calendar, Grain


def gifts() -> pa.Table:
    """The donors of 1995 with a gift for each year they gave again, in the earliest years their pattern allows."""
    donors, years = [], []
    for (x, last), count in DONATIONS.items():
        again = [1995, *(1995 + year for year in range(1, x)), *([1995 + last] if x else [])]
        for donor in range(count):
            donors += [f"d{x}-{last}-{donor}"] * len(again)
            years += again
    return pa.table(
        {
            "order_id": [f"g{place}" for place in range(len(donors))],
            "customer_id": donors,
            "ordered_at": [f"{year}-12-24 10:00" for year in years],
            "amount": ["50"] * len(donors),
        }
    )


@pytest.fixture(scope="module")
def charity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    folder = tmp_path_factory.mktemp("charity")
    with open_business(folder, Settings(currency="USD", calendar=Calendar(zone="UTC", country="US"))) as own:
        own.load(gifts(), "orders")
        closing = {"name": "closed", "occurred_at": "2001-12-31 12:00"}
        own.load_facts({"events": [closing]}, name="the last year is over")
        yield own


def test_the_donors_of_a_business_give_the_published_values(charity: Business) -> None:
    found = occasion_forecast(charity, Grain.YEAR, 5)
    assert list(found.parameters.values()) == pytest.approx([1.204, 0.750, 0.657, 2.783], abs=0.001)
    assert (found.customers, found.first.start.year, found.last.start.year) == (11_104, 1995, 2001)
    assert found.choice.name == "BG/BB"
    assert found.interval.low is not None
    assert found.interval.high is not None
    assert found.interval.low < found.purchases < found.interval.high
    known, model = donations(), bg_bb.fit(donations())
    assert found.purchases == pytest.approx(float(model.expected_purchases(known, 5) @ known.customers), rel=1e-6)
    assert found.present == pytest.approx(float(model.probability_alive(known) @ known.customers), rel=1e-6)
    assert found.worth == pytest.approx(
        50 * float(model.clv(known, 1.0, discount=0.1, chances=5) @ known.customers), rel=1e-3
    )


def test_half_of_the_occasions_is_held_out(charity: Business) -> None:
    held = occasion_forecast(charity).hold_out
    assert held is not None
    assert (held.ahead, held.customers) == (3.0, 11_104)
    assert held.actual == sum(count * (x - min(x - 1, 3)) for (x, last), count in DONATIONS.items() if last > 3)
    assert (held.classes[0].frequency, held.classes[0].customers) == (0, 3464 + 78 + 119 + 129)


def rows(own: Business, **rule: Any) -> list[dict[str, Any]]:
    table = occasion_history(own.facts, OccasionRule(calendar=own.settings.calendar, **rule))
    return own.engine.run(table.order_by("customer_id")).to_pylist()


def test_occasions_are_counted_once_a_period_in_the_business_calendar(tmp_path: Path) -> None:
    days = ["2026-01-05", "2026-01-25", "2026-03-20", "2026-03-21", "2026-06-02"]
    orders = [
        {"order_id": str(n), "customer_id": "a", "ordered_at": f"{day} 12:00", "amount": 100 * (n + 1)}
        for n, day in enumerate(days)
    ]
    with open_business(tmp_path / "open", Settings(currency="JPY", calendar=Calendar(zone="UTC"))) as own:
        own.load_facts({"orders": orders}, name="o")
        may = 2026 * 12 + 4
        (row,) = rows(own, grain=Grain.MONTH, until=may, held_out_until=may + 1)
        assert (row["frequency"], row["recency"], row["age"], row["mean_value"]) == (1, 2.0, 4.0, 700.0)
        assert (row["purchases_after"], float(row["value_after"])) == (1, 500.0)
    closing = Calendar(zone="UTC", closing_day=20)
    with open_business(tmp_path / "closing", Settings(currency="JPY", calendar=closing)) as own:
        own.load_facts({"orders": orders}, name="o")
        (row,) = rows(own, grain=Grain.MONTH, until=may)
        assert (row["frequency"], row["recency"], row["age"]) == (3, 3.0, 4.0), "the 21st belongs to the next month"


def test_a_year_that_is_not_over_counts_for_nobody_and_one_occasion_tells_nothing(tmp_path: Path) -> None:
    orders = [
        {"order_id": str(y), "customer_id": "a", "ordered_at": f"{y}-05-01 12:00", "amount": 1} for y in (2025, 2026)
    ]
    with open_business(tmp_path, Settings(currency="JPY", calendar=Calendar(zone="UTC"))) as own:
        own.load_facts({"orders": orders}, name="o")
        with pytest.raises(NoCustomers):
            keiki.occasion_forecast(own, "year")
        assert keiki.occasion_forecast(own, "month").customers == 1
