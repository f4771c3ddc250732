"""The success plan of a customer: written, agreed, and changed by one person at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from keiki.charts.format import MISSING, number
from keiki.errors import EditConflict
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import queries as door
from keiki.server.success import actions, queries
from keiki.server.success.forms import PlanForm, plan_fields
from keiki.server.success.models import PlanStatus
from keiki.server.success.pages import account_url, style_of


@dataclass(frozen=True)
class PlanPage:
    """`theirs` holds what somebody else wrote meanwhile, field by field; `form` keeps what was typed."""

    title: str
    subtitle: str
    back_url: str
    customer: str
    form: PlanForm
    ltv_now: str
    theirs: tuple[tuple[str, str], ...] = ()


@business_page(EDIT)
@get_and_post
def plan_page(request: Any, business: Business, customer: str) -> HttpResponse:
    """Write the plan; when somebody was faster both versions are shown and nothing is lost."""
    known = door.known(request.user, business)
    found = None if known.today is None else queries.account(request.user, business, customer)
    if found is None:
        raise Http404
    theirs: tuple[tuple[str, str], ...] = ()
    status = 200
    if request.method == "POST":
        form = PlanForm(request.POST)
        status = 422
        if form.is_valid():
            try:
                actions.save_plan(request.user, business, customer, form.cleaned_data["version"], form.wanted)
            except EditConflict as conflict:
                theirs, status = _told(conflict.details.get("theirs") or {}), 409
                newest = queries.written(business, customer).plan
                kept = request.POST.copy()
                kept["version"] = str(newest.version if newest else 0)
                form = PlanForm(kept)
            else:
                messages.success(request, _("Kept the success plan."))
                return redirect(account_url(business, customer) + "#plan")
    else:
        form = PlanForm(initial=plan_fields(queries.written(business, customer).plan))
    style = style_of(request, business)
    profit = MISSING if found.profit is None else number(found.profit, "currency", style)
    page = PlanPage(_("Success plan"), business.name, account_url(business, customer), customer, form, profit, theirs)
    return render(request, "success/plan.html", {"page": page}, status=status)


def _told(theirs: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    metrics = "; ".join(
        f"{m['name']} {m['target']} ({m['by']}{' ✓ ' + m['reached'] if m.get('reached') else ''})"
        for m in theirs.get("metrics", ())
    )
    status = theirs.get("status", "")
    return (
        (_("Purpose"), theirs.get("purpose", MISSING)),
        (_("Status"), str(PlanStatus(status).label) if status in PlanStatus.values else MISSING),
        (_("Agreed with the customer on"), theirs.get("agreed_on") or MISSING),
        (_("Metric"), metrics or MISSING),
        (_("Profit the customer is to bring (lifetime value)"), theirs.get("ltv_target") or MISSING),
    )
