"""Who may agree to a rule for leads, and for which side."""

from __future__ import annotations

from typing import Any, Final

from keiki.server.accounts.rules import EDIT, allows, departments_of, role_in
from keiki.server.journeys.models import Side

DEPARTMENTS: Final = {
    Side.MARKETING: frozenset(("marketing", "web_marketing")),
    Side.SALES: frozenset(("inside_sales", "field_sales", "partner_sales")),
}
"""The departments whose people speak for a side; who belongs to no department in particular may speak for either."""


def sides_of(user: Any, business: Any) -> tuple[Side, ...]:
    """The sides that a person may agree for."""
    role = role_in(user, business)
    if role is None or not allows(role, EDIT):
        return ()
    own = departments_of(user, business)
    return tuple(side for side in Side if own is None or own & DEPARTMENTS[side])
