"""Reads about the changes we made: whether their KPI can be measured, what each brought after 1, 3 and 6 months."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Any, Final

from django.db.models import Q

from keiki.catalogue.kpi import Kpi
from keiki.charts.aim import Aim
from keiki.engine.business import Business as Numbers
from keiki.engine.measured import Measured
from keiki.engine.side_effects import SideEffect as SideEffect
from keiki.engine.side_effects import SideEffects as SideEffects
from keiki.measures.told import NOTHING
from keiki.periods import Calendar, Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.cockpit.models import CHANGES, HORIZONS, STARTED, Annotation, Horizon
from keiki.server.data.actions import opened
from keiki.server.kpis import queries as door
from keiki.server.planning.queries import Key
from keiki.server.reasons.queries.trials import beside

BEFORE: Final = 3
"""Months before a change that its picture begins with."""
MOST: Final = 200


class Tracking(StrEnum):
    """Whether what a change is to move can be measured."""

    TRACKED = "tracked"
    NOT_ASKED = "not_asked"
    NO_KPI = "no_kpi"
    NO_DATA = "no_data"
    NO_VALUE = "no_value"


class Reached(StrEnum):
    """How a horizon of a change stands."""

    MET = "met"
    MISSED = "missed"
    STORED = "stored"
    DUE = "due"
    NOT_YET = "not_yet"


@dataclass(frozen=True)
class Step:
    """A horizon of a change: what is expected in that month, what was measured when it was due, and how it stands.

    `due` is the day from which the month can be measured.
    """

    months: int
    month: Period
    expected: float | None
    stored: Horizon | None
    reached: Reached

    @property
    def due(self) -> date:
        return self.month.end


@dataclass(frozen=True)
class Effect:
    """A change with its KPI (None without one), its months, and its horizons."""

    kpi: Kpi | None
    tracking: Tracking
    steps: tuple[Step, ...]
    periods: tuple[Period, ...] = ()
    values: tuple[float | None, ...] = ()
    completes: tuple[bool, ...] = ()

    @property
    def met(self) -> tuple[Step, ...]:
        """The horizons that met their target."""
        return tuple(step for step in self.steps if step.reached is Reached.MET)


@dataclass(frozen=True)
class Due:
    """The value of a horizon that can be measured now."""

    annotation: Annotation
    months: int
    day: date
    value: float
    version: int | None
    snapshot: int


def change(user: Any, business: Business, annotation: int) -> Annotation | None:
    """Something that was written down, by its number; None when it is not there for this person."""
    found = Annotation.objects.filter(business=business, pk=annotation).select_related("made_by").first()
    if found is None or found.kpi in door.closed_kpis(user, business):
        return None
    return found


def changes(user: Any, business: Business) -> tuple[Annotation, ...]:
    """The newest of the changes we made that this person may see."""
    closed = door.closed_kpis(user, business)
    rows = Annotation.objects.filter(business=business, kind__in=CHANGES).exclude(kpi__in=closed)
    return tuple(rows.prefetch_related("horizons")[:MOST])


def tracking(user: Any, business: Business, kind: str, key: Key) -> Tracking:
    """Whether an action or a campaign has a KPI that is measured from data or has a value that somebody entered."""
    kpi, _where, _tree, node = key
    if kind not in STARTED:
        return Tracking.NOT_ASKED
    if not kpi:
        return Tracking.TRACKED if node else Tracking.NO_KPI
    one = door.tagged_kpis(user, business).get(kpi)
    if one is None:
        return Tracking.NO_KPI
    if one.supply.way == door.LACKS:
        return Tracking.NO_DATA
    if one.supply.way == door.HAND and not _was_entered(user, business, kpi):
        return Tracking.NO_VALUE
    return Tracking.TRACKED


def _was_entered(user: Any, business: Business, kpi: str) -> bool:
    return any(door.entered_of(user, business, kpi, grain, date.min) for grain in Grain)


def tracked_campaigns(user: Any, business: Business) -> frozenset[str]:
    """The campaigns, by the name the data calls them, for which a KPI is tracked."""
    rows = Annotation.objects.filter(business=business, kind__in=STARTED).exclude(campaign="")
    return frozenset(
        row.campaign for row in rows if tracking(user, business, row.kind, key_of_row(row)) is Tracking.TRACKED
    )


def key_of_row(row: Annotation) -> Key:
    """What something was written down for."""
    return row.kpi, row.where, row.tree, row.node


def effect(user: Any, business: Business, row: Annotation) -> Effect:
    """What a change was to bring and what it brought, from three months before it to six after."""
    catalogue = door.catalogue_of(user, business)
    kpi, told = catalogue.kpis.get(row.kpi), tracking(user, business, row.kind, key_of_row(row))
    if kpi is None or row.kind not in CHANGES:
        return Effect(kpi, told, ())
    known, calendar = door.known(user, business), business.calendar
    kept = {each.months: each for each in row.horizons.all()}
    steps = tuple(_step(calendar, known, row, kept.get(months), months, kpi) for months in HORIZONS)
    first = calendar.period(Grain.MONTH, row.on)
    last = max(HORIZONS)
    reached = [n for n in range(-BEFORE, last + 1) if known.today and calendar.shift(first, n).start <= known.today]
    periods = tuple(calendar.shift(first, n) for n in range(-BEFORE, last + 1))
    key = ("around", row.kpi, row.where, periods[: len(reached)])
    values = (
        door.answered(
            user,
            business,
            key,
            lambda numbers: _read(numbers, row, periods[: len(reached)]).series(row.kpi),
            tells=NOTHING,
        )
        if reached
        else ()
    )
    completes = tuple(door.is_over(known, period) for period in periods)
    return Effect(kpi, told, steps, periods, (*values, *[None] * (len(periods) - len(values))), completes)


def aim_of(kpi: Kpi, expected: float | None) -> Aim | None:
    """What a value is to reach: at least what is expected, at most where lower is better."""
    if expected is None:
        return None
    return Aim(high=expected) if kpi.direction == "lower" else Aim(low=expected)


def side_effects_of(user: Any, business: Business, row: Annotation) -> SideEffects:
    """The other KPIs of the trees around a change, and the one it was for (of its rows only, where it names some)."""
    others = tuple(name for name in door.active_kpis(user, business) if name != row.kpi)
    there = row.kpi in door.catalogue_of(user, business).kpis
    aimed = f"{row.kpi}[{row.where}]" if row.where else row.kpi
    return beside(user, business, row.on, aimed if there else None, others)


def at_the_same_time(user: Any, business: Business, row: Annotation, span: Period) -> tuple[Annotation, ...]:
    """What else was written down for days of a span, as far as this person may see it."""
    lasting = Q(until=None, on__gte=span.start) | Q(until__gte=span.start)
    found = Annotation.objects.filter(lasting, business=business, on__lt=span.end).exclude(pk=row.pk)
    closed = door.closed_kpis(user, business)
    return tuple(found.exclude(kind="note").exclude(kpi__in=closed).order_by("on", "id"))


def due_now(business: Business) -> Iterator[Due]:
    """The horizons of changes whose month is over and that have no value yet; one that cannot be measured waits.

    It shows nobody anything, so nothing is closed to it.
    """
    known = door.known_now(business, partial(opened, business))
    numbers, calendar = opened(business).business, business.calendar
    rows = Annotation.objects.filter(business=business, kind__in=CHANGES).exclude(kpi="").prefetch_related("horizons")
    for row in rows:
        kept = {each.months for each in row.horizons.all() if each.value is not None}
        for months in HORIZONS:
            month = _month(calendar, row, months)
            if months in kept or not door.is_over(known, month) or row.kpi not in numbers.catalogue.kpis:
                continue
            read = _read(numbers, row, (month,))
            value = read.value(row.kpi)
            if value is not None:
                yield Due(row, months, month.start, value, read.version(row.kpi, 0), known.snapshot)


def _read(numbers: Numbers, row: Annotation, periods: tuple[Period, ...]) -> Measured:
    return numbers.measure((row.kpi,), numbers.question(periods, where=row.where or None))


def _month(calendar: Calendar, row: Annotation, months: int) -> Period:
    """The month that lies so many months after the one in which a change began."""
    return calendar.shift(calendar.period(Grain.MONTH, row.on), months)


def _step(calendar: Calendar, known: door.Known, row: Annotation, kept: Horizon | None, months: int, kpi: Kpi) -> Step:
    month = _month(calendar, row, months)
    expected = None if kept is None else kept.expected
    if kept is None or kept.value is None:
        return Step(months, month, expected, None, Reached.DUE if door.is_over(known, month) else Reached.NOT_YET)
    aim = aim_of(kpi, expected)
    reached = Reached.STORED if aim is None else Reached.MISSED if aim.missing(kept.value) else Reached.MET
    return Step(months, month, expected, kept, reached)
