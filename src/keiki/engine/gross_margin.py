"""The share of a business's sales that is gross profit, and how much of them says what it cost."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from keiki.customers.revenue_quality import earned, revenue_postings
from keiki.engine.business import Business


@dataclass(frozen=True)
class GrossMargin:
    """All sales so far: `gross_profit` of them, in which the sales `without_cost` (no cost of goods was loaded) count
    in full, so that it is the most it can be.
    """

    revenue: Decimal
    gross_profit: Decimal
    without_cost: Decimal

    @property
    def share(self) -> float:
        """Gross profit of revenue; all of it where nothing was sold."""
        return float(self.gross_profit / self.revenue) if self.revenue else 1.0

    @property
    def unknown(self) -> float:
        """The share of revenue whose cost is not known; 0 where nothing was sold."""
        return float(self.without_cost / self.revenue) if self.revenue else 0.0


def gross_margin(business: Business) -> GrossMargin:
    """What is left of all sales after the cost of goods, by the business's own rule of what is a sale."""
    sales = revenue_postings(business.facts, business.rules.postings)
    whole = sales.aggregate(
        revenue=sales.amount.sum(),
        gross_profit=earned(sales).sum(),
        without_cost=sales.amount.sum(where=sales.gross_profit.isnull()),
    )
    (row,) = business.engine.run(whole).to_pylist()
    return GrossMargin(**{name: value or Decimal(0) for name, value in row.items()})
