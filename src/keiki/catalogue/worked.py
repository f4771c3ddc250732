"""A KPI worked out once with plausible figures: those of a made-up company, or a business's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, partial
from importlib.resources import files
from math import isclose
from typing import Any, Final

import yaml

from keiki.catalogue.expand import Params, asked_of, both, growth, replaced
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.formula.evaluate import evaluate, references
from keiki.formula.nodes import (
    Binary,
    Both,
    Call,
    Compare,
    Condition,
    Either,
    Formula,
    Negate,
    Number,
    OneOf,
    Reference,
)
from keiki.formula.show import show, show_condition
from keiki.measures.measure import Aggregation, Measure, Timing

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Resolve = Callable[[Reference, int], float | None]

USUAL_BEFORE: Final = 0.96
"""The period before the made-up month had so much of it, where nothing else is said."""

PART: Final = 0.4
"""The part of a measure that a condition keeps of which nothing is said, and one of several groups."""

BY_UNIT: Final[Mapping[str, float]] = {
    "count": 100, "items": 200, "per_year": 3, "currency": 1_000_000, "ratio": 0.3, "points": 20, "score": 4.2,
    "rank": 8, "seconds": 90, "minutes": 12, "hours": 6, "days": 14, "business_days": 4, "months": 8, "years": 2.5,
    "number": 100, "distribution": 100,
}  # fmt: skip
"""What a measure of a unit counts when the made-up company knows nothing of it, as for a business's own measure."""

WHOLE: Final = frozenset({"count", "items", "distribution"})
COUNTED: Final = WHOLE | {"currency"}
SCALES: Final = frozenset({"score", "points"})
MONTHS: Final[Mapping[str, float]] = {"to_date": 6}


class Way(StrEnum):
    """How an example is told: by the formula; or, for one measured number, by what it is made of."""

    FORMULA = "formula"
    SUM = "sum"
    DISTINCT = "distinct"
    STOCK = "stock"
    MEAN = "mean"
    WINDOWS = "windows"
    READ = "read"
    ENTERED = "entered"


@dataclass(frozen=True)
class Figure:
    """What a reference of a formula is worth, `back` comparison periods before."""

    reference: Reference
    back: int
    unit: str
    value: float | None


@dataclass(frozen=True)
class Worked:
    """A KPI worked out: `formula` over `figures` gives `value`, in the KPI's own unit (None: undefined).

    `formula` is the KPI's own, or that of the KPI it narrows, so that there is something to calculate. For one measured
    number `parts` are what it is made of: the thirds of the month (and what they have in common), the first day with
    what came and what went, single cases, single days.
    """

    kpi: Kpi
    way: Way
    formula: Formula
    figures: tuple[Figure, ...]
    value: float | None
    parts: tuple[float, ...] = ()

    def figure(self, reference: Reference, back: int) -> Figure:
        """What a reference of the formula is worth."""
        return next(each for each in self.figures if (each.reference, each.back) == (reference, back))


def worked_example(catalogue: Catalogue, kpi: Kpi, money: float = 1.0) -> Worked:
    """A KPI worked out with the figures of the made-up company; `money` is what one yen is in the currency.

    Raises what the catalogue raises for a definition that cannot be used.
    """
    formula = unfolded(catalogue, kpi)
    made_up = _made_up(catalogue, money)
    value = evaluate(catalogue.expand(kpi.id), made_up)
    way = _way(catalogue, kpi, formula)
    if isinstance(formula, Reference):
        figures: tuple[Figure, ...] = (Figure(formula, 0, kpi.unit, value),)
    else:
        figures = _figures(catalogue, formula, made_up)
    return Worked(kpi, way, formula, figures, value, () if value is None else _parts(way, value, kpi.unit))


def worked_with(catalogue: Catalogue, kpi: Kpi, resolve: Resolve) -> Worked:
    """The same with other figures: `resolve` gives what a measure counts, so many comparison periods before."""
    formula = unfolded(catalogue, kpi)
    value = evaluate(catalogue.expand(kpi.id), resolve)
    return Worked(kpi, _way(catalogue, kpi, formula), formula, _figures(catalogue, formula, resolve), value)


def worked_out(catalogue: Catalogue, kpi: Kpi, measured: Callable[[str, int], float | None]) -> Worked | None:
    """The same with a business's own figures; None where one of them is missing, and for a KPI told group by group.

    `measured` gives what a formula is worth, by its text, so many comparison periods before.
    """
    formula = unfolded(catalogue, kpi)
    split = any(reference.by for reference in references(catalogue.expand(kpi.id)))
    value = None if split else measured(kpi.id, 0)
    if value is None:
        return None
    asked = [(reference, back, measured(show(reference), back)) for reference, back in _asked(formula)]
    if any(found is None for _reference, _back, found in asked):
        return None
    figures = tuple(Figure(one, back, _unit(catalogue, one), found) for one, back, found in asked)
    worked = Worked(kpi, _way(catalogue, kpi, formula), formula, figures, value)
    again = evaluate(formula, lambda one, back: worked.figure(one, back).value)
    same = again is not None and isclose(again, value, rel_tol=1e-9, abs_tol=1e-9)
    return worked if same else None  # a value that was entered by hand is not what its formula gives


def texts_of(catalogue: Catalogue, kpi: Kpi) -> tuple[str, ...]:
    """What must be measured to work a KPI out: itself and the references of its formula, by their text."""
    return (kpi.id, *dict.fromkeys(show(one) for one, _back in _asked(unfolded(catalogue, kpi))))


def unfolded(catalogue: Catalogue, kpi: Kpi) -> Formula:
    """The formula of a KPI; of one that only narrows another, the narrowed formula of that.

    Raises `UnknownName` and `CycleOfKpis`.
    """
    catalogue.expand(kpi.id)
    formula = kpi.formula
    while isinstance(formula, Reference) and formula.id in catalogue.kpis:
        outer, below = formula, catalogue.kpis[formula.id]
        given = replaced(below.params, outer.params)
        formula = _each(below.formula, partial(_narrowed, catalogue, outer, given))
    return formula


def _narrowed(catalogue: Catalogue, outer: Reference, params: Params, inner: Reference) -> Reference:
    reached = [catalogue.measures[one.id] for one in references(catalogue.expand(Reference(inner.id)))]
    taken = tuple((name, value) for name, value in params if any(measure.takes(name) for measure in reached))
    return replace(
        inner,
        where=both(inner.where, outer.where),
        by=tuple(dict.fromkeys(inner.by + outer.by)),
        params=replaced(inner.params, taken),
    )


def _each(formula: Formula, change: Callable[[Reference], Reference]) -> Formula:
    match formula:
        case Reference():
            return change(formula)
        case Negate(operand=operand):
            return replace(formula, operand=_each(operand, change))
        case Binary(left=left, right=right):
            return replace(formula, left=_each(left, change), right=_each(right, change))
        case Call(arguments=arguments):
            return replace(formula, arguments=tuple(_each(one, change) for one in arguments))
    return formula


def _figures(catalogue: Catalogue, formula: Formula, resolve: Resolve) -> tuple[Figure, ...]:
    def worth(reference: Reference, back: int) -> float | None:
        return evaluate(catalogue.expand(reference), lambda one, prior: resolve(one, back + prior))

    return tuple(Figure(one, back, _unit(catalogue, one), worth(one, back)) for one, back in _asked(formula))


def _asked(formula: Formula, back: int = 0) -> tuple[tuple[Reference, int], ...]:
    """The references of a formula, each with the number of `prev()` around it, once and in reading order."""
    match formula:
        case Reference():
            found: tuple[tuple[Reference, int], ...] = ((formula, back),)
        case Negate(operand=operand):
            found = _asked(operand, back)
        case Binary(left=left, right=right):
            found = _asked(left, back) + _asked(right, back)
        case Call(name="prev", arguments=(argument,)):
            found = _asked(argument, back + 1)
        case Call(name="growth", arguments=(argument,)):
            found = _asked(growth(argument), back)
        case Call(arguments=arguments):
            found = tuple(pair for one in arguments for pair in _asked(one, back))
        case Number():
            found = ()
    return tuple(dict.fromkeys(found))


def _unit(catalogue: Catalogue, reference: Reference) -> str:
    return (catalogue.kpis.get(reference.id) or catalogue.measures[reference.id]).unit


def _way(catalogue: Catalogue, kpi: Kpi, formula: Formula) -> Way:
    if not isinstance(formula, Reference):
        return Way.FORMULA
    measure = catalogue.measures[formula.id]
    if kpi.observed:
        return Way.ENTERED
    if dict(formula.params).get("window") in {"day", "week"}:
        return Way.WINDOWS
    if _is_mean(measure):
        return Way.MEAN
    if measure.timing is Timing.STOCK:
        return Way.READ if measure.unit not in COUNTED or measure.id.endswith("_start") else Way.STOCK
    if measure.aggregation is Aggregation.LAST:
        return Way.READ
    return Way.DISTINCT if measure.id.startswith("u_") else Way.SUM


def _parts(way: Way, value: float, unit: str) -> tuple[float, ...]:
    """Round parts that give the value again, by the rule of the way it is told."""
    step = 1.0 if unit in WHOLE or value >= 100 else 0.01

    def share(part: float) -> float:
        return round(round(value * part / step) * step, 2)

    match way:
        case Way.SUM:
            parts = [share(0.3), share(0.33)]
            return (*parts, round(value - sum(parts), 2))
        case Way.DISTINCT:
            parts = [share(0.4), share(0.42), share(0.46)]
            return (*parts, round(sum(parts) - value, 2))
        case Way.STOCK:
            came, went = max(step, share(0.06)), share(0.02)
            return round(value - came + went, 2), came, went
        case Way.MEAN if unit in SCALES:
            away = 1 if value <= 10 else 10  # five answers on a scale: 3, 4, 4, 5, 5 have the mean 4.2
            return tuple(round(value + away * by, 2) for by in (-1.2, -0.2, -0.2, 0.8, 0.8))
        case Way.MEAN | Way.WINDOWS:
            parts = [share(0.5), share(0.75)] if way is Way.MEAN else [share(0.9), share(0.95)]
            return (*parts, round(3 * value - sum(parts), 2))
    return ()


@cache
def _company() -> Mapping[str, Mapping[str, float]]:
    text = files("keiki.catalogue").joinpath("made_up_month.yaml").read_text(encoding="utf-8")
    return dict(yaml.load(text, Loader=Loader))


def _made_up(catalogue: Catalogue, money: float) -> Resolve:
    """What the made-up company measured, whatever is asked; earlier periods are a little smaller."""

    def resolve(reference: Reference, back: int) -> float | None:
        measure = catalogue.measures[reference.id]
        value = _now(catalogue, measure, reference)
        if back:
            base = _company()["measures"].get(measure.id)
            before = _company()["before"].get(measure.id)
            value *= before / base if before is not None and base else USUAL_BEFORE**back
        if measure.unit in WHOLE and not _is_mean(measure):
            return float(max(1, round(value)))
        return round(value * money, 2) if measure.unit == "currency" else round(value, 4)

    return resolve


def _now(catalogue: Catalogue, measure: Measure, reference: Reference) -> float:
    asked, exact = asked_of(reference), _company()["asked"]
    narrowed = Reference(asked.measure, asked.where, params=asked.params)
    if show(narrowed) in exact:
        return exact[show(narrowed)] * (PART if reference.by else 1)
    share = 1.0 if _is_mean(measure) else _share(asked.where) * (PART if reference.by else 1)
    whole = show(replace(narrowed, where=None))
    if whole in exact:
        return exact[whole] * share
    params = dict(asked.params)
    seen = catalogue.kpis.get(params.get("this_kpi", ""))
    if seen is not None:
        return BY_UNIT[seen.unit]
    value = _company()["measures"].get(measure.id, BY_UNIT[measure.unit])
    return value * share * (_months(params.get("window", "")) if measure.timing is Timing.FLOW else 1)


def _is_mean(measure: Measure) -> bool:
    return measure.aggregation is Aggregation.AVG or measure.id.startswith(("avg_", "cohort_"))


def _months(window: str) -> float:
    return float(window[:-1]) if window.endswith("m") and window[:-1].isdecimal() else MONTHS.get(window, 1)


def _share(where: Condition | None) -> float:
    """The part of a measure that a condition keeps."""
    match where:
        case None:
            return 1.0
        case Both(left=left, right=right):
            return _share(left) * _share(right)
        case Either(left=left, right=right):
            return min(1.0, _share(left) + _share(right))
        case OneOf(operand=operand, options=options):
            return min(1.0, sum(_share(Compare("=", operand, option)) for option in options))
    return _company()["shares"].get(show_condition(where), PART)
