"""RFM segments and their customers for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.rfm import SEGMENTS, RfmRule
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
    earlier = queries.scales(user, own)
    scale = _scale(earlier, asked.scale)
    found = queries.segments(user, own, _month(user, own, asked.on), scale)
    newest = earlier[0].number if earlier else 0
    current = _scale_told(newest + 1, None, queries.scale_in_force(user, own))
    scales = [current, *(_scale_told(each.number, each.until, each.rules.rfm) for each in earlier)]
    return {
        "period": found.period,
        "scale": next(one for one in scales if one["number"] == (asked.scale or current["number"])),
        "scales": scales,
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
    scale = _scale(queries.scales(user, own), asked.scale)
    whole = queries.segments(user, own, _month(user, own, asked.on), scale)
    return {
        "segment": segment,
        "period": whole.period,
        "total": whole.segment(segment).customers,
        "customers": queries.members(user, own, segment, whole.period, asked.limit, scale),
    }


def _scale(earlier: Sequence[queries.Scale], number: int | None) -> queries.Scale | None:
    """An earlier scale by its number; None for the one in force. Nothing is there for a number that none has."""
    newest = earlier[0].number if earlier else 0
    if number is None or number == newest + 1:
        return None
    found = next((one for one in earlier if one.number == number), None)
    if found is None:
        raise Http404
    return found


def _scale_told(number: int, until: datetime | None, rule: RfmRule) -> dict[str, Any]:
    names = ("lookback", "counted", "recency_limits", "frequency_limits", "amount_limits")
    return {"number": number, "until": until, **{name: getattr(rule, name) for name in names}}


def _month(user: Any, business: Business, day: date | None) -> Period | None:
    """The month of a day; nothing is there for a month that the data does not speak of."""
    if day is None:
        return None
    months = door.choosable(business, door.known(user, business), Grain.MONTH)
    found = next((month for month in months if month.start <= day < month.end), None)
    if found is None:
        raise Http404
    return found
