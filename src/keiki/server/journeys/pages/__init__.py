"""Pages of the way to buy, one file per subject, and what they share."""

from __future__ import annotations

from keiki.charts.certainty import period_name
from keiki.charts.format import Style
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door


def period_words(business: Business, known: door.Known, period: Period, style: Style) -> str:
    """A period, and that it is not over where it is not."""
    return period_name(business.calendar.label(period, style.language), door.is_over(known, period), style)
