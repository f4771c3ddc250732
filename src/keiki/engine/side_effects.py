"""Which other numbers of a business moved beyond noise after a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from keiki.engine.business import Business
from keiki.formula.nodes import Condition
from keiki.insight.side_effects import Shift, SideEffectRule, beyond_noise, shift
from keiki.periods import Calendar, Grain, Period


@dataclass(frozen=True)
class SideEffect:
    """A KPI around a change. `beyond`: it moved beyond noise; `shares`: it is counted from some of the same numbers as
    the KPI that the change aimed at, so that it may move by arithmetic alone.
    """

    kpi: str
    told: Shift
    beyond: bool
    shares: bool


@dataclass(frozen=True)
class SideEffects:
    """The other KPIs around a change: those that moved beyond noise first, then the rest by p, then those of which
    nothing can be said. `aimed` is the KPI that the change was for, as far as it is known; it is no part of the rows.

    `before` and `after` are the days compared, whole weeks of the business; while the data has not reached the end of
    `after` there are no rows.
    """

    since: date
    before: Period
    after: Period
    rule: SideEffectRule
    aimed: SideEffect | None
    rows: tuple[SideEffect, ...]
    ready: bool

    @property
    def moved(self) -> tuple[SideEffect, ...]:
        """Those that moved beyond noise."""
        return tuple(row for row in self.rows if row.beyond)

    @property
    def asked(self) -> int:
        """Of how many something can be said."""
        return sum(row.told.unsaid is None for row in self.rows)


def side_effects(
    business: Business,
    since: date,
    aimed: str | None = None,
    others: Sequence[str] = (),
    *,
    where: Condition | str | None = None,
    rule: SideEffectRule | None = None,
) -> SideEffects:
    """The `others` (without any: the KPIs of the business's own trees) in whole weeks around the day of a change.

    The week that holds the day belongs to neither side unless it begins on that day. Moving after a change is no proof
    that the change did it. Raises a `KeikiError` for a KPI that nobody declared.
    """
    rule = rule or SideEffectRule()
    names = tuple(name for name in dict.fromkeys(others or steered_by(business)) if name != aimed)
    history, coming = _weeks(business.settings.calendar, since, rule)
    before, after = _span(history[-rule.window :]), _span(coming)
    if after.end > business.today + timedelta(days=1):
        return SideEffects(since, before, after, rule, None, (), ready=False)
    wanted = (*names, *((aimed,) if aimed else ()))
    read = business.measure(wanted, business.question((*history, *coming), where=where))
    told = {name: _told(read.series(name), len(history), rule) for name in wanted}
    named = beyond_noise([told[name] for name in names], rule.level)
    shared = _counted(business, aimed) if aimed else frozenset()
    rows = [
        SideEffect(name, told[name], beyond, bool(shared & _counted(business, name)))
        for name, beyond in zip(names, named, strict=True)
    ]
    rows.sort(key=lambda row: (not row.beyond, 2.0 if row.told.p is None else row.told.p, row.kpi))
    target = SideEffect(aimed, told[aimed], beyond_noise([told[aimed]], rule.level)[0], True) if aimed else None
    return SideEffects(since, before, after, rule, target, tuple(rows), ready=True)


def steered_by(business: Business) -> tuple[str, ...]:
    """The KPIs that stand in the business's own trees."""
    trees = (business.tree_named(name) for name in business.catalogue.trees)
    return tuple(dict.fromkeys(node.kpi for tree in trees for node in tree.nodes if node.kpi))


def _weeks(calendar: Calendar, since: date, rule: SideEffectRule) -> tuple[tuple[Period, ...], tuple[Period, ...]]:
    """The whole weeks before a day and those from it on."""
    week = calendar.period(Grain.WEEK, since)
    first = week if week.start == since else calendar.shift(week, 1)
    history = tuple(calendar.shift(week, step) for step in range(-rule.history - rule.window, 0))
    return history, tuple(calendar.shift(first, step) for step in range(rule.window))


def _span(weeks: Sequence[Period]) -> Period:
    return Period(weeks[0].start, weeks[-1].end)


def _told(series: Sequence[float | None], split: int, rule: SideEffectRule) -> Shift:
    return shift(series[:split], series[split:], rule)


def _counted(business: Business, kpi: str) -> frozenset[str]:
    """The measures that a KPI is calculated from."""
    return frozenset(each.measure for each in business.catalogue.asked(kpi))
