"""The one door to the numbers: every page, export and report asks here, and what a person may see is decided here."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any, Final, TypeVar

import yaml
from django.db import DatabaseError, connection
from django.db.models import F

from keiki.catalogue.expand import asked_of
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue, builtin
from keiki.catalogue.load import kpi_of as kpi_of_entry
from keiki.catalogue.search import fold
from keiki.catalogue.tags import TAGS
from keiki.catalogue.versions import changes, reached
from keiki.charts.aim import Aim
from keiki.charts.status import standing
from keiki.engine.behind import SHOWN
from keiki.engine.behind import Behind as Behind
from keiki.engine.business import Business as Numbers
from keiki.engine.entered import calculated as calculated
from keiki.engine.entered_values import EnteredValue as EnteredValue
from keiki.engine.entered_values import entered_values
from keiki.engine.measured import Measured, TreeReading
from keiki.engine.spread import Spread
from keiki.errors import KeikiError, NotARatio, TooManyPeriods, UnknownName
from keiki.facts import FACTS, vocabulary
from keiki.facts.contract import Fact
from keiki.formula import Binary, Compare, Condition, Formula, Reference, Text, parse, references, show
from keiki.formula.parse import FUNCTIONS
from keiki.insight.before_after import BeforeAfter, before_after
from keiki.lens import Lens, period_of, periods_of
from keiki.measures.check import column_names, fact_of
from keiki.measures.document import entries
from keiki.measures.document import parse as parse_document
from keiki.measures.measure import Asked, Measure
from keiki.measures.units import unit as unit_of
from keiki.measures.workspace import WORKSPACE
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import VIEW
from keiki.server.data.actions import Opened, opened
from keiki.server.kpis.models import OwnKpi, OwnKpis, OwnTree, Step, TreeVersion, Verdict, Word, declaration
from keiki.server.kpis.rules import closed_to
from keiki.server.ui.once import once
from keiki.trees.build import Node, Tree, build
from keiki.trees.document import Owner, TreeDocument, from_dict, template, tree_document
from keiki.trees.explanation import Explanation
from keiki.trees.mix import Split
from keiki.trees.needs import Needs, needs
from keiki.trees.restricted import Left, without
from keiki.trees.restricted import closed_kpis as given_away
from keiki.trees.targets import adds_up as formula_adds_up
from keiki.trees.ties import Tie, ties

HISTORY: Final = {Grain.DAY: 31, Grain.WEEK: 14, Grain.MONTH: 13, Grain.QUARTER: 9, Grain.YEAR: 5}
"""How many periods a page looks back over."""
CHOOSABLE: Final = {Grain.DAY: 62, Grain.WEEK: 53, Grain.MONTH: 36, Grain.QUARTER: 12, Grain.YEAR: 10}
PREFERRED: Final = ("ec", "subscription", "corporate_profit", "simple_orders")
ENOUGH: Final = 0.6
MOST_PERIODS: Final = 400
"""In one question of a program: more than a year of days."""
READ_AHEAD: Final = 3
"""Businesses that are opened when the server starts; the others when somebody looks."""
DIMENSIONS: Final = ("channel", "device", "customer_type", "segment", "plan", "region", "campaign", "category", "store")
Segment = tuple[str | None, ...]
T = TypeVar("T")


class Kept:
    """Answers by everything they depend on; the least asked-for go first. Safe for threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._answers: OrderedDict[Hashable, Any] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The answer of that key, made now when it is not there."""
        with self._guard:
            if key in self._answers:
                self._answers.move_to_end(key)
                found: T = self._answers[key]
                return found
        made = make()
        with self._guard:
            self._answers[key] = made
            while len(self._answers) > self._size:
                self._answers.popitem(last=False)
        return made


_kept = Kept(256)


@dataclass(frozen=True)
class Question:
    """What a page asks: which periods, compared with what, of which part of the business.

    `span` is how many periods to look back over; None: as many as pages show of that grain.
    """

    grain: Grain = Grain.MONTH
    on: date | None = None
    comparison: str = "previous"
    segment: tuple[str, str] | None = None
    span: int | None = None

    @property
    def where(self) -> Condition | None:
        """The segment as a condition on rows."""
        if self.segment is None:
            return None
        return Compare("=", Reference(self.segment[0]), Text(self.segment[1]))


@dataclass(frozen=True)
class Known:
    """What a business can be asked: its trees, and the days the data speaks of.

    Its own trees in the order of its teams and ranks; while it has none, the built-in ones, most told by the data
    first. `today` is None while there are no rows at all.
    """

    trees: tuple[Tree, ...]
    first: date | None
    today: date | None
    snapshot: int
    money: str

    def tree(self, tree_id: str | None) -> Tree:
        """The tree of that id, or the one that the data tells most of."""
        return next((tree for tree in self.trees if tree.id == tree_id), self.trees[0])


@dataclass(frozen=True, eq=False)
class TreeNumbers:
    """A tree measured over its history for a question; the last period of the history is the one asked for.

    `aims`: node id → what it is to reach in each period, for nodes with a target (`planning.queries.measured`).
    """

    reading: TreeReading
    question: Question
    known: Known
    aims: Mapping[str, tuple[Aim | None, ...]] = field(default_factory=dict)

    @property
    def tree(self) -> Tree:
        return self.reading.tree

    @property
    def periods(self) -> tuple[Period, ...]:
        return self.reading.lens.periods

    @property
    def period(self) -> Period:
        return self.periods[-1]

    @cached_property
    def completes(self) -> tuple[bool, ...]:
        """Whether each period of the history is over."""
        return tuple(self.reading.lens.complete(place) for place in range(len(self.periods)))

    @property
    def elapsed(self) -> int | None:
        """Days of the period that the data has reached; None when it is over."""
        last = len(self.periods) - 1
        return None if self.completes[last] else self.reading.lens.period(last).days

    @property
    def segments(self) -> tuple[Segment, ...]:
        """The values of the dimension the numbers are split by."""
        return tuple(segment for segment in self.reading.now.segments if segment)

    def value(self, node: Node, segment: Segment = ()) -> float | None:
        """The node's value in the period asked for."""
        return self.reading.now.value(node.id, -1, segment)

    def value_before(self, node: Node, segment: Segment = ()) -> float | None:
        """The node's value in the period compared with; of the same number of days while the period still runs."""
        return self.reading.before.value(node.id, -1, segment)

    def series(self, node: Node) -> tuple[float | None, ...]:
        """The node's values over the history, oldest first."""
        return self.reading.now.series(node.id)

    def aim(self, node: Node) -> Aim | None:
        """What the node is to reach in the period asked for; None without a target."""
        aims = self.aims.get(node.id)
        return aims[-1] if aims else None

    def status(self, node: Node) -> str:
        """How the value stands to its target; without one, beside the value it is compared with."""
        return standing(self.value(node), self.value_before(node), self.aim(node), node.unit, node.direction)

    def missing_facts(self, node: Node) -> tuple[str, ...]:
        """The facts without rows that leave the node without a value."""
        return tuple(name for name in self.reading.missing(node.id) if name in FACTS)

    @cached_property
    def explanation(self) -> Explanation | None:
        """What moved the goal; None when it has no value in one of the two periods."""
        root = self.tree.root
        if self.value(root) is None or self.value_before(root) is None:
            return None
        return self.reading.explanation()


@dataclass(frozen=True)
class Sources:
    """Where a node's number comes from."""

    facts: tuple[str, ...]
    measures: tuple[Measure, ...]


def known(user: Any, business: Business) -> Known:
    """What a person may ask of a business, cheap enough for every page."""
    _may_see(user, business)
    key = ("known", business.id, closed_to(user, business))
    return once(key, lambda: _known_now(business, partial(_seen, user, business)))


def read_ahead() -> None:
    """Open the first businesses of a process that has just started, so that no visitor waits for it."""
    with suppress(DatabaseError), closing(connection):
        for business in Business.objects.all()[:READ_AHEAD]:
            with suppress(KeikiError):  # the visitor is told
                _known_now(business, partial(opened, business))


def _known_now(business: Business, seen: Callable[[], Opened]) -> Known:
    _healed(business)
    numbers = seen()
    snapshot = numbers.business.snapshot
    key = (business.id, numbers.mark, snapshot, business.calendar.today(), "known")
    return _kept.get(key, lambda: _known(numbers, snapshot))


def measured(user: Any, business: Business, tree_id: str | None, question: Question, by: str = "") -> TreeNumbers:
    """A tree's numbers for a question, split by a dimension when `by` names one.

    Kept per business, definitions, snapshot, tree and lens. Raises a `KeikiError` for a segment nobody can ask for.
    """
    numbers = _numbers(user, business)
    asked = known(user, business)
    lens = _lens(numbers, asked, question, by)
    tree = asked.tree(tree_id)
    key = (business.id, numbers.mark, asked.snapshot, tree.id, lens, question)
    return _kept.get(key, lambda: TreeNumbers(_read(numbers, tree, lens), question, asked))


def answered(user: Any, business: Business, key: Hashable, ask: Callable[[Numbers], T]) -> T:
    """What `ask` finds out about a business's numbers, for a person who may see them.

    Kept per business, definitions, snapshot, day and `key`, which names the question with everything it depends on: in
    this process, and on disk for the others and for the time after a restart.
    """
    numbers = _numbers(user, business)
    return _kept.get(
        (business.id, numbers.mark, numbers.business.snapshot, business.calendar.today(), key),
        lambda: numbers.business.remembered((numbers.mark, key), ask),
    )


def asked(user: Any, business: Business, ask: Callable[[Numbers], T]) -> T:
    """What `ask` finds out, for a person who may see it, kept nowhere: for background work over many rows."""
    return ask(_numbers(user, business).business)


@dataclass(frozen=True)
class Span:
    """Periods as a program asks for them: `when` as people type them, else the last ones of the data."""

    when: str | None = None
    grain: Grain | None = None
    last: int = 1


def measured_kpis(
    user: Any,
    business: Business,
    kpis: Sequence[str],
    span: Span,
    *,
    where: str | None = None,
    by: Sequence[str] = (),
    comparison: str | None = None,
) -> Measured:
    """KPIs or formulas over periods and segments. Raises a `KeikiError` for what cannot be asked: also when nothing
    has a value because a name in the question means nothing to any of them.
    """
    wanted, split = tuple(kpis), tuple(by)
    _askable(user, business, wanted)
    key = ("measured_kpis", wanted, span, where, split, comparison)
    found = answered(
        user,
        business,
        key,
        lambda numbers: numbers.measure(wanted, _lens_of(numbers, span, where, split, comparison)),
    )
    unknown = next((why for why in found.readings.reasons.values() if isinstance(why, UnknownName)), None)
    if unknown is not None and all(found.missing(name) for name in wanted):
        raise unknown
    return found


def readable_trees(user: Any, business: Business) -> tuple[tuple[Tree, bool], ...]:
    """Every tree that can be read, the business's own (True) first, then the built-in ones."""
    own = stored_trees(user, business)
    numbers = _numbers(user, business)
    found = [(each.id, True) for each in own if each.row.published is not None]
    built_in = [(one.tree, False) for one in templates(user, business)]
    mine = [(tree, True) for name, _own in found if (tree := _buildable(numbers, name)) is not None]
    taken = {tree.id for tree, _own in mine}
    return tuple(mine) + tuple((tree, own) for tree, own in built_in if tree.id not in taken)


def _buildable(numbers: Opened, name: str) -> Tree | None:
    try:
        return numbers.business.tree_named(name)
    except KeikiError:  # a KPI it names is gone: the design page says so
        return None


def read_tree(
    user: Any, business: Business, tree: str, span: Span, *, where: str | None = None, comparison: str | None = None
) -> TreeReading:
    """Every node of a tree over periods."""
    key = ("read_tree", tree, span, where, comparison)
    return answered(
        user, business, key, lambda numbers: numbers.tree(tree, _lens_of(numbers, span, where, (), comparison))
    )


def explained(
    user: Any, business: Business, tree: str, before: str, after: str, where: str | None, method: str
) -> tuple[Explanation, Period, Period]:
    """Why the goal of a tree changed between two periods as people type them, and the periods."""
    calendar = business.calendar
    periods = period_of(before, calendar), period_of(after, calendar)
    key = ("explained", tree, periods, where, method)
    return answered(user, business, key, lambda numbers: numbers.explain(tree, *periods, where, method)), *periods


def _lens_of(numbers: Numbers, span: Span, where: str | None, by: tuple[str, ...], comparison: str | None) -> Lens:
    if span.when is None:
        lens = numbers.lens(span.grain or Grain.MONTH, span.last, where=where, by=by, comparison=comparison)
    else:
        periods = periods_of(span.when, numbers.settings.calendar, span.grain)
        lens = numbers.question(periods, where=where, by=by, comparison=comparison)
    if len(lens.periods) > MOST_PERIODS:
        raise TooManyPeriods(asked=len(lens.periods), most=MOST_PERIODS)
    return lens


def choosable(business: Business, asked: Known, grain: Grain) -> tuple[Period, ...]:
    """The periods a person can choose: those the data speaks of, newest first."""
    if asked.first is None or asked.today is None:
        return ()
    whole = business.calendar.periods(grain, asked.first, asked.today + timedelta(days=1))
    return whole[::-1][: CHOOSABLE[grain]]


def is_over(asked: Known, period: Period) -> bool:
    """Whether the data reaches the end of a period."""
    return asked.today is not None and period.end <= asked.today + timedelta(days=1)


def dimensions(user: Any, business: Business, node: Node) -> tuple[str, ...]:
    """The dimensions that every measure of a node can be split by."""
    measures = sources_of(user, business, node).measures
    if not measures:
        return ()
    common = set.intersection(*(set(measure.dimensions) for measure in measures))
    return tuple(name for name in DIMENSIONS if name in common)


def split_of(user: Any, business: Business, numbers: TreeNumbers, node: Node, by: str) -> Split:
    """Why a node's number differs from the period it is compared with, by the segments of a dimension.

    Raises a `KeikiError` when its segments cannot add up to it.
    """
    if node.measured is None:
        raise NotARatio(kpi=node.id, formula="")
    opened = _numbers(user, business).business
    lens = replace(numbers.reading.lens, periods=(numbers.period,), by=(by,))
    return opened.split(node.id, calculated(node.measured), lens)


def rows_behind(
    user: Any, business: Business, numbers: TreeNumbers, node: Node, limit: int = SHOWN
) -> tuple[Behind, ...]:
    """The rows that were counted for a node in the period asked for, one answer per measure."""
    if node.measured is None:
        return ()
    opened = _numbers(user, business).business
    return opened.behind(calculated(node.measured), numbers.period, numbers.question.where, limit)


def sources_of(user: Any, business: Business, node: Node) -> Sources:
    """The measures a node is calculated from and the facts they read."""
    if node.measured is None:
        return Sources((), ())
    catalogue = _numbers(user, business).business.catalogue
    ids = dict.fromkeys(reference.id for reference in references(calculated(node.measured)))
    measures = tuple(catalogue.measures[name] for name in ids)
    return Sources(
        tuple(dict.fromkeys(name for measure in measures for name in measure.facts if name in FACTS)), measures
    )


def kpi_of(user: Any, business: Business, node: Node) -> Kpi | None:
    """The KPI behind a node; None for a node that only its children give a number."""
    return _numbers(user, business).business.catalogue.kpis.get(node.kpi) if node.kpi else None


def names_of(user: Any, business: Business, numbers: TreeNumbers, node: Node, language: str) -> Mapping[str, str]:
    """The names of everything a node's formula refers to: children, or measures."""
    tree = numbers.tree
    children = {child: tree.node(child).label(language) for child in node.children}
    measures = sources_of(user, business, node).measures
    return {m.id: m.ja if language == "ja" else m.en for m in measures} | children


def adds_up(user: Any, business: Business, node: Node) -> bool:
    """Whether the months of a measured node add up to its year."""
    return node.kpi is not None and formula_adds_up(node.kpi, _numbers(user, business).business.catalogue)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """A formula's text with names in the place of ids, and signs as people write them.

    >>> renamed("orders * order_value", {"orders": "注文数", "order_value": "単価"})
    '注文数 × 単価'
    """
    signs = {" * ": " × ", " / ": " ÷ ", " - ": " − "}
    return re.sub(
        r"[A-Za-z_][A-Za-z0-9_]*| [-*/] ", lambda found: names.get(found[0]) or signs.get(found[0], found[0]), text
    )


def dimension_label(name: str, language: str) -> str:
    """What a dimension is called, from the first fact that declares it; its own name when none does."""
    columns = (declared.column(name) for declared in FACTS.values())
    column = next((each for each in columns if each is not None), None)
    return name if column is None else column.ja if language == "ja" else column.en


def value_label(dimension: str, value: str, language: str) -> str:
    """What a value of a dimension is called, where a vocabulary knows it; else the value itself."""
    columns = (declared.column(dimension) for declared in FACTS.values())
    domain = next((column.vocabulary for column in columns if column is not None), None)
    label = vocabulary(domain).get(value) if domain is not None else None
    return value if label is None else label.words(language)


def unit_words(name: str, language: str) -> str:
    """What a unit is called."""
    found = unit_of(name)
    return found.ja if language == "ja" else found.en


def _numbers(user: Any, business: Business) -> Opened:
    _may_see(user, business)
    return _seen(user, business)


def _seen(user: Any, business: Business) -> Opened:
    """The numbers of a business as far as a member may see them: everything they ask goes through here."""
    left = _left_of(user, business)
    if left is None:
        return opened(business)
    whole = opened(business)
    mark = repr((whole.mark, sorted(left.closed)))
    return _kept.get((business.id, mark, "through"), lambda: Opened(whole.business.through(left.catalogue), mark))


def _left_of(user: Any, business: Business) -> Left | None:
    """The catalogue without what is closed to this person; None when nothing is."""
    restricted = closed_to(user, business)
    if not restricted:
        return None
    whole = opened(business)
    return _kept.get(
        (business.id, whole.mark, restricted, "left"), lambda: without(whole.business.catalogue, restricted)
    )


def closed_kpis(user: Any, business: Business) -> frozenset[str]:
    """The KPIs that are closed to a person, with those that would give them away."""
    _may_see(user, business)
    left = _left_of(user, business)
    return frozenset() if left is None else left.closed


def closed_with(user: Any, business: Business, kpi_id: str) -> tuple[Kpi, ...]:
    """The KPIs that closing a KPI closes too."""
    catalogue = catalogue_of(user, business)
    mark = opened(business).mark
    names = _kept.get((business.id, mark, kpi_id, "closed with"), lambda: given_away(catalogue, frozenset({kpi_id})))
    return tuple(catalogue.kpis[name] for name in sorted(names - {kpi_id}) if name in catalogue.kpis)


def _askable(user: Any, business: Business, texts: Iterable[str]) -> None:
    """Raises `UnknownName` when a typed formula names what is closed to this person."""
    left = _left_of(user, business)
    if left is None:
        return
    for text in texts:
        name = left.refused(parse(text))
        if name is not None:
            raise UnknownName(kind="KPI", name=name, known=left.catalogue.kpis)


def _known(numbers: Opened, snapshot: int) -> Known:
    coverage = {name: numbers.business.measurer.coverage(name) for name in FACTS}
    filled = {name for name, days in coverage.items() if days.first is not None}
    return Known(
        trees=_own_trees(numbers) or _fitting_templates(numbers, filled),
        first=min((days.first for days in coverage.values() if days.first is not None), default=None),
        today=numbers.business.today if filled else None,
        snapshot=snapshot,
        money=numbers.business.settings.money,
    )


def _own_trees(numbers: Opened) -> tuple[Tree, ...]:
    """The business's own trees that can be measured; those whose goal no data tells stand last."""
    catalogue = numbers.business.catalogue
    found: list[tuple[tuple[bool, str, int, str], Tree]] = []
    for name in catalogue.trees:
        try:
            document = template(catalogue, name)
            tree = build(document, catalogue)
            place = (_lacks_its_goal(numbers, tree), document.team or "", document.rank or 999, document.ja)
            found.append((place, tree))
        except KeikiError:  # a KPI it names is gone: the design page says so
            continue
    return tuple(tree for _place, tree in sorted(found, key=lambda each: each[0]))


def _lacks_its_goal(numbers: Opened, tree: Tree) -> bool:
    """Whether nothing can be said about the goal of a tree: a page should not open with it."""
    goal = tree.root.measured
    lacking = numbers.business.measurer.lacking
    return goal is not None and any(lacking(asked_of(reference)) for reference in references(goal))


def _fitting_templates(numbers: Opened, filled: set[str]) -> tuple[Tree, ...]:
    """The built-in trees to show while a business has none of its own, those its data tells most of first."""
    there = numbers.business.catalogue.templates
    names = [name for name in PREFERRED if name in there] or sorted(there)  # the usual goals may all be closed
    trees = [numbers.business.tree_named(name) for name in names]
    trees.sort(key=lambda tree: (-_told(numbers, tree, filled), _preference(tree.id), tree.id))
    return tuple(trees)


def _told(numbers: Opened, tree: Tree, filled: set[str]) -> float:
    """How much of a tree the data tells: the share of its measures whose facts have rows, all or most being alike."""
    measures = numbers.business.catalogue.measures
    told = [filled.issuperset(measures[asked.measure].facts) for asked in tree.asked]
    return min(sum(told) / max(len(told), 1), ENOUGH)


def _preference(tree_id: str) -> int:
    return PREFERRED.index(tree_id) if tree_id in PREFERRED else len(PREFERRED)


def _lens(numbers: Opened, asked: Known, question: Question, by: str) -> Lens:
    """The history up to the period asked for; without one, up to the last period that is over."""
    calendar = numbers.business.settings.calendar
    today = asked.today or calendar.today()
    last = calendar.period(question.grain, question.on or today)
    if question.on is None and not is_over(asked, last) and asked.first is not None and asked.first < last.start:
        last = calendar.shift(last, -1)
    periods = tuple(calendar.shift(last, step) for step in range(1 - (question.span or HISTORY[question.grain]), 1))
    return Lens(
        periods,
        calendar,
        where=question.where,
        by=(by,) if by else (),
        comparison=question.comparison,
        currency=numbers.business.settings.currency,
        today=today,
    )


def _read(numbers: Opened, tree: Tree, lens: Lens) -> TreeReading:
    reading = numbers.business.tree(tree, lens)
    _ = reading.now, reading.before  # evaluated now, so that whoever reads the kept answer finds it done
    return reading


# --- own trees ---


@dataclass(frozen=True)
class Restorable:
    """A version that undo or redo would restore, and `of`: the version whose step is undone or done again."""

    restores: int
    of: int


@dataclass(frozen=True)
class StoredTree:
    """An own tree as it was last saved; `done` is its last step as data."""

    row: OwnTree
    document: TreeDocument
    changed_at: datetime
    changed_by: str
    done: Mapping[str, Any]

    @property
    def id(self) -> str:
        return self.row.tree_id

    @property
    def version(self) -> int:
        return self.row.version

    @property
    def active(self) -> bool:
        """Whether its goal counts as one of its team's."""
        return self.row.active_since is not None

    @property
    def measurable(self) -> bool:
        """Whether the newest version can be measured, and so is the published one."""
        return self.row.published == self.row.version

    @cached_property
    def steps(self) -> tuple[Restorable | None, Restorable | None]:
        """What undo and redo would restore."""
        return steps(self.row)


@dataclass(frozen=True)
class Revision:
    """One line of a tree's history."""

    number: int
    step: str
    done: Mapping[str, Any]
    made_at: datetime
    made_by: str


def stored_trees(user: Any, business: Business, archived: bool = False) -> tuple[StoredTree, ...]:
    """The business's own trees: active goals first, by team and rank, then drafts; or the archived ones.

    A tree with a KPI that is closed to this person is not among them: it could only be changed as a whole.
    """
    closed = closed_kpis(user, business)
    return tuple(each for each in _stored(business, archived) if not _names_any(each, closed))


def stored_tree(user: Any, business: Business, tree_id: str) -> StoredTree | None:
    """One own tree, archived or not; None when there is none, or not for this person."""
    closed = closed_kpis(user, business)
    row = business.own_trees.select_related("business").filter(tree_id=tree_id).first()
    found = _as_stored(row, row.versions.select_related("made_by").get(number=row.version)) if row else None
    return None if found is None or _names_any(found, closed) else found


def _names_any(tree: StoredTree, closed: frozenset[str]) -> bool:
    return bool(closed) and any(node.kpi in closed for node in tree.document.root.walk())


def version_of(tree: StoredTree, number: int) -> TreeDocument | None:
    """The tree as it was after one of its steps."""
    found = tree.row.versions.filter(number=number).first()
    return read_document(found.document) if found else None


def tree_history(tree: StoredTree, count: int = 30) -> tuple[Revision, ...]:
    """What was done to a tree, newest first."""
    return tuple(
        Revision(each.number, each.step, each.done, each.made_at, str(each.made_by or ""))
        for each in tree.row.versions.select_related("made_by").order_by("-number")[:count]
    )


def goals_of_team(business: Business, team: str | None) -> tuple[StoredTree, ...]:
    """The trees (no boards) of one team whose goals stand beside each other."""
    return tuple(each for each in _stored(business) if each.document.kind == "tree" and each.document.team == team)


def steps(tree: OwnTree) -> tuple[Restorable | None, Restorable | None]:
    """What undo and redo would restore now; None where there is nothing."""
    past: list[int] = []
    future: list[int] = []
    for number, step in tree.versions.order_by("number").values_list("number", "step"):
        if step == Step.UNDO:
            future.append(past.pop())
        elif step == Step.REDO:
            past.append(future.pop())
        else:
            past.append(number)
            future.clear()
    back = Restorable(past[-2], past[-1]) if len(past) > 1 else None
    return back, Restorable(future[-1], future[-1]) if future else None


def newest_document(tree: OwnTree) -> TreeDocument:
    """A tree as it was last saved."""
    return read_document(tree.versions.get(number=tree.version).document)


def read_document(content: Mapping[str, Any]) -> TreeDocument:
    """A stored document."""
    return from_dict(content)


@dataclass(frozen=True)
class Template:
    """A built-in tree to begin with: the data it needs, the facts that have rows, and the own tree made of it."""

    tree: Tree
    document: TreeDocument
    needs: Needs
    filled: frozenset[str]
    used_as: str = ""

    @property
    def measurable(self) -> int:
        """How many of its KPIs the business can measure now."""
        return len(self.needs.measurable(self.filled))

    @property
    def ready(self) -> bool:
        """Whether the business can measure every KPI of it."""
        return self.measurable == len(self.needs.kpis)


def templates(user: Any, business: Business) -> tuple[Template, ...]:
    """Every built-in tree with what it needs, in the order of their names' ids."""
    numbers = _numbers(user, business)
    snapshot = numbers.business.snapshot
    key = (business.id, numbers.mark, snapshot, "templates")
    found = _kept.get(key, lambda: _templates(numbers))
    rows = business.own_trees.filter(archived_at=None).exclude(made_from="").order_by("-pk")
    used = dict(rows.values_list("made_from", "tree_id"))
    return tuple(replace(each, used_as=used.get(each.document.id, "")) for each in found)


def template_named(user: Any, business: Business, template_id: str) -> Template | None:
    """One built-in tree; None when there is none of that id."""
    return next((each for each in templates(user, business) if each.document.id == template_id), None)


def _templates(numbers: Opened) -> tuple[Template, ...]:
    catalogue = numbers.business.catalogue
    filled = frozenset(name for name in FACTS if numbers.business.measurer.coverage(name).first is not None)
    found = []
    for name in sorted(catalogue.templates):
        document = tree_document(catalogue.templates[name])
        try:
            tree = build(document, catalogue)
        except KeikiError:  # the catalogue's own check names it; a page shows those that work
            continue
        found.append(Template(tree, document, needs(tree, catalogue), filled))
    return tuple(found)


def _stored(business: Business, archived: bool = False) -> tuple[StoredTree, ...]:
    rows = business.own_trees.select_related("business").filter(archived_at__isnull=not archived)
    newest = TreeVersion.objects.filter(tree__in=rows, number=F("tree__version")).select_related("made_by")
    by_tree = {version.tree_id: version for version in newest}
    found = [_as_stored(row, by_tree[row.pk]) for row in rows]
    found.sort(key=lambda t: (not t.active, t.document.team or "", t.document.rank or 999, t.document.ja, t.id))
    return tuple(found)


def _as_stored(row: OwnTree, newest: TreeVersion) -> StoredTree:
    return StoredTree(
        row=row,
        document=read_document(newest.document),
        changed_at=newest.made_at,
        changed_by=str(newest.made_by or ""),
        done=newest.done,
    )


def _healed(business: Business) -> None:
    """Published files that are missing or old are written again, as a restored backup or a crash leaves them."""
    once(("healed", business.id), lambda: _heal(business))


def _heal(business: Business) -> None:
    own = OwnKpis(business)
    if not own.is_published:
        own.publish()
    for tree in business.own_trees.select_related("business"):
        if not tree.is_published:
            tree.publish()


def _may_see(user: Any, business: Business) -> None:
    if not user.has_perm(VIEW, business.id):
        raise Business.DoesNotExist(business.id)


# --- the catalogue: which KPIs there are, how each gets its number here, and what it is worth now ---

DATA, HAND, LACKS = "data", "hand", "lacks"
BUILT_IN, OWN, CHANGED = "built_in", "own", "changed"


@dataclass(frozen=True)
class Supply:
    """How a KPI gets its number in a business: from `data`, entered by `hand`, or it `lacks` the facts of `missing`."""

    way: str
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tagged:
    """A KPI with what the catalogue page filters it by."""

    kpi: Kpi
    supply: Supply
    origin: str

    @cached_property
    def carries(self) -> Mapping[str, tuple[str, ...]]:
        """The values it has of each facet; a part of a domain counts for the whole, too."""
        kpi = self.kpi
        return {
            "domain": tuple(dict.fromkeys(part for d in kpi.domain for part in (d.partition(":")[0], d))),
            "supply": (self.supply.way,),
            "stage": (str(kpi.journey_stage),) if kpi.journey_stage else (),
            "department": kpi.department,
            "cadence": kpi.cadence,
            "value_chain": (str(kpi.value_chain),) if kpi.value_chain else (),
            "origin": (self.origin,),
        } | {name: (str(getattr(kpi, name)),) for name in ("layer", "horizon", "kind", "lead_lag", "direction")}


@dataclass(frozen=True)
class KpiValue:
    """A KPI in the last complete month and in the month before."""

    period: Period
    value: float | None
    before: float | None


@dataclass(frozen=True, eq=False)
class KpiHistory:
    """A KPI over the last complete periods (13 months, unless asked otherwise) and, when the newest value was entered
    for a later one, up to that; `versions` are the numbers of the definitions that gave the values.

    `missing` are the facts without rows, `reasons` the words, by language, for what cannot be asked of the data.
    """

    periods: tuple[Period, ...]
    values: tuple[float | None, ...]
    before: float | None
    versions: tuple[int | None, ...]
    missing: tuple[str, ...]
    reasons: Mapping[str, tuple[str, ...]]
    completes: tuple[bool, ...] = ()

    @property
    def value(self) -> float | None:
        return self.values[-1]

    @property
    def changes(self) -> tuple[int, ...]:
        """The places of the months in which a new definition began."""
        return tuple(n for n in range(1, len(self.versions)) if self.versions[n] != self.versions[n - 1])


def catalogue_of(user: Any, business: Business) -> Catalogue:
    """Every KPI and measure that a business knows."""
    _may_see(user, business)
    _healed(business)
    return _seen(user, business).business.catalogue


def tagged_kpis(user: Any, business: Business, asked: Known | None = None) -> Mapping[str, Tagged]:
    """Every KPI of a business by id, with how it gets its number here."""
    asked = asked or known(user, business)
    numbers = _numbers(user, business)
    return _kept.get((business.id, numbers.mark, asked.snapshot, "tagged"), lambda: _tagged(numbers))


def kpi_values(user: Any, business: Business, ids: Iterable[str], asked: Known | None = None) -> Mapping[str, KpiValue]:
    """The values of KPIs, measured together; each is kept until data or definitions change."""
    asked = asked or known(user, business)
    if asked.today is None:
        return {}
    numbers = _numbers(user, business)
    found = _values(numbers, business, asked)
    wanted = tuple(ids)
    lacking = [name for name in wanted if name not in found]
    if lacking:
        found |= _measured_values(numbers, asked, lacking)
    return {name: found[name] for name in wanted if name in found}


def known_values(
    user: Any, business: Business, ids: Iterable[str], asked: Known | None = None
) -> Mapping[str, KpiValue] | None:
    """The same when all of them have been measured already, at no cost; else None."""
    asked = asked or known(user, business)
    found = _values(_numbers(user, business), business, asked)
    wanted = tuple(ids)
    return {name: found[name] for name in wanted} if all(name in found for name in wanted) else None


def kpi_history(
    user: Any,
    business: Business,
    kpi_id: str,
    asked: Known | None = None,
    grain: Grain = Grain.MONTH,
    on: date | None = None,
) -> KpiHistory | None:
    """A KPI over the last periods of a grain that are over (or up to the one that holds `on`); None while the business
    has no rows at all."""
    asked = asked or known(user, business)
    if asked.today is None:
        return None
    numbers = _numbers(user, business)
    question = Question(grain, on)
    return _kept.get(
        (business.id, numbers.mark, asked.snapshot, "history", kpi_id, grain, on),
        lambda: _history(numbers.business.measure([kpi_id], _lens(numbers, asked, question, "")), kpi_id),
    )


def entered_of(user: Any, business: Business, kpi_id: str, grain: Grain, since: date) -> tuple[EnteredValue, ...]:
    """What was entered for a KPI in periods of a grain from a day on, oldest first."""
    key = ("entered", kpi_id, grain, since)
    return answered(user, business, key, lambda numbers: entered_values(numbers, kpi_id, grain, since))


CADENCES: Final = {
    "daily": Grain.DAY,
    "weekly": Grain.WEEK,
    "monthly": Grain.MONTH,
    "quarterly": Grain.QUARTER,
    "yearly": Grain.YEAR,
}
"""How often a KPI is to have a value; the longest of several is the latest anybody may wait."""


def cadence_of(kpi: Kpi) -> Grain | None:
    """The period in which a KPI is to have a value at the latest; None for one without a cadence."""
    return next((grain for name, grain in reversed(CADENCES.items()) if name in kpi.cadence), None)


def overdue_since(user: Any, business: Business, kpi: Kpi, asked: Known | None = None) -> date | None:
    """From which day on a KPI has been missing the value of its cadence; None while it is not.

    The period after the newest one with a value is due on the day after its end.
    """
    grain = cadence_of(kpi)
    if grain is None:
        return None
    calendar = business.calendar
    newest = _newest_value(user, business, kpi, grain, asked or known(user, business))
    due = None if newest is None else calendar.shift(newest, 1).end
    return due if due is not None and due <= calendar.today() else None


def _newest_value(user: Any, business: Business, kpi: Kpi, grain: Grain, asked: Known) -> Period | None:
    told = kpi_history(user, business, kpi.id, asked, grain)
    if told is None:
        return None
    measured = [period for period, value in zip(told.periods, told.values, strict=True) if value is not None]
    entered = entered_of(user, business, kpi.id, grain, told.periods[0].start)
    days = [period.start for period in measured] + [each.day for each in entered]
    return business.calendar.period(grain, max(days)) if days else None


def verdicts(business: Business, kpi_id: str, grain: Grain) -> Mapping[date, Verdict]:
    """What people said about unusual values of a KPI: first day of the period → their word."""
    rows = Verdict.objects.filter(business=business, kpi_id=kpi_id, grain=str(grain)).select_related("said_by")
    return {row.day: row for row in rows}


def excluded_days(business: Business, kpi_id: str, grain: Grain) -> frozenset[date]:
    """The first days of the periods whose value is left out of baselines and forecasts."""
    found = verdicts(business, kpi_id, grain).values()
    return frozenset(row.day for row in found if row.word == Word.EXCLUDED)


def excluded_of(business: Business, node: Node) -> frozenset[date]:
    """The first days of the months that are left out of the baseline of a node: those of its KPI as a whole."""
    return excluded_days(business, node.kpi, Grain.MONTH) if node.kpi and node.where is None else frozenset()


def kpi_spread(user: Any, business: Business, kpi_id: str, period: Period) -> Spread | None:
    """How the single values behind a mean lie in a period; None for a KPI that is no mean, and without values."""
    return answered(user, business, ("spread", kpi_id, period), lambda numbers: numbers.spread(kpi_id, period))


def kpi_months(user: Any, business: Business, kpi_id: str, count: int) -> Measured:
    """A KPI over the last months up to the last that is over."""
    asked = known(user, business)

    def ask(numbers: Numbers) -> Measured:
        return numbers.measure([kpi_id], _lens(_numbers(user, business), asked, Question(span=count), ""))

    return answered(user, business, ("months", kpi_id, count), ask)


def formula_value(user: Any, business: Business, text: str, asked: Known | None = None) -> KpiHistory | None:
    """What a formula that nobody has saved gives over the last 13 complete months.

    None while there are no rows, and for what people enter by hand. Raises what the formula language and the catalogue
    raise.
    """
    asked = asked or known(user, business)
    _askable(user, business, [text])
    numbers = _numbers(user, business)
    catalogue = numbers.business.catalogue
    formula = parse(text, known=[*catalogue.kpis, *catalogue.measures])
    wanted = catalogue.dated(formula).newest
    by_hand = any(catalogue.measures[reference.id].fact == "observations" for reference in references(wanted))
    if asked.today is None or by_hand:
        return None
    plain = show(formula)
    key = (business.id, numbers.mark, asked.snapshot, "formula", plain)
    return _kept.get(
        key, lambda: _history(numbers.business.measure([plain], _lens(numbers, asked, Question(), "")), plain)
    )


def used_in(user: Any, business: Business, kpi_id: str, asked: Known | None = None) -> tuple[tuple[Tree, Node], ...]:
    """Where a KPI stands in the trees of a business."""
    return tuple(
        (tree, node) for tree in (asked or known(user, business)).trees for node in tree.nodes if node.kpi == kpi_id
    )


def templates_with(user: Any, business: Business, kpi_id: str) -> tuple[TreeDocument, ...]:
    """The templates in which a KPI stands."""
    numbers = _numbers(user, business)
    catalogue = numbers.business.catalogue
    documents = _kept.get(
        (business.id, numbers.mark, "templates with"),
        lambda: [template(catalogue, name) for name in catalogue.templates if name not in catalogue.trees],
    )
    return tuple(each for each in documents if any(node.kpi == kpi_id for node in each.root.walk()))


def changed_below(catalogue: Catalogue, kpi: Kpi, periods: Sequence[Period]) -> tuple[tuple[int, Kpi], ...]:
    """The KPIs that a KPI is calculated from whose own definition changed, each with the place of the first period it
    holds for."""
    below = (catalogue.kpis[name] for name in reached(kpi.formula, catalogue.kpis) if name != kpi.id)
    found = []
    for one in below:
        for day in changes(one):
            place = next((n for n, period in enumerate(periods) if n and period.start >= day), None)
            if place is not None and periods[place - 1].start < day:
                found.append((place, one))
    return tuple(found)


def built_from(catalogue: Catalogue, kpi: Kpi) -> tuple[tuple[Kpi, ...], tuple[Measure, ...]]:
    """The KPIs and measures that a KPI's own formula names."""
    ids = tuple(dict.fromkeys(reference.id for reference in references(kpi.formula)))
    kpis = tuple(catalogue.kpis[name] for name in ids if name in catalogue.kpis)
    return kpis, tuple(catalogue.measures[name] for name in ids if name in catalogue.measures)


def built_on(catalogue: Catalogue, kpi_id: str) -> tuple[Kpi, ...]:
    """The KPIs whose own formula names a KPI."""
    return tuple(
        kpi for kpi in catalogue.kpis.values() if any(reference.id == kpi_id for reference in references(kpi.formula))
    )


def facts_of(catalogue: Catalogue, kpi_id: str) -> tuple[Fact, ...]:
    """The facts that a KPI is calculated from."""
    try:
        asked = catalogue.asked(kpi_id)
    except KeikiError:
        return ()
    names = dict.fromkeys(name for one in sorted(asked, key=repr) for name in catalogue.measures[one.measure].facts)
    return tuple(fact_of(name) for name in names)


def fact_words(name: str, language: str) -> str:
    """What a fact, or a record of Keiki itself, is called."""
    found = fact_of(name)
    return found.ja if language == "ja" else found.en


def active_kpis(user: Any, business: Business, asked: Known | None = None) -> tuple[str, ...]:
    """The KPIs a business steers by: those that stand in its trees."""
    trees = (asked or known(user, business)).trees
    return tuple(dict.fromkeys(node.kpi for tree in trees for node in tree.nodes if node.kpi))


def _tagged(numbers: Opened) -> dict[str, Tagged]:
    catalogue, measurer = numbers.business.catalogue, numbers.business.measurer
    lacking = {asked: measurer.lacking(asked) for name in catalogue.kpis for asked in _asked(catalogue, name)}
    supplies = {name: _supply(catalogue, name, lacking) for name in catalogue.kpis}
    for name in measurer.observed & supplies.keys():
        if supplies[name].way == LACKS:
            supplies[name] = Supply(HAND, supplies[name].facts)
    return {name: Tagged(kpi, supplies[name], _origin(kpi)) for name, kpi in catalogue.kpis.items()}


def _asked(catalogue: Catalogue, name: str) -> tuple[Asked, ...]:
    try:
        return tuple(sorted(catalogue.asked(name), key=repr))
    except KeikiError:  # a definition that cannot be used: its page says why
        return ()


def _supply(catalogue: Catalogue, name: str, lacking: Mapping[Asked, tuple[str, ...]]) -> Supply:
    asked = _asked(catalogue, name)
    measures = [catalogue.measures[one.measure] for one in asked]
    facts = tuple(dict.fromkeys(fact for measure in measures for fact in measure.facts))
    if catalogue.kpis[name].data_source == "manual" or any(m.fact == "observations" for m in measures):
        return Supply(HAND, facts)
    missing = tuple(dict.fromkeys(fact for one in asked for fact in lacking[one]))
    return Supply(LACKS if missing or not asked else DATA, facts, missing)


def _origin(kpi: Kpi) -> str:
    given = builtin().kpis.get(kpi.id)
    if kpi.retired is not None:
        return RETIRED
    return OWN if given is None else BUILT_IN if given == kpi else CHANGED


def _values(numbers: Opened, business: Business, asked: Known) -> dict[str, KpiValue]:
    return _kept.get((business.id, numbers.mark, asked.snapshot, "values"), dict)


def _measured_values(numbers: Opened, asked: Known, ids: Sequence[str]) -> dict[str, KpiValue]:
    lens = _lens(numbers, asked, Question(), "")
    month = replace(lens, periods=lens.periods[-1:])
    sound = [name for name in ids if _asked(numbers.business.catalogue, name)]
    read = numbers.business.measure(sound, month)
    return {name: KpiValue(month.periods[0], read.value(name), read.value(name, back=1)) for name in sound} | {
        name: KpiValue(month.periods[0], None, None) for name in ids if name not in sound
    }


def _history(read: Measured, name: str) -> KpiHistory:
    facts = {*FACTS, *WORKSPACE}
    return KpiHistory(
        periods=read.periods,
        values=read.series(name),
        before=read.value(name, back=1),
        versions=tuple(read.version(name, place) for place in range(len(read.periods))),
        missing=tuple(each for each in read.missing(name) if each in facts),
        completes=tuple(read.lens.complete(place) for place in range(len(read.periods))),
        reasons={
            language: tuple(each for each in read.missing(name, language) if each not in facts)
            for language in ("ja", "en")
        },
    )


# --- KPIs of a business's own ---


@dataclass(frozen=True)
class KpiRevision:
    """One version of an own KPI, for its history."""

    number: int
    since: date | None
    formula: str
    reason: str
    made_at: datetime
    made_by: str
    correction: bool


def own_kpi(user: Any, business: Business, kpi_id: str) -> OwnKpi | None:
    """An own KPI; None when the business has not defined one of that id, or not for this person."""
    if kpi_id in closed_kpis(user, business):
        return None
    return business.own_kpis.filter(kpi_id=kpi_id).first()


def kpi_document(kpi: OwnKpi) -> dict[str, Any]:
    """The newest version of an own KPI as it was typed."""
    found: dict[str, Any] = kpi.versions.get(number=kpi.version).document
    return found


def kpi_revisions(kpi: OwnKpi) -> tuple[KpiRevision, ...]:
    """Every version of an own KPI, newest first."""
    rows = list(kpi.versions.select_related("made_by").order_by("number"))
    before = [None, *rows]
    found = [
        KpiRevision(
            number=row.number,
            since=row.since,
            formula=row.document.get("formula", ""),
            reason=row.reason,
            made_at=row.made_at,
            made_by=str(row.made_by or ""),
            correction=previous is not None and previous.since == row.since,
        )
        for previous, row in zip(before, rows, strict=False)
    ]
    return tuple(reversed(found))


def stored_kpis(business: Business) -> dict[str, Kpi]:
    """The own KPIs of a business as the tables have them, whatever the published file says."""
    rows = business.own_kpis.filter(version__gt=0).prefetch_related("versions")
    return {row.kpi_id: declared_kpi(declaration(row, list(row.versions.all()))) for row in rows}


def declared_kpi(document: Mapping[str, Any]) -> Kpi:
    """The KPI that a declaration means; raises what a file of declarations would be told."""
    text = yaml.safe_dump({"kpis": [dict(document)]}, allow_unicode=True, sort_keys=False)
    (entry,) = entries(parse_document(text, "own.yaml"), "kpis")
    return kpi_of_entry(entry)


def document_of(kpi: Kpi) -> dict[str, Any]:
    """A KPI as a declaration, for changing it."""
    simple = ("ja", "en", "definition_ja", "definition_en", "unit", "base", "data_source", "procedure")
    chosen = ("direction", "kind", "layer", "horizon", "lead_lag", "journey_stage", "value_chain")
    listed = ("cadence", "domain", "department", "pairs_with", "aliases")
    ranges = [{name: value for name, value in vars(one).items() if value is not None} for one in kpi.benchmarks]
    return (
        {name: getattr(kpi, name) or "" for name in simple}
        | {name: str(getattr(kpi, name)) for name in chosen}
        | {name: list(getattr(kpi, name)) for name in listed}
        | {"formula": kpi.source, "params": dict(kpi.params), "benchmarks": ranges}
    )


def mistakes(business: Business, document: Mapping[str, Any]) -> tuple[KeikiError, ...]:
    """What would be wrong in the catalogue with one more, or one changed, declaration and is not wrong now.

    Raises what makes the declaration itself unreadable. Inside the lock of a save it is the proof.
    """
    kpi = declared_kpi(document)
    catalogue = opened(business).business.catalogue
    present = replace(catalogue, kpis={**catalogue.kpis, **stored_kpis(business)})
    told = {(problem.subject, str(problem.error)) for problem in present.check()}
    wished = replace(present, kpis={**present.kpis, kpi.id: kpi})
    return tuple(
        problem.error
        for problem in wished.check()
        if problem.severity == "error" and (problem.subject, str(problem.error)) not in told
    )


@dataclass(frozen=True)
class Entry:
    """A KPI in the glossary: how it gets its number, and who answers for it where it stands in a tree."""

    one: Tagged
    owners: tuple[Owner, ...]
    active: bool

    @property
    def sourced(self) -> bool:
        """Whether its numbers come from somewhere: a fact with rows, or a source that a person has named."""
        return "source" not in unmeasurable(self.one.kpi, self.one.supply)


def glossary(user: Any, business: Business, asked: Known | None = None) -> tuple[Entry, ...]:
    """Every KPI that is not retired, those that the business steers by with their owners."""
    asked = asked or known(user, business)
    owners: dict[str, dict[Owner, None]] = {}
    for tree in asked.trees:
        for node in tree.nodes:
            if node.kpi:
                owners.setdefault(node.kpi, {}).update({node.owner: None} if node.owner else {})
    return tuple(
        Entry(one, tuple(owners.get(name, ())), name in owners)
        for name, one in tagged_kpis(user, business, asked).items()
        if one.origin != RETIRED
    )


# --- what hangs on a KPI ---


@dataclass(frozen=True)
class RunningTarget:
    """A target that judges a KPI now: its newest approved revision."""

    since: date
    reason: str


@dataclass(frozen=True)
class Hanging:
    """Everything that would be left behind if a KPI went: its links by own tree, its places in trees, the KPIs
    calculated from it and its targets."""

    tied: tuple[tuple[StoredTree, tuple[Tie, ...]], ...]
    places: tuple[tuple[Tree, Node], ...]
    built_on: tuple[Kpi, ...]
    targets: tuple[RunningTarget, ...]


def tied(business: Business, kpi_id: str) -> tuple[tuple[StoredTree, tuple[Tie, ...]], ...]:
    """The own trees in which influences begin or end at a KPI, as they were last saved."""
    found = ((tree, ties(tree.document, kpi_id)) for tree in _stored(business))
    return tuple((tree, joined) for tree, joined in found if joined)


def hanging(user: Any, business: Business, kpi_id: str) -> Hanging:
    """What hangs on a KPI, before it goes."""
    _may_see(user, business)
    own = {tree.id for tree in _stored(business)}
    plans = business.plans.filter(kpi=kpi_id, retired_at=None).prefetch_related("revisions")
    newest = (max((r for r in p.revisions.all() if r.state == "approved"), key=_when, default=None) for p in plans)
    return Hanging(
        tied=tied(business, kpi_id),
        places=tuple((tree, node) for tree, node in used_in(user, business, kpi_id) if tree.id in own),
        built_on=built_on(catalogue_of(user, business), kpi_id),
        targets=tuple(RunningTarget(each.since, each.reason) for each in newest if each is not None),
    )


def _when(revision: Any) -> tuple[date, int]:
    return (revision.since, revision.number)


# --- what the activities of the company cost ---


@dataclass(frozen=True)
class CostPart:
    """What one kind of cost came to; department and category None where the rows name none."""

    department: str | None
    category: str | None
    amount: float


@dataclass(frozen=True)
class Spending:
    """The costs of a span of days by department and category, the largest first."""

    span: Period
    parts: tuple[CostPart, ...]


def spending(user: Any, business: Business, asked: Known) -> Spending | None:
    """The costs of the last twelve months the data has reached; None without rows."""
    if asked.today is None:
        return None
    end = business.calendar.period(Grain.MONTH, asked.today).end
    span = Period(min(end.replace(year=end.year - 1), asked.today), end)

    def ask(numbers: Numbers) -> Spending:
        read = numbers.measure(["sum_cost"], numbers.question((span,), by=("department", "category")))
        amounts = ((segment, read.value("sum_cost", -1, segment)) for segment in read.segments)
        parts = [CostPart(where[0], where[1], amount) for where, amount in amounts if amount]
        return Spending(span, tuple(sorted(parts, key=lambda each: (-each.amount, str(each)))))

    return answered(user, business, ("spending", span), ask)


# --- what we did about a KPI ---

WINDOW: Final = 3
"""Months that are looked at before and after an action."""


@dataclass(frozen=True)
class PastResult:
    """Something people did about a KPI, and its months before and after; `told` is None where they are not known."""

    on: date
    text: str
    told: BeforeAfter | None


def past_results(user: Any, business: Business, kpi_id: str, asked: Known) -> tuple[PastResult, ...]:
    """The actions people wrote down for a KPI, newest first, each with three months before and after it.

    A month that still runs is left out; the month of an action is the first one after it.
    """
    _may_see(user, business)
    done = tuple(business.annotations.filter(kpi=kpi_id, where="", kind="action").values_list("on", "text"))
    if not done or asked.today is None:
        return ()
    months = kpi_months(user, business, kpi_id, HISTORY[Grain.MONTH] + 2 * WINDOW)
    over = [place for place, period in enumerate(months.periods) if is_over(asked, period)]
    periods = tuple(months.periods[place] for place in over)
    values = tuple(months.series(kpi_id)[place] for place in over)

    def told(on: date) -> BeforeAfter | None:
        place = next((n for n, period in enumerate(periods) if period.start <= on < period.end), 0)
        return before_after(periods, values, place, window=WINDOW) if place else None

    return tuple(PastResult(on, text, told(on)) for on, text in done)


# --- finding KPIs ---

RETIRED = "retired"
FACETS: Final = (
    *("domain", "supply", "stage", "department", "layer", "horizon", "kind", "lead_lag", "cadence", "value_chain"),
    *("direction", "origin"),
)
"""What the catalogue page filters by."""


@dataclass(frozen=True)
class Found:
    """The KPIs that match, and for every facet how many there would be with each value, the other facets as chosen."""

    kpis: tuple[Tagged, ...]
    counts: Mapping[str, Mapping[str, int]]


def find_kpis(
    user: Any,
    business: Business,
    words: str,
    language: str,
    chosen: Mapping[str, str] | None = None,
    asked: Known | None = None,
) -> Found:
    """The KPIs with all the words and the chosen value of every facet. `asked` is what `known` gave, to save asking.

    With words the nearest come first; without, by domain, those that the data tells first. Retired ones only when
    asked for.
    """
    tagged = tagged_kpis(user, business, asked)
    wanted = {facet: value for facet, value in (chosen or {}).items() if value}
    kpis: list[Tagged] = []
    counts: dict[str, dict[str, int]] = {facet: {} for facet in FACETS}
    for kpi in _numbers(user, business).business.catalogue.search(words, language):
        one = tagged[kpi.id]
        failed = [facet for facet, value in wanted.items() if value not in one.carries[facet]]
        if one.origin == RETIRED and wanted.get("origin") != RETIRED:
            failed = ["origin"] if failed in ([], ["origin"]) else ["", ""]
        if not failed:
            kpis.append(one)
        for facet in FACETS if not failed else failed if len(failed) == 1 else ():
            for value in one.carries[facet]:
                counts[facet][value] = counts[facet].get(value, 0) + 1
    if not words.strip():
        kpis.sort(key=lambda each: _place(each, wanted.get("domain", "")))
    return Found(tuple(kpis), counts)


def domain_of(one: Tagged, chosen: str = "") -> str:
    """The domain a KPI is listed under: the chosen one or its part, else its first."""
    within = [each for each in one.kpi.domain if each == chosen or each.partition(":")[0] == chosen]
    return (within or list(one.kpi.domain) or [""])[0]


def _place(one: Tagged, chosen: str) -> tuple[Any, ...]:
    domains = list(TAGS["domain"])
    domain = domain_of(one, chosen)
    return (
        domains.index(domain) if domain in domains else len(domains),
        domain,
        (DATA, HAND, LACKS).index(one.supply.way),
    )


# --- writing a formula ---


@dataclass(frozen=True)
class Completion:
    """Something that may stand where a person is typing: what to write, what it is called, and which kind it is."""

    write: str
    label: str
    kind: str


@dataclass(frozen=True)
class Completions:
    """What may stand in the place of `text[start:end]`."""

    start: int
    end: int
    options: tuple[Completion, ...]


MOST_OPTIONS: Final = 8
NAME_BEFORE = re.compile(r"[^\s\[\](),+\-*/=<>']*$")
VALUE_BEFORE = re.compile(r"(\w+)\s*(?:=|<>|in\s*\((?:\s*'[^']*'\s*,)*)\s*'([^']*)$")
BRACKET_BEFORE = re.compile(r"(\w+)\s*\[([^\[\]]*)$")


def completions(user: Any, business: Business, text: str, at: int, language: str) -> Completions:
    """What may be typed at a place of a formula: KPIs, measures and functions; inside [ ] the columns of what stands
    before it; inside quotes the known values of the column."""
    catalogue = catalogue_of(user, business)
    before = text[:at]
    bracket = BRACKET_BEFORE.search(before)
    value = VALUE_BEFORE.search(before)
    if bracket and value:
        return _completed(value[2], at, _values_of(value[1], language))
    typed = NAME_BEFORE.search(before)
    word = typed[0] if typed else ""
    if bracket:
        return _completed(word, at, _columns_of(catalogue, bracket[1], language))
    return _completed(word, at, _names_of(catalogue, language))


def _completed(word: str, at: int, options: Iterable[Completion]) -> Completions:
    """The options that hold the word, those that begin with it first, short ones before long ones."""
    wanted = fold(word)
    ranked = []
    for one in options:
        holding = [text for text in (fold(one.write), fold(one.label)) if wanted in text]
        if holding:
            ranked.append(
                (not any(text.startswith(wanted) for text in holding), min(map(len, holding)), one.write, one)
            )
    ranked.sort(key=lambda each: each[:3])
    return Completions(at - len(word), at, tuple(each[3] for each in ranked[:MOST_OPTIONS]))


def _names_of(catalogue: Catalogue, language: str) -> Iterator[Completion]:
    ja = language == "ja"
    for kpi in catalogue.kpis.values():
        yield Completion(kpi.id, kpi.ja if ja else kpi.en, "kpi")
    for measure in catalogue.measures.values():
        yield Completion(measure.id, measure.ja if ja else measure.en, "measure")
    for name in FUNCTIONS:
        yield Completion(f"{name}(", name, "function")


def _columns_of(catalogue: Catalogue, name: str, language: str) -> Iterator[Completion]:
    try:
        measures = [catalogue.measures[one.measure] for one in catalogue.asked(name)]
    except KeikiError:
        return
    each = [set(m.dimensions) if m.model is not None else set(column_names(fact_of(m.facts[0]))) for m in measures]
    for column in sorted(set.intersection(*each)) if each else ():
        yield Completion(column, dimension_label(column, language), "column")


def _values_of(column: str, language: str) -> Iterator[Completion]:
    columns = (declared.column(column) for declared in FACTS.values())
    domain = next((each.vocabulary for each in columns if each is not None and each.vocabulary), None)
    for value, label in vocabulary(domain).items() if domain else ():
        yield Completion(value, label.words(language), "value")


# --- how well a KPI is defined ---


def unmeasurable(kpi: Kpi, supply: Supply) -> tuple[str, ...]:
    """What is missing before a KPI is measurable (the M of SMART): formula, source, method; nothing when it is.

    A source is a fact with rows for everything its formula asks, or one that a person has named.
    """
    given = {
        "formula": bool(kpi.source),
        "source": bool(kpi.data_source) or supply.way == DATA,
        "method": bool(kpi.cadence),
    }
    return tuple(name for name, there in given.items() if not there)


def rivals(catalogue: Catalogue, kpi: Kpi) -> tuple[Kpi, ...]:
    """The KPIs that divide the same number by something else: another choice of the denominator."""
    mine = _fraction(catalogue, kpi)
    if mine is None:
        return ()
    others = ((other, _fraction(catalogue, other)) for other in catalogue.kpis.values() if other.id != kpi.id)
    return tuple(other for other, told in others if told and told[0] == mine[0] and told[1] != mine[1])


def _fraction(catalogue: Catalogue, kpi: Kpi) -> tuple[Formula, Formula] | None:
    """Numerator and denominator over measures; None when the KPI is no fraction."""
    if not (isinstance(kpi.formula, Binary) and kpi.formula.op == "/"):
        return None
    try:
        whole = catalogue.expand(kpi.id)
    except KeikiError:
        return None
    return (whole.left, whole.right) if isinstance(whole, Binary) else None
