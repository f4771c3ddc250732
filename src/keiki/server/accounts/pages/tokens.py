"""Tokens for programs: made, shown once, withdrawn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from keiki.server.accounts import actions, queries
from keiki.server.accounts.forms.tokens import TokenForm
from keiki.server.accounts.models import ApiToken, Business
from keiki.server.accounts.pages import SettingsPage, business_page, get_and_post, settings_frame
from keiki.server.accounts.rules import EDIT, OWN, allows


@dataclass(frozen=True)
class TokenLine:
    """One token of the list."""

    id: int
    name: str
    ending: str
    person: str
    scope: str
    expires_at: datetime | None
    expired: bool
    used_at: datetime | None


@dataclass(frozen=True)
class TokensPage(SettingsPage):
    tokens: tuple[TokenLine, ...]
    token: str  # the token just made; shown once
    address: str


@never_cache
@business_page()
@get_and_post
def tokens_page(request: Any, business: Business) -> HttpResponse:
    """Everybody makes tokens of their own; owners see those of all."""
    role = request.membership.role
    form, token = TokenForm(request.POST or None, may_write=allows(role, EDIT)), ""
    if request.method == "POST" and form.is_valid():
        token = actions.make_api_token(request.user, business, **form.cleaned_data)
        form = TokenForm(may_write=allows(role, EDIT))
    frame = settings_frame(request, business, business.name)
    lines = tuple(_line(each) for each in queries.api_tokens(business, None if allows(role, OWN) else request.user))
    address = request.build_absolute_uri("/api/v1/")
    page = TokensPage(frame.title, frame.subtitle, frame.tabs, lines, token, address)
    return render(request, "accounts/tokens.html", {"page": page, "form": form}, status=422 if form.errors else 200)


@business_page()
@require_POST
def revoke_token(request: Any, business: Business, token_id: int) -> HttpResponse:
    """A token stops working; one's own, or anybody's for an owner."""
    owner = allows(request.membership.role, OWN)
    own = queries.api_tokens(business, None if owner else request.user)
    token = next((each for each in own if each.pk == token_id), None)
    if token is None:
        raise Http404
    actions.revoke_api_token(request.user, token)
    messages.success(request, _("The token no longer works."))
    return redirect("accounts:tokens", business=business.id)


def _line(token: ApiToken) -> TokenLine:
    expired = token.expires_at is not None and token.expires_at <= timezone.now()
    return TokenLine(
        token.pk,
        token.name,
        token.ending,
        token.user.name,
        token.get_scope_display(),
        token.expires_at,
        expired,
        token.used_at,
    )
