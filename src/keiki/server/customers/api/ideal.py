"""The ideal customer for programs: who it is, who fits, a new version, and the files of contacts."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext_noop
from ninja import Router, Status

from keiki.customers.ideal import IdealProfile, Trait
from keiki.customers.small_groups import LEAST
from keiki.server.accounts.api import business_in, caller_of
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages.files_out import flowing_csv
from keiki.server.accounts.rules import EDIT
from keiki.server.customers.actions import ideal as actions
from keiki.server.customers.queries import ideal as queries
from keiki.server.customers.schemas import ContactFile, IdealOut, ProfileIn
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
    version, profile = queries.version_in_force(own), queries.profile_in_force(own)
    learned = queries.learned(user, own)
    kept, removed = (None, None) if profile is None else queries.counts(user, own, profile)
    return {
        "version": None if version is None else version.number,
        "profile": profile,
        "totals": None if profile is None else queries.totals(user, own, profile),
        "nurtured": kept,
        "left_out": removed,
        "lessons": [each for each in learned.lessons if each.customers >= LEAST],
        "learned": learned.profile,
        "outside": () if profile is None else queries.outside(user, own, profile),
    }
