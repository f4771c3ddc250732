"""What the calculation of a night finds, and what earlier nights have found."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Final

from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.data.actions import opened
from keiki.server.kpis.models import Measurement
from keiki.server.kpis.queries.cadence import running_campaigns
from keiki.server.kpis.queries.catalogue import CADENCES
from keiki.server.kpis.queries.numbers import Question, known_now, lens_of

LISTED: Final = 14


@dataclass(frozen=True)
class Found:
    """A KPI in the last period of a grain that is over; `snapshot` is the state of the data it was measured in."""

    kpi_id: str
    grain: Grain
    day: date
    value: float
    version: int | None
    snapshot: int


def found_tonight(business: Business) -> Iterator[Found]:
    """Every KPI of a business's trees in the last complete period of each grain of its cadence (monthly without one),
    and in the last day while a campaign for it runs; those without a value are left out. It shows nobody anything, so
    nothing is closed to it.
    """
    known = known_now(business, partial(opened, business))
    numbers = opened(business)
    kpis = numbers.business.catalogue.kpis
    active = dict.fromkeys(node.kpi for tree in known.trees for node in tree.nodes if node.kpi in kpis)
    if known.today is None:
        return
    daily = running_campaigns(business, business.calendar.today())
    for grain in CADENCES.values():
        wanted = [
            name
            for name in active
            if name and (grain in _grains(kpis[name].cadence) or (grain is Grain.DAY and name in daily))
        ]
        lens = lens_of(numbers, known, Question(grain), "")
        read = numbers.business.measure(wanted, replace(lens, periods=lens.periods[-1:]))
        for name in wanted:
            value = read.value(name)
            if value is not None:
                yield Found(name, grain, read.periods[0].start, value, read.version(name, 0), known.snapshot)


def _grains(cadence: tuple[str, ...]) -> tuple[Grain, ...]:
    return tuple(grain for name, grain in CADENCES.items() if name in cadence) or (Grain.MONTH,)


def is_measured(business: Business, night: date) -> bool:
    """Whether the calculation of a night has stored something."""
    return Measurement.objects.filter(business=business, night=night).exists()


def measurements_of(business: Business, kpi_id: str) -> tuple[Measurement, ...]:
    """The newest stored values of a KPI."""
    return tuple(Measurement.objects.filter(business=business, kpi_id=kpi_id)[:LISTED])
