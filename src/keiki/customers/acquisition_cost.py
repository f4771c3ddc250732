"""What winning a customer costs, by four names that are not the same, and what it may cost at most."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.errors import AcquisitionImpossible

HEALTHY = 3.0


@dataclass(frozen=True)
class Acquisition:
    """What was spent in a period and what came of it; None where nobody knows."""

    marketing: float | None = None
    sales: float | None = None
    customers: float | None = None
    visitors: float | None = None

    def __post_init__(self) -> None:
        for name in ("marketing", "sales", "customers", "visitors"):
            value = getattr(self, name)
            if value is not None and value < 0:
                raise AcquisitionImpossible(value=f"{value:g}")

    @property
    def full(self) -> float | None:
        """CAC with everything: marketing and sales cost per new customer. The one to hold beside a lifetime value."""
        if self.marketing is None or self.sales is None:
            return None
        return _per(self.marketing + self.sales, self.customers)

    @property
    def marketing_only(self) -> float | None:
        """Marketing cost per new customer: CPA, or CAC of marketing alone."""
        return _per(self.marketing, self.customers)

    @property
    def per_new_visitor(self) -> float | None:
        """Marketing cost per new visitor: some call this CAC; a visitor is no customer."""
        return _per(self.marketing, self.visitors)


def _per(cost: float | None, count: float | None) -> float | None:
    return None if cost is None or not count else cost / count


@dataclass(frozen=True)
class HealthRule:
    """From which ratio of lifetime value to acquisition cost on it is healthy: 3 or more; `strict`: more than 3."""

    healthy: float = HEALTHY
    strict: bool = False

    def holds(self, ratio: float) -> bool:
        """Whether a ratio is healthy.

        >>> HealthRule().holds(3.0), HealthRule(strict=True).holds(3.0), HealthRule(strict=True).holds(3.2)
        (True, False, True)
        """
        return ratio > self.healthy if self.strict else ratio >= self.healthy


@dataclass(frozen=True)
class Payback:
    """A lifetime value beside what the customer cost. Undefined is None.

    `months`: until the monthly gross profit has paid the cost back. `ceiling`: the most a customer may cost.
    """

    ltv: float
    cac: float
    rule: HealthRule
    months: float | None

    @property
    def ratio(self) -> float | None:
        """How many times a customer brings back its cost; None when it cost nothing."""
        return round(self.ltv / self.cac, 12) if self.cac else None

    @property
    def healthy(self) -> bool | None:
        """Whether the ratio is; None without one."""
        return None if self.ratio is None else self.rule.holds(self.ratio)

    @property
    def ceiling(self) -> float:
        """The most a customer may cost so that the ratio stays healthy; 0 when a customer leaves nothing."""
        return max(self.ltv, 0.0) / self.rule.healthy

    @property
    def over(self) -> bool:
        """Whether the customer cost more than that."""
        return self.cac > self.ceiling


def payback(ltv: float, cac: float, monthly_profit: float | None = None, rule: HealthRule | None = None) -> Payback:
    """A lifetime value (of gross profit) beside the acquisition cost of a customer.

    >>> payback(300_000, 120_000, 20_000 * 0.5).over, payback(300_000, 120_000, 20_000 * 0.5).months
    (True, 12.0)
    """
    if cac < 0:
        raise AcquisitionImpossible(value=f"{cac:g}")
    months = cac / monthly_profit if monthly_profit and monthly_profit > 0 else None
    return Payback(ltv, cac, rule or HealthRule(), months)


@dataclass(frozen=True)
class Pace:
    """What more spending brings when each further customer is harder to win.

    `marginal` is the cost of one of the customers that only the additional money wins.
    """

    spend: float
    spend_after: float
    customers: float
    customers_after: float
    ltv: float
    rule: HealthRule

    @property
    def marginal(self) -> float | None:
        """Additional cost per additional customer."""
        more = self.customers_after - self.customers
        return (self.spend_after - self.spend) / more if more > 0 else None

    @property
    def ratio(self) -> float:
        """Lifetime value to the cost of an average customer before."""
        return self.ltv * self.customers / self.spend

    @property
    def ratio_after(self) -> float:
        """The same after."""
        return self.ltv * self.customers_after / self.spend_after

    @property
    def ratio_marginal(self) -> float | None:
        """Lifetime value to the cost of one of the additional customers."""
        return self.ltv / self.marginal if self.marginal else None

    @property
    def too_fast(self) -> bool:
        """Whether the additional customers, or all of them, cost more than a healthy ratio allows."""
        ratios = (self.ratio_after, self.ratio_marginal)
        return any(ratio is None or not self.rule.holds(ratio) for ratio in ratios)


def pace(
    spend: float,
    customers: float,
    ltv: float,
    *,
    more: float = 0.5,
    elasticity: float = 0.7,
    rule: HealthRule | None = None,
) -> Pace:
    """What `more` spending (0.5 = half as much again) brings when customers grow with spend to the power `elasticity`.

    1 would be as many again for the same money; below 1 each further customer costs more. Nobody knows the true
    elasticity before trying; 0.7 is an assumption to be replaced by what a test shows.
    """
    if spend <= 0 or customers <= 0 or elasticity <= 0 or more <= -1:
        raise AcquisitionImpossible(value=f"{min(spend, customers, elasticity, more):g}")
    return Pace(spend, spend * (1 + more), customers, customers * (1 + more) ** elasticity, ltv, rule or HealthRule())


def retention_cost(spent: float, customers: float) -> float | None:
    """What keeping a customer costs in a year: the year's retention cost per customer; None without customers.

    >>> retention_cost(1_000_000, 200)
    5000.0
    """
    return _per(spent, customers)
