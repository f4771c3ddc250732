"""What each type of campaign cost, brought and returned in the last quarters: what the next budget can rest on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from keiki.customers.campaigns import MEDIA_TYPES, CampaignRule
from keiki.engine.business import Business
from keiki.engine.campaigns import Campaign, campaigns_of
from keiki.periods import Grain, Period

QUARTERS: Final = 4
TYPES: Final = ("paid", "earned", "shared", "owned", "")
"""Types of campaigns, the last for those that nobody gave one."""
NO_TYPES: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Spent:
    """What campaigns cost and brought together; money net of tax. `cost` is None where no cost names them,
    `gross_profit` where the cost of some of what they sold is not known.
    """

    campaigns: int
    cost: float | None
    leads: int
    new_customers: int
    wins: int
    revenue: float
    gross_profit: float | None

    @property
    def roi(self) -> float | None:
        """Gross profit of the wins less the cost, per yen of cost; None without either."""
        return None if self.gross_profit is None or not self.cost else (self.gross_profit - self.cost) / self.cost


@dataclass(frozen=True)
class TypeBudget:
    """One type of campaign: what it cost and brought in each quarter, and in all of them together.

    A campaign that ran in several quarters is counted once in the whole.
    """

    media_type: str
    quarters: tuple[Spent, ...]
    whole: Spent


@dataclass(frozen=True)
class BudgetBasis:
    """The types with anything in the quarters, which are the last fiscal ones that are over, oldest first."""

    quarters: tuple[Period, ...]
    types: tuple[TypeBudget, ...]
    rule: CampaignRule | None


def budget_basis(business: Business, last: int = QUARTERS, types: Mapping[str, str] = NO_TYPES) -> BudgetBasis:
    """Cost, result and return of each type of campaign in the last fiscal quarters that are over.

    `types` says of which type a campaign is; else its media rows of any of the quarters tell (`CampaignRule`).
    """
    lens = business.lens(Grain.QUARTER, last + 1)
    quarters = tuple(each for place, each in enumerate(lens.periods) if lens.complete(place))[-last:]
    found = [campaigns_of(business, each.start, each.end, paid_back=False) for each in quarters]
    named = _told_by_rows(row for each in found for row in each.rows) | dict(types)
    told = []
    for name in TYPES:
        mine = [[row for row in each.rows if named[row.name] == name] for each in found]
        if any(mine):
            every = [row for rows in mine for row in rows]
            told.append(TypeBudget(name, tuple(_summed(rows) for rows in mine), _summed(every)))
    return BudgetBasis(quarters, tuple(told), found[-1].rule if found else None)


def _told_by_rows(rows: Iterable[Campaign]) -> dict[str, str]:
    """The type of each campaign as its media rows tell in any quarter: one that is ever paid for is paid."""
    found: dict[str, str] = {}
    order = (*MEDIA_TYPES, "")
    for row in rows:
        found[row.name] = min(found.get(row.name, ""), row.media_type, key=order.index)
    return found


def _summed(rows: Iterable[Campaign]) -> Spent:
    each = list(rows)
    profits = [row.gross_profit for row in each]
    return Spent(
        campaigns=len({row.name for row in each}),
        cost=sum(row.cost for row in each) or None,
        leads=sum(row.leads for row in each),
        new_customers=sum(row.new_customers for row in each),
        wins=sum(row.wins for row in each),
        revenue=sum(row.revenue for row in each),
        gross_profit=None if not each or None in profits else sum(value for value in profits if value is not None),
    )
