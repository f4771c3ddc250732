"""Who may: a KPI that a business has restricted is seen from a role on, and a member may be limited to departments;
what somebody may not see does not exist for them.
"""

from __future__ import annotations

from typing import Any

from keiki.server.accounts.models import Business, Role
from keiki.server.accounts.rules import RANK, Onlooker, departments_of, role_in
from keiki.server.kpis.models import Comment


def limited_to(user: Any, business: Business) -> frozenset[str] | None:
    """The departments whose KPIs a person sees, None for all: whoever only holds a link sees no more than its maker."""
    return departments_of(user.member if isinstance(user, Onlooker) else user, business)


def closed_to(user: Any, business: Business) -> frozenset[str]:
    """The restricted KPIs that a person may not see: whoever only holds a link sees what viewers see."""
    if not business.restricted:
        return frozenset()
    role = Role.VIEWER if isinstance(user, Onlooker) else role_in(user, business)
    rank = RANK[Role(role)] if role is not None else 0
    return frozenset(kpi for kpi, least in business.restricted.items() if rank < RANK[Role(least)])


def may_change(user: Any, comment: Comment) -> bool:
    """Whether a person may say something in other words: only whoever said it."""
    return comment.author_id is not None and comment.author_id == user.pk


def may_take_back(user: Any, comment: Comment) -> bool:
    """Whether a person may take a comment back: whoever said it, and the owners of the business."""
    return may_change(user, comment) or role_in(user, comment) == Role.OWNER
