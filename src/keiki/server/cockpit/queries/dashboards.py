"""Dashboards: the four that are made from the trees and the data of a business, and those that people made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db.models import Q

from keiki.charts.status import ACT, WATCH
from keiki.customers.small_groups import small_parts
from keiki.errors import KeikiError
from keiki.formula import Reference, show
from keiki.measures.told import NOTHING, counts
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.cockpit.models import Dashboard, Panel, PanelKind, Refresh
from keiki.server.cockpit.queries.people import people_of
from keiki.server.cockpit.queries.today import headlines, levers
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Known, Question, TreeNumbers
from keiki.server.planning.queries import targets_of
from keiki.trees.build import Node, Tree
from keiki.trees.targets import Target

if TYPE_CHECKING:
    from keiki.engine.measured import Measured

EXECUTIVE, OPERATIONAL, ANALYTICAL, CAMPAIGN = "executive", "operational", "analytical", "campaign"
GENERATED: Final = (EXECUTIVE, OPERATIONAL, ANALYTICAL, CAMPAIGN)
MOST_GOALS: Final = 3
ROW: Final = 4
"""Numbers in a row of the executive dashboard, which has two rows of them."""
TREND_WIDTHS: Final[Mapping[int, tuple[int, ...]]] = {0: (), 1: (8,), 2: (8, 12), 3: (8, 6, 6)}
"""Trends of the goals: the first one beside where to act, the others fill the rows below."""
WEEKS: Final = 8
BARS: Final = 4
MOST_SEGMENTS: Final = 40
FUNNEL: Final[Mapping[str, str]] = {
    "visit": "u_visitors",
    "product_view": "u_event_visitors[name = 'product_view']",
    "add_to_cart": "u_event_visitors[name = 'add_to_cart']",
    "checkout": "u_event_visitors[name = 'checkout_step_entered']",
    "purchase": "u_event_visitors[name = 'purchase']",
}
"""Steps of the way to a purchase and what counts the people who took each."""


@dataclass(frozen=True)
class Spec:
    """What one panel shows, whether it was made from the data or saved by a person; `key` names a saved one."""

    kind: str
    tree: str = ""
    node: str = ""
    by: str = ""
    title: str = ""
    text: str = ""
    group: str = ""
    width: int = 6
    tall: bool = False
    refresh: str = Refresh.OPENED
    key: int | None = None

    @property
    def is_wide(self) -> bool:
        """Whether it takes the whole width of the page."""
        return self.width == 12


@dataclass(frozen=True)
class Stored:
    """A dashboard that people made, as it is now."""

    id: UUID
    name: str
    version: int
    shared: bool
    mine: bool
    made_from: str
    changed_by: str
    changed_at: datetime
    panels: tuple[Spec, ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of a funnel: how many people took it; None where the data does not tell."""

    name: str
    people: float | None


@dataclass(frozen=True)
class Segment:
    """A part of a number: its value in the period asked for and in the one compared with."""

    value: str | None
    now: float | None
    before: float | None


@dataclass(frozen=True)
class Parts:
    """A number by the values of a dimension, the largest first; `whole` when the parts add up to it."""

    segments: tuple[Segment, ...]
    whole: float | None


@dataclass(frozen=True)
class Weekly:
    """A number that is looked at every week: its last weeks, and whether it is overdue."""

    numbers: TreeNumbers
    node: Node
    overdue: str = ""


@dataclass(frozen=True)
class Owned:
    """The weekly numbers of one owner."""

    owner: str
    rows: tuple[Weekly, ...] = field(default=())


# --- made from the trees and the data ---


def goals(known: Known, chosen: Tree) -> tuple[tuple[Tree, Node], ...]:
    """The goals of a business, one to three: of its own trees, else of the tree that is shown."""
    own = [tree for tree in known.trees if tree.id not in door.PREFERRED] or [chosen]
    ordered = [tree for tree in own if tree.id == chosen.id] + [tree for tree in own if tree.id != chosen.id]
    found: dict[object, tuple[Tree, Node]] = {}
    for tree in ordered:
        if tree.root.kpi is not None or tree.root.formula is not None:
            found.setdefault(tree.root.kpi or (tree.id, tree.root.id), (tree, tree.root))
    return tuple(found.values())[:MOST_GOALS]


def generated(kind: str, user: Any, business: Business, numbers: TreeNumbers) -> tuple[Spec, ...]:
    """The panels of a dashboard that nobody had to build."""
    made = {
        EXECUTIVE: _executive,
        OPERATIONAL: _operational,
        ANALYTICAL: _analytical,
        CAMPAIGN: _campaign,
    }
    return tuple(made[kind](user, business, numbers))


def _executive(_user: Any, _business: Business, numbers: TreeNumbers) -> Iterator[Spec]:
    """The goals and the numbers right below them in a row of four, where to act beside the trend of the first goal,
    the other goals' trends, then the next four numbers and the plan.
    """
    tree, aims = numbers.tree, goals(numbers.known, numbers.tree)
    shown = [(of.id, goal.id) for of, goal in aims]
    shown += [(tree.id, node.id) for node in headlines(numbers, 2 * ROW) if node.parent is not None]
    first, second = shown[:ROW], shown[ROW : 2 * ROW]
    yield from _row(first)
    yield Spec(PanelKind.ACTS, tree.id, width=4)
    for (of, goal), width in zip(aims, TREND_WIDTHS[len(aims)], strict=True):
        yield Spec(PanelKind.TREND, of.id, goal.id, width=width)
    yield from _row(second)
    if numbers.aims:
        yield Spec(PanelKind.PLAN, tree.id, width=12)


def _row(shown: Sequence[tuple[str, str]]) -> Iterator[Spec]:
    """Numbers in one row of equal cards."""
    for tree, node in shown:
        yield Spec(PanelKind.NUMBER, tree, node, width=12 // len(shown))


def _operational(_user: Any, _business: Business, numbers: TreeNumbers) -> Iterator[Spec]:
    yield Spec(PanelKind.WEEKLY, numbers.tree.id, width=12)
    acts = levers(numbers)
    yield Spec(PanelKind.ACTS, numbers.tree.id, width=6 if acts else 12)
    for lever in acts[:1]:
        yield Spec(PanelKind.TREND, numbers.tree.id, lever.node.id, width=6)


def _analytical(user: Any, business: Business, numbers: TreeNumbers) -> Iterator[Spec]:
    tree = numbers.tree
    shown = [node for node in headlines(numbers) if numbers.value(node) is not None] or [tree.root]
    halves = [Spec(PanelKind.TREND, tree.id, node.id) for node in shown]
    splits = _splits(user, business, numbers, shown)
    halves += [Spec(PanelKind.BARS, tree.id, node.id, by=by) for node, by in splits]
    whole = [(node, by) for node, by in splits if parts(user, business, numbers, node, by).whole]
    halves += [Spec(PanelKind.SHARES, tree.id, node.id, by=by) for node, by in whole[:1]]
    if any(step.people for step in funnel(user, business, numbers.question)):
        halves.append(Spec(PanelKind.FUNNEL))
    yield from halves[:-1]
    yield replace(halves[-1], width=12 if len(halves) % 2 else 6)
    for node, by in splits[:1]:
        yield Spec(PanelKind.HEAT, tree.id, node.id, by=by, width=12)
    yield Spec(PanelKind.TABLE, tree.id, width=12)


def _splits(user: Any, business: Business, numbers: TreeNumbers, shown: list[Node]) -> tuple[tuple[Node, str], ...]:
    """The goal, or the first number that can be split at all, by each of its dimensions."""
    for node in shown:
        found = []
        for by in door.dimensions(user, business, node):
            if len(parts(user, business, numbers, node, by).segments) > 1:
                found.append((node, by))
            if len(found) == BARS:
                break
        if found:
            return tuple(found)
    return ()


def _campaign(user: Any, business: Business, numbers: TreeNumbers) -> Iterator[Spec]:
    yield Spec(PanelKind.CAMPAIGNS, width=12)
    if any(step.people for step in funnel(user, business, numbers.question)):
        yield Spec(PanelKind.FUNNEL, width=6)
    for node, by in _splits(user, business, numbers, list(numbers.tree.nodes)):
        if by in {"channel", "campaign"}:
            yield Spec(PanelKind.BARS, numbers.tree.id, node.id, by=by, width=6)
            break
    yield Spec(PanelKind.ACTS, numbers.tree.id, width=12)


# --- what panels show ---


def parts(user: Any, business: Business, numbers: TreeNumbers, node: Node, by: str) -> Parts:
    """A number by the values of a dimension; the whole only where the parts add up to it.

    Only this number and its period are read: a page shows many of these.
    """
    asked = door.from_rows(node) if node.kpi is None else Reference(node.kpi, where=node.where)
    if asked is None:
        return Parts((), None)
    name, question = show(asked), numbers.question
    split: Measured = door.answered(
        user,
        business,
        ("parts", name, numbers.period, question.where, by, question.comparison),
        lambda opened: opened.measure(
            [name],
            opened.question((numbers.period,), where=question.where, by=(by,), comparison=question.comparison),
        ),
        tells=NOTHING,
    )
    found = [
        Segment(segment[0], split.value(name, -1, segment), split.value(name, -1, segment, back=1))
        for segment in split.segments
    ]
    found = [each for each in found if each.now or each.before]
    found.sort(key=lambda each: (-(each.now or 0.0), each.value or ""))
    whole = split.value(name)
    added = sum(each.now for each in found if each.now is not None)
    adds_up = whole is not None and abs(added - whole) <= 1e-9 * max(abs(whole), abs(added), 1.0)
    return Parts(tuple(found), whole if adds_up and node.unit not in {"ratio", "points", "score"} else None)


def segments(user: Any, business: Business, numbers: TreeNumbers) -> tuple[tuple[str, str], ...]:
    """The parts of the business a page can be narrowed to: dimension and value, of the goal or what lies below it."""
    goal = next((node for node in numbers.tree.nodes if door.dimensions(user, business, node)), None)
    if goal is None:
        return ()
    formula = door.from_rows(goal)
    key = ("segments", formula, numbers.period)
    found: list[tuple[str, str]] = door.answered(
        user,
        business,
        key,
        lambda opened: (
            [
                (by, segment[0])
                for by in door.dimensions(user, business, goal)
                for segment in opened.measure([show(formula)], opened.question((numbers.period,), by=(by,))).segments
                if segment[0] is not None
            ]
            if formula is not None
            else []
        ),
        tells=NOTHING,
    )
    return tuple(found[:MOST_SEGMENTS])


def people_by(
    user: Any, business: Business, numbers: TreeNumbers, node: Node, by: str
) -> Mapping[str | None, float | None]:
    """How many customers stand behind each value of a dimension in the part of the business that is asked for, and that
    a node speaks of: the fewer of the period and of the one compared with, where it had any; empty where nobody can
    say."""
    who = people_of(node)
    key = ("people by", who, numbers.period, numbers.question.where, by, numbers.question.comparison)
    found: Mapping[str | None, float | None] = door.answered(
        user, business, key, lambda opened: _people(opened, numbers, who, by), tells=NOTHING
    )
    return found


def _people(opened: Any, numbers: TreeNumbers, who: str, by: str) -> Mapping[str | None, float | None]:
    try:
        asked = numbers.question
        lens = opened.question((numbers.period,), where=asked.where, by=(by,), comparison=asked.comparison)
        read = opened.measure([who], lens)
    except KeikiError:  # customers cannot be split this way
        return {}
    both = {segment[0]: [read.value(who, -1, segment, back=back) for back in (0, 1)] for segment in read.segments}
    return {value: min((each for each in told if each), default=None) for value, told in both.items()}


def suppressed(found: Parts, counts: bool, people: Mapping[str | None, float | None]) -> Parts:
    """Parts for whoever holds a link: those behind which fewer than five people stand are left out and, where that is
    only one, the smallest other, with the whole, from which it could be worked out. Without anybody to count, only
    counts themselves are shown.
    """

    def least(each: Segment) -> int:
        behind = people.get(each.value) if people else each.now if counts else None
        own = [told for told in (each.now, each.before) if counts and told]
        sizes = [*own, *([] if behind is None else [behind])]
        return max(int(min(sizes)), 1) if behind is not None else 1

    hidden = small_parts([least(each) for each in found.segments])
    kept = tuple(each for place, each in enumerate(found.segments) if place not in hidden)
    return Parts(kept, None if hidden else found.whole)


def funnel(user: Any, business: Business, question: Question) -> tuple[Step, ...]:
    """The way to a purchase in the period asked for: visit, product, cart, checkout, purchase."""
    known = door.known(user, business)
    if known.today is None:
        return ()
    period = door.asked_period(business, known, question)
    where = question.where
    key = ("funnel", period, where)
    values: dict[str, float | None] = door.answered(
        user,
        business,
        key,
        lambda numbers: {
            name: found.value(text)
            for found in [numbers.measure(FUNNEL.values(), numbers.question((period,), where=where))]
            for name, text in FUNNEL.items()
        },
        tells=counts("events"),
    )
    return tuple(Step(name, values[name]) for name in FUNNEL)


def weekly(user: Any, business: Business, numbers: TreeNumbers) -> tuple[Owned, ...]:
    """The numbers of a tree that are looked at every week, by owner: those with most to do first.

    A number is meant for every week when its KPI says so; where no KPI of the tree does, all below the goal are.
    """
    catalogue = door.catalogue_of(user, business)
    tree = numbers.tree
    below = [n for n in tree.nodes if n.parent is not None and (n.kpi or n.formula)]
    often = {kpi.id for kpi in catalogue.kpis.values() if {"weekly", "daily"}.intersection(kpi.cadence)}
    meant = [node for node in below if node.kpi in often]
    targets = targets_of(user, business, tree)
    by_owner: dict[str, list[Weekly]] = {}
    for node in meant or below:
        if all(value is None for value in numbers.series(node)):
            continue
        person = node.owner.person if node.owner else None
        department = node.owner.department if node.owner else None
        row = Weekly(numbers, node, _overdue(numbers, node, targets.get(node.id), business.calendar.today()))
        by_owner.setdefault(person or department or "", []).append(row)
    found = [Owned(owner, tuple(rows)) for owner, rows in by_owner.items()]
    found.sort(key=lambda each: (not each.owner, -sum(_troubled(row) for row in each.rows), each.owner))
    return tuple(found)


def _troubled(row: Weekly) -> bool:
    return bool(row.overdue) or row.numbers.status(row.node) == ACT


def _overdue(numbers: TreeNumbers, node: Node, target: Target | None, today: date) -> str:
    """`value` when the last week has none; `deadline` when the day of its target is past and it was not reached."""
    if numbers.series(node)[-1] is None:
        return "value"
    past = target is not None and target.by is not None and target.by < today
    return "deadline" if past and numbers.status(node) in {ACT, WATCH} else ""


def week_question(question: Question) -> Question:
    """The last eight weeks up to the period asked for."""
    return Question(Grain.WEEK, question.on, question.comparison, question.segment, span=WEEKS)


# --- made by people ---


def dashboards_of(user: Any, business: Business) -> tuple[Stored, ...]:
    """The dashboards a person may open: shared ones and their own, without their panels."""
    door.known(user, business)
    rows = Dashboard.objects.filter(Q(owner=None) | Q(owner=user), business=business).select_related("changed_by")
    return tuple(_stored(row, user, ()) for row in rows)


def dashboard_named(user: Any, business: Business, key: UUID) -> Stored | None:
    """One of them with its panels."""
    door.known(user, business)
    row = Dashboard.objects.filter(Q(owner=None) | Q(owner=user), business=business, pk=key)
    found = row.select_related("changed_by").prefetch_related("panels").first()
    if found is None:
        return None
    return _stored(found, user, open_to(user, business, tuple(spec_of(panel) for panel in found.panels.all())))


def open_to(user: Any, business: Business, panels: tuple[Spec, ...]) -> tuple[Spec, ...]:
    """The panels without those about a number that is closed to this person."""
    if not door.closed_kpis(user, business):
        return panels
    trees = {tree.id: tree for tree in door.known(user, business).trees}

    def is_open(spec: Spec) -> bool:
        if spec.tree:
            return spec.tree in trees and (not spec.node or spec.node in trees[spec.tree].by_id)
        return not spec.node or any(spec.node in tree.by_id for tree in trees.values())

    return tuple(spec for spec in panels if is_open(spec))


def spec_of(panel: Panel) -> Spec:
    """A saved panel."""
    names = ("kind", "tree", "node", "by", "title", "text", "group", "width", "tall", "refresh")
    return Spec(**{name: getattr(panel, name) for name in names}, key=panel.pk)


def _stored(row: Dashboard, user: Any, panels: tuple[Spec, ...]) -> Stored:
    return Stored(
        id=row.pk,
        name=row.name,
        version=row.version,
        shared=row.owner_id is None,
        mine=row.owner_id == user.pk,
        made_from=row.made_from,
        changed_by=str(row.changed_by or ""),
        changed_at=row.changed_at,
        panels=panels,
    )
