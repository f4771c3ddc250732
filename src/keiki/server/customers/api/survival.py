"""How long customers stay, for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.customers.lives import LifeRule
from keiki.customers.small_groups import LEAST, small_parts
from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import recurring as queries
from keiki.server.customers.schemas import SurvivalAsk, SurvivalOut
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/survival",
    response=SurvivalOut,
    summary=gettext_noop("How long customers stay (Kaplan–Meier)"),
)
def survival(request: HttpRequest, business: str, asked: Query[SurvivalAsk]) -> dict[str, Any]:
    rule = LifeRule(asked.of, asked.unit, asked.by or None)
    found = queries.lives(caller_of(request).user, business_with_rows(request, business), rule, asked.dormancy_days)
    hidden = small_parts([each.size for each in found.curves])
    curves = [each.told(LEAST) for place, each in enumerate(found.curves) if place not in hidden]
    return {
        "of": rule.of,
        "unit": rule.unit,
        "by": rule.by,
        "dormancy_days": found.rule.retention.dormancy_days,
        "curves": curves,
        "test": found.test,
    }
