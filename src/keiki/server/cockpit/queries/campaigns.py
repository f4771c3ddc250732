"""Reads about campaigns: what each cost and brought in a period, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from keiki.charts.status import ACT, GOOD, NONE, WATCH
from keiki.engine.campaigns import Campaign, Campaigns, campaigns_of
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door

PAYBACK_MONTHS: Final = 12
"""A campaign whose customers have not paid it back after that many months calls for an act."""
QUIET_DAYS: Final = 28
"""A campaign without a cost, a lead or a win for that many days is over."""


@dataclass(frozen=True)
class Judged:
    """A campaign with how it stands: paid back, on its way, not paid back; and whether it still runs."""

    campaign: Campaign
    status: str
    running: bool


@dataclass(frozen=True)
class Found:
    """The campaigns of a period, the costliest first."""

    period: Period
    rows: tuple[Judged, ...]
    months_known: int


def campaigns(user: Any, business: Business, period: Period) -> Found:
    """What each campaign cost and brought in a period, judged by what its customers earned up to today."""
    found: Campaigns = door.answered(
        user, business, ("campaigns", period), lambda numbers: campaigns_of(numbers, period.start, period.end)
    )
    today = door.known(user, business).today
    months = 0 if today is None else max((today - period.last).days // 30, 0)
    last = today if today is not None and today < period.end else period.last
    return Found(
        period,
        tuple(
            Judged(
                each,
                status_of(each, months),
                each.last_on is not None and last - each.last_on < timedelta(days=QUIET_DAYS),
            )
            for each in found.rows
        ),
        months,
    )


def status_of(campaign: Campaign, months: int) -> str:
    """`good` when its customers have paid it back; `act` when they have not in a year or nobody came; else `watch`.

    `months` is how long ago the period ended. `none` for a campaign without a cost.
    """
    if not campaign.cost:
        return NONE
    if campaign.payback is not None:
        return GOOD
    if months >= PAYBACK_MONTHS or not (campaign.new_customers or campaign.leads or campaign.wins):
        return ACT
    return WATCH
