"""Which days a question reads, for a period and for what it is compared with."""

from __future__ import annotations

from datetime import date

import pytest

from keiki.errors import UnknownName
from keiki.lens import Lens
from keiki.periods import Calendar, Grain, Period

MONTHS = Calendar().periods(Grain.MONTH, date(2026, 2, 1), date(2026, 4, 1))
FEBRUARY, MARCH = MONTHS


def test_a_period_that_is_over_is_read_whole():
    lens = Lens(MONTHS, today=date(2026, 3, 31))
    assert [lens.complete(0), lens.complete(1)] == [True, True]
    assert [lens.period(1), lens.period(1, back=1)] == [MARCH, FEBRUARY]


def test_without_a_last_day_every_period_is_complete():
    assert Lens(MONTHS).complete(1)
    assert Lens(MONTHS).period(1) == MARCH


@pytest.mark.parametrize(
    ("comparison", "back", "days"),
    [
        ("previous", 0, Period(date(2026, 3, 1), date(2026, 3, 11))),
        ("previous", 1, Period(date(2026, 2, 1), date(2026, 2, 11))),
        ("previous", 2, Period(date(2026, 1, 1), date(2026, 1, 11))),
        ("last_year", 1, Period(date(2025, 3, 1), date(2025, 3, 11))),
        ("last_year", 2, Period(date(2024, 3, 1), date(2024, 3, 11))),
    ],
)
def test_a_period_that_is_not_over_is_compared_with_as_many_days(comparison, back, days):
    lens = Lens(MONTHS, today=date(2026, 3, 10)).compared(comparison)
    assert not lens.complete(1)
    assert lens.period(1, back) == days


def test_a_comparison_nobody_knows_is_refused():
    with pytest.raises(UnknownName, match="Did you mean “last_year”"):
        Lens(MONTHS, comparison="lastyear")
