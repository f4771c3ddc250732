"""Measuring: one query per fact for any number of measures and periods; compiled once, filled with each period."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from typing import Any, Final

import ibis.expr.types as ir

from keiki.engine.answers import Answers, is_plain, key_of
from keiki.engine.composed import Compiled, composed, stated
from keiki.engine.engine import Engine
from keiki.engine.entered import OBSERVED, Entered, is_entered
from keiki.engine.held import SharedTable
from keiki.engine.snapshot_facts import Tables
from keiki.engine.totals import Totals
from keiki.errors import KeikiError, NobodySaysWhoFits, NothingCounted
from keiki.facts import fact
from keiki.formula.show import show_condition
from keiki.insight.gaps import GapRule, missing_days
from keiki.lens import Lens
from keiki.measures.buckets import Span, fill
from keiki.measures.compile import Frame, Query, frames, queries
from keiki.measures.daily_rows import rows_per_day
from keiki.measures.measure import TRAILING, Asked, Measure
from keiki.measures.models import MODELS, reads_of, table_of
from keiki.measures.rules import Rules
from keiki.measures.who_fits import FIT, asks_who_fits
from keiki.periods import Calendar, Period, add_months

Segment = tuple[str | None, ...]
Value = float | int | None
Values = dict[tuple[Asked, Period, Segment], Value]
STAND_IN = "@fallback"
LONGEST_GAP = 7
"""Days up to which a period without a single row is asked whether its rows are missing."""
MOMENTS = ("posted_at", "started_at", "first_at")
"""Times of models that are the times of the rows they read."""


@dataclass(frozen=True)
class Coverage:
    """The days a fact's rows speak of: first and last day, None when it has no rows."""

    first: date | None
    last: date | None

    def reaches(self, period: Period, *, lasting: bool) -> bool:
        """Whether the fact has anything to say about the period: only then is a count of nothing a zero.

        A state lasts beyond the last row that changed it.
        """
        if self.first is None or self.last is None:
            return False
        return self.first < period.end and (lasting or period.start <= self.last)


@dataclass(frozen=True)
class Readings:
    """What was measured: the value of each asked measure per period, comparison and segment."""

    lens: Lens
    values: Mapping[tuple[Asked, Period, Segment], Value]
    segments: tuple[Segment, ...] = ()
    reasons: Mapping[Asked, str | KeikiError] = field(default_factory=dict)
    from_totals: frozenset[tuple[Asked, Period]] = frozenset()
    measures: Mapping[str, Measure] = field(default_factory=dict)

    @property
    def periods(self) -> tuple[Period, ...]:
        return self.lens.periods

    def value(self, asked: Asked, period_index: int, segment: Segment = (), back: int = 0) -> Value:
        """The value in a period or, with `back`, in its comparison period; None when unknown."""
        return self.values.get((asked, self.lens.period(period_index, back), segment))

    def missing(self, asked: Iterable[Asked], language: str) -> tuple[str, ...]:
        """Why measures have no value at all: the name of a fact without rows, or in words what could not be asked."""
        found = [self.reasons[one] for one in asked if one in self.reasons]
        told = [one.words(language) if isinstance(one, KeikiError) else one for one in found]
        return tuple(dict.fromkeys(told))

    def nothing_counted(self, asked: Iterable[Asked], language: str) -> tuple[str, ...]:
        """In words, the measures that counted nothing in any period of the lens though their fact has rows."""
        wanted = [one for one in dict.fromkeys(asked) if one.measure in self.measures and one not in self.reasons]
        empty = [one for one in wanted if not any(self.value(one, n) for n in range(len(self.periods)))]
        return tuple(self._nothing(one, self.measures[one.measure]).words(language) for one in empty)

    def _nothing(self, asked: Asked, measure: Measure) -> NothingCounted:
        clauses = [show_condition(each) for each in (measure.where, asked.where) if each is not None]
        said = " and ".join(clauses)
        return NothingCounted(
            fact=measure.facts[0],
            measure=measure.en,
            measure_ja=measure.ja,
            where=f" ({said})" if said else "",
            where_ja=f"（{said}）" if said else "",
        )

    def origin(self, asked: Iterable[Asked], period: Period) -> str:
        """Where a value comes from: `rows`, `totals` (a measure's observed totals), `entered` (for the KPI itself)."""
        told = [one for one in asked if self.values.get((one, period, ())) is not None]
        known = [one for one in told if (one, period) in self.from_totals]
        if any(is_entered(one) for one in known) or any(one.measure == OBSERVED for one in told):
            return "entered"
        return "totals" if known else "rows"


class Measurer:
    """Measures one business's facts at one snapshot; keeps compiled SQL, so another period only fills in its days."""

    def __init__(
        self,
        engine: Engine,
        facts: Mapping[str, ir.Table],
        measures: Mapping[str, Measure],
        rules: Rules | None = None,
        kept: Kept | None = None,
    ) -> None:
        self.engine = engine
        self.kept = kept
        self.facts = facts
        stand_ins = [replace(m.fallback, id=f"{m.id}{STAND_IN}") for m in measures.values() if m.fallback]
        self.measures = {**measures, **{m.id: m for m in stand_ins}}
        self.rules = rules or Rules()
        self._compiled: dict[tuple[Any, ...], tuple[Compiled, ...]] = {}
        self._composing = threading.Lock()
        self._coverage: dict[str, Coverage] = {}
        self._gaps: dict[str, frozenset[date]] = {}

    def read(self, asked: Iterable[Asked], lens: Lens, depth: int = 1) -> Readings:
        """Measure everything asked in every period of the lens and in its comparison periods, `depth` steps back.

        Where a fact has no rows the measure's declared fallback is read instead, and after it observed totals.
        """
        every = set(asked)
        wanted = tuple(sorted((one for one in every if not is_entered(one)), key=repr))
        periods = sorted({lens.period(i, back) for i in range(len(lens.periods)) for back in range(depth + 1)})
        reasons: dict[Asked, str | KeikiError] = {}
        values = self._read(wanted, lens, periods, reasons)
        values |= self._read_fallbacks(wanted, lens, periods, values)
        found = Totals(self.engine, self.facts, self.measures, lambda: self.metrics).read(wanted, lens, periods, values)
        entered = self._entered(every - set(wanted), lens, periods)
        measured = values | found | entered
        answered = {one for (one, _, segment), value in measured.items() if not segment and value is not None}
        reasons = {one: why for one, why in reasons.items() if one not in answered}
        segments = tuple(sorted({segment for _, _, segment in values if segment}, key=repr))
        from_totals = frozenset((a, p) for a, p, _ in (*found, *entered))
        return Readings(lens, measured, ((), *segments), reasons, from_totals, self.measures)

    @cached_property
    def metrics(self) -> frozenset[str]:
        """What observations speak of: ids of measures and of KPIs."""
        if self.coverage("observations").first is None:
            return frozenset()
        return self.observed

    def _entered(self, asked: Iterable[Asked], lens: Lens, periods: list[Period]) -> Values:
        wanted = tuple(asked)
        return {**Entered(self.engine, self.facts["observations"]).read(wanted, lens, periods)} if wanted else {}

    def _read(
        self, wanted: Iterable[Asked], lens: Lens, periods: list[Period], reasons: dict[Asked, str | KeikiError]
    ) -> Values:
        values: Values = {}
        chosen = frames(self._readable(wanted, lens, reasons), self.measures)
        for frame, answer in zip(chosen, self._read_frames(chosen, lens, periods), strict=True):
            if not isinstance(answer, KeikiError):
                values |= answer
            elif len(frame.asked) > 1:  # one that cannot be asked must not silence the others
                for one in frame.asked:
                    values |= self._read([one], lens, periods, reasons)
            else:
                reasons |= dict.fromkeys(frame.asked, answer)
            for one in frame.asked:
                lacking = self._lacking(one)
                if lacking is not None:
                    reasons[one] = lacking
        return values

    def _read_fallbacks(self, wanted: Iterable[Asked], lens: Lens, periods: list[Period], values: Values) -> Values:
        stand_ins = {
            replace(one, measure=one.measure + STAND_IN): one
            for one in wanted
            if one.measure + STAND_IN in self.measures and self._covered(one).first is None
        }
        read = self._read(stand_ins, lens, periods, {})
        return {(stand_ins[one], period, segment): value for (one, period, segment), value in read.items()}

    def _facts(self, asked: Asked) -> tuple[str, ...]:
        """The facts whose rows decide whether there is anything to say about a period."""
        measure = self.measures[asked.measure]
        if measure.model is None:
            return measure.facts
        reads = reads_of(measure.model, measure.param("stat"))
        return reads if len(measure.facts) == 1 else tuple(name for name in measure.facts if name in reads)

    def _lacking(self, asked: Asked) -> str | None:
        """The fact whose rows are missing, None when there is something to read."""
        measure = self.measures[asked.measure]
        needs = MODELS[table_of(measure.model, measure.param("stat"))].needs if measure.model is not None else ()
        without = next((name for name in needs if self.coverage(name).first is None), None)
        return without or (None if self._read_days(asked).first is not None else self._facts(asked)[0])

    def _covered(self, asked: Asked) -> Coverage:
        return Coverage(None, None) if self._lacking(asked) is not None else self._read_days(asked)

    def _read_days(self, asked: Asked) -> Coverage:
        each = [self.coverage(name) for name in self._facts(asked)]
        return Coverage(
            min((c.first for c in each if c.first), default=None), max((c.last for c in each if c.last), default=None)
        )

    def coverage(self, name: str) -> Coverage:
        """The days the fact's rows speak of."""
        if name not in self._coverage:
            first, last = self._remembered(("coverage", name, self.rules.zone), lambda: self._days(name))
            self._coverage[name] = Coverage(_date(first), _date(last))
        return self._coverage[name]

    def gaps(self, name: str) -> frozenset[date]:
        """The days on which rows of a fact are missing: a count of nothing is unknown there, not zero."""
        if name not in self._gaps:
            found = self._remembered(("gaps", name, self.rules.zone, GapRule()), lambda: self._missing_days(name))
            self._gaps[name] = frozenset(date.fromisoformat(day) for day in found)
        return self._gaps[name]

    def _missing_days(self, name: str) -> list[str]:
        read = "orders" if name == "order_lines" else name
        rows = self.engine.run(rows_per_day(self.facts[read], read, self.rules.zone)).to_pylist()
        return [day.isoformat() for day in missing_days({row["day"]: row["rows"] for row in rows})]

    def _is_gap(self, frame: Frame, asked: Asked, period: Period) -> bool:
        """Whether every day of a short period is missing from a fact whose rows a measure counts when they happened."""
        if frame.way != "flow" or frame.window or period.days > LONGEST_GAP:
            return False
        days = [period.start + timedelta(days=each) for each in range(period.days)]
        read = [name for name in self._facts(asked) if frame.time in (fact(name).time, *MOMENTS)]
        return any(
            all(day in self.gaps(name) for day in days) for name in read if self.coverage(name).first is not None
        )

    def _remembered(self, what: Hashable, make: Callable[[], Any]) -> Any:
        return (
            make() if self.kept is None else self.kept.answers.remember(self.kept.key(what), self.kept.snapshot, make)
        )

    def _days(self, name: str) -> tuple[str | None, str | None]:
        found = self._measure_coverage(name)
        return tuple(None if day is None else day.isoformat() for day in (found.first, found.last))  # type: ignore[return-value]  # always two

    def lacking(self, asked: Asked) -> tuple[str, ...]:
        """The facts without rows that leave a measure without any value; none where a fallback or totals tell it."""
        if self._reads_rows(asked) or asked.measure in self.observed:
            return ()
        stand_in = asked.measure + STAND_IN
        if stand_in in self.measures and self._reads_rows(replace(asked, measure=stand_in)):
            return ()
        return self._facts(asked)

    def _reads_rows(self, asked: Asked) -> bool:
        return any(self.coverage(name).first is not None for name in self._facts(asked) if name in self.facts)

    @cached_property
    def observed(self) -> frozenset[str]:
        """Every measure or KPI that observations speak of."""
        return frozenset(self._remembered(("metrics",), self._metrics))

    def _metrics(self) -> list[str]:
        table = self.facts["observations"].select("metric").distinct()
        return sorted(row["metric"] for row in self.engine.run(table).to_pylist())

    @cached_property
    def _tells_who_fits(self) -> bool:
        """Whether anything says of customers that they fit the ideal one or do not: a profile, or the loaded data."""
        return self.rules.ideal is not None or self._remembered(("who fits",), self._fit_loaded)

    def _fit_loaded(self) -> bool:
        known = self.facts["customers"][FIT].count()
        return bool(self.engine.run(known.name("known").as_table()).to_pylist()[0]["known"])

    def _readable(self, wanted: Iterable[Asked], lens: Lens, reasons: dict[Asked, str | KeikiError]) -> Iterator[Asked]:
        for asked in wanted:
            if asks_who_fits(self.measures[asked.measure], asked.where, lens.where) and not self._tells_who_fits:
                reasons[asked] = NobodySaysWhoFits()
                continue
            try:
                frames([asked], self.measures)
            except KeikiError as error:
                reasons[asked] = error
            else:
                yield asked

    def _measure_coverage(self, name: str) -> Coverage:
        table, time = self.facts[name], fact(name).time
        if name == "order_lines":
            table, time = self.facts["orders"], "ordered_at"
        row = self.engine.run(table.aggregate(first=table[time].min(), last=table[time].max())).to_pylist()[0]
        return Coverage(self._day(row["first"]), self._day(row["last"]))

    def _day(self, moment: datetime | date | None) -> date | None:
        """The calendar day of the business: midnight in Tokyo is still the day before in UTC."""
        return Calendar(zone=self.rules.zone).today(moment) if isinstance(moment, datetime) else moment

    def _read_frames(self, chosen: Sequence[Frame], lens: Lens, periods: list[Period]) -> Iterable[Values | KeikiError]:
        """What each frame answers, or why it does not; several at once where the engine answers several at once."""

        def answer(frame: Frame) -> Values | KeikiError:
            try:
                return self._read_frame(frame, lens, periods)
            except KeikiError as error:
                return error

        together = min(self.engine.together, len(chosen))
        if together <= 1:
            return map(answer, chosen)
        for frame in chosen:  # what they share is looked up once, before they part
            for one in frame.asked:
                self._covered(one)
        with ThreadPoolExecutor(together) as pool:
            return list(pool.map(answer, chosen))

    def _read_frame(self, frame: Frame, lens: Lens, periods: list[Period]) -> Values:
        spans = {p: span_of(p, frame.window, lens) for p in periods if lens.today is None or p.start <= lens.today}
        covered = {one: self._covered(one) for one in frame.asked}
        asked_of = {
            p: [
                one
                for one in frame.asked
                if covered[one].reaches(p, lasting=frame.lasting or bool(frame.window))
                and not self._is_gap(frame, one, p)
            ]
            for p in spans
        }
        needed = {p: spans[p] for p in spans if asked_of[p]}
        values: Values = {}
        for by in dict.fromkeys(((), lens.by)) if needed else ():
            answers = self._answers(frame, tuple(needed.values()), by, lens)
            # A segment met anywhere is looked for everywhere: no row of it is zero, as it is for the whole.
            segments = {segment for found in answers.values() for segment in found} if by else {()}
            for period, one_span in needed.items():
                for asked in asked_of[period]:
                    found = answers.get((asked, one_span), {})
                    nothing = frame.nothing(asked, self.measures)
                    values |= {(asked, period, segment): found.get(segment, nothing) for segment in segments}
        return values

    def _answers(
        self, frame: Frame, spans: tuple[Span, ...], by: tuple[str, ...], lens: Lens
    ) -> dict[tuple[Asked, Span], dict[Segment, Value]]:
        if self.kept is None:
            return answers_of(self._asked_now(frame, spans, by, lens), frame.asked, spans, by)
        stated = tuple(self.measures[one.measure] for one in frame.asked)
        key = self.kept.key(frame, stated, spans, by, lens.where, self.rules)
        found = self.kept.answers.get(key)
        if found is None:
            asked_now = self._asked_now(frame, spans, by, lens)
            answers = answers_of(asked_now, frame.asked, spans, by)
            self.kept.put(key, asked_now, answers, frame.asked, spans, by)
            return answers
        return read_back(found, frame.asked, spans)

    def _asked_now(
        self, frame: Frame, spans: tuple[Span, ...], by: tuple[str, ...], lens: Lens
    ) -> list[tuple[Told, list[dict[str, Any]]]]:
        """What the engine answers now, and how its rows are read."""
        rows = frame.rows(spans)
        told = []
        for compiled in self._queries(frame, rows, by, lens):
            read = tuple(one for place in compiled.rows for one in rows[place])
            parts = tuple(
                (frame.asked.index(one), made.way, tuple(made.columns)) for one, made in compiled.parts.items()
            )
            places = tuple(spans.index(each) for each in read)
            one = Told(fill(compiled.sql, read), parts, places, compiled.tables)
            for table in one.tables:  # one that nobody asked for in a while has been dropped
                self.engine.hold(table)
            told.append((one, self.engine.run(one.sql).to_pylist()))
        return told

    def _queries(
        self, frame: Frame, rows: tuple[tuple[Span, ...], ...], by: tuple[str, ...], lens: Lens
    ) -> tuple[Compiled, ...]:
        """Compiled SQL for the frame, from the cache when periods of the same shape were asked before."""
        shape = tuple(tuple(a.end_date == b.start_date for a, b in pairwise(row)) for row in rows)
        key = (frame, shape, by, lens.where)
        with self._composing:
            if key not in self._compiled:
                self._compiled[key] = self._known(key, frame.asked) or self._made(key, frame, rows, by, lens)
            return self._compiled[key]

    def _known(self, key: Hashable, asked: Sequence[Asked]) -> tuple[Compiled, ...]:
        """What was composed for an earlier state of the data, by another process or for another business."""
        if not isinstance(self.facts, Tables):
            return ()
        found = self.facts.known(key, self._definitions(asked))
        if found is None:
            return ()
        known = composed(found, asked, self.facts.snapshot)
        self.facts.open([one.sql for one in known] + [table.sql for one in known for table in one.tables])
        return known

    def _made(
        self, key: Hashable, frame: Frame, rows: tuple[tuple[Span, ...], ...], by: tuple[str, ...], lens: Lens
    ) -> tuple[Compiled, ...]:
        made = queries(frame, self.measures, self.facts, rows, rules=self.rules, by=by, where=lens.where)
        new = tuple(map(self._composed, made))
        if isinstance(self.facts, Tables):
            told = stated(new, frame.asked, self.facts.snapshot)
            self.facts.keep(told, key, self._definitions(frame.asked))
        return new

    def _definitions(self, asked: Sequence[Asked]) -> tuple[Measure, ...]:
        return tuple(self.measures[one.measure] for one in asked)

    def _composed(self, query: Query) -> Compiled:
        sql = self.engine.compile(query.table)
        tables = self.facts.behind(sql) if isinstance(self.facts, Tables) else ()
        return Compiled(sql, query.parts, query.rows, tables)


@dataclass(frozen=True)
class Told:
    """One query that was run: its SQL, which asked measure (by place) is made of which columns, the place of the span
    of each period, and the shared tables that it reads.
    """

    sql: str
    parts: tuple[tuple[int, str, tuple[str, ...]], ...]
    read: tuple[int, ...]
    tables: tuple[SharedTable, ...] = ()


@dataclass(frozen=True)
class Kept:
    """The answers kept for one state of the data; `state` tells it from every other one."""

    answers: Answers
    snapshot: int
    state: Hashable

    def key(self, *parts: Hashable) -> str:
        """The key of an answer in this state."""
        return key_of(self.state, *parts)

    def put(
        self,
        key: str,
        told: Sequence[tuple[Told, Any]],
        answers: Mapping[tuple[Asked, Span], Mapping[Segment, Value]],
        asked: Sequence[Asked],
        spans: Sequence[Span],
        by: tuple[str, ...],
    ) -> None:
        """Keep what was worked out with the SQL that did it; what a file cannot hold exactly is not kept."""
        values = [
            (asked.index(one), spans.index(span), segment, value)
            for (one, span), found in answers.items()
            for segment, value in found.items()
        ]
        if is_plain(cell for _one, _span, segment, value in values for cell in (*segment, value)):
            stated = [[one.sql, one.parts, one.read] for one, _rows in told]
            tables = [[t.name, t.sql] for t in dict.fromkeys(t for one, _rows in told for t in one.tables)]
            self.answers.put(key, self.snapshot, {"sql": stated, "tables": tables, "by": by, "values": values})


def answers_of(
    told: Iterable[tuple[Told, list[dict[str, Any]]]], asked: Sequence[Asked], spans: Sequence[Span], by: Sequence[str]
) -> dict[tuple[Asked, Span], dict[Segment, Value]]:
    """The values in the rows of some queries."""
    answers: dict[tuple[Asked, Span], dict[Segment, Value]] = {}
    for one, rows in told:
        for row in rows:
            segment = tuple(row[name] for name in by)
            for place, way, columns in one.parts:
                value = _value(way, [row[column] for column in columns])
                answers.setdefault((asked[place], spans[one.read[row["period"]]]), {})[segment] = value
    return answers


def read_back(
    found: Mapping[str, Any], asked: Sequence[Asked], spans: Sequence[Span]
) -> dict[tuple[Asked, Span], dict[Segment, Value]]:
    """The values of a kept answer."""
    answers: dict[tuple[Asked, Span], dict[Segment, Value]] = {}
    for one, span, segment, value in found["values"]:
        answers.setdefault((asked[one], spans[span]), {})[tuple(segment)] = value
    return answers


def worked_out_again(engine: Engine, snapshot: int, found: Mapping[str, Any]) -> tuple[int, int]:
    """An answer kept from a snapshot asked for anew by its SQL: how many values it has, and how many of them differ."""
    for name, sql in found["tables"]:
        engine.hold(SharedTable(name, snapshot, sql))
    now: dict[tuple[int, int, Segment], Value] = {}
    for sql, parts, read in found["sql"]:
        for row in engine.run(sql).to_pylist():
            segment = tuple(row[name] for name in found["by"])
            for place, way, columns in parts:
                now[place, read[row["period"]], segment] = _value(way, [row[column] for column in columns])
    kept = {(one, span, tuple(segment)): value for one, span, segment, value in found["values"]}
    return len(kept), sum(kept.get(each) != now.get(each) for each in kept.keys() | now.keys())


def _value(way: str, parts: list[Any]) -> Value:
    """A value from its parts; Decimals become floats here, after they were summed exactly."""
    first = parts[0]
    if way == "mean":
        return float(first) / float(parts[1]) if first is not None and parts[1] else None
    if way == "sum" and first is None:
        return None if parts[1] else 0
    return float(first) if isinstance(first, Decimal) else first


def _date(day: str | None) -> date | None:
    return None if day is None else date.fromisoformat(day)


LONG_AGO: Final = date(1900, 1, 1)


def begins(period: Period, window: str | None) -> date:
    """Where the trailing window of a period begins, which ends where the period ends; without one its own start."""
    told = TRAILING.fullmatch(window) if window is not None else None
    if told is None:
        return period.start
    if told["count"] is None:
        return LONG_AGO
    count, unit = int(told["count"]), told["unit"]
    if unit in "my":
        return max(add_months(period.end, -count * (12 if unit == "y" else 1)), LONG_AGO)
    return period.end - timedelta(days=count * (7 if unit == "w" else 1))


def span_of(period: Period, window: str | None, lens: Lens) -> Span:
    """The period, or its trailing window, as rows see it; cut after the last day that the data speaks of."""
    calendar: Calendar = lens.calendar
    end = period.end if lens.today is None else min(period.end, lens.today + timedelta(days=1))
    read = Period(min(begins(period, window), end), end, period.grain)
    start_at, end_at = calendar.instants(read)
    return Span(read.start, read.end, start_at, end_at)
