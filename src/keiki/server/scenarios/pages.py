"""The what-if page: drivers moved, the goal sought, its chances, and the scenarios kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, change, counter_word, difference, exact, number
from keiki.charts.histogram import Mark, histogram
from keiki.charts.tornado import Swing, tornado
from keiki.errors import KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.scenarios import actions, queries
from keiki.server.scenarios.forms import PREFIX, STEPS, Moved, ScenarioForm, Wanted, moves_url, typed
from keiki.server.scenarios.queries import Compared, WhatIf
from keiki.trees.build import Node
from keiki.trees.portable import portable
from keiki.trees.simulate import Value
from keiki.trees.stated import ill_fitting

SHOWN_STRENGTHS = 10
LOWEST, HIGHEST = -50, 100
"""How far a slider goes, in per cent of the value."""


@dataclass(frozen=True)
class DriverRow:
    """A driver with its field and its slider. `start` and `text` are in the unit of the field."""

    id: str
    label: str
    now: str
    exact: str
    unit: str
    field: str
    text: str
    placeholder: str
    percent: str
    moved_by: str
    most: int
    slides: bool
    error: str
    caution: str
    words: Mapping[str, str]
    share: bool
    low: str = ""
    high: str = ""
    cost: str = ""


@dataclass(frozen=True)
class NodeRow:
    """A node before and after."""

    id: str
    label: str
    indent: str
    now: str
    then: str
    change: str
    moved: bool


@dataclass(frozen=True)
class Outcome:
    """The goal before and after, and how far it stands from its target."""

    label: str
    now: str
    then: str
    exact: str
    difference: str
    target: str
    to_target: str
    sentence: str


@dataclass(frozen=True)
class ScenarioRow:
    name: str
    note: str
    moves: str
    goal: str
    against_now: str
    against_target: str
    url: str
    remove_url: str
    lost: str
    made: str


@dataclass(frozen=True)
class Answer:
    """What a goal seek found, in words; `url` sets it."""

    sentence: str
    reached: bool
    url: str = ""
    lines: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class WhatIfPage:
    title: str
    subtitle: str
    tree: str
    may_edit: bool = False
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    kept: tuple[tuple[str, str], ...] = ()
    clear_url: str = ""
    outcome: Outcome | None = None
    drivers: tuple[DriverRow, ...] = ()
    no_drivers: str = ""
    rows: tuple[NodeRow, ...] = ()
    strengths: Chart | None = None
    strengths_sentence: str = ""
    steps: tuple[kpis.Way, ...] = ()
    goal_text: str = ""
    goal_unit: str = ""
    goal_error: str = ""
    by: str = ""
    answer: Answer | None = None
    mix: Answer | None = None
    chances: Chart | None = None
    chances_sentence: str = ""
    chances_basis: str = ""
    scenarios: tuple[ScenarioRow, ...] = ()
    moved: tuple[tuple[str, str], ...] = ()
    keep_url: str = ""
    form: ScenarioForm | None = None
    model: Any = None


@business_page()
@require_safe
def what_if_page(request: HttpRequest, business: Business, tree: str | None = None) -> HttpResponse:
    """Move drivers and see the goal; the address holds tree, period and every move."""
    return _answer(request, business, tree)


@business_page(EDIT)
@require_POST
def keep(request: Any, business: Business, tree: str) -> HttpResponse:
    """Keep what is moved under a name; on an error the page comes back as it was."""
    form = ScenarioForm(request.POST)
    base = _base(request, business, tree, Asked.read(request.POST))
    shares = queries.shares_among(request.user, business, base.drivers)
    moved = Moved.read(request.POST, base.drivers, shares)
    if not moved.moves:
        form.add_error(None, _("Nothing is moved yet, so there is nothing to keep."))
    if form.is_valid():
        try:
            given = form.cleaned_data
            actions.keep_scenario(request.user, business, base.tree.id, given["name"], given["note"], moved.moves)
        except KeikiError as error:
            form.add_error("name", error.words(kpis.style_of(business, base.numbers.known).language))
        else:
            messages.success(request, _("Kept the scenario “{name}”.").format(name=form.cleaned_data["name"]))
            path = reverse("scenarios:what_if", kwargs={"business": business.id, "tree": tree})
            return redirect(moves_url(path, Asked.read(request.POST).pairs, moved.texts) + "#scenarios")
    return _answer(request, business, tree, form)


@business_page(EDIT)
@require_POST
def remove(request: Any, business: Business, scenario: UUID) -> HttpResponse:
    """Take a scenario off the list."""
    found = queries.scenario_in(business, scenario)
    if found is None:
        raise Http404
    actions.remove_scenario(request.user, found)
    messages.success(request, _("Removed the scenario “{name}”.").format(name=found.name))
    return redirect(reverse("scenarios:what_if", kwargs={"business": business.id, "tree": found.tree}) + "#scenarios")


def _answer(request: Any, business: Business, tree: str | None, form: ScenarioForm | None = None) -> HttpResponse:
    query = request.POST if form is not None else request.GET
    known = door.known(request.user, business)
    chosen = query.get("tree") or tree
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    if known.today is None:
        page = WhatIfPage(_("What-if"), business.name, chosen or "", empty=kpis.empty_state(request, business))
        return render(request, "scenarios/what_if.html", {"page": page})
    asked = Asked.read(query)
    base = _base(request, business, chosen, asked)
    shares = queries.shares_among(request.user, business, base.drivers)
    moved = Moved.read(query, base.drivers, shares)
    case = replace(base, moves=moved.moves)
    wanted = Wanted.read(query, case.drivers, case.tree.root)
    page = _page(request, business, case, (asked, moved, wanted), form)
    return render(request, "scenarios/what_if.html", {"page": page}, status=422 if form is not None else 200)


def _base(request: Any, business: Business, tree: str | None, asked: Asked) -> WhatIf:
    known = door.known(request.user, business)
    if tree is not None and tree not in {each.id for each in known.trees}:
        raise Http404
    return queries.what_if(request.user, business, tree, asked.question, {})


def _page(
    request: Any, business: Business, case: WhatIf, query: tuple[Asked, Moved, Wanted], form: ScenarioForm | None
) -> WhatIfPage:
    asked, moved, wanted = query
    style = kpis.style_of(business, case.numbers.known)
    path = reverse("scenarios:what_if", kwargs={"business": business.id, "tree": case.tree.id})
    may_edit = allows(request.membership.role, EDIT)
    goal = wanted.goal if wanted.goal is not None else case.target
    strengths, sentence = _strengths(case, wanted.step, style)
    chances, told, basis = _chances(case, goal, style)
    lens = kpis.lens_form(business, case.numbers, asked, trees=True)
    return WhatIfPage(
        title=_("What-if"),
        subtitle=kpis.subtitle(business, case.numbers, style),
        tree=case.tree.id,
        may_edit=may_edit,
        fresh=kpis.fresh_words(case.numbers, style),
        lens_form=replace(lens, kept=(*lens.kept, *moved.pairs)),
        kept=asked.pairs,
        clear_url=asked.url(path),
        outcome=_outcome(case, style),
        drivers=tuple(_driver(case, node, moved, wanted, style) for node in case.drivers),
        no_drivers="" if case.drivers else _("No number of this tree can be moved: flag one as driver in its design."),
        rows=tuple(_row(case, node, style) for node in case.tree.nodes),
        strengths=strengths,
        strengths_sentence=sentence,
        steps=tuple(
            kpis.Way(f"±{step}%", moves_url(path, (*asked.pairs, ("step", step)), moved.texts), step == wanted.step)
            for step in STEPS
        ),
        goal_text=wanted.goal_text if "goal" in request.GET else typed(case.target, case.tree.root.unit),
        goal_unit=_unit(case.tree.root, style),
        goal_error=_refusal((wanted.goal_text,), case.tree.root.unit, _("Write a number, such as 1200000."), style)
        if "goal" in wanted.wrong
        else "",
        by=wanted.by,
        answer=_sought(case, wanted, (path, asked, moved), style),
        mix=_mix(case, wanted, (path, asked, moved), style),
        chances=chances,
        chances_sentence=told,
        chances_basis=basis,
        scenarios=tuple(
            _scenario(business, each, (path, asked), may_edit, style)
            for each in queries.compared(request.user, business, case)
        ),
        moved=moved.pairs,
        keep_url=reverse("scenarios:keep", kwargs={"business": business.id, "tree": case.tree.id}),
        form=form or ScenarioForm(),
        model=_model(case, style),
    )


def _model(case: WhatIf, style: Style) -> dict[str, Any]:
    """Everything the browser needs to work the page out again by itself."""
    labels = {
        node.id: {"unit": node.unit, "counter": counter_word(node.label(style.language))} for node in case.tree.nodes
    }
    return {
        "tree": portable(case.tree, case.values),
        "labels": labels,
        "style": {"language": style.language, "currency": style.currency, "money": str(style.money)},
        "target": case.target,
        "prefix": PREFIX,
    }


def _outcome(case: WhatIf, style: Style) -> Outcome:
    root = case.tree.root
    label = root.label(style.language)
    now, then = case.values[root.id], case.simulated.goal
    counter = counter_word(label)
    against = "" if case.target is None else difference(then, case.target, root.unit, style)
    return Outcome(
        label=label,
        now=number(now, root.unit, style, counter),
        then=number(then, root.unit, style, counter),
        exact=exact(then, root.unit, style, counter),
        difference=difference(then, now, root.unit, style),
        target="" if case.target is None else number(case.target, root.unit, style, counter),
        to_target=against,
        sentence=_outcome_sentence(case, label, style),
    )


def _outcome_sentence(case: WhatIf, label: str, style: Style) -> str:
    if not case.moves:
        return _("Move a driver and see what becomes of {goal}.").format(goal=label)
    root = case.tree.root
    counted = len(case.moves)
    moved = ngettext("{count} driver moved", "{count} drivers moved", counted).format(count=counted)
    if case.simulated.change is None:
        return _("{moved}: {goal} has no value then.").format(moved=moved, goal=label)
    return _("{moved}: {goal} changes by {amount} ({share}).").format(
        moved=moved,
        goal=label,
        amount=difference(case.simulated.goal, case.values[root.id], root.unit, style),
        share=change(case.simulated.goal, case.values[root.id], root.unit, style),
    )


def _driver(case: WhatIf, node: Node, moved: Moved, wanted: Wanted, style: Style) -> DriverRow:
    value = case.values[node.id]
    label = node.label(style.language)
    after = case.simulated.values[node.id]
    slides = bool(value) and value is not None and value > 0
    most = HIGHEST
    if slides and node.unit == "ratio" and 0 < (value or 0) <= 1:
        most = min(HIGHEST, int(100 / (value or 1) - 100))
    share = 0.0 if not slides or value is None or after is None else (after / value - 1) * 100
    low, high, cost = wanted.lever_texts.get(node.id, ("", "", ""))
    return DriverRow(
        id=node.id,
        label=label,
        now=number(value, node.unit, style, counter_word(label)),
        exact=exact(value, node.unit, style, counter_word(label)),
        unit=_unit(node, style),
        field=PREFIX + node.id,
        text=moved.texts.get(node.id, ""),
        placeholder=typed(value, node.unit),
        percent=str(round(min(max(share, LOWEST), most))),
        moved_by=change(after, value, "number", style) if slides and moved.texts.get(node.id) else "±0%",
        most=most,
        slides=slides and most > LOWEST,
        error=_driver_error(node, moved, wanted, (moved.texts.get(node.id, ""), low, high), style),
        caution=_driver_words(node, style)["above"] if node.id in moved.above else "",
        words=_driver_words(node, style),
        share=node.id in moved.shares,
        low=low,
        high=high,
        cost=cost,
    )


def _driver_words(node: Node, style: Style) -> dict[str, str]:
    """What a field says of what is typed into it: no number, another unit, below 0 %, above 100 %."""
    other = "¥{text}" if node.unit == "ratio" else "{text}%"
    misfit = ill_fitting(other, node.unit)
    number_wanted = _("Write a number, such as 2.5.")
    return {
        "number": number_wanted,
        "unit": number_wanted if misfit is None else misfit.words(style.language).replace(other, "{text}"),
        "below": _("A share of a number is never below 0%."),
        "above": _("Above 100%: more than one for each. Look whether a digit is too much."),
    }


def _driver_error(node: Node, moved: Moved, wanted: Wanted, texts: tuple[str, ...], style: Style) -> str:
    words = _driver_words(node, style)
    if node.id in moved.below:
        return words["below"]
    wrong = moved.wrong | (wanted.wrong - {"goal"})
    return _refusal(texts, node.unit, words["number"], style) if node.id in wrong else ""


def _refusal(texts: tuple[str, ...], unit: str, plain: str, style: Style) -> str:
    """Why a typed number is not taken: its unit is another, or it is none."""
    misfit = next((found for text in texts if (found := ill_fitting(text, unit)) is not None), None)
    return plain if misfit is None else misfit.words(style.language)


def _unit(node: Node, style: Style) -> str:
    """The unit of a field, short: %, 円, days."""
    if node.unit == "ratio":
        return "%"
    if node.unit == "currency":
        return {"JPY": "円"}.get(style.currency, style.currency) if style.japanese else style.currency
    if node.unit in {"count", "number", "points", "distribution"}:
        return counter_word(node.label(style.language)) if style.japanese else ""
    return door.unit_words(node.unit, style.language)


def _row(case: WhatIf, node: Node, style: Style) -> NodeRow:
    label = node.label(style.language)
    now, then = case.values[node.id], case.simulated.values[node.id]
    counter = counter_word(label)
    return NodeRow(
        id=node.id,
        label=label,
        indent=f"{min(node.depth, 15):x}",
        now=number(now, node.unit, style, counter),
        then=number(then, node.unit, style, counter),
        change=change(then, now, node.unit, style) if then != now else "",
        moved=then != now,
    )


# --- strengths, goal seek, chances ---


def _strengths(case: WhatIf, step: str, style: Style) -> tuple[Chart | None, str]:
    every = case.strengths(int(step) / 100)
    found = every[:SHOWN_STRENGTHS]
    if not found:
        return None, _("No driver has a value to move from.")
    root = case.tree.root
    swings = [Swing(case.tree.node(each.node).label(style.language), each.down, each.up) for each in found]
    goal = root.label(style.language)
    amounts = [difference(each.up, 0.0, root.unit, style) for each in every]
    most = [swing.label for swing, amount in zip(swings, amounts, strict=False) if amount == amounts[0]]
    alike = amounts.count(amounts[0]) == len(amounts)
    told = _("{step}% more {driver} changes {goal} by {amount}: the strongest of {count}.")
    if len(amounts) == 1:
        told = _("{step}% more {driver} changes {goal} by {amount}.")
    elif alike:
        told = _("{step}% more of any of the {count} drivers changes {goal} by {amount}: they weigh the same.")
    sentence = told.format(step=step, driver=_(" or ").join(most), goal=goal, amount=amounts[0], count=len(amounts))
    title = _("What each driver does to {goal}").format(goal=goal)
    words = (f"−{step}%", f"+{step}%")
    return tornado(title, sentence, swings, root.unit, words, style), sentence


def _sought(case: WhatIf, wanted: Wanted, here: tuple[str, Asked, Moved], style: Style) -> Answer | None:
    if wanted.goal is None or not wanted.by:
        return None
    path, asked, moved = here
    root, node = case.tree.root, case.tree.node(wanted.by)
    names = {"driver": node.label(style.language), "goal": root.label(style.language)}
    try:
        found = case.sought(wanted.by, wanted.goal)
    except KeikiError as error:
        return Answer(error.words(style.language), reached=False)
    names["wished"] = number(wanted.goal, root.unit, style, counter_word(names["goal"]))
    names["value"] = number(found.at, node.unit, style, counter_word(names["driver"]))
    names["best"] = number(found.best, root.unit, style, counter_word(names["goal"]))
    if not found.reached:
        words = _("{driver} alone cannot bring {goal} to {wished}. At {value} it comes nearest, with {best}.")
        return Answer(words.format(**names), reached=False)
    names["change"] = change(found.at, found.start, node.unit, style)
    words = _("{goal} reaches {wished} when {driver} is {value} ({change}).")
    texts = {**moved.texts, node.id: typed(found.at, node.unit)}
    return Answer(words.format(**names), reached=True, url=moves_url(path, asked.pairs, texts))


def _mix(case: WhatIf, wanted: Wanted, here: tuple[str, Asked, Moved], style: Style) -> Answer | None:
    if wanted.goal is None or not wanted.levers:
        return None
    path, asked, moved = here
    root = case.tree.root
    try:
        found = case.mix(wanted.goal, wanted.levers)
    except KeikiError as error:
        return Answer(error.words(style.language), reached=False)
    names = {
        "goal": root.label(style.language),
        "wished": number(wanted.goal, root.unit, style),
        "best": number(found.simulated.goal, root.unit, style),
        "cost": number(found.cost, "currency", style),
    }
    reached = _("The cheapest way to {wished} within these limits costs {cost}.")
    missed = _("Within these limits {goal} reaches {best} at most, not {wished}.")
    lines = []
    for lever in wanted.levers:
        node = case.tree.node(lever.node)
        value, start = found.values[lever.node], case.values[lever.node]
        label = node.label(style.language)
        words = number(value, node.unit, style, counter_word(label))
        moved_by = change(value, start, node.unit, style)
        lines.append((label, f"{words}（{moved_by}）" if style.japanese else f"{words} ({moved_by})"))
    texts = dict(moved.texts) | {i: typed(value, case.tree.node(i).unit) for i, value in found.values.items()}
    words = (reached if found.reached else missed).format(**names)
    return Answer(words, found.reached, moves_url(path, asked.pairs, texts), tuple(lines))


def _chances(case: WhatIf, goal: float | None, style: Style) -> tuple[Chart | None, str, str]:
    found = case.chances(goal)
    root = case.tree.root
    label = root.label(style.language)
    if found is None:
        return None, _("There is not enough history yet to say how {goal} may vary.").format(goal=label), ""

    def written(value: float) -> str:
        return number(value, root.unit, style, counter_word(label))

    sentence = _("In 8 of 10 draws {goal} lies between {low} and {high}.").format(
        goal=label, low=written(found.p10), high=written(found.p90)
    )
    marks = [Mark("P10", found.p10), Mark("P50", found.p50, "middle"), Mark("P90", found.p90)]
    if goal is not None and found.chance is not None:
        sentence += " " if not style.japanese else ""
        sentence += _("The chance to reach {wished} is {chance}.").format(
            wished=written(goal), chance=_chance_words(found.chance, style)
        )
        marks.append(Mark(_("Target") if goal == case.target else _("Wished"), goal, "goal"))
    title = _("How {goal} may come out").format(goal=label)
    basis = _(
        "{draws} draws: {count} drivers vary as in the last {periods} complete periods, around their own trend, with "
        "the correlations measured; the rest holds still."
    ).format(draws=f"{found.draws:,}", count=len(found.drivers), periods=found.periods)
    return histogram(title, sentence, found.edges, found.counts, marks, root.unit, style), sentence, basis


def _chance_words(chance: float, style: Style) -> str:
    """A chance in whole per cent; never 0 or 100, which draws cannot prove."""
    if chance < 0.01:
        return "1%未満" if style.japanese else "below 1%"
    if chance > 0.99:
        return "99%以上" if style.japanese else "above 99%"
    return f"{chance:.0%}"


# --- scenarios ---


def _scenario(business: Business, each: Compared, here: tuple[str, Asked], may_edit: bool, style: Style) -> ScenarioRow:
    path, asked = here
    case, tree = each.what_if, each.what_if.tree
    root = tree.root
    goal, now = case.simulated.goal, case.values[root.id]
    texts = {i: typed(value, tree.node(i).unit) for i, value in _moved_values(case).items()}
    comma = "、" if style.japanese else ", "
    named = [
        f"{label} {number(value, tree.node(i).unit, style, counter_word(label))}"
        for i, value in _moved_values(case).items()
        for label in (tree.node(i).label(style.language),)
    ]
    return ScenarioRow(
        name=each.scenario.name,
        note=each.scenario.note,
        moves=comma.join(named),
        goal=number(goal, root.unit, style, counter_word(root.label(style.language))),
        against_now=difference(goal, now, root.unit, style),
        against_target=MISSING if case.target is None else difference(goal, case.target, root.unit, style),
        url=moves_url(path, asked.pairs, texts),
        remove_url=reverse("scenarios:remove", kwargs={"business": business.id, "scenario": each.scenario.pk})
        if may_edit
        else "",
        lost=_("No longer in the tree: {names}").format(names=comma.join(each.lost)) if each.lost else "",
        made=each.scenario.made_by.name if each.scenario.made_by else "",
    )


def _moved_values(case: WhatIf) -> dict[str, Value]:
    return {i: case.simulated.values[i] for i in case.moves}
