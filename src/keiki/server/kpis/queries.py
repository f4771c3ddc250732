"""The one door to the numbers: every page, export and report asks here, and row-level rights will narrow here."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, Final, TypeVar

from django.db.models import F

from keiki.catalogue.kpi import Kpi
from keiki.charts.aim import Aim
from keiki.charts.status import judged, status
from keiki.engine.measured import TreeReading
from keiki.errors import KeikiError
from keiki.facts import FACTS, vocabulary
from keiki.formula import Compare, Condition, Reference, Text, references
from keiki.lens import Lens
from keiki.measures.measure import Measure
from keiki.measures.units import unit as unit_of
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import VIEW
from keiki.server.data.actions import Opened, opened
from keiki.server.kpis.models import OwnTree, Step, TreeVersion
from keiki.trees.build import Node, Tree, build
from keiki.trees.document import TreeDocument, from_dict, template, tree_document
from keiki.trees.explanation import Explanation
from keiki.trees.targets import adds_up as formula_adds_up

HISTORY: Final = {Grain.DAY: 31, Grain.WEEK: 14, Grain.MONTH: 13, Grain.QUARTER: 9, Grain.YEAR: 5}
"""How many periods a page looks back over."""
CHOOSABLE: Final = {Grain.DAY: 62, Grain.WEEK: 53, Grain.MONTH: 36, Grain.QUARTER: 12, Grain.YEAR: 10}
PREFERRED: Final = ("ec", "subscription", "corporate_profit", "simple_orders")
ENOUGH: Final = 0.6
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
        aim = self.aim(node)
        if aim is not None:
            return judged(self.value(node), aim, node.unit)
        return status(self.value(node), self.value_before(node), node.unit, node.direction)

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
    _healed(business)
    numbers = opened(business)
    snapshot = numbers.business.snapshot
    return _kept.get((business.id, numbers.mark, snapshot, "known"), lambda: _known(numbers, snapshot))


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


def sources_of(user: Any, business: Business, node: Node) -> Sources:
    """The measures a node is calculated from and the facts they read."""
    if node.measured is None:
        return Sources((), ())
    catalogue = _numbers(user, business).business.catalogue
    ids = dict.fromkeys(reference.id for reference in references(node.measured))
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
    return node.measured is not None and formula_adds_up(node.measured, _numbers(user, business).business.catalogue)


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
    return opened(business)


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
    """The business's own trees that can be measured."""
    catalogue = numbers.business.catalogue
    found: list[tuple[tuple[str, int, str], Tree]] = []
    for name in catalogue.trees:
        try:
            document = template(catalogue, name)
            place = (document.team or "", document.rank or 999, document.ja)
            found.append((place, build(document, catalogue)))
        except KeikiError:  # a KPI it names is gone: the design page says so
            continue
    return tuple(tree for _place, tree in sorted(found, key=lambda each: each[0]))


def _fitting_templates(numbers: Opened, filled: set[str]) -> tuple[Tree, ...]:
    """The built-in trees to show while a business has none of its own, those its data tells most of first."""
    trees = [numbers.business.tree_named(name) for name in PREFERRED if name in numbers.business.catalogue.templates]
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
    """The business's own trees: active goals first, by team and rank, then drafts; or the archived ones."""
    _may_see(user, business)
    return _stored(business, archived)


def stored_tree(user: Any, business: Business, tree_id: str) -> StoredTree | None:
    """One own tree, archived or not; None when there is none."""
    _may_see(user, business)
    row = business.own_trees.select_related("business").filter(tree_id=tree_id).first()
    return _as_stored(row, row.versions.select_related("made_by").get(number=row.version)) if row else None


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
    """A built-in tree to begin with: what it needs (fact and whether it has rows) and the own tree made of it."""

    tree: Tree
    document: TreeDocument
    needs: tuple[tuple[str, bool], ...]
    used_as: str = ""

    @property
    def ready(self) -> bool:
        """Whether the business has all the data the tree asks for."""
        return all(has for _fact, has in self.needs)


def templates(user: Any, business: Business) -> tuple[Template, ...]:
    """Every built-in tree with what it needs, in the order of their names' ids."""
    _may_see(user, business)
    numbers = opened(business)
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
    filled = {name for name in FACTS if numbers.business.measurer.coverage(name).first is not None}
    found = []
    for name in sorted(catalogue.templates):
        document = tree_document(catalogue.templates[name])
        try:
            tree = build(document, catalogue)
        except KeikiError:  # the catalogue's own check names it; a page shows those that work
            continue
        facts = dict.fromkeys(fact for asked in tree.asked for fact in catalogue.measures[asked.measure].facts)
        needs = tuple((fact, fact in filled) for fact in sorted(set(facts) & set(FACTS), key=tuple(FACTS).index))
        found.append(Template(tree, document, needs))
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
    """Trees whose published file is missing or old are written again, as a restored backup or a crash leaves them."""
    for tree in business.own_trees.select_related("business"):
        if not tree.is_published:
            tree.publish()


def _may_see(user: Any, business: Business) -> None:
    if not user.has_perm(VIEW, business.id):
        raise Business.DoesNotExist(business.id)
