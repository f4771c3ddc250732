"""One customer from every side: facts, timeline, health, stages, onboarding, plan and reviews."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, number
from keiki.charts.trend import Bar, trend
from keiki.customers.timeline import KINDS
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, OWN, allows
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.success import actions, queries
from keiki.server.success.actions import registers as register_actions
from keiki.server.success.forms import OnboardingForm, ReviewForm, StageForm, read_kind, read_page, with_query
from keiki.server.success.forms.registers import OfferForm
from keiki.server.success.models import Offer, OfferResult, Review, SuccessPlan
from keiki.server.success.pages import (
    Fact,
    account_url,
    day_words,
    fresh_words,
    proof_words,
    stage_words,
    style_of,
    why,
    word,
)
from keiki.server.success.pages.alert_words import AlertRow, alert_row
from keiki.server.success.queries import alerts as alerts_of
from keiki.server.success.queries import registers

if TYPE_CHECKING:
    from keiki.engine.customer_success import Account, Row, Story

Forms = Mapping[str, Any]
WORDS_OF = {
    "contract": "subscription_reason",
    "ticket": "ticket_category",
    "survey": "survey_kind",
    "stage": "stage",
    "mail": "event_name",
    "contact": "event_name",
    "usage": "event_name",
    "visit": "event_name",
}


@dataclass(frozen=True)
class StoryRow:
    day: str
    kind: str
    what: str
    detail: str
    amount: str


@dataclass(frozen=True)
class StageRow:
    stage: str
    day: str
    reason: str
    by: str
    current: bool


@dataclass(frozen=True)
class PlanSummary:
    purpose: str
    status: str
    agreed: str
    sentence: str
    metrics: tuple[tuple[str, str, str, str, bool], ...]
    ltv_now: str
    ltv_target: str
    changed: str


@dataclass(frozen=True)
class OfferRow:
    id: int
    product: str
    reason: str
    day: str
    result: str
    tone: str
    form: OfferForm


@dataclass(frozen=True)
class AccountPage:
    title: str
    subtitle: str
    back_url: str
    fresh: str
    customer: str
    may_edit: bool
    sentence: str
    reasons: tuple[str, ...]
    facts: tuple[Fact, ...]
    kinds: tuple[kpis.Way, ...]
    story: tuple[StoryRow, ...]
    before_url: str
    after_url: str
    health: Chart | None
    health_sentence: str
    parts: tuple[tuple[str, str], ...]
    offers: tuple[OfferRow, ...]
    offers_sentence: str
    offer_form: OfferForm
    offer_url: str
    alerts: tuple[AlertRow, ...]
    stages: tuple[StageRow, ...]
    stage_form: StageForm
    stage_url: str
    onboarding: OnboardingForm
    onboarding_rows: tuple[tuple[str, str, str, str, bool], ...]
    onboarding_url: str
    plan: PlanSummary | None
    plan_url: str
    report_url: str
    reviews: tuple[Review, ...]
    review_form: ReviewForm
    review_url: str
    erase_url: str


@business_page()
@require_safe
def account_page(request: HttpRequest, business: Business, customer: str) -> HttpResponse:
    """A customer; the address holds the kind of entries and the page of the timeline."""
    return _answer(request, business, customer, {})


@business_page(EDIT)
@require_POST
def set_stage(request: Any, business: Business, customer: str) -> HttpResponse:
    """Put the account into a stage by hand; without a reason nothing happens."""
    form = StageForm(request.POST, prefix="stage")
    if not form.is_valid():
        return _answer(request, business, customer, {"stage": form})
    _known(request, business, customer)
    given = form.cleaned_data
    actions.change_stage(request.user, business, customer, given["stage"], given["on"], given["reason"])
    messages.success(request, _("Set the stage by hand."))
    return redirect(account_url(business, customer) + "#stages")


@business_page(EDIT)
@require_POST
def plan_onboarding(request: Any, business: Business, customer: str) -> HttpResponse:
    """Write the steps of the onboarding."""
    form = OnboardingForm(request.POST, prefix="onboarding")
    if not form.is_valid():
        return _answer(request, business, customer, {"onboarding": form})
    _known(request, business, customer)
    actions.plan_onboarding(request.user, business, customer, form.steps)
    messages.success(request, _("Kept the onboarding."))
    return redirect(account_url(business, customer) + "#onboarding")


@business_page(EDIT)
@require_POST
def add_review(request: Any, business: Business, customer: str) -> HttpResponse:
    """Keep a review; the next one must be set."""
    form = ReviewForm(request.POST, prefix="review")
    if not form.is_valid():
        return _answer(request, business, customer, {"review": form})
    _known(request, business, customer)
    actions.add_review(request.user, business, customer, form.cleaned_data)
    messages.success(request, _("Kept the review."))
    return redirect(account_url(business, customer) + "#reviews")


@business_page(EDIT)
@require_POST
def keep_offer(request: Any, business: Business, customer: str, offer: int = 0) -> HttpResponse:
    """Write down an offer to the customer, or what came of one."""
    _known(request, business, customer)
    mine = {"business": business, "customer_id": customer}
    row = get_object_or_404(Offer, pk=offer, **mine) if offer else Offer(**mine)
    form = OfferForm(business, request.POST, instance=row, prefix=f"offer{offer}")
    if not form.is_valid():
        return _answer(request, business, customer, {str(form.prefix): form})
    register_actions.keep_offer(request.user, form.instance)
    messages.success(request, _("Kept the offer."))
    return redirect(account_url(business, customer) + "#offers")


def _known(request: Any, business: Business, customer: str) -> Account:
    if door.known(request.user, business).today is None:
        raise Http404
    found = queries.account(request.user, business, customer)
    if found is None:
        raise Http404
    return found


def _answer(request: Any, business: Business, customer: str, forms: Forms) -> HttpResponse:
    found = _known(request, business, customer)
    kind, at = read_kind(request.GET), read_page(request.GET)
    told = queries.story(request.user, business, customer, kind, at)
    page = _page(request, business, found, told, (kind, at), forms)
    return render(request, "success/account.html", {"page": page}, status=422 if forms else 200)


def _page(
    request: Any, business: Business, found: Account, told: Story, asked: tuple[str, int], forms: Forms
) -> AccountPage:
    style, kind, at = style_of(request, business), *asked
    customer = found.customer_id
    written = queries.written(business, customer)
    outlook = queries.outlook(request.user, business)
    today = business.calendar.today()
    steps = queries.steps_of(written.steps)
    late = queries.overdue(steps, today)
    offered = registers.offers(business, customer)
    path = account_url(business, customer)
    figure, sentence = _health(found, style)
    whole = told.counts.get(kind, 0) if kind else sum(told.counts.values())
    started = {f"{s.step}-{part}": getattr(s, part) for s in steps for part in ("owner", "due", "done")}

    def to(name: str) -> str:
        return reverse(f"success:{name}", kwargs={"business": business.id, "customer": customer})

    return AccountPage(
        title=(found.listed or {}).get("name") or customer,
        subtitle=business.name,
        back_url=reverse("success:accounts", kwargs={"business": business.id}),
        fresh=fresh_words(outlook.day, style),
        customer=customer,
        may_edit=allows(request.membership.role, EDIT),
        sentence=_sentence(found, style),
        reasons=() if found.book is None else why(found.book, outlook.rule, style),
        facts=_facts(found, written.plan, style),
        kinds=(
            kpis.Way(_("All entries"), path + "#story", kind == ""),
            *(
                kpis.Way(
                    f"{kind_words(name)} {told.counts[name]:,}", with_query(path, kind=name) + "#story", kind == name
                )
                for name in KINDS
                if told.counts.get(name)
            ),
        ),
        story=tuple(_story_row(row, style) for row in told.rows),
        before_url=with_query(path, kind=kind, page=at - 1) + "#story" if at > 1 else "",
        after_url=with_query(path, kind=kind, page=at + 1) + "#story" if at * queries.STORY_PAGE < whole else "",
        health=figure,
        health_sentence=sentence,
        parts=_parts(found, style),
        offers=tuple(_offer(business, each, forms, style) for each in offered),
        offers_sentence=_offers_sentence(offered),
        offer_form=forms.get("offer0") or OfferForm(business, prefix="offer0", initial={"on": today}),
        offer_url=to("keep_offer"),
        alerts=tuple(
            alert_row(request.user, business, each, style, may_see_to=False)
            for each in alerts_of.alerts_of_account(request.user, business, customer)
        ),
        stages=tuple(
            StageRow(
                stage_words(row["stage"]),
                day_words(row["on"], style),
                proof_words(row["reason"]),
                "" if row["by"] is None else str(row["by"]),
                row["current"],
            )
            for row in queries.stage_history(found, written.changes)
        ),
        stage_form=forms.get("stage") or StageForm(prefix="stage", initial={"on": today}),
        stage_url=to("set_stage"),
        onboarding=forms.get("onboarding") or OnboardingForm(prefix="onboarding", initial=started),
        onboarding_rows=tuple(
            (
                str(s.get_step_display()),
                s.owner or MISSING,
                day_words(s.due, style),
                day_words(s.done, style),
                s.step in late,
            )
            for s in steps
        ),
        onboarding_url=to("plan_onboarding"),
        plan=None if written.plan is None else _plan(written.plan, found, today, style),
        plan_url=to("plan"),
        report_url=to("report"),
        reviews=written.reviews,
        review_form=forms.get("review") or ReviewForm(prefix="review", initial={"held_on": today}),
        review_url=to("add_review"),
        erase_url=to("erase") if allows(request.membership.role, OWN) else "",
    )


def _sentence(found: Account, style: Style) -> str:
    if found.book is None:
        return _("This customer pays no recurring amount at present.")
    row = found.book
    told = _("Pays {mrr} a month; stage {stage} since {day}.").format(
        mrr=number(row["mrr"], "currency", style),
        stage=stage_words(row["stage"]),
        day=day_words(row["stage_since"], style),
    )
    if row["chance"] is None:
        return told
    more = _("Chance to leave within 90 days {chance}, which would cost {loss} of profit a year.").format(
        chance=number(row["chance"], "ratio", style), loss=number(row["loss"] / row["chance"], "currency", style)
    )
    return f"{told}{'' if style.japanese else ' '}{more}"


def _facts(found: Account, plan: SuccessPlan | None, style: Style) -> tuple[Fact, ...]:
    listed, book = found.listed or {}, found.book or {}

    def money(value: Any) -> str:
        return MISSING if value is None else number(value, "currency", style)

    seats = ""
    if book.get("seats"):
        seats = _("{active} of {seats} seats in use").format(active=book["active"] or 0, seats=book["seats"])
    return (
        Fact(_("Per month"), money(book.get("mrr")), book.get("plan") or ""),
        Fact(
            _("Health"),
            MISSING if book.get("score") is None else number(book["score"], "score", style),
            seats,
        ),
        Fact(_("Stage"), stage_words(book.get("stage")), day_words(book.get("stage_since"), style)),
        Fact(
            _("Profit so far"),
            money(found.profit),
            "" if plan is None or plan.ltv_target is None else _("Target {ltv}").format(ltv=money(plan.ltv_target)),
        ),
        Fact(
            _("Customer since"),
            day_words(found.acquired_on, style),
            word("channel", listed.get("acquisition_channel")),
        ),
        Fact(_("Customer segment"), listed.get("segment") or MISSING, listed.get("region") or ""),
    )


def kind_words(kind: str) -> str:
    """What a kind of entries is called."""
    return {
        "order": _("Orders"),
        "contract": _("Contracts"),
        "invoice": _("Invoices"),
        "ticket": _("Tickets"),
        "survey": _("Surveys"),
        "stage": _("Stages"),
        "mail": _("Mail"),
        "contact": _("Contacts"),
        "usage": _("Product use"),
        "visit": _("Visits"),
    }[kind]


def entry_words(row: Row) -> tuple[str, str, str]:
    """The kind of an entry of the timeline, what happened, and its detail."""
    special = {
        "completed": _("Ordered"),
        "cancelled": _("Cancelled"),
        "returned": _("Returned"),
        "paid": _("Paid"),
        "open": _("Not paid yet"),
        "ended": _("Ended"),
    }
    domain = WORDS_OF.get(row["kind"])
    what = special.get(row["what"]) or (word(domain, row["what"]) if domain else row["what"] or "")
    detail = word({"contact": "meeting_kind", "stage": "pipeline"}.get(row["kind"], ""), row["detail"])
    return kind_words(row["kind"]), what, detail


def _story_row(row: Row, style: Style) -> StoryRow:
    kind, what, detail = entry_words(row)
    if row["number"] > 1:
        what = _("{what}, {times} times").format(what=what, times=row["number"])
    amount = ""
    if row["amount"] is not None:
        amount = number(row["amount"], "currency", style)
    elif row["score"] is not None:
        amount = number(row["score"], "score", style)
    return StoryRow(day_words(row["on_day"], style), kind, what, detail, amount)


def _health(found: Account, style: Style) -> tuple[Chart | None, str]:
    scores = [row for row in found.scores if row["score"] is not None]
    if not scores:
        return None, _("Nothing is known of use, inquiries or payments, so there is no score.")
    running = found.scores[-1] if (found.scores[-1]["day"] - found.scores[0]["day"]).days % 7 else None
    bars = [
        Bar(f"{row['day'].month}/{row['day'].day}", day_words(row["day"], style), row["score"], row is not running)
        for row in found.scores
    ]
    now, before = scores[-1]["score"], None
    if found.book is not None and found.book["score"] is not None:
        now, before = found.book["score"], found.book["score_before"]
    told = _("The score is {score}.").format(score=number(now, "score", style))
    if before is not None:
        moved = now - before
        told = (
            _("The score is {score}, {points} lower than four weeks before.")
            if moved < 0
            else _("The score is {score}, {points} higher than four weeks before.")
        ).format(score=number(now, "score", style), points=number(abs(moved), "score", style))
    title = _("Health at the end of each week")
    drawn = trend(title, told, bars, "score", style)
    return drawn, told


def _parts(found: Account, style: Style) -> tuple[tuple[str, str], ...]:
    """What each part of the newest score is; a part not known is left out of the score, not counted as nothing."""
    if not found.scores:
        return ()
    row = found.scores[-1]
    names = (("usage", _("Product use")), ("support", _("Inquiries")), ("payment", _("Payment")))
    return tuple(
        (name, _("not known, left out") if row[part] is None else number(row[part], "ratio", style))
        for part, name in names
    )


def _offer(business: Business, offer: Offer, forms: Forms, style: Style) -> OfferRow:
    prefix = f"offer{offer.pk}"
    tones = {OfferResult.ACCEPTED: "good", OfferResult.DECLINED: ""}
    return OfferRow(
        offer.pk,
        offer.product,
        offer.reason,
        day_words(offer.on, style),
        str(offer.get_result_display()),
        tones.get(OfferResult(offer.result), "accent"),
        forms.get(prefix) or OfferForm(business, instance=offer, prefix=prefix),
    )


def _offers_sentence(offers: tuple[Offer, ...]) -> str:
    if not offers:
        return _("Nothing was offered to this customer yet.")
    counts = [sum(each.result == result for each in offers) for result in OfferResult.values]
    words = _("{accepted} accepted, {declined} declined, {open} without an answer.")
    return words.format(open=counts[0], accepted=counts[1], declined=counts[2])


def _plan(plan: SuccessPlan, found: Account, today: date, style: Style) -> PlanSummary:
    late = queries.missed(plan, today)
    return PlanSummary(
        plan.purpose,
        str(plan.get_status_display()),
        day_words(plan.agreed_on, style),
        _milestones(plan, len(late)),
        tuple(
            (
                *(m["name"], m["target"], day_words(date.fromisoformat(m["by"]), style)),
                day_words(date.fromisoformat(m["reached"]), style) if m.get("reached") else MISSING,
                m in late,
            )
            for m in plan.metrics
        ),
        MISSING if found.profit is None else number(found.profit, "currency", style),
        MISSING if plan.ltv_target is None else number(plan.ltv_target, "currency", style),
        "" if plan.changed_by is None else str(plan.changed_by),
    )


def _milestones(plan: SuccessPlan, late: int) -> str:
    reached = sum(bool(each.get("reached")) for each in plan.metrics)
    if late:
        words = _("{reached} of {count} milestones reached, {late} overdue.")
    else:
        words = _("{reached} of {count} milestones reached.")
    return words.format(reached=reached, count=len(plan.metrics), late=late)
