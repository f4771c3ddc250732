"""Campaigns: what each cost and brought, how it stands, and when its customers pay it back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.chart import Table, short
from keiki.charts.format import MISSING, Style, exact, number
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions.campaigns import tag_campaign
from keiki.server.cockpit.models import MediaType
from keiki.server.cockpit.pages.happened import annotate_url
from keiki.server.cockpit.queries import campaigns as queries
from keiki.server.cockpit.queries.campaigns import PAYBACK_MONTHS, Found, Judged, MediaSum
from keiki.server.cockpit.queries.changes import tracked_campaigns
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.planning.queries import measured
from keiki.server.ui.templatetags.ui import gap


@dataclass(frozen=True)
class CampaignLine:
    """One campaign as written."""

    name: str
    cost: str
    leads: str
    new_customers: str
    per_customer: str
    wins: str
    revenue: str
    roi: str
    payback: str
    status: str
    status_words: str
    running: str
    url: str
    media_type: str = ""
    media: str = ""
    track_url: str = ""


@dataclass(frozen=True)
class Lines:
    """The campaigns of a period with the sentence that says what they mean and the rule behind the figures."""

    sentence: str
    lines: tuple[CampaignLine, ...]
    rule: str


@dataclass(frozen=True)
class MediaLine:
    """The campaigns of one type of media as written."""

    words: str
    campaigns: str
    cost: str
    reach: str
    leads: str
    per_lead: str


@dataclass(frozen=True)
class Bar:
    """A month of age of a campaign's customers: what they have earned by then, against the cost."""

    label: str
    value: str
    width: str
    reached: bool


@dataclass(frozen=True)
class CampaignsPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    lens_form: kpis.LensForm = kpis.LensForm(())
    fresh: str = ""
    told: Lines | None = None
    totals: tuple[tuple[str, str], ...] = ()
    chosen: CampaignLine | None = None
    bars: tuple[Bar, ...] = ()
    bars_sentence: str = ""
    bars_table: Table | None = None
    back_url: str = ""
    media: tuple[MediaLine, ...] = ()
    media_sentence: str = ""
    media_types: tuple[tuple[str, str], ...] = ()
    tag_url: str = ""


@business_page()
@require_safe
def campaigns_page(request: HttpRequest, business: Business) -> HttpResponse:
    """All campaigns of a period, or one of them by `?campaign=`; the address holds period and grain."""
    asked = Asked.read(request.GET)
    known = door.known(request.user, business)
    title = _("Campaigns")
    if known.today is None:
        page = CampaignsPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "cockpit/campaigns.html", {"page": page})
    page = _campaigns_page(request, business, asked, title)
    return render(request, "cockpit/campaigns.html", {"page": page})


def _campaigns_page(request: Any, business: Business, asked: Asked, title: str) -> CampaignsPage:
    numbers = measured(request.user, business, None, asked.question)
    style = kpis.style_of(business, numbers.known)
    found = queries.campaigns(request.user, business, numbers.period)
    told = campaign_lines(business, found, asked, style)
    untracked = _untracked(request, business, found)
    told = replace(told, lines=tuple(replace(line, track_url=untracked.get(line.name, "")) for line in told.lines))
    name = request.GET.get("campaign", "")
    chosen = next((line for line in told.lines if line.name == name), None)
    if name and chosen is None:
        raise Http404
    judged = next((each for each in found.rows if each.campaign.name == name), None)
    return CampaignsPage(
        title=chosen.name if chosen else title,
        subtitle=kpis.subtitle(business, numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=False),
        fresh=kpis.fresh_words(numbers, style),
        told=told,
        totals=_totals(found, style),
        chosen=chosen,
        bars=_bars(judged, style) if judged else (),
        bars_sentence=_bars_sentence(judged, style) if judged else "",
        bars_table=_bars_table(judged, style) if judged else None,
        back_url=asked.url(reverse("cockpit:campaigns", kwargs={"business": business.id})),
        media=tuple(_media_line(each, style) for each in found.by_media_type),
        media_sentence=_media_sentence(found, style),
        media_types=(("", _("As its rows tell")), *((each.value, str(each.label)) for each in MediaType)),
        tag_url=reverse("cockpit:tag_campaign", kwargs={"business": business.id})
        if allows(request.membership.role, EDIT)
        else "",
    )


def _untracked(request: Any, business: Business, found: Found) -> dict[str, str]:
    """The campaigns that run without a KPI that is tracked, and where one is named."""
    tracked = tracked_campaigns(request.user, business)
    path = annotate_url(business)
    return {
        each.campaign.name: f"{path}?{urlencode({'kind': 'campaign', 'campaign': name, 'text': name})}"
        for each in found.rows
        if each.running and (name := each.campaign.name) not in tracked
    }


@business_page(EDIT)
@require_POST
def tag_page(request: Any, business: Business) -> HttpResponse:
    """Say which kind of media a campaign uses."""
    campaign, media_type = request.POST.get("campaign", "")[:200], request.POST.get("media_type", "")
    if not campaign or media_type not in ("", *MediaType.values):
        raise Http404
    tag_campaign(request.user, business, campaign, media_type)
    asked = Asked.read(request.POST)
    return redirect(asked.url(reverse("cockpit:campaigns", kwargs={"business": business.id})) + "#media")


def media_words(name: str) -> str:
    """What a type of media is called; that there is none."""
    return str(MediaType(name).label) if name else _("No type yet")


def _media_line(each: MediaSum, style: Style) -> MediaLine:
    return MediaLine(
        words=media_words(each.media_type),
        campaigns=str(each.campaigns),
        cost=_money(each.cost or None, style),
        reach=MISSING if each.reach is None else f"{each.reach:,}",
        leads=MISSING if each.leads is None else f"{each.leads:,}",
        per_lead=_money(each.cost_per_lead, style),
    )


def _media_sentence(found: Found, style: Style) -> str:
    """Which type of media brought the most leads, and at what cost."""
    told = [each for each in found.by_media_type if each.media_type and each.leads]
    if not told:
        return _("No campaign with a type of media has brought a lead in this period.")
    most = max(told, key=lambda each: each.leads or 0)
    words = (
        _("{media} media brought the most leads: {leads}, at {cost} each.")
        if most.cost_per_lead
        else _("{media} media brought the most leads: {leads}, without a cost.")
    )
    return words.format(
        media=media_words(most.media_type), leads=f"{most.leads:,}", cost=_money(most.cost_per_lead, style)
    )


def campaign_lines(business: Business, found: Found, asked: Asked, style: Style) -> Lines:
    """The campaigns of a period as written."""
    lines = tuple(_line(business, each, asked, style) for each in found.rows)
    return Lines(_sentence(found, style), lines, _rule())


def _line(business: Business, judged: Judged, asked: Asked, style: Style) -> CampaignLine:
    each = judged.campaign
    path = asked.url(reverse("cockpit:campaigns", kwargs={"business": business.id}))
    words = {"good": _("Paid back"), "watch": _("Not paid back yet"), "act": _("Not paid back"), "none": _("No cost")}
    return CampaignLine(
        name=each.name,
        cost=_money(each.cost, style) if each.cost else MISSING,
        leads=f"{each.leads:,}",
        new_customers=f"{each.new_customers:,}",
        per_customer=_money(each.cost_per_customer, style) if each.cost else MISSING,
        wins=f"{each.wins:,}",
        revenue=_money(each.revenue, style),
        roi=MISSING if each.roi is None else f"{each.roi * 100:.0f}%".replace("-", "−"),
        payback=MISSING if each.payback is None else _("{months} months").format(months=each.payback),
        status=judged.status,
        status_words=words[judged.status],
        running=_("running") if judged.running else _("over"),
        url=f"{path}{'&' if '?' in path else '?'}{urlencode({'campaign': each.name})}",
        media_type=judged.media_type if judged.tagged else "",
        media=media_words(judged.media_type),
    )


def _money(value: float | None, style: Style) -> str:
    return number(value, "currency", style)


def _sentence(found: Found, style: Style) -> str:
    """What the campaigns did together, and which is the best and the dearest."""
    if not found.rows:
        return _("No row of this period names a campaign. Costs, orders or leads with a campaign column appear here.")
    spent = sum(each.campaign.cost for each in found.rows)
    people = sum(each.campaign.new_customers for each in found.rows)
    words = _("{spent} spent on {count} campaigns brought {people} new customers.").format(
        spent=_money(spent, style), count=len(found.rows), people=f"{people:,}"
    )
    ranked = sorted(
        ((each.campaign.roi, each.campaign.name) for each in found.rows if each.campaign.roi is not None), reverse=True
    )
    if len(ranked) > 1:
        best, worst = ranked[0], ranked[-1]
        words += gap() + _("Best return: {best}; lowest: {worst}.").format(best=best[1], worst=worst[1])
    return words


def _rule() -> str:
    return _(
        "Cost: what ad networks report for the campaign, and ledger entries that name it. ROI: (gross profit of its "
        "wins in the period − cost) ÷ cost. Payback: the month of age in which what its new customers earned, less "
        "service and retention costs, reaches the cost; not within {months} months is “Not paid back”."
    ).format(months=PAYBACK_MONTHS)


def _totals(found: Found, style: Style) -> tuple[tuple[str, str], ...]:
    rows = [each.campaign for each in found.rows]
    cost = sum(each.cost for each in rows)
    profits = [each.gross_profit for each in rows]
    profit = None if not rows or None in profits else sum(value for value in profits if value is not None)
    roi = MISSING if profit is None or not cost else f"{(profit - cost) / cost * 100:.0f}%".replace("-", "−")
    return (
        (_("Cost"), _money(cost, style) if cost else MISSING),
        (_("New customers"), f"{sum(each.new_customers for each in rows):,}"),
        (_("Wins"), f"{sum(each.wins for each in rows):,}"),
        (_("Revenue"), _money(sum(each.revenue for each in rows), style)),
        (_("ROI"), roi),
    )


def _bars(judged: Judged, style: Style) -> tuple[Bar, ...]:
    """What its customers have earned by each month of age, on a scale that holds the cost."""
    campaign = judged.campaign
    longest = max([campaign.cost, *campaign.gains], default=0.0) or 1.0
    return tuple(
        Bar(
            _("month {number}").format(number=age),
            _money(gain, style),
            short(max(gain, 0.0) / longest * 100),
            bool(campaign.cost) and gain >= campaign.cost,
        )
        for age, gain in enumerate(campaign.gains)
    )


def _bars_sentence(judged: Judged, style: Style) -> str:
    campaign = judged.campaign
    if not campaign.gains:
        return _("Nobody was acquired by this campaign in the period.")
    last = campaign.gains[-1]
    if campaign.payback is not None:
        return _("Its customers have earned back its cost of {cost} in month {months}.").format(
            cost=_money(campaign.cost, style), months=campaign.payback
        )
    if not campaign.cost:
        return _("Its customers have earned {gain} so far; no cost names this campaign.").format(
            gain=_money(last, style)
        )
    return _("Its customers have earned {gain} so far, {missing} less than its cost of {cost}.").format(
        gain=_money(last, style), missing=_money(campaign.cost - last, style), cost=_money(campaign.cost, style)
    )


def _bars_table(judged: Judged, style: Style) -> Table:
    campaign = judged.campaign
    rows = tuple(
        (
            _("month {number}").format(number=age),
            exact(gain, "currency", style),
            exact(gain - campaign.cost, "currency", style),
        )
        for age, gain in enumerate(campaign.gains)
    )
    return Table((_("Age of the customers"), _("Earned so far"), _("Less the cost")), rows)
