"""Trees and KPIs measured for a question, with what stands behind the numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any, Final

from django.db import DatabaseError, connection

from keiki.catalogue.expand import asked_of
from keiki.catalogue.kpi import Kpi
from keiki.charts.aim import Aim
from keiki.charts.status import standing
from keiki.engine.behind import SHOWN, Behind, EveryRow
from keiki.engine.business import Business as Numbers
from keiki.engine.entered import calculated
from keiki.engine.measured import Measured, TreeReading
from keiki.errors import KeikiError, NotARatio, TooManyPeriods, UnknownName
from keiki.facts import FACTS
from keiki.formula import Compare, Condition, Formula, Reference, Text, references
from keiki.lens import Lens, period_of, periods_of
from keiki.measures.measure import Measure
from keiki.measures.told import NOTHING, Told, counts, money
from keiki.measures.units import counts_per_count
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.data.actions import Opened, opened
from keiki.server.kpis.queries.access import (
    answered,
    askable,
    healed,
    may_be_told,
    may_see,
    opened_for,
    seen_by,
    state_asked,
)
from keiki.server.kpis.queries.kept import kept
from keiki.server.kpis.queries.own_trees import stored_trees, templates
from keiki.server.kpis.rules import closed_to, limited_to
from keiki.server.ui.once import once
from keiki.trees.build import Node, Tree, build
from keiki.trees.document import template
from keiki.trees.explain import Shortfall, shortfalls
from keiki.trees.explanation import Explanation
from keiki.trees.mix import Split
from keiki.trees.targets import adds_up as formula_adds_up
from keiki.trees.targets import averages as formula_averages

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


@dataclass(frozen=True)
class Mover:
    """The number that weighs most on the goal, and how much in the goal's unit; `of_target`: by its missed target."""

    node: str
    part: float
    of_target: bool = False


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

    @cached_property
    def declared(self) -> Tree:
        """The tree as its KPIs are declared: without the values that people entered in place of what is calculated."""
        nodes = (
            node if node.measured is None else replace(node, measured=calculated(node.measured), dated=None)
            for node in self.tree.nodes
        )
        return replace(self.tree, nodes=tuple(nodes))

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
    def certainty(self) -> str:
        """How certain the numbers of the period asked for are: `so_far`, `provisional` or `final`."""
        return self.reading.lens.certainty(len(self.periods) - 1)

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

    @cached_property
    def gaps(self) -> tuple[Shortfall, ...]:
        """The numbers below the goal that miss their targets: first the lowest ones that formulas lead to the goal, by
        their effect on it, then those that only influence it or stand above others, by how far they miss.
        """
        missed: dict[str, Shortfall] = {}
        wanted: dict[str, float | None] = {}
        for node in self.tree.nodes:
            aim, value = self.aim(node), self.value(node)
            if aim is None or value is None:
                continue
            bound = aim.bound(value)
            wanted[node.id] = bound if aim.missing(value) else value
            if aim.missing(value) and node.parent is not None:
                gap = (value - bound) / abs(bound) if bound else None
                missed[node.id] = Shortfall(node.id, value, bound, gap, None)
        if not missed:
            return ()
        values = {node.id: self.value(node) for node in self.tree.nodes}
        told = shortfalls(self.tree, values, wanted) if values[self.tree.root.id] is not None else ()
        ranked = {row.node: row for row in told if row.node in missed and row.effect}
        rest = sorted((row for name, row in missed.items() if name not in ranked), key=lambda row: -abs(row.gap or 0.0))
        return (*ranked.values(), *rest)

    @cached_property
    def mover(self) -> Mover | None:
        """What a sentence about the goal names: the missed target that weighs most while the goal misses its own, else
        what moved it most since the period compared with; None when neither is known."""
        root = self.tree.root
        aim, value = self.aim(root), self.value(root)
        if aim is not None and value is not None and aim.missing(value):
            away = value - (aim.bound(value) or 0.0)
            for row in self.gaps:
                if row.effect is not None and row.effect * away > 0:
                    return Mover(row.node, row.effect, of_target=True)
        parts = self.explanation.movers if self.explanation is not None else ()
        moved = next((part for part in parts if not part.residual and part.node != root.id), None)
        return Mover(moved.node, moved.contribution) if moved is not None and moved.contribution else None


@dataclass(frozen=True)
class Sources:
    """Where a node's number comes from."""

    facts: tuple[str, ...]
    measures: tuple[Measure, ...]


def known(user: Any, business: Business) -> Known:
    """What a person may ask of a business, cheap enough for every page."""
    may_see(user, business)
    key = ("known", business.id, closed_to(user, business), limited_to(user, business), state_asked(business))
    return once(key, lambda: known_now(business, partial(seen_by, user, business)))


def read_ahead() -> None:
    """Open the first businesses of a process that has just started, so that no visitor waits for it."""
    with suppress(DatabaseError), closing(connection):
        for business in Business.objects.all()[:READ_AHEAD]:
            with suppress(KeikiError):  # the visitor is told
                known_now(business, partial(opened, business))


def known_now(business: Business, seen: Callable[[], Opened]) -> Known:
    """What a business may be asked, through the numbers that `seen` gives."""
    healed(business)
    numbers = seen()
    snapshot = numbers.business.snapshot
    key = (business.id, numbers.mark, snapshot, business.calendar.today(), "known")
    return kept.get(key, lambda: _known(numbers, snapshot))


def measured(user: Any, business: Business, tree_id: str | None, question: Question, by: str = "") -> TreeNumbers:
    """A tree's numbers for a question, split by a dimension when `by` names one.

    Kept per business, definitions, snapshot, tree and lens. Raises a `KeikiError` for a segment nobody can ask for.
    """
    numbers = opened_for(user, business)
    asked = known(user, business)
    lens = lens_of(numbers, asked, question, by)
    tree = asked.tree(tree_id)
    key = (business.id, numbers.mark, asked.snapshot, tree.id, lens, question)
    return kept.get(key, lambda: TreeNumbers(_read(numbers, tree, lens), question, asked))


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
    askable(user, business, wanted)
    key = ("measured_kpis", wanted, span, where, split, comparison)
    found = answered(
        user,
        business,
        key,
        lambda numbers: numbers.measure(wanted, _lens_of(numbers, span, where, split, comparison)),
        tells=NOTHING,
    )
    unknown = next((why for why in found.readings.reasons.values() if isinstance(why, UnknownName)), None)
    if unknown is not None and all(found.missing(name) for name in wanted):
        raise unknown
    return found


def readable_trees(user: Any, business: Business) -> tuple[tuple[Tree, bool], ...]:
    """Every tree that can be read, the business's own (True) first, then the built-in ones."""
    own = stored_trees(user, business)
    numbers = opened_for(user, business)
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
        user,
        business,
        key,
        lambda numbers: numbers.tree(tree, _lens_of(numbers, span, where, (), comparison)),
        tells=NOTHING,
    )


def explained(
    user: Any, business: Business, tree: str, before: str, after: str, where: str | None, method: str
) -> tuple[Explanation, Period, Period]:
    """Why the goal of a tree changed between two periods as people type them, and the periods."""
    calendar = business.calendar
    periods = period_of(before, calendar), period_of(after, calendar)
    key = ("explained", tree, periods, where, method)
    return answered(
        user, business, key, lambda numbers: numbers.explain(tree, *periods, where, method), tells=NOTHING
    ), *periods


def _lens_of(numbers: Numbers, span: Span, where: str | None, by: tuple[str, ...], comparison: str | None) -> Lens:
    if span.when is None:
        lens = numbers.lens(span.grain or Grain.MONTH, span.last, where=where, by=by, comparison=comparison)
    else:
        periods = periods_of(span.when, numbers.settings.calendar, span.grain)
        lens = numbers.question(periods, where=where, by=by, comparison=comparison)
    if len(lens.periods) > MOST_PERIODS:
        raise TooManyPeriods(asked=len(lens.periods), most=MOST_PERIODS)
    return lens


def asked_period(business: Business, asked: Known, question: Question) -> Period:
    """The period that is asked for; where none is named, the last one that is over."""
    calendar = business.calendar
    if question.on is not None or asked.today is None:
        return calendar.period(question.grain, question.on or calendar.today())
    return calendar.over(question.grain, asked.today)[0]


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


def from_rows(node: Node) -> Formula | None:
    """What is calculated from rows for a node, without the values people entered, which no dimension splits."""
    return None if node.measured is None else calculated(node.measured)


def split_of(user: Any, business: Business, numbers: TreeNumbers, node: Node, by: str) -> Split:
    """Why a node's number differs from the period it is compared with, by the segments of a dimension.

    Raises a `KeikiError` when its segments cannot add up to it.
    """
    if node.measured is None:
        raise NotARatio(kpi=node.id, formula="")
    opened = opened_for(user, business).business
    lens = replace(numbers.reading.lens, periods=(numbers.period,), by=(by,))
    return opened.split(node.id, calculated(node.measured), lens)


def rows_behind(
    user: Any, business: Business, numbers: TreeNumbers, node: Node, limit: int = SHOWN
) -> tuple[Behind, ...]:
    """The rows that were counted for a node in the period asked for, one answer per measure."""
    if node.measured is None:
        return ()
    may_be_told(user, business, _rows_tell(user, business, node))
    opened = opened_for(user, business).business
    return opened.behind(calculated(node.measured), numbers.period, numbers.question.where, limit)


def every_row_behind(user: Any, business: Business, numbers: TreeNumbers, node: Node) -> EveryRow | None:
    """All rows that were counted for a node in the period asked for, to be gone through; None where there are none."""
    if node.measured is None:
        return None
    may_be_told(user, business, _rows_tell(user, business, node))
    opened = opened_for(user, business).business
    return opened.every_row_behind(calculated(node.measured), numbers.period, numbers.question.where)


def _rows_tell(user: Any, business: Business, node: Node) -> Told:
    """What rows let read that are shown with every cell: the money in them, and how many they are."""
    facts = sources_of(user, business, node).facts
    return money(*facts) | counts(*facts)


def sources_of(user: Any, business: Business, node: Node) -> Sources:
    """The measures a node is calculated from and the facts they read."""
    if node.measured is None:
        return Sources((), ())
    catalogue = opened_for(user, business).business.catalogue
    ids = dict.fromkeys(reference.id for reference in references(calculated(node.measured)))
    measures = tuple(catalogue.measures[name] for name in ids)
    return Sources(
        tuple(dict.fromkeys(name for measure in measures for name in measure.facts if name in FACTS)), measures
    )


def rate_of_counts(user: Any, business: Business, node: Node) -> bool:
    """Whether a node is a share that counts alone make: never below 0, hardly above 1."""
    if node.unit != "ratio" or node.measured is None:
        return False
    units = {measure.id: measure.unit for measure in sources_of(user, business, node).measures}
    return counts_per_count(calculated(node.measured), units)


def kpi_of(user: Any, business: Business, node: Node) -> Kpi | None:
    """The KPI behind a node; None for a node that only its children give a number."""
    return opened_for(user, business).business.catalogue.kpis.get(node.kpi) if node.kpi else None


def names_of(user: Any, business: Business, numbers: TreeNumbers, node: Node, language: str) -> Mapping[str, str]:
    """The names of everything a node's formula refers to: children, or measures."""
    tree = numbers.tree
    children = {child: tree.node(child).label(language) for child in node.children}
    measures = sources_of(user, business, node).measures
    return {m.id: m.ja if language == "ja" else m.en for m in measures} | children


def adds_up(user: Any, business: Business, node: Node) -> bool:
    """Whether the months of a measured node add up to its year."""
    return node.kpi is not None and formula_adds_up(node.kpi, opened_for(user, business).business.catalogue)


def facts_with_rows(user: Any, business: Business) -> frozenset[str]:
    """The facts that have rows."""
    return opened_for(user, business).business.filled


def averages(user: Any, business: Business, node: Node) -> bool:
    """Whether a measured node is a rate whose year is about the mean of its months."""
    return node.kpi is not None and formula_averages(node.kpi, opened_for(user, business).business.catalogue)


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


def lens_of(numbers: Opened, asked: Known, question: Question, by: str) -> Lens:
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
        settling=numbers.business.rules.settling_days,
    )


def _read(numbers: Opened, tree: Tree, lens: Lens) -> TreeReading:
    reading = numbers.business.tree(tree, lens)
    _ = reading.now, reading.before  # evaluated now, so that whoever reads the kept answer finds it done
    return reading
