"""Saved views, the page a person sees first, and how old the data is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import Q

from keiki.measures.told import NOTHING
from keiki.server.accounts.models import Business, Role
from keiki.server.cockpit.models import SavedView, StartPage
from keiki.server.cockpit.queries.dashboards import EXECUTIVE, GENERATED, OPERATIONAL, dashboards_of
from keiki.server.kpis import queries as door

TODAY: Final = "today"
BY_ROLE: Final = {Role.OWNER: EXECUTIVE, Role.EDITOR: OPERATIONAL, Role.VIEWER: TODAY}
"""What executives, managers and staff see first."""
FILTERS: Final = ("tree", "grain", "on", "versus", "segment", "group")
CADENCE_HOURS: Final = {"daily": 24, "weekly": 7 * 24, "monthly": 31 * 24, "quarterly": 92 * 24, "yearly": 366 * 24}


def views_of(user: Any, business: Business) -> tuple[SavedView, ...]:
    """The saved views a person may open: their own, and shared ones."""
    door.known(user, business)
    mine_or_shared = SavedView.objects.filter(Q(owner=None) | Q(owner=user), business=business)
    return tuple(mine_or_shared.select_related("made_by"))


def start_of(user: Any, business: Business, role: str) -> str:
    """What a person sees first: as chosen, while it is still there; else as their role does."""
    chosen = StartPage.objects.filter(business=business, user=user).values_list("shows", flat=True).first()
    there = {TODAY, *GENERATED, *(str(each.id) for each in dashboards_of(user, business))}
    return chosen if chosen in there else BY_ROLE[Role(role)]


def imported_at(user: Any, business: Business) -> datetime | None:
    """When data last came in; None while none has."""
    found: datetime | None = door.answered(
        user,
        business,
        "imported at",
        lambda numbers: next((each.at for each in numbers.imports()), None),
        tells=NOTHING,
    )
    return None if found is None else found.replace(tzinfo=UTC)


def is_stale(hours: float, cadence: tuple[str, ...]) -> bool:
    """Whether data is older than a number is meant to be looked at.

    >>> is_stale(26, ("daily",)), is_stale(26, ("monthly",))
    (True, False)
    """
    return hours > min((CADENCE_HOURS[each] for each in cadence if each in CADENCE_HOURS), default=31 * 24)
