"""Targets: the overview of a tree, the page of one number's target, the register of goals, the SMART scorecard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keiki.charts.aim import Aim, bounds
from keiki.charts.card import Card
from keiki.charts.chart import Chart
from keiki.charts.format import ABSOLUTE_CHANGE, MISSING, Style, change, difference, exact, number
from keiki.charts.status import rule
from keiki.charts.trend import Bar, trend
from keiki.errors import EditConflict, KeikiError
from keiki.insight.baseline import Baseline, LeftOut, Why
from keiki.insight.forecast import Outlook
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import actions, queries
from keiki.server.planning.forms import Basis, TargetForm, meanings
from keiki.server.planning.models import Revision, Scorecard, State, Way
from keiki.server.planning.queries import Goal, Planned, Written
from keiki.server.planning.rules import may_approve, may_write
from keiki.trees.build import Node, Tree
from keiki.trees.consistency import Consistency, Verdict
from keiki.trees.findings import Said
from keiki.trees.smart import Mark
from keiki.trees.smart import Scorecard as SmartCard
from keiki.trees.stated import Reading
from keiki.trees.targets import AT_LEAST, AT_MOST, LEVEL, MANUAL, Target

get_and_post = require_http_methods(["GET", "HEAD", "POST"])
STATE_TONES = {State.DRAFT: "", State.PROPOSED: "watch", State.APPROVED: "good", State.ASIDE: ""}
AHEAD = 12
"""Months that a target's chart shows beyond today."""
FAR_ABOVE_BEST = 1.2
"""A proposal from last year's growth is not made when it lies this far above anything reached so far."""
STEADY = 0.5
"""Yearly growth up to which last year's says something about the next one."""
MOST_GOALS = 3
"""Goals of one team beyond which people lose sight of them."""


# --- the overview of a tree ---


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
    reaching = queries.reaching(request.user, business, tree, plans)
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
        adopt_url=_url("planning:adopt", business, tree=tree.id) if adoptable and writes else "",
        adopt_words=ngettext(
            "Take over {count} target of the template as a draft",
            "Take over {count} targets of the template as drafts",
            adoptable,
        ).format(count=adoptable),
        scorecard_url=_url("planning:scorecard", business, tree=tree.id),
        goals=tuple(_goal_row(request, business, goal, style) for goal in goals),
        goal_warnings=_goal_warnings(goals, style),
        templates_url=_url("kpis:templates", business),
        may_write=writes,
    )


def _lens(business: Business, numbers: TreeNumbers, asked: Asked) -> kpis.LensForm:
    """Tree and period; targets are not compared with another period."""
    form = kpis.lens_form(business, numbers, asked, trees=True)
    return replace(form, choices=tuple(choice for choice in form.choices if choice.name != "versus"))


def _waiting(plan: Planned | None) -> bool:
    return plan is not None and bool(plan.open)


def _coming(plan: Planned | None, numbers: TreeNumbers) -> Written | None:
    """What is approved and holds only after the period on the page."""
    if plan is None or plan.retired_at is not None or plan.in_force(numbers.period.last) is not None:
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
    coming = _coming(plan, numbers)
    force = coming or (plan.in_force(numbers.period.last) if plan is not None else None)
    gap = "" if aim is None else change(value, aim.bound(value), node.unit, style)
    return Row(
        number=shown,
        level=kpis_level(node),
        indent=f"{min(node.depth, 15):x}",
        deadline=_day(force.target.by if force else None, style),
        marks=(*_marks(business, plan), *((_coming_chip(coming, node, style),) if coming else ())),
        gap="" if gap == MISSING else gap,
        pace=_("by now {value}").format(value=bounds(aim, node.unit, style)) if aim and aim.whole else "",
        url=target_url(business, numbers.tree, node),
        later=coming is not None,
    )


def _coming_chip(coming: Written, node: Node, style: Style) -> kpis.Chip:
    target = _target_words(coming.target, node.unit, node.direction, style)
    return kpis.Chip(_("{target} from {day}").format(target=target, day=_day(coming.since, style)), "good")


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
    if own is not None and own.value is not None and own.period is not None and goal.target:
        scale, period = own.value / goal.target, own.period
    figures = [None if v is None else v * scale for v in (goal.implied, goal.target, goal.shortfall)]
    implied, target, short = (number(value, root.unit, style) for value in figures)
    share = f"{(goal.coverage or 0) * 100:.0f}%"
    grain = _grain_words(period)
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


def _grain_words(grain: Grain) -> str:
    words = {Grain.DAY: _("each day"), Grain.WEEK: _("each week"), Grain.MONTH: _("each month")}
    return words.get(grain) or {Grain.QUARTER: _("each quarter"), Grain.YEAR: _("each year")}[grain]


def _gap_rows(business: Business, numbers: TreeNumbers, style: Style) -> tuple[GapRow, ...]:
    tree, rows = numbers.tree, []
    for short in queries.gaps(numbers):
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
        target=_target_words(goal.target, unit, kpi.direction if kpi else "higher", style) if goal.target else "",
        deadline=_day(goal.deadline, style),
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


# --- one number's target ---


@dataclass(frozen=True)
class Fact:
    """One thing history says, beside the field."""

    name: str
    words: str
    note: str = ""


@dataclass(frozen=True)
class Suggestion:
    """A value to click: what it is made of and what it comes to."""

    words: str
    value: str
    url: str


@dataclass(frozen=True)
class Meaning:
    """One thing that a typed value could mean."""

    kind: str
    words: str
    value: str
    chosen: bool


@dataclass(frozen=True)
class Read:
    """What the typed value comes to, beside what is known."""

    meanings: tuple[Meaning, ...]
    ask: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Version:
    """One line of the history of a target."""

    number: int
    state: str
    state_words: str
    tone: str
    way: str
    target: str
    since: str
    deadline: str
    stages: str
    reason: str
    by: str
    at: Any
    decided: str
    in_force: bool
    open: bool


@dataclass(frozen=True)
class Rivals:
    """The figure from above and the team's side by side."""

    top: Version
    bottom: Version
    gap: str


@dataclass(frozen=True)
class Letter:
    """One SMART mark with its reasons."""

    letter: str
    name: str
    tone: str
    words: str


@dataclass(frozen=True)
class TargetPage:
    title: str
    subtitle: str
    fresh: str
    tree: str
    node: str
    number: Card
    sentence: str
    facts: tuple[Fact, ...]
    left_out: tuple[str, ...]
    months: tuple[tuple[str, str, str, bool], ...]
    suggestions: tuple[Suggestion, ...]
    read: Read
    chart: Chart | None
    outlook: str
    outlook_tone: str
    versions: tuple[Version, ...]
    rivals: Rivals | None
    waiting: tuple[Version, ...]
    notes: tuple[str, ...]
    version: int
    may_write: bool
    may_approve: bool
    back_url: str
    node_url: str
    decide_url: str
    has_plan: bool
    retired: bool
    owner: str
    stages_open: bool = False
    months_open: bool = False
    smart: tuple[Letter, ...] = ()

    @property
    def rival_sides(self) -> tuple[Version, ...]:
        """Both figures that wait to be chosen between."""
        return () if self.rivals is None else (self.rivals.top, self.rivals.bottom)


@business_page()
@get_and_post
def target_page(request: Any, business: Business, tree: str, node: str) -> HttpResponse:
    """One number's target: what history says beside the field, its revisions, and who has to say yes."""
    numbers, chosen = _chosen(request, business, tree, node)
    plan = queries.plans_of(request.user, business, numbers.tree).get(node)
    style = kpis.style_of(business, numbers.known)
    base = queries.baseline_of(numbers, chosen, _left_out_by_hand(request))
    basis = _basis(request, business, numbers, chosen, base, style)
    if request.method == "POST" and not may_write(request.membership.role):
        raise PermissionDenied
    form = TargetForm(request.POST or None, initial=_initial(request, business, plan, basis, base), basis=basis)
    conflict: dict[str, Any] | None = None
    if request.method == "POST" and form.is_valid():
        try:
            return _saved(request, business, numbers.tree, chosen, form)
        except EditConflict as error:
            plan = queries.plans_of(request.user, business, numbers.tree).get(node)
            conflict = _conflict(form, error, plan, chosen, style)
        except KeikiError as error:
            form.add_error(None, error.words(style.language))
    page = _target_page(request, business, numbers, chosen, plan, base, basis, form, style)
    status = 409 if conflict else 422 if form.errors else 200
    return render(request, "planning/target.html", {"page": page, "form": form, "conflict": conflict}, status=status)


def _chosen(request: Any, business: Business, tree: str, node: str) -> tuple[TreeNumbers, Node]:
    known = door.known(request.user, business)
    if known.today is None or tree not in {each.id for each in known.trees}:
        raise Http404
    numbers = queries.history(request.user, business, tree)
    chosen = numbers.tree.by_id.get(node)
    if chosen is None or not queries.counted(chosen):
        raise Http404
    return numbers, chosen


def _basis(request: Any, business: Business, numbers: TreeNumbers, node: Node, base: Baseline, style: Style) -> Basis:
    over = [place for place, complete in enumerate(numbers.completes) if complete]
    return Basis(
        unit=node.unit,
        current=numbers.series(node)[over[-1]] if over else None,
        adds_up=queries.sums(request.user, business, numbers.tree)[node.id],
        direction=node.direction,
        season=queries.season_of(numbers, node, base),
        calendar=business.calendar,
        style=style,
    )


def _initial(request: Any, business: Business, plan: Planned | None, basis: Basis, base: Baseline) -> dict[str, Any]:
    """The form begins with what holds or waits; a clicked suggestion takes the place of the value."""
    calendar = business.calendar
    year = calendar.period(Grain.YEAR, calendar.today())
    first = calendar.period(Grain.MONTH, calendar.today()).start
    newest = plan.revisions[-1] if plan is not None and plan.revisions else None
    found: dict[str, Any] = {
        "compare": AT_MOST if basis.direction == "lower" else AT_LEAST,
        "period": Grain.MONTH,
        "since": first,
        "by": year.last,
        "shape": LEVEL,
        "version": plan.version if plan is not None else 0,
    }
    if newest is not None:
        found |= _written_out(newest.target, basis) | {"way": newest.way, "since": newest.since}
    months = TargetForm(initial=found, basis=basis).months
    return (
        found | _month_values(found, months, newest, basis, base) | {k: v for k, v in request.GET.items() if k in TYPED}
    )


TYPED = frozenset({"value", "period", "compare", "since", "by", "low", "high", "shape", "way"})


def _written_out(target: Target, basis: Basis) -> dict[str, Any]:
    found: dict[str, Any] = {
        "value": basis.written(target.value),
        "low": basis.written(target.low),
        "high": basis.written(target.high),
        "compare": target.compare or (AT_MOST if basis.direction == "lower" else AT_LEAST),
        "period": target.period or Grain.MONTH,
        "by": target.by,
        "shape": target.shape,
    }
    for place, step in enumerate(target.steps[:3], 1):
        found[f"stage_{place}"] = basis.written(step.value)
        if step.by is not None and target.since is not None:
            found[f"stage_{place}_months"] = max(round((step.by - target.since).days / 30.4), 1)
    return found


def _month_values(
    found: Mapping[str, Any], months: Sequence[Period], newest: Written | None, basis: Basis, base: Baseline
) -> dict[str, Any]:
    """The grid begins with the series that was written, else with what the season makes of the ordinary month."""
    written = dict(newest.target.months) if newest is not None and newest.target.shape == MANUAL else {}
    level = base.now if base.now is not None else basis.current
    guess = {} if level is None else {m.start: level * basis.season.get(m.start.month, 1.0) for m in months}
    values = guess | written
    digits = 4 if basis.unit == "ratio" else 0 if (level or 0) >= 100 else 2
    return {
        f"month_{month.start:%Y_%m_%d}": basis.written(round(values[month.start], digits))
        for month in months
        if month.start in values
    }


def _saved(request: Any, business: Business, tree: Tree, node: Node, form: TargetForm) -> HttpResponse:
    wished = request.POST.get("state")
    state = wished if wished in {State.DRAFT, State.PROPOSED, State.APPROVED} else State.PROPOSED
    if state == State.APPROVED and not may_approve(request.membership.role):
        raise PermissionDenied
    trees = door.known(request.user, business).trees
    key = queries.key_of(tree, node)
    version = form.cleaned_data["version"]
    actions.propose_target(request.user, business, key, version, form.proposal, state, trees)
    words = {
        State.DRAFT: _("Kept as a draft."),
        State.PROPOSED: _("Proposed. An owner can approve it now."),
        State.APPROVED: _("The target is in force."),
    }
    messages.success(request, words[State(state)])
    return HttpResponseRedirect(target_url(business, tree, node))


def _conflict(form: TargetForm, error: EditConflict, plan: Planned | None, node: Node, style: Style) -> dict[str, Any]:
    """Both values; the form keeps mine and takes over the version, so that saving again wins."""
    form.data = {**form.data.dict(), "version": str(plan.version if plan else 0)}  # type: ignore[attr-defined]  # a QueryDict
    theirs = plan.revisions[-1] if plan is not None and plan.revisions else None
    mine = form.proposal
    return {
        "words": error.words(get_language() or "ja"),
        "mine": _target_words(mine.target, node.unit, node.direction, style),
        "theirs": _target_words(theirs.target, node.unit, node.direction, style) if theirs else "—",
        "who": theirs.made_by if theirs else "",
    }


def _target_page(
    request: Any,
    business: Business,
    numbers: TreeNumbers,
    node: Node,
    plan: Planned | None,
    base: Baseline,
    basis: Basis,
    form: TargetForm,
    style: Style,
) -> TargetPage:
    versions = tuple(_version(each, plan, node, business, style) for each in plan.revisions[::-1]) if plan else ()
    outlook = queries.outlook(numbers, node, plan, business.calendar, basis.adds_up) if plan else None
    latest = queries.measured(request.user, business, numbers.tree.id, Asked().question)
    typed = form["value"].value() or ""
    return TargetPage(
        title=node.label(style.language),
        subtitle=_("{business} / target of this number").format(business=business.name),
        fresh=kpis.fresh_words(numbers, style),
        tree=numbers.tree.id,
        node=node.id,
        number=kpis.number_card(latest, node, style),
        sentence=kpis.told(latest, node, style),
        facts=_facts(request, business, numbers, node, base, style),
        months=_months_to_leave_out(business, numbers, node, base, style),
        left_out=tuple(_left_out_words(each, business, node, style) for each in base.left_out if each.why != Why.OLD),
        suggestions=_suggestions(request, business, numbers, node, base, basis, style),
        read=_read(str(typed), basis, base, node, form, style),
        chart=_chart(business, numbers, node, plan, basis, style),
        outlook=_outlook_words(outlook, node, style, basis.adds_up),
        outlook_tone="" if outlook is None else "good" if outlook.on_track else "act",
        versions=versions,
        rivals=_rivals(plan, versions, node, style),
        waiting=tuple(each for each in versions if each.open),
        notes=_notes(business, numbers, plan, style),
        version=plan.version if plan else 0,
        may_write=may_write(request.membership.role),
        may_approve=may_approve(request.membership.role),
        back_url=f"{reverse('planning:targets', kwargs={'business': business.id})}?tree={numbers.tree.id}",
        node_url=kpis.node_url(business, numbers, node, Asked()),
        decide_url=_url("planning:decide", business, tree=numbers.tree.id, node=node.id),
        has_plan=bool(versions),
        retired=plan is not None and plan.retired_at is not None,
        owner=kpis.owner_words(node, style),
        smart=_smart(request, business, numbers, node, style),
        stages_open=any(value.value() for _months, value in form.stages) or any(v.errors for _m, v in form.stages),
        months_open=form["shape"].value() != LEVEL or any(month.errors for month in form.grid),
    )


def _facts(
    request: Any, business: Business, numbers: TreeNumbers, node: Node, base: Baseline, style: Style
) -> tuple[Fact, ...]:
    """What stands beside the field: last year, past best, natural growth, baseline, spread, benchmarks."""

    def said(value: float | None) -> str:
        return number(value, node.unit, style)

    label = business.calendar.label
    found = [Fact(_("Last year, same month"), said(base.last_year))]
    if base.best is not None and base.best_month is not None:
        found.append(Fact(_("Past best"), said(base.best), label(base.best_month, style.language)))
    else:
        found.append(Fact(_("Past best"), MISSING))
    found.append(Fact(_("Natural growth"), *_growth_words(base, node, style)))
    found.append(Fact(_("Baseline"), said(base.level), _baseline_note(base)))
    if base.spread is not None:
        found.append(Fact(_("Usual spread"), f"±{said(base.spread)}"))
    kpi = door.kpi_of(request.user, business, node)
    benchmarks = kpi.benchmarks if kpi is not None else ()
    if not benchmarks:
        found.append(Fact(_("Benchmark"), MISSING, _("none known for this number")))
    for benchmark in benchmarks:
        low, high = (None if edge is None else said(edge) for edge in (benchmark.low, benchmark.high))
        between = f"{low or ''}〜{high or ''}" if style.japanese else f"{low or ''} – {high or ''}"
        name = _("Benchmark: {name}").format(name=benchmark.ja if style.japanese else benchmark.en)
        found.append(Fact(name, between, benchmark.source_ja if style.japanese else benchmark.source_en))
    return tuple(found)


def _growth_words(base: Baseline, node: Node, style: Style) -> tuple[str, str]:
    if base.growth is None:
        return MISSING, ""
    moved = difference(base.growth, 0.0, node.unit, style)
    if base.growth_share is not None and node.unit not in ABSOLUTE_CHANGE:
        moved = f"{moved} ({change(1 + base.growth_share, 1.0, 'number', style)})"
    month = _("{change} a month").format(change=moved)
    if base.growth_year is None:
        return month, ""
    sign = "+" if base.growth_year >= 0 else "−"
    return month, _("{share} against last year").format(share=f"{sign}{abs(base.growth_year) * 100:.1f}%")


def _baseline_note(base: Baseline) -> str:
    if not base.enough:
        words = _("{months} of at least {fewest} months: too few for a baseline")
        return words.format(months=base.months, fewest=base.rule.fewest)
    words = _("middle of {months} months") if base.ideal else _("middle of {months} months; {ideal} would be better")
    season = _(", season taken off") if base.season else ""
    return words.format(months=base.months, ideal=base.rule.ideal) + season


def _left_out_by_hand(request: Any) -> frozenset[date]:
    """The first days of the months in the address that the baseline is not to rest on."""
    found = set()
    for text in request.GET.getlist("without")[:YEAR_OF_MONTHS]:
        with suppress(ValueError):
            found.add(date.fromisoformat(text))
    return frozenset(found)


YEAR_OF_MONTHS = 12


def _months_to_leave_out(
    business: Business, numbers: TreeNumbers, node: Node, base: Baseline, style: Style
) -> tuple[tuple[str, str, str, bool], ...]:
    """The last twelve complete months: first day, name, value, and whether it is left out by hand."""
    chosen = {each.month.start for each in base.left_out if each.why is Why.CHOSEN}
    over = [place for place, complete in enumerate(numbers.completes) if complete][-YEAR_OF_MONTHS:]
    return tuple(
        (
            numbers.periods[place].start.isoformat(),
            business.calendar.label(numbers.periods[place], style.language),
            number(numbers.series(node)[place], node.unit, style),
            numbers.periods[place].start in chosen,
        )
        for place in over
        if numbers.series(node)[place] is not None
    )


def _left_out_words(left: LeftOut, business: Business, node: Node, style: Style) -> str:
    why = {
        Why.UNUSUAL: _("{month}: {value}, far from the trend"),
        Why.RUNNING: _("{month}: still running"),
        Why.EMPTY: _("{month}: no value"),
        Why.CHOSEN: _("{month}: {value}, left out by us"),
    }
    month = business.calendar.label(left.month, style.language)
    return why[left.why].format(month=month, value=number(left.value, node.unit, style))


def _suggestions(
    request: Any, business: Business, numbers: TreeNumbers, node: Node, base: Baseline, basis: Basis, style: Style
) -> tuple[Suggestion, ...]:
    """Values to click, each with what it is made of; what history cannot tell is not offered."""
    grown = base.expected(AHEAD)
    half = None if base.best is None or base.level is None else (base.level + base.best) / 2
    offered = [
        (_("Baseline"), base.level),
        (_("Baseline + a year's natural growth"), grown),
        (_("Half-way to the past best"), half),
        (_("The past best again"), base.best),
        (_("Last year + its growth"), _last_year_grown(base)),
    ]
    path, found = target_url(business, numbers.tree, node), []
    below = _from_below(request, business, numbers, node)
    if below is not None:
        value, grain = below
        asked = _query(value=basis.written(_rounded(value, node.unit)), period=grain.value, way=Way.BOTTOM_UP.value)
        words = _("What the targets below give")
        found.append(Suggestion(words, number(value, node.unit, style), f"{path}?{asked}#target-form"))
    for words, offer in offered:
        if offer is not None and (offer > 0 or node.unit not in {"ratio", "count"}):
            asked = _query(value=basis.written(_rounded(offer, node.unit)))
            found.append(Suggestion(words, number(offer, node.unit, style), f"{path}?{asked}#target-form"))
    return tuple(found)


def _last_year_grown(base: Baseline) -> float | None:
    """Last year's month with the growth of the last year; nothing where that growth is no rule yet."""
    if base.last_year is None or base.growth_year is None or base.best is None or abs(base.growth_year) > STEADY:
        return None
    grown = base.last_year * (1 + base.growth_year)
    return grown if abs(grown) <= abs(base.best) * FAR_ABOVE_BEST else None


def _from_below(request: Any, business: Business, numbers: TreeNumbers, node: Node) -> tuple[float, Grain] | None:
    """What the targets below a number make of it: the team's figure, and for which period."""
    plans = queries.plans_of(request.user, business, numbers.tree)
    reaching = queries.reaching(request.user, business, numbers.tree, plans) if node.formula is not None else None
    if reaching is None or reaching.grain not in {Grain.MONTH, Grain.QUARTER, Grain.YEAR}:
        return None
    found = reaching.node(node.id)
    return None if found.implied is None or found.without else (found.implied, reaching.grain)


def _rounded(value: float, unit: str) -> float:
    """A proposed value with no more digits than anybody would promise."""
    if unit == "ratio":
        return round(value, 4)
    if abs(value) >= 1000:
        size = float(10 ** (len(str(int(abs(value)))) - 3))
        return round(value / size) * size
    return round(value, 2 if abs(value) < 100 else 0)


def _read(typed: str, basis: Basis, base: Baseline, node: Node, form: TargetForm, style: Style) -> Read:
    """What was typed in words, beside what is known; every meaning where there are several."""
    if not typed.strip():
        return Read((), False, ())
    try:
        found = meanings(typed, basis)
    except KeikiError as error:
        return Read((), False, (error.words(style.language),))
    wanted = form.data.get("reading") if form.is_bound else None
    shown = tuple(
        Meaning(
            each.kind,
            each.ja if style.japanese else each.en,
            number(each.value, node.unit, style),
            each.kind == wanted,
        )
        for each in found
    )
    told = () if len(found) > 1 and wanted is None else _beside(found, wanted, basis, base, node, style)
    return Read(shown, len(found) > 1, told)


def _beside(
    found: Sequence[Reading], wanted: str | None, basis: Basis, base: Baseline, node: Node, style: Style
) -> tuple[str, ...]:
    value = next((each.value for each in found if each.kind == wanted), found[0].value)
    known = [(_("today's value"), basis.current), (_("the baseline"), base.level), (_("the past best"), base.best)]
    told = [_("Target {value}.").format(value=exact(value, node.unit, style))]
    for name, other in known:
        moved = change(value, other, node.unit, style)
        if other is not None and moved != MISSING:
            told.append(
                _("{change} against {name} ({other}).").format(
                    change=moved, name=name, other=number(other, node.unit, style)
                )
            )
    return tuple(told)


def _chart(
    business: Business, numbers: TreeNumbers, node: Node, plan: Planned | None, basis: Basis, style: Style
) -> Chart | None:
    """The last year beside the target, and the target's way through the months to come."""
    calendar, count = business.calendar, 13
    months = list(numbers.periods[-count:])
    bars = [
        Bar(kpis.tick(month, style), calendar.label(month, style.language), value, complete)
        for month, value, complete in zip(
            months, numbers.series(node)[-count:], numbers.completes[-count:], strict=True
        )
    ]
    today = numbers.known.today
    if plan is not None and plan.retired_at is None:
        last = max((each.target.by for each in plan.approved if each.target.by), default=None)
        ahead = [calendar.shift(months[-1], step) for step in range(1, AHEAD + 1)]
        more = [month for month in ahead if last is not None and month.start <= last]
        months += more
        bars += [Bar(kpis.tick(month, style), calendar.label(month, style.language), None) for month in more]
    aims = [plan.aim(m, calendar, node.direction, basis.adds_up, today) if plan else None for m in months]
    if all(bar.value is None for bar in bars):
        return None
    label, words = node.label(style.language), kpis.told(numbers, node, style)
    return trend(label, words, bars, node.unit, style, aims)


def _outlook_words(found: Outlook | None, node: Node, style: Style, adds_up: bool = True) -> str:
    """Whether the target will be reached by its deadline as things go."""
    if found is None:
        return ""
    expected, target = (number(value, node.unit, style) for value in (found.expected, found.target))
    if found.on_track:
        words = _("On track: as things go, {expected} by the deadline (target {target}).")
        return words.format(expected=expected, target=target)
    short = difference(found.target, found.expected, node.unit, style).lstrip("+−")
    words = _("Short by {short}: as things go, {expected} by the deadline (target {target}).")
    told = words.format(short=short, expected=expected, target=target)
    if found.needed is None or found.remaining == 0:
        return told
    if adds_up:
        words, needed = _("From now on {needed} a month would be needed."), number(found.needed, node.unit, style)
    else:
        words = _("From now on {needed} each month would be needed.")
        needed = difference(found.needed, 0.0, node.unit, style)
    return f"{told} {words.format(needed=needed)}"


def _version(each: Written, plan: Planned | None, node: Node, business: Business, style: Style) -> Version:
    force = plan.in_force(business.calendar.today()) if plan is not None else None
    comma = "、" if style.japanese else ", "
    stages = [f"{_day(step.by, style)} {number(step.value, node.unit, style)}" for step in each.target.steps]
    return Version(
        number=each.number,
        state=each.state,
        state_words=str(State(each.state).label),
        tone=STATE_TONES[State(each.state)],
        way=str(Way(each.way).label) if each.way else "",
        target=_target_words(each.target, node.unit, node.direction, style),
        since=_day(each.since, style),
        deadline=_day(each.target.by, style),
        stages=comma.join(stages),
        reason=each.reason,
        by=each.made_by,
        at=each.made_at,
        decided=each.decided_by,
        in_force=force is not None and force.number == each.number,
        open=each.state in queries.OPEN and plan is not None and each in plan.open,
    )


def _rivals(plan: Planned | None, versions: Sequence[Version], node: Node, style: Style) -> Rivals | None:
    if plan is None or plan.rivals is None:
        return None
    shown = {each.number: each for each in versions}
    top, bottom = plan.rivals
    gap = difference(top.target.value, bottom.target.value, node.unit, style)
    return Rivals(shown[top.number], shown[bottom.number], gap.lstrip("+"))


def _notes(business: Business, numbers: TreeNumbers, plan: Planned | None, style: Style) -> tuple[str, ...]:
    """What has to be looked at: a changed goal above, a review that is due, a retirement."""
    if plan is None:
        return ()
    found = []
    if plan.retired_at is not None:
        found.append(_("This target is retired; its history stays. A new revision brings it back."))
    if plan.recheck_since is not None:
        _tree, _slash, name = plan.recheck_of.partition("/")
        above = numbers.tree.by_id.get(name)
        goal = above.label(style.language) if above is not None else _("a goal above")
        words = _("The target of {goal} has changed since. Is this one still right?")
        found.append(words.format(goal=goal))
    if plan.review_on is not None:
        due = plan.review_on <= business.calendar.today()
        words = _("Review due since {day}.") if due else _("Next review: {day}.")
        found.append(words.format(day=_day(plan.review_on, style)))
    return tuple(found)


# --- what can be done ---


@business_page(EDIT)
@require_POST
def decide(request: Any, business: Business, tree: str, node: str) -> HttpResponse:
    """Approve, choose, withdraw, confirm or retire."""
    numbers, chosen = _chosen(request, business, tree, node)
    doing = request.POST.get("do", "")
    version, revision = _whole(request.POST.get("version")), _whole(request.POST.get("revision"))
    if doing not in DOINGS or version is None or (doing in WITH_REVISION and revision is None):
        raise Http404
    if doing == "approve" and not may_approve(request.membership.role):
        raise PermissionDenied
    key = queries.key_of(numbers.tree, chosen)
    trees = door.known(request.user, business).trees
    try:
        words = DOINGS[doing](request.user, business, key, version, revision or 0, trees)
    except EditConflict as error:
        messages.warning(request, error.words(get_language() or "ja"))
    except KeikiError as error:
        messages.error(request, error.words(get_language() or "ja"))
    except Revision.DoesNotExist:
        raise Http404 from None
    else:
        messages.success(request, words)
    return HttpResponseRedirect(target_url(business, numbers.tree, chosen))


def _approve(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.approve_target(user, business, key, version, number, trees)
    return _("Approved. The target is in force.")


def _choose(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.choose_target(user, business, key, version, number)
    return _("Chosen. The other figure stays in the history.")


def _withdraw(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.withdraw_target(user, business, key, version, number)
    return _("Withdrawn. It stays in the history.")


def _confirm(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.confirm_target(user, business, key, version)
    return _("Noted: the target is still right. The next review is due in 90 days.")


def _retire(user: Any, business: Business, key: queries.Key, version: int, number: int, trees: Sequence[Tree]) -> str:
    actions.retire_target(user, business, key, version)
    return _("Retired. Its history stays.")


Doing = Callable[[Any, Business, queries.Key, int, int, Sequence[Tree]], str]
DOINGS: dict[str, Doing] = {
    "approve": _approve,
    "choose": _choose,
    "withdraw": _withdraw,
    "confirm": _confirm,
    "retire": _retire,
}
WITH_REVISION = frozenset({"approve", "choose", "withdraw"})


@business_page(EDIT)
@require_POST
def adopt(request: Any, business: Business, tree: str) -> HttpResponse:
    """Take over the targets that a tree or its template proposes, as drafts."""
    chosen = _tree(request, business, tree)
    first = business.calendar.period(Grain.MONTH, business.calendar.today()).start
    count = actions.adopt_targets(request.user, business, chosen, first)
    words = ngettext("{count} target is kept as a draft.", "{count} targets are kept as drafts.", count)
    messages.success(request, words.format(count=count))
    return HttpResponseRedirect(_overview(business, tree))


@business_page(EDIT)
@require_POST
def activate(request: Any, business: Business, tree: str) -> HttpResponse:
    """The goal of an own tree counts from now on; too many goals of a team are warned of."""
    stored = door.stored_tree(request.user, business, tree)
    if stored is None:
        raise Http404
    try:
        count = actions.activate_goal(request.user, business, stored)
    except KeikiError as error:
        messages.error(request, error.words(get_language() or "ja"))
    else:
        messages.success(request, _("The goal is active."))
        if count > MOST_GOALS:
            words = _(
                "This team has {count} active goals now. With more than {most} people lose sight of what matters."
            )
            messages.warning(request, words.format(count=count, most=MOST_GOALS))
    return HttpResponseRedirect(_overview(business, tree))


def _tree(request: Any, business: Business, tree: str) -> Tree:
    found = next((each for each in door.known(request.user, business).trees if each.id == tree), None)
    if found is None:
        raise Http404
    return found


# --- shared ---


def target_url(business: Business, tree: Tree, node: Node) -> str:
    """The address of a number's target."""
    return reverse("planning:target", kwargs={"business": business.id, "tree": tree.id, "node": node.id})


def _overview(business: Business, tree: str) -> str:
    path = reverse("planning:targets", kwargs={"business": business.id})
    return f"{path}?{_query(tree=tree)}"


def _target_words(target: Target, unit: str, direction: str, style: Style) -> str:
    """A target as written: the value and what it is for."""
    value = target.value if target.value is not None else target.steps[-1].value if target.steps else None
    compare = target.compare or (AT_MOST if direction == "lower" else AT_LEAST)
    if target.low is not None or target.high is not None:
        words = bounds(Aim(target.low, target.high), unit, style)
    elif value is None:
        words = _("month by month")
    else:
        words = bounds(Aim(high=value) if compare == AT_MOST else Aim(low=value), unit, style)
    if target.period in {Grain.QUARTER, Grain.YEAR}:
        return f"{words} / {_('quarter') if target.period is Grain.QUARTER else _('year')}"
    return words


def _day(day: date | None, style: Style) -> str:
    if day is None:
        return ""
    return f"{day:%Y/%m/%d}" if style.japanese else f"{day.day} {day:%b %Y}"


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else None


def _query(**values: str) -> str:
    return urlencode(values)


def _url(name: str, business: Business, **ids: str) -> str:
    try:
        return reverse(name, kwargs={"business": business.id, **ids})
    except NoReverseMatch:
        return ""


# --- the scorecard ---

NO_TARGET = Said("lacks_target")
TONES = {Mark.PASS: "good", Mark.CAUTION: "watch", Mark.FAIL: "act"}


@dataclass(frozen=True)
class ScoreRow:
    """One number's five marks."""

    label: str
    url: str
    letters: tuple[Letter, ...]
    passed: str


@dataclass(frozen=True)
class Kept:
    """One scorecard that was kept: when, by whom, how many marks passed."""

    at: Any
    by: str
    passed: str


@dataclass(frozen=True)
class ScorecardPage:
    title: str
    subtitle: str
    fresh: str
    tree: str
    sentence: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[ScoreRow, ...]
    kept: tuple[Kept, ...]
    next_words: str
    back_url: str
    may_write: bool


@business_page()
@get_and_post
def scorecard_page(request: Any, business: Business, tree: str) -> HttpResponse:
    """The five SMART marks of every number; kept by hand, and by itself once a quarter."""
    known = door.known(request.user, business)
    if known.today is None or tree not in {each.id for each in known.trees}:
        raise Http404
    numbers = queries.history(request.user, business, tree)
    if request.method == "POST":
        if not may_write(request.membership.role):
            raise PermissionDenied
        actions.score_tree(request.user, request.user, business, numbers)
        messages.success(request, _("The scorecard of today is kept."))
        return HttpResponseRedirect(_url("planning:scorecard", business, tree=tree))
    page = _scorecard_page(request, business, numbers)
    return render(request, "planning/scorecard.html", {"page": page})


def _scorecard_page(request: Any, business: Business, numbers: TreeNumbers) -> ScorecardPage:
    style, tree = kpis.style_of(business, numbers.known), numbers.tree
    cards = queries.smart_marks(request.user, business, numbers)
    kept = queries.kept_scorecards(business, tree.id)
    full = sum(card.passed == len(card.marks) for card in cards)
    due = timezone.localdate(kept[0].made_at + queries.SCORE_EVERY) if kept else None
    words = _("{full} of {all} numbers pass all five marks.")
    return ScorecardPage(
        title=_("SMART scorecard"),
        subtitle=_("{business} / {tree}").format(business=business.name, tree=tree.ja if style.japanese else tree.en),
        fresh=kpis.fresh_words(numbers, style),
        tree=tree.id,
        sentence=words.format(full=full, all=len(cards)),
        heads=tuple(_smart_names().items()),
        rows=tuple(
            ScoreRow(
                tree.node(card.node).label(style.language),
                target_url(business, tree, tree.node(card.node)),
                _letters(card, style),
                f"{card.passed}/5",
            )
            for card in cards
        ),
        kept=tuple(Kept(each.made_at, str(each.made_by or _("by itself")), _kept_words(each)) for each in kept),
        next_words=_("Made anew by itself on {day}.").format(day=_day(due, style))
        if due is not None
        else _("Made by itself once a quarter as soon as there are targets."),
        back_url=_overview(business, tree.id),
        may_write=may_write(request.membership.role),
    )


def _kept_words(card: Scorecard) -> str:
    marks = [mark for letters in card.marks.values() for mark in letters.values()]
    return f"{sum(mark == Mark.PASS for mark in marks)}/{len(marks)}"


def _smart(request: Any, business: Business, numbers: TreeNumbers, node: Node, style: Style) -> tuple[Letter, ...]:
    cards = queries.smart_marks(request.user, business, numbers)
    return next((_letters(card, style) for card in cards if card.node == node.id), ())


def _letters(card: SmartCard, style: Style) -> tuple[Letter, ...]:
    names, comma = _smart_names(), "、" if style.japanese else "; "

    def write(value: float | None, unit: str) -> str:
        return number(value, unit, style)

    return tuple(
        Letter(
            letter,
            names[letter],
            "none" if NO_TARGET in judged.reasons else TONES[judged.mark],  # nothing to judge yet is no alarm
            comma.join(reason.words(style.language, write) for reason in judged.reasons),
        )
        for letter, judged in card.marks.items()
    )


def _smart_names() -> dict[str, str]:
    return {
        "S": _("Specific"),
        "M": _("Measurable"),
        "A": _("Achievable"),
        "R": _("Relevant"),
        "T": _("Time-bound"),
    }
