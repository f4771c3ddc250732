"""Reads about people and businesses."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from keiki.customers.ideal import IdealProfile
from keiki.measures.choices import choices_of, read_choices
from keiki.measures.rules import SUBJECT_NAMES, Rules, value_in
from keiki.server.accounts.models import ApiToken, Business, Invitation, Role, SetupToken, User
from keiki.server.audit.queries import changes


@dataclass(frozen=True)
class Person:
    """One line of the list of people."""

    membership_id: int
    name: str
    email: str
    role: str
    role_words: str
    is_you: bool
    departments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pending:
    """An invitation that nobody has used yet."""

    id: int
    email: str
    role_words: str
    expires_at: datetime
    expired: bool


def rules_of(business: Business) -> Rules:
    """The rules of models that are in force in a business."""
    return Rules.of_calendar(business.calendar, read_choices(business.rules), IdealProfile.read(business.ideal))


@dataclass(frozen=True)
class RulesThen:
    """The rules of models as they were until an owner changed some of them; `subjects` are those that changed."""

    until: datetime
    rules: Rules
    subjects: frozenset[str]


def earlier_rules(business: Business) -> tuple[RulesThen, ...]:
    """The rules that were in force before each change of them, newest first: walked back through the audit log."""
    own = {subject: in_force(rules_of(business), subject) for subject in SUBJECT_NAMES}
    values = {name: value for named in own.values() for name, value in named.items()}
    found = []
    for entry in changes(business.id, "accounts.change_rules"):
        values |= entry.old
        plain: dict[str, dict[str, Any]] = {}
        for name, value in values.items():
            subject, _dot, choice = name.partition(".")
            if value is not None:
                plain.setdefault(subject, {})[choice] = value
        rules = Rules.of_calendar(business.calendar, read_choices(plain))
        found.append(RulesThen(entry.at, rules, frozenset(name.partition(".")[0] for name in entry.old)))
    return tuple(found)


def in_force(rules: Rules, subject: str) -> dict[str, Any]:
    """The values of one subject as they stand in a file, by `subject.name`."""
    found = {}
    for choice in choices_of(subject):
        value = value_in(rules, choice)
        found[f"{subject}.{choice.name}"] = None if value is None else choice.kind.plain(value)
    return found


def digest(token: str) -> str:
    """What is kept of a secret token: enough to recognise it, not enough to use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def businesses_of(user: User) -> tuple[Business, ...]:
    """The businesses a person belongs to, by name."""
    return tuple(Business.objects.filter(memberships__user=user).order_by("name", "id"))


def people_of(business: Business, you: User) -> tuple[Person, ...]:
    """Everybody who belongs to the business, by name."""
    members = business.memberships.select_related("user").order_by("user__name", "id")
    return tuple(
        Person(
            each.pk,
            each.user.name,
            each.user.email,
            each.role,
            each.get_role_display(),
            each.user_id == you.pk,
            tuple(each.departments),
        )
        for each in members
    )


def owners_of(business: Business) -> tuple[str, ...]:
    """What the owners of a business are called, by name."""
    owners = business.memberships.filter(role=Role.OWNER, user__is_active=True)
    return tuple(owners.order_by("user__name", "id").values_list("user__name", flat=True))


def pending_invitations(business: Business) -> tuple[Pending, ...]:
    """The invitations not used yet, newest first."""
    now = timezone.now()
    return tuple(
        Pending(each.pk, each.email, each.get_role_display(), each.expires_at, each.expires_at <= now)
        for each in business.invitations.filter(accepted_at=None)
    )


def open_invitation(token: str) -> Invitation | None:
    """The invitation behind a link, while it can still be used."""
    found = Invitation.objects.select_related("business", "invited_by").filter(digest=digest(token), accepted_at=None)
    return found.filter(expires_at__gt=timezone.now()).first()


def api_token(token: str) -> ApiToken | None:
    """The row behind a token while it works: not revoked, not expired, and its person still belongs to the business."""
    found = ApiToken.objects.select_related("user", "business").filter(digest=digest(token), revoked_at=None).first()
    if found is None or (found.expires_at is not None and found.expires_at <= timezone.now()):
        return None
    member = found.user.is_active and found.user.memberships.filter(business_id=found.business_id).exists()
    return found if member else None


def api_tokens(business: Business, user: User | None = None) -> tuple[ApiToken, ...]:
    """The tokens of a business that have not been revoked, newest first; of one person when given."""
    tokens = business.api_tokens.select_related("user").filter(revoked_at=None)
    return tuple(tokens if user is None else tokens.filter(user=user))


def is_set_up() -> bool:
    """Whether somebody has an account: then the set-up page no longer exists."""
    return User.objects.exists()


def setup_token() -> SetupToken | None:
    """The set-up token while it is valid."""
    return SetupToken.objects.filter(expires_at__gt=timezone.now()).first()


def has_account(email: str) -> bool:
    """Whether somebody signs in with this address."""
    return User.objects.filter(email__iexact=email).exists()
