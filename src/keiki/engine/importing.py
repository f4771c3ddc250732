"""One import at work: from conformed rows to a published snapshot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import duckdb
import ibis
from ibis.backends.duckdb import Backend

from keiki.engine import imports
from keiki.engine.connect import LakeSettings
from keiki.engine.erased import kept_out
from keiki.engine.imports import Import, Loaded, Ready
from keiki.engine.merge import OWN, Arrival, KeysRepeatError, Views, load
from keiki.engine.refresh import Progress, Run, in_words, refresh
from keiki.engine.tables import current_snapshot, target_of


class Importing:
    """One import at work."""

    def __init__(
        self,
        backend: Backend,
        settings: LakeSettings,
        parts: tuple[Ready, ...],
        source: str,
        mode: str,
        fingerprint: str | None,
        progress: Progress,
    ) -> None:
        self.backend, self.settings, self.parts = backend, settings, parts
        self.source, self.mode, self.fingerprint = source, mode, fingerprint
        self.run = Run(backend.con, progress)
        self.staged = False

    def __call__(self) -> Import:
        try:
            views = [self._views(place, part) for place, part in enumerate(self.parts)]
        except duckdb.Error as error:
            raise in_words(error, self.settings) from error
        try:
            try:
                return refresh(self.settings, self.run, lambda: self._work(views))
            except KeysRepeatError:
                self.staged = True
                return refresh(self.settings, self.run, lambda: self._work(views))
        finally:
            for place in range(len(views)):
                self.backend.drop_view(f"arriving_{place}", force=True)

    def _views(self, place: int, part: Ready) -> Views:
        """The rows in SQL. The long expression is compiled and bound once, as a view that the others only name: through
        another, made in the transaction, that refuses the rows of erased customers.
        """
        view = f"incoming_{place}"
        self.backend.create_view(f"arriving_{place}", part.rows.unnumbered, overwrite=True)
        rows = replace(part.rows, unnumbered=ibis.table(part.rows.unnumbered.schema(), name=view))
        queries = (rows.good, rows.rejected)
        return Views(view, *(f"({self.backend.compile(query)})" for query in queries))

    def _work(self, views: Sequence[Views]) -> Import:
        before = current_snapshot(self.run)
        history = imports.read(self.run)
        same = imports.same_before(history, self.fingerprint, self.mode, self.source)
        if same is not None:
            return replace(same, already=True)
        one = imports.begin("import", self.source, self.mode, self.fingerprint, before)
        replaced = tuple(o.id for o in history if o.source == self.source)
        done: list[Loaded] = []
        for place, (part, these) in enumerate(zip(self.parts, views, strict=True)):
            came = part.rows.unnumbered.columns
            rows = kept_out(self.run, self.settings, part.fact, came, f"arriving_{place}")
            self.run(f"CREATE OR REPLACE TEMP VIEW {these.incoming} AS {rows}")
            described = self.run(f"DESCRIBE {these.incoming}")
            columns = {row[0]: row[1] for row in described if row[0] not in OWN}
            arrival = Arrival(these, columns, part.assumed, one.id, self.mode, replaced, self.staged)
            until = 0.95 * (place + 1) / len(self.parts)
            loaded = load(self.run, arrival, target_of(self.run, part.fact), until)
            done.append(replace(loaded, mapping=dict(part.mapping)))
        one = replace(one, parts=tuple(done))
        imports.write(self.run, one)
        return one
