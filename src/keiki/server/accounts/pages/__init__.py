"""What every page of a business stands on: who may see it, and the frame of the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods

from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import OWN, VIEW, allows, membership_of

LOGIN_BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Rest = ParamSpec("Rest")
Page = Callable[Concatenate[HttpRequest, Business, Rest], HttpResponse]
get_and_post = require_http_methods(["GET", "HEAD", "POST"])


def business_page(permission: str = VIEW) -> Callable[[Page[Rest]], Callable[..., HttpResponse]]:
    """A page of one business: the view gets the request and the `Business`, the URL gives `business=<id>`.

    Nobody signed in → to the log-in page. A stranger to the business → 404, as if it did not exist. A member
    whose role does not allow `permission` → 403 with words. `request.membership` is set; times are shown in the zone
    of the business.
    """

    def wrap(view: Page[Rest]) -> Callable[..., HttpResponse]:
        @wraps(view)
        @login_required
        def page(request: Any, business: str, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponse:
            membership = membership_of(request.user, business)
            if membership is None:
                raise Http404
            if not allows(membership.role, permission):
                raise PermissionDenied
            request.membership = membership
            if request.session.get("business") != business:
                request.session["business"] = business
            with timezone.override(membership.business.zone):
                return view(request, membership.business, *args, **kwargs)

        return page

    return wrap


def way_back(request: Any, otherwise: str) -> str:
    """Where the person came from, when that is a page of this site."""
    goal = request.POST.get("next", "")
    if goal and url_has_allowed_host_and_scheme(goal, {request.get_host()}, require_https=request.is_secure()):
        return str(goal)
    return otherwise


@dataclass(frozen=True)
class SettingsPage:
    """One page of the settings; `tabs` holds (url, words, icon)."""

    title: str
    subtitle: str
    tabs: tuple[tuple[str, str, str], ...]


def settings_frame(request: Any, business: Business | None, subtitle: str) -> SettingsPage:
    tabs = []
    if business is not None:
        here = {"business": business.id}
        tabs.append((reverse("accounts:settings", kwargs=here), _("Business and calendar"), "business"))
        tabs.append((reverse("accounts:rules", kwargs=here), _("Rules of calculation"), "check"))
        tabs.append((reverse("accounts:people", kwargs=here), _("People and roles"), "people"))
        tabs.append((reverse("accounts:tokens", kwargs=here), _("Tokens for programs"), "key"))
        tabs.append((reverse("data:rates", kwargs=here), pgettext("tab", "Rates"), "money"))
        tabs.append((reverse("data:answers", kwargs=here), _("Kept answers"), "grip"))
        if request.user.has_perm(OWN, business.id):
            tabs.append((reverse("accounts:audit", kwargs=here), _("Audit log"), "history"))
    tabs.append((reverse("accounts:you"), _("You"), "person"))
    return SettingsPage(_("Settings"), subtitle, tuple(tabs))
