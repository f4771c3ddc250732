"""A formula unfolded until every reference in it is a measure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from keiki.catalogue.kpi import Kpi
from keiki.errors import CycleOfKpis, UnknownName
from keiki.formula.evaluate import references
from keiki.formula.nodes import (
    Binary,
    Both,
    Call,
    Compare,
    Condition,
    Either,
    Formula,
    IsNull,
    Negate,
    Number,
    OneOf,
    Reference,
    ThisKpi,
)
from keiki.formula.show import show_condition, show_operand
from keiki.measures.measure import Asked, Measure

Params = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Given:
    """What a reference hands down to everything it reaches, and the path of KPIs that led here."""

    where: Condition | None = None
    by: tuple[str, ...] = ()
    params: Params = ()
    path: tuple[str, ...] = ()


def expand(
    formula: Formula, kpis: Mapping[str, Kpi], measures: Mapping[str, Measure], given: Given = Given()
) -> Formula:
    """The formula over measures alone.

    A filter on a KPI goes to every measure it reaches, a parameter given outside replaces the one inside,
    and `growth(x)` is written out. Raises `UnknownName` and `CycleOfKpis`.
    """
    match formula:
        case Number():
            return formula
        case Negate(operand=operand):
            return Negate(expand(operand, kpis, measures, given), at=formula.at)
        case Binary(op=op, left=left, right=right):
            return Binary(op, expand(left, kpis, measures, given), expand(right, kpis, measures, given), at=formula.at)
        case Call(name="growth", arguments=(argument,)):
            return growth(expand(argument, kpis, measures, given))
        case Call(name=name, arguments=arguments):
            return Call(name, tuple(expand(a, kpis, measures, given) for a in arguments), at=formula.at)
        case Reference():
            return _reference(formula, kpis, measures, given)


def growth(of: Formula) -> Formula:
    """`(x - prev(x)) / prev(x)`."""
    before = Call("prev", (of,))
    return Binary("/", Binary("-", of, before), before)


def _reference(reference: Reference, kpis: Mapping[str, Kpi], measures: Mapping[str, Measure], given: Given) -> Formula:
    if reference.id in measures:
        return _measure(reference, measures[reference.id], given)
    if reference.id not in kpis:
        raise UnknownName(kind="KPI", name=reference.id, known=[*kpis, *measures], at=reference.at)
    if reference.id in given.path:
        start = given.path.index(reference.id)
        raise CycleOfKpis(path=" > ".join((*given.path[start:], reference.id)))
    kpi = kpis[reference.id]
    inner = Given(
        where=both(given.where, reference.where),
        by=tuple(dict.fromkeys(given.by + reference.by)),
        params=replaced(replaced(kpi.params, reference.params), given.params),
        path=(*given.path, kpi.id),
    )
    unfolded = expand(kpi.formula, kpis, measures, inner)
    _parameters_reach(reference, unfolded, measures)
    return unfolded


def _measure(reference: Reference, measure: Measure, given: Given) -> Reference:
    known = sorted({*dict(measure.params), *measure.accepts, "window"})
    for name, _ in reference.params:
        if not measure.takes(name):
            raise UnknownName(kind="parameter", name=name, known=known, at=reference.at)
    params = replaced(reference.params, tuple((n, v) for n, v in given.params if measure.takes(n)))
    for name, value in params:
        if not measure.reads(name, value):
            raise UnknownName(kind="value", name=value, known=("1m", "3m", "6m", "12m", "24m", "to_date"))
    if given.path and measure.where is not None and names_this_kpi(measure.where):
        params = replaced(params, (("this_kpi", given.path[-1]),))
    return replace(
        reference,
        where=both(given.where, reference.where),
        by=tuple(dict.fromkeys(given.by + reference.by)),
        params=params,
    )


def _parameters_reach(reference: Reference, unfolded: Formula, measures: Mapping[str, Measure]) -> None:
    reached = [measures[r.id] for r in references(unfolded)]
    for name, _ in reference.params:
        if not any(measure.takes(name) for measure in reached):
            known = sorted({n for m in reached for n in (*dict(m.params), *m.accepts)})
            raise UnknownName(kind="parameter", name=name, known=known, at=reference.at)


def replaced(inside: Params, outside: Params) -> Params:
    """Parameters by name, those given outside replacing the ones inside, sorted."""
    return tuple(sorted({**dict(inside), **dict(outside)}.items()))


def both(left: Condition | None, right: Condition | None) -> Condition | None:
    """The condition that holds where both hold; None is no condition."""
    if left is None or right is None:
        return left or right
    return Both(left, right)


def asked_of(reference: Reference) -> Asked:
    """A reference to a measure as the unit of measuring: the same question always gives the same record."""
    where = canonical(reference.where) if reference.where is not None else None
    return Asked(reference.id, where, tuple(sorted(reference.params)))


def canonical(where: Condition) -> Condition:
    """An equal condition with its parts, and the options of `in`, in one fixed order and without repetition."""
    match where:
        case Both():
            return _joined(Both, [p for part in _parts(where, Both) for p in _parts(canonical(part), Both)])
        case Either():
            return _joined(Either, [p for part in _parts(where, Either) for p in _parts(canonical(part), Either)])
        case OneOf(operand=operand, options=options):
            ordered = tuple(sorted(dict.fromkeys(options), key=show_operand))
            return OneOf(operand, ordered) if len(ordered) > 1 else Compare("=", operand, ordered[0])
        case _:
            return where


def _parts(where: Condition, kind: type[Both] | type[Either]) -> list[Condition]:
    if isinstance(where, Both | Either) and isinstance(where, kind):
        return _parts(where.left, kind) + _parts(where.right, kind)
    return [where]


def _joined(kind: type[Both] | type[Either], parts: list[Condition]) -> Condition:
    ordered = sorted(dict.fromkeys(parts), key=show_condition)
    joined = ordered[0]
    for part in ordered[1:]:
        joined = kind(joined, part)
    return joined


def names_this_kpi(where: Condition) -> bool:
    """Whether a condition speaks of `this_kpi`."""
    match where:
        case Both(left=left, right=right) | Either(left=left, right=right):
            return names_this_kpi(left) or names_this_kpi(right)
        case Compare(left=a, right=b):
            return isinstance(a, ThisKpi) or isinstance(b, ThisKpi)
        case OneOf(operand=operand, options=options):
            return any(isinstance(o, ThisKpi) for o in (operand, *options))
        case IsNull(operand=operand):
            return isinstance(operand, ThisKpi)
