"""The campaigns of a business in a span of days: what each cost and brought, and when it pays for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from keiki.customers.campaigns import MEDIA_TYPES, CampaignRule, campaign_gains, campaigns
from keiki.engine.business import Business


@dataclass(frozen=True)
class Campaign:
    """One campaign in the days asked for; money net of tax in the currency of the business.

    `gains` are what its customers earned by each month of age since they were acquired, summed up to it.
    `media_type`: paid, shared or owned as its media rows tell; "" where none does. `reach`: None where none
    reports it.
    """

    name: str
    cost: float
    leads: int
    new_customers: int
    wins: int
    revenue: float
    gross_profit: float | None
    last_on: date | None
    gains: tuple[float, ...] = ()
    reach: int | None = None
    media_type: str = ""

    @property
    def roi(self) -> float | None:
        """Gross profit of its wins less its cost, per yen of cost; None without a cost or without known profit."""
        return None if self.gross_profit is None or not self.cost else (self.gross_profit - self.cost) / self.cost

    @property
    def cost_per_customer(self) -> float | None:
        """Its cost for each customer it acquired; None when it acquired nobody."""
        return self.cost / self.new_customers if self.new_customers else None

    @property
    def payback(self) -> int | None:
        """The month of age in which what its customers earned reaches its cost; None while it has not."""
        if not self.cost:
            return None
        return next((age for age, gain in enumerate(self.gains) if gain >= self.cost), None)


@dataclass(frozen=True)
class Campaigns:
    """The campaigns with anything in the days of the rule, the costliest first."""

    rows: tuple[Campaign, ...]
    rule: CampaignRule


def campaigns_of(business: Business, start: date, end: date, *, paid_back: bool = True) -> Campaigns:
    """What each campaign of a business cost and brought from `start` up to and without `end`.

    Without `paid_back` nobody asks when its customers pay it back, and `gains` stay empty.
    """
    rule = CampaignRule(start, end, business.rules.classes.profit)
    facts = business.facts
    gains: dict[str, dict[int, Decimal]] = {}
    for row in business.engine.run(campaign_gains(facts, rule)).to_pylist() if paid_back else ():
        gains.setdefault(row["campaign"], {})[row["age"]] = row["gain"]
    rows = business.engine.run(campaigns(facts, rule)).to_pylist()
    rows.sort(key=lambda row: (-row["cost"], -row["revenue"], row["campaign"]))
    return Campaigns(
        tuple(
            Campaign(
                name=row["campaign"],
                cost=float(row["cost"]),
                leads=row["leads"],
                new_customers=row["new_customers"],
                wins=row["wins"],
                revenue=float(row["revenue"]),
                gross_profit=float(row["gross_profit"]) if row["known_cost_of"] == row["revenue"] else None,
                last_on=row["last_on"],
                gains=_summed(gains.get(row["campaign"], {})),
                reach=row["reach"],
                media_type="" if row["media_type"] is None else MEDIA_TYPES[row["media_type"]],
            )
            for row in rows
        ),
        rule,
    )


def _summed(by_age: dict[int, Decimal]) -> tuple[float, ...]:
    """Gains of single months summed up from month 0 to the last one."""
    total, found = Decimal(0), []
    for age in range(max(by_age, default=-1) + 1):
        total += by_age.get(age, Decimal(0))
        found.append(float(total))
    return tuple(found)
