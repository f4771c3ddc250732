"""Targets for programs: every revision with the time in which it held."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router

from keiki.server.accounts.api import caller_of
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows
from keiki.server.planning import queries
from keiki.server.planning.schemas import NodeTargetsOut

router = Router(tags=[gettext_noop("Trees")])


@router.get(
    "/businesses/{business}/trees/{tree}/targets",
    response=list[NodeTargetsOut],
    summary=gettext_noop("The targets of a tree, with every revision and when it held"),
)
def targets(request: HttpRequest, business: str, tree: str) -> list[dict[str, Any]]:
    own, user = business_with_rows(request, business), caller_of(request).user
    known = door.known(user, own)
    if tree not in {each.id for each in known.trees}:
        raise Http404
    drawn, today = known.tree(tree), own.calendar.today()
    plans = queries.plans_of(user, own, drawn)
    return [
        {
            "node": node.id,
            "kpi": node.kpi,
            "revisions": [
                _revision(plans[node.id], each, plans[node.id].in_force(today)) for each in plans[node.id].revisions
            ],
        }
        for node in drawn.nodes
        if node.id in plans
    ]


def _revision(plan: queries.Planned, each: queries.Written, force: queries.Written | None) -> dict[str, Any]:
    return {
        "number": each.number,
        "state": each.state,
        "since": each.since,
        "until": plan.held_until(each) if each.state == "approved" else None,
        "in_force": each is force,
        "target": dict(each.content),
        "reason": each.reason,
        "made_at": each.made_at,
    }
