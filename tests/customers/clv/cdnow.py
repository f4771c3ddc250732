"""The published CDNOW data: purchases of one day together, calibration until 1997-09-30, the rest held out."""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from keiki.customers.clv.grouped import History, Unit

CALIBRATED, LAST = date(1997, 9, 30), date(1998, 6, 30)
HELD_OUT_DAYS = 273


@dataclass(frozen=True)
class Cdnow:
    """One row per customer: the history until the split, and purchases after it."""

    history: History
    after: NDArray[np.float64]


def sample(folder: Path, unit: Unit = Unit.WEEK, until: date = CALIBRATED) -> Cdnow:
    """The published tenth of the customers; `until` LAST holds nothing out."""
    with (folder / "cdnow" / "CDNOW_sample.txt").open() as lines:
        return _summary((f"{p[0]} {p[2]} {p[4]}".split() for p in map(str.split, lines)), unit, until)


def everybody(folder: Path, unit: Unit = Unit.WEEK) -> Cdnow:
    """All 23,570 customers."""
    with gzip.open(folder / "cdnow" / "CDNOW_master.txt.gz", "rt") as lines:
        next(lines)
        return _summary((f"{p[0]} {p[1]} {p[3]}".split() for p in map(str.split, lines)), unit, CALIBRATED)


def _summary(rows: Iterator[list[str]], unit: Unit, until: date) -> Cdnow:
    bought: dict[str, dict[date, float]] = defaultdict(lambda: defaultdict(float))
    for customer, day, value in rows:
        bought[customer][date.fromisoformat(day)] += float(value)
    columns = []
    for _, days in sorted(bought.items()):
        order = sorted(days)
        before = [day for day in order if day <= until]
        spent = [days[day] for day in before[1:]]
        columns.append(
            (
                len(before) - 1,
                (before[-1] - before[0]).days,
                (until - before[0]).days,
                np.mean(spent) if spent else np.nan,
                len(order) - len(before),
            )
        )
    x, last, age, value, after = np.array(columns).T
    length = 7 if unit is Unit.WEEK else 1
    return Cdnow(History.of(x, last / length, age / length, unit=unit, mean_value=value), after)
