"""Repeat purchases for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import repeat as queries
from keiki.server.customers.schemas import RepeatAsk, RepeatOut
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/repeat",
    response=RepeatOut,
    summary=gettext_noop("Repeat rates, days between purchases, profit by order, silence and return"),
)
def repeat(request: HttpRequest, business: str, asked: Query[RepeatAsk]) -> Any:
    own = business_with_rows(request, business)
    return queries.bought_again(caller_of(request).user, own, asked.period, tuple(asked.windows))
