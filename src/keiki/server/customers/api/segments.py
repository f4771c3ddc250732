"""RFM segments and their customers for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.rfm import SEGMENTS
from keiki.periods import Grain, Period
from keiki.server.accounts.api import caller_of
from keiki.server.accounts.models import Business
from keiki.server.customers.queries import segments as queries
from keiki.server.customers.schemas import MembersAsk, MembersOut, SegmentsAsk, SegmentsOut
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/segments",
    response=SegmentsOut,
    summary=gettext_noop("RFM segments at the end of a month, and who moved"),
)
def segments(request: HttpRequest, business: str, asked: Query[SegmentsAsk]) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    found = queries.segments(user, own, _month(user, own, asked.on))
    return {
        "period": found.period,
        "customers": found.customers,
        "segments": found.segments,
        "scores": [{"r": r, "f": f, "customers": n} for (r, f), n in found.scores.items()],
        "moves": [{"before": before, "after": after, "customers": n} for (before, after), n in found.moves.items()],
    }


@router.get(
    "/businesses/{business}/customers/segments/{segment}",
    response=MembersOut,
    summary=gettext_noop("The customers of an RFM segment with the most money"),
)
def members(request: HttpRequest, business: str, segment: str, asked: Query[MembersAsk]) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    if segment not in SEGMENTS:
        raise Http404
    whole = queries.segments(user, own, _month(user, own, asked.on))
    return {
        "segment": segment,
        "period": whole.period,
        "total": whole.segment(segment).customers,
        "customers": queries.members(user, own, segment, whole.period, asked.limit),
    }


def _month(user: Any, business: Business, day: date | None) -> Period | None:
    """The month of a day; nothing is there for a month that the data does not speak of."""
    if day is None:
        return None
    months = door.choosable(business, door.known(user, business), Grain.MONTH)
    found = next((month for month in months if month.start <= day < month.end), None)
    if found is None:
        raise Http404
    return found
