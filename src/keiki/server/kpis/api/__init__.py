"""What programs ask about KPIs: the REST API, and what the scripts of our own pages need."""

from __future__ import annotations

from keiki.server.kpis.api.numbers import router

__all__ = ["router"]
