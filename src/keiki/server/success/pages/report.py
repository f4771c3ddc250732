"""What a customer gained: its own numbers before and after, on a page to print or save as PDF and hand over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.charts.format import MISSING, Style, change, number
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import queries as door
from keiki.server.success import queries
from keiki.server.success.actions import registers as actions
from keiki.server.success.forms.registers import ResultForm
from keiki.server.success.models import CustomerResult
from keiki.server.success.pages import account_url, day_words, style_of
from keiki.server.success.queries import registers


@dataclass(frozen=True)
class ResultRow:
    metric: str
    before: str
    before_on: str
    after: str
    after_on: str
    change: str
    value: str
    source: str
    drop_url: str


@dataclass(frozen=True)
class ReportPage:
    title: str
    subtitle: str
    back_url: str
    customer: str
    made_on: str
    sentence: str
    purpose: str
    rows: tuple[ResultRow, ...]
    paid: str
    total: str
    may_edit: bool
    form: ResultForm


@business_page()
@get_and_post
def report_page(request: Any, business: Business, customer: str) -> HttpResponse:
    """The report; whoever may edit adds a result on it."""
    known = door.known(request.user, business)
    found = None if known.today is None else queries.account(request.user, business, customer)
    if found is None:
        raise Http404
    may_edit, form = allows(request.membership.role, EDIT), ResultForm(business)
    if request.method == "POST":
        if not may_edit:
            return HttpResponse(status=403)
        form = ResultForm(business, request.POST)
        form.instance.customer_id = customer
        if form.is_valid():
            actions.keep_result(request.user, form.instance)
            messages.success(request, _("Kept the result."))
            return redirect("success:report", business=business.id, customer=customer)
    style = style_of(request, business)
    results = registers.results(business, customer)
    paid = None if found.book is None else Decimal(found.book["mrr"]) * 12
    plan = queries.written(business, customer).plan
    page = ReportPage(
        title=_("What the customer gained"),
        subtitle=business.name,
        back_url=account_url(business, customer),
        customer=(found.listed or {}).get("name") or customer,
        made_on=day_words(business.calendar.today(), style),
        sentence=_sentence(results, paid, style),
        purpose="" if plan is None else plan.purpose,
        rows=tuple(_row(business, each, style) for each in results),
        paid=MISSING if paid is None else number(paid, "currency", style),
        total=MISSING if _worth(results) is None else number(_worth(results), "currency", style),
        may_edit=may_edit,
        form=form,
    )
    return render(request, "success/report.html", {"page": page}, status=422 if form.errors else 200)


@business_page(EDIT)
@require_POST
def drop_result(request: Any, business: Business, result: int) -> HttpResponse:
    """Take a result out of the report."""
    found = get_object_or_404(CustomerResult, pk=result, business=business)
    actions.drop_result(request.user, found)
    messages.success(request, _("Took the result out of the report."))
    return redirect("success:report", business=business.id, customer=found.customer_id)


def _worth(results: Sequence[CustomerResult]) -> Decimal | None:
    """What the results with an estimate are worth together; None without one."""
    known = [each.value for each in results if each.value is not None]
    return sum(known, Decimal(0)) if known else None


def _sentence(results: Sequence[CustomerResult], paid: Decimal | None, style: Style) -> str:
    if not results:
        return _("No result is written down for this customer yet.")
    worth = _worth(results)
    if worth is None:
        return _("What changed is measured; what it is worth is not estimated yet.")
    told = _("The results are worth {worth} a year by the estimates below.").format(
        worth=number(worth, "currency", style)
    )
    if not paid:
        return told
    times = _("That is {times} times what the customer pays a year ({paid}).").format(
        times=f"{worth / paid:.1f}", paid=number(paid, "currency", style)
    )
    return f"{told}{'' if style.japanese else ' '}{times}"


def _row(business: Business, result: CustomerResult, style: Style) -> ResultRow:
    return ResultRow(
        result.metric,
        _with_unit(result.before, result.unit),
        day_words(result.before_on, style),
        _with_unit(result.after, result.unit),
        day_words(result.after_on, style),
        change(result.after, result.before, "count", style),
        MISSING if result.value is None else number(result.value, "currency", style),
        result.source,
        reverse("success:drop_result", kwargs={"business": business.id, "result": result.pk}),
    )


def _with_unit(value: Decimal, unit: str) -> str:
    told = f"{value:,.4f}".rstrip("0").rstrip(".")
    return f"{told} {unit}".strip().replace("-", "\u2212")
