"""The ideal customer for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router

from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import ideal as queries
from keiki.server.customers.schemas import IdealOut
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/ideal",
    response=IdealOut,
    summary=gettext_noop("The ideal customer, who fits, and what good customers have in common"),
)
def ideal(request: HttpRequest, business: str) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    version = queries.version_in_force(own)
    profile = None if version is None else queries.profile_of(version)
    learned = queries.learned(user, own)
    kept, removed = (None, None) if profile is None else queries.counts(user, own, profile)
    return {
        "version": None if version is None else version.number,
        "profile": profile,
        "totals": None if profile is None else queries.totals(user, own, profile),
        "nurtured": kept,
        "left_out": removed,
        "lessons": learned.lessons,
        "learned": learned.profile,
        "outside": () if profile is None else queries.outside(user, own, profile),
    }
