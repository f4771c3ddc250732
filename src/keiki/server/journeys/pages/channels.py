"""Channels: the mix of visits with its weak parts, and what each channel earns by every attribution model."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from keiki.charts.chart import Chart, Table
from keiki.charts.format import MISSING, Style, difference, exact, number
from keiki.charts.rows import Part, parts
from keiki.charts.rule_words import length_words, rule_words
from keiki.charts.stacked import Column, stacked_share
from keiki.errors import Restricted
from keiki.facts import value_words
from keiki.measures.choices import MODEL_WORDS
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.pages.files.panel import Asking, Filters
from keiki.server.journeys.pages import period_words
from keiki.server.journeys.queries import channels as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked

if TYPE_CHECKING:
    from keiki.engine.channels import AttributionModels, Credit, CreditedPlace, SearchKeywords
    from keiki.insight.traffic import TrafficMix
    from keiki.server.journeys.queries.channels import Traffic

SHOWN: Final = 5
"""Places drawn on their own; the others are one part."""
LISTED: Final = 30
VALUES: Final = ("conversions", "revenue", "profit")
OPENS: Final = 1.1
"""A place that earns by first touch so many times what it earns by last touch opens more than it closes."""


@dataclass(frozen=True)
class MixRow:
    """One channel as written; `weak` where its share is small."""

    channel: str
    visits: str
    share: str
    before: str
    change: str
    weak: bool


@dataclass(frozen=True)
class CreditRow:
    """One place as written: what each model gives it."""

    place: str
    touches: str
    by_model: tuple[str, ...]


@dataclass(frozen=True)
class KeywordRow:
    """One class of keywords as written."""

    name: str
    keywords: str
    clicks: str
    share: str
    impressions: str
    rate: str


@dataclass(frozen=True)
class ChannelsPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    mix_sentence: str = ""
    mix: Chart | None = None
    mix_rows: tuple[MixRow, ...] = ()
    mix_total: str = ""
    mix_rule: str = ""
    mix_rule_url: str = ""
    credit_sentence: str = ""
    credit: Chart | None = None
    credit_head: str = ""
    models: tuple[str, ...] = ()
    credit_rows: tuple[CreditRow, ...] = ()
    credit_total: tuple[str, ...] = ()
    credit_rule: str = ""
    credit_rule_url: str = ""
    keyword_sentence: str = ""
    keywords: Chart | None = None
    keyword_rows: tuple[KeywordRow, ...] = ()
    keyword_totals: tuple[str, ...] = ()
    keyword_rule: str = ""
    keyword_rule_url: str = ""
    by_ways: tuple[kpis.Way, ...] = ()
    value_ways: tuple[kpis.Way, ...] = ()


@dataclass(frozen=True)
class ChannelsAsked:
    """What the address of the page asks for: the period and the one before, what credit is told by, and of what."""

    lens: Asked
    period: Period
    before: Period
    by: str
    value: str

    @classmethod
    def of(cls, asking: Asking) -> Self:
        """Read from the address; what is not offered falls back to the first that is."""
        business, lens = asking.business, Asked.read(asking.request.GET)
        period, calendar = door.asked_period(business, asking.known, lens.question), business.calendar
        before = calendar.last_year(period) if lens.comparison == "last_year" else calendar.shift(period, -1)
        value = asking.request.GET.get("value", "")
        return cls(
            lens,
            period,
            before,
            lens.by if lens.by in queries.PLACES else queries.PLACES[0],
            value if value in VALUES else VALUES[0],
        )

    def filters(self, asking: Asking) -> Filters:
        """The period in words, and the one it is compared with."""
        words = period_words(asking.business, asking.known, self.period, asking.style)
        return (_("Period"), words), (_("Compared with"), asking.label(self.before))


@business_page()
@require_safe
def channels_page(request: HttpRequest, business: Business) -> HttpResponse:
    """The channels of a period; the address holds period, what credit is told by, and of what."""
    known = door.known(request.user, business)
    title = _("Channels")
    if known.today is None:
        page = ChannelsPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "journeys/channels.html", {"page": page})
    style = kpis.style_of(business, known)
    asked = ChannelsAsked.of(Asking(request, business, known, style))
    period, by, value = asked.period, asked.by, asked.value
    kept = [("value", value)] if value != VALUES[0] else []
    rules_url = reverse("accounts:rules", kwargs={"business": business.id})
    rules = queries.rules(request.user, business)
    page = ChannelsPage(
        title=title,
        subtitle=kpis.beside_business(business, period_words(business, known, period, style)),
        fresh=kpis.fresh_on(known.today, style),
        lens_form=kpis.period_form(business, known, asked.lens, period, kept),
        mix_rule=rule_words(rules, "traffic", style),
        mix_rule_url=f"{rules_url}#rules-traffic",
        credit_rule_url=f"{rules_url}#rules-attribution",
        keyword_rule=rule_words(rules, "keywords", style),
        keyword_rule_url=f"{rules_url}#rules-keywords",
        by_ways=tuple(
            kpis.Way(by_words(each), _url(business, asked.lens, each, value), each == by) for each in queries.PLACES
        ),
        value_ways=tuple(
            kpis.Way(words, _url(business, asked.lens, by, each), each == value)
            for each, words in value_names().items()
        ),
    )
    traffic = door.unless_restricted(lambda: queries.traffic(request.user, business, period, asked.before))
    if isinstance(traffic, Restricted):
        page = replace(page, mix_sentence=traffic.words(style.language))
    else:
        page = _with_mix(page, traffic, style)
    found = door.unless_restricted(lambda: queries.credited(request.user, business, period, by))
    if isinstance(found, Restricted):
        page = replace(page, credit_sentence=found.words(style.language), by_ways=(), value_ways=())
    else:
        page = _with_credit(page, found, value, style)
    page = _with_keywords(page, queries.keywords(request.user, business, period), style)
    return render(request, "journeys/channels.html", {"page": page})


def _url(business: Business, asked: Asked, by: str, value: str) -> str:
    """The page by another column of touches, or of another value."""
    path = asked.url(reverse("journeys:channels", kwargs={"business": business.id}), by="" if by == "channel" else by)
    if value != VALUES[0]:
        path += ("&" if "?" in path else "?") + f"value={value}"
    return f"{path}#credit"


def value_names() -> dict[str, str]:
    """What credit can be told of, in words."""
    return dict(zip(VALUES, (_("Conversions"), _("Revenue"), _("Gross profit")), strict=True))


def by_words(by: str) -> str:
    """What touches are told by, in words."""
    words = {
        "channel": _("Channel"),
        "campaign": _("Campaign"),
        "campaign_kind": _("Kind of campaign"),
        "platform": _("Platform"),
    }
    return words[by]


def place_words(by: str, place: str | None, style: Style) -> str:
    """What a channel, campaign … is called; that a touch names none."""
    return _("Not named") if place is None else value_words(by, place, style.language)


# --- the mix of visits ---


def _with_mix(page: ChannelsPage, traffic: Traffic, style: Style) -> ChannelsPage:
    mix = traffic.mix
    if mix is None:
        return replace(page, mix_sentence=_("The number of visits is not open to you."))
    if not mix.channels:
        return replace(page, mix_sentence=_("No visit of this period is known."))
    earlier = {} if traffic.before is None else {each.channel: each.share for each in traffic.before.channels}
    words = mix_sentence(mix, style)
    drawn = [Part(place_words("channel", each.channel, style), each.visits) for each in mix.channels]
    return replace(
        page,
        mix_sentence=words,
        mix=parts(_("Visits"), words, drawn, "count", style, mix.visits),
        mix_rows=tuple(
            MixRow(
                channel=place_words("channel", each.channel, style),
                visits=number(each.visits, "count", style),
                share=number(each.share, "ratio", style),
                before=number(earlier.get(each.channel), "ratio", style),
                change=difference(each.share, earlier.get(each.channel), "ratio", style),
                weak=each.weak,
            )
            for each in mix.channels
        ),
        mix_total=number(mix.visits, "count", style),
    )


def mix_sentence(mix: TrafficMix, style: Style) -> str:
    """How diverse the visits are, and which channels are weak."""
    largest = mix.channels[0]
    told = _("{channel} brings {share} of {visits} visits; the mix is as diverse as {number} channels of equal size.")
    words = told.format(
        channel=place_words("channel", largest.channel, style),
        share=number(largest.share, "ratio", style),
        visits=number(mix.visits, "count", style),
        number=f"{mix.carrying:.1f}",
    )
    weak = [place_words("channel", each.channel, style) for each in mix.weak]
    gap = "" if style.japanese else " "
    if not weak:
        return words + gap + _("No channel is weak.")
    listed = kpis.comma(style).join(weak)
    return words + gap + ngettext("Weak channel: {names}.", "Weak channels: {names}.", len(weak)).format(names=listed)


# --- what every model gives ---


def model_words(model: str, style: Style) -> str:
    """What an attribution model is called."""
    return MODEL_WORDS[model].words(style.language)


def _with_credit(page: ChannelsPage, found: AttributionModels, value: str, style: Style) -> ChannelsPage:
    page = replace(
        page,
        credit_head=by_words(found.by),
        models=tuple(model_words(model, style) for model in found.models),
        credit_rule=credit_rule(found, style),
    )
    if not found.conversions:
        return replace(page, credit_sentence=_("Nobody bought in this period, so there is nothing to share."))
    words = credit_sentence(found, style)
    wholes: dict[str, float | Decimal | None] = {
        "conversions": found.conversions,
        "revenue": found.revenue,
        "profit": found.gross_profit,
    }
    whole = wholes[value]
    rows = tuple(
        CreditRow(
            place_words(found.by, each.place, style),
            number(each.touches, "count", style),
            tuple(_told(_of(one, value), value, style) for one in each.by_model),
        )
        for each in found.places
    )
    return replace(
        page,
        credit_sentence=words,
        credit=_picture(found, value, words, style),
        credit_rows=rows[:LISTED],
        credit_total=(
            number(sum(each.touches for each in found.places), "count", style),
            *(_told(whole, value, style) for _model in found.models),
        ),
    )


def _of(credit: Credit, value: str) -> float | None:
    amount: float | None = getattr(credit, value)
    return amount


def _told(amount: float | Decimal | None, value: str, style: Style) -> str:
    """A part of conversions with one decimal, money as money."""
    if amount is None:
        return MISSING
    return f"{amount:,.1f}" if value == "conversions" else number(amount, "currency", style)


def _picture(found: AttributionModels, value: str, words: str, style: Style) -> Chart | None:
    """A column for each model, parted by place; None where no place has the value."""
    largest, others = found.places[:SHOWN], found.places[SHOWN:]
    names = [place_words(found.by, each.place, style) for each in largest]
    names += [_("Others")] if others else []
    columns = []
    for place, model in enumerate(found.models):
        amounts = [_of(each.by_model[place], value) or 0.0 for each in largest]
        amounts += [sum(_of(each.by_model[place], value) or 0.0 for each in others)] if others else []
        columns.append(Column(_tick(model), model_words(model, style), tuple(amounts)))
    if not any(amount for column in columns for amount in column.parts):
        return None
    drawn = stacked_share(_("Shares by model"), words, columns, [(name, "") for name in names], style)
    head = (by_words(found.by), *(model_words(model, style) for model in found.models))
    table = Table(head, tuple(_exact_row(each, found.by, value, style) for each in found.places))
    return replace(drawn, table=table)


def _exact_row(each: CreditedPlace, by: str, value: str, style: Style) -> tuple[str, ...]:
    unit = "number" if value == "conversions" else "currency"
    return (place_words(by, each.place, style), *(exact(_of(one, value), unit, style) for one in each.by_model))


def _tick(model: str) -> str:
    """The short name of a model under its column."""
    ticks = {
        "first": _("First"),
        "last": _("Last"),
        "linear": _("Linear"),
        "time_decay": _("Decay"),
        "position_based": _("Position"),
    }
    return ticks[model]


def credit_sentence(found: AttributionModels, style: Style) -> str:
    """How many conversions are shared, and which place opens more than it closes, or less."""
    words = _(
        "{count} conversions worth {revenue}, shared by {models} models; each model gives away all of them."
    ).format(
        count=number(found.conversions, "count", style),
        revenue=number(found.revenue, "currency", style),
        models=len(found.models),
    )
    first, last = found.models.index("first"), found.models.index("last")

    def apart(each: CreditedPlace) -> float:
        return each.by_model[first].conversions - each.by_model[last].conversions

    most = max(found.places, key=lambda each: abs(apart(each)))
    one, other = most.by_model[first].conversions, most.by_model[last].conversions
    told = ""
    if max(one, other) >= OPENS * max(min(one, other), 1.0):
        told = (
            _("{place} opens more than it closes: {first} by first touch, {last} by last touch.")
            if one > other
            else _("{place} closes more than it opens: {first} by first touch, {last} by last touch.")
        )
    told = told or _("No place differs much between the models.")
    gap = "" if style.japanese else " "
    return (
        words
        + gap
        + told.format(place=place_words(found.by, most.place, style), first=f"{one:,.1f}", last=f"{other:,.1f}")
    )


def credit_rule(found: AttributionModels, style: Style) -> str:
    """The window, the half-life and the ends in force, and which model the returns of campaigns follow."""
    rule = found.rule
    return _(
        "A touch counts in the {lookback} before a conversion (an order; a won deal where there are no orders); direct "
        "visits only where there is no other. Time decay: half after each {days} days. Position based: {first} to the "
        "first, {last} to the last touch. Returns on campaigns follow: {model}."
    ).format(
        lookback=length_words(rule.lookback, style),
        days=f"{rule.half_life_days:g}",
        first=f"{rule.ends[0]:.0%}",
        last=f"{rule.ends[1]:.0%}",
        model=model_words(rule.model, style),
    )


# --- what people searched for ---


def class_words(name: str) -> str:
    """What a class of keywords is called."""
    words = {
        "brand": _("Brand"),
        "generic": _("Generic"),
        "problem": _("Problem"),
        "long_tail": _("Long tail"),
        "unnamed": _("Without a keyword"),
    }
    return words[name]


def _with_keywords(page: ChannelsPage, found: SearchKeywords, style: Style) -> ChannelsPage:
    if not found.classes:
        return replace(page, keyword_sentence=_("No search result of this period is known: load Search Console."))
    sentence = keyword_sentence(found, style)
    drawn = [Part(class_words(each.name), float(each.clicks)) for each in found.classes]
    seen = sum(each.impressions for each in found.classes)
    return replace(
        page,
        keyword_sentence=sentence,
        keywords=parts(_("Clicks"), sentence, drawn, "count", style, float(found.clicks)),
        keyword_rows=tuple(
            KeywordRow(
                class_words(each.name),
                number(each.keywords, "count", style),
                number(each.clicks, "count", style),
                number(found.share(each), "ratio", style),
                number(each.impressions, "count", style),
                number(each.clicks / each.impressions if each.impressions else None, "ratio", style),
            )
            for each in found.classes
        ),
        keyword_totals=(
            number(sum(each.keywords for each in found.classes), "count", style),
            number(found.clicks, "count", style),
            number(1.0 if found.clicks else None, "ratio", style),
            number(seen, "count", style),
            number(found.clicks / seen if seen else None, "ratio", style),
        ),
    )


def keyword_sentence(found: SearchKeywords, style: Style) -> str:
    """How much of the search is for the brand, and how much from people who do not know it yet."""
    if not found.clicks:
        return _("Nobody clicked a search result in this period.")
    brand = sum(each.clicks for each in found.classes if each.name == "brand")
    if not brand and not found.rule.brand:
        return _("{clicks} clicks from search. Name the words of your brand, and its part is told.").format(
            clicks=number(found.clicks, "count", style)
        )
    words = _("Of {clicks} clicks from search {brand} are for the brand; the others are people who look for a way.")
    return words.format(clicks=number(found.clicks, "count", style), brand=number(brand / found.clicks, "ratio", style))
