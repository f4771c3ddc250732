"""Writes about targets: one function per intention, each in one transaction with its audit entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from keiki.demo.aims import aims
from keiki.errors import EditConflict, TargetsDisagree, TargetsNeedOwner, TargetsOtherwise
from keiki.server.accounts.models import Business, Role
from keiki.server.audit.actions import record
from keiki.server.data.actions import opened
from keiki.server.kpis import actions as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import StoredTree, TreeNumbers
from keiki.server.planning import queries
from keiki.server.planning.models import Plan, Revision, Scorecard, State, Way
from keiki.server.planning.queries import OPEN, Key
from keiki.trees.build import Tree, build
from keiki.trees.bundle import KpiTarget, canonical
from keiki.trees.document import template
from keiki.trees.fields import plain, write
from keiki.trees.target_fields import TARGET
from keiki.trees.targets import FIRST_DAY, Target, starting

SCORE_JOB: Final = "planning.score_due"
DEMO_JOB: Final = "planning.keep_demo"
REVIEW_EVERY: Final = timedelta(days=90)


@dataclass(frozen=True)
class Proposal:
    """A target as somebody wrote it: the target, from when it holds, whose it is, and why."""

    target: Target
    since: date
    way: str = Way.DIRECT
    reason: str = ""


@transaction.atomic
def propose_target(
    actor: Any,
    business: Business,
    key: Key,
    version: int,
    proposal: Proposal,
    state: str = State.PROPOSED,
    trees: Iterable[Tree] = (),
) -> Revision:
    """A further revision of a number's plan, as a draft or a proposal, or in force at once (`state` approved).

    `version` is the one the person saw; `EditConflict` when somebody was faster. `trees` are those in which targets
    below this one are marked to be looked at again.
    """
    plan = _locked(business, key, version, proposal.target)
    plan.version += 1
    plan.retired_at = None
    now_open = plan.revisions.filter(state__in=OPEN)
    agreed = proposal.way == Way.AGREED
    now_open.filter(**({} if agreed else {"way": proposal.way})).update(state=State.ASIDE)
    revision = plan.revisions.create(
        number=plan.version,
        state=State.PROPOSED if state == State.APPROVED else state,
        way=proposal.way,
        since=proposal.since,
        content=plain(write(TARGET, proposal.target)),
        reason=proposal.reason,
        made_by=actor,
    )
    plan.recheck_since, plan.recheck_of = None, ""
    plan.review_on = _review_day(business)
    plan.save()
    new = {"number": revision.number, "state": revision.state, "since": proposal.since.isoformat(), **revision.content}
    record(actor, "planning.propose_target", business_id=business.id, target=_name(plan), new=new)
    if state == State.APPROVED:
        _approve(actor, plan, revision, trees)
    return revision


@transaction.atomic
def approve_target(
    actor: Any, business: Business, key: Key, version: int, number: int, trees: Iterable[Tree] = ()
) -> Revision:
    """Put a proposed revision in force; `TargetsDisagree` while the other side's figure is neither chosen nor met."""
    plan = _locked(business, key, version)
    revision = plan.revisions.select_for_update().get(number=number, state__in=OPEN)
    plan.version += 1  # whoever looks at the page now decides about something that is decided
    plan.save(update_fields=["version"])
    _approve(actor, plan, revision, trees)
    return revision


@transaction.atomic
def choose_target(actor: Any, business: Business, key: Key, version: int, number: int) -> Revision:
    """Of the figure from above and the one of the team take one; the other is set aside and stays in the history."""
    plan = _locked(business, key, version)
    chosen = plan.revisions.select_for_update().get(number=number, state__in=OPEN)
    plan.revisions.filter(state__in=OPEN).exclude(number=number).update(state=State.ASIDE)
    plan.version += 1
    plan.save(update_fields=["version"])
    record(actor, "planning.choose_target", business_id=business.id, target=_name(plan), new={"number": number})
    return chosen


@transaction.atomic
def withdraw_target(actor: Any, business: Business, key: Key, version: int, number: int) -> None:
    """Take back a draft or a proposal; it stays in the history."""
    plan = _locked(business, key, version)
    revision = plan.revisions.select_for_update().get(number=number, state__in=OPEN)
    _decide(actor, revision, State.ASIDE)
    plan.version += 1
    plan.save(update_fields=["version"])
    record(actor, "planning.withdraw_target", business_id=business.id, target=_name(plan), old={"number": number})


@transaction.atomic
def confirm_target(actor: Any, business: Business, key: Key, version: int) -> None:
    """Somebody looked: the target is still right. The next look is due in 90 days."""
    plan = _locked(business, key, version)
    plan.recheck_since, plan.recheck_of = None, ""
    plan.review_on = _review_day(business)
    plan.version += 1
    plan.save()
    new = {"review_on": plan.review_on.isoformat()}
    record(actor, "planning.confirm_target", business_id=business.id, target=_name(plan), new=new)


@transaction.atomic
def retire_target(actor: Any, business: Business, key: Key, version: int) -> None:
    """The number has no target any more; every revision stays to be read."""
    plan = _locked(business, key, version)
    plan.retired_at = timezone.now()
    plan.review_on, plan.recheck_since, plan.recheck_of = None, None, ""
    plan.version += 1
    plan.save()
    record(actor, "planning.retire_target", business_id=business.id, target=_name(plan))


@transaction.atomic
def adopt_targets(actor: Any, business: Business, tree: Tree, since: date) -> int:
    """Propose the targets written in a tree or a template for every node that has no plan yet; gives how many."""
    keys = {queries.key_of(tree, node): node for node in tree.nodes if node.target is not None}
    there = {(p.kpi, p.where, p.tree, p.node) for p in Plan.objects.filter(business=business)}
    missing = {key: node for key, node in keys.items() if key not in there}
    for key, node in missing.items():
        assert node.target is not None
        target = starting(node.target, since)
        propose_target(actor, business, key, 0, Proposal(target, target.since or since), State.DRAFT)
    record(
        actor, "planning.adopt_targets", business_id=business.id, target=f"tree:{tree.id}", new={"count": len(missing)}
    )
    return len(missing)


@transaction.atomic
def take_targets(
    actor: Any, business: Business, targets: Sequence[KpiTarget], trees: Mapping[str, str], approves: bool
) -> int:
    """Targets over time of a kpi-tree file become plans that hold from their days on; gives how many plans are new.

    A number with one target only keeps it in its tree. `trees`: the id of a tree in the file → here; `approves`: the
    actor may put targets in force. A plan that says the same stays; raises `TargetsOtherwise` where one says something
    else, `TargetsNeedOwner` without the right: then nothing is stored.
    """
    listed: dict[Key, list[Target]] = {}
    subjects = {_key_in_file(each, trees): each.subject for each in targets}
    for each in targets:
        listed.setdefault(_key_in_file(each, trees), []).append(each.target)
    wanted = {key: _over_time(found) for key, found in listed.items() if len(found) > 1}
    here = queries.held(business)
    differing = [subjects[key] for key in wanted if here.get(key, wanted[key]) != wanted[key]]
    if differing:
        raise TargetsOtherwise(names=", ".join(differing))
    new = {key: found for key, found in wanted.items() if key not in here}
    if new and not approves:
        raise TargetsNeedOwner(names=", ".join(subjects[key] for key in new))
    for key, found in new.items():
        row = queries.plan_row(business, key)
        version = 0 if row is None else row.version
        for since, target in found:
            revision = propose_target(actor, business, key, version, Proposal(target, since), State.APPROVED)
            version = revision.number
    return len(new)


def _over_time(targets: Iterable[Target]) -> tuple[tuple[date, Target], ...]:
    """Targets of one number in the order of their days, of one day the last; one without a day holds from the first."""
    held = {each.since or FIRST_DAY: replace(each, since=each.since or FIRST_DAY) for each in targets}
    return tuple(sorted(held.items()))


def _key_in_file(target: KpiTarget, trees: Mapping[str, str]) -> Key:
    if target.kpi is not None:
        return target.kpi, canonical(target.where) or "", "", ""
    return "", "", trees.get(target.tree or "", target.tree or ""), target.node or ""


@transaction.atomic
def keep_demo(business: Business) -> bool:
    """Put the targets of the demo company in force in a business that holds its facts.

    The reasons are in the language of its first owner, else of the server. False where there is a target already.
    """
    if Plan.objects.filter(business=business).exists():
        return False
    owner = business.memberships.filter(role=Role.OWNER).select_related("user").order_by("pk").first()
    japanese = ((owner.user.language if owner else "") or settings.LANGUAGE_CODE).startswith("ja")
    numbers = opened(business).business
    known = numbers.catalogue
    wanted = aims(numbers.today, business.calendar)
    trees = {name: build(template(known, name), known) for name in dict.fromkeys(each.tree for each in wanted)}
    for each in wanted:
        key = queries.key_of(trees[each.tree], trees[each.tree].node(each.node))
        seen = queries.plan_row(business, key)
        reason = each.reason.ja if japanese else each.reason.en
        proposal = Proposal(each.target, each.since, Way.BOTTOM_UP if each.waits else Way.DIRECT, reason)
        state = State.PROPOSED if each.waits else State.APPROVED
        propose_target(None, business, key, seen.version if seen else 0, proposal, state)
    record(None, "planning.keep_demo", business_id=business.id, target=f"business:{business.id}")
    return True


def activate_goal(actor: Any, business: Business, tree: StoredTree) -> int:
    """The goal of an own tree counts from now on; gives how many goals its team has active then.

    Raises `GoalNotReady` without an approved target value, a deadline, or a rank of its own among the team's goals.
    """
    target = queries.goal_target(actor, business, tree)
    value = None if target is None else target.value if target.value is not None else target.low
    return kpis.activate_goal(actor, tree.row, value, None if target is None else target.by)


@transaction.atomic
def keep_scorecard(actor: Any, business: Business, tree_id: str, marks: Mapping[str, Any]) -> Scorecard:
    """Keep the SMART marks of a tree's targets as they are today."""
    card = Scorecard.objects.create(business=business, tree=tree_id, marks=plain(marks), made_by=actor)
    record(actor, "planning.score_targets", business_id=business.id, target=f"tree:{tree_id}")
    return card


def score_tree(actor: Any, user: Any, business: Business, numbers: TreeNumbers) -> Scorecard:
    """Make the scorecard of a tree as it stands today and keep it; `user` is whose rights count."""
    marks = {
        card.node: {letter: judged.mark.value for letter, judged in card.marks.items()}
        for card in queries.smart_marks(user, business, numbers)
    }
    return keep_scorecard(actor, business, numbers.tree.id, marks)


def score_due() -> int:
    """Every tree with targets gets a new scorecard once a quarter; gives how many were made."""
    made = 0
    for business in Business.objects.filter(plans__retired_at=None, plans__version__gt=0).distinct():
        owner = business.memberships.filter(role=Role.OWNER).select_related("user").first()
        if owner is None:
            continue
        known = door.known(owner.user, business)
        aimed = [t.id for t in known.trees if known.today and queries.plans_of(owner.user, business, t)]
        for tree_id in queries.due_scorecards(business, aimed, timezone.now()):
            score_tree(None, owner.user, business, queries.history(owner.user, business, tree_id))
            made += 1
    return made


def _locked(business: Business, key: Key, version: int, mine: Target | None = None) -> Plan:
    """The plan's row, locked, at the version the person saw."""
    kpi, where, tree, node = key
    locked = Plan.objects.select_for_update()
    plan, _made = locked.get_or_create(business=business, kpi=kpi, where=where, tree=tree, node=node)
    if plan.version != version:
        newest = plan.revisions.filter(number=plan.version).first()
        theirs = None if newest is None else newest.content
        raise EditConflict(mine=None if mine is None else plain(write(TARGET, mine)), theirs=theirs)
    return plan


def _approve(actor: Any, plan: Plan, revision: Revision, trees: Iterable[Tree]) -> None:
    open_now = {each.way: each for each in plan.revisions.filter(state__in=OPEN).order_by("number")}
    top, bottom = open_now.get(Way.TOP_DOWN), open_now.get(Way.BOTTOM_UP)
    if top is not None and bottom is not None and revision.way != Way.AGREED:
        raise TargetsDisagree(top=_value(top), bottom=_value(bottom))
    before = plan.revisions.filter(state=State.APPROVED).order_by("since", "number").last()
    _decide(actor, revision, State.APPROVED)
    plan.revisions.filter(state__in=OPEN, number__lt=revision.number).update(state=State.ASIDE)
    record(
        actor,
        "planning.approve_target",
        business_id=plan.business_id,
        target=_name(plan),
        old=None if before is None else before.content,
        new={"number": revision.number, **revision.content},
    )
    if before is None or before.content != revision.content:
        _mark_below(plan, trees)


def _mark_below(plan: Plan, trees: Iterable[Tree]) -> None:
    """Plans of the numbers below a changed goal are to be looked at again, in every tree in which it stands."""
    key = (plan.kpi, plan.where, plan.tree, plan.node)
    below: dict[Key, str] = {}
    for tree in trees:
        goals = {node.id: node.id for node in tree.nodes if queries.key_of(tree, node) == key}
        for node in tree.nodes:  # parents stand before their children
            if node.parent in goals:
                goals.setdefault(node.id, goals[node.parent or ""])
                below[queries.key_of(tree, node)] = f"{tree.id}/{goals[node.id]}"
    now = timezone.now()
    for row in Plan.objects.select_for_update().filter(business=plan.business, retired_at=None).exclude(pk=plan.pk):
        name = below.get((row.kpi, row.where, row.tree, row.node))
        if name is not None and row.version:
            row.recheck_since, row.recheck_of = now, name
            row.save(update_fields=["recheck_since", "recheck_of"])


def _decide(actor: Any, revision: Revision, state: str) -> None:
    revision.state, revision.decided_by, revision.decided_at = state, actor, timezone.now()
    revision.save(update_fields=["state", "decided_by", "decided_at"])


def _review_day(business: Business) -> date:
    return business.calendar.today() + REVIEW_EVERY


def _name(plan: Plan) -> str:
    return f"target:{plan}"


def _value(revision: Revision) -> str:
    return str(revision.content.get("value", "–"))
