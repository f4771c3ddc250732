"""What-ifs for programs: the numbers of the page."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext_noop
from ninja import Router

from keiki.server.accounts.api import caller_of
from keiki.server.kpis import queries as door
from keiki.server.kpis.api import business_with_rows
from keiki.server.scenarios import queries
from keiki.server.scenarios.schemas import WhatIfAsk, WhatIfOut
from keiki.trees.simulate import Move

router = Router(tags=[gettext_noop("Trees")])


@router.post(
    "/businesses/{business}/trees/{tree}/what-if",
    response=WhatIfOut,
    summary=gettext_noop("What becomes of a goal when drivers move, and what would reach it"),
)
def what_if(request: HttpRequest, business: str, tree: str, ask: WhatIfAsk) -> dict[str, Any]:
    own, user = business_with_rows(request, business), caller_of(request).user
    if tree not in {each.id for each in door.known(user, own).trees}:
        raise Http404
    still = queries.what_if(user, own, tree, door.Question(ask.grain, ask.on), {})
    case = replace(still, moves={move.node: Move(move.how, move.amount) for move in ask.moves})
    case.check(queries.shares_among(user, own, case.drivers))
    sought = None if ask.seek is None else case.sought(ask.seek.by, ask.seek.goal)
    return case.as_dict(ask.step, sought) | {"period": case.numbers.period, "target": case.target}
