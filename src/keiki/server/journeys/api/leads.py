"""Leads for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import caller_of
from keiki.server.journeys.queries import leads as queries
from keiki.server.journeys.schemas import LeadsAsk, LeadsOut
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Channels and leads")])


@router.get(
    "/businesses/{business}/leads",
    response=LeadsOut,
    summary=gettext_noop("Lead scores by band, by every version of the rule side by side, and who agreed"),
)
def leads(request: HttpRequest, business: str, asked: Query[LeadsAsk]) -> dict[str, Any]:
    user, own = caller_of(request).user, business_with_rows(request, business)
    period = door.asked_period(own, door.known(user, own), door.Question(asked.grain, asked.on))
    logged = queries.versions(own)
    rules = tuple(queries.rule_of(version) for version in logged[:2])
    found, force = queries.spreads(user, own, period, rules), queries.in_force(logged)
    return {
        "period": period,
        "leads": found.leads,
        "loaded": found.loaded,
        "in_force": None if force is None else force.number,
        "versions": [
            {
                "number": version.number,
                "criteria": rule.criteria,
                "agreed": [approval.side for approval in version.approvals.all()],
                "spread": spread,
            }
            for version, rule, spread in zip(logged, rules, found.by_rule, strict=False)
        ],
        "risen": found.risen,
        "fallen": found.fallen,
    }
