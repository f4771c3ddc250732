"""Customers who speak for us: promoters, case studies and talks, referrals and the deals they won."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.chart import Chart, Table
from keiki.charts.format import MISSING, Style, number
from keiki.charts.trend import Bar, trend
from keiki.errors import Restricted
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.actions import registers as actions
from keiki.server.success.forms.registers import CaseForm, ReferralForm
from keiki.server.success.models import CaseStudy, Referral
from keiki.server.success.pages import account_url, day_words, style_of
from keiki.server.success.queries import registers

if TYPE_CHECKING:
    from keiki.engine.customer_success import Voices

Forms = Mapping[str | None, Any]


@dataclass(frozen=True)
class PromoterRow:
    customer: str
    url: str
    score: str
    revenue: str
    contacted: str
    asked: str


@dataclass(frozen=True)
class CaseRow:
    id: int
    customer: str
    url: str
    kind: str
    title: str
    status: str
    asked: str
    published: str
    form: CaseForm


@dataclass(frozen=True)
class ReferralRow:
    id: int
    programme: str
    referrer: str
    url: str
    referred: str
    day: str
    status: str
    reward: str
    deal: str
    form: ReferralForm


@dataclass(frozen=True)
class AdvocatesPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    may_edit: bool = False
    promoters: tuple[PromoterRow, ...] = ()
    promoters_sentence: str = ""
    promoters_closed: bool = False
    cases: tuple[CaseRow, ...] = ()
    months: Chart | None = None
    months_sentence: str = ""
    referrals: tuple[ReferralRow, ...] = ()
    referrals_sentence: str = ""
    case_form: CaseForm | None = None
    referral_form: ReferralForm | None = None


@business_page()
@require_safe
def advocates_page(request: Any, business: Business) -> HttpResponse:
    """Promoters and the two registers."""
    return _answer(request, business, {})


@business_page(EDIT)
@require_POST
def keep_case(request: Any, business: Business, case: int = 0) -> HttpResponse:
    """Add a case study, talk or review, or change one."""
    row = get_object_or_404(CaseStudy, pk=case, business=business) if case else None
    form = CaseForm(business, request.POST, instance=row, prefix=f"case{case}")
    if not form.is_valid():
        return _answer(request, business, {form.prefix: form})
    actions.keep_case(request.user, form.instance)
    messages.success(request, _("Kept in the register."))
    return redirect("success:advocates", business=business.id)


@business_page(EDIT)
@require_POST
def keep_referral(request: Any, business: Business, referral: int = 0) -> HttpResponse:
    """Add a referral, or change one."""
    row = get_object_or_404(Referral, pk=referral, business=business) if referral else None
    is_won = partial(registers.is_won, request.user, business)
    form = ReferralForm(business, is_won, request.POST, instance=row, prefix=f"referral{referral}")
    if not form.is_valid():
        return _answer(request, business, {form.prefix: form})
    actions.keep_referral(request.user, form.instance)
    messages.success(request, _("Kept the referral."))
    return redirect("success:advocates", business=business.id)


def _answer(request: Any, business: Business, forms: Forms) -> HttpResponse:
    known, title = door.known(request.user, business), _("Customers who speak for us")
    if known.today is None:
        page = AdvocatesPage(title, business.name, kpis.empty_state(request, business))
        return render(request, "success/advocates.html", {"page": page})
    style, today = style_of(request, business), business.calendar.today()
    said = door.unless_restricted(lambda: queries.voices(request.user, business))
    cases, referrals = registers.cases(business), registers.referrals(business)
    months = registers.published_by_month(request.user, business)
    figure, sentence = _months(business, months, style)
    is_won = partial(registers.is_won, request.user, business)
    page = AdvocatesPage(
        title,
        business.name,
        may_edit=allows(request.membership.role, EDIT),
        promoters=() if isinstance(said, Restricted) else _promoters(business, said, style),
        promoters_sentence=_promoters_words(said, style),
        promoters_closed=isinstance(said, Restricted),
        cases=tuple(_case(business, each, forms, style) for each in cases),
        months=figure,
        months_sentence=sentence,
        referrals=tuple(_referral(business, each, is_won, forms, style) for each in referrals),
        referrals_sentence=_referrals_words(referrals),
        case_form=forms.get("case0") or CaseForm(business, prefix="case0", initial={"asked_on": today}),
        referral_form=forms.get("referral0")
        or ReferralForm(business, is_won, prefix="referral0", initial={"on": today}),
    )
    return render(request, "success/advocates.html", {"page": page}, status=422 if forms else 200)


def _promoters_words(said: Voices | Restricted, style: Style) -> str:
    if isinstance(said, Restricted):
        return said.words(style.language)
    return _(
        "Customers who would recommend us (9 or 10), the worthiest first: when somebody last spoke with them, and "
        "whether they were asked for a case."
    )


def _promoters(business: Business, said: Voices, style: Style) -> tuple[PromoterRow, ...]:
    rows = said.promoters
    asked = registers.asked_for_a_case(business, tuple(row["customer_id"] for row in rows))
    return tuple(
        PromoterRow(
            row["customer_id"],
            account_url(business, row["customer_id"]),
            f"{row['score']:g}",
            number(row["revenue"], "currency", style),
            day_words(row["contacted_on"], style),
            _asked(asked.get(row["customer_id"]), style),
        )
        for row in rows
    )


def _asked(case: CaseStudy | None, style: Style) -> str:
    if case is None:
        return _("not asked yet")
    return f"{day_words(case.asked_on, style)} ({case.get_status_display()})"


def _case(business: Business, case: CaseStudy, forms: Forms, style: Style) -> CaseRow:
    prefix = f"case{case.pk}"
    return CaseRow(
        case.pk,
        case.customer_id,
        account_url(business, case.customer_id),
        str(case.get_kind_display()),
        case.title or MISSING,
        str(case.get_status_display()),
        day_words(case.asked_on, style),
        day_words(case.published_on, style),
        forms.get(prefix) or CaseForm(business, instance=case, prefix=prefix),
    )


def _referral(business: Business, referral: Referral, is_won: Any, forms: Forms, style: Style) -> ReferralRow:
    prefix = f"referral{referral.pk}"
    return ReferralRow(
        referral.pk,
        referral.programme,
        referral.referrer,
        account_url(business, referral.referrer),
        referral.referred,
        day_words(referral.on, style),
        str(referral.get_status_display()),
        MISSING if referral.reward is None else number(referral.reward, "currency", style),
        referral.deal or MISSING,
        forms.get(prefix) or ReferralForm(business, is_won, instance=referral, prefix=prefix),
    )


def _referrals_words(referrals: tuple[Referral, ...]) -> str:
    if not referrals:
        return _("No referral is written down yet.")
    won = sum(bool(each.deal) for each in referrals)
    return _("{won} of {all} referrals led to a won deal.").format(won=f"{won:,}", all=f"{len(referrals):,}")


def _months(business: Business, months: tuple[registers.PublishedMonth, ...], style: Style) -> tuple[Chart | None, str]:
    if not any(each.registered or each.measured for each in months):
        return None, _("No case study was published in the last twelve months.")
    title = _("Published case studies")
    whole = sum(each.registered for each in months)
    told = _("{count} case studies were published in twelve months.").format(count=f"{whole:,}")
    if any(each.registered != (each.measured or 0) for each in months):
        told = _("Some months hold case studies of imported events that are not in the register.")
    labels = [business.calendar.label(each.month, style.language) for each in months]
    bars = [
        Bar(business.calendar.short(each.month, style.language), label, each.measured, n != len(months) - 1)
        for n, (each, label) in enumerate(zip(months, labels, strict=True))
    ]
    rows = tuple(
        (label, f"{each.registered:,}", MISSING if each.measured is None else f"{each.measured:,.0f}")
        for each, label in zip(months, labels, strict=True)
    )
    table = Table((_("Month"), _("In the register"), _("KPI: published case studies")), rows)
    return replace(trend(title, told, bars, "count", style), table=table), told
