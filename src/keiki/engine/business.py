"""A business: one lake, its settings, and its own definitions over the built-in catalogue."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable
from collections.abc import Mapping as AnyMapping
from contextlib import ExitStack, suppress
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import ibis.expr.types as ir
import pyarrow as pa

from keiki.catalogue.expand import asked_of
from keiki.catalogue.load import Catalogue, load_catalogue
from keiki.engine.answers import FILE as ANSWERS_FILE
from keiki.engine.answers import Answers, Checked
from keiki.engine.behind import SHOWN, Behind, EveryRow, behind, every_row
from keiki.engine.comparison import Comparison, compared
from keiki.engine.connect import LakeSettings
from keiki.engine.engine import Engine
from keiki.engine.engines import open_engine
from keiki.engine.entered import with_entered
from keiki.engine.erasing import Erased, mask_definitions, pseudonym
from keiki.engine.imports import Import, Ready
from keiki.engine.measure import Kept, Measurer, Readings, worked_out_again
from keiki.engine.measured import Measured, TreeReading
from keiki.engine.rates import read_rates
from keiki.engine.records import NotPlain, read, stated
from keiki.engine.refresh import Progress, silent
from keiki.engine.segments import AgainstComparison, split_by_segment
from keiki.engine.settings import FILE, Settings
from keiki.engine.snapshot_facts import Tables
from keiki.engine.spread import Spread, averaged, spread
from keiki.engine.store import DuckLake, open_lake
from keiki.errors import NoBusiness
from keiki.facts import FACTS
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.facts.mapping import Mapping
from keiki.formula import Call, Condition, Formula, parse_condition, references
from keiki.formula.nodes import Binary, Negate, Reference
from keiki.lens import Lens
from keiki.measures.choices import read_choices
from keiki.measures.exchange import Exchange
from keiki.measures.rules import Rules
from keiki.periods import Grain, Period
from keiki.sources import Guess, Part, Source, guess, open_source
from keiki.trees.build import Tree, build
from keiki.trees.document import TreeDocument, template
from keiki.trees.explain import Shortfall, shortfalls, wanted_of
from keiki.trees.explanation import Explanation
from keiki.trees.mix import Split
from keiki.trees.targets import Target

ANSWERS_MB = 64
"""Megabytes of kept answers (KEIKI_ANSWERS_MB; 0 keeps none)."""
LIVELY = ("orders", "events", "media", "stages", "tickets", "invoices")
"""Facts whose rows keep coming: the last of their days is the day up to which the data speaks."""

WRONG: Final = (NotPlain, LookupError, AttributeError, ImportError, TypeError, ValueError, ArithmeticError)
"""What reading a kept record may raise when its file is damaged."""
T = TypeVar("T")


def open_business(folder: Path | str, settings: Settings | None = None, *, create: bool = False) -> Business:
    """Open the business of a folder; with `create` (or settings for a new folder) it is made when it is not there.

    Raises `NoBusiness` when the folder holds none, `UnreadableSettings` when its settings are damaged.
    """
    place = Path(folder)
    if settings is not None or (create and not (place / FILE).exists()):
        place.mkdir(parents=True, exist_ok=True)
        (settings or Settings(name=place.resolve().name)).save(place)
    elif not (place / FILE).exists():
        raise NoBusiness(folder=place)
    return Business(place, Settings.read(place))


class Business:
    """One company's numbers.

    It reads the newest snapshot of its lake; `at(snapshot)` is the same business as it was then.
    """

    def __init__(self, folder: Path, settings: Settings, *, pinned: int | None = None) -> None:
        self.folder = folder
        self.settings = settings
        self.catalogue: Catalogue = load_catalogue((folder,))
        zone = settings.calendar.zone
        self.exchange = Exchange(settings.currency, zone, read_rates(folder))
        self.lake: DuckLake = open_lake(_lake_settings(folder, settings))
        self._pinned = pinned
        megabytes = float(os.environ.get("KEIKI_ANSWERS_MB", ANSWERS_MB))
        self.answers = Answers(folder / ANSWERS_FILE, int(megabytes * 1024**2)) if megabytes > 0 else None
        self._engine: Engine | None = None
        self._measurer: tuple[int, Measurer] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back connections. Using the business again opens them anew."""
        self._measurer, self._engine = None, None
        if self.answers is not None:
            self.answers.close()
        self.lake.close()

    # --- data ---

    def preview(self, source: object, **options: Any) -> Guess:
        """What a file or table seems to be: its fact, the column for each target, and how sure that is."""
        with ExitStack() as stack:
            return guess(self._open(stack, source, options))

    def load(
        self,
        source: object,
        fact: str | None = None,
        mapping: Mapping | None = None,
        *,
        mode: str = "upsert",
        progress: Progress = silent,
        name: str | None = None,
        **options: Any,
    ) -> Import:
        """Bring a file, a table or rows from Python into the lake, all or nothing.

        `name` is what the history calls the source, and `replace` replaces what came under that name.
        Without `fact` and `mapping` both are guessed. With `fact` alone, columns are taken by their names.
        Rows that cannot be read are listed (`rejected`), the others loaded. Raises a `KeikiError` when none could be.
        """
        with ExitStack() as stack:
            opened = self._open(stack, source, options)
            return self.lake.import_parts(
                self._ready(opened.parts(fact, mapping)),
                source=name or opened.name,
                mode=mode,
                fingerprint=opened.fingerprint,
                progress=progress,
            )

    def load_facts(
        self, tables: AnyMapping[str, object], *, name: str, mode: str = "upsert", progress: Progress = silent
    ) -> Import:
        """Bring tables from Python into several facts at once (fact → table): one import, all or nothing."""
        with self.lake.importing(()) as connection:
            parts = [
                part for fact, table in tables.items() for part in open_source(table, connection=connection).parts(fact)
            ]
            return self.lake.import_parts(self._ready(parts), source=name, mode=mode, progress=progress)

    def imports(self) -> tuple[Import, ...]:
        """The history of imports and undos, newest first."""
        return self.lake.imports()

    def undo(self, import_id: str, progress: Progress = silent) -> Import:
        """Take an import back: what it added goes, what it overwrote returns."""
        return self.lake.undo(import_id, progress)

    def forget_snapshots(self, before: datetime) -> int:
        """Delete the states of the data older than an instant (UTC) for good, with every answer kept from them.

        Returns how many states are gone; the newest stays. `erase` does it by itself.
        """
        return self.lake.forget_snapshots(before)

    def erase(
        self, customer_id: str, also: Iterable[str] = (), progress: Progress = silent, *, new: str | None = None
    ) -> Erased:
        """Erase one customer: the person goes, from every state of the data, and the totals stay.

        `also`: further names and addresses to take out of texts; `new`: the id in place of theirs, else a random one.
        No KPI changes. It cannot be taken back, and later imports refuse rows of the same id. Backups made before
        still hold the person. Raises `NoSuchCustomer`, and changes nothing then.
        """
        new = new or pseudonym()
        self.lake.check_customer(customer_id)
        words = self.lake.words_of(customer_id, also)
        mask_definitions(self.folder, customer_id, new)
        return self.lake.erase(words, new, progress)

    def rejected(self, import_id: str, offset: int = 0, limit: int | None = None) -> pa.Table:
        """The cells an import refused: fact, row, column, value, reason."""
        return self.lake.rejected(import_id, offset, limit)

    @property
    def reading(self) -> Reading:
        """How cells are read: the zone, the tax rate and the day of the business."""
        return Reading(
            zone=self.settings.calendar.zone,
            tax_rate=self.settings.tax_rate,
            today=self.settings.calendar.today(),
        )

    # --- time ---

    @property
    def snapshot(self) -> int:
        """The id of the state of the lake that is read."""
        return self.lake.snapshot() if self._pinned is None else self._pinned

    def through(self, catalogue: Catalogue) -> Business:
        """The same business with another catalogue, such as the part of it that somebody may see."""
        seen = copy(self)
        seen.catalogue = catalogue
        return seen

    def at(self, snapshot: int) -> Business:
        """The same business as it was at an earlier snapshot."""
        return Business(self.folder, self.settings, pinned=snapshot)

    @property
    def today(self) -> date:
        """The last day the data speaks of, never later than today; the day of the business while there is no data."""
        now = self.settings.calendar.today()
        days = [c.last for name in LIVELY if (c := self.measurer.coverage(name)).last is not None]
        days = days or [c.last for name in FACTS if (c := self.measurer.coverage(name)).last is not None]
        return min([now, max(day for day in days if day is not None)]) if days else now

    def lens(
        self,
        grain: Grain | str = Grain.MONTH,
        count: int = 13,
        until: date | None = None,
        *,
        where: Condition | str | None = None,
        by: Iterable[str] = (),
        comparison: str | None = None,
    ) -> Lens:
        """The last `count` periods up to the one that holds `until` (default: the last day of the data)."""
        calendar = self.settings.calendar
        last = calendar.period(Grain.named(grain), until or self.today)
        return self.question(
            tuple(calendar.shift(last, step) for step in range(1 - count, 1)), where=where, by=by, comparison=comparison
        )

    def months_over(self, count: int) -> Lens:
        """The last `count` months that the data has reached the end of."""
        return self.question(self.settings.calendar.over(Grain.MONTH, self.today, count))

    def question(
        self,
        periods: Iterable[Period],
        *,
        where: Condition | str | None = None,
        by: Iterable[str] = (),
        comparison: str | None = None,
    ) -> Lens:
        """A lens over chosen periods with the calendar, currency and comparison of the business."""
        return Lens(
            tuple(periods),
            self.settings.calendar,
            parse_condition(where) if isinstance(where, str) else where,
            tuple(by),
            comparison or self.settings.comparison,
            self.settings.currency,
            self.today,
            self.rules.settling_days,
        )

    # --- numbers ---

    @property
    def filled(self) -> frozenset[str]:
        """The facts that have rows."""
        return frozenset(name for name in FACTS if self.measurer.coverage(name).first is not None)

    @property
    def engine(self) -> Engine:
        """Where queries run: DuckDB, or Spark by the settings or `KEIKI_ENGINE`."""
        if self._engine is None:
            self._engine = open_engine(self.lake, self.settings.engine or None)
        return self._engine

    @property
    def measurer(self) -> Measurer:
        """Measures the snapshot that is read now."""
        snapshot = self.snapshot
        if self._measurer is None or self._measurer[0] != snapshot:
            tables = Tables(self.engine, snapshot, self.rules, self.exchange, self.answers)
            measures, kept = self.catalogue.measures, self._kept(snapshot)
            self._measurer = (snapshot, Measurer(self.engine, tables, measures, self.rules, kept))
        return self._measurer[1]

    def _kept(self, snapshot: int) -> Kept | None:
        """The answers kept for a state of the data; None when none are to be kept (KEIKI_ANSWERS_MB=0)."""
        if self.answers is None:
            return None
        money = self.exchange.mark
        state = (self.settings.engine, type(self.engine).__name__, snapshot, self.lake.moment(snapshot), money)
        return Kept(self.answers, snapshot, state)

    def remembered(self, question: Hashable, ask: Callable[[Business], T]) -> T:
        """What `ask` finds out from this business, found again by every process while nothing it depends on changes.

        Kept under the state of the data, the settings, the day, the code, and `question`, whose `repr` must say
        everything else: its own definitions too. What is more than records of plain values is asked each time.
        """
        snapshot = self.snapshot
        kept = self._kept(snapshot)
        if kept is None or " at 0x" in repr(question):  # an object without words of its own could be any other one
            return ask(self)
        key = kept.key("found", question, self.settings, self.settings.calendar.today())
        body = kept.answers.get(key)
        if body is not None:
            with suppress(*WRONG):
                found: T = read(body["found"])
                return found
        answer = ask(self)
        with suppress(*WRONG):
            told = stated(answer)
            if read(told) == answer and self.snapshot == snapshot:
                kept.answers.put(key, snapshot, {"found": told})
        return answer

    def check_answers(self, count: int = 20) -> Checked:
        """Have some kept answers of this state of the data, chosen by chance, worked out again and compare them."""
        snapshot = self.snapshot
        found = [] if self.answers is None else self.answers.some(count, snapshot)
        _ = dict(self.facts)  # the views that the SQL of the answers reads
        compared = [worked_out_again(self.engine, snapshot, each) for each in found]
        return Checked(len(compared), sum(values for values, _bad in compared), sum(bad for _values, bad in compared))

    @property
    def facts(self) -> AnyMapping[str, ir.Table]:
        """The table of every fact in the snapshot that is read now: what models are asked with."""
        return self.measurer.facts

    @property
    def rules(self) -> Rules:
        """The rules that models follow: the business's own where it has set them, the defaults elsewhere."""
        return Rules.of_calendar(self.settings.calendar, read_choices(self.settings.rules), self.settings.ideal)

    def measure(self, kpis: Iterable[str], lens: Lens | None = None) -> Measured:
        """KPIs (or formulas over them) in every period of the lens and in the period each is compared with."""
        wanted = tuple(dict.fromkeys(kpis))
        catalogue = with_entered(self.catalogue, self.measurer.metrics)
        formulas = {name: catalogue.dated(name) for name in wanted}
        known = {name: self.catalogue.kpis[name] for name in wanted if name in self.catalogue.kpis}
        readings = self._read([each for one in formulas.values() for each in one.formulas], lens or self.lens())
        return Measured(known, formulas, readings, self.snapshot)

    def tree_named(self, tree: str | TreeDocument | Tree) -> Tree:
        """A tree of the catalogue or of the business by id, or from a document."""
        if isinstance(tree, Tree):
            return tree
        return build(template(self.catalogue, tree) if isinstance(tree, str) else tree, self.catalogue)

    def tree(self, tree: str | TreeDocument | Tree, lens: Lens | None = None) -> TreeReading:
        """Every node of a tree, measured in every period of the lens and in the period each is compared with."""
        built = self._as_entered(self.tree_named(tree))
        formulas = [formula for node in built.nodes for formula in node.definitions]
        return TreeReading(built, self._read(formulas, lens or self.lens()), self.snapshot)

    def explain(
        self,
        tree: str | TreeDocument | Tree,
        before: Period,
        after: Period,
        where: Condition | str | None = None,
        method: str = "shapley",
    ) -> Explanation:
        """Why the goal of a tree changed from one period to another; the parts sum to the change."""
        reading = self.tree(tree, self.question((before, after), where=where))
        return reading.between(0, 1, method)

    def explain_by(
        self, kpi: str, dimension: str, before: Period, after: Period, where: Condition | str | None = None
    ) -> Split:
        """Why a KPI changed, by the segments of a dimension: rate and mix of a ratio, the parts of an amount.

        The parts sum to the change. Raises `NotARatio` when segments cannot add up to the KPI.
        """
        formula = self.catalogue.expand(kpi)
        lens = self.question((before, after), where=where, by=(dimension,))
        readings = self.measurer.read({asked_of(r) for r in references(formula)}, lens, depth=_depth(formula))
        return split_by_segment(kpi, formula, self.catalogue.measures, readings)

    def split(self, name: str, formula: Formula, lens: Lens) -> Split:
        """Why a formula over measures changed from the comparison period to the last period of a lens, by the
        dimension of the lens. Raises `NotARatio`, naming it `name`, when segments cannot add up to it.
        """
        asked = {asked_of(reference) for reference in references(formula)}
        readings = self.measurer.read(asked, lens, depth=1 + _depth(formula))
        return split_by_segment(name, formula, self.catalogue.measures, AgainstComparison(readings))

    def compare(
        self, kpi: str, dimension: str, period: Period, where: Condition | str | None = None, level: float | None = None
    ) -> Comparison:
        """A KPI in every segment of a dimension in one period: counts, value, and the gap to a level by segment.

        Raises `NotARatio` when segments cannot add up to the KPI.
        """
        formula = self.catalogue.expand(kpi)
        lens = self.question((period,), where=where, by=(dimension,))
        readings = self.measurer.read({asked_of(r) for r in references(formula)}, lens, depth=_depth(formula))
        return compared(kpi, formula, self.catalogue.measures, readings, level)

    def behind(
        self, what: Formula | str, period: Period, where: Condition | str | None = None, limit: int = SHOWN
    ) -> tuple[Behind, ...]:
        """The rows behind a KPI or formula in a period: one answer per measure that it reads."""
        lens = self.question((period,), where=where)
        asked = dict.fromkeys(asked_of(reference) for reference in references(self.catalogue.expand(what)))
        return tuple(behind(self.measurer, one, period, lens, limit) for one in asked)

    def every_row_behind(
        self, what: Formula | str, period: Period, where: Condition | str | None = None
    ) -> EveryRow | None:
        """All rows behind a KPI or formula in a period, of its first measure that can show any; see `EveryRow`."""
        lens = self.question((period,), where=where)
        asked = dict.fromkeys(asked_of(reference) for reference in references(self.catalogue.expand(what)))
        found = (every_row(self.measurer, one, period, lens) for one in asked)
        return next((rows for rows in found if rows is not None), None)

    def spread(self, kpi: str, period: Period, where: Condition | str | None = None) -> Spread | None:
        """How the single values behind a mean lie: their number, mean, median and quarters; None for any other KPI."""
        asked = averaged(self.catalogue.expand(kpi), self.catalogue.measures)
        return None if asked is None else spread(self.measurer, asked, period, self.question((period,), where=where))

    def shortfalls(
        self,
        tree: str | TreeDocument | Tree,
        period: Period,
        targets: AnyMapping[str, Target] | None = None,
        where: Condition | str | None = None,
    ) -> tuple[Shortfall, ...]:
        """How far the numbers below a goal are from their targets in a period, the largest effect on the goal first.

        `targets` (node id → target) take the place of those in the tree. A period that still runs is compared with
        the target of the whole.
        """
        reading = self.tree(tree, self.question((period,), where=where))
        wanted = wanted_of(reading.tree, self.catalogue, period, self.settings.calendar, targets)
        return shortfalls(reading.tree, reading.now.at(0), wanted)

    def _as_entered(self, tree: Tree) -> Tree:
        """The tree with KPIs read as entered where observations speak of one."""
        catalogue = with_entered(self.catalogue, self.measurer.metrics)
        if catalogue is self.catalogue:
            return tree
        told = {n.id: catalogue.dated(Reference(n.kpi, where=n.where)) for n in tree.nodes if n.kpi is not None}
        nodes = (replace(n, dated=told[n.id], measured=told[n.id].newest) if n.id in told else n for n in tree.nodes)
        return replace(tree, nodes=tuple(nodes))

    def _read(self, formulas: Iterable[Formula], lens: Lens) -> Readings:
        wanted = tuple(formulas)
        asked = {asked_of(reference) for formula in wanted for reference in references(formula)}
        return self.measurer.read(asked, lens, depth=1 + max((_depth(formula) for formula in wanted), default=0))

    def _ready(self, parts: Iterable[Part]) -> list[Ready]:
        return [Ready.of(conform(part.table, part.mapping, self.reading), part.mapping) for part in parts]

    def _open(self, stack: ExitStack, source: object, options: dict[str, Any]) -> Source:
        """The source on a connection of the lake that can read this source and nothing else."""
        local = isinstance(source, str | os.PathLike) and "://" not in str(source)
        connection = stack.enter_context(self.lake.importing([Path(str(source))] if local else None))
        return open_source(source, connection=connection, **options)


def _depth(formula: Formula) -> int:
    """How many comparison steps back a formula looks."""
    match formula:
        case Call(name=name, arguments=arguments):
            return max(map(_depth, arguments), default=0) + (name in ("prev", "growth"))
        case Binary(left=left, right=right):
            return max(_depth(left), _depth(right))
        case Negate(operand=operand):
            return _depth(operand)
    return 0


def _lake_settings(folder: Path, settings: Settings) -> LakeSettings:
    found = LakeSettings.of(folder)
    return replace(found, catalogue=settings.catalogue) if settings.catalogue else found
