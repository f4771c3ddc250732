"""Saying something about a KPI, in other words, or not any more."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, way_back
from keiki.server.kpis import queries
from keiki.server.kpis.actions import comments as actions
from keiki.server.kpis.forms import CommentForm, CommentText
from keiki.server.kpis.models import Comment
from keiki.server.kpis.pages.comments import Typed, comment_url
from keiki.server.kpis.pages.kpi import show_kpi
from keiki.server.kpis.rules import may_change, may_take_back
from keiki.server.ui.language import current_language


@business_page()
@require_POST
def write_comment(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Every member who sees the KPI may comment on it and answer what was said."""
    if not queries.sees_kpi(request.user, business, kpi):
        raise Http404
    form = CommentForm(request.POST, conditions=queries.conditions_of(request.user, business, kpi))
    if not form.is_valid():
        return _asked_again(request, business, kpi, form, "answer", request.POST.get("answers", ""))
    said = form.cleaned_data
    answered = _comment(request, business, said["answers"]) if said["answers"] else None
    if answered is not None and answered.kpi_id != kpi:
        raise Http404
    grain = Grain(said["grain"])
    about = queries.About(kpi, grain, business.calendar.period(grain, said["day"]).start, said["where"])
    if answered is not None:
        about = queries.about_of(answered)
    return _back(request, business, actions.write_comment(request.user, business, about, said["text"], answered))


@business_page()
@require_POST
def change_comment(request: Any, business: Business, comment: int) -> HttpResponse:
    """In other words, by whoever said it."""
    found = _comment(request, business, comment)
    if not may_change(request.user, found):
        raise PermissionDenied
    form = CommentText(request.POST)
    if not form.is_valid():
        return _asked_again(request, business, found.kpi_id, form, "change", str(found.pk))
    return _back(request, business, actions.change_comment(request.user, found, form.cleaned_data["text"]))


@business_page()
@require_POST
def take_back_comment(request: Any, business: Business, comment: int) -> HttpResponse:
    """Not any more: by whoever said it, or by an owner."""
    found = _comment(request, business, comment)
    if not may_take_back(request.user, found):
        raise PermissionDenied
    actions.take_back_comment(request.user, found)
    messages.success(request, _("The comment was taken back."))
    return redirect(way_back(request, comment_url(business, found).partition("#")[0]) + "#comments")


def _comment(request: Any, business: Business, number: int) -> Comment:
    found = queries.comment_named(request.user, business, number)
    if found is None:
        raise Http404
    return found


def _asked_again(
    request: Any, business: Business, kpi: str, form: CommentText, form_name: str, number: str
) -> HttpResponse:
    """The page of the KPI with what was typed; 404 for what no form of ours sends."""
    if set(form.errors) != {"text"}:
        raise Http404
    at = f"{form_name}-{number}" if number else "new"
    return show_kpi(request, business, kpi, typed=Typed(at, form.data.get("text", ""), str(form.errors["text"][0])))


def _back(request: Any, business: Business, said: actions.Said) -> HttpResponse:
    """Where the person was, with a word on whom it reached."""
    comma = "、" if current_language() == "ja" else ", "
    if said.told:
        messages.success(request, _("{names} will find it under Notices.").format(names=comma.join(said.told)))
    if said.closed_to:
        words = _("{names} may not see this KPI, so nobody tells them. The comment was kept.")
        messages.warning(request, words.format(names=comma.join(said.closed_to)))
    if said.shared:
        words = _("Several members are called {names}, so none of them is told. Write the whole name.")
        messages.warning(request, words.format(names=comma.join(said.shared)))
    here, _mark, place = comment_url(business, said.comment).partition("#")
    return redirect(f"{way_back(request, here)}#{place}")
