"""The marketing mix of a business: whom it is for, the four Ps, and the goal they serve."""

from __future__ import annotations

from typing import Any, Final

from keiki.server.accounts.models import Business
from keiki.server.kpis.models import MarketingMix
from keiki.server.kpis.queries.access import may_see

MIX: Final = ("target", "product", "price", "place", "promotion")
"""Segmentation, targeting and positioning in one text, then the four Ps."""


def mixes(user: Any, business: Business) -> tuple[MarketingMix, ...]:
    """Every version of the marketing mix, newest first."""
    may_see(user, business)
    return tuple(MarketingMix.objects.filter(business=business).select_related("written_by"))
