"""Reads about campaigns: what each cost and brought in a period, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from keiki.charts.status import ACT, GOOD, NONE, WATCH
from keiki.engine.budget_basis import BudgetBasis as BudgetBasis
from keiki.engine.budget_basis import Spent as Spent
from keiki.engine.budget_basis import budget_basis
from keiki.engine.campaigns import Campaign, Campaigns, campaigns_of
from keiki.measures.told import WORTH, counts
from keiki.periods import Period
from keiki.server.accounts.models import Business
from keiki.server.cockpit.models import CampaignTag, MediaType
from keiki.server.kpis import queries as door

PAYBACK_MONTHS: Final = 12
"""A campaign whose customers have not paid it back after that many months calls for an act."""
QUIET_DAYS: Final = 28
"""A campaign without a cost, a lead or a win for that many days is over."""


@dataclass(frozen=True)
class Judged:
    """A campaign with how it stands: paid back, on its way, not paid back; and whether it still runs.

    `media_type` is what people said, else what its media rows tell, else ""; `tagged`: people said it.
    """

    campaign: Campaign
    status: str
    running: bool
    media_type: str = ""
    tagged: bool = False


MEDIA: Final = (*MediaType.values, "")


@dataclass(frozen=True)
class MediaSum:
    """The campaigns of one type of media together; None where there are none."""

    media_type: str
    campaigns: int
    cost: float | None
    reach: int | None
    leads: int | None

    @property
    def cost_per_lead(self) -> float | None:
        """Cost for each lead; None without leads or without a cost."""
        return self.cost / self.leads if self.cost and self.leads else None


@dataclass(frozen=True)
class Found:
    """The campaigns of a period, the costliest first."""

    period: Period
    rows: tuple[Judged, ...]
    months_known: int

    @property
    def by_media_type(self) -> tuple[MediaSum, ...]:
        """Paid, earned, shared and owned media, each with its campaigns summed; then those of no type, if any."""
        sums = (_summed(name, [each for each in self.rows if each.media_type == name]) for name in MEDIA)
        return tuple(each for each in sums if each.media_type or each.campaigns)


def campaigns(user: Any, business: Business, period: Period) -> Found:
    """What each campaign cost and brought in a period, judged by what its customers earned up to today."""
    found: Campaigns = door.answered(
        user,
        business,
        ("campaigns", period),
        lambda numbers: campaigns_of(numbers, period.start, period.end),
        tells=WORTH | counts("events", "media"),
    )
    tags = dict(CampaignTag.objects.filter(business=business).values_list("campaign", "media_type"))
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
                tags.get(each.name, each.media_type),
                each.name in tags,
            )
            for each in found.rows
        ),
        months,
    )


def budget(user: Any, business: Business) -> BudgetBasis:
    """Cost, result and return of each type of campaign in the last four fiscal quarters that are over."""
    said = dict(
        CampaignTag.objects.filter(business=business).order_by("campaign").values_list("campaign", "media_type")
    )
    key = ("budget basis", tuple(said.items()))
    return door.answered(
        user, business, key, lambda numbers: budget_basis(numbers, types=said), tells=WORTH | counts("media")
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


def _summed(media_type: str, rows: list[Judged]) -> MediaSum:
    if not rows:
        return MediaSum(media_type, 0, None, None, None)
    each = [row.campaign for row in rows]
    reported = [c.reach for c in each if c.reach is not None]
    reach = sum(reported) if reported else None
    return MediaSum(media_type, len(each), sum(c.cost for c in each), reach, sum(c.leads for c in each))
