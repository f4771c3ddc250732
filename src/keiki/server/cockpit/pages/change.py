"""One change: what it was to move and what it brought after 1, 3 and 6 months, and which other numbers moved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from keiki.catalogue.kpi import Kpi
from keiki.charts.aim import bounds
from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, difference, exact, number
from keiki.charts.happened import Happened
from keiki.charts.tornado import Swing, tornado
from keiki.charts.trend import Bar, trend
from keiki.errors import KeikiError
from keiki.insight.side_effects import SideEffectRule, Unsaid
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions import changes as actions
from keiki.server.cockpit.forms.happened import AimForm
from keiki.server.cockpit.models import CHANGES, Annotation, Happening
from keiki.server.cockpit.pages.happened import (
    Warned,
    annotate_url,
    change_url,
    day_words,
    key_named,
    names_of,
    numbers_of,
    warned,
)
from keiki.server.cockpit.queries import changes as queries
from keiki.server.cockpit.queries.changes import Effect, Reached, SideEffect, SideEffects, Step
from keiki.server.cockpit.queries.happened import EVERYTHING
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.pages.numbers import comma
from keiki.server.planning.queries import key_of
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import gap

NAMED = 12
"""Bars of the picture of side effects at most."""


@dataclass(frozen=True)
class HorizonLine:
    """A horizon of a change as written."""

    after: str
    month: str
    expected: str
    value: str
    exact: str
    words: str
    tone: str
    stored: str


@dataclass(frozen=True)
class EffectPanel:
    """What a change was to bring and what it brought."""

    sentence: str
    lines: tuple[HorizonLine, ...]
    chart: Chart | None
    rule: str


@dataclass(frozen=True)
class SideLine:
    """A KPI around a change as written."""

    name: str
    url: str
    before: str
    after: str
    moved: str
    strength: str
    p: str
    verdict: str
    tone: str
    note: str


@dataclass(frozen=True)
class SidePanel:
    """The other KPIs around a change; `ask_url` is where they are measured while nobody has asked yet."""

    ask_url: str = ""
    sentence: str = ""
    aimed: str = ""
    lines: tuple[SideLine, ...] = ()
    chart: Chart | None = None
    rule: str = ""
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChangePage:
    title: str
    subtitle: str
    kind: str
    kind_words: str
    days: str
    who: str
    number: kpis.Way
    campaign: str
    warning: Warned | None
    effect: EffectPanel | None
    side: SidePanel | None
    form: AimForm | None
    open: bool
    aim_url: str
    list_url: str
    fresh: str = ""


@business_page()
@require_safe
def change_page(request: Any, business: Business, annotation: int) -> HttpResponse:
    """What a change was to bring, what it brought, and which other numbers moved; `?effects=1` measures those."""
    row = queries.change(request.user, business, annotation)
    if row is None:
        raise Http404
    return _shown(request, business, row)


@business_page(EDIT)
@require_POST
def aim_page(request: Any, business: Business, annotation: int) -> HttpResponse:
    """Say which number a change is to move, and to what value after 1, 3 and 6 months."""
    row = queries.change(request.user, business, annotation)
    if row is None or row.kind not in CHANGES:
        raise Http404
    key = key_named(request, business, request.POST.get("number", ""))
    percent = _is_percent(request, business, key[0])
    form = AimForm(request.POST, numbers=numbers_of(request, business), percent=percent)
    if not form.is_valid():
        return _shown(request, business, row, form)
    wish = actions.Wish(key, form.expected, form.cleaned_data["campaign"])
    try:
        actions.aim_change(request.user, row, wish)
    except KeikiError as error:
        messages.error(request, error.words(current_language()))
    else:
        messages.success(request, _("Saved."))
    return redirect(change_url(business, row.pk))


def _shown(request: Any, business: Business, row: Annotation, form: AimForm | None = None) -> HttpResponse:
    known = door.known(request.user, business)
    style = kpis.style_of(business, known)
    told = queries.effect(request.user, business, row)
    may = allows(request.membership.role, EDIT) and row.kind in CHANGES
    wanted = bool(request.GET.get("effects"))
    url = change_url(business, row.pk)
    days = day_words(row.on) + (f" – {day_words(row.until)}" if row.until else "")
    page = ChangePage(
        title=row.text,
        subtitle=business.name,
        kind=row.kind,
        kind_words=str(Happening(row.kind).label),
        days=days,
        who=str(row.made_by or ""),
        number=_number(request, business, row, told, style),
        campaign=row.campaign,
        warning=_warning(request, business, row, told),
        effect=_effect(business, row, told, style) if told.kpi is not None and told.steps else None,
        side=None
        if known.today is None
        else _side(request, business, row, style)
        if wanted
        else SidePanel(ask_url=f"{url}?effects=1"),
        form=(form or _form(request, business, row, told)) if may else None,
        open=bool(form) or (may and told.tracking is queries.Tracking.NO_KPI),
        aim_url=reverse("cockpit:aim_change", kwargs={"business": business.id, "annotation": row.pk}),
        list_url=annotate_url(business),
        fresh=kpis.fresh_on(known.today, style),
    )
    return render(request, "cockpit/change.html", {"page": page}, status=422 if form is not None else 200)


def _number(request: Any, business: Business, row: Annotation, told: Effect, style: Style) -> kpis.Way:
    key = queries.key_of_row(row)
    if key == EVERYTHING:
        return kpis.Way(_("The whole business"), "")
    name = names_of(request, business).get(key) or (kpis.kpi_name(told.kpi, style.language) if told.kpi else row.kpi)
    return kpis.Way(name or row.node, kpis.kpi_url(business, row.kpi) if told.kpi else "")


def _warning(request: Any, business: Business, row: Annotation, told: Effect) -> Warned | None:
    """The warning with ways to mend it: a number is chosen on this page."""
    found = warned(business, told.tracking, row.kpi, row.kind)
    if found is None or told.tracking is not queries.Tracking.NO_KPI:
        return found
    may = allows(request.membership.role, EDIT)
    return Warned(found.words, (kpis.Way(_("Choose a KPI"), "#aim"),) if may else ())


def _is_percent(request: Any, business: Business, kpi_id: str) -> bool:
    kpi = door.catalogue_of(request.user, business).kpis.get(kpi_id)
    return kpi is not None and kpi.unit == "ratio"


def _form(request: Any, business: Business, row: Annotation, told: Effect) -> AimForm:
    percent = told.kpi is not None and told.kpi.unit == "ratio"
    factor = 100 if percent else 1
    expected = {
        f"months_{step.months}": f"{round(step.expected * factor, 6):g}"
        for step in told.steps
        if step.expected is not None
    }
    key = queries.key_of_row(row)
    known = door.known(request.user, business)
    number = next(
        (f"{tree.id}/{node.id}" for tree in known.trees for node in tree.nodes if key_of(tree, node) == key), ""
    )
    initial = {"number": number, "campaign": row.campaign} | expected
    return AimForm(initial=initial, numbers=numbers_of(request, business), percent=percent)


# --- short and long effect ---


def _effect(business: Business, row: Annotation, told: Effect, style: Style) -> EffectPanel:
    kpi = told.kpi
    assert kpi is not None  # the caller asks only then
    return EffectPanel(
        sentence=_effect_sentence(told, style),
        lines=tuple(_horizon(business, step, kpi, style) for step in told.steps),
        chart=_effect_chart(business, row, told, kpi, style),
        rule=_(
            "Measured once, when the month that lies 1, 3 and 6 months after the one it began in is over, and kept "
            "with the definition and the state of the data. Met: at least what was expected; where lower is better, "
            "at most."
        ),
    )


def _effect_sentence(told: Effect, style: Style) -> str:
    """Which horizon met its target, and what is still to come."""
    judged = [step for step in told.steps if step.reached in {Reached.MET, Reached.MISSED}]
    waiting = [step for step in told.steps if step.reached in {Reached.NOT_YET, Reached.DUE}]
    if not any(step.expected is not None for step in told.steps):
        return _("Nobody has said what it is to bring; its values are stored when they are due.")
    if not judged:
        return _("No horizon with an expected value is over yet; the first is due on {day}.").format(
            day=day_words(min((step.due for step in waiting), default=told.steps[0].due))
        )
    words = [
        _months([step for step in judged if step.reached is state], style) for state in (Reached.MET, Reached.MISSED)
    ]
    if not words[0]:
        told_words = _("It missed its target after {missed}.").format(missed=words[1])
    elif not words[1]:
        told_words = _("It met its target after {met}.").format(met=words[0])
    else:
        told_words = _("It met its target after {met} and missed it after {missed}.").format(
            met=words[0], missed=words[1]
        )
    if waiting:
        told_words += gap() + _("After {months} it is not due yet.").format(months=_months(waiting, style))
    return told_words


def _months(steps: list[Step], style: Style) -> str:
    """1 and 3 months, as spoken."""
    if not steps:
        return ""
    count = [str(step.months) for step in steps]
    if style.japanese:
        return "・".join(f"{each}か月" for each in count)
    return f"{comma(style).join(count)} {'month' if count == ['1'] else 'months'}"


def _horizon(business: Business, step: Step, kpi: Kpi, style: Style) -> HorizonLine:
    words, tone = {
        Reached.MET: (_("Target met"), "good"),
        Reached.MISSED: (_("Target missed"), "act"),
        Reached.STORED: (_("No target"), "none"),
        Reached.DUE: (_("Due, not stored yet"), "watch"),
        Reached.NOT_YET: (_("Not yet due"), "none"),
    }[step.reached]
    kept, aim = step.stored, queries.aim_of(kpi, step.expected)
    stored = _("due on {day}").format(day=day_words(step.due))
    if kept is not None and kept.measured_at is not None:
        stored = _("stored {day}, version {version}, data state {snapshot}").format(
            day=day_words(kept.measured_at.date()), version=kept.version or 1, snapshot=kept.snapshot
        )
    value = None if kept is None else kept.value
    return HorizonLine(
        after=ngettext("%(n)d month", "%(n)d months", step.months) % {"n": step.months},
        month=business.calendar.label(step.month, style.language),
        expected=MISSING if aim is None else bounds(aim, kpi.unit, style),
        value=number(value, kpi.unit, style),
        exact=exact(value, kpi.unit, style),
        words=words,
        tone=tone,
        stored=stored,
    )


def _effect_chart(business: Business, row: Annotation, told: Effect, kpi: Kpi, style: Style) -> Chart | None:
    """The KPI by month with the change and what was expected of its horizons."""
    if all(value is None for value in told.values):
        return None
    by_month = {step.month.start: step for step in told.steps}
    bars = [
        Bar(business.calendar.short(month, style.language), business.calendar.label(month, style.language), value, over)
        for month, value, over in zip(told.periods, told.values, told.completes, strict=True)
    ]
    aims = [
        queries.aim_of(kpi, by_month[month.start].expected) if month.start in by_month else None
        for month in told.periods
    ]
    mark = Happened(queries.BEFORE, f"{day_words(row.on)}: {row.text}", row.kind)
    name = kpis.kpi_name(kpi, style.language)
    return trend(name, _effect_sentence(told, style), bars, kpi.unit, style, aims, happened=(mark,))


# --- side effects ---


def _side(request: Any, business: Business, row: Annotation, style: Style) -> SidePanel:
    found = queries.side_effects_of(request.user, business, row)
    catalogue = door.catalogue_of(request.user, business)
    if not found.ready:
        words = _("The {weeks} weeks after it are not over yet: this can be told from {day} on.")
        return SidePanel(sentence=words.format(weeks=found.rule.window, day=day_words(found.after.end)))
    named = {each.kpi: catalogue.kpis[each.kpi] for each in found.rows}
    beside = queries.at_the_same_time(request.user, business, row, Period(found.before.start, found.after.end))
    return SidePanel(
        sentence=_side_sentence(found, named, style),
        aimed=_aimed_words(found, catalogue.kpis.get(row.kpi), style),
        lines=tuple(_side_line(business, each, named[each.kpi], style) for each in found.rows),
        chart=_side_chart(found, named, style),
        rule=_side_rule(found, style),
        beside=tuple(f"{day_words(each.on)} {each.text}" for each in beside),
    )


def _side_sentence(found: SideEffects, named: dict[str, Kpi], style: Style) -> str:
    if not found.asked:
        return _("Nothing can be said: too little history, or weeks without a value.")
    if not found.moved:
        return _("None of {asked} other KPIs moved beyond its usual noise.").format(asked=found.asked)
    first = [kpis.kpi_name(named[each.kpi], style.language) for each in found.moved[:3]]
    words = _("{moved} of {asked} other KPIs moved beyond their usual noise, {names} most.")
    return words.format(moved=len(found.moved), asked=found.asked, names=comma(style).join(first))


def _aimed_words(found: SideEffects, kpi: Kpi | None, style: Style) -> str:
    """What became of the KPI that the change was for."""
    if found.aimed is None or kpi is None:
        return ""
    told = found.aimed.told
    names = {
        "name": kpis.kpi_name(kpi, style.language),
        "before": number(told.before, kpi.unit, style),
        "after": number(told.after, kpi.unit, style),
    }
    if told.unsaid is not None:
        return _(
            "{name}, which it was for: {before} before, {after} after; whether that is noise cannot be said."
        ).format(**names)
    if found.aimed.beyond:
        return _("{name}, which it was for, moved beyond its noise too: {before} before, {after} after.").format(
            **names
        )
    return _("{name}, which it was for, stayed within its noise: {before} before, {after} after.").format(**names)


def _side_line(business: Business, each: SideEffect, kpi: Kpi, style: Style) -> SideLine:
    told = each.told
    verdict, tone = _verdict(each, kpi)
    return SideLine(
        name=kpis.kpi_name(kpi, style.language),
        url=kpis.kpi_url(business, kpi.id),
        before=exact(told.before, kpi.unit, style),
        after=exact(told.after, kpi.unit, style),
        moved=MISSING if told.difference is None else difference(told.difference, 0.0, kpi.unit, style),
        strength=_strength(told.strength),
        p=MISSING if told.p is None else "< 0.0001" if told.p < 0.0001 else f"{told.p:.4f}",
        verdict=verdict,
        tone=tone,
        note=_("counted from some of the same numbers") if each.shares else "",
    )


def _verdict(each: SideEffect, kpi: Kpi) -> tuple[str, str]:
    told = each.told
    if told.unsaid is not None:
        words = {
            Unsaid.EMPTY: _("Cannot say: a week without a value"),
            Unsaid.SHORT: _("Cannot say: too little history"),
        }
        return words[told.unsaid], "none"
    if not each.beyond:
        return _("Within its noise"), "plain"
    risen = (told.difference or 0.0) - (told.usual or 0.0) > 0
    if kpi.direction == "neutral":
        return (_("Rose") if risen else _("Fell")), "watch"
    good = risen == (kpi.direction == "higher")
    return (_("Rose") if risen else _("Fell")), "good" if good else "act"


def _strength(times: float | None) -> str:
    return MISSING if times is None else f"{times:+.1f}".replace("-", "−")


def _side_chart(found: SideEffects, named: dict[str, Kpi], style: Style) -> Chart | None:
    """The strongest moves in multiples of each KPI's own noise."""
    strong = [(each, each.told.strength) for each in (found.moved or found.rows) if each.told.strength is not None]
    if not strong:
        return None
    strong.sort(key=lambda each: -abs(each[1] or 0.0))
    swings = [
        Swing(kpis.kpi_name(named[each.kpi], style.language), times or 0.0, times or 0.0)
        for each, times in strong[:NAMED]
    ]
    title, head = _("Moves in multiples of the usual noise"), _("× noise")
    return tornado(title, _side_sentence(found, named, style), swings, "number", (head, head), style)


def _side_rule(found: SideEffects, style: Style) -> str:
    rule: SideEffectRule = found.rule
    last = found.before.last, found.after.last
    words = _(
        "Means of {weeks} whole weeks before ({before}) and after ({after}). Noise: how much two such neighbouring "
        "spans usually differ in up to {history} weeks before (robust spread); with fewer than {fewest} such pairs "
        "nothing is said. All {asked} are asked at once, so those named pass Benjamini and Hochberg at {level}: about "
        "that share of them may be chance. That something moved after a change is no proof that the change did it."
    )
    return words.format(
        weeks=rule.window,
        before=f"{day_words(found.before.start)} – {day_words(last[0])}",
        after=f"{day_words(found.after.start)} – {day_words(last[1])}",
        history=rule.history,
        fewest=rule.fewest,
        asked=found.asked,
        level=f"{rule.level:.0%}",
    )
