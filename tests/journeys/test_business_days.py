"""Business days in a query equal the calendar's own count."""

from __future__ import annotations

from datetime import date, timedelta

import ibis
import pyarrow as pa
import pytest

from keiki.journeys.business_days import WorkingTime, with_business_days
from keiki.periods import Calendar, Period

DAYS = [date(2024, 12, 20) + timedelta(days=n) for n in range(0, 500, 3)]
PAIRS = [(a, a + timedelta(days=n % 45)) for n, a in enumerate(DAYS)]


@pytest.mark.parametrize("country", ["JP", "US", ""])
def test_business_days_equal_the_calendar(country: str) -> None:
    connection = ibis.duckdb.connect()
    rows = pa.table({"a": [a for a, _ in PAIRS], "b": [b for _, b in PAIRS]})
    table = with_business_days(connection.create_table("pairs", rows), "n", "a", "b", WorkingTime(country))
    calendar = Calendar(country=country)
    one = timedelta(days=1)
    found = {(row["a"], row["b"]): row["n"] for row in connection.to_pyarrow(table).to_pylist()}
    assert found == {(a, b): calendar.business_days(Period(a + one, b + one)) for a, b in PAIRS}


def test_business_days_at_the_edges_of_a_week_and_of_a_holiday() -> None:
    thursday, monday, tuesday = date(2026, 1, 8), date(2026, 1, 12), date(2026, 1, 13)
    friday, saturday = date(2026, 1, 9), date(2026, 1, 10)
    connection = ibis.duckdb.connect()
    pairs = [(thursday, tuesday), (friday, monday), (saturday, tuesday), (tuesday, tuesday), (None, tuesday)]
    rows = pa.table({"a": pa.array([a for a, _ in pairs], pa.date32()), "b": [b for _, b in pairs]})
    table = with_business_days(connection.create_table("pairs", rows), "n", "a", "b", WorkingTime())
    found = {(row["a"], row["b"]): row["n"] for row in connection.to_pyarrow(table).to_pylist()}
    assert found == dict(zip(pairs, [2, 0, 1, 0, None], strict=True)), "Monday 12 January 2026 is Coming of Age Day"


def test_business_days_follow_the_days_a_business_works() -> None:
    worked = WorkingTime("JP", (1, 2, 3, 4, 5), (date(2026, 1, 7),))
    connection = ibis.duckdb.connect()
    rows = pa.table({"a": [a for a, _ in PAIRS], "b": [b for _, b in PAIRS]})
    table = with_business_days(connection.create_table("pairs", rows), "n", "a", "b", worked)
    found = {(row["a"], row["b"]): row["n"] for row in connection.to_pyarrow(table).to_pylist()}
    off = {*Calendar(country="JP").holidays(Period(date(2024, 1, 1), date(2027, 1, 1))), date(2026, 1, 7)}

    def worked_on(day: date) -> bool:
        return day.weekday() in (1, 2, 3, 4, 5) and day not in off

    assert found == {
        (a, b): sum(worked_on(a + timedelta(days=n)) for n in range(1, (b - a).days + 1)) for a, b in PAIRS
    }
