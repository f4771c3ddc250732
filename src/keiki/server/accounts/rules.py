"""Who may: the roles of a business and what each may do. A stranger sees nothing, not even that it exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import rules

from keiki.server.accounts.models import Membership, Role, User
from keiki.server.ui.once import once

RANK = {Role.VIEWER: 1, Role.EDITOR: 2, Role.OWNER: 3}
VIEW = "keiki.view"  # see the numbers
EDIT = "keiki.edit"  # change data, trees, targets
OWN = "keiki.own"  # change the business and its people, read the audit log
NEEDS = {VIEW: Role.VIEWER, EDIT: Role.EDITOR, OWN: Role.OWNER}


def allows(role: str, permission: str) -> bool:
    """Whether a role may do what the permission names.

    >>> allows("editor", EDIT), allows("viewer", EDIT)
    (True, False)
    """
    return RANK[Role(role)] >= RANK[NEEDS[permission]]


def role_in(user: User, thing: Any) -> str | None:
    """The person's role in a business, or in the business that a thing (anything with `business_id`) belongs to."""
    return _standing(user, thing)[0]


def departments_of(user: User, thing: Any) -> frozenset[str] | None:
    """The departments whose KPIs a person sees in a business; None for all of them, as owners always do."""
    role, departments = _standing(user, thing)
    return None if role == Role.OWNER or not departments else frozenset(departments)


def _standing(user: User, thing: Any) -> tuple[str | None, tuple[str, ...]]:
    business = getattr(thing, "business_id", thing)
    if not user.is_active or business is None:  # nobody signed in is not active either
        return None, ()
    business = getattr(business, "pk", business)
    found = membership_of(user, business)
    return (None, ()) if found is None else (found.role, tuple(found.departments))


def membership_of(user: User, business_id: str) -> Membership | None:
    """The person's membership with its business, in one query, and once while a page is made; None for a stranger."""

    def ask() -> Membership | None:
        return Membership.objects.select_related("business").filter(user=user, business_id=business_id).first()

    return once(("membership", user.pk, business_id), ask)


@dataclass(frozen=True)
class Onlooker:
    """Whoever holds a link that a member made: sees what everybody in the business sees, while the member may."""

    member: User

    def has_perm(self, permission: str, thing: Any) -> bool:
        """Looking is all that a link allows."""
        return permission == VIEW and self.member.has_perm(VIEW, thing)


def may_add_business(user: User) -> bool:
    """Whoever owns a business may add another one."""
    return Membership.objects.filter(user=user, role=Role.OWNER).exists()


def _predicate(permission: str) -> rules.Predicate:
    def may(user: User, thing: Any) -> bool:
        role = role_in(user, thing)
        return role is not None and allows(role, permission)

    predicate: rules.Predicate = rules.predicate(may, name=permission)
    return predicate


for _permission in NEEDS:
    if not rules.perm_exists(_permission):
        rules.add_perm(_permission, _predicate(_permission))
