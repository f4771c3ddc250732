"""Exports of marketing tools that are declared in `tools.yaml`: web analytics, MA, CRM, social, BI, advertising."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import reduce
from importlib.resources import files
from typing import Any

import ibis
import yaml
from ibis.expr import types as ir

from keiki.facts import fact as fact_of
from keiki.facts.casts import LAKE_TYPES, money, text
from keiki.facts.contract import Kind
from keiki.facts.mapping import Mapping as Reading
from keiki.facts.vocabulary import Loader
from keiki.sources.exports.export import PLAIN, all_or_nothing, cut_lines, numbered, torn_kept
from keiki.sources.part import Part, Sampled

MONTH_ONLY = r"^[0-9]{4}[-/.][0-9]{1,2}$"
MONTH_NAMED = r"^[A-Za-z]{3,9} [0-9]{4}$"
MONTH_COMPACT = r"^[12][0-9]{3}(?:0[1-9]|1[0-2])$"


@dataclass(frozen=True)
class Step:
    """A stage that a row tells of: the column with the day it was entered, and the words that must stand where."""

    stage: str
    at: str
    when: Mapping[str, Sequence[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Tool:
    """A file of a marketing tool as `tools.yaml` declares it; `date` is the date's headings by the grain they mean."""

    name: str
    tool: str
    category: str
    ja: str
    en: str
    report_ja: str
    report_en: str
    fact: str
    columns: Mapping[str, tuple[str, ...]]
    needed: tuple[str, ...]
    date: Mapping[str, tuple[str, ...]]
    totals: tuple[str, ...]
    steps: tuple[Step, ...]
    mapping: Reading

    def match(self, columns: Iterable[str]) -> float:
        """How sure it is that a file with these columns is this export: 0 (it is not) to 1."""
        there = tuple(columns)
        names = ("date", *self.columns) if self.date else tuple(self.columns)
        found = {name for name in names if any(_heading(there, ways) is not None for ways in self._ways(name))}
        if not set(self.needed) <= found:
            return 0.0
        return 0.8 + 0.2 * len(found) / len(names)

    def parts(self, source: Sampled) -> tuple[Part, ...]:
        """The rows of the file as one part, lazily; only declared columns come along."""
        table = numbered(source.table())
        rows = self._rows(cut_lines(table))
        shaped = self._stages(rows) if self.steps else self._observed(rows) if self.totals else rows
        return (Part(self.fact, torn_kept(shaped, table), self.mapping),)

    def _ways(self, name: str) -> tuple[tuple[str, ...], ...]:
        return tuple(self.date.values()) if name == "date" and self.date else (self.columns[name],)

    def _rows(self, lines: ir.Table) -> ir.Table:
        """Every declared column as text, NULL where the file has none; totals with the day and its grain."""
        cells: dict[str, Any] = {name: _cell(lines, ways) for name, ways in self.columns.items()}
        for grain, ways in self.date.items():
            if "grain" not in cells and _heading(lines.columns, ways) is not None:
                cells |= {"date": _first_day(_cell(lines, ways)), "grain": ibis.literal(grain)}
        return lines.select("_row", **cells)

    def _stages(self, rows: ir.Table) -> ir.Table:
        """One row for each stage that a row tells of. A stage whose words are there and whose day is not is kept."""
        told = []
        for step in self.steps:
            words = [rows[name].lower().isin(list(listed)) for name, listed in step.when.items()]
            said = reduce(lambda one, other: one & other, words) if words else rows[step.at].notnull()
            reached = rows.filter(ibis.coalesce(said, False))
            told.append(reached.mutate(stage=ibis.literal(step.stage), entered_at=reached[step.at]))
        return ibis.union(*told) if len(told) > 1 else told[0]

    def _observed(self, rows: ir.Table) -> ir.Table:
        """One row per day, channel and measure; what our words call alike is added up. A line of totals has no day."""
        words = self.mapping.rules["channel"].values
        named = rows.channel.lower()
        channel = ibis.cases(*((named == word, meant) for word, meant in words.items()), else_=rows.channel)
        dated = rows.mutate(channel=channel).filter(rows["date"].notnull())
        read = dated.mutate(**{f"_{name}": money(dated[name], PLAIN) for name in self.totals})
        each = [
            read.filter(read[name].notnull())
            .group_by("date", "grain", "channel")
            .agg(_row=lambda t: t["_row"].min(), value=lambda t, n=name: all_or_nothing(t[f"_{n}"], t[n]))
            .mutate(metric=ibis.literal(name))
            for name in self.totals
        ]
        every = ibis.union(*each) if len(each) > 1 else each[0]
        return every.mutate(value=every["value"].cast(LAKE_TYPES[Kind.NUMBER]))


def _heading(columns: Iterable[str], ways: Sequence[str]) -> str | None:
    """The column that is called in one of these ways; the first way that fits wins."""
    there = {column.strip().lower(): column for column in columns}
    fitting = (there[name] for way in ways for name in there if fnmatchcase(name, way.lower()))
    return next(fitting, None)


def _cell(lines: ir.Table, ways: Sequence[str]) -> Any:
    found = _heading(lines.columns, ways)
    return ibis.null("string") if found is None else text(lines[found], PLAIN)


def _first_day(written: Any) -> Any:
    """A month by its first day, as a text that can be read as a date: May 2026, 2026-05, 202605; a day as it is."""
    return ibis.cases(
        (written.re_search(MONTH_NAMED), ibis.literal("1 ") + written),
        (written.re_search(MONTH_ONLY), written + ibis.literal("-01")),
        (written.re_search(MONTH_COMPACT), written + ibis.literal("01")),
        (written.re_search(r"^[0-9]{4}年[0-9]{1,2}月$"), written + ibis.literal("1日")),
        else_=written,
    )


def _tool(stated: Mapping[str, Any]) -> Tool:
    """One entry of `tools.yaml`."""
    columns = {name: tuple(map(str, ways)) for name, ways in stated["columns"].items()}
    date = {grain: tuple(map(str, ways)) for grain, ways in stated.get("date", {}).items()}
    steps = tuple(Step(**step) for step in stated.get("steps", ()))
    return Tool(
        **{name: stated[name] for name in ("name", "tool", "category", "ja", "en", "report_ja", "report_en", "fact")},
        columns=columns,
        needed=tuple(stated["needed"]),
        date=date,
        totals=tuple(stated.get("totals", ())),
        steps=steps,
        mapping=_mapping(stated, steps),
    )


def _mapping(stated: Mapping[str, Any], steps: Sequence[Step]) -> Reading:
    """Rules for every declared column of the fact that the rows have; the others stay out."""
    fact = fact_of(stated["fact"])
    made = ("stage", "entered_at") if steps else ("date", "grain", "metric", "value") if "date" in stated else ()
    copied = [name for name in (*made, *stated["columns"]) if fact.column(name) is not None]
    rules: dict[str, Any] = {name: {"sources": [name]} for name in copied} | stated.get("rules", {})
    for target, words in stated.get("values", {}).items():
        rules[target] = {**rules[target], "values": words}
    same = {target: {"transform": "constant", "value": value} for target, value in stated.get("set", {}).items()}
    read = Reading.from_dict({"fact": fact.name, "rules": rules | same})
    used = {name for rule in read.rules.values() for name in rule.sources}
    return replace(read, ignored=tuple(name for name in stated["columns"] if name not in used))


def _tools() -> tuple[Tool, ...]:
    """Every entry of `tools.yaml`, in its order."""
    stated = yaml.load(files(__package__).joinpath("tools.yaml").read_text(encoding="utf-8"), Loader=Loader)
    return tuple(map(_tool, stated["tools"]))


TOOLS = _tools()
