"""Days of a series that are missing: without rows, where so many rows come on such days that none is no accident."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.float64]
Places = NDArray[np.int64]
WEEK: Final = 7
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class GapRule:
    """When a day without rows is missing and not merely quiet.

    It is compared with the days up to `reach` before and after it. What its weekday usually brings has to be
    `deviations` times as much as rows vary from day to day, so a shop with three orders a day may have a day without
    any, and a weekday that mostly brings nothing is never missing. Asked only of series of `fewest` days or more.
    """

    reach: int = 28
    deviations: float = 3.0
    fewest: int = 14


def missing_days(rows: Mapping[date, int], rule: GapRule | None = None) -> tuple[date, ...]:
    """The missing days between the first and the last day with rows, oldest first. `rows`: day → how many rows.

    >>> may = {date(2024, 5, day): 1 for day in range(1, 32) if day != 3}
    >>> [day.isoformat() for day in missing_days(may)]
    ['2024-05-03']
    """
    rule = rule or GapRule()
    days = sorted(day for day, count in rows.items() if count > 0)
    if not days or (days[-1] - days[0]).days + 1 < rule.fewest:
        return ()
    length = (days[-1] - days[0]).days + 1
    counts: Rows = np.zeros(length)
    counts[[(day - days[0]).days for day in days]] = [rows[day] for day in days]
    empty = np.flatnonzero(counts == 0)
    runs = np.split(empty, np.flatnonzero(np.diff(empty) > 1) + 1) if len(empty) else []
    found = (place for run in runs for place in _missing_of(counts, run, rule))
    return tuple(days[0] + int(place) * DAY for place in found)


def _missing_of(counts: Rows, run: Places, rule: GapRule) -> Places:
    """The places of a run without rows where none is no accident, by the days around the run."""
    before = np.arange(max(run[0] - rule.reach, 0), run[0])
    near = np.concatenate([before, np.arange(run[-1] + 1, min(run[-1] + 1 + rule.reach, len(counts)))])
    values, weekdays = counts[near], near % WEEK
    usual = np.array([values[weekdays == each].mean() if each in weekdays else 0.0 for each in range(WEEK)])
    middle = np.array([np.median(values[weekdays == each]) if each in weekdays else 0.0 for each in range(WEEK)])
    level = usual[weekdays]
    told = level > 0
    free = told.sum() - (usual > 0).sum()
    if free <= 0:
        return run[:0]
    varies = float(np.sum((values[told] - level[told]) ** 2 / level[told]) / free)
    mine = usual[run % WEEK]
    missing: Places = run[(middle[run % WEEK] > 0) & (mine >= rule.deviations**2 * varies)]
    return missing
