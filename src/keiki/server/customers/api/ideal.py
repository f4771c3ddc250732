"""The ideal customer for programs: who it is and who fits, versions, exceptions, and the files of contacts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_noop
from ninja import Router, Status

from keiki.customers.ideal import IdealProfile, Trait
from keiki.server.accounts.api import business_in, caller_of
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages.files_out import flowing_csv
from keiki.server.accounts.rules import EDIT
from keiki.server.customers.actions import ideal as actions
from keiki.server.customers.models import FitException, IdealVersion
from keiki.server.customers.queries import ideal as queries
from keiki.server.customers.schemas import ContactFile, ExceptionIn, ExceptionOut, IdealOut, ProfileIn
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/ideal",
    response=IdealOut,
    summary=gettext_noop("The ideal customer, who fits, and what good customers have in common"),
)
def ideal(request: HttpRequest, business: str) -> dict[str, Any]:
    return _told(caller_of(request).user, business_with_rows(request, business))


@router.post(
    "/businesses/{business}/customers/ideal",
    response={201: IdealOut},
    summary=gettext_noop("Put a profile of the ideal customer in force as the next version"),
)
def keep_ideal(request: HttpRequest, business: str, sent: ProfileIn) -> Status[dict[str, Any]]:
    business_in(request, business, EDIT)
    user, own = caller_of(request).user, business_with_rows(request, business)
    traits = tuple(Trait(each.attribute, tuple(each.values), each.weight) for each in sent.traits)
    actions.keep_profile(user, own, IdealProfile(traits, sent.threshold))
    return Status(201, _told(user, own))


@router.delete(
    "/businesses/{business}/customers/ideal",
    response=IdealOut,
    summary=gettext_noop("Withdraw the profile of the ideal customer"),
    description=gettext_noop(
        "Who fits is as the customers' data says again; where it says nothing, KPIs that ask who fits have no value. "
        "The versions stay."
    ),
)
def withdraw_ideal(request: HttpRequest, business: str) -> dict[str, Any]:
    business_in(request, business, EDIT)
    user, own = caller_of(request).user, business_with_rows(request, business)
    actions.withdraw_profile(user, own)
    return _told(user, own)


@router.put(
    "/businesses/{business}/customers/ideal/exceptions/{path:customer}",
    response=list[ExceptionOut],
    summary=gettext_noop("Market to a customer although it does not fit; the exceptions that follow"),
)
def except_customer(request: HttpRequest, business: str, customer: str, sent: ExceptionIn) -> list[dict[str, Any]]:
    business_in(request, business, EDIT)
    own = business_with_rows(request, business)
    actions.except_customer(caller_of(request).user, own, customer, sent.reason)
    return _exceptions(own)


@router.delete(
    "/businesses/{business}/customers/ideal/exceptions/{path:customer}",
    response=list[ExceptionOut],
    summary=gettext_noop("Treat a customer by the profile again; the exceptions that follow"),
)
def withdraw_exception(request: HttpRequest, business: str, customer: str) -> list[dict[str, Any]]:
    business_in(request, business, EDIT)
    own = business_with_rows(request, business)
    actions.withdraw_exception(caller_of(request).user, own, customer)
    return _exceptions(own)


@router.get(
    "/businesses/{business}/customers/ideal/contacts/{file}",
    summary=gettext_noop("Who may be marketed to (nurture) or is left out (exclude), as CSV"),
    description=gettext_noop("E-mail addresses go to owners only; taking the file is written down."),
)
def contacts(request: HttpRequest, business: str, file: ContactFile) -> StreamingHttpResponse:
    user, own = caller_of(request).user, business_with_rows(request, business)
    sheet = actions.take_contacts(user, own, file)
    if sheet is None:
        raise Http404
    return flowing_csv(sheet, file)


def _told(user: Any, own: Business) -> dict[str, Any]:
    versions, profile = queries.versions(own), queries.profile_in_force(own)
    learned = queries.learned(user, own)
    kept, removed = (None, None) if profile is None else queries.counts(user, own, profile)
    return {
        "version": versions[0].number if versions else None,
        "profile": profile,
        "totals": None if profile is None else queries.totals(user, own, profile),
        "nurtured": kept,
        "left_out": removed,
        "lessons": learned.shared,
        "learned": learned.profile,
        "outside": () if profile is None else queries.outside(user, own, profile),
        "exceptions": _exceptions(own),
        "versions": [
            {"number": each.number, "made_at": each.made_at, "made_by": _by(each), "profile": each.profile}
            for each in versions
        ],
    }


def _exceptions(own: Business) -> list[dict[str, Any]]:
    return [
        {"customer_id": each.customer_id, "reason": each.reason, "made_at": each.made_at, "made_by": _by(each)}
        for each in queries.exceptions(own).values()
    ]


def _by(made: FitException | IdealVersion) -> str | None:
    return None if made.made_by is None else made.made_by.name
