"""What can be proved wrong in declared KPIs: names, cycles, units, filters, and quantities without a quality."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping

from keiki.catalogue.kpi import Kind, Kpi
from keiki.catalogue.versions import dated
from keiki.errors import DeclaredTwice, FormulaError, KeikiError, NoQualityBeside, UnitClash, UnitMismatch, UnknownName
from keiki.facts.contract import Fact
from keiki.formula.evaluate import references
from keiki.formula.nodes import Formula, Reference
from keiki.measures.check import column_names, column_of, condition_columns, fact_of, unknown_values
from keiki.measures.document import Place, Problem
from keiki.measures.measure import Measure
from keiki.measures.units import Clash, dimension, fits


def check(
    kpis: Mapping[str, Kpi],
    measures: Mapping[str, Measure],
    places: Mapping[str, Place],
    only: Container[str] | None = None,
) -> tuple[Problem, ...]:
    """Every problem of every KPI, or of some. An `error` keeps the KPI from being measured, a `warning` does not."""
    units = {**{m.id: m.unit for m in measures.values()}, **{k.id: k.unit for k in kpis.values()}}
    found: list[Problem] = []
    for kpi in kpis.values():
        if only is not None and kpi.id not in only:
            continue
        place, unfolded = places.get(kpi.id), _unfolded(kpi, kpis, measures)
        found += [Problem(kpi.id, error, place) for error in _once(_errors(kpi, kpis, measures, units, unfolded))]
        found += [Problem(kpi.id, error, place, "warning") for error in _once(_warnings(kpi, kpis, measures, unfolded))]
    return tuple(found)


def _unfolded(kpi: Kpi, kpis: Mapping[str, Kpi], measures: Mapping[str, Measure]) -> Formula | KeikiError:
    """The newest definition over measures alone, or why there is none."""
    try:
        return dated(Reference(kpi.id), kpis, measures).newest
    except KeikiError as error:
        return error


def _once(errors: Iterable[KeikiError]) -> list[KeikiError]:
    return list({str(error): error for error in errors}.values())


def _errors(
    kpi: Kpi,
    kpis: Mapping[str, Kpi],
    measures: Mapping[str, Measure],
    units: dict[str, str],
    unfolded: Formula | KeikiError,
) -> Iterator[KeikiError]:
    if kpi.id in measures:
        yield DeclaredTwice(name=kpi.id, first=f"measures/{kpi.id}")
        return
    unknown = [r for r in references(kpi.formula) if r.id not in kpis and r.id not in measures]
    for reference in unknown:
        yield no_such_name(reference, kpi.source, [*kpis, *measures])
    if unknown:
        return
    if isinstance(unfolded, KeikiError):
        yield unfolded
        return
    clashes: list[Clash] = []
    proved = dimension(kpi.formula, units, clashes)
    for clash in clashes:
        yield UnitClash(left=clash.left, right=clash.right, formula=kpi.source)
    if not clashes and not fits(proved, kpi.unit):
        yield UnitMismatch(unit=kpi.unit, formula=kpi.source)
    for reference in references(unfolded):
        if reference.where is not None:
            yield from unknown_values(reference.where, _fact(measures[reference.id]))


def _warnings(
    kpi: Kpi, kpis: Mapping[str, Kpi], measures: Mapping[str, Measure], unfolded: Formula | KeikiError
) -> Iterator[KeikiError]:
    for other in (*kpi.pairs_with, *([kpi.base] if kpi.base else [])):
        if other not in kpis:
            yield UnknownName(kind="KPI", name=other, known=kpis)
    if kpi.kind is Kind.QUANTITY and not kpi.pairs_with:
        yield NoQualityBeside(name=kpi.id)
    if isinstance(unfolded, KeikiError):
        return
    for reference in references(unfolded):
        yield from unknown_dimensions(reference, measures[reference.id])


def no_such_name(reference: Reference, source: str, known: Iterable[str]) -> FormulaError:
    """The error that shows where in a formula's text a name stands that nobody declared."""
    return FormulaError(reason="unknown", text=source, place=reference.at, found=reference.id, known=known)


def unknown_dimensions(reference: Reference, measure: Measure) -> Iterator[KeikiError]:
    """The columns a reference filters or splits by that its fact or model does not know."""
    named = condition_columns(reference.where) if reference.where is not None else []
    for name in dict.fromkeys((*named, *reference.by)):
        if measure.model is not None:
            if name not in measure.dimensions:
                yield UnknownName(kind="dimension", name=name, known=measure.dimensions)
        elif column_of(_fact(measure), name) is None:
            yield UnknownName(kind="dimension", name=name, known=column_names(_fact(measure)))


def _fact(measure: Measure) -> Fact:
    return fact_of(measure.facts[0])
