"""Writes about people and businesses: one function per intention, each in one transaction with its audit entry."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from keiki.errors import AlreadyMember, EditConflict, LastOwner
from keiki.measures.choices import plain_choices, read_choices
from keiki.server.accounts import queries
from keiki.server.accounts.models import ApiToken, Business, Invitation, Membership, Role, SetupToken, User
from keiki.server.audit.actions import differences, record
from keiki.server.jobs.actions import enqueue

SETUP_TOKEN_LIVES = timedelta(hours=24)
INVITATION_LIVES = timedelta(days=7)
DEMO_JOB = "data.make_demo"
WATCH_JOB = "success.watch_accounts"
BUSINESS_FIELDS = (
    *("name", "currency", "money", "zone", "week_start", "fiscal_start", "closing_day"),
    *("label_style", "country", "tax_included", "tax_rate"),
)


@transaction.atomic
def issue_setup_token() -> str | None:
    """A fresh one-time token for the first set-up, valid for a day; the one before is dead. None when set up."""
    if queries.is_set_up():
        return None
    token = secrets.token_urlsafe(32)
    expires_at = timezone.now() + SETUP_TOKEN_LIVES
    SetupToken.objects.update_or_create(id=1, defaults={"digest": queries.digest(token), "expires_at": expires_at})
    return token


def opens_setup(token: str) -> bool:
    """Whether this token opens the set-up page now; compared in constant time."""
    kept = queries.setup_token()
    expected = kept.digest if kept else queries.digest(secrets.token_urlsafe(32))
    equal = hmac.compare_digest(expected, queries.digest(token))
    return equal and kept is not None and not queries.is_set_up()


@transaction.atomic
def set_up(token: str, person: Mapping[str, Any], business: Mapping[str, Any], demo: bool = False) -> User | None:
    """The owner and the first business, once; None when the token is dead. `person`: name, email, password, …"""
    if not opens_setup(token) or not SetupToken.objects.filter(digest=queries.digest(token)).delete()[0]:
        return None
    owner = _add_user(**person)
    record(owner, "accounts.set_up", target=f"user:{owner.pk}")
    offered = Business.objects.filter(is_demo=True, memberships=None).first()
    if offered is not None:
        Membership.objects.create(user=owner, business=offered, role=Role.OWNER)
        enqueue(WATCH_JOB)  # its accounts had nobody to be told about them
    if offered is None or not demo:
        add_business(owner, business, demo=demo)
    return owner


def demo_to_offer(name: str) -> Business | None:
    """The demo company that the first owner may find ready, not saved yet; None when it is there or nobody needs it."""
    if queries.is_set_up() or Business.objects.filter(is_demo=True).exists():
        return None
    return Business(id=_free_id(name, demo=True), name=name, is_demo=True)


@transaction.atomic
def offer_demo(demo: Business) -> None:
    """Save the demo company, filled and without members; whoever sets up Keiki becomes its owner."""
    demo.full_clean()
    demo.save(force_insert=True)
    record(None, "accounts.add_business", business_id=demo.id, target=f"business:{demo.id}", new={"name": demo.name})


def _add_user(*, email: str, name: str, password: str, language: str = "") -> User:
    user = User.objects.create_user(email, password, name=name, language=language)
    EmailAddress.objects.create(user=user, email=user.email, primary=True, verified=True)
    return user


@transaction.atomic
def add_business(actor: User, values: Mapping[str, Any], demo: bool = False) -> Business:
    """A further business, owned by the actor; with `demo` it is filled with the demo company's two years."""
    known = {name: values[name] for name in BUSINESS_FIELDS if name in values}
    business = Business(id=_free_id(values["name"], demo), is_demo=demo, **known)
    business.full_clean()
    business.save(force_insert=True)
    Membership.objects.create(user=actor, business=business, role=Role.OWNER)
    record(actor, "accounts.add_business", business_id=business.id, target=f"business:{business.id}", new=known)
    if demo:
        enqueue(DEMO_JOB, actor=actor, business_id=business.id)
    return business


def _free_id(name: str, demo: bool) -> str:
    stem = "demo" if demo else slugify(name)[:32].strip("-") or "business"
    taken = set(Business.objects.filter(id__startswith=stem).values_list("id", flat=True))
    return next(each for each in (stem, *(f"{stem}-{n}" for n in range(2, len(taken) + 3))) if each not in taken)


@transaction.atomic
def change_business(actor: User, business: Business, version: int, values: Mapping[str, Any]) -> Business:
    """Change the settings of a business, when nobody else has changed them since `version` was read."""
    before = Business.objects.select_for_update().get(pk=business.pk)
    if before.version != version:
        raise EditConflict(mine=dict(values), theirs={name: getattr(before, name) for name in values})
    old, new = differences({name: getattr(before, name) for name in BUSINESS_FIELDS}, values)
    if not new:
        return before
    for name, value in new.items():
        setattr(before, name, value)
    before.version += 1
    before.full_clean()
    before.save()
    record(actor, "accounts.change_business", business_id=before.id, target=f"business:{before.id}", old=old, new=new)
    return before


@transaction.atomic
def change_rules(actor: User, business: Business, version: int, subject: str, values: Mapping[str, Any]) -> Business:
    """Change the business's own values for one subject of the rules of models; nothing named follows the default.

    Raises `EditConflict` when somebody else has changed the business since `version` was read, `RuleUnknown` and
    `RuleImpossible` for what cannot be.
    """
    before = Business.objects.select_for_update().get(pk=business.pk)
    if before.version != version:
        raise EditConflict(mine=dict(values), theirs=before.rules.get(subject, {}))
    old = queries.rules_of(before)
    others = {name: own for name, own in before.rules.items() if name != subject}
    before.rules = plain_choices(read_choices({**others, subject: dict(values)}))
    was, now = differences(*(queries.in_force(rules, subject) for rules in (old, queries.rules_of(before))))
    if not now:
        return before
    before.version += 1
    before.full_clean()
    before.save()
    record(actor, "accounts.change_rules", business_id=before.id, target=f"rules:{subject}", old=was, new=now)
    return before


@transaction.atomic
def invite(actor: User, business: Business, email: str, role: str) -> str:
    """An invitation; gives the token of its link, which is not kept and cannot be shown again."""
    email = email.strip().lower()
    if business.memberships.filter(user__email__iexact=email).exists():
        raise AlreadyMember(email=email)
    business.invitations.filter(email__iexact=email, accepted_at=None).delete()
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        digest=queries.digest(token),
        business=business,
        email=email,
        role=role,
        invited_by=actor,
        expires_at=timezone.now() + INVITATION_LIVES,
    )
    record(actor, "accounts.invite", business_id=business.id, target=f"invitation:{invitation.pk}", new={"role": role})
    return token


@transaction.atomic
def withdraw_invitation(actor: User, invitation: Invitation) -> None:
    """The link stops working."""
    number, business_id = invitation.pk, invitation.business_id
    invitation.delete()
    record(actor, "accounts.withdraw_invitation", business_id=business_id, target=f"invitation:{number}")


@transaction.atomic
def join(user: User, token: str) -> Membership | None:
    """Use an invitation as a person who already has an account; None when the link is no longer good."""
    invitation = queries.open_invitation(token)
    if invitation is None or not Invitation.objects.filter(pk=invitation.pk, accepted_at=None).update(
        accepted_at=timezone.now()
    ):
        return None
    try:
        with transaction.atomic():
            member = Membership.objects.create(user=user, business=invitation.business, role=invitation.role)
    except IntegrityError:
        return user.memberships.get(business=invitation.business)
    target, new = f"user:{user.pk}", {"role": member.role}
    record(user, "accounts.join", business_id=invitation.business_id, target=target, new=new)
    return member


@transaction.atomic
def join_as_new_person(token: str, name: str, password: str, language: str = "") -> User | None:
    """Make the account that an invitation allows and join; None when the link is no longer good."""
    invitation = queries.open_invitation(token)
    if invitation is None:
        return None
    user = _add_user(email=invitation.email, name=name, password=password, language=language)
    join(user, token)
    return user


@transaction.atomic
def change_role(actor: User, membership: Membership, role: str) -> None:
    """Give a member another role; the last owner stays owner."""
    _lock(membership)
    if membership.role == role:
        return
    _keep_an_owner(membership)
    old, membership.role = membership.role, role
    membership.save(update_fields=["role"])
    _record_member(actor, "accounts.change_role", membership, old={"role": old}, new={"role": role})


@transaction.atomic
def limit_member(actor: User, membership: Membership, departments: Sequence[str]) -> None:
    """Let a member see the KPIs of these departments only; of none: all."""
    _lock(membership)
    old, membership.departments = membership.departments, sorted(departments)
    if old != membership.departments:
        membership.save(update_fields=["departments"])
        new = {"departments": membership.departments}
        _record_member(actor, "accounts.limit_member", membership, old={"departments": old}, new=new)


@transaction.atomic
def remove_member(actor: User, membership: Membership) -> None:
    """A person leaves the business; the account stays."""
    _lock(membership)
    _keep_an_owner(membership)
    _record_member(actor, "accounts.remove_member", membership, old={"role": membership.role})
    membership.delete()


def _lock(membership: Membership) -> None:
    """Two changes of roles of one business go one after the other, each seeing the role as it is."""
    Business.objects.select_for_update().get(pk=membership.business_id)
    membership.refresh_from_db(fields=["role"])


def _keep_an_owner(membership: Membership) -> None:
    others = Membership.objects.filter(business_id=membership.business_id, role=Role.OWNER).exclude(pk=membership.pk)
    if membership.role == Role.OWNER and not others.exists():
        raise LastOwner(business=membership.business.name)


def _record_member(actor: User, action: str, membership: Membership, **values: Mapping[str, Any]) -> None:
    record(actor, action, business_id=membership.business_id, target=f"user:{membership.user_id}", **values)


@transaction.atomic
def make_api_token(actor: User, business: Business, name: str, scope: str, days: int | None) -> str:
    """A key for programs that act as this person; gives the token, which is not kept and cannot be shown again."""
    token = f"keiki_{secrets.token_urlsafe(32)}"
    made = ApiToken.objects.create(
        digest=queries.digest(token),
        business=business,
        user=actor,
        name=name.strip(),
        scope=scope,
        ending=token[-4:],
        expires_at=timezone.now() + timedelta(days=days) if days else None,
    )
    target, new = f"api_token:{made.pk}", {"name": made.name, "scope": scope}
    record(actor, "accounts.make_api_token", business_id=business.id, target=target, new=new)
    return token


@transaction.atomic
def revoke_api_token(actor: User, token: ApiToken) -> None:
    """The token stops working at once and for ever."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=timezone.now()):
        target, old = f"api_token:{token.pk}", {"name": token.name, "scope": token.scope}
        record(actor, "accounts.revoke_api_token", business_id=token.business_id, target=target, old=old)


@transaction.atomic
def note_export(actor: User, business: Business, name: str) -> None:
    """A file with e-mail addresses left the house."""
    record(actor, "accounts.export_addresses", business_id=business.id, target="file", new={"name": name})


def note_use(token: ApiToken) -> None:
    """Remember when a token was last used, to the hour: a request must not cost a write each time."""
    now = timezone.now()
    if token.used_at is None or now - token.used_at > timedelta(hours=1):
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)


@transaction.atomic
def issue_password_key(email: str) -> tuple[str, str] | None:
    """The person's number and a key to choose a fresh password, for whoever runs the machine; None when unknown.

    The key works once and for three days (Django's PASSWORD_RESET_TIMEOUT).
    """
    user = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    if user is None:
        return None
    record(None, "accounts.issue_password_link", target=f"user:{user.pk}")
    return user_pk_to_url_str(user), default_token_generator.make_token(user)


@transaction.atomic
def change_preferences(actor: User, values: Mapping[str, Any]) -> None:
    """A person's own name, language and colours."""
    old, new = differences({name: getattr(actor, name) for name in values}, values)
    for name, value in new.items():
        setattr(actor, name, value)
    if new:
        actor.save(update_fields=list(new))
        old.pop("name", None), new.pop("name", None)  # the log outlives the person: it keeps no names
        record(actor, "accounts.change_preferences", target=f"user:{actor.pk}", old=old, new=new)
