"""What programs ask about KPIs: the REST API, and what the scripts of our own pages need."""

from __future__ import annotations

from keiki.server.kpis.api.numbers import business_with_rows, router

__all__ = ["business_with_rows", "router"]
