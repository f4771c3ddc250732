"""Revenue from lead to renewal for programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_noop
from ninja import Query, Router

from keiki.server.accounts.api import caller_of
from keiki.server.customers.queries import whole as queries
from keiki.server.customers.schemas import WholeAsk, WholeOut
from keiki.server.kpis.api import business_with_rows

router = Router(tags=[gettext_noop("Customer value")])


@router.get(
    "/businesses/{business}/customers/whole",
    response=WholeOut,
    summary=gettext_noop("Twelve months from lead to renewal, of everybody or of a segment"),
)
def whole(request: HttpRequest, business: str, asked: Query[WholeAsk]) -> Any:
    segment = None if asked.attribute is None or asked.value is None else (asked.attribute, asked.value)
    return queries.whole(caller_of(request).user, business_with_rows(request, business), segment)
