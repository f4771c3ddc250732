"""Missing days of facts and of entered values, and what they do to daily numbers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from keiki.engine.business import Business, open_business
from keiki.engine.gaps import gaps
from keiki.engine.settings import Settings

FIRST = date(2024, 4, 1)
MISSING = date(2024, 5, 3)


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    """Two orders every day from April to May 2024; one order on Saturdays, none on Sundays."""
    days = [FIRST + timedelta(days=place) for place in range(61)]
    rows = [
        {
            "order_id": f"{day}-{place}",
            "customer_id": "C",
            "ordered_at": f"{day} {10 + place}:00:00",
            "amount": 100,
            "channel": "organic",
        }
        for day in days
        for place in range(2 - (day.isoweekday() == 6))
        if day.isoweekday() < 7 and day != MISSING
    ]
    with open_business(tmp_path_factory.mktemp("gaps"), Settings(name="Shop")) as opened:
        opened.load(rows, "orders")
        yield opened


def daily(business: Business, *kpis: str) -> dict[str, dict[date, float | None]]:
    days = [FIRST + timedelta(days=place) for place in range(61)]
    lens = business.question([business.settings.calendar.period("day", day) for day in days])  # type: ignore[arg-type]  # by name
    read = business.measure(kpis, lens)
    return {kpi: dict(zip(days, read.series(kpi), strict=True)) for kpi in kpis}


def test_missing_day_is_unknown_and_a_closed_day_is_zero(business: Business) -> None:
    read = daily(business, "revenue", "n_orders")
    assert read["revenue"][MISSING] is read["n_orders"][MISSING] is None
    assert read["n_orders"][date(2024, 5, 5)] == 0
    assert read["revenue"][date(2024, 5, 4)] == 100


def test_gap_closes_when_it_is_written_down_or_its_rows_come(business: Business) -> None:
    assert [gap.period.start for gap in gaps(business) if not gap.entered] == [MISSING]
    row = {"metric": "n_orders", "date": MISSING, "grain": "day", "value": 0}
    closed = business.load_facts({"observations": [row]}, name="closed")
    assert daily(business, "n_orders")["n_orders"][MISSING] == 0
    business.undo(closed.id)
    late = {"order_id": "late", "customer_id": "C", "ordered_at": f"{MISSING} 10:00:00", "amount": 70}
    came = business.load([late], "orders")
    assert [gap for gap in gaps(business) if not gap.entered] == []
    assert daily(business, "revenue")["revenue"][MISSING] == 70
    business.undo(came.id)


def test_week_without_an_entered_value_is_missing(business: Business) -> None:
    rows = [
        {"metric": "nps", "date": FIRST + timedelta(weeks=place), "grain": "week", "value": 30 + place}
        for place in (0, 1, 3)
    ]
    asked = business.load_facts({"observations": rows}, name="asked")
    found = [gap for gap in gaps(business) if gap.entered]
    assert [(gap.series, gap.period.start, gap.period.days) for gap in found] == [("nps", date(2024, 4, 15), 7)]
    business.undo(asked.id)
