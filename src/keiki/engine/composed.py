"""Composed questions: SQL that is made once for a definition and read again for every state of the data.

Composing an expression takes as long as answering it. The SQL of a question only depends on its definition, on the
rules and on the columns of the facts; of a state of the data it has no more than the number in the names of its tables.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from keiki.engine.answers import Answers, key_of
from keiki.engine.connect import HELD
from keiki.engine.held import SharedTable
from keiki.facts import FACTS
from keiki.measures.compile import Parts
from keiki.measures.measure import Asked

MOST = 2000
"""Compositions known to a process; some 10 kB each."""
ANY = "@"
"""Stands where the number of a snapshot stands."""
FACT: Final = re.compile(rf"""["`]({"|".join(FACTS)})__""")
"""How SQL names a fact, up to the snapshot."""
TABLE: Final = rf"""({FACT.pattern.replace("(", "(?:")}|"{HELD}"\."main"\."[a-z_]+__)"""
"""How it names a fact or a shared table."""


@dataclass(frozen=True)
class Compiled:
    """A query as SQL whose boundaries are still placeholders, the parts of its measures, its rows of spans, and the
    shared tables that it reads.
    """

    sql: str
    parts: Mapping[Asked, Parts]
    rows: tuple[int, ...]
    tables: tuple[SharedTable, ...] = ()


class Compositions:
    """The questions composed in this process, and where a business keeps answers those of every other one."""

    def __init__(self, most: int = MOST) -> None:
        self._known: OrderedDict[str, Any] = OrderedDict()
        self._most = most
        self._guard = threading.Lock()

    def get(self, key: str, answers: Answers | None) -> Any | None:
        """What was put under a key; None when nothing was."""
        with self._guard:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        found = None if answers is None else answers.get(key)
        if found is not None:
            self._remember(key, found)
        return found

    def put(self, key: str, snapshot: int, body: Any, answers: Answers | None) -> None:
        """Know what was composed."""
        self._remember(key, body)
        if answers is not None:
            answers.put(key, snapshot, body)

    def _remember(self, key: str, body: Any) -> None:
        with self._guard:
            self._known[key] = body
            while len(self._known) > self._most:
                self._known.popitem(last=False)


COMPOSED: Final = Compositions()


def key_of_composition(*parts: Hashable) -> str | None:
    """The key of a question; None for one whose words could be taken for a table: it is composed each time."""
    return None if "__" in repr(parts) or ANY + '"' in repr(parts) else key_of("composed", parts)


def of_any(sql: str, snapshot: int) -> str:
    """The SQL of a question at a snapshot as that of every snapshot."""
    return re.sub(rf"{TABLE}{snapshot}(?=[\"`_])", rf"\g<1>{ANY}", sql)


def at(sql: str, snapshot: int) -> str:
    """The SQL of every snapshot as that of one."""
    return re.sub(rf"{TABLE}{ANY}(?=[\"`_])", rf"\g<1>{snapshot}", sql)


def stated(compiled: Iterable[Compiled], asked: Sequence[Asked], snapshot: int) -> Any:
    """Composed questions as plain values, of every snapshot."""
    return {
        "composed": [
            {
                "sql": of_any(one.sql, snapshot),
                "parts": [[asked.index(each), part.way, list(part.columns)] for each, part in one.parts.items()],
                "rows": list(one.rows),
                "tables": stated_tables(one.tables, snapshot),
            }
            for one in compiled
        ]
    }


def stated_tables(tables: Iterable[SharedTable], snapshot: int) -> list[list[Any]]:
    """Shared tables, each after its sources, as plain values of every snapshot: name, SQL, names of its sources, and
    whether it is wide.
    """
    stated = []
    for one in tables:
        name, *made_of = (each.name.replace(f"__{snapshot}_", f"__{ANY}_") for each in (one, *one.made_of))
        stated.append([name, of_any(one.sql, snapshot), made_of, one.wide])
    return stated


def tables_at(stated: Iterable[Sequence[Any]], snapshot: int) -> tuple[SharedTable, ...]:
    """Shared tables at a snapshot from their plain values."""
    tables: dict[str, SharedTable] = {}
    for name, sql, made_of, wide in stated:
        of_now = name.replace(f"__{ANY}_", f"__{snapshot}_")
        sources = tuple(tables[each] for each in made_of)
        tables[name] = SharedTable(of_now, snapshot, at(sql, snapshot), sources, wide)
    return tuple(tables.values())


def composed(body: Any, asked: Sequence[Asked], snapshot: int) -> tuple[Compiled, ...]:
    """Composed questions at a snapshot from their plain values."""
    found = []
    for one in body["composed"]:
        tables = tables_at(one["tables"], snapshot)
        parts = {asked[place]: Parts(way, tuple(columns)) for place, way, columns in one["parts"]}
        found.append(Compiled(at(one["sql"], snapshot), parts, tuple(one["rows"]), tables))
    return tuple(found)
