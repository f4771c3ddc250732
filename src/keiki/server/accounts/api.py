"""Who asks the REST API, and businesses. Every app's `api` exports a `router`; `site.api` mounts them all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_noop
from ninja import Router
from ninja.security import HttpBearer, SessionAuth
from ninja.throttling import BaseThrottle

from keiki.errors import TokenOnlyReads
from keiki.server.accounts import actions, queries
from keiki.server.accounts.models import Business, Scope, User
from keiki.server.accounts.rules import VIEW, allows, membership_of
from keiki.server.accounts.schemas import BusinessOut

MINUTE: Final = 60
router = Router(tags=[gettext_noop("Businesses")])


@dataclass(frozen=True)
class Caller:
    """Who asks: a signed-in person, or a token that acts as one in a single business."""

    user: User
    key: str
    business_id: str | None = None
    may_write: bool = True


class Token(HttpBearer):
    """A token of the settings page in the header Authorization."""

    openapi_description = "A token from Settings, Tokens for programs."

    def authenticate(self, request: HttpRequest, token: str) -> Caller | None:
        found = queries.api_token(token)
        if found is None:
            return None
        actions.note_use(found)
        return Caller(found.user, f"token:{found.pk}", found.business_id, found.scope == Scope.WRITE)


class Session(SessionAuth):
    """A person who is signed in; writing needs the CSRF token as every form does."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        user = request.user
        return Caller(user, f"user:{user.pk}") if user.is_authenticated else None


class PerMinute(BaseThrottle):
    """So many requests a minute for each token and person (setting `API_PER_MINUTE`)."""

    def allow_request(self, request: HttpRequest) -> bool:
        caller = caller_of(request)
        minute = int(timezone.now().timestamp()) // MINUTE
        key = f"api:{caller.key}:{minute}"
        cache.add(key, 0, timeout=2 * MINUTE)
        return bool(cache.incr(key) <= settings.API_PER_MINUTE)

    def wait(self) -> float | None:
        return MINUTE - timezone.now().timestamp() % MINUTE


def caller_of(request: HttpRequest) -> Caller:
    """Who asks."""
    caller = request.auth  # type: ignore[attr-defined]  # set by ninja
    assert isinstance(caller, Caller)
    return caller


def business_in(request: HttpRequest, business_id: str, permission: str = VIEW, *, writes: bool = False) -> Business:
    """The business of the address for who asks: 404 for a stranger and for the token of another business, 403 for a
    member whose role, and `TokenOnlyReads` for a token whose scope does not allow `permission`, or writing what every
    member may write.
    """
    caller = caller_of(request)
    if caller.business_id not in (None, business_id):
        raise Http404
    membership = membership_of(caller.user, business_id)
    if membership is None:
        raise Http404
    if not allows(membership.role, permission):
        raise PermissionDenied
    if (writes or permission != VIEW) and not caller.may_write:
        raise TokenOnlyReads()
    return membership.business


@router.get("/businesses", response=list[BusinessOut], summary=gettext_noop("The businesses you may see"))
def businesses(request: HttpRequest) -> list[dict[str, Any]]:
    caller = caller_of(request)
    found = queries.businesses_of(caller.user)
    return [_plain(each) for each in found if caller.business_id in (None, each.id)]


@router.get("/businesses/{business}", response=BusinessOut, summary=gettext_noop("One business"))
def business(request: HttpRequest, business: str) -> dict[str, Any]:
    return _plain(business_in(request, business))


def _plain(business: Business) -> dict[str, Any]:
    names = ("id", "name", "currency", "tax_included", "rules")
    calendar = ("zone", "week_start", "fiscal_start", "closing_day", "country")
    return {name: getattr(business, name) for name in names} | {
        "calendar": {name: getattr(business, name) for name in calendar}
    }
