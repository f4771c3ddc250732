"""Gaps in what a business has brought in: days of a fact and periods of entered values that are missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from keiki.engine.business import Business
from keiki.facts import FACTS
from keiki.insight.gaps import missing_days
from keiki.periods import Grain, Period

NOT_ASKED = frozenset({"observations", "order_lines"})
"""Facts whose days are asked elsewhere: entered values one series each, lines with their orders."""


@dataclass(frozen=True)
class Gap:
    """One missing period. `series` is the fact whose rows are missing, or the KPI or measure whose entered value is
    (`entered`).
    """

    series: str
    period: Period
    entered: bool = False


def gaps(business: Business) -> tuple[Gap, ...]:
    """Everything that is missing inside what was brought in, newest first.

    Days of facts by `GapRule`; entered values where a week, month or quarter between the first and the last has none.
    """
    measurer, calendar = business.measurer, business.settings.calendar
    found = [
        Gap(name, calendar.period(Grain.DAY, day))
        for name in FACTS
        if name not in NOT_ASKED and measurer.coverage(name).first is not None
        for day in measurer.gaps(name)
    ]
    found += _entered(business)
    return tuple(sorted(found, key=lambda gap: (gap.period.start, gap.series), reverse=True))


def _entered(business: Business) -> list[Gap]:
    if not business.measurer.observed:
        return []
    table = business.measurer.facts["observations"]
    rows = business.engine.run(table.select("metric", "grain", "date").distinct()).to_pylist()
    series: dict[tuple[str, Grain], set[date]] = {}
    for row in rows:
        series.setdefault((row["metric"], Grain(row["grain"])), set()).add(row["date"])
    return [
        Gap(name, period, True) for (name, grain), days in series.items() for period in _holes(business, grain, days)
    ]


def _holes(business: Business, grain: Grain, days: set[date]) -> list[Period]:
    calendar = business.settings.calendar
    if grain is Grain.DAY:
        return [calendar.period(grain, day) for day in missing_days(dict.fromkeys(days, 1))]
    told = {calendar.period(grain, day) for day in days}
    every = calendar.periods(grain, min(days), max(days) + timedelta(days=1))
    return [period for period in every if period not in told]
