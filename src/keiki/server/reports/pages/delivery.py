"""The first page of reports: when they are sent, what was sent last, and whether one gets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import queries as door
from keiki.server.reports import actions
from keiki.server.reports.forms import DeliveryForm
from keiki.server.reports.models import PLANNED, Cadence, Delivery
from keiki.server.reports.pages.written import titles
from keiki.server.reports.queries.delivery import Plan, plans
from keiki.server.ui.language import current_language


@dataclass(frozen=True)
class Kind:
    """One report that is sent: how it stands, and the form that changes it for whoever may."""

    title: str
    about: str
    plan: Plan
    url: str
    form: DeliveryForm | None
    change_url: str
    mine_url: str


@dataclass(frozen=True)
class Other:
    """A report that is opened or printed when it is needed."""

    title: str
    about: str
    url: str


@dataclass(frozen=True)
class ReportsPage:
    title: str
    subtitle: str
    kinds: tuple[Kind, ...]
    others: tuple[Other, ...]
    no_mail: bool


@business_page()
@require_safe
def reports_page(request: Any, business: Business) -> HttpResponse:
    """Every report of a business."""
    return _show(request, business)


def _show(request: Any, business: Business, wrong: DeliveryForm | None = None, of: str = "") -> HttpResponse:
    now = timezone.now()
    may = allows(request.membership.role, EDIT)
    page = ReportsPage(
        title=_("Reports"),
        subtitle=business.name,
        kinds=tuple(
            _kind(request, business, each, may, wrong if of == each.cadence else None)
            for each in plans(request.user, business, now)
        ),
        others=_others(business),
        no_mail=not settings.EMAIL_CONFIGURED,
    )
    return render(request, "reports/reports.html", {"page": page}, status=422 if wrong is not None else 200)


def _others(business: Business) -> tuple[Other, ...]:
    here = {"business": business.id}
    return (
        Other(
            _("Executive report"),
            _("Goal, numbers and actions of a period with date and author, laid out for A4."),
            reverse("reports:executive", kwargs=here),
        ),
        Other(
            _("Basis of the budget"),
            _("Cost, result and return of each type of campaign in the last four quarters, also as a file."),
            reverse("reports:budget", kwargs=here),
        ),
    )


def _kind(request: Any, business: Business, plan: Plan, may: bool, wrong: DeliveryForm | None) -> Kind:
    about = {
        Cadence.DAILY: _("Yesterday's numbers of short KPIs beside the mean of the seven days before."),
        Cadence.WEEKLY: _("Last week's numbers with targets, and what people wrote about them."),
        Cadence.ALERTS: _("What changed at an account, to whoever it is for, with the rule that fired."),
    }
    row = Delivery(
        business=business,
        cadence=plan.cadence,
        is_on=plan.is_on,
        weekday=plan.weekday,
        hour=plan.hour,
        tree=plan.tree,
    )
    here = {"business": business.id, "cadence": plan.cadence}
    return Kind(
        title=titles()[plan.cadence],
        about=about[Cadence(plan.cadence)],
        plan=plan,
        url=page_path(business, plan.cadence),
        form=(wrong or _form(request, business, row)) if may else None,
        change_url=reverse("reports:change_delivery", kwargs=here),
        mine_url=reverse("reports:choose_mail", kwargs=here),
    )


def _form(request: Any, business: Business, row: Delivery, posted: Any = None) -> DeliveryForm:
    language = current_language()
    trees = [("", _("The first tree"))]
    trees += [(t.id, t.ja if language == "ja" else t.en) for t in door.known(request.user, business).trees]
    return DeliveryForm(posted, instance=row, trees=trees, prefix=row.cadence)


def page_path(business: Business, cadence: str) -> str:
    """Where what is sent can be read at any time."""
    name = "success:alerts" if cadence == Cadence.ALERTS else f"reports:{cadence}"
    return reverse(name, kwargs={"business": business.id})


@business_page(EDIT)
@require_POST
def change_delivery_page(request: Any, business: Business, cadence: str) -> HttpResponse:
    """Change when a report goes to all members."""
    if cadence not in PLANNED:
        raise Http404
    row = Delivery.objects.filter(business=business, cadence=cadence).first()
    form = _form(request, business, row or Delivery(business=business, cadence=cadence), request.POST)
    if not form.is_valid():
        return _show(request, business, form, cadence)
    actions.change_delivery(request.user, business, cadence, form.cleaned_data, timezone.now())
    messages.success(request, _("Saved."))
    return redirect("reports:reports", business=business.id)


@business_page()
@require_POST
def choose_mail_page(request: Any, business: Business, cadence: str) -> HttpResponse:
    """Get a report by e-mail, or no longer."""
    if cadence not in Cadence.values:
        raise Http404
    actions.choose_mail(request.user, business, cadence, request.POST.get("wanted") == "1")
    messages.success(request, _("Saved."))
    return redirect("reports:reports", business=business.id)
