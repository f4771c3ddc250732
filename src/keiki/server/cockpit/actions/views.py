"""Saving a view, forgetting it, and choosing what is seen first."""

from __future__ import annotations

from django.db import transaction

from keiki.server.accounts.models import Business, User
from keiki.server.audit.actions import record
from keiki.server.cockpit.models import SavedView, StartPage


@transaction.atomic
def save_view(actor: User, business: Business, name: str, shows: str, query: str, *, shared: bool) -> SavedView:
    """A dashboard with its filters under a name."""
    made = SavedView.objects.create(
        business=business, owner=None if shared else actor, name=name, shows=shows, query=query, made_by=actor
    )
    new = {"name": name, "shows": shows, "query": query, "shared": shared}
    record(actor, "cockpit.save_view", business_id=business.id, target=f"view:{made.pk}", new=new)
    return made


@transaction.atomic
def forget_view(actor: User, view: SavedView) -> None:
    """A saved view off the list."""
    old = {"name": view.name, "shows": view.shows, "query": view.query}
    record(actor, "cockpit.forget_view", business_id=view.business_id, target=f"view:{view.pk}", old=old)
    view.delete()


def choose_start(actor: User, business: Business, shows: str) -> None:
    """What a person sees first from now on; an empty choice follows their role again."""
    if shows:
        StartPage.objects.update_or_create(business=business, user=actor, defaults={"shows": shows})
    else:
        StartPage.objects.filter(business=business, user=actor).delete()
