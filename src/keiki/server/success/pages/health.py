"""Health: how accounts do now, and whether the score would have known who left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.chart import Chart, Table
from keiki.charts.format import MISSING, Style, number
from keiki.charts.rule_words import rule_words
from keiki.charts.scatter import Dot, calibration
from keiki.charts.trend import Bar, trend
from keiki.customers.back_test import BackTest, Slice
from keiki.customers.health import PARTS, Weights
from keiki.errors import EditConflict
from keiki.measures.told import NOTHING
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import OWN, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import actions, queries
from keiki.server.success.forms import read_filter, with_query
from keiki.server.success.pages import BANDS, Fact, accounts_words, fresh_words, style_of
from keiki.server.ui.language import current_language

USEFUL, FAIR = 0.7, 0.6
"""From which chance of the right order a score is useful, and from which it says something."""


@dataclass(frozen=True)
class WeightRow:
    part: str
    now: str
    fitted: str


@dataclass(frozen=True)
class HealthPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    sentence: str = ""
    bands: tuple[Fact, ...] = ()
    coverage: str = ""
    fell: Fact | None = None
    told: str = ""
    notes: tuple[str, ...] = ()
    lift: Chart | None = None
    calibration: Chart | None = None
    calibration_sentence: str = ""
    weights: tuple[WeightRow, ...] = ()
    weights_sentence: str = ""
    version: int | None = None
    rule: str = ""


@business_page(OWN)
@require_POST
def adopt_weights(request: Any, business: Business) -> HttpResponse:
    """Make the proposed weights those of the business, when nobody changed its settings since they were shown."""
    version = request.POST.get("version", "")
    fitted = queries.outlook(request.user, business).past.fitted if door.known(request.user, business).today else None
    if fitted is None or not version.isdecimal():
        raise Http404
    try:
        actions.adopt_weights(request.user, business, int(version), proposed(fitted.weights))
    except EditConflict as conflict:
        messages.error(request, conflict.words(current_language()))
    else:
        messages.success(request, _("The score follows the proposed weights from now on."))
    return redirect("success:health", business=business.id)


def proposed(weights: Weights) -> dict[str, float]:
    """Fitted weights as people read them: whole numbers that add up to 100."""
    parts = {part: float(int(getattr(weights, part))) for part in PARTS}
    left = sorted(PARTS, key=lambda part: getattr(weights, part) % 1, reverse=True)
    for part in left[: int(100 - sum(parts.values()))]:
        parts[part] += 1
    return parts


@business_page()
@require_safe
def health_page(request: Any, business: Business) -> HttpResponse:
    """Bands of today and the back-test of the score."""
    title = _("Health")
    if door.known(request.user, business).today is None:
        page = HealthPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/health.html", {"page": page})
    asked, _at = read_filter({}, queries.PAGE)
    overview = queries.accounts(request.user, business, asked).overview
    style = style_of(request, business)
    past = overview.outlook.past
    path = reverse("success:accounts", kwargs={"business": business.id})
    names = {"green": _("Green"), "yellow": _("Yellow"), "red": _("Red"), None: _("No score")}
    fell = overview.lists["fell"]
    page = HealthPage(
        title,
        business.name,
        fresh=fresh_words(overview.day, style),
        sentence=_sentence(overview.bands, style),
        bands=tuple(Fact(names[band], accounts_words(count), BANDS[band]) for band, count in overview.bands.items()),
        coverage=_("Use is not known for {unknown} of {all}; a part not known is left out of the score.").format(
            unknown=accounts_words(overview.unknown_use), all=accounts_words(overview.lists["all"].accounts)
        ),
        fell=Fact(
            _("Score fell by {points} points or more in {weeks} weeks").format(
                points=f"{overview.outlook.rule.fall:g}", weeks=overview.outlook.rule.fall_weeks
            ),
            accounts_words(fell.accounts),
            url=with_query(path, list="fell") + "#list",
        ),
        told=_told(past, style),
        notes=_notes(past, style),
        lift=_lift(past, style),
        calibration=_calibration(past, style),
        calibration_sentence=_calibration_words(past, style),
        weights=_weights(past, overview.outlook.rule.health.weights, style),
        weights_sentence=_weights_words(past, style),
        version=_offers(request, business, past, overview.outlook.rule.health.weights),
        rule=rule_words(_rules(business, request), "health", style),
    )
    return render(request, "success/health.html", {"page": page})


def _offers(request: Any, business: Business, past: BackTest, current: Weights) -> int | None:
    """The version of the business that the proposed weights would change; None when they are not offered."""
    if past.fitted is None or not allows(request.membership.role, OWN):
        return None
    same = all(getattr(current, part) == weight for part, weight in proposed(past.fitted.weights).items())
    return None if same else business.version


def _rules(business: Business, request: Any) -> Any:
    return door.answered(request.user, business, "rules in force", lambda numbers: numbers.rules, tells=NOTHING)


def _sentence(bands: Any, style: Style) -> str:
    scored = sum(count for band, count in bands.items() if band is not None)
    if not scored:
        return _("No account has a score yet: nothing is known of use, inquiries or payments.")
    return _("{red} are red and {yellow} yellow, of {all} with a score.").format(
        red=accounts_words(bands["red"]), yellow=accounts_words(bands["yellow"]), all=accounts_words(scored)
    )


def _told(past: BackTest, style: Style) -> str:
    if past.auc is None:
        return _("The score cannot be judged yet.")
    share = number(past.auc, "ratio", style)
    if past.auc >= USEFUL:
        told = _("The score works: of an account that left and one that stayed it put the right one lower in {share}.")
    elif past.auc >= FAIR:
        told = _("The score says something: it put the account that left lower in {share} of the pairs.")
    else:
        told = _("The score hardly tells who leaves: it put the account that left lower in {share} of the pairs.")
    return told.format(share=share)


def _notes(past: BackTest, style: Style) -> tuple[str, ...]:
    found = [
        _(
            "{accounts} at the ends of past months, scored with what was known then; {left} of them paid nothing "
            "90 days later."
        ).format(accounts=accounts_words(past.accounts), left=f"{past.left:,}")
    ]
    if past.unknown_use:
        found.append(
            _("{accounts} without known use are judged apart: {share} of them left.").format(
                accounts=accounts_words(past.unknown_use), share=number(past.unknown_left, "ratio", style)
            )
        )
    if past.falling is not None and past.others is not None:
        found.append(
            _("Use fallen by half in 4 weeks: {falling} left; all others: {others}.").format(
                falling=number(past.falling, "ratio", style), others=number(past.others, "ratio", style)
            )
        )
    return (*found, *(caution.words(style.language) for caution in past.cautions))


def _lift(past: BackTest, style: Style) -> Chart | None:
    if not past.by_score or not past.left:
        return None
    title = _("Share that left, by tenths of the score")
    first = past.by_score[0]
    told = _("In the tenth with the lowest scores {share} left, {lift} times the average.").format(
        share=number(first.share, "ratio", style), lift=f"{first.lift or 0:.1f}"
    )
    return _figure(title, told, [each.share for each in past.by_score], past.by_score, style)


def _calibration(past: BackTest, style: Style) -> Chart | None:
    """Chance given against what happened; on the diagonal the chances were right."""
    if not past.by_chance:
        return None
    title = _("Share that left, by tenths of the chance given")
    dots = [Dot(_("Tenth {n}").format(n=n), each.chance, each.share) for n, each in enumerate(past.by_chance, start=1)]
    figure = calibration(title, _calibration_words(past, style), dots, style)
    rows = tuple(
        (
            _("Tenth {n}").format(n=n),
            f"{each.accounts:,.0f}",
            MISSING if each.chance is None else number(each.chance, "ratio", style),
            MISSING if each.share is None else number(each.share, "ratio", style),
        )
        for n, each in enumerate(past.by_chance, start=1)
    )
    head = (_("Most endangered first"), _("Accounts"), _("Chance given"), _("Left"))
    return replace(figure, table=Table(head, rows))


def _calibration_words(past: BackTest, style: Style) -> str:
    if not past.by_chance:
        return _("Without fitted weights there is no chance to lay beside what happened.")
    off = [abs((s.chance or 0) - (s.share or 0)) for s in past.by_chance]
    return _("Chances given and what happened differ by {points} on average, on months the fit had not seen.").format(
        points=number(sum(off) / len(off), "ratio", style)
    )


def _figure(title: str, told: str, shares: Any, rows: tuple[Slice, ...], style: Style) -> Chart:
    bars = [Bar(str(n), _("Tenth {n}").format(n=n), share) for n, share in enumerate(shares, start=1)]
    drawn = trend(title, told, bars, "ratio", style)
    table = Table(
        (_("Most endangered first"), _("Accounts"), _("Left"), _("Share that left"), _("Lift")),
        tuple(
            (
                _("Tenth {n}").format(n=n),
                f"{each.accounts:,.0f}",
                f"{each.left:,.0f}",
                MISSING if each.share is None else number(each.share, "ratio", style),
                MISSING if each.lift is None else f"{each.lift:.2f}",
            )
            for n, each in enumerate(rows, start=1)
        ),
    )
    return replace(drawn, table=table)


def _weights(past: BackTest, current: Any, style: Style) -> tuple[WeightRow, ...]:
    names = {"usage": _("Product use"), "support": _("Inquiries"), "payment": _("Payment")}
    whole = sum(getattr(current, part) for part in PARTS)
    fitted = None if past.fitted is None else proposed(past.fitted.weights)
    return tuple(
        WeightRow(
            names[part],
            f"{getattr(current, part) * 100 / whole:.0f}",
            MISSING if fitted is None else f"{fitted[part]:.0f}",
        )
        for part in PARTS
    )


def _weights_words(past: BackTest, style: Style) -> str:
    now, fitted = past.auc_later
    if past.fitted is None or now is None or fitted is None:
        return _("There is too little to propose other weights.")
    told = {"now": number(now, "ratio", style), "fitted": number(fitted, "ratio", style)}
    if fitted > now + 0.005:
        return _(
            "The proposed weights would have been right in {fitted} of the pairs of later months, "
            "those in force in {now}."
        ).format(**told)
    return _("Other weights would not have done better on later months ({fitted} against {now}).").format(**told)
