"""Raw rows become rows of a fact and a list of what could not be read: one lazy expression, one scan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import ibis
from ibis.expr import types as ir

from keiki.facts import fact as fact_of
from keiki.facts import vocabulary
from keiki.facts.casts import Reading, as_text, cast, is_empty
from keiki.facts.contract import Column, Fact, Kind
from keiki.facts.defaults import with_defaults
from keiki.facts.dimensions import dimension, dimension_names
from keiki.facts.known_values import renamed
from keiki.facts.mapping import Mapping, Rule
from keiki.facts.problems import reason
from keiki.facts.rules import combined, made_value, raw_inputs

ROW, PROBLEMS = "_row", "_problems"
SOURCE_PROBLEM, SOURCE_TEXT = "_source_problem", "_source_text"
"""A source marks a line that it could not cut into cells: the code of the reason, and the line itself."""

# DuckDB moves a filter below the step that works out its column, and then works every cast out twice. It leaves
# a filter alone whose column holds something volatile; this costs a hundredth of the casts.
NEVER = ibis.random() < 0

PROBLEM = "array<struct<column: string, value: string, reason: string>>"
SHOWN = 200
"""Characters of a refused cell that are kept."""


@dataclass(frozen=True)
class Conformed:
    """Rows of one fact, lazily. `_row` is the 1-based number of the data row in the source.

    Parquet and Excel know their row numbers. A CSV file does not, and counting forces DuckDB to read it with one
    thread: `unnumbered` and `unnumbered_good` are the same rows without `_row`, for whoever does not need it.
    """

    fact: Fact
    unnumbered: ir.Table
    numbered: bool
    """Whether the source knows its row numbers, so that `table` costs no more than `unnumbered`."""
    dimensions: tuple[str, ...] = ()
    """The columns that the fact does not declare."""

    @property
    def table(self) -> ir.Table:
        """Every row: `_row`, columns in the lake's types, dimensions, `_problems` (NULL or empty: a good row)."""
        return self.unnumbered if self.numbered else _numbered(self.unnumbered)

    @property
    def good(self) -> ir.Table:
        """The rows to load, with `_row`."""
        return _good(self.table)

    @property
    def unnumbered_good(self) -> ir.Table:
        """The rows to load, without `_row`."""
        good = _good(self.unnumbered)
        return good.drop(ROW) if self.numbered else good

    @property
    def rejected(self) -> ir.Table:
        """One row per refused cell: row_number, column (its heading in the source), value, reason (a code)."""
        bad = self.table.filter(lambda t: t[PROBLEMS].length() > 0)
        one = bad.select(row_number=bad[ROW], problem=bad[PROBLEMS].unnest())
        return one.select(
            "row_number", column=one.problem["column"], value=one.problem["value"], reason=one.problem["reason"]
        )

    @property
    def unknown_vocabulary(self) -> ir.Table:
        """Values that no vocabulary knows, most frequent first: column, value, rows. They load all the same."""
        good = self.unnumbered_good
        found = [
            good.filter(good[c.name].notnull() & good[c.name].notin(list(vocabulary(c.vocabulary))))
            .group_by(value=good[c.name])
            .agg(rows=lambda t: t.count())
            .select(column=ibis.literal(c.name), value=ibis._.value, rows=ibis._.rows)
            for c in self.fact.loadable
            if c.vocabulary and c.name in good.columns
        ]
        nothing = ibis.memtable([], schema={"column": "string", "value": "string", "rows": "int64"})
        every = ibis.union(*found) if len(found) > 1 else found[0] if found else nothing
        return every.order_by(ibis.desc("rows"), "column", "value")


def conform(table: ir.Table, mapping: Mapping, reading: Reading) -> Conformed:
    """The rows of a source as rows of a fact, by the rules of the mapping.

    Lazy: nothing is read here. Columns that already have the right type pass through. A cell that cannot be read,
    and a required one that is empty, puts its row among the rejected ones; no cell stops the import.
    Raises `MappingIncomplete`, `NotLoadable`, `RuleShort` or `UnknownName` for a mapping the source cannot follow.
    """
    source = tuple(c for c in table.columns if c not in (ROW, SOURCE_PROBLEM, SOURCE_TEXT))
    mapping.check(source)
    reading = replace(reading, date_order=mapping.date_order or reading.date_order)
    plan = Plan.of(table, mapping, reading, source)
    rows = plan.finished(plan.valued(plan.raw(table)))
    return Conformed(plan.fact, rows, ROW in table.columns, tuple(plan.dimensions.values()))


@dataclass(frozen=True)
class Cell:
    """One source column on its way into a target: `raw` and `value` are its names in the steps between."""

    target: str
    kind: Kind
    heading: str
    place: str

    @property
    def raw(self) -> str:
        return f"_raw_{self.place}"

    @property
    def value(self) -> str:
        return f"_value_{self.place}"


@dataclass(frozen=True)
class Plan:
    """The steps from raw to finished rows. Each step is a query of its own, so that nothing is worked out twice."""

    fact: Fact
    mapping: Mapping
    reading: Reading
    cells: dict[str, tuple[Cell, ...]]
    dimensions: dict[str, str]
    """Heading of an unmapped source column → its name as a dimension."""
    marked: bool
    """Whether the source marks lines that it could not cut into cells."""
    own: tuple[str, ...]

    @classmethod
    def of(cls, table: ir.Table, mapping: Mapping, reading: Reading, source: tuple[str, ...]) -> Plan:
        fact = fact_of(mapping.fact)
        used = {name for rule in mapping.rules.values() for name in rule.sources}
        free = [name for name in source if name not in used and name not in mapping.ignored]
        cells = {
            target: _cells(at, target, _kind(fact, target), rule, table)
            for at, (target, rule) in enumerate(mapping.rules.items())
        }
        own = (ROW,) if ROW in table.columns else ()
        names = dimension_names(free, fact.name, mapping.rules)
        return cls(fact, mapping, reading, cells, names, SOURCE_PROBLEM in table.columns, own)

    def raw(self, table: ir.Table) -> ir.Table:
        """Step 1: the raw cells that must be read, what needs no reading, and the dimensions."""
        columns: dict[str, Any] = {name: table[name] for name in self.own}
        if self.marked:
            columns |= {name: table[name] for name in (SOURCE_PROBLEM, SOURCE_TEXT)}
        for target, rule in self.mapping.rules.items():
            kind = _kind(self.fact, target)
            if self.cells[target]:
                inputs = raw_inputs(rule, table)
                columns |= {cell.raw: raw for cell, raw in zip(self.cells[target], inputs, strict=True)}
            else:
                columns[f"_made_{target}"] = made_value(rule, table, kind, self.reading)
        columns |= {name: dimension(table[heading]) for heading, name in self.dimensions.items()}
        return table.select(**columns)

    def valued(self, rows: ir.Table) -> ir.Table:
        """Step 2: every raw cell beside its value."""
        every = [cell for cells in self.cells.values() for cell in cells]
        return rows.mutate(**{cell.value: cast(rows[cell.raw], cell.kind, self.reading) for cell in every})

    def finished(self, rows: ir.Table) -> ir.Table:
        """Steps 3 and 4: the targets; then defaults and the problems."""
        targets = {target: self._target(rows, target) for target in self.mapping.rules}
        kept = {name: rows[name] for name in (*self.own, *self.dimensions.values())}
        doubtful = [cell for cells in self.cells.values() for cell in cells if cell.kind is not Kind.TEXT]
        between = [name for cell in doubtful for name in (cell.raw, cell.value)]
        if self.marked:
            between += [SOURCE_PROBLEM, SOURCE_TEXT]
        step = rows.select(**kept, **targets, **{name: rows[name] for name in between})
        own = {name: step[name] for name in self.own}
        filled = with_defaults(self.fact, {target: step[target] for target in targets})
        extras = {name: step[name] for name in self.dimensions.values()}
        return step.select(**own, **filled, **extras, **{PROBLEMS: self._problems(step, doubtful)})

    def _target(self, rows: ir.Table, target: str) -> Any:
        rule, column, kind = self.mapping.rules[target], self.fact.column(target), _kind(self.fact, target)
        if not self.cells[target]:
            value = rows[f"_made_{target}"]
        else:
            value = combined(rule, [rows[cell.value] for cell in self.cells[target]], kind, self.reading)
        return renamed(value, column, rule.values) if kind is Kind.TEXT else value

    def _problems(self, rows: ir.Table, doubtful: list[Cell]) -> Any:
        checks = [(_misread(rows, cell), _unread(rows, cell)) for cell in doubtful]
        checks += [self._absent(rows, column) for column in self.fact.required if column.name in self.mapping.rules]
        checks += [self._refused(rows, name, bad, code) for name, bad, code in self._impossible(rows)]
        if not checks and not self.marked:
            return ibis.null(PROBLEM)
        listed = ibis.array([problem for _, problem in checks]).filter(lambda p: p.notnull()) if checks else None
        suspicious = [(reduce(lambda a, b: a | b, [bad for bad, _ in checks]), listed)] if checks else []
        if self.marked:
            torn = ibis.array([_problem(None, rows[SOURCE_TEXT], rows[SOURCE_PROBLEM])])
            suspicious.insert(0, (rows[SOURCE_PROBLEM].notnull(), torn))
        return ibis.cases(*suspicious, (NEVER, ibis.null(PROBLEM)), else_=ibis.null(PROBLEM))

    def _impossible(self, rows: ir.Table) -> list[tuple[str, Any, str]]:
        """Values that can be read and cannot be: target, where it is one, reason."""
        known = self.mapping.rules
        least = [(c.name, c.least) for c in self.fact.columns if c.least is not None and c.name in known]
        found = [(name, rows[name] < limit, "number_too_small") for name, limit in least]
        begins, ends = self.fact.time, self.fact.until
        if ends in known and begins in known:
            found.append((ends, rows[ends] < rows[begins], "ends_before_it_begins"))
        return found

    def _refused(self, rows: ir.Table, target: str, bad: Any, code: str) -> tuple[Any, Any]:
        heading = (*self.mapping.rules[target].sources, target)[0]
        refused = ibis.coalesce(bad, False)
        return refused, ibis.cases((refused, _problem(heading, as_text(rows[target]), ibis.literal(code))))

    def _absent(self, rows: ir.Table, column: Column) -> tuple[Any, Any]:
        """A required target is empty, although its cells could be read."""
        empty = rows[column.name].isnull()
        if column.unless in self.mapping.rules:
            empty = empty & ~ibis.coalesce(rows[column.unless], False)
        cells = [cell for cell in self.cells[column.name] if cell.kind is not Kind.TEXT]
        misread = [_misread(rows, cell) & ~is_empty(rows[cell.raw], cell.kind) for cell in cells]
        alone = reduce(lambda a, b: a & ~b, misread, empty)
        heading = (*self.mapping.rules[column.name].sources, column.name)[0]
        return empty, ibis.cases((alone, _problem(heading, ibis.null("string"), ibis.literal("required_empty"))))


def _cells(at: int, target: str, kind: Kind, rule: Rule, table: ir.Table) -> tuple[Cell, ...]:
    count = len(raw_inputs(rule, table))
    return tuple(Cell(target, kind, rule.sources[place], f"{at}_{place}") for place in range(count))


def _kind(fact: Fact, target: str) -> Kind:
    column = fact.column(target)
    return Kind.TEXT if column is None else column.kind


def _misread(rows: ir.Table, cell: Cell) -> Any:
    return rows[cell.value].isnull() & rows[cell.raw].notnull()


def _unread(rows: ir.Table, cell: Cell) -> Any:
    raw = rows[cell.raw]
    # `_misread` is quick and also true for blank cells; those are empty, not misread.
    bad = _misread(rows, cell) & ~is_empty(raw, cell.kind)
    return ibis.cases((bad, _problem(cell.heading, as_text(raw), reason(raw, cell.kind))))


def _problem(column: str | None, value: Any, code: Any) -> Any:
    heading = ibis.null("string") if column is None else ibis.literal(column)
    return ibis.struct({"column": heading, "value": value.substr(0, SHOWN), "reason": code})


def _numbered(rows: ir.Table) -> ir.Table:
    return rows.select(**{ROW: ibis.row_number() + 1}, **{name: rows[name] for name in rows.columns})


def _good(rows: ir.Table) -> ir.Table:
    return rows.filter(ibis.coalesce(rows[PROBLEMS].length(), 0) == 0).drop(PROBLEMS)
