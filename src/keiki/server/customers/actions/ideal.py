"""Writes about the ideal customer: a version, one withdrawn, an exception, one withdrawn, a file taken out."""

from __future__ import annotations

from django.db import transaction

from keiki.charts.files_out import Sheet
from keiki.customers.ideal import IdealProfile
from keiki.errors import NoProfile, NoSuchException, ReasonNeeded
from keiki.server.accounts.models import Business, User
from keiki.server.accounts.rules import OWN
from keiki.server.audit.actions import record
from keiki.server.customers.models import FitException, IdealVersion
from keiki.server.customers.queries import ideal as queries


@transaction.atomic
def keep_profile(actor: User, business: Business, profile: IdealProfile) -> IdealVersion:
    """Put a profile in force as the next version; the earlier ones stay."""
    return _next_version(actor, business, profile)


@transaction.atomic
def withdraw_profile(actor: User, business: Business) -> IdealVersion:
    """Have no profile in force from now on: who fits is as the customers' data says again.

    It is a version of its own, so that the earlier ones stay and any can be put in force again. Raises NoProfile while
    none is in force.
    """
    return _next_version(actor, business, None)


def _next_version(actor: User, business: Business, profile: IdealProfile | None) -> IdealVersion:
    """The next version, of a profile or of none; one without traits stands for none."""
    kept = Business.objects.select_for_update().get(pk=business.pk)
    last = IdealVersion.objects.filter(business=business).first()
    if profile is None and (last is None or not last.traits):
        raise NoProfile
    traits = [] if profile is None else [[each.attribute, list(each.values), each.weight] for each in profile.traits]
    threshold = 0 if profile is None else profile.threshold
    made = IdealVersion.objects.create(
        business=business,
        number=1 if last is None else last.number + 1,
        traits=traits,
        threshold=threshold,
        made_by=actor,
    )
    kept.ideal = business.ideal = {} if profile is None else profile.plain
    kept.save(update_fields=["ideal"])
    record(
        actor,
        "customers.withdraw_profile" if profile is None else "customers.keep_profile",
        business_id=business.id,
        target=str(made.number),
        old={} if last is None else {"traits": last.traits, "threshold": last.threshold},
        new={} if profile is None else {"traits": traits, "threshold": threshold},
    )
    return made


@transaction.atomic
def except_customer(actor: User, business: Business, customer_id: str, reason: str) -> FitException:
    """Market to a customer although it does not fit. Raises ReasonNeeded without a reason and NoSuchCustomer for an id
    that no row names; nothing is kept then.
    """
    if not reason.strip():
        raise ReasonNeeded()
    queries.check_customer(actor, business, customer_id)
    made, _ = FitException.objects.update_or_create(
        business=business, customer_id=customer_id, defaults={"reason": reason.strip(), "made_by": actor}
    )
    record(
        actor,
        "customers.except_customer",
        business_id=business.id,
        target=customer_id,
        new={"reason": made.reason},
    )
    return made


@transaction.atomic
def withdraw_exception(actor: User, business: Business, customer_id: str) -> None:
    """Treat a customer by the profile again. Raises NoSuchException where none is made for it."""
    exception = FitException.objects.filter(business=business, customer_id=customer_id).first()
    if exception is None:
        raise NoSuchException(customer=customer_id)
    record(
        actor,
        "customers.withdraw_exception",
        business_id=exception.business_id,
        target=exception.customer_id,
        old={"reason": exception.reason},
    )
    exception.delete()


def take_contacts(actor: User, business: Business, which: str) -> Sheet | None:
    """One of the files of contacts (`queries.CONTACT_FILES`) for a member, and a note that it was taken; None while no
    profile is in force. E-mail addresses go to owners only.
    """
    profile = queries.profile_in_force(business)
    if profile is None:
        return None
    kept, removed = queries.counts(actor, business, profile)
    if which == queries.NURTURE:
        action, target, new = "customers.export_nurtured", "nurtured", {"customers": kept, "removed": removed}
    else:
        action, target, new = "customers.export_excluded", "excluded", {"customers": removed}
    addresses = actor.has_perm(OWN, business)
    sheet = queries.contact_sheet(actor, business, profile, which, addresses=addresses)
    record(actor, action, business_id=business.id, target=target, new=new)
    return sheet
