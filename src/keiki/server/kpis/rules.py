"""Who may: a KPI that a business has restricted is seen from a role on; for everybody else it does not exist."""

from __future__ import annotations

from typing import Any

from keiki.server.accounts.models import Business, Role
from keiki.server.accounts.rules import RANK, Onlooker, role_in


def closed_to(user: Any, business: Business) -> frozenset[str]:
    """The restricted KPIs that a person may not see: whoever only holds a link sees what viewers see."""
    if not business.restricted:
        return frozenset()
    role = Role.VIEWER if isinstance(user, Onlooker) else role_in(user, business)
    rank = RANK[Role(role)] if role is not None else 0
    return frozenset(kpi for kpi, least in business.restricted.items() if rank < RANK[Role(least)])
