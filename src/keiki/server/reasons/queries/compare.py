"""Reads about one KPI in its segments: by which attributes it can be told, and how it stands in each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from keiki.catalogue.load import Catalogue
from keiki.errors import KeikiError
from keiki.formula import show_condition
from keiki.measures.check import column_names, fact_of
from keiki.measures.told import NOTHING
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Question
from keiki.server.planning import queries as planning

if TYPE_CHECKING:
    from keiki.engine.comparison import Comparison

ATTRIBUTES: Final = (
    *("age_band", "region", "is_new_visitor", "customer_type", "customer.age_band", "customer.region", "segment"),
    *(
        "device",
        "channel",
        "rank",
        "plan",
        "industry",
        "size_band",
        "category",
        "store",
        "campaign",
        "platform",
        "site",
    ),
)
"""Attributes a KPI is compared by, those of people first."""
AT_ONCE: Final = 4
LAST_DAYS: Final = (30, 90, 365)
"""How many days up to the last one of the data a KPI may be asked for, besides calendar periods."""


@dataclass(frozen=True)
class Level:
    """What a gap is measured from: the target of the period, else the value of the period before."""

    value: float | None
    is_target: bool


@dataclass(frozen=True)
class BySegments:
    """A KPI by one attribute, or why it cannot be told."""

    dimension: str
    told: Comparison | None
    trouble: KeikiError | None = None


def attributes(catalogue: Catalogue, kpi_id: str) -> tuple[str, ...]:
    """The attributes that every measure of a KPI knows."""
    try:
        measures = [catalogue.measures[one.measure] for one in catalogue.asked(kpi_id)]
    except KeikiError:
        return ()
    known = [
        set(m.dimensions) if m.model is not None else {*m.dimensions, *column_names(fact_of(m.facts[0]))}
        for m in measures
    ]
    return tuple(name for name in ATTRIBUTES if known and all(name in each for each in known))


def level_of(user: Any, business: Business, kpi_id: str, question: Question, before: float | None) -> Level:
    """The target in the first tree where the KPI has one, else the value it is compared with."""
    for tree, node in door.used_in(user, business, kpi_id):
        if node.where is not None:
            continue
        aim = planning.measured(user, business, tree.id, question).aim(node)
        bound = aim.full.bound(None) if aim is not None else None
        if bound is not None:
            return Level(bound, is_target=True)
    return Level(before, is_target=False)


def by_segments(
    user: Any,
    business: Business,
    kpi_id: str,
    dimensions: Sequence[str],
    period: Period,
    question: Question,
    level: Level,
) -> tuple[BySegments, ...]:
    """The KPI by each of the attributes; kept until data or definitions change."""
    where = question.where
    key = (period.start, period.end, show_condition(where) if where is not None else "", level.value)

    def ask(dimension: str) -> BySegments:
        try:
            told = door.answered(
                user,
                business,
                ("compare", kpi_id, dimension, key),
                lambda numbers: numbers.compare(kpi_id, dimension, period, where, level.value),
                tells=NOTHING,
            )
        except KeikiError as error:
            return BySegments(dimension, None, error)
        return BySegments(dimension, told)

    return tuple(ask(dimension) for dimension in dimensions)


@dataclass(frozen=True)
class Standing:
    """A KPI's value in a period, in the period before and in the same period last year."""

    period: Period
    value: float | None
    previous: float | None
    last_year: float | None

    def before(self, comparison: str) -> float | None:
        """The value of the period it is compared with."""
        return self.last_year if comparison == "last_year" else self.previous


def standing(user: Any, business: Business, kpi_id: str, question: Question, days: int | None = None) -> Standing:
    """How a KPI stands in the period asked for, or in the last `days`, beside the two it may be compared with."""
    asked = door.known(user, business)

    def ask(numbers: Any) -> Standing:
        if days is not None:
            end = numbers.today + timedelta(days=1)
            period = Period(end - timedelta(days=days), end)
        else:
            lens = numbers.lens(question.grain, 2, question.on, where=question.where)
            place = -1 if question.on is not None or door.is_over(asked, lens.periods[-1]) else -2
            period = lens.periods[place]
        read = {
            comparison: numbers.measure(
                [kpi_id], numbers.question((period,), where=question.where, comparison=comparison)
            )
            for comparison in ("previous", "last_year")
        }
        before, year = (read[name].value(kpi_id, -1, back=1) for name in ("previous", "last_year"))
        return Standing(period, read["previous"].value(kpi_id), before, year)

    return door.answered(user, business, ("standing", kpi_id, question, days), ask, tells=NOTHING)
