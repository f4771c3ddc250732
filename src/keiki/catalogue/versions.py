"""Definitions that change on a day: a period is calculated as its KPI was defined on the first day of the period."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from keiki.catalogue.expand import expand
from keiki.catalogue.kpi import Kpi
from keiki.errors import FormulaTooWide
from keiki.formula.evaluate import references
from keiki.formula.nodes import Binary, Call, Formula, Negate, Reference
from keiki.measures.measure import Measure

WIDEST = 20_000
"""Parts of a formula that is written out; fourteen KPIs that each name the one before twice reach it."""
LONGEST = 40
"""KPIs that are each calculated from the next."""


@dataclass(frozen=True)
class Dated:
    """A formula over measures that changes: `formulas[n]` holds from `days[n - 1]` until before `days[n]`."""

    days: tuple[date, ...]
    formulas: tuple[Formula, ...]

    def place(self, day: date) -> int:
        """Which of the formulas holds on a day."""
        return bisect_right(self.days, day)

    def on(self, day: date) -> Formula:
        """The formula that holds on a day."""
        return self.formulas[self.place(day)]

    @property
    def newest(self) -> Formula:
        """The formula that holds last."""
        return self.formulas[-1]


def in_force(kpi: Kpi, day: date) -> Kpi:
    """The KPI as it was defined on a day: its formula, unit and parameters of then, everything else as it is now."""
    if kpi.since is None or kpi.since <= day or not kpi.earlier:
        return kpi
    found = next((one for one in reversed(kpi.earlier) if one.since is None or one.since <= day), kpi.earlier[0])
    return replace(
        kpi,
        version=found.number,
        since=found.since,
        source=found.source,
        formula=found.formula,
        unit=found.unit or kpi.unit,
        params=found.params,
        reason=found.reason,
    )


def changes(kpi: Kpi) -> tuple[date, ...]:
    """The days on which a KPI began to be calculated otherwise."""
    if not kpi.earlier:
        return ()
    return tuple(sorted({day for day in (*(one.since for one in kpi.earlier), kpi.since) if day is not None}))


def reached(formula: Formula, kpis: Mapping[str, Kpi]) -> tuple[str, ...]:
    """Every KPI that a formula is calculated from, now or in an earlier version, nearest first."""
    found: dict[str, None] = {}
    waiting = [formula]
    while waiting:
        for reference in references(waiting.pop(0)):
            if reference.id in kpis and reference.id not in found:
                found[reference.id] = None
                kpi = kpis[reference.id]
                waiting += [kpi.formula, *(one.formula for one in kpi.earlier)]
    return tuple(found)


def built_on(name: str, kpis: Mapping[str, Kpi]) -> frozenset[str]:
    """A KPI and every one that is calculated from it, now or in an earlier version, through others too."""
    users: dict[str, list[str]] = {}
    for kpi in kpis.values():
        for formula in (kpi.formula, *(one.formula for one in kpi.earlier)):
            for reference in references(formula):
                users.setdefault(reference.id, []).append(kpi.id)
    found, waiting = {name}, [name]
    while waiting:
        new = set(users.get(waiting.pop(), ())) - found
        found |= new
        waiting += new
    return frozenset(found)


def unfolded_size(formula: Formula, kpis: Mapping[str, Kpi]) -> int:
    """How many parts a formula has when it is written out, found without writing it out; a circle counts once.

    Raises `FormulaTooWide` for a chain of more than `LONGEST` KPIs and for more than `WIDEST` parts.
    """
    known: dict[str, int] = {}

    def of_kpi(name: str, step: int) -> int:
        if step > LONGEST:
            raise FormulaTooWide(limit=f"{WIDEST:,}")
        if name not in known:
            known[name] = 1
            kpi = kpis[name]
            known[name] = max(size(each, step) for each in (kpi.formula, *(one.formula for one in kpi.earlier)))
        return known[name]

    def size(one: Formula, step: int) -> int:
        match one:
            case Reference(id=name):
                return of_kpi(name, step + 1) if name in kpis else 1
            case Binary(left=left, right=right):
                return 1 + size(left, step) + size(right, step)
            case Negate(operand=operand):
                return 1 + size(operand, step)
            case Call(name=name, arguments=arguments):
                return 1 + (3 if name == "growth" else 1) * sum(size(argument, step) for argument in arguments)
        return 1

    found = size(formula, 0)
    if found > WIDEST:
        raise FormulaTooWide(limit=f"{WIDEST:,}")
    return found


def dated(formula: Formula, kpis: Mapping[str, Kpi], measures: Mapping[str, Measure]) -> Dated:
    """A formula unfolded over measures once for every time in which all KPIs it reaches kept their definition.

    Raises `UnknownName`, `FormulaTooWide`, and `CycleOfKpis` also when the circle existed only between two changes.
    """
    unfolded_size(formula, kpis)
    names = reached(formula, kpis)
    days = sorted({day for name in names for day in changes(kpis[name])})
    if not days:
        return Dated((), (expand(formula, kpis, measures),))
    eras = [date.min, *days]
    told = [(day, expand(formula, _as_on(day, names, kpis), measures)) for day in eras]
    kept = [next(group) for _, group in groupby(told, key=lambda era: era[1])]
    return Dated(tuple(day for day, _ in kept[1:]), tuple(one for _, one in kept))


def _as_on(day: date, names: Iterable[str], kpis: Mapping[str, Kpi]) -> Mapping[str, Kpi]:
    return {**kpis, **{name: in_force(kpis[name], day) for name in names}}
