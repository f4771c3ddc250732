"""What programs ask about KPIs: the REST API, and what the scripts of our own pages need."""

from __future__ import annotations

from ninja import Router

from keiki.server.kpis.api import comments, numbers, together
from keiki.server.kpis.api.numbers import business_with_rows, with_tree

router = Router()
for subject in (numbers, comments, together):
    router.add_router("", subject.router)

__all__ = ["business_with_rows", "router", "with_tree"]
