"""Recurring revenue: from start to end by its movements, the rates, other people's rules, and who stays how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from keiki.charts.bridge import Step
from keiki.charts.certainty import period_name
from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, exact, number
from keiki.charts.survival_curve import Curve, Point, survival_curve
from keiki.charts.waterfall import waterfall as columns
from keiki.customers.lives import LifeRule
from keiki.customers.mrr_presets import NAMED, PRESETS
from keiki.facts import value_words
from keiki.measures.told import NOTHING
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.pages.cohorts import fresh_words
from keiki.server.customers.queries import recurring as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.ui.forms import read_day
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import gap

if TYPE_CHECKING:
    from keiki.customers.recurring import Recurring
    from keiki.customers.survival import Survival
    from keiki.engine.recurring import Difference, RecurringAnswer
    from keiki.engine.survival import SurvivalAnswer

GRAINS = {"month": Grain.MONTH, "quarter": Grain.QUARTER}
SHOWN = {Grain.MONTH: 7, Grain.QUARTER: 5}
BY = ("plan", "product", "billing_period", "acquisition_channel", "segment", "region")
OWN = "keiki"


@dataclass(frozen=True)
class RecurringAsked:
    """What the address asks: whose rules, which periods, the one told in full (it holds the day `on`; None: the last
    whole one), and the split of the lives; other words are left out.
    """

    preset: str = OWN
    grain: Grain = Grain.MONTH
    by: str = ""
    on: date | None = None

    @classmethod
    def read(cls, told: QueryDict) -> RecurringAsked:
        """The question of a query string."""
        preset, by = told.get("rules", OWN), told.get("by", "")
        grain = GRAINS.get(told.get("grain", ""), Grain.MONTH)
        return cls(preset if preset in PRESETS else OWN, grain, by if by in BY else "", read_day(told.get("on", "")))

    def chosen(self, periods: Sequence[Recurring]) -> Recurring:
        """The period that is told in full."""
        held = (each for each in periods if self.on and each.period.start <= self.on < each.period.end)
        whole = (each for each in reversed(periods) if each.complete)
        return next(held, None) or next(whole, periods[-1])

    def shown(self, periods: Sequence[Recurring]) -> Sequence[Recurring]:
        """The newest periods; where the chosen one is older, those up to it."""
        newest, last = SHOWN[self.grain], periods.index(self.chosen(periods)) + 1
        return periods[-newest:] if last > len(periods) - newest else periods[max(0, last - newest) : last]


@dataclass(frozen=True)
class Line:
    """One row of a table of periods."""

    name: str
    cells: tuple[tuple[str, str], ...]
    strong: bool = False


@dataclass(frozen=True)
class Card:
    """One rate of the last whole period, with what it is a share of."""

    name: str
    value: str
    base: str


@dataclass(frozen=True)
class Differing:
    period: str
    reason: str
    customers: str
    changes: str


@dataclass(frozen=True)
class RecurringPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    nobody: str = ""
    lens: kpis.LensForm = kpis.LensForm(())
    sentence: str = ""
    rules: tuple[kpis.Way, ...] = ()
    grains: tuple[kpis.Way, ...] = ()
    cards: tuple[Card, ...] = ()
    waterfall: Chart | None = None
    waterfall_title: str = ""
    periods: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    checked: str = ""
    committed: str = ""
    source: str = ""
    differing: tuple[Differing, ...] = ()
    differing_words: str = ""
    lives: Chart | None = None
    lives_sentence: str = ""
    lives_rule: str = ""
    splits: tuple[kpis.Way, ...] = ()
    fresh: str = ""


@business_page()
@require_safe
def recurring_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Movements by a preset and grain, and how long contracts last; the address holds the question."""
    known = door.known(request.user, business)
    title = _("Recurring revenue")
    if known.today is None:
        page = RecurringPage(title, business.name, kpis.empty_state(request, business))
    else:
        page = _page(request, business, known, title)
    return render(request, "customers/recurring.html", {"page": page})


def _page(request: Any, business: Business, known: door.Known, title: str) -> RecurringPage:
    style = kpis.style_of(business, known)
    question = RecurringAsked.read(request.GET)
    preset, grain, by = question.preset, question.grain, question.by
    answer = queries.movements(request.user, business, preset, grain)
    if not any(each.mrr_start or each.mrr_end for each in answer.periods):
        words = _("No paid contract is loaded yet. Bring in contracts with their monthly amount to see this page.")
        return RecurringPage(title, business.name, nobody=words, fresh=fresh_words(known, style))
    found, whole = question.shown(answer.periods), question.chosen(answer.periods)
    newest = RecurringAsked(preset, grain).chosen(answer.periods)
    differing = queries.differences(request.user, business, preset, grain) if preset != OWN else ()
    lives = queries.lives(request.user, business, LifeRule(by=by or None))

    def way(words: str, current: bool, anchor: str = "", **changed: str) -> kpis.Way:
        on = question.on.isoformat() if question.on and "grain" not in changed else ""
        asked = {"rules": preset, "grain": grain.value, "by": by, "on": on} | changed
        told = urlencode({name: value for name, value in asked.items() if value})
        path = reverse("customers:recurring", kwargs={"business": business.id})
        return kpis.Way(words, f"{path}?{told}{anchor}", current)

    return RecurringPage(
        title=title,
        subtitle=kpis.beside_business(business, business.calendar.label(whole.period, style.language)),
        sentence=sentence(whole, business, style),
        lens=_lens(question, answer, whole, business, style),
        rules=tuple(way(each.name, each.id == preset, rules=each.id) for each in PRESETS.values()),
        grains=(
            way(_("Month"), grain is Grain.MONTH, grain="month"),
            way(_("Quarter"), grain is Grain.QUARTER, grain="quarter"),
        ),
        cards=_cards(whole, style),
        waterfall=waterfall(whole, business, style),
        waterfall_title=_("What moved recurring revenue in {period}").format(
            period=business.calendar.label(whole.period, style.language)
        ),
        periods=tuple(_label(each, business, style) for each in found),
        lines=_lines(found, style),
        checked=_checked(found),
        committed=_committed(answer, style) if whole.period.end >= newest.period.end else "",
        source=_source(answer, business, request),
        differing=tuple(_differing(each, business, style) for each in differing if each.period in _asked(found)),
        differing_words=_differing_words(preset, differing),
        lives=_lives_figure(lives, style),
        lives_sentence=_lives_sentence(lives, style),
        lives_rule=_(
            "A life runs from the first paid day to the first day without a paid contract. Contracts that still "
            "run are followed until the last day of the data. The band is 95%."
        ),
        splits=(
            way(_("(no split)"), not by, "#lives", by=""),
            *(way(kpis.dimension_words(name, style), name == by, "#lives", by=name) for name in BY),
        ),
        fresh=fresh_words(known, style),
    )


def _asked(found: Sequence[Recurring]) -> set[Any]:
    return {each.period for each in found}


def _label(each: Recurring, business: Business, style: Style) -> str:
    return period_name(business.calendar.label(each.period, style.language), each.complete, style)


def _lens(
    asked: RecurringAsked, answer: RecurringAnswer, chosen: Recurring, business: Business, style: Style
) -> kpis.LensForm:
    """The select of the period, the newest first."""
    options = tuple((each.period.start.isoformat(), _label(each, business, style)) for each in reversed(answer.periods))
    kept = {"rules": asked.preset, "grain": asked.grain.value, "by": asked.by}
    choice = kpis.Choice("on", _("Period"), options, chosen.period.start.isoformat())
    return kpis.LensForm((choice,), tuple((name, value) for name, value in kept.items() if value))


def sentence(each: Recurring, business: Business, style: Style) -> str:
    """What the period says: from where to where, what was won and lost, and what is kept of the start."""
    up = sum(each.move(name) for name in ("new", "reactivation", "expansion"))
    down = sum(each.move(name) for name in ("contraction", "churned"))
    words = {
        "start": number(each.mrr_start, "currency", style),
        "end": number(each.mrr_end, "currency", style),
        "won": number(up, "currency", style),
        "lost": number(down, "currency", style),
        "nrr": number(each.net_retention, "ratio", style),
    }
    text = _(
        "From {start} to {end}: {won} won and {lost} lost. Of the revenue at the start, {nrr} is there at the end."
    )
    return text.format(**words)


def move_words(name: str) -> str:
    """What a movement is called."""
    return {
        "new": _("New"),
        "reactivation": _("Reactivation"),
        "upsell": _("Upsell"),
        "cross_sell": _("Cross-sell"),
        "expansion": _("Expansion"),
        "contraction": _("Contraction"),
        "churned": _("Churn"),
    }[name]


def waterfall(each: Recurring, business: Business, style: Style) -> Chart:
    """The way from the start of a period to its end."""
    told = each.moves.get("upsell") is not None
    names = ("new", "reactivation", *(("upsell", "cross_sell") if told else ("expansion",)), "contraction", "churned")
    steps = [
        Step(move_words(name), float(each.move(name)) * (-1 if name in ("contraction", "churned") else 1))
        for name in names
        if each.move(name)
    ]
    ends = ((pgettext("period", "Start"), float(each.mrr_start)), (pgettext("period", "End"), float(each.mrr_end)))
    title = _("Recurring revenue from start to end")
    return columns(title, sentence(each, business, style), ends, steps, "currency", style)


def _cards(each: Recurring, style: Style) -> tuple[Card, ...]:
    start = _("of the revenue at the start")
    customers = _("of the customers at the start")
    rows: list[tuple[str, float | None, str, str]] = [
        ("NRR", each.net_retention, "ratio", start),
        ("GRR", each.gross_retention, "ratio", start),
        (_("Revenue churn"), each.revenue_churn, "ratio", start),
        (_("Customer churn"), each.logo_churn, "ratio", customers),
        (_("Upsell, revenue"), each.rate_of_revenue("upsell"), "ratio", start),
        (_("Upsell, customers"), each.rate_of_customers("upsell"), "ratio", customers),
        (_("Cross-sell, revenue"), each.rate_of_revenue("cross_sell"), "ratio", start),
        (_("Cross-sell, customers"), each.rate_of_customers("cross_sell"), "ratio", customers),
        (_("Renewal rate"), each.renewal_rate, "ratio", _("of {n} contracts due").format(n=each.due)),
        (_("Quick ratio"), each.quick_ratio, "number", _("won for each 1 lost")),
        ("ARPA", each.per_account, "currency", _("per paying customer, a month")),
        ("ARPU", each.per_user, "currency", _("per licensed user, a month")),
    ]
    return tuple(Card(name, number(value, unit, style), base) for name, value, unit, base in rows)


def _lines(found: Sequence[Recurring], style: Style) -> tuple[Line, ...]:
    told = any(each.moves.get("upsell") is not None for each in found)
    names = ("new", "reactivation", *(("upsell", "cross_sell") if told else ("expansion",)), "contraction", "churned")

    def line(name: str, read: Callable[[Recurring], Any], unit: str = "currency", strong: bool = False) -> Line:
        values = [read(each) for each in found]
        return Line(name, tuple((number(v, unit, style), exact(v, unit, style)) for v in values), strong)

    def move(name: str) -> Line:
        sign = "−" if name in ("contraction", "churned") else "+"
        return line(f"{sign} {move_words(name)}", lambda each: each.move(name))

    return (
        line(pgettext("period", "Start"), lambda each: each.mrr_start, strong=True),
        *map(move, names),
        line(pgettext("period", "End"), lambda each: each.mrr_end, strong=True),
        line(_("Paying customers at the end"), lambda each: each.customers_end, "count"),
        line("NRR", lambda each: each.net_retention, "ratio"),
        line("GRR", lambda each: each.gross_retention, "ratio"),
        line(_("Customer churn"), lambda each: each.logo_churn, "ratio"),
        line(_("Quick ratio"), lambda each: each.quick_ratio, "number"),
    )


def _checked(found: Sequence[Recurring]) -> str:
    if any(each.unexplained for each in found):
        return _("Start and movements do not give the end. Please report this.")
    return _("Start + movements = end, to the last digit, in every period.")


def _committed(answer: RecurringAnswer, style: Style) -> str:
    agreed = answer.committed
    words = {
        "total": number(agreed.total, "currency", style),
        "starting": number(agreed.starting, "currency", style),
        "ending": number(agreed.ending, "currency", style),
    }
    return _("Committed: {total}, with {starting} already agreed to start later and {ending} to end.").format(**words)


def _source(answer: RecurringAnswer, business: Business, request: Any) -> str:
    if answer.preset.id == OWN:
        rules = door.answered(
            request.user, business, "movement rule", lambda numbers: numbers.rules.movements, tells=NOTHING
        )
        return _(
            "Rule: a customer's revenue at both ends of the period is compared; a gap is a pause when it is longer "
            "than this many days: {n}."
        ).format(n=rules.gap_days)
    return _("Rule: {source}.").format(source=answer.preset.words(current_language()))


def reason_words(reason: str) -> str:
    """Why two sets of rules differ, in words."""
    return {
        "several_contracts": _("several contracts of one customer"),
        "short_gap": _("a pause that only one of them bridges"),
        "brief": _("began and ended within the period"),
        "return": _("a return goes under another name"),
        "several_changes": _("up and down within the period"),
    }[reason]


def _differing(each: Difference, business: Business, style: Style) -> Differing:
    changes = (_("; ") if not style.japanese else "、").join(
        f"{move_words(name)} " + " → ".join(number(side[name], "currency", style) for side in (each.left, each.right))
        for name in NAMED
        if each.left[name] != each.right[name]
    )
    label = business.calendar.label(each.period, style.language)
    return Differing(label, reason_words(each.reason), number(each.customers, "count", style), changes)


def _differing_words(preset: str, found: Sequence[Difference]) -> str:
    if preset == OWN:
        return ""
    if not found:
        return _("Both rules name every change alike.")
    most = max(found, key=lambda each: each.customers)
    return _("Most often: {reason}.").format(reason=reason_words(most.reason))


def _lives_figure(answer: SurvivalAnswer, style: Style) -> Chart | None:
    if not answer.curves:
        return None
    title, words = _("Customers still there"), _lives_sentence(answer, style)
    lines = [_line(curve, answer, style) for curve in answer.curves]
    return survival_curve(title, words, lines, _("months"), style)


def _line(curve: Survival, answer: SurvivalAnswer, style: Style) -> Curve:
    points = [Point(0, 1.0, None, None, curve.size)]
    points += [Point(s.length, s.share, s.low, s.high, s.at_risk) for s in curve.steps if s.length or s.ended]
    return Curve(segment_of(curve, answer, style), tuple(points))


def segment_of(curve: Survival, answer: SurvivalAnswer, style: Style) -> str:
    """What the customers of a curve are called."""
    by = answer.rule.by
    if by is None:
        return _("All customers")
    return value_words(by, curve.segment, style.language) if curve.segment else _("(unknown)")


def _lives_sentence(answer: SurvivalAnswer, style: Style) -> str:
    """After a year, who is left, and whether segments differ."""
    first = answer.curves[0] if answer.curves else None
    if first is None or first.share(12) is None:
        return _("No contract has been followed for a year yet.")
    step = first.at(12)
    band = MISSING
    if step is not None and step.low is not None and step.high is not None:
        band = f"{number(step.low, 'ratio', style)}–{number(step.high, 'ratio', style)}"
    words = {
        "share": number(first.share(12), "ratio", style),
        "band": band,
        "n": number(first.at_risk(12), "count", style),
    }
    if answer.rule.by is None or len(answer.curves) < 2:
        return _("{share} of customers are still there after 12 months (95%: {band}; {n} had come so far).").format(
            **words
        )
    known = [curve for curve in answer.curves if curve.share(12) is not None]
    best, worst = (pick(known, key=lambda curve: curve.share(12) or 0.0) for pick in (max, min))
    text = _("After 12 months {best} keeps {high}, {worst} {low}.").format(
        best=segment_of(best, answer, style),
        high=number(best.share(12), "ratio", style),
        worst=segment_of(worst, answer, style),
        low=number(worst.share(12), "ratio", style),
    )
    if answer.test is None:
        return text
    differ = answer.test.p_value < 0.05
    return f"{text}{gap()}" + (
        _("The segments differ (log-rank p = {p}).") if differ else _("It may be chance (log-rank p = {p}).")
    ).format(p="< 0.001" if answer.test.p_value < 0.001 else f"{answer.test.p_value:.3f}").replace("= <", "<")
