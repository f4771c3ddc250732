"""Reads about drivers, trials and changes: the experiments that the data holds, a number before and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from keiki.engine.insight import Change as Change
from keiki.engine.insight import Drivers, change_of
from keiki.engine.insight import Experiment as Experiment
from keiki.engine.insight import drivers as drivers_of
from keiki.engine.insight import experiments as experiments_of
from keiki.engine.side_effects import SideEffect as SideEffect
from keiki.engine.side_effects import SideEffects, side_effects
from keiki.insight.side_effects import SideEffectRule
from keiki.measures.told import NOTHING, WORTH, counts
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Known, Question


def experiments(user: Any, business: Business, known: Known) -> tuple[Experiment, ...]:
    """Every experiment with both arms, by name; a unit counts once its window has ended."""
    if known.today is None:
        return ()
    return door.answered(user, business, "experiments", experiments_of, tells=WORTH | counts("events", "exposures"))


def around(
    user: Any, business: Business, kpi_id: str, first_after: date, window: int, where: str | None = None
) -> Change | None:
    """A KPI in the complete months before and from a day's month on; None when the data does not reach both sides."""
    key = ("around", kpi_id, first_after, window, where)
    return door.answered(
        user, business, key, lambda numbers: change_of(numbers, kpi_id, first_after, window, where=where), tells=NOTHING
    )


def beside(
    user: Any, business: Business, since: date, aimed: str | None, others: tuple[str, ...] = (), weeks: int = 4
) -> SideEffects:
    """The other KPIs (without any named: those of the trees this person sees) in whole weeks around a change."""
    names = others or door.active_kpis(user, business)
    rule = SideEffectRule(window=weeks)
    key = ("side effects", since, aimed, names, rule)
    return door.answered(
        user, business, key, lambda numbers: side_effects(numbers, since, aimed, names, rule=rule), tells=NOTHING
    )


def drivers(
    user: Any, business: Business, outcome: str, candidates: tuple[str, ...], grain: Grain, last: int, where: str | None
) -> Drivers:
    """How an outcome follows each candidate, at once and with delays."""
    key = ("drivers", outcome, candidates, grain, last, where)
    return door.answered(
        user,
        business,
        key,
        lambda numbers: drivers_of(numbers, outcome, candidates, grain=grain, last=last, where=where),
        tells=NOTHING,
    )


@dataclass(frozen=True)
class History:
    """Values of several KPIs over the same periods, oldest first."""

    periods: tuple[Period, ...]
    values: Mapping[str, tuple[float | None, ...]]


def history_of(user: Any, business: Business, kpis: tuple[str, ...], question: Question) -> History:
    """KPIs over `question.span` periods up to the last one the data has reached."""

    def ask(numbers: Any) -> History:
        lens = numbers.lens(question.grain, question.span, question.on, where=question.where)
        read = numbers.measure(kpis, lens)
        return History(read.periods, {name: read.series(name) for name in kpis})

    return door.answered(user, business, ("history", kpis, question), ask, tells=NOTHING)
