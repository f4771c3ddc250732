"""The facts of a business at a snapshot, and the tables made of them that its questions share."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

import ibis.expr.types as ir

from keiki.customers.ideal import with_fit
from keiki.engine.answers import Answers, key_of
from keiki.engine.composed import COMPOSED, FACT, key_of_composition, of_any, stated_tables, tables_at
from keiki.engine.engine import Engine
from keiki.engine.held import NAMED, SharedTable
from keiki.facts import FACTS
from keiki.facts.shared import SharedFacts
from keiki.measures.derive import with_large_deals
from keiki.measures.exchange import Exchange, converted
from keiki.measures.rules import Rules


class Loaded(Mapping[str, ir.Table]):
    """The table of every fact at a snapshot, as it lies in the lake: money in the currency of each row."""

    def __init__(self, engine: Engine, snapshot: int) -> None:
        self._engine, self._snapshot = engine, snapshot

    def __getitem__(self, name: str) -> ir.Table:
        return self._engine.table(name, self._snapshot)

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)


class Tables(SharedFacts):
    """The table of every fact at a snapshot, opened when somebody asks for it: kept answers need none of them. All
    money is in the currency of the business; which customers fit the ideal one follows the profile in force.

    What a model marked `shared` makes of them is worked out once where the engine holds tables, and read from then on.
    SQL composed for another state of the data, by another process or for another business is known again.
    """

    def __init__(
        self, engine: Engine, snapshot: int, rules: Rules, exchange: Exchange, answers: Answers | None = None
    ) -> None:
        self._engine, self.snapshot, self._rules, self.exchange = engine, snapshot, rules, exchange
        self._answers = answers
        self.as_loaded: Mapping[str, ir.Table] = Loaded(engine, snapshot)
        self._shared: dict[str, SharedTable] = {}
        self._guard = threading.RLock()

    def __getitem__(self, name: str) -> ir.Table:
        if name not in FACTS:
            raise KeyError(name)
        table = converted(self.as_loaded, name, self.exchange)
        if name == "customers":
            return with_fit(table, self._rules.ideal)
        return with_large_deals({name: table}, self._rules)[name] if name == "stages" else table

    def __contains__(self, name: object) -> bool:
        return name in FACTS

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)

    @cached_property
    def shares(self) -> bool:
        """Whether tables made of the facts are held."""
        return self._engine.holds(self.snapshot)

    @cached_property
    def columns(self) -> str:
        """A mark of every fact's columns and their types, and of the rates by which money is converted: what the SQL of
        a question depends on beside the question."""
        told = (self._engine.columns(self.snapshot), self.exchange.mark)
        return hashlib.sha256(repr(told).encode()).hexdigest()

    @cached_property
    def _depends(self) -> str:
        """A mark of what all SQL depends on: the engine, the rules and the columns of the facts."""
        return key_of(type(self._engine).__name__, self.shares, self.columns, self._rules)

    def known(self, *question: Hashable) -> Any | None:
        """What was composed for a question as plain values, of every snapshot; None where nothing was."""
        key = key_of_composition(self._depends, *question)
        return None if key is None else COMPOSED.get(key, self._answers)

    def keep(self, body: Any, *question: Hashable) -> None:
        """Know from now on what was composed for a question."""
        key = key_of_composition(self._depends, *question)
        if key is not None:
            COMPOSED.put(key, self.snapshot, body, self._answers)

    def open(self, queries: Iterable[str]) -> None:
        """Have the tables of the facts ready that SQL composed before names."""
        for fact in {name for sql in queries for name in FACT.findall(sql)}:
            self._engine.table(fact, self.snapshot)

    def share(self, name: str, question: str, build: Callable[[], ir.Table], *, wide: bool = False) -> ir.Table:
        if not self.shares:
            return build()
        with self._guard:
            if question not in self._shared:
                self._shared[question] = self._known_table(name, question) or self._made(name, question, build, wide)
            return self._engine.hold(self._shared[question])

    def _known_table(self, name: str, question: str) -> SharedTable | None:
        found = self.known(name, question)
        if found is None:
            return None
        tables = tables_at(found["tables"], self.snapshot)
        self.open(one.sql for one in tables)
        return tables[-1]

    def _made(self, name: str, question: str, build: Callable[[], ir.Table], wide: bool) -> SharedTable:
        sql = self._engine.compile(build())
        mark = hashlib.sha256(of_any(sql, self.snapshot).encode()).hexdigest()[:16]
        made = SharedTable(f"{name}__{self.snapshot}_{mark}", self.snapshot, sql, self.behind(sql), wide)
        self.keep({"tables": stated_tables((*made.made_of, made), self.snapshot)}, name, question)
        return made

    def behind(self, sql: str) -> tuple[SharedTable, ...]:
        """The shared tables that a question reads, each after those that it is made of itself."""
        known = {one.name: one for one in self._shared.values()}
        named = [known[name] for name in dict.fromkeys(NAMED.findall(sql))]
        return tuple(dict.fromkeys(each for one in named for each in (*one.made_of, one)))
