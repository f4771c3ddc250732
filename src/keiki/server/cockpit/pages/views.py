"""Saved views and the first page: small writes of the dashboards, each by one form."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions import views as actions
from keiki.server.cockpit.pages.dashboards import stored_or_404
from keiki.server.cockpit.pages.tabs import dashboard_url
from keiki.server.cockpit.queries import views as queries
from keiki.server.cockpit.queries.dashboards import GENERATED
from keiki.server.cockpit.queries.views import FILTERS, TODAY


@business_page()
@require_safe
def start_page(request: Any, business: Business) -> HttpResponse:
    """To what this person sees first: as they chose, else as their role does."""
    shows = queries.start_of(request.user, business, request.membership.role)
    if shows == TODAY:
        return redirect("cockpit:today", business=business.id)
    return redirect(dashboard_url(business, shows))


@business_page()
@require_POST
def choose_start_page(request: Any, business: Business) -> HttpResponse:
    """Choose what is seen first."""
    shows = request.POST.get("shows", "")
    if shows not in {"", TODAY, *GENERATED}:
        stored_or_404(request, business, shows)
    actions.choose_start(request.user, business, shows)
    messages.success(request, _("Saved."))
    return redirect("cockpit:dashboards", business=business.id)


@business_page()
@require_POST
def save_view_page(request: Any, business: Business) -> HttpResponse:
    """Keep a dashboard with the filters of its address under a name."""
    posted = request.POST
    shows, name = posted.get("shows", ""), posted.get("name", "").strip()[:80]
    if shows not in GENERATED:
        stored_or_404(request, business, shows)
    kept = [(key, value) for key, value in parse_qsl(posted.get("query", "")) if key in FILTERS]
    query = urlencode(kept)[:600]
    here = dashboard_url(business, shows) + (f"?{query}" if query else "")
    if not name:
        messages.error(request, _("Give the view a name."))
        return redirect(here)
    shared = "shared" in posted and allows(request.membership.role, EDIT)
    actions.save_view(request.user, business, name, shows, query, shared=shared)
    messages.success(request, _("The view “{name}” was saved.").format(name=name))
    return redirect(here)


@business_page()
@require_POST
def forget_view_page(request: Any, business: Business, view: int) -> HttpResponse:
    """Take a saved view off the list: one's own, or a shared one by whoever may edit."""
    found = next((each for each in queries.views_of(request.user, business) if each.pk == view), None)
    if found is None:
        raise Http404
    if found.owner_id is None and not allows(request.membership.role, EDIT):
        raise PermissionDenied
    actions.forget_view(request.user, found)
    return redirect("cockpit:dashboards", business=business.id)
