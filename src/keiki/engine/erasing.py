"""Erasing a customer: the person goes out of every fact, what they bought stays, so that no number changes."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from keiki.engine import imports
from keiki.engine.connect import LAKE, LakeSettings, name, quoted
from keiki.engine.erased import is_marked, write_marks
from keiki.engine.imports import IMPORTS, REJECTED, Fetch, Loaded
from keiki.engine.merge import exchange
from keiki.engine.refresh import Run
from keiki.engine.tables import Target, current_snapshot, target_of
from keiki.errors import NoSuchCustomer
from keiki.facts import FACTS
from keiki.facts.contract import Kind
from keiki.facts.personal import FREE_TEXT, Ids, ids_in, is_personal

ERASURE: Final = "erase"
"""The kind of its entry in the history of imports."""
TAKEN_OUT: Final = "***"
"""What stands in free text of others where the person was named."""
TELLING: Final = re.compile(r"(?=.*[^\W\d_]).{3}|.{6}", re.DOTALL)
"""An id that is looked for inside texts: 3 characters with a letter among them, or 6. A shorter one is any number."""
MOST_WORDS: Final = 200
LONGEST_WORD: Final = 200


@dataclass(frozen=True)
class Erased:
    """What erasing a customer did.

    `pseudonym` is the random id that holds the totals from now on, `rows` the rows changed by fact, `refused` the cells
    of rejected rows emptied, `states` the earlier states deleted. `finished`: the person had been taken out before and
    only what was left of older states was deleted now; nothing else is known of that then.
    """

    pseudonym: str
    import_id: str
    rows: Mapping[str, int] = field(default_factory=dict)
    refused: int = 0
    states: int = 0
    finished: bool = False


@dataclass(frozen=True)
class Words:
    """What a customer is called: the id, and names and addresses that the data knows, or that somebody `also` gave."""

    customer_id: str
    called: tuple[str, ...] = ()

    @property
    def is_telling(self) -> bool:
        """Whether the id is looked for inside texts."""
        return TELLING.match(self.customer_id) is not None

    def said_in(self, column: str) -> str:
        """SQL: whether a text holds the id or one of the names as a whole word."""
        found = [f"regexp_matches({column}, {quoted(pattern)})" for pattern, _ in self._exchanged("")]
        return " OR ".join(found) or "false"

    def masked(self, column: str, pseudonym: str) -> str:
        """SQL: the text with the id replaced and the names taken out."""
        for pattern, comes in self._exchanged(pseudonym):
            column = f"regexp_replace({column}, {quoted(pattern)}, {quoted(comes)}, 'g')"
        return column

    def replaced(self, text: str, pseudonym: str) -> str:
        """The same in Python."""
        for pattern, comes in self._exchanged(pseudonym):
            text = re.sub(pattern, comes, text, flags=re.ASCII)
        return text

    def _exchanged(self, pseudonym: str) -> list[tuple[str, str]]:
        """What is looked for in texts, and what comes in its place."""
        ids = [(whole_word(self.customer_id), pseudonym)] if self.is_telling else []
        return [*ids, *((whole_word(word), TAKEN_OUT) for word in self.called)]


def whole_word(word: str) -> str:
    r"""A pattern that finds a word and not a longer one that holds it, a name with or without spaces.

    For RE2 and for Python's `re.ASCII`.

    >>> import re
    >>> [bool(re.search(whole_word("C1"), text, re.ASCII)) for text in ("C1", "C1さん", "order C1-3", "C12")]
    [True, True, True, False]
    >>> bool(re.search(whole_word("森 一"), "森一さんから", re.ASCII))
    True
    """
    start, end = (r"\b" if re.match(r"\w", side, re.ASCII) else "" for side in (word[0], word[-1]))
    parts = (re.sub(r"([^\w])", r"\\\1", part) for part in word.split())
    return start + "[\\s\u3000]*".join(parts) + end


def pseudonym() -> str:
    """A random id: nothing about it comes from the person."""
    return f"erased-{secrets.token_hex(8)}"


def words_of(fetch: Fetch, customer_id: str, also: Iterable[str] = ()) -> Words:
    """What a customer is called in the rows that are about them, besides what somebody gives."""
    called = dict.fromkeys(also)
    for fact in FACTS.values():
        if fact.column("customer_id") is None:
            continue
        table = f"{LAKE}.facts.{name(fact.name)}"
        there = [row[0] for row in fetch(f"DESCRIBE {table}")]
        for column in (c for c in there if is_personal(fact, c) and (fact.column(c) is None or c == "name")):
            rows = f"FROM {table} WHERE customer_id = {quoted(customer_id)} AND {name(column)} IS NOT NULL"
            found = fetch(f"SELECT DISTINCT trim({name(column)}::VARCHAR) {rows} ORDER BY 1 LIMIT {MOST_WORDS}")
            called |= dict.fromkeys(row[0] for row in found)
    taken = (word for word in called if word != customer_id and _tells(word))
    return Words(customer_id, tuple(sorted(taken, key=len, reverse=True)))


def _tells(word: str) -> bool:
    """Whether a word is long enough to stand for somebody: 2 characters of Japanese, 4 of Latin letters or figures."""
    return len(word) <= LONGEST_WORD and len(word) >= (4 if word.isascii() else 2)


def is_known(fetch: Fetch, customer_id: str) -> bool:
    """Whether any row names a customer."""
    asked = (
        f"SELECT 1 FROM {LAKE}.facts.{name(fact.name)} WHERE {name(column)} = {quoted(customer_id)}"
        for fact in FACTS.values()
        for column, kind in ids_in(fact).items()
        if kind is Ids.PERSON
    )
    return any(fetch(f"{sql} LIMIT 1") for sql in asked)


@dataclass(frozen=True)
class Erasing:
    """One erasure at work, inside a transaction of the lake."""

    run: Run
    settings: LakeSettings
    words: Words
    new: str

    def __call__(self) -> Erased:
        """Take the person out of every fact, the rejected rows and the history; earlier states are left."""
        if not is_known(self.run, self.customer_id):
            if is_marked(self.run, self.settings, self.customer_id):
                return Erased("", "", finished=True)
            raise NoSuchCustomer(customer=self.customer_id)
        words, new = words_of(self.run, self.customer_id, self.words.called), self.new
        entry = imports.begin(ERASURE, "", "", None, current_snapshot(self.run))
        self._identify(new)
        parts = []
        for place, fact in enumerate(FACTS):
            part = _Part(self.run, target_of(self.run, fact), self.customer_id, words, new, entry.id)
            changed = part(0.9 * (place + 1) / len(FACTS))
            if changed:
                parts.append(Loaded(fact, changed=changed))
        refused = self._empty_rejected(words)
        self._mask_history(words, new)
        write_marks(self.run, self.settings, "identity")
        imports.write(self.run, replace(entry, parts=tuple(parts)))
        return Erased(new, entry.id, {part.fact: part.changed for part in parts}, refused)

    @property
    def customer_id(self) -> str:
        return self.words.customer_id

    def _identify(self, new: str) -> None:
        """Make `identity`: every id that goes, and the one that comes; and `own_orders`, the numbers of their orders.

        An id that also occurs with another customer is theirs, too, and stays.
        """
        events, stages = f"{LAKE}.facts.events", f"{LAKE}.facts.stages"
        mine, theirs = f"customer_id = {quoted(self.customer_id)}", f"customer_id <> {quoted(self.customer_id)}"
        fresh = "'erased-' || left(replace(uuid()::VARCHAR, '-', ''), 16)"
        self.run("CREATE OR REPLACE TEMP TABLE identity (kind VARCHAR, was VARCHAR, becomes VARCHAR)")
        self.run(f"INSERT INTO identity VALUES ('{Ids.PERSON}', {quoted(self.customer_id)}, {quoted(new)})")
        persons = "SELECT was FROM identity WHERE kind = 'person'"
        self.run(
            f"""INSERT INTO identity SELECT '{Ids.PERSON}', id, {fresh} FROM (
            SELECT visitor_id AS id FROM {events} WHERE {mine} AND visitor_id IS NOT NULL
            EXCEPT SELECT visitor_id FROM {events} WHERE {theirs} EXCEPT {persons})"""
        )
        self.run(
            f"""INSERT INTO identity SELECT '{Ids.SESSION}', id, {fresh} FROM (
            SELECT session_id AS id FROM {events} WHERE ({mine} OR visitor_id IN ({persons})) AND session_id IS NOT NULL
            EXCEPT SELECT session_id FROM {events} WHERE {theirs})"""
        )
        self.run(
            f"""INSERT INTO identity SELECT '{Ids.SUBJECT}', id, CASE WHEN id = {quoted(self.customer_id)}
            THEN {quoted(new)} ELSE {fresh} END FROM (
            (SELECT subject_id AS id FROM {stages} WHERE {mine} UNION SELECT parent_id FROM {stages} WHERE {mine}
            UNION SELECT {quoted(self.customer_id)})
            EXCEPT SELECT subject_id FROM {stages} WHERE {theirs} EXCEPT SELECT parent_id FROM {stages} WHERE {theirs})
            WHERE id IS NOT NULL"""
        )
        self.run(f"CREATE OR REPLACE TEMP TABLE own_orders AS SELECT order_id FROM {LAKE}.facts.orders WHERE {mine}")

    def _empty_rejected(self, words: Words) -> int:
        """Empty the cells of rejected rows that name the person. The table is written anew: a row that is only marked
        as deleted would still lie in its file.
        """
        alone = f"value = {quoted(words.customer_id)} AND contains(lower(\"column\"), 'customer')"
        said = f"coalesce({words.said_in('value')} OR ({alone}), false)"
        count = int(self.run(f"SELECT count(*) FROM {REJECTED} WHERE {said}")[0][0])
        if count:
            kept = f"SELECT * REPLACE (CASE WHEN {said} THEN NULL ELSE value END AS value) FROM {REJECTED}"
            _written_anew(self.run, REJECTED, kept)
        return count

    def _mask_history(self, words: Words, new: str) -> None:
        """Take the person out of the names of files and how they were read."""
        columns = ("source", "parts")
        said = " OR ".join(f"({words.said_in(column)})" for column in columns)
        if self.run(f"SELECT 1 FROM {IMPORTS} WHERE {said} LIMIT 1"):
            masked = ", ".join(f"{words.masked(column, new)} AS {column}" for column in columns)
            _written_anew(self.run, IMPORTS, f"SELECT * REPLACE ({masked}) FROM {IMPORTS}")


def _written_anew(run: Run, table: str, rows: str) -> None:
    run(f"CREATE OR REPLACE TEMP TABLE kept_rows AS {rows}")
    run(f"DELETE FROM {table}")
    run(f"INSERT INTO {table} BY NAME SELECT * FROM kept_rows")
    run("DROP TABLE kept_rows")


@dataclass(frozen=True)
class _Part:
    """The rows of one fact that name the person, changed and written in place of those that go."""

    run: Run
    target: Target
    customer_id: str
    words: Words
    new: str
    import_id: str

    def __call__(self, until: float) -> int:
        if not self.run(f"SELECT 1 FROM {self.target.table} LIMIT 1"):
            return 0
        shared = self._shared()
        columns = ", ".join(f"{self._column(c, shared)} AS {name(c)}" for c in self.target.columns)
        self.run(
            f"""CREATE OR REPLACE TEMP TABLE renamed AS
            SELECT {columns}, {quoted(self.import_id)} AS _import, _rowid, _file FROM ({self._rows}) t
            WHERE own OR {self._touched}"""
        )
        self.run("CREATE OR REPLACE TEMP TABLE gone AS SELECT _rowid, _file FROM renamed")
        changed = int(self.run("SELECT count(*) FROM gone")[0][0])
        if changed:
            exchange(self.run, self.target, f"SELECT {self.target.all} FROM renamed", until)
        self.run("DROP TABLE renamed")
        return changed

    @property
    def _ids(self) -> dict[str, Ids]:
        return {column: kind for column, kind in ids_in(self.target.fact).items() if column in self.target.columns}

    @property
    def _rows(self) -> str:
        """Every row with the ids that come in place of its own, and whether it is about the person."""
        joins, becomes = [], []
        for column, kind in self._ids.items():
            known = f"(SELECT was, becomes FROM identity WHERE kind = '{kind}') {name(f'for_{column}')}"
            joins.append(f"LEFT JOIN {known} ON {name(f'for_{column}')}.was = f.{name(column)}")
            becomes.append(f"{name(f'for_{column}')}.becomes AS {name(f'_new_{column}')}")
        numbered = f"SELECT *, rowid AS _rowid, filename AS _file FROM {self.target.table}"
        selected = ", ".join(["f.*", *becomes, f"{self._own} AS own"])
        return f"SELECT {selected} FROM ({numbered}) f {' '.join(joins)}"

    @property
    def _own(self) -> str:
        told = [f"{name(f'for_{c}')}.was IS NOT NULL" for c in self._ids if c not in ("parent_id", "session_id")]
        if self.target.fact.name == "order_lines":
            told.append("f.order_id IN (SELECT order_id FROM own_orders)")
        return f"({' OR '.join(told) or 'false'})"

    @property
    def _touched(self) -> str:
        """Rows of others that name the person: by an id, or in a text."""
        ids = [f"{name(f'_new_{column}')} IS NOT NULL" for column in self._ids]
        return " OR ".join([*ids, *(f"coalesce({self.words.said_in(name(c))}, false)" for c in self._texts)]) or "false"

    @property
    def _texts(self) -> Sequence[str]:
        """Columns in which anything may be written: declared free text, and the business's own texts."""
        fact, kinds = self.target.fact, self.target.columns
        free = FREE_TEXT.get(fact.name, ())
        return [c for c in kinds if kinds[c] == "VARCHAR" and (c in free or fact.column(c) is None)]

    def _shared(self) -> dict[str, str]:
        """A table of the values that others have as well, for each of the business's own texts.

        What only this customer has says who it is, whatever the column is called.
        """
        found: dict[str, str] = {}
        for column in self._texts:
            if self.target.fact.column(column) is not None or is_personal(self.target.fact, column):
                continue
            table = f"shared_{len(found)}"
            mine = f"SELECT {name(column)} FROM ({self._rows}) WHERE own AND {name(column)} IS NOT NULL"
            self.run(
                f"""CREATE OR REPLACE TEMP TABLE {table} AS SELECT DISTINCT {name(column)} AS value
                FROM ({self._rows}) WHERE NOT own AND {name(column)} IN ({mine})"""
            )
            found[column] = table
        return found

    def _column(self, column: str, shared: Mapping[str, str]) -> str:
        fact, cell, kind = self.target.fact, name(column), self.target.columns[column]
        if column in self._ids:
            return f"coalesce({name(f'_new_{column}')}, {cell})"
        if is_personal(fact, column):
            other = self.words.masked(cell, self.new) if kind == "VARCHAR" else cell
            return f"CASE WHEN own THEN NULL ELSE {other} END"
        if kind != "VARCHAR":
            return cell
        masked = self.words.masked(cell, self.new)
        if column in shared:
            mine = f"CASE WHEN {cell} IN (SELECT value FROM {shared[column]}) THEN {masked} END"
            return f"CASE WHEN own THEN {mine} ELSE {masked} END"
        declared = fact.column(column)
        if declared is not None and declared.kind is Kind.TEXT and declared.vocabulary is None:
            return f"CASE WHEN own THEN {masked} ELSE {cell} END"
        return cell


def clear_statistics(fetch: Fetch, settings: LakeSettings) -> None:
    """Work out anew what the catalogue knows of the smallest and largest text of each column: it never forgets one by
    itself, even when the rows that held it are gone.
    """
    schema = "" if settings.catalogue is None else f".{name(settings.catalogue_schema)}"
    metadata = f"__ducklake_metadata_{LAKE}{schema}"
    found = fetch(
        f"""SELECT s.table_id, s.column_id, min(f.min_value), max(f.max_value)
        FROM {metadata}.ducklake_table_column_stats s
        JOIN {metadata}.ducklake_column c ON c.table_id = s.table_id AND c.column_id = s.column_id
            AND c.end_snapshot IS NULL AND lower(c.column_type) = 'varchar'
        LEFT JOIN {metadata}.ducklake_file_column_stats f ON f.table_id = s.table_id AND f.column_id = s.column_id
        GROUP BY s.table_id, s.column_id, s.min_value, s.max_value
        HAVING min(f.min_value) IS DISTINCT FROM s.min_value OR max(f.max_value) IS DISTINCT FROM s.max_value"""
    )
    for table, column, least, most in found:
        values = ", ".join(
            f"{side} = {'NULL' if value is None else quoted(value)}"
            for side, value in (("min_value", least), ("max_value", most))
        )
        fetch(
            f"UPDATE {metadata}.ducklake_table_column_stats SET {values} "
            f"WHERE table_id = {int(table)} AND column_id = {int(column)}"
        )


def mask_definitions(folder: Path, customer_id: str, new: str) -> None:
    """Put the new id where a definition of the business names the customer in a condition."""
    for path in sorted(folder.rglob("*.yaml")):
        told = path.read_text(encoding="utf-8")
        masked = told.replace(quoted(customer_id), quoted(new))
        if masked != told:
            draft = path.with_name(f".{path.name}.part")
            draft.write_text(masked, encoding="utf-8")
            draft.replace(path)
