"""Measures as expressions: any number of measures of one fact, over any number of periods, in one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged
from keiki.errors import MeasureNotReadable
from keiki.facts import FACTS
from keiki.facts.defaults import first_spans
from keiki.formula import COLUMNS, Moment, column_names, condition, condition_columns, evaluate
from keiki.formula.nodes import Both, Compare, Condition, Formula, OneOf, Reference, Text
from keiki.journeys.local_time import local_time
from keiki.measures.aggregates import Aggregate, count, distinct, mean, total, weighted_mean
from keiki.measures.buckets import Edges, Span, layers, span_table
from keiki.measures.columns import reach
from keiki.measures.derive import OVER_HISTORY
from keiki.measures.measure import Aggregation, Asked, Measure, Timing
from keiki.measures.models import MODELS, Facts, Params, Stat, table_of
from keiki.measures.rules import Rules

MANY_LAYERS = 2
"""Windows that overlap in more layers than this are joined to a table of spans instead of bucketed layer by layer."""
MEANS = ("interval", "avg", "recency", "contract_months", "lifetime_years", "payback")
"""Aggregates of models that are a mean: unknown, not zero, where there is no row."""

BY_PERIOD = ("spans", "flow_spans")
"""Ways of models that give a row per period themselves: of a state that lasts, or of what happened in the period."""


@dataclass(frozen=True)
class Frame:
    """Asked measures that one query answers: they read the same rows, at the same time column, in the same way."""

    source: str
    time: str
    way: str
    window: str | None = None
    at: str = "end"
    params: Params = ()
    time_fallback: str | None = None
    over_history: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = field(default=())

    @property
    def lasting(self) -> bool:
        """Whether it reads a state, which lasts beyond the last row that changed it."""
        return self.way in ("stock", "last_stock", "spans")

    def rows(self, spans: Iterable[Span]) -> tuple[tuple[Span, ...], ...]:
        """The spans in rows, one query each: without overlaps while that takes few rows, else all in one."""
        apart = layers(tuple(spans))
        if self.way == "flow" and len(apart) <= MANY_LAYERS:
            return apart
        return (tuple(sorted(set(spans))),)

    def nothing(self, asked: Asked, measures: Mapping[str, Measure]) -> int | None:
        """What no row at all means inside the covered days: zero for counts and sums, unknown for means and levels."""
        measure = measures[asked.measure]
        if measure.aggregation is Aggregation.CUSTOM:
            return None if _params(asked, measure).get("stat") in MEANS else 0
        return None if measure.aggregation in (Aggregation.AVG, Aggregation.LAST) else 0


def frames(asked: Iterable[Asked], measures: Mapping[str, Measure]) -> tuple[Frame, ...]:
    """The queries that answer these measures, one per fact, time column and window."""
    groups: dict[Frame, list[Asked]] = {}
    for one in sorted(set(asked), key=repr):
        frame = _frame(one, measures[one.measure])
        # Events are many: the few measures that look over their whole history do not hold up the others.
        apart = sorted(_named(one, measures[one.measure]) & OVER_HISTORY) if frame.source == "events" else ()
        groups.setdefault(replace(frame, over_history=tuple(apart)), []).append(one)
    return tuple(replace(frame, asked=tuple(members)) for frame, members in groups.items())


def _frame(asked: Asked, measure: Measure) -> Frame:
    params = _params(asked, measure)
    if measure.aggregation is Aggregation.CUSTOM:
        name = table_of(str(measure.model), params.get("stat"))
        if name not in MODELS:
            raise MeasureNotReadable(measure=measure.id, model=name)
        model = MODELS[name]
        kept = tuple(sorted((k, v) for k, v in params.items() if k in model.parameters))
        way = "flow" if model.time else "spans" if model.lasting else "flow_spans"
        window = None if "window" in model.parameters else params.get("window")
        return Frame(name, model.time or "period", way, window, params=kept)
    if measure.fact not in FACTS:
        raise MeasureNotReadable(measure=measure.id, model=measure.fact)
    time = measure.time.rpartition(".")[2]
    if measure.aggregation is Aggregation.LAST:
        return Frame(measure.fact, time, f"last_{measure.timing}", params.get("window"))
    if measure.timing is Timing.STOCK:
        return Frame(measure.fact, time, "stock", at=params.get("at", "end"))
    return Frame(measure.fact, measure.time, "flow", params.get("window"), time_fallback=measure.time_fallback)


@dataclass(frozen=True)
class Parts:
    """How a value is put together: `count` (n), `sum` (total, rows), `mean` (over, under), `last` (value)."""

    way: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Query:
    """An expression with its value columns: `period`, one column per dimension, then the parts of each measure.

    `rows` are the places of the rows of spans it answers; `period` counts through their spans in order.
    """

    table: ir.Table
    parts: Mapping[Asked, Parts]
    rows: tuple[int, ...]


def queries(
    frame: Frame,
    measures: Mapping[str, Measure],
    facts: Facts,
    rows: Sequence[tuple[Span, ...]],
    *,
    rules: Rules,
    by: tuple[str, ...] = (),
    where: Condition | None = None,
) -> tuple[Query, ...]:
    """The frame's queries over rows of spans (see `Frame.rows`).

    A second row costs a second scan of plain rows, which its boundaries keep small; where rows are made by a model or
    numbered over their whole history, that work is done once and all rows of spans are answered together.
    """
    wanted = {*by, *_wanted(frame, measures, where)}
    together = frame.source in MODELS or not wanted.isdisjoint(OVER_HISTORY)
    groups = [tuple(range(len(rows)))] if together else [(place,) for place in range(len(rows))]
    return tuple(_query(frame, measures, facts, rows, group, by, where, rules, wanted) for group in groups)


def _query(
    frame: Frame,
    measures: Mapping[str, Measure],
    facts: Facts,
    rows: Sequence[tuple[Span, ...]],
    group: tuple[int, ...],
    by: tuple[str, ...],
    where: Condition | None,
    rules: Rules,
    wanted: set[str],
) -> Query:
    chosen = [rows[place] for place in group]
    table = _rows(frame, measures, facts, sum(map(len, chosen)), rules, wanted)
    table, names = reach(facts, frame.source, table, wanted | ({frame.time} if frame.way == "flow" else set()), rules)
    table, time = _dated(frame, table, names, rules)
    if where is not None:
        table = table.filter(_holds(table, names, where))
    table = _in_periods(frame, table, time, chosen)
    if frame.way.startswith("last"):
        return _latest(frame, measures, table, names, group, by)
    keys = {"period": table["period"]} | {name: table[names[name]].cast("string") for name in by}
    table, kept = _marked(frame, measures, table, names)
    columns: dict[Any, str] = {}
    parts: dict[Asked, Parts] = {}
    for asked in frame.asked:
        holds = table[kept[asked]] if asked in kept else None
        made = _aggregate(asked, measures[asked.measure], table, names, holds, rules)
        for value in made.values:
            columns.setdefault(value.op(), f"m{len(columns)}")
        parts[asked] = Parts(made.way, tuple(columns[value.op()] for value in made.values))
    values = {name: operation.to_expr() for operation, name in columns.items()}
    return Query(table.group_by(**keys).aggregate(**values), parts, group)


def counted_rows(
    asked: Asked,
    measures: Mapping[str, Measure],
    facts: Facts,
    span: Span,
    *,
    rules: Rules,
    where: Condition | None = None,
) -> tuple[str, ir.Table] | None:
    """The rows that a measure counts in one span, newest first, and the fact or model they are of.

    A row stands there once; boundaries are placeholders, as in `queries`. None where a model's own aggregate decides
    which of its rows count, so that no list of them could be added up to the number.
    """
    measure = measures[asked.measure]
    if _stat(asked, measure) is not None:
        return None
    found = _counted(asked, measures, facts, span, rules, where)
    if found is None:
        return None
    table, names, time, shown = found
    if measure.column is not None:  # what has nothing to add is not part of the number
        table = table.filter(_column(measure.column, table, names).notnull())
    return _frame(asked, measure).source, table.order_by(table[time].desc()).select(*shown)


def counted_values(
    asked: Asked,
    measures: Mapping[str, Measure],
    facts: Facts,
    span: Span,
    *,
    rules: Rules,
    where: Condition | None = None,
) -> ir.Table | None:
    """The values that a mean or a sum is made of in one span: a row each, in the column `value`.

    None for a measure that is made of no single values, and for a weighted mean.
    """
    measure = measures[asked.measure]
    averaged = _averaged(asked, measure)
    if averaged is None and (_stat(asked, measure) is not None or measure.column is None or measure.param("weight")):
        return None
    found = _counted(asked, measures, facts, span, rules, where)
    if found is None:
        return None
    table, names, _time, _shown = found
    value = table[averaged] if averaged is not None else _column(measure.column, table, names)
    values = table.select(value=value.cast("float64"))
    return values.filter(values["value"].notnull())


def _averaged(asked: Asked, measure: Measure) -> str | None:
    """The column of its model that a measure is the mean of."""
    if measure.aggregation is not Aggregation.CUSTOM or _params(asked, measure).get("stat") != "avg":
        return None
    return MODELS[table_of(str(measure.model), "avg")].averaged


def _counted(
    asked: Asked, measures: Mapping[str, Measure], facts: Facts, span: Span, rules: Rules, where: Condition | None
) -> tuple[ir.Table, Mapping[str, str], str, list[str]] | None:
    """The rows a measure counts in one span, the names of their columns, the one that dates them, those to show."""
    (frame,) = frames([asked], measures)
    if frame.way in BY_PERIOD:
        return None
    wanted = _wanted(frame, measures, where)
    table = _rows(frame, measures, facts, 1, rules, wanted)
    shown = [name for name in table.columns if not name.startswith("_")]
    dated = {frame.time} if frame.way == "flow" else set()
    table, names = reach(facts, frame.source, table, wanted | dated, rules)
    table, time = _dated(frame, table, names, rules)
    if where is not None:
        table = table.filter(_holds(table, names, where))
    table = _in_periods(frame, table, time, [(span,)])
    kept = _kept(asked, measures[asked.measure], table, names)
    if kept is not None:
        table = table.filter(kept)
    return table, names, time, shown


def _marked(
    frame: Frame, measures: Mapping[str, Measure], table: ir.Table, names: Mapping[str, str]
) -> tuple[ir.Table, dict[Asked, str]]:
    """The rows with a yes/no column per distinct condition, so that each is judged once per row, not per aggregate."""
    marks: dict[Any, str] = {}
    kept: dict[Asked, str] = {}
    for asked in frame.asked:
        held = _kept(asked, measures[asked.measure], table, names)
        if held is not None:
            kept[asked] = marks.setdefault(held.op(), f"_kept{len(marks)}")
    return table.mutate(**{name: operation.to_expr() for operation, name in marks.items()}) if marks else table, kept


def _kept(asked: Asked, measure: Measure, table: ir.Table, names: Mapping[str, str]) -> ir.BooleanValue | None:
    where = None
    for clause in (measure.where, asked.where):
        if clause is not None:
            held = _holds(table, names, clause, _params(asked, measure))
            where = held if where is None else where & held
    return where


def _rows(
    frame: Frame, measures: Mapping[str, Measure], facts: Facts, count: int, rules: Rules, wanted: set[str]
) -> ir.Table:
    if frame.source in MODELS:
        return MODELS[frame.source].build(facts, span_table(count), dict(frame.params), rules)
    table = facts[frame.source]
    if frame.over_history:
        table = _of_names(table, [_names_of(one, measures[one.measure]) for one in frame.asked])
    if frame.source == "subscriptions" and "reason" in wanted:
        table = first_spans(table)
    if frame.source == "subscriptions" and frame.way == "stock":
        table = bridged(table, rules.movements.gap_days)
    return table


def _of_names(events: ir.Table, asked: Sequence[frozenset[str] | None]) -> ir.Table:
    """The events that any measure can count: what is derived over history looks at events of the same name only."""
    known = [names for names in asked if names is not None]
    return events.filter(events["name"].isin(sorted(frozenset().union(*known)))) if len(known) == len(asked) else events


def _names_of(asked: Asked, measure: Measure) -> frozenset[str] | None:
    """The names of the events that a measure counts, as far as its conditions say."""
    clauses = [each for clause in (measure.where, asked.where) if clause is not None for each in _clauses(clause)]
    told = [names for each in clauses if (names := _names_in(each)) is not None]
    return told[0].intersection(*told) if told else None


def _clauses(clause: Condition) -> list[Condition]:
    return [*_clauses(clause.left), *_clauses(clause.right)] if isinstance(clause, Both) else [clause]


def _names_in(clause: Condition) -> frozenset[str] | None:
    match clause:
        case Compare(op="=", left=Reference(id="name"), right=Text(value=name)):
            return frozenset({name})
        case OneOf(operand=Reference(id="name"), options=options) if all(isinstance(each, Text) for each in options):
            return frozenset(each.value for each in options if isinstance(each, Text))
    return None


def _wanted(frame: Frame, measures: Mapping[str, Measure], where: Condition | None) -> set[str]:
    wanted = set(condition_columns(where)) if where is not None else set()
    for asked in frame.asked:
        wanted |= _named(asked, measures[asked.measure])
    return wanted


def _named(asked: Asked, measure: Measure) -> set[str]:
    """The columns that a measure reads as it is asked for."""
    wanted = set()
    if measure.column is not None and _stat(asked, measure) is None:
        wanted |= set(column_names(measure.column))
    for clause in (measure.where, asked.where):
        wanted |= set(condition_columns(clause)) if clause is not None else set()
    if measure.param("weight"):
        wanted.add(str(measure.param("weight")))
    return wanted


def _dated(frame: Frame, table: ir.Table, names: Mapping[str, str], rules: Rules) -> tuple[ir.Table, str]:
    """The rows and the name of the column that dates them; an empty time takes the fallback's calendar day."""
    time = names.get(frame.time, frame.time)
    if frame.time_fallback is None:
        return table, time
    other = table[frame.time_fallback]
    day = other if other.type().is_date() else local_time(other, rules.zone).date()
    return table.mutate(_dated=ibis.coalesce(table[time], day)), "_dated"


def _in_periods(frame: Frame, table: ir.Table, time: str, rows: Sequence[tuple[Span, ...]]) -> ir.Table:
    """The rows with the number of the period they count in; a row may count in several when periods overlap."""
    if frame.way in BY_PERIOD:
        return table
    dates = table[time].type().is_date()
    if frame.way == "flow" and all(len(layers(row)) == 1 for row in rows):
        firsts = [sum(map(len, rows[:place])) for place in range(len(rows))]
        read = [
            _in_row(table, table[time], Edges.of(row, first), dates) for row, first in zip(rows, firsts, strict=True)
        ]
        return read[0] if len(read) == 1 else ibis.union(*read)
    periods = span_table(sum(map(len, rows)))
    start, end = (periods.start_date, periods.end_date) if dates else (periods.start_at, periods.end_at)
    moment = start if frame.at == "start" else end
    if frame.way in ("flow", "last_flow"):
        match = [table[time] >= start, table[time] < end]
    elif "valid_to" in table.columns:
        match = [table[time] < moment, table.valid_to.isnull() | (table.valid_to >= moment)]
    else:
        match = [table[time] < moment]
    return table.inner_join(periods, match)


def _in_row(table: ir.Table, time: ir.Value, edges: Edges, dates: bool) -> ir.Table:
    table = table.filter(edges.inside(time, dates=dates)).mutate(period=edges.bucket(time, dates=dates))
    return table.filter(table.period.notnull()) if None in edges.cells[:-1] else table


def _holds(
    table: ir.Table, names: Mapping[str, str], clause: Condition, params: Mapping[str, str] = MappingProxyType({})
) -> ir.BooleanValue:
    as_of = Moment(table.end_date, table.end_at) if "end_date" in table.columns else None
    return condition(clause, lambda name: table[names[name]], as_of=as_of, this_kpi=params.get("this_kpi"))


def _params(asked: Asked, measure: Measure) -> dict[str, str]:
    return dict(measure.params) | dict(asked.params)


def _stat(asked: Asked, measure: Measure) -> Stat | None:
    """The model's own aggregate that the measure names; None when it aggregates the model's rows like a fact's."""
    if measure.aggregation is not Aggregation.CUSTOM:
        return None
    stat = _params(asked, measure).get("stat")
    return MODELS[table_of(str(measure.model), stat)].stats.get(str(stat))


def _aggregate(
    asked: Asked,
    measure: Measure,
    table: ir.Table,
    names: Mapping[str, str],
    where: ir.BooleanValue | None,
    rules: Rules,
) -> Aggregate:
    params = _params(asked, measure)
    stat = _stat(asked, measure)
    if stat is not None:
        model = MODELS[table_of(str(measure.model), params.get("stat"))]
        return stat(table, where, {**params, **model.told(rules)})
    kind = Aggregation(params["stat"]) if measure.aggregation is Aggregation.CUSTOM else measure.aggregation
    if kind is Aggregation.COUNT:
        return count(table, where)
    column = _column(measure.column, table, names)
    if kind is Aggregation.COUNT_DISTINCT:
        return distinct(column, where)
    if kind is Aggregation.SUM:
        return total(table, column, where)
    weight = measure.param("weight")
    return mean(column, where) if weight is None else weighted_mean(column, table[names[weight]], where)


def _column(formula: Formula | None, table: ir.Table, names: Mapping[str, str]) -> ir.Value:
    def resolve(reference: Reference, back: int) -> ir.Value:
        return table[names[reference.id]]

    return evaluate(formula, resolve, COLUMNS)  # type: ignore[arg-type]  # a counted column always has a formula


def _latest(
    frame: Frame,
    measures: Mapping[str, Measure],
    table: ir.Table,
    names: Mapping[str, str],
    group: tuple[int, ...],
    by: tuple[str, ...],
) -> Query:
    """`last`: the latest filled value per combination of the fact's dimensions, then summed."""
    combination = [c for c in _combination(frame.source) if c in table.columns]
    time = names.get(frame.time, frame.time)
    dimensions = {name: table[names[name]].cast("string") for name in by}
    latest: dict[str, ir.Scalar] = {}
    parts: dict[Asked, Parts] = {}
    for number, asked in enumerate(frame.asked):
        measure = measures[asked.measure]
        value = _column(measure.column, table, names)
        kept = _kept(asked, measure, table, names)
        where = value.notnull() if kept is None else value.notnull() & kept
        parts[asked] = Parts("last", (f"m{number}_0",))
        latest[f"m{number}_0"] = value.argmax(table[time], where=where)
    per = table.group_by(period=table["period"], **dimensions, **{f"_{c}": table[c] for c in combination}).aggregate(
        **latest
    )
    summed = per.group_by("period", *by).aggregate(**{name: per[name].sum() for name in latest})
    return Query(summed, parts, group)


def _combination(source: str) -> tuple[str, ...]:
    """The columns that tell one running value from another: the key without its time, plus what observations carry."""
    if source == "media":
        return ("platform", "kind", "campaign", "content", "keyword")
    return ("metric", "grain", "segment", "channel", "platform", "project", "market", "product", "team")
