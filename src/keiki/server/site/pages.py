"""Home, set-up, choice of language and colours, health, and the pages of errors."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from keiki.errors import KeikiError, Restricted
from keiki.server.accounts import actions, queries
from keiki.server.accounts.forms.people import SetupForm
from keiki.server.accounts.models import Palette, Theme
from keiki.server.accounts.pages import LOGIN_BACKEND, business_page
from keiki.server.accounts.rules import membership_of
from keiki.server.ui.language import current_language

log = logging.getLogger(__name__)
FIRST_PAGES = ("cockpit:start", "cockpit:today", "cockpit:tree", "data:data", "accounts:settings")
YEAR = 365 * 24 * 3600
SUBJECT_TABS = {
    "customers": ("customers/tabs.html",),
    "success": ("customers/tabs.html", "success/tabs.html"),
    "journeys": ("journeys/tabs.html",),
    "cockpit:campaigns": ("journeys/tabs.html",),
}
"""The ways to the other pages of a subject, for a page of it that is closed to somebody, by app or by page."""


@require_safe
def home(request: Any) -> HttpResponse:
    """To the first page of the business a person looked at last."""
    if not request.user.is_authenticated:
        if not queries.is_set_up():
            return render(request, "site/not_set_up.html")
        return redirect("account_login")
    last = membership_of(request.user, request.session.get("business", ""))
    businesses = queries.businesses_of(request.user)
    if last is None and not businesses:
        return redirect("accounts:you")
    return redirect("business", business=last.business_id if last else businesses[0].id)


@business_page()
@require_safe
def business(request: HttpRequest, business: Any) -> HttpResponse:
    """To the first page of a business."""
    for name in FIRST_PAGES:
        try:
            return redirect(reverse(name, kwargs={"business": business.id}))
        except NoReverseMatch:
            continue
    raise Http404


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def set_up(request: Any, token: str) -> HttpResponse:
    """The owner and the first business; 404 for a wrong or old token and for ever after set-up."""
    if not actions.opens_setup(token):
        raise Http404
    form = SetupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        owner = _set_up(token, form)
        if owner is None:
            raise Http404
        login(request, owner, backend=LOGIN_BACKEND)
        chosen = next(each for each in queries.businesses_of(owner) if each.is_demo == form.wants_demo)
        request.session["business"] = chosen.id
        return redirect("home")
    return render(request, "site/set_up.html", {"form": form}, status=422 if form.errors else 200)


def _set_up(token: str, form: SetupForm) -> Any:
    data = form.cleaned_data
    language = current_language()
    person = {"email": data["email"], "name": data["own_name"], "password": data["password"], "language": language}
    return actions.set_up(token, person, form.business_values, demo=form.wants_demo)


@require_POST
def choose_look(request: Any) -> HttpResponse:
    """Language and colours for people who are not signed in, kept in cookies."""
    goal = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(goal, {request.get_host()}, require_https=request.is_secure()):
        goal = "/"
    response = redirect(goal)
    for name, allowed, cookie in (
        ("language", {"ja", "en"}, settings.LANGUAGE_COOKIE_NAME),
        ("theme", set(Theme.values), "keiki_theme"),
        ("palette", set(Palette.values), "keiki_palette"),
    ):
        value = request.POST.get(name)
        if value in allowed:
            response.set_cookie(
                cookie, value, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
            )
    return response


@never_cache
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """For the machine that watches this one: 200 when pages and database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@dataclass(frozen=True)
class TroublePage:
    title: str
    happened: str
    kept: str = ""
    todo: str = ""
    id: str = ""
    subtitle: str = ""
    ways: tuple[str, ...] = ()
    calm: bool = False


def _trouble(request: HttpRequest, page: TroublePage, status: int) -> HttpResponse:
    """An error page; htmx gets only the part that replaces the content."""
    fragment = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    signed_in = getattr(getattr(request, "user", None), "is_authenticated", False)
    frame = "ui/trouble_part.html" if fragment else "site/trouble.html" if signed_in else "site/trouble_outside.html"
    return render(request, frame, {"page": page}, status=status)


def mendable(request: HttpRequest, error: KeikiError) -> HttpResponse:
    """An error with words of its own: what was wrong, what was kept, what to do."""
    if isinstance(error, Restricted):
        found = request.resolver_match
        ways = SUBJECT_TABS.get(found.view_name, SUBJECT_TABS.get(found.app_name, ())) if found else ()
        page = TroublePage(_("Restricted"), error.words(current_language()), ways=ways, calm=True)
        return _trouble(request, page, 403)
    return _trouble(request, TroublePage(_("That did not work"), error.words(current_language())), 400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: no such page, or not for this person."""
    page = TroublePage(
        _("Not found"),
        _("This page does not exist, or it is not open to you."),
        todo=_("Check the address, or ask an owner of the business for an invitation."),
    )
    return _trouble(request, page, 404)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: a member whose role is not enough."""
    page = TroublePage(
        _("Not allowed"),
        _("Your role in this business does not allow this."),
        kept=_("Nothing was changed."),
        todo=_("Ask an owner of the business to do it or to give you another role."),
    )
    return _trouble(request, page, 403)


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form whose secret no longer fits."""
    page = TroublePage(
        _("The form is too old"),
        _("You signed in or out after opening this form, or cookies are switched off."),
        kept=_("Nothing was changed."),
        todo=_("Go back, load the page again and send the form once more."),
    )
    return _trouble(request, page, 403)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: a request no page of ours sends."""
    return _trouble(request, TroublePage(_("That did not work"), _("The request could not be understood.")), 400)


def not_this_way(request: HttpRequest, refused: HttpResponse) -> HttpResponse:
    """405: where a form goes was opened as a page, or the other way round."""
    page = TroublePage(
        _("That did not work"),
        _("This address is where a form is sent; there is no page to open."),
        kept=_("Nothing was changed."),
        todo=_("Go back to the page you came from and use its button."),
    )
    answer = _trouble(request, page, 405)
    answer["Allow"] = refused["Allow"]
    return answer


def broken(request: HttpRequest) -> HttpResponse:
    """500: our mistake. The number is in the log beside the stack trace; this page needs neither database nor user."""
    number = secrets.token_hex(4)
    log.error("Error %s at %s", number, request.path)
    page = TroublePage(
        _("Something broke"),
        _("Something unexpected happened."),
        kept=_("What was saved before is safe; this request changed nothing."),
        todo=_("Try again. If it happens again, give this number to whoever runs Keiki."),
        id=number,
    )
    return HttpResponse(render_to_string("site/broken.html", {"page": page, "language": get_language()}), status=500)
