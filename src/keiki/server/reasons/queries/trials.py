"""Reads about trials: the experiments that the data holds, and a number before and after a change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from keiki.insight.before_after import BeforeAfter, before_after
from keiki.insight.rates import Arm, Trial, trial
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Known, Question

UNITS, SUCCESSES = "n_variant_exposures", "n_variant_successes"
CONTROL, TREATMENT = "control", "treatment"
MONTHS_BACK: Final = 37


@dataclass(frozen=True)
class Experiment:
    """An experiment in the data and what it says so far."""

    name: str
    told: Trial


@dataclass(frozen=True)
class Change:
    """A KPI around a change: its months, its values, and what before and after differ by."""

    periods: tuple[Period, ...]
    values: tuple[float | None, ...]
    place: int
    told: BeforeAfter


def experiments(user: Any, business: Business, known: Known) -> tuple[Experiment, ...]:
    """Every experiment with both arms, by name; a unit counts once its window has ended."""
    if known.first is None or known.today is None:
        return ()
    whole = Period(known.first, known.today + timedelta(days=1))

    def ask(numbers: Any) -> tuple[Experiment, ...]:
        read = numbers.measure([UNITS, SUCCESSES], numbers.question((whole,), by=("experiment", "variant")))
        arms: dict[str, dict[str, Arm]] = {}
        for name, variant in read.segments:
            units, successes = (round(read.value(each, -1, (name, variant)) or 0) for each in (UNITS, SUCCESSES))
            arms.setdefault(name, {})[variant] = Arm(units, successes)
        return tuple(
            Experiment(name, trial(pair[CONTROL], pair[TREATMENT]))
            for name, pair in sorted(arms.items())
            if {CONTROL, TREATMENT} <= pair.keys()
        )

    return door.answered(user, business, "experiments", ask)


def around(user: Any, business: Business, known: Known, kpi_id: str, first_after: date, window: int) -> Change | None:
    """A KPI in the complete months before and from a day's month on; None when the data does not reach both sides."""
    question = replace(Question(), span=MONTHS_BACK)
    history = history_of(user, business, (kpi_id,), question)
    over = [place for place, period in enumerate(history.periods) if door.is_over(known, period)]
    periods = tuple(history.periods[place] for place in over)
    values = tuple(history.values[kpi_id][place] for place in over)
    start = business.calendar.period(Grain.MONTH, first_after).start
    place = next((n for n, period in enumerate(periods) if period.start == start), 0)
    if not place or all(value is None for value in values):
        return None
    return Change(periods, values, place, before_after(periods, values, place, window=window))


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

    return door.answered(user, business, ("history", kpis, question), ask)
