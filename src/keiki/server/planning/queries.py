"""Reads about targets: what is in force, how the numbers stand to it, and what history says."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final

from django.db.models import Prefetch

from keiki.charts.aim import Aim
from keiki.formula import parse_condition, show_condition
from keiki.insight.baseline import Baseline, baseline
from keiki.insight.forecast import Outlook, outlook_of_level, outlook_of_sum
from keiki.periods import Calendar, Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Kept, Question, StoredTree, TreeNumbers
from keiki.server.planning.models import Plan, Revision, Scorecard, State, Way
from keiki.server.ui.once import once
from keiki.trees.build import FormulaEdge, Node, Tree, build
from keiki.trees.bundle import KpiTarget
from keiki.trees.consistency import Consistency, consistency
from keiki.trees.document import NodeDocument, TreeDocument
from keiki.trees.fields import entry_of, read
from keiki.trees.over_time import LONG, TargetsOverTime
from keiki.trees.smart import Known as SmartKnown
from keiki.trees.smart import Scorecard as SmartCard
from keiki.trees.smart import of_the_period
from keiki.trees.smart import scorecards as scorecards_of
from keiki.trees.target_fields import TARGET
from keiki.trees.targets import MANUAL, Target

HISTORY_MONTHS: Final = 36
"""How far back a baseline looks: two years for the season, one more to see it twice."""
SCORE_EVERY: Final = timedelta(days=90)
"""A scorecard is made anew every quarter."""
ONE_DAY: Final = timedelta(days=1)
OPEN: Final = (State.DRAFT, State.PROPOSED)
Key = tuple[str, str, str, str]
_held = Kept(64)


@dataclass(frozen=True, eq=False)
class Written:
    """One revision of a plan as it was written; its target is read when somebody asks."""

    number: int
    state: str
    way: str
    since: date
    content: Mapping[str, Any]
    reason: str
    made_by: str
    made_at: datetime
    decided_by: str
    decided_at: datetime | None

    @cached_property
    def target(self) -> Target:
        """What is to be reached."""
        return target_of(self.content)


@dataclass(frozen=True, eq=False)
class Planned:
    """The plan of one number with all its revisions, oldest first; `mark` changes with whatever judges numbers."""

    version: int
    revisions: tuple[Written, ...]
    review_on: date | None = None
    recheck_since: datetime | None = None
    recheck_of: str = ""
    retired_at: datetime | None = None
    mark: Hashable = ()

    @property
    def approved(self) -> tuple[Written, ...]:
        """What holds or held, by the day from which it does; of one day the newest."""
        return tuple(sorted((r for r in self.revisions if r.state == State.APPROVED), key=_place))

    @property
    def open(self) -> tuple[Written, ...]:
        """Drafts and proposals that wait for somebody: the newest of each way."""
        newest = {each.way: each for each in self.revisions if each.state in OPEN}
        return tuple(sorted(newest.values(), key=lambda each: each.number))

    @property
    def rivals(self) -> tuple[Written, Written] | None:
        """What was asked from above and what the team offers, while both wait and nobody has agreed on one."""
        by_way = {each.way: each for each in self.open}
        if Way.TOP_DOWN in by_way and Way.BOTTOM_UP in by_way:
            return by_way[Way.TOP_DOWN], by_way[Way.BOTTOM_UP]
        return None

    def in_force(self, on: date) -> Written | None:
        """What holds on a day; None before the first approved revision and after the plan was retired."""
        if self.retired_at is not None and self.retired_at.date() <= on:
            return None
        begun = [each for each in self.approved if each.since <= on]
        return begun[-1] if begun else None

    def held_until(self, revision: Written) -> date | None:
        """The last day on which an approved revision holds; None while nothing follows it."""
        later = [each for each in self.approved if _place(each) > _place(revision)]
        return later[0].since - ONE_DAY if later else None

    def judged(self, calendar: Calendar) -> tuple[Period, ...]:
        """The months that are over and were judged by a target, oldest first."""
        today = calendar.today()
        if not self.approved or self.retired_at is not None or self.approved[0].since > today:
            return ()
        months = calendar.periods(Grain.MONTH, self.approved[0].since, today)
        return tuple(month for month in months if month.last < today)

    def over_time(self, calendar: Calendar, direction: str, adds_up: bool, averages: bool = False) -> TargetsOverTime:
        """What holds or held, ready to be asked about any period."""
        held = [replace(each.target, since=each.since) for each in self.approved]
        return TargetsOverTime(held, calendar, direction, adds_up=adds_up, averages=averages)

    def aim(
        self, period: Period, calendar: Calendar, direction: str, adds_up: bool, today: date | None = None
    ) -> Aim | None:
        """What the number is to reach in a period; where it should stand by now while the period runs."""
        return self.aims([period], calendar, direction, adds_up, today)[0]

    def aims(
        self,
        periods: Iterable[Period],
        calendar: Calendar,
        direction: str,
        adds_up: bool,
        today: date | None = None,
        averages: bool = False,
    ) -> tuple[Aim | None, ...]:
        """What the number is to reach in each period, as `aim`."""
        over_time = self.over_time(calendar, direction, adds_up, averages)
        return tuple(self._aim(period, over_time, today) for period in periods)

    def _aim(self, period: Period, over_time: TargetsOverTime, today: date | None) -> Aim | None:
        if self.retired_at is not None and self.retired_at.date() <= period.last:
            return None
        asked = over_time.asked(period)
        if asked is None:
            return None
        whole = Aim(*asked)
        if today is None or not over_time.adds_up or period.end <= today:
            return whole
        share = over_time.calendar.elapsed(period, today).days / period.days
        if share in (0.0, 1.0):
            return whole
        low, high = (None if bound is None else bound * share for bound in asked)
        return Aim(low, high, whole)


def key_of(tree: Tree, node: Node) -> Key:
    """What a plan belongs to: the KPI with its condition, or the node of its tree."""
    if node.kpi:
        return node.kpi, show_condition(node.where) if node.where is not None else "", "", ""
    return "", "", tree.id, node.id


def counted(node: Node) -> bool:
    """Whether a node is a number at all: a group of success factors has no target of its own."""
    return node.kpi is not None or node.formula is not None


def target_of(content: Mapping[str, Any]) -> Target:
    """A stored target."""
    found: Target = read(TARGET, entry_of(content))
    return found


# --- targets of a tree ---


def plans_of(user: Any, business: Business, tree: Tree) -> Mapping[str, Planned]:
    """Node id → its plan with every revision; nodes without a plan are left out."""
    door.known(user, business)  # whoever may not see the business is stopped here
    return _plans(business, tree)


def targets_of(user: Any, business: Business, tree: Tree, on: date | None = None) -> Mapping[str, Target]:
    """Node id → the target in force on a day (today when none is given)."""
    day = on or business.calendar.today()
    found = {node: plan.in_force(day) for node, plan in plans_of(user, business, tree).items()}
    return MappingProxyType({node: each.target for node, each in found.items() if each is not None})


def with_targets(user: Any, business: Business, document: TreeDocument) -> TreeDocument:
    """The document with the targets in force written into its nodes, for exports and checks."""
    targets = targets_of(user, business, build(document, door.catalogue_of(user, business)))

    def filled(node: NodeDocument) -> NodeDocument:
        children = tuple(filled(child) for child in node.children)
        return replace(node, target=targets.get(node.id), children=children)

    return replace(document, root=filled(document.root))


def changing_targets(user: Any, business: Business, tree: Tree) -> tuple[KpiTarget, ...]:
    """What a document says of numbers whose target changes over time: each approved one from its day on."""
    found = []
    for name, plan in plans_of(user, business, tree).items():
        node = tree.node(name)
        where = show_condition(node.where) if node.where is not None else None
        of = {"kpi": node.kpi, "where": where} if node.kpi else {"tree": tree.id, "node": name}
        held = {each.since: replace(each.target, since=each.since) for each in plan.approved}
        if len(held) > 1 and plan.retired_at is None:
            found += [KpiTarget(target, **of) for target in held.values()]
    return tuple(dict.fromkeys(found))


def held(business: Business) -> Mapping[Key, tuple[tuple[date, Target], ...]]:
    """The approved targets of every number with a plan that is not retired, each with the day from which it holds."""
    found: dict[Key, tuple[tuple[date, Target], ...]] = {}
    for key, plan in _all_plans(business).items():
        if plan.approved and plan.retired_at is None:
            newest = {each.since: replace(each.target, since=each.since) for each in plan.approved}
            found[key] = tuple(newest.items())
    return found


def history_of(user: Any, business: Business, tree: Tree, node: Node) -> tuple[Written, ...]:
    """Every revision of a node's plan, newest first."""
    plan = plans_of(user, business, tree).get(node.id)
    return () if plan is None else plan.revisions[::-1]


def plan_row(business: Business, key: Key) -> Plan | None:
    """The table's row of a plan."""
    kpi, where, tree, node = key
    return Plan.objects.filter(business=business, kpi=kpi, where=where, tree=tree, node=node).first()


def _plans(business: Business, tree: Tree) -> Mapping[str, Planned]:
    by_key = once(("plans", business.id), lambda: _all_plans(business))
    found = {node.id: by_key.get(key_of(tree, node)) for node in tree.nodes}
    return {node: plan for node, plan in found.items() if plan is not None}


def _all_plans(business: Business) -> Mapping[Key, Planned]:
    people = Revision.objects.select_related("made_by", "decided_by").order_by("number")
    rows = Plan.objects.filter(business=business).prefetch_related(Prefetch("revisions", people))
    return {(row.kpi, row.where, row.tree, row.node): _planned(row) for row in rows if row.version}


def _newest_open(plan: Planned, day: date) -> Written | None:
    """What waits to be decided, or will hold from a later day on."""
    waiting = [*plan.open, *(each for each in plan.approved if each.since > day)]
    return max(waiting, key=lambda each: each.number, default=None)


def _planned(row: Plan) -> Planned:
    revisions = tuple(_written(each) for each in row.revisions.all())
    judging = tuple((r.number, r.since, repr(r.content)) for r in revisions if r.state == State.APPROVED)
    return Planned(
        version=row.version,
        revisions=revisions,
        review_on=row.review_on,
        recheck_since=row.recheck_since,
        recheck_of=row.recheck_of,
        retired_at=row.retired_at,
        mark=(row.pk, row.retired_at, judging),
    )


def _written(row: Revision) -> Written:
    return Written(
        number=row.number,
        state=row.state,
        way=row.way,
        since=row.since,
        content=row.content,
        reason=row.reason,
        made_by=str(row.made_by or ""),
        made_at=row.made_at,
        decided_by=str(row.decided_by or ""),
        decided_at=row.decided_at,
    )


def _place(revision: Written) -> tuple[date, int]:
    return revision.since, revision.number


# --- how the numbers stand ---


def measured(user: Any, business: Business, tree_id: str | None, question: Question, by: str = "") -> TreeNumbers:
    """A tree's numbers for a question with what each is to reach; pages judge by it wherever there is a target."""
    numbers = door.measured(user, business, tree_id, question, by)
    plans = _plans(business, numbers.tree)
    if question.segment is not None or not plans:  # a target is for the whole, no part of it
        return numbers
    key = numbers, tuple((node, plan.mark) for node, plan in plans.items())
    return _held.get(key, lambda: replace(numbers, aims=_aims(user, business, numbers, plans)))


def sums(user: Any, business: Business, tree: Tree) -> Mapping[str, bool]:
    """Node id → whether its months add up to its year."""
    return {node.id: _adds_up(user, business, tree, node) for node in tree.nodes}


def _aims(
    user: Any, business: Business, numbers: TreeNumbers, plans: Mapping[str, Planned]
) -> Mapping[str, tuple[Aim | None, ...]]:
    today = numbers.known.today
    found = {}
    for name, plan in plans.items():
        node = numbers.tree.node(name)
        flows = _adds_up(user, business, numbers.tree, node)
        rate = door.averages(user, business, node)
        aims = plan.aims(numbers.periods, business.calendar, node.direction, flows, today, rate)
        if any(aim is not None for aim in aims):
            found[name] = aims
    return MappingProxyType(found)


def _adds_up(user: Any, business: Business, tree: Tree, node: Node) -> bool:
    if node.measured is not None:
        return door.adds_up(user, business, node)
    parts = [tree.node(child) for child in node.factors]
    signs = {part.edge.operator if isinstance(part.edge, FormulaEdge) else None for part in parts}
    return bool(parts) and signs <= {"+", "−"} and all(_adds_up(user, business, tree, part) for part in parts)


# --- what history says ---


def history(user: Any, business: Business, tree_id: str) -> TreeNumbers:
    """A tree over three years of months up to the one that runs, for baselines and forecasts."""
    today = door.known(user, business).today
    return measured(user, business, tree_id, Question(on=today, span=HISTORY_MONTHS + 1))


def baseline_of(numbers: TreeNumbers, node: Node, without: Collection[date] = ()) -> Baseline:
    """What the months of a node say: baseline, natural growth, past best, last year.

    `without` are the first days of months that somebody leaves out.
    """
    left_out = [period for period in numbers.periods if period.start in without]
    return baseline(numbers.periods, numbers.series(node), node.direction, numbers.completes, without=left_out)


def outlook(numbers: TreeNumbers, node: Node, plan: Planned, calendar: Calendar, adds_up: bool) -> Outlook | None:
    """Whether a node reaches its target by the deadline when things go on as they do; None where nobody can say.

    What adds up is counted from the day the target holds, or from the start of the year it is for when an earlier
    revision held then; the rest follows its trend of the last year.
    """
    last = next((place for place in range(len(numbers.periods) - 1, -1, -1) if numbers.completes[place]), None)
    if last is None:
        return None
    found = plan.in_force(numbers.periods[last].end)
    if found is None or found.target.by is None:
        return None
    series = dict(zip(numbers.periods[: last + 1], numbers.series(node), strict=False))
    way = calendar.periods(Grain.MONTH, _begins(plan, found, calendar) if adds_up else found.since, found.target.by)
    ahead = [month for month in way if month not in series and month > numbers.periods[last]]
    wanted = plan.aims(way, calendar, node.direction, adds_up)
    bounds = [None if aim is None else aim.bound() for aim in wanted]
    if not way or bounds[-1] is None:
        return None
    if not adds_up:
        known = [value for value in tuple(series.values())[-12:] if value is not None]
        return outlook_of_level(known, len(ahead), bounds[-1], node.direction) if len(known) >= 3 else None
    done = [series[month] for month in way if series.get(month) is not None]
    total = sum(bound for bound in bounds if bound is not None)
    return (
        outlook_of_sum([value for value in done if value is not None], len(ahead), total, node.direction)
        if done
        else None
    )


def _begins(plan: Planned, written: Written, calendar: Calendar) -> date:
    """From when what adds up is counted towards a target."""
    grain = written.target.period
    if grain not in LONG or written.target.shape == MANUAL:
        return written.since
    first = calendar.period(grain, written.since).start
    return first if plan.in_force(first) is not None else written.since


def reaching(user: Any, business: Business, tree: Tree, plans: Mapping[str, Planned]) -> Consistency | None:
    """Whether the targets below each number reach its own; None while there are none to compare."""
    targets = _planned_targets(plans, business)
    return consistency(tree, door.catalogue_of(user, business), targets) if targets else None


def planned_target(plan: Planned | None, business: Business) -> Target | None:
    """What a plan says today: the target in force, else the one that waits."""
    if plan is None or plan.retired_at is not None:
        return None
    day = business.calendar.today()
    found = plan.in_force(day) or _newest_open(plan, day)
    return None if found is None else found.target


def _planned_targets(plans: Mapping[str, Planned], business: Business) -> dict[str, Target]:
    found = {node: planned_target(plan, business) for node, plan in plans.items()}
    return {node: target for node, target in found.items() if target is not None}


def season_of(numbers: TreeNumbers, node: Node, base: Baseline) -> Mapping[int, float]:
    """Calendar month → weight: the season of two years or more; of one year its own months; empty below that."""
    if base.season:
        return base.season
    over = [place for place, complete in enumerate(numbers.completes) if complete][-12:]
    values = {numbers.periods[place].start.month: numbers.series(node)[place] for place in over}
    known = {month: value for month, value in values.items() if value is not None and value > 0}
    mean = sum(known.values()) / 12
    return {month: value / mean for month, value in sorted(known.items())} if len(known) == 12 else {}


# --- goals ---


@dataclass(frozen=True)
class Goal:
    """A tree's goal in the register: whose it is, its place, what it serves, its target and when it is due."""

    tree: StoredTree
    target: Target | None
    state: str

    @property
    def deadline(self) -> date | None:
        return None if self.target is None else self.target.by


def goals_of(user: Any, business: Business) -> tuple[Goal, ...]:
    """The goals of the business's own trees, active ones first, by team and rank."""
    stored = [tree for tree in door.stored_trees(user, business) if tree.document.kind == "tree"]
    by_key = _all_plans(business)
    day = business.calendar.today()
    found = []
    for tree in stored:
        plan = by_key.get(_key_of_document(tree.document))
        force = None if plan is None else plan.in_force(day) or _newest_open(plan, day)
        found.append(Goal(tree, None if force is None else force.target, "" if force is None else force.state))
    return tuple(found)


def goal_target(user: Any, business: Business, tree: StoredTree) -> Target | None:
    """The approved target of a tree's goal, today or from a later day on."""
    door.known(user, business)
    plan = _all_plans(business).get(_key_of_document(tree.document))
    return plan.approved[-1].target if plan is not None and plan.approved and plan.retired_at is None else None


def _key_of_document(document: TreeDocument) -> Key:
    root = document.root
    if root.kpi:
        return root.kpi, show_condition(parse_condition(root.where)) if root.where else "", "", ""
    return "", "", document.id, root.id


def smart_marks(user: Any, business: Business, numbers: TreeNumbers) -> tuple[SmartCard, ...]:
    """The five SMART marks of every number of a tree with what is in force or waits, today."""
    tree, day = numbers.tree, business.calendar.today()
    targets = _planned_targets(plans_of(user, business, tree), business)
    history = of_the_period(door.past_of(business, numbers), targets, numbers.question.grain)
    known = SmartKnown(facts=door.facts_with_rows(user, business), history=history, today=day)
    cards = scorecards_of(numbers.declared, door.catalogue_of(user, business), known, targets)
    return tuple(card for card in cards if counted(tree.node(card.node)))


def kept_scorecards(business: Business, tree_id: str, count: int = 8) -> tuple[Scorecard, ...]:
    """The newest scorecards of a tree that were kept, newest first."""
    return tuple(Scorecard.objects.filter(business=business, tree=tree_id).select_related("made_by")[:count])


def due_scorecards(business: Business, tree_ids: Iterable[str], now: datetime) -> tuple[str, ...]:
    """The trees with targets whose last scorecard is a quarter old, or that have none."""
    newest: dict[str, datetime] = {}
    for tree, made_at in Scorecard.objects.filter(business=business).values_list("tree", "made_at"):
        newest[tree] = max(made_at, newest.get(tree, made_at))
    return tuple(name for name in tree_ids if name not in newest or now - newest[name] >= SCORE_EVERY)
