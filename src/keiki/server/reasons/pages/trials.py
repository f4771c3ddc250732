"""Trials: how many people one needs, what two groups say, and a number before and after a change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.format import MISSING, Style, change, difference, exact, number
from keiki.errors import KeikiError, Restricted
from keiki.insight.before_after import Caution
from keiki.insight.rates import Arm, Trial, TrialRule, Verdict, duration, sample_size, trial
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Known
from keiki.server.reasons.forms import ALPHAS, POWERS, ChangeAsked, Counted, Plan
from keiki.server.reasons.queries import trials as queries
from keiki.server.reasons.queries.trials import Change, Experiment


@dataclass(frozen=True)
class Box:
    """One field as typed, with what is wrong with it."""

    name: str
    words: str
    text: str
    unit: str = ""
    error: str = ""


@dataclass(frozen=True)
class TrialLine:
    """A trial as written."""

    name: str
    control: str
    treatment: str
    difference: str
    range: str
    uplift: str
    p: str
    verdict: str
    tone: str
    caution: str = ""


@dataclass(frozen=True)
class PlanPanel:
    """How large a trial has to be."""

    boxes: tuple[Box, ...]
    choices: tuple[kpis.Choice, ...]
    sentence: str
    rule: str


@dataclass(frozen=True)
class ChangePanel:
    """A number before and after a change."""

    choices: tuple[kpis.Choice, ...]
    sentence: str = ""
    rows: tuple[tuple[str, str], ...] = ()
    months: tuple[tuple[str, str, bool], ...] = ()
    cautions: tuple[str, ...] = ()


@dataclass(frozen=True)
class TrialsPage:
    title: str
    subtitle: str
    tree: str
    plan: PlanPanel
    counted: tuple[Box, ...]
    result: TrialLine | None
    result_sentence: str
    rule: str
    measured: tuple[TrialLine, ...]
    measured_sentence: str
    change: ChangePanel | None
    fresh: str = ""


@business_page()
@require_safe
def trials_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Everything typed stands in the address, so that a plan or a result can be sent as a link."""
    known = door.known(request.user, business)
    style = kpis.style_of(business, known)
    plan, counted = Plan.read(request.GET), Counted.read(request.GET)
    told = trial(counted.control, counted.treatment, plan.rule) if counted.control and counted.treatment else None
    measured = door.unless_restricted(lambda: queries.experiments(request.user, business, known))
    page = TrialsPage(
        title=_("Trials"),
        subtitle=_("{business} / plan, judge, compare before and after").format(business=business.name),
        tree=known.trees[0].id if known.trees else "",
        fresh=kpis.fresh_on(known.today, style),
        plan=_plan(plan, style),
        counted=_boxes(counted),
        result=_line("", told, style) if told else None,
        result_sentence=_result_sentence(told, style) if told else "",
        rule=_rule_words(plan.rule, style),
        measured=()
        if isinstance(measured, Restricted)
        else tuple(_line(each.name, each.told, style) for each in measured),
        measured_sentence=_measured_words(measured, style),
        change=_change(request, business, known, style) if known.today is not None else None,
    )
    return render(request, "reasons/trials.html", {"page": page})


def _measured_words(measured: Sequence[Experiment] | Restricted, style: Style) -> str:
    if isinstance(measured, Restricted):
        return measured.words(style.language)
    if not measured:
        return _("No file of who saw which variant has been brought in yet.")
    return _("A person counts in the group first seen, once the window for the goal has ended.")


def _plan(plan: Plan, style: Style) -> PlanPanel:
    words = {
        "base": (_("Rate now"), "%"),
        "wished": (_("Rate worth finding"), "%"),
        "day": (_("People a day, both groups"), ""),
    }
    powers = tuple((value, f"{float(value):.0%}") for value in POWERS)
    alphas = tuple((value, f"{float(value):.0%}") for value in ALPHAS)
    return PlanPanel(
        boxes=tuple(
            Box(name, text, plan.texts[name], unit, plan.wrong.get(name, "")) for name, (text, unit) in words.items()
        ),
        choices=(
            kpis.Choice("power", _("Chance to find it"), powers, plan.texts["power"]),
            kpis.Choice("alpha", _("Chance of a false alarm"), alphas, plan.texts["alpha"]),
        ),
        sentence=_plan_sentence(plan, style),
        rule=_("Two-sided test of two rates (Fleiss 1981); whole weeks, so that every weekday counts alike."),
    )


def _plan_sentence(plan: Plan, style: Style) -> str:
    if not plan.complete or plan.base is None or plan.wished is None:
        return _("Type the rate now and the smallest rate that would be worth finding.")
    try:
        size = sample_size(plan.base, plan.wished, plan.rule)
    except KeikiError as error:
        return error.words(style.language)
    sentence = _("{size} people in each group tell {wished} from {base}.").format(
        size=f"{size:,}",
        wished=number(plan.wished, "ratio", style),
        base=number(plan.base, "ratio", style),
    )
    if plan.a_day is None:
        return sentence
    days = _("At {a_day} a day that takes {days} days.").format(
        a_day=exact(plan.a_day, "number", style), days=f"{duration(size, plan.a_day):,}"
    )
    return sentence + ("" if style.japanese else " ") + days


def _boxes(counted: Counted) -> tuple[Box, ...]:
    words = {
        "cn": _("Control: people"),
        "cs": _("Control: successes"),
        "tn": _("Treatment: people"),
        "ts": _("Treatment: successes"),
    }
    return tuple(
        Box(name, text, counted.texts[name], error=counted.wrong.get(name, "")) for name, text in words.items()
    )


def _rule_words(rule: TrialRule, style: Style) -> str:
    return _(
        "A winner is named below p = {alpha}, and only when each group has {fewest} people and {each} expected "
        "successes and failures. Ranges hold {level}."
    ).format(
        alpha=f"{rule.alpha:g}",
        fewest=rule.fewest,
        each=f"{rule.fewest_each:g}",
        level=number(1 - rule.alpha, "ratio", style),
    )


def _line(name: str, told: Trial, style: Style) -> TrialLine:
    words, tone = _verdicts()[told.verdict]
    return TrialLine(
        name=name,
        control=_arm(told.control, style),
        treatment=_arm(told.treatment, style),
        difference=difference(told.difference, 0.0, "ratio", style) if told.difference is not None else MISSING,
        range=_range(told.low, told.high, style),
        uplift=_uplift(told, style),
        p=MISSING if told.p is None else "< 0.0001" if told.p < 0.0001 else f"{told.p:.4f}",
        verdict=words,
        tone=tone,
        caution=_("The groups are not as large as planned: find out why before reading the rates.")
        if told.split_is_off
        else "",
    )


def _verdicts() -> dict[Verdict, tuple[str, str]]:
    return {
        Verdict.TOO_SMALL: (_("Too small to tell"), "watch"),
        Verdict.BETTER: (_("Treatment is better"), "good"),
        Verdict.WORSE: (_("Treatment is worse"), "act"),
        Verdict.OPEN: (_("No clear difference"), ""),
    }


def _arm(arm: Arm, style: Style) -> str:
    return f"{number(arm.rate, 'ratio', style)} ({arm.successes:,} / {arm.units:,})"


def _range(low: float | None, high: float | None, style: Style, unit: str = "ratio") -> str:
    if low is None or high is None:
        return MISSING
    return f"{difference(low, 0.0, unit, style)} – {difference(high, 0.0, unit, style)}"


def _uplift(told: Trial, style: Style) -> str:
    if told.uplift is None:
        return MISSING
    if told.uplift_low is None or told.uplift_high is None:
        return change(1 + told.uplift, 1.0, "number", style)
    parts = (change(1 + part, 1.0, "number", style) for part in (told.uplift, told.uplift_low, told.uplift_high))
    return "{} ({} – {})".format(*parts)


def _result_sentence(told: Trial, style: Style) -> str:
    if told.verdict is Verdict.TOO_SMALL:
        return _("Too few to tell chance from effect: no winner is named.")
    moved = difference(told.difference, 0.0, "ratio", style)
    if told.verdict is Verdict.OPEN:
        return _("The difference of {moved} may be chance.").format(moved=moved)
    words = {
        Verdict.BETTER: _("The treatment is better by {moved}; chance alone would rarely do that."),
        Verdict.WORSE: _("The treatment is worse by {moved}; chance alone would rarely do that."),
    }
    return words[told.verdict].format(moved=moved.lstrip("+−"))


def _change(request: HttpRequest, business: Business, known: Known, style: Style) -> ChangePanel:
    asked = ChangeAsked.read(request.GET)
    catalogue = door.catalogue_of(request.user, business)
    listed = [i for i in door.active_kpis(request.user, business, known) if i in catalogue.kpis]
    if asked.kpi in catalogue.kpis and asked.kpi not in listed:
        listed.append(asked.kpi)
    months = [p for p in door.choosable(business, known, door.Question().grain) if door.is_over(known, p)]
    since = asked.since.isoformat() if asked.since else ""
    names = tuple((each, kpis.kpi_name(catalogue.kpis[each], style.language)) for each in listed)
    choices = (
        kpis.Choice("kpi", _("KPI"), (("", "—"), *names), asked.kpi),
        kpis.Choice(
            "since",
            _("First month after the change"),
            (("", "—"), *((p.start.isoformat(), business.calendar.label(p, style.language)) for p in months)),
            since,
        ),
        kpis.Choice(
            "months", _("Months on each side"), tuple((each, each) for each in ("3", "6", "12")), str(asked.window)
        ),
    )
    if asked.kpi not in catalogue.kpis or asked.since is None:
        return ChangePanel(choices, _("Choose a KPI and the month in which something changed."))
    told = queries.around(request.user, business, asked.kpi, asked.since, asked.window)
    if told is None:
        return ChangePanel(choices, _("There are not months with values on both sides of the change."))
    return _told_change(business, choices, told, catalogue.kpis[asked.kpi], asked, style)


def _told_change(
    business: Business, choices: tuple[kpis.Choice, ...], around: Change, kpi: Any, asked: ChangeAsked, style: Style
) -> ChangePanel:
    told, unit = around.told, kpi.unit
    if told.difference is None:
        return ChangePanel(choices, _("There are not months with values on both sides of the change."))
    sure = _("more than chance") if told.clear else _("it may be chance")
    sentence = _("{name}: {before} before, {after} after, {moved} a month ({sure}).").format(
        name=kpis.kpi_name(kpi, style.language),
        before=number(told.before, unit, style),
        after=number(told.after, unit, style),
        moved=difference(told.difference, 0.0, unit, style),
        sure=sure,
    )
    rows = [
        (_("Mean of {count} months before").format(count=told.periods_before), number(told.before, unit, style)),
        (_("Mean of {count} months after").format(count=told.periods_after), number(told.after, unit, style)),
        (_("Difference"), difference(told.difference, 0.0, unit, style)),
        (_("95% range of the difference"), _range(told.low, told.high, style, unit)),
    ]
    if told.beyond_season is not None:
        rows.append((_("The same months a year earlier"), difference(told.last_year, 0.0, unit, style)))
        rows.append((_("Difference beyond the season"), difference(told.beyond_season, 0.0, unit, style)))
    first = max(around.place - asked.window, 0)
    last = min(around.place + asked.window, len(around.periods))
    shown = range(first, last)
    return ChangePanel(
        choices,
        sentence,
        tuple(rows),
        tuple(
            (
                business.calendar.label(around.periods[place], style.language),
                exact(around.values[place], unit, style),
                place >= around.place,
            )
            for place in shown
        ),
        tuple(_cautions()[caution] for caution in told.cautions),
    )


def _cautions() -> dict[Caution, str]:
    return {
        Caution.FEW: _("Fewer than three months on one side: wait before you conclude."),
        Caution.SEASON: _(
            "The two sides are different calendar months, and there is no year before to take the season off."
        ),
        Caution.TREND: _("The number was on its way already before the change."),
    }
