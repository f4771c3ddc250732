"""The overview of a tree's targets: actual, pace, gaps, what does not add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from keiki.charts.aim import bounds
from keiki.charts.card import Card
from keiki.charts.format import MISSING, Style, change, difference, number
from keiki.charts.status import rule
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import queries
from keiki.server.planning.models import State
from keiki.server.planning.pages.written import day_words, grain_words, page_url, target_url, target_words
from keiki.server.planning.queries import Goal, Planned, Written
from keiki.server.planning.rules import may_write
from keiki.trees.build import Node
from keiki.trees.consistency import Consistency, Verdict
from keiki.trees.targets import Target

MOST_GOALS = 3
"""Goals of one team beyond which people lose sight of them."""


@dataclass(frozen=True)
class Row:
    """One number of the tree beside its target."""

    number: Card
    level: str
    indent: str
    deadline: str
    marks: tuple[kpis.Chip, ...]
    gap: str
    pace: str
    url: str
    later: bool = False  # its target holds only after the period shown

    @property
    def bare(self) -> bool:
        """Nothing to say but the value: a phone shows one line."""
        return not self.number.target and not self.marks


@dataclass(frozen=True)
class Banner:
    """What the targets of the leaves make of the goal."""

    tone: str
    words: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class GapRow:
    """A number that misses its target: how far, and what that costs the goal."""

    label: str
    value: str
    target: str
    gap: str
    effect: str
    url: str


@dataclass(frozen=True)
class GoalRow:
    """One line of the register of goals."""

    label: str
    team: str
    rank: str
    company_goal: str
    target: str
    deadline: str
    owner: str
    active: bool
    url: str
    activate_url: str


@dataclass(frozen=True)
class TargetsPage:
    title: str
    subtitle: str
    tree: str = ""
    empty: kpis.Empty | None = None
    lens_form: kpis.LensForm = kpis.LensForm(())
    fresh: str = ""
    sentence: str = ""
    banner: Banner | None = None
    rows: tuple[Row, ...] = ()
    missing: tuple[kpis.Way, ...] = ()
    gaps: tuple[GapRow, ...] = ()
    gaps_sentence: str = ""
    rule: str = ""
    adopt_url: str = ""
    adopt_words: str = ""
    scorecard_url: str = ""
    goals: tuple[GoalRow, ...] = ()
    goal_warnings: tuple[str, ...] = ()
    templates_url: str = ""
    may_write: bool = False


@business_page()
@require_safe
def targets_page(request: Any, business: Business) -> HttpResponse:
    """Every number of a tree beside its target: actual, pace, difference, status, owner, deadline."""
    asked = Asked.read(request.GET)
    known = door.known(request.user, business)
    chosen = request.GET.get("tree")
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    if known.today is None:
        page = TargetsPage(_("Targets"), business.name, empty=kpis.empty_state(request, business))
    else:
        page = _targets_page(request, business, queries.measured(request.user, business, chosen, asked.question), asked)
    return render(request, "planning/targets.html", {"page": page})


def _targets_page(request: Any, business: Business, numbers: TreeNumbers, asked: Asked) -> TargetsPage:
    style, tree = kpis.style_of(business, numbers.known), numbers.tree
    plans = queries.plans_of(request.user, business, tree)
    reaching = queries.reaching(request.user, business, numbers.declared, plans)
    writes = may_write(request.membership.role)
    adoptable = sum(node.target is not None and node.id not in plans for node in tree.nodes)
    goals = queries.goals_of(request.user, business)
    return TargetsPage(
        title=_("Targets"),
        subtitle=kpis.subtitle(business, numbers, style),
        tree=tree.id,
        lens_form=_lens(business, numbers, asked),
        fresh=kpis.fresh_words(numbers, style),
        sentence=_overall(numbers, plans),
        banner=_banner(reaching, queries.planned_target(plans.get(tree.root.id), business), style)
        if reaching is not None
        else None,
        rows=tuple(
            _row(business, numbers, node, plans.get(node.id), style) for node in tree.nodes if queries.counted(node)
        ),
        missing=tuple(
            kpis.Way(node.label(style.language), target_url(business, tree, node))
            for node in tree.nodes
            if queries.counted(node)
            and numbers.aim(node) is None
            and not _waiting(plans.get(node.id))
            and _coming(plans.get(node.id), numbers) is None
        ),
        gaps=_gap_rows(business, numbers, style),
        gaps_sentence=_("What missed targets cost {goal}, the largest first.").format(
            goal=tree.root.label(style.language)
        ),
        rule=rule(asked.comparison, asked.grain, style, targets=True),
        adopt_url=page_url("planning:adopt", business, tree=tree.id) if adoptable and writes else "",
        adopt_words=ngettext(
            "Take over {count} target of the template as a draft",
            "Take over {count} targets of the template as drafts",
            adoptable,
        ).format(count=adoptable),
        scorecard_url=page_url("planning:scorecard", business, tree=tree.id),
        goals=tuple(_goal_row(request, business, goal, style) for goal in goals),
        goal_warnings=_goal_warnings(goals, style),
        templates_url=page_url("kpis:templates", business),
        may_write=writes,
    )


def _lens(business: Business, numbers: TreeNumbers, asked: Asked) -> kpis.LensForm:
    """Tree and period; targets are not compared with another period."""
    form = kpis.lens_form(business, numbers, asked, trees=True)
    return replace(form, choices=tuple(choice for choice in form.choices if choice.name != "versus"))


def _waiting(plan: Planned | None) -> bool:
    return plan is not None and bool(plan.open)


def _coming(plan: Planned | None, numbers: TreeNumbers) -> Written | None:
    """What is approved and holds only after the period on the page, in which nothing holds."""
    return None if plan is None or plan.in_force(numbers.period.last) is not None else _next(plan, numbers)


def _next(plan: Planned | None, numbers: TreeNumbers) -> Written | None:
    """What is approved and begins after the period on the page."""
    if plan is None or plan.retired_at is not None:
        return None
    return next((each for each in plan.approved if each.since > numbers.period.last), None)


def _overall(numbers: TreeNumbers, plans: Mapping[str, Planned]) -> str:
    counted = [node for node in numbers.tree.nodes if queries.counted(node)]
    aimed = [node for node in counted if numbers.aim(node) is not None]
    later = sum(_coming(plans.get(node.id), numbers) is not None for node in counted)
    if not aimed and later:
        words = _("{later} of {all} numbers have a target; it holds only after the period shown here.")
        return words.format(later=later, all=len(counted))
    if not aimed:
        return _("No target is in force yet. Begin with the goal at the top.")
    reached = sum(numbers.status(node) == "good" for node in aimed)
    words = _("{aimed} of {all} numbers have a target; {reached} of them are on track.")
    return words.format(aimed=len(aimed), all=len(counted), reached=reached)


def _row(business: Business, numbers: TreeNumbers, node: Node, plan: Planned | None, style: Style) -> Row:
    shown = kpis.number_card(numbers, node, style)
    aim, value = numbers.aim(node), numbers.value(node)
    coming, following = _coming(plan, numbers), _next(plan, numbers)
    force = coming or (plan.in_force(numbers.period.last) if plan is not None else None)
    gap = "" if aim is None else change(value, aim.bound(value), node.unit, style)
    return Row(
        number=shown,
        level=kpis_level(node),
        indent=f"{min(node.depth, 15):x}",
        deadline=day_words(force.target.by if force else None, style),
        marks=(*_marks(business, plan), *((_coming_chip(following, node, style),) if following else ())),
        gap="" if gap == MISSING else gap,
        pace=_("by now {value}").format(value=bounds(aim, node.unit, style)) if aim and aim.whole else "",
        url=target_url(business, numbers.tree, node),
        later=coming is not None,
    )


def _coming_chip(coming: Written, node: Node, style: Style) -> kpis.Chip:
    target = target_words(coming.target, node.unit, node.direction, style)
    return kpis.Chip(_("{target} from {day}").format(target=target, day=day_words(coming.since, style)), "good")


def kpis_level(node: Node) -> str:
    """KGI or KSF before a name; nothing before any other."""
    return {"kgi": "KGI", "ksf": "KSF"}.get(node.level, "")


def _marks(business: Business, plan: Planned | None) -> tuple[kpis.Chip, ...]:
    """What waits for somebody at a plan."""
    if plan is None:
        return ()
    found = []
    if plan.retired_at is not None:
        return (kpis.Chip(_("Retired")),)
    if plan.rivals is not None:
        found.append(kpis.Chip(_("Two figures"), "act"))
    elif any(each.state == State.PROPOSED for each in plan.open):
        found.append(kpis.Chip(_("Proposed"), "watch"))
    elif plan.open:
        found.append(kpis.Chip(_("Draft")))
    if plan.recheck_since is not None:
        found.append(kpis.Chip(_("Recheck"), "watch"))
    if plan.review_on is not None and plan.review_on <= business.calendar.today():
        found.append(kpis.Chip(_("Review due"), "watch"))
    return tuple(found)


def _banner(found: Consistency, own: Target | None, style: Style) -> Banner | None:
    """Whether the targets below reach the goal, with the figures for the period that the goal's own target is for."""
    goal, root = found.goal, found.tree.root
    if goal.verdict == Verdict.CANNOT_TELL:
        if goal.reason != "no_target" or goal.target is None:
            return None
        names = [found.tree.node(name).label(style.language) for name in goal.without[:5]]
        words = _("Whether the targets reach the goal cannot be told yet: {names} have none.")
        return Banner("watch", words.format(names=("、" if style.japanese else ", ").join(names)))
    scale, period = 1.0, found.grain
    if own is not None and own.value is not None and own.period is not None and goal.target and not goal.months:
        scale, period = own.value / goal.target, own.period
    figures = [None if v is None else v * scale for v in (goal.implied, goal.target, goal.shortfall)]
    implied, target, short = (number(value, root.unit, style) for value in figures)
    share = f"{(goal.coverage or 0) * 100:.0f}%"
    grain = _("in {count} months").format(count=goal.months) if goal.months else grain_words(period)
    tone = "act" if (goal.missing_share or 0.0) >= 0.10 else "watch"
    if goal.verdict == Verdict.REACHES:
        words = _("The targets below the goal give {implied} {grain}, the goal is {target}: {share}, reached.")
    else:
        words = _("The targets below the goal give {implied} {grain}, the goal is {target}: {share}, short by {short}.")
    told = words.format(implied=implied, target=target, share=share, short=short, grain=grain)
    return Banner("good" if goal.verdict == Verdict.REACHES else tone, told, _needed(found, style))


def _needed(found: Consistency, style: Style) -> tuple[str, ...]:
    """What each number would have to be for the goal to be reached, the others as planned."""
    if found.goal.verdict == Verdict.REACHES:
        return ()
    told = []
    for name, value in found.goal.needed.items():
        node = found.tree.node(name)
        told.append(_("{name} {value}").format(name=node.label(style.language), value=number(value, node.unit, style)))
    return tuple(told[:4])


def _gap_rows(business: Business, numbers: TreeNumbers, style: Style) -> tuple[GapRow, ...]:
    tree, rows = numbers.tree, []
    for short in numbers.gaps:
        node = tree.node(short.node)
        aim = numbers.aim(node)
        if aim is None:
            continue
        rows.append(
            GapRow(
                label=node.label(style.language),
                value=number(short.value, node.unit, style),
                target=bounds(aim, node.unit, style),
                gap=change(short.value, short.wanted, "number", style),
                effect=difference(short.effect, 0.0, tree.root.unit, style),
                url=target_url(business, tree, node),
            )
        )
    return tuple(rows)


def _goal_row(request: Any, business: Business, goal: Goal, style: Style) -> GoalRow:
    document, root = goal.tree.document, goal.tree.document.root
    serves = document.goal_ja if style.japanese else document.goal_en
    kpi = door.catalogue_of(request.user, business).kpis.get(root.kpi) if root.kpi else None
    unit = kpi.unit if kpi is not None else "number"
    own = {"business": business.id, "tree": goal.tree.id}
    return GoalRow(
        label=document.ja if style.japanese else document.en,
        team=document.team or "",
        rank=str(document.rank or ""),
        company_goal=serves or "",
        target=target_words(goal.target, unit, kpi.direction if kpi else "higher", style) if goal.target else "",
        deadline=day_words(goal.deadline, style),
        owner=kpis.owner_words(root, style),
        active=goal.tree.active,
        url=reverse("planning:target", kwargs={**own, "node": root.id}) if goal.tree.measurable else "",
        activate_url=reverse("planning:activate", kwargs=own)
        if may_write(request.membership.role) and not goal.tree.active
        else "",
    )


def _goal_warnings(goals: Sequence[Goal], style: Style) -> tuple[str, ...]:
    """Too many goals of one team, and goals that serve nothing the company has said."""
    found = []
    by_team: dict[str, int] = {}
    for goal in goals:
        if goal.tree.active:
            by_team[goal.tree.document.team or ""] = by_team.get(goal.tree.document.team or "", 0) + 1
    for team, count in by_team.items():
        if count > MOST_GOALS:
            words = _("{team} has {count} active goals. With more than {most} people lose sight of what matters.")
            found.append(words.format(team=team or _("The company"), count=count, most=MOST_GOALS))
    loose = [goal.tree.document for goal in goals if not (goal.tree.document.goal_ja or goal.tree.document.goal_en)]
    if loose:
        names = ("、" if style.japanese else ", ").join(each.ja if style.japanese else each.en for each in loose)
        found.append(_("No company goal is linked to: {names}.").format(names=names))
    return tuple(found)
