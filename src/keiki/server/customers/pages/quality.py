"""Good and bad revenue: how much of the sales keeps paying back, and where the next yen should go."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from keiki.charts.certainty import period_name
from keiki.charts.chart import Chart
from keiki.charts.format import MINUS, MISSING, Style, number
from keiki.charts.lines import Line, lines
from keiki.charts.rule_words import bearer_words, ideal_words, rule_words
from keiki.charts.stacked import Column, stacked
from keiki.customers.allocation import FEED, FEW, HOLD, STOP, UNPAID, WAIT, Advice, Place, reallocated
from keiki.customers.classes import BAD, GOOD, UNDETERMINED
from keiki.customers.profit_curves import Curve
from keiki.customers.quality_report import QualityPeriod
from keiki.errors import KeikiError
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.forms.quality import GRAINS, QualityAsked
from keiki.server.customers.pages.cohorts import fresh_words
from keiki.server.customers.pages.lifetime_value import group_words
from keiki.server.customers.queries import quality as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door

if TYPE_CHECKING:
    from keiki.engine.customer_quality import Places, QualityReport

SHOWN_CURVES = 12
SHOWN_CROSSED = 60
STATUS = {FEED: "good", HOLD: "watch", STOP: "act", WAIT: "none", FEW: "none", UNPAID: "none"}


@dataclass(frozen=True)
class PeriodRow:
    label: str
    revenue: str
    new: str
    repeat: str
    good: str
    bad: str
    undetermined: str
    margin: str
    profit: str
    profit_margin: str
    fan: bool


@dataclass(frozen=True)
class ClassRow:
    """One class of customers: how many, their share, their revenue and its share."""

    name: str
    tone: str
    customers: str
    share: str
    revenue: str
    revenue_share: str


@dataclass(frozen=True)
class AcquiredRow:
    """The customers who came in one period, by what they are now."""

    label: str
    customers: str
    good: str
    undetermined: str
    bad: str
    good_share: str


@dataclass(frozen=True)
class CurveRow:
    names: tuple[str, ...]
    customers: str
    first: str
    last: str
    age: str
    payback: str
    recovered: bool


@dataclass(frozen=True)
class PlaceRow:
    name: str
    customers: str
    revenue: str
    spend: str
    per_spend: str
    repeat: str
    low: bool
    bad: str
    payback: str
    status: str
    advice: str


@dataclass(frozen=True)
class QualityPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    sentence: str = ""
    rule: str = ""
    cost_rule: str = ""
    fit_rule: str = ""
    bearer_rule: str = ""
    classes: tuple[ClassRow, ...] = ()
    grains: tuple[kpis.Way, ...] = ()
    figure: Chart | None = None
    rows: tuple[PeriodRow, ...] = ()
    periods_sentence: str = ""
    acquired: tuple[AcquiredRow, ...] = ()
    acquired_sentence: str = ""
    fan_rule: str = ""
    fan: str = ""
    curves_by: tuple[kpis.Way, ...] = ()
    curves_crossed: tuple[kpis.Way, ...] = ()
    curves_heads: tuple[str, ...] = ()
    curves_note: str = ""
    curves_sentence: str = ""
    curves_figure: Chart | None = None
    curves: tuple[CurveRow, ...] = ()
    places_by: tuple[kpis.Way, ...] = ()
    places_head: str = ""
    places_sentence: str = ""
    places_rule: str = ""
    places: tuple[PlaceRow, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()
    givers: tuple[tuple[str, str], ...] = ()
    giver: str = ""
    taker: str = ""
    amount: str = ""
    amount_error: str = ""
    moved: str = ""
    moved_error: str = ""
    caveats: tuple[str, ...] = ()


@business_page()
@require_safe
def quality_page(request: HttpRequest, business: Business) -> HttpResponse:
    """How good the revenue is; the address holds the grain, the splits and a move of money."""
    known = door.known(request.user, business)
    if known.today is None:
        page = QualityPage(_("Good and bad revenue"), business.name, kpis.empty_state(request, business))
        return render(request, "customers/quality.html", {"page": page})
    asked = QualityAsked.read(request.GET)
    report = queries.report(request.user, business, asked.grain)
    found = queries.curves(request.user, business, asked.splits, asked.places)
    places = queries.places_by(request.user, business, asked.places, asked.curves)
    style = kpis.style_of(business, known)
    rules = queries.rules(request.user, business)
    words = (rule_words(rules, "classes", style), bearer_words(rules, style))
    fit = ideal_words(rules.ideal, style) if queries.FIT in (*asked.splits, asked.places) else ""
    page = _page(business, asked, report, found, places, style, words)
    page = QualityPage(**{**vars(page), "fresh": fresh_words(known, style), "fit_rule": fit})
    return render(request, "customers/quality.html", {"page": page})


def _page(
    business: Business,
    asked: QualityAsked,
    report: QualityReport,
    found: tuple[Curve, ...],
    places: Places,
    style: Style,
    rules: tuple[str, str],
) -> QualityPage:
    path = reverse("customers:quality", kwargs={"business": business.id})
    moved, error, caveats = _moved(asked, places, style)
    grains = {Grain.MONTH: _("Month"), Grain.QUARTER: _("Quarter"), Grain.YEAR: _("Year")}
    kept = asked.pairs
    return QualityPage(
        title=_("Good and bad revenue"),
        subtitle=business.name,
        sentence=_sentence(report, style),
        rule=rules[0],
        cost_rule=_(
            "Profit so far = gross profit − acquisition (of the customer, else shared by campaign, channel, month) − "
            "retention and service cost − returns."
        ),
        bearer_rule=rules[1],
        classes=_classes(report, style),
        grains=tuple(
            kpis.Way(grains[grain], asked.url(path, grain=grain) + "#periods", grain is asked.grain) for grain in GRAINS
        ),
        figure=_periods_figure(business, report, style),
        rows=tuple(_period_row(business, each, style) for each in reversed(report.periods)),
        periods_sentence=_periods_sentence(business, report, style),
        acquired=tuple(_acquired_row(business, each, style) for each in reversed(report.periods)),
        acquired_sentence=_acquired_sentence(business, report, style),
        fan_rule=_fan_rule(report),
        fan=_fan_words(business, report, style),
        curves_by=tuple(
            kpis.Way(by_words(name), asked.url(path, curves=name) + "#curves", name == asked.curves)
            for name in queries.CURVES_BY
        ),
        curves_crossed=tuple(
            kpis.Way(by_words(name), asked.url(path, crossed=asked.toggled(name)) + "#curves", name in asked.crossed)
            for name in queries.CURVES_BY
            if name != asked.curves
        ),
        curves_heads=tuple(by_words(name) for name in asked.splits),
        curves_note=_curves_note(asked.splits, found),
        curves_sentence=_curves_sentence(asked.splits, found, style),
        curves_figure=_curves_figure(asked.splits, found, style),
        curves=tuple(_curve_row(asked.splits, each, style) for each in _in_order(asked.splits, found)),
        places_by=tuple(
            kpis.Way(by_words(name), _unmoved(asked).url(path, places=name) + "#places", name == places.by)
            for name in queries.PLACES_BY
        ),
        places_head=by_words(places.by),
        places_sentence=_places_sentence(places, style),
        places_rule=places_rule(places),
        places=tuple(_place_row(places, each, style) for each in places.advice),
        kept=tuple((name, value) for name, value in kept if name not in {"giver", "taker", "amount"}),
        givers=tuple((str(each.name or ""), _name(places.by, each, style)) for each in _told(places)),
        giver=asked.giver or _worst(places),
        taker=asked.taker or _best(places),
        amount=asked.text,
        amount_error=_("Write an amount above 0, such as 1000000.") if asked.text and asked.amount is None else "",
        moved=moved,
        moved_error=error,
        caveats=caveats,
    )


def by_words(name: str) -> str:
    """What a split is called."""
    words = {
        "cohort": _("Month of acquisition"),
        "channel": _("Channel"),
        "campaign": _("Campaign"),
        "product": _("First product"),
        "plan": pgettext("contract", "Plan"),
        "icp_fit": _("ICP"),
    }
    return words[name]


def _name(by: str, place: Place, style: Style) -> str:
    return group_words(by, place.name, style)


# --- classes and periods ---


def _sentence(report: QualityReport, style: Style) -> str:
    over = [each for each in report.periods if each.complete] or list(report.periods)
    if not over or not over[-1].revenue:
        return _("Nothing has been sold yet.")
    last = over[-1]
    return _("Of the sales of the last full period, {good} came from good customers, {bad} from bad ones.").format(
        good=number(last.good_share, "ratio", style), bad=number(last.bad_share, "ratio", style)
    )


def _classes(report: QualityReport, style: Style) -> tuple[ClassRow, ...]:
    names = {"good": (_("Good"), "good"), "undetermined": (_("Undetermined"), "none"), "bad": (_("Bad"), "act")}
    customers, revenue = sum(report.customers.values()), float(sum(report.revenue.values()))
    found = []
    for kind, (name, tone) in names.items():
        count, sold = report.customers[kind], float(report.revenue[kind])
        found.append(
            ClassRow(
                name,
                tone,
                number(count, "count", style),
                number(count / customers if customers else None, "ratio", style),
                number(sold, "currency", style),
                number(sold / revenue if revenue else None, "ratio", style),
            )
        )
    return tuple(found)


def _parts() -> tuple[tuple[str, str], ...]:
    return ((_("Good"), "good"), (_("Undetermined"), "none"), (_("Bad"), "act"), (_("Without a customer"), "watch"))


def _periods_figure(business: Business, report: QualityReport, style: Style) -> Chart | None:
    if not report.periods:
        return None
    parts = _parts()
    columns = [
        Column(
            business.calendar.short(each.period, style.language),
            business.calendar.label(each.period, style.language),
            tuple(float(part) for part in (each.good, each.undetermined, each.bad, each.unnamed)),
            each.complete,
        )
        for each in report.periods
    ]
    if not any(column.parts[3] for column in columns):
        parts, columns = parts[:3], [Column(c.tick, c.label, c.parts[:3], c.complete) for c in columns]
    title = _("Revenue by class of customer")
    sentence = _periods_sentence(business, report, style)
    return stacked(title, sentence, columns, parts, "currency", style)


def _period_row(business: Business, each: QualityPeriod, style: Style) -> PeriodRow:
    def money(amount: object) -> str:
        return number(float(amount), "currency", style)  # type: ignore[arg-type]  # a Decimal

    label = business.calendar.label(each.period, style.language)
    return PeriodRow(
        label=period_name(label, each.complete, style),
        revenue=money(each.revenue),
        new=money(each.new),
        repeat=money(each.repeat),
        good=money(each.good),
        bad=money(each.bad),
        undetermined=money(each.undetermined),
        margin=number(each.margin, "ratio", style),
        profit=money(each.profit),
        profit_margin=number(each.profit_margin, "ratio", style),
        fan=each.fan,
    )


def _periods_sentence(business: Business, report: QualityReport, style: Style) -> str:
    over = [each for each in report.periods if each.complete]
    if len(over) < 2:
        return _("There is no second full period to compare with yet.")
    before, after = over[-2], over[-1]
    return _("{period}: repeat sales {repeat}, new {new}; margin {margin}, after all customer costs {left}.").format(
        period=business.calendar.label(after.period, style.language),
        repeat=_signed(after.repeat, before.repeat),
        new=_signed(after.new, before.new),
        margin=number(after.margin, "ratio", style),
        left=number(after.profit_margin, "ratio", style),
    )


def _acquired_row(business: Business, each: QualityPeriod, style: Style) -> AcquiredRow:
    def count(value: int) -> str:
        return number(value, "count", style)

    return AcquiredRow(
        label=period_name(business.calendar.label(each.period, style.language), each.complete, style),
        customers=count(sum(each.acquired.values())),
        good=count(each.acquired[GOOD]),
        undetermined=count(each.acquired[UNDETERMINED]),
        bad=count(each.acquired[BAD]),
        good_share=number(each.acquired_good, "ratio", style),
    )


def _acquired_sentence(business: Business, report: QualityReport, style: Style) -> str:
    """The oldest period: it has had the longest time to be judged."""
    oldest = next((each for each in report.periods if each.acquired_good is not None), None)
    if oldest is None:
        return _("Nobody came in these periods.")
    return _("Of the customers of {period}, {share} are good by now. Newer ones have had less time.").format(
        period=business.calendar.label(oldest.period, style.language),
        share=number(oldest.acquired_good, "ratio", style),
    )


def _signed(after: object, before: object) -> str:
    new, old = float(after), float(before)  # type: ignore[arg-type]  # Decimals
    return MISSING if not old else f"{new / old - 1:+.1%}".replace("-", MINUS)


def _fan_rule(report: QualityReport) -> str:
    return _(
        "Warning when sales grow and profit grows by less than {share} of that in {periods} periods in a row."
    ).format(share=f"{report.fan.share:.0%}", periods=report.fan.periods)


def _fan_words(business: Business, report: QualityReport, style: Style) -> str:
    warned = [each for each in report.periods if each.fan]
    if not warned:
        return ""
    return _("In {period} sales outran profit again: growth is being bought.").format(
        period=business.calendar.label(warned[-1].period, style.language)
    )


# --- curves ---


def _in_order(splits: tuple[str, ...], found: tuple[Curve, ...]) -> tuple[Curve, ...]:
    if splits == ("cohort",):
        return tuple(sorted(found, key=lambda curve: curve.group[0] or date.min, reverse=True))
    return found[: SHOWN_CURVES if len(splits) == 1 else SHOWN_CROSSED]


def _curves_note(splits: tuple[str, ...], found: tuple[Curve, ...]) -> str:
    shown = len(_in_order(splits, found))
    if shown == len(found):
        return ""
    return _("The {shown} largest of {count} groups; the file has all.").format(shown=shown, count=len(found))


def curve_names(splits: tuple[str, ...], curve: Curve, style: Style) -> tuple[str, ...]:
    """What the group of a curve is called, by each of the splits."""
    return tuple(group_words(name, value, style) for name, value in zip(splits, curve.group, strict=True))


def _curve_name(splits: tuple[str, ...], curve: Curve, style: Style) -> str:
    return " · ".join(curve_names(splits, curve, style))


def _curves_figure(splits: tuple[str, ...], found: tuple[Curve, ...], style: Style) -> Chart | None:
    if not found:
        return None
    shown = _drawn(splits, found)
    names = _short_names([curve_names(splits, each, style) for each in shown])
    drawn = [Line(name, tuple(p.profit for p in each.points)) for name, each in zip(names, shown, strict=True)]
    ages = [str(age) for age in range(max(len(line.values) for line in drawn))]
    title = _("Cumulative profit of a customer by age")
    sentence = _curves_sentence(splits, found, style)
    return lines(title, sentence, drawn, ages, "currency", style, over=_("Months"))


def _short_names(names: list[tuple[str, ...]]) -> list[str]:
    """Names of a picture's lines: without the parts that all of them share."""
    places = [place for place, values in enumerate(zip(*names, strict=True)) if len(set(values)) > 1]
    return [" · ".join(name[place] for place in places or range(len(name))) for name in names]


def _drawn(splits: tuple[str, ...], found: tuple[Curve, ...]) -> tuple[Curve, ...]:
    """Four curves that tell most: cohorts spread over time, else the groups that have lived most months together."""
    if splits != ("cohort",):
        return tuple(sorted(found, key=lambda curve: -sum(point.customers for point in curve.points))[:4])
    if len(found) <= 4:
        return found
    dated = sorted(found, key=lambda curve: curve.group[0] or date.min)
    return tuple(dated[round(place * (len(dated) - 1) / 3)] for place in range(4))


def _curve_row(splits: tuple[str, ...], each: Curve, style: Style) -> CurveRow:
    return CurveRow(
        names=curve_names(splits, each, style),
        customers=number(each.customers, "count", style),
        first=number(each.points[0].profit, "currency", style),
        last=number(each.last.profit, "currency", style),
        age=number(each.last.age, "months", style),
        payback=number(each.payback, "months", style) if each.payback is not None else _("not recovered"),
        recovered=each.payback is not None,
    )


def _curves_sentence(splits: tuple[str, ...], found: tuple[Curve, ...], style: Style) -> str:
    if not found:
        return _("Too few customers, or none has lived a month yet.")
    back = [each for each in found if each.payback is not None]
    if not back:
        return _("None of {count} groups has earned its cost back so far.").format(count=len(found))
    fastest = min(back, key=lambda each: each.payback or 0)
    return _("{back} of {count} groups have earned their cost back, “{name}” first: after {months}.").format(
        back=len(back),
        count=len(found),
        name=_curve_name(splits, fastest, style),
        months=number(fastest.payback, "months", style),
    )


# --- where the money should go ---


def advice_words(action: str) -> str:
    """What to do with the money, in words."""
    words = {FEED: _("Feed"), HOLD: _("Hold"), STOP: _("Stop or mend"), WAIT: _("Wait"), FEW: _("Too few to say")}
    words[UNPAID] = _("Nothing spent")
    return words[action]


def _place_row(places: Places, each: Advice, style: Style) -> PlaceRow:
    place = each.place
    worth = next(row for row in places.worths.rows if row.group == place.name)
    judged = (worth.good or 0) + (worth.bad or 0)
    return PlaceRow(
        name=_name(places.by, place, style),
        customers=number(place.customers, "count", style),
        revenue=number(place.revenue, "currency", style),
        spend=number(place.spend, "currency", style),
        per_spend=_rate(place.per_spend),
        repeat=number(place.repeat_rate, "ratio", style),
        low=each.low,
        bad=number((worth.bad or 0) / judged if judged else None, "ratio", style),
        payback=number(place.payback, "months", style) if place.payback is not None else _("not recovered"),
        status=STATUS[each.action],
        advice=advice_words(each.action),
    )


def _rate(value: float | None) -> str:
    return MISSING if value is None else f"{value:.2f}".replace("-", MINUS)


def _places_sentence(places: Places, style: Style) -> str:
    told = [each for each in places.advice if each.place.per_spend is not None and each.action != FEW]
    if len(told) < 2:
        return _("There are not two of them with enough customers and money spent to compare.")
    best, worst = told[0].place, told[-1].place
    return _("“{best}” brings {most} for each unit spent, “{worst}” {least}.").format(
        best=_name(places.by, best, style),
        most=_rate(best.per_spend),
        worst=_name(places.by, worst, style),
        least=_rate(worst.per_spend),
    )


def places_rule(places: Places) -> str:
    """When money comes back, in words."""
    rule = places.rule
    return _(
        "Long-term profit per spend = (gross profit − retention) ÷ acquisition, so far. Feed: paid back within "
        "{months} months. Hold: later. Stop: not recovered at {months} months. Fewer than {customers} customers say "
        "nothing. Low-quality revenue: bought again less than {low} as often as by all."
    ).format(months=rule.months, customers=rule.customers, low=f"{rule.low_repeat:.0%}")


def _told(places: Places) -> list[Place]:
    return [each.place for each in places.advice if each.place.per_spend is not None]


def _worst(places: Places) -> str:
    told = _told(places)
    return str(told[-1].name or "") if told else ""


def _best(places: Places) -> str:
    told = _told(places)
    return str(told[0].name or "") if told else ""


def _unmoved(asked: QualityAsked) -> QualityAsked:
    return replace(asked, giver="", taker="", text="", amount=None)


def _moved(asked: QualityAsked, places: Places, style: Style) -> tuple[str, str, tuple[str, ...]]:
    """The sentence of the move asked for, or what is wrong with it, and what to keep in mind."""
    if asked.amount is None:
        return "", "", ()
    named = {str(each.name or ""): each for each in _told(places)}
    giver, taker = named.get(asked.giver), named.get(asked.taker)
    if giver is None or taker is None or giver is taker:
        return "", _("Choose two different ones."), ()
    try:
        found = reallocated(asked.amount, giver, taker)
    except KeikiError as error:
        return "", error.words(style.language), ()
    words = _("Moving {amount} from “{giver}” ({low}) to “{taker}” ({high}) brings {expected} of long-term profit.")
    sentence = words.format(
        amount=number(asked.amount, "currency", style),
        giver=_name(places.by, giver, style),
        low=_rate(giver.per_spend),
        taker=_name(places.by, taker, style),
        high=_rate(taker.per_spend),
        expected=("+" if found.expected >= 0 else "") + number(found.expected, "currency", style),
    )
    caveats = [
        _("It holds when the next customers are like those so far; usually each further one costs more."),
        _("It is the profit customers have left so far; younger customers still bring more."),
    ]
    if found.stretched:
        caveats.insert(
            0,
            _("It changes the spend of {names} by more than half: try a part first.").format(
                names=", ".join(group_words(places.by, name, style) for name in found.stretched)
            ),
        )
    return sentence, "", tuple(caveats)
