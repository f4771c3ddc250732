"""Customer success in one answer: use, first value, what it costs and brings, and which contracts are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from keiki.engine.customer_success import (
    Accounting,
    Onboarding,
    Row,
    Use,
    onboarding,
    product_use,
    renewals_due,
    success_as_profit_centre,
)

if TYPE_CHECKING:
    from keiki.engine.business import Business


@dataclass(frozen=True)
class SuccessSummary:
    """How the product is used, how fast accounts reach their first value, what customer success costs and brings.

    `daily_people`, `weekly_people` and `monthly_people` are of the last four weeks, `stickiness` is daily ÷ monthly;
    `core_share` of the entitled people used a core feature in the last whole month;
    `adoption` has a row per month (period, seats, entitled, active, core) and `features` one per feature. Days to the
    first value are of accounts that started in the last six months. Money is of twelve whole months: `return_on_cost`
    counts the profit of grown contracts, `return_with_kept` that of all kept ones, too. Undefined is None.
    """

    day: date
    daily_people: float | None
    weekly_people: float | None
    monthly_people: int | None
    stickiness: float | None
    core_share: float | None
    adoption: tuple[Row, ...]
    features: tuple[Row, ...]
    started: int
    reached: int
    mean_days: float | None
    median_days: float | None
    waiting: tuple[Row, ...]
    cost: float
    grown_profit: float | None
    kept_profit: float | None
    return_on_cost: float | None
    return_with_kept: float | None
    renewals: tuple[Row, ...]


def summary_of(use: Use, begun: Onboarding, money: Accounting, renewals: Sequence[Row]) -> SuccessSummary:
    """The answers to the single questions, put together."""
    last = use.last_whole
    months = [{"month": use.windows[row["period"]].start, **row} for row in use.rows]
    return SuccessSummary(
        use.day,
        use.daily,
        use.weekly,
        use.monthly,
        use.stickiness,
        last["core"] / last["entitled"] if last is not None and last["entitled"] else None,
        tuple({name: value for name, value in row.items() if name != "period"} for row in months),
        use.features,
        begun.started,
        begun.reached,
        begun.mean,
        begun.median,
        begun.waiting,
        money.total("cost"),
        money.grown,
        money.kept,
        money.back,
        money.back_with_kept,
        tuple({name: value for name, value in row.items() if name not in {"matches", "worth"}} for row in renewals),
    )


def success_summary(business: Business) -> SuccessSummary:
    """Use, first value, cost and return of customer success, and the renewals of the next 90 days."""
    return summary_of(
        product_use(business), onboarding(business), success_as_profit_centre(business), renewals_due(business)
    )
