"""Values of a KPI that people entered, that look unusual, or that are overdue: what stands beside its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from keiki.catalogue.kpi import Horizon, Kpi
from keiki.charts.format import Style, number
from keiki.charts.happened import Happened
from keiki.insight.baseline import BaselineRule, unusual
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT
from keiki.server.data.queries import authors
from keiki.server.kpis import actions, queries
from keiki.server.kpis.forms import WordForm
from keiki.server.kpis.models import Verdict, Word
from keiki.server.kpis.pages.entered import no_evidence
from keiki.server.kpis.pages.numbers import comma, day_words
from keiki.server.kpis.queries import Known, KpiHistory


@dataclass(frozen=True)
class OddLine:
    """An unusual value: its period, what is said of it, and whether somebody has looked at it."""

    period: str
    value: str
    words: str
    day: str
    word: str = ""


@dataclass(frozen=True)
class Beside:
    """What stands beside a history: marks on the chart, the places whose value is left out, lines to decide on."""

    marks: tuple[Happened, ...]
    left_out: frozenset[int]
    lines: tuple[OddLine, ...]


def beside_history(request: Any, business: Business, kpi: Kpi, told: KpiHistory, grain: Grain, style: Style) -> Beside:
    """Who entered which value, and which values look unusual."""
    place_of = {period.start: place for place, period in enumerate(told.periods)}
    entered = queries.entered_of(request.user, business, kpi.id, grain, told.periods[0].start)
    names = authors(business, {each.import_id for each in entered})
    marks = [
        Happened(place_of[first], _entered_words(each, names, kpi, style))
        for each in entered
        if (first := business.calendar.period(grain, each.day).start) in place_of
    ]
    said = {
        place_of[day]: verdict
        for day, verdict in queries.verdicts(business, kpi.id, grain).items()
        if day in place_of and verdict.holds(told.values[place_of[day]])
    }
    left_out = frozenset(place for place, verdict in said.items() if verdict.word == Word.EXCLUDED)
    marks += [Happened(place, _left_out_words(said[place], kpi, style)) for place in sorted(left_out)]
    odd = sorted({*odd_places(told, left_out), *said})
    lines = tuple(_line(business, kpi, told, place, said.get(place), style) for place in odd)
    return Beside(tuple(marks), left_out, lines)


def odd_places(told: KpiHistory, left_out: frozenset[int]) -> tuple[int, ...]:
    """The places of a history whose value lies too far from its trend, by `BaselineRule`; running periods are not
    asked."""
    over = told.completes or (True,) * len(told.values)
    places = [
        place for place, value in enumerate(told.values) if value is not None and over[place] and place not in left_out
    ]
    values = np.array([told.values[place] for place in places], dtype=float)
    found = unusual(np.array(places, dtype=float), values)
    return tuple(place for place, odd in zip(places, found, strict=True) if odd)


def _entered_words(each: queries.EnteredValue, names: Mapping[str, str], kpi: Kpi, style: Style) -> str:
    """The value, who entered it, what shows that it is right, and what they said about it."""
    written = number(each.value, kpi.unit, style)
    author = names.get(each.import_id, "")
    by = _("{value} entered by {author}") if author else _("{value} entered")
    told = [by.format(value=written, author=author), each.evidence or no_evidence(), each.source, each.note]
    return comma(style).join(word for word in told if word)


def _left_out_words(verdict: Verdict, kpi: Kpi, style: Style) -> str:
    words = _("{value} left out by {author}").format(
        value=number(verdict.value, kpi.unit, style), author=str(verdict.said_by or "—")
    )
    return comma(style).join(word for word in (words, verdict.note) if word)


def _line(business: Business, kpi: Kpi, told: KpiHistory, place: int, verdict: Verdict | None, style: Style) -> OddLine:
    value = told.values[place] or 0.0
    others = [each for at, each in enumerate(told.values) if each is not None and at != place]
    usual = float(np.median(others)) if others else 0.0
    words = _("usually {usual}").format(usual=number(usual, kpi.unit, style))
    if usual and value / usual >= 2:
        times = _("{times} times the usual {usual}")
        words = times.format(times=f"{value / usual:.1f}".removesuffix(".0"), usual=number(usual, kpi.unit, style))
    if verdict is not None:
        by = _("{word} ({author}, {day})").format(
            word=Word(verdict.word).label, author=verdict.said_by or "—", day=day_words(verdict.said_at.date(), style)
        )
        words = comma(style).join(word for word in (words, by, verdict.note) if word)
    period = told.periods[place]
    return OddLine(
        business.calendar.label(period, style.language),
        number(value, kpi.unit, style),
        words,
        period.start.isoformat(),
        verdict.word if verdict else "",
    )


def odd_rule() -> str:
    """The rule by which a value is unusual, in words."""
    rule = BaselineRule()
    words = _(
        "Unusual: more than {fence} robust deviations and {far} away from the trend of these periods. The number "
        "itself and every total stay what they are; pictures, baselines and forecasts do without what is left out."
    )
    return words.format(fence=rule.fence, far=f"{rule.far:.0%}")


def overdue_words(request: Any, business: Business, kpi: Kpi, known: Known, style: Style) -> str:
    """That the value of a KPI's cadence is overdue, since when; "" while it is not."""
    since = queries.overdue_since(request.user, business, kpi, known)
    if since is None:
        return ""
    days = (business.calendar.today() - since).days + 1
    words = ngettext("Overdue since {day} ({count} day)", "Overdue since {day} ({count} days)", days)
    return words.format(day=day_words(since, style), count=f"{days:,}")


def cadence_words(business: Business, kpi: Kpi, style: Style) -> str:
    """How often a KPI is looked at now, and why."""
    told = queries.cadence_now(business, kpi)
    usual = _every()[told.usual]
    if told.campaign is not None:
        words = _("Every day until {day}, while the campaign “{name}” runs; otherwise {usual}.")
        return words.format(day=day_words(told.campaign.until, style), name=told.campaign.name, usual=usual)
    horizons = {
        Horizon.SHORT: _("Looked at {usual}: a tactical, short-term number."),
        Horizon.MID: _("Looked at {usual}: a mid-term number."),
        Horizon.LONG: _("Looked at {usual}: a strategic, long-term number."),
    }
    return horizons[kpi.horizon].format(usual=usual)


def _every() -> dict[Grain, str]:
    return {
        Grain.DAY: _("every day"),
        Grain.WEEK: _("every week"),
        Grain.MONTH: _("every month"),
        Grain.QUARTER: _("every quarter"),
        Grain.YEAR: _("every year"),
    }


def without(values: Sequence[float | None], left_out: frozenset[int]) -> tuple[float | None, ...]:
    """The values without those that are left out."""
    return tuple(None if place in left_out else value for place, value in enumerate(values))


def places_of(periods: Sequence[Period], days: frozenset[date]) -> frozenset[int]:
    """The places of the periods that begin on one of the days."""
    return frozenset(place for place, period in enumerate(periods) if period.start in days)


@business_page(EDIT)
@require_POST
def say_of_value(request: Any, business: Business, kpi: str) -> HttpResponse:
    """An unusual value is right, or is left out; or what was said about it is taken back."""
    catalogue = queries.catalogue_of(request.user, business)
    form = WordForm(request.POST)
    if kpi not in catalogue.kpis or not form.is_valid():
        raise Http404
    said = form.cleaned_data
    grain = Grain(said["grain"])
    period = business.calendar.period(grain, said["day"])
    told = queries.kpi_history(request.user, business, kpi, grain=grain, on=period.start)
    if told is None or told.value is None:
        raise Http404
    actions.say_of_value(
        request.user, business, catalogue.kpis[kpi], period.start, grain, told.value, said["word"], said["note"]
    )
    answer = redirect("kpis:kpi", business=business.id, kpi=kpi)
    answer["Location"] += f"?grain={grain}"
    return answer
