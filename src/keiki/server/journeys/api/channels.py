"""Channels for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import caller_of
from keiki.server.journeys.queries import channels as queries
from keiki.server.journeys.schemas import ChannelsAsk, ChannelsOut
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Channels and leads")])


@router.get(
    "/businesses/{business}/channels",
    response=ChannelsOut,
    summary=gettext_noop("The mix of visits, and what earned the conversions by every attribution model"),
)
def channels(request: HttpRequest, business: str, asked: Query[ChannelsAsk]) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    period = door.asked_period(own, door.known(user, own), door.Question(asked.grain, asked.on))
    mix = queries.traffic(user, own, period, period).mix
    found = queries.credited(user, own, period, asked.by)
    return {
        "period": period,
        "visits": None if mix is None else mix.visits,
        "weak_below": queries.rules(user, own).traffic.weak,
        "channels": () if mix is None else mix.channels,
        "lookback": found.rule.lookback,
        "half_life_days": found.rule.half_life_days,
        "conversions": found.conversions,
        "revenue": found.revenue,
        "gross_profit": found.gross_profit,
        "by": found.by,
        "places": found.places,
        "keywords": queries.keywords(user, own, period).classes,
    }
