"""Reads about the ideal customer: the profile in force, who fits, and what good customers have in common."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keiki.charts.files_out import Sheet, without_addresses
from keiki.customers.ideal import IdealProfile
from keiki.engine.ideal_customers import (
    CONTACT,
    Contact,
    FitTotals,
    Learned,
    contacts_left_out,
    contacts_outside,
    contacts_to_nurture,
    fit_totals,
    learned_profile,
    nurture_counts,
)
from keiki.measures.told import CUSTOMERS, WORTH
from keiki.server.accounts.models import Business
from keiki.server.customers.models import FitException, IdealVersion
from keiki.server.kpis import queries as door

NURTURE, EXCLUDE = "nurture", "exclude"
CONTACT_FILES = (NURTURE, EXCLUDE)
"""Who may be marketed to, and who is left out."""
LISTED = 50
"""Contacts that do not fit on the page; the file of those who may be marketed to holds all."""


def versions(business: Business) -> tuple[IdealVersion, ...]:
    """Every version of the ideal customer, the newest first; one without a profile says that it was withdrawn."""
    return tuple(IdealVersion.objects.filter(business=business).select_related("made_by"))


def profile_in_force(business: Business) -> IdealProfile | None:
    """The profile that `icp_fit` of customers follows; None while nobody has put one in force."""
    return IdealProfile.read(business.ideal)


def exceptions(business: Business) -> dict[str, FitException]:
    """The exceptions of a business by customer."""
    return {each.customer_id: each for each in FitException.objects.filter(business=business).select_related("made_by")}


def check_customer(user: Any, business: Business, customer_id: str) -> None:
    """Raises NoSuchCustomer where no row names the customer."""
    door.asked(user, business, lambda numbers: numbers.lake.check_customer(customer_id), tells=CUSTOMERS)


def totals(user: Any, business: Business, profile: IdealProfile) -> FitTotals:
    """How many fit and what was spent on the others."""
    return door.answered(
        user, business, ("fit totals", profile), lambda numbers: fit_totals(numbers, profile), tells=WORTH
    )


def outside(user: Any, business: Business, profile: IdealProfile) -> tuple[Contact, ...]:
    """Customers and prospects who do not fit, the worst first."""
    key = ("contacts outside", profile)
    return door.answered(
        user, business, key, lambda numbers: contacts_outside(numbers, profile, LISTED), tells=CUSTOMERS
    )


def nurtured(user: Any, business: Business, profile: IdealProfile) -> Iterator[Contact]:
    """Who may be marketed to, one after the other: those who fit, and the exceptions; nobody excluded by the list."""
    excepted = tuple(sorted(exceptions(business)))
    return door.asked(user, business, lambda numbers: contacts_to_nurture(numbers, profile, excepted), tells=CUSTOMERS)


def left_out(user: Any, business: Business, profile: IdealProfile) -> Iterator[Contact]:
    """Who must not be marketed to, one after the other."""
    excepted = tuple(sorted(exceptions(business)))
    return door.asked(user, business, lambda numbers: contacts_left_out(numbers, profile, excepted), tells=CUSTOMERS)


def contact_sheet(user: Any, business: Business, profile: IdealProfile, which: str, *, addresses: bool) -> Sheet:
    """One of CONTACT_FILES, its rows asked for while they are written; without `addresses` no e-mail address is in it,
    in no column.
    """
    found = (nurtured if which == NURTURE else left_out)(user, business, profile)
    columns = CONTACT if addresses else tuple(column for column in CONTACT if column != "email")
    sheet = Sheet(columns, (tuple(getattr(each, column) for column in columns) for each in found))
    return sheet if addresses else without_addresses(sheet)


def counts(user: Any, business: Business, profile: IdealProfile) -> tuple[int, int]:
    """How many may be marketed to, and how many are left out."""
    excepted = tuple(sorted(exceptions(business)))
    key = ("nurture counts", profile, excepted)
    return door.answered(
        user, business, key, lambda numbers: nurture_counts(numbers, profile, excepted), tells=CUSTOMERS
    )


def learned(user: Any, business: Business) -> Learned:
    """What good customers have in common."""
    return door.answered(user, business, "learned profile", learned_profile, tells=WORTH)
