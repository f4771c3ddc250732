"""One number's target: the field, what was typed, the chart, the notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from keiki.charts.card import Card
from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, change, difference, exact, number
from keiki.charts.trend import Bar, trend
from keiki.errors import EditConflict, KeikiError
from keiki.insight.baseline import Baseline, Why
from keiki.insight.forecast import Outlook
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import actions, queries
from keiki.server.planning.forms import Basis, TargetForm, meanings
from keiki.server.planning.models import State
from keiki.server.planning.pages.history import (
    AHEAD,
    Fact,
    Suggestion,
    facts_beside,
    left_out_by_hand,
    left_out_words,
    months_to_leave_out,
    suggestions_of,
)
from keiki.server.planning.pages.revisions import Rivals, Version, rivals_of, version_words
from keiki.server.planning.pages.written import Letter, day_words, page_url, smart_letters, target_url, target_words
from keiki.server.planning.queries import Planned, Written
from keiki.server.planning.rules import may_approve, may_write
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import gap
from keiki.trees.build import Node, Tree
from keiki.trees.stated import Reading
from keiki.trees.targets import AT_LEAST, AT_MOST, BETWEEN, LEVEL, MANUAL, Target


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
    numbers, chosen = number_asked(request, business, tree, node)
    plan = queries.plans_of(request.user, business, numbers.tree).get(node)
    style = kpis.style_of(business, numbers.known)
    left_out = left_out_by_hand(request) | door.excluded_of(business, chosen)
    base = queries.baseline_of(numbers, chosen, left_out)
    basis = _basis(request, business, numbers, chosen, plan, base, style)
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


def number_asked(request: Any, business: Business, tree: str, node: str) -> tuple[TreeNumbers, Node]:
    """The history of the tree and the number in the address; 404 for what is not there."""
    known = door.known(request.user, business)
    if known.today is None or tree not in {each.id for each in known.trees}:
        raise Http404
    numbers = queries.history(request.user, business, tree)
    chosen = numbers.tree.by_id.get(node)
    if chosen is None or not queries.counted(chosen):
        raise Http404
    return numbers, chosen


def _basis(
    request: Any,
    business: Business,
    numbers: TreeNumbers,
    node: Node,
    plan: Planned | None,
    base: Baseline,
    style: Style,
) -> Basis:
    over = [place for place, complete in enumerate(numbers.completes) if complete]
    return Basis(
        unit=node.unit,
        current=numbers.series(node)[over[-1]] if over else None,
        adds_up=queries.sums(request.user, business, numbers.tree)[node.id],
        direction=node.direction,
        season=queries.season_of(numbers, node, base),
        calendar=business.calendar,
        style=style,
        judged=plan.judged(business.calendar) if plan is not None else (),
    )


def _initial(request: Any, business: Business, plan: Planned | None, basis: Basis, base: Baseline) -> dict[str, Any]:
    """The form begins with what holds or waits; a clicked suggestion takes the place of the value.

    A new revision of what holds begins with this month, so that the months before keep their own.
    """
    calendar = business.calendar
    year = calendar.period(Grain.YEAR, calendar.today())
    first = calendar.period(Grain.MONTH, calendar.today()).start
    newest = plan.revisions[-1] if plan is not None and plan.revisions else None
    above_or_below = AT_MOST if basis.direction == "lower" else AT_LEAST
    found: dict[str, Any] = {
        "compare": above_or_below,
        "period": Grain.MONTH,
        "since": first,
        "by": year.last,
        "shape": LEVEL,
        "version": plan.version if plan is not None else 0,
    }
    if newest is not None:
        since = newest.since if newest.since >= first or not basis.judged else first
        found |= _written_out(newest.target, basis, since) | {"way": newest.way, "since": since}
    asked = {name: value for name, value in request.GET.items() if name in TYPED}
    if "value" in asked:  # one value for every month: a series or a band gives way
        found["shape"] = LEVEL
        found["compare"] = above_or_below if found["compare"] == BETWEEN else found["compare"]
    months = TargetForm(initial=found, basis=basis).months
    return found | _month_values(found, months, newest, basis, base) | asked


TYPED = frozenset({"value", "period", "compare", "since", "by", "low", "high", "shape", "way"})


def _written_out(target: Target, basis: Basis, since: date) -> dict[str, Any]:
    found: dict[str, Any] = {
        "value": basis.written(target.value),
        "low": basis.written(target.low),
        "high": basis.written(target.high),
        "compare": target.compare or (AT_MOST if basis.direction == "lower" else AT_LEAST),
        "period": target.period or Grain.MONTH,
        "by": target.by,
        "shape": target.shape,
    }
    ahead = [step for step in target.steps if step.by is None or step.by >= since]
    for place, step in enumerate(ahead[:3], 1):
        found[f"stage_{place}"] = basis.written(step.value)
        if step.by is not None:
            found[f"stage_{place}_months"] = max(round((step.by - since).days / 30.4), 1)
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
        "words": error.words(current_language()),
        "mine": target_words(mine.target, node.unit, node.direction, style),
        "theirs": target_words(theirs.target, node.unit, node.direction, style) if theirs else "—",
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
    versions = tuple(version_words(each, plan, node, business, style) for each in plan.revisions[::-1]) if plan else ()
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
        facts=facts_beside(request, business, numbers, node, base, style),
        months=months_to_leave_out(business, numbers, node, base, style),
        left_out=tuple(left_out_words(each, business, node, style) for each in base.left_out if each.why != Why.OLD),
        suggestions=suggestions_of(request, business, numbers, node, base, basis, style),
        read=_read(str(typed), basis, base, node, form, style),
        chart=_chart(business, numbers, node, plan, basis, style),
        outlook=_outlook_words(outlook, node, style, basis.adds_up),
        outlook_tone="" if outlook is None else "good" if outlook.on_track else "act",
        versions=versions,
        rivals=rivals_of(plan, versions, node, style),
        waiting=tuple(each for each in versions if each.open),
        notes=_notes(business, numbers, plan, style),
        version=plan.version if plan else 0,
        may_write=may_write(request.membership.role),
        may_approve=may_approve(request.membership.role),
        back_url=f"{reverse('planning:targets', kwargs={'business': business.id})}?tree={numbers.tree.id}",
        node_url=kpis.node_url(business, numbers, node, Asked()),
        decide_url=page_url("planning:decide", business, tree=numbers.tree.id, node=node.id),
        has_plan=bool(versions),
        retired=plan is not None and plan.retired_at is not None,
        owner=kpis.owner_words(node, style),
        smart=smart_letters(request, business, numbers, node, style),
        stages_open=any(value.value() for _months, value in form.stages) or any(v.errors for _m, v in form.stages),
        months_open=form["shape"].value() != LEVEL or any(month.errors for month in form.grid),
    )


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
        Bar(calendar.short(month, style.language), calendar.label(month, style.language), value, complete)
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
        bars += [
            Bar(calendar.short(month, style.language), calendar.label(month, style.language), None) for month in more
        ]
    aims = plan.aims(months, calendar, node.direction, basis.adds_up, today) if plan else [None] * len(months)
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
    return f"{told}{gap()}{words.format(needed=needed)}"


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
        found.append(words.format(day=day_words(plan.review_on, style)))
    return tuple(found)
