"""The purchases of a business's customers as arrays: what a forecast of their value is fitted to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, overload

import pyarrow as pa

from keiki.customers.clv.grouped import DAYS_OF_YEAR, History, Numbers, frozen
from keiki.customers.history import DAYS, HistoryRule, history
from keiki.engine.business import Business
from keiki.errors import SplitImpossible, UnknownName


@dataclass(frozen=True)
class Ids(Sequence[str]):
    """The ids of customers as the engine gave them, packed; each becomes a text of its own when it is asked for."""

    column: pa.ChunkedArray

    def __len__(self) -> int:
        return len(self.column)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Ids: ...
    def __getitem__(self, place: int | slice) -> str | Ids:
        found = self.column[place]
        return Ids(found) if isinstance(place, slice) else str(found.as_py())

    def __iter__(self) -> Iterator[str]:
        return (str(each.as_py()) for each in self.column)


@dataclass(frozen=True)
class CustomerHistory:
    """One place per customer in every column, ordered by id. `after` are the purchases of the `ahead` units of the
    history that were held out; None when none were.
    """

    customer_ids: Ids
    history: History
    rule: HistoryRule
    after: Numbers | None = None
    ahead: float | None = None


def customer_history(
    business: Business, until: date | None = None, held_out_until: date | None = None, unit: str = "day"
) -> CustomerHistory:
    """When the customers of a business bought, up to the day `until` (default: the last day of the data).

    With `held_out_until` the days after `until` are counted on their own, to see whether a forecast would have been
    right. Days are those of the business's time zone. Columns go from the engine to arrays as they are, some forty
    bytes a customer; `keiki.customer_forecast` needs none of it, as it fetches groups of equal customers only.
    """
    rule = history_rule(business, until, held_out_until, unit)
    told = business.engine.run(history(business.facts, rule).order_by("customer_id"))
    names = (name for name in NUMBERS if name in told.column_names)
    columns = {name: told.column(name).cast(pa.float64()).to_numpy() for name in names}
    found, ids = History.of_rows(columns, unit), Ids(told.column("customer_id"))
    if rule.held_out_until is None or rule.until is None:
        return CustomerHistory(ids, found, rule)
    ahead = (rule.held_out_until - rule.until).days * found.unit.of_year / DAYS_OF_YEAR
    return CustomerHistory(ids, found, rule, frozen(columns["purchases_after"]), ahead)


@dataclass(frozen=True)
class HistoryPage:
    """How often, how recently and for how long customers have bought: totals, and some rows of `history.history`, who
    bought most often first.
    """

    rule: HistoryRule
    customers: int
    repeaters: int
    purchases: int
    rows: tuple[dict[str, Any], ...]


def history_page(
    business: Business,
    until: date | None = None,
    held_out_until: date | None = None,
    unit: str = "day",
    limit: int = 25,
    offset: int = 0,
) -> HistoryPage:
    """A page of the history that `customer_history` gives whole; `purchases` are those after the first of each.

    Raises SplitImpossible for a held-out span that ends before it begins, UnknownName for a unit that is none.
    """
    rule = history_rule(business, until, held_out_until, unit)
    table = history(business.facts, rule)
    counted = table.aggregate(
        customers=table.count(), repeaters=table.count(where=table.frequency > 0), purchases=table.frequency.sum()
    )
    totals = business.engine.run(counted).to_pylist()[0]
    shown = table.order_by([table.frequency.desc(), table.recency.desc(), table.customer_id]).limit(
        limit, offset=offset
    )
    rows = tuple(business.engine.run(shown).to_pylist())
    return HistoryPage(rule, totals["customers"], totals["repeaters"], totals["purchases"] or 0, rows)


def history_rule(
    business: Business, until: date | None = None, held_out_until: date | None = None, unit: str = "day"
) -> HistoryRule:
    """What counts as a purchase of the business, up to `until` (default: the last day of the data).

    Raises SplitImpossible for a held-out span that ends before it begins, UnknownName for a unit that is none.
    """
    if unit not in DAYS:
        raise UnknownName(kind="unit", name=unit, known=tuple(DAYS))
    last = until or business.today
    if held_out_until is not None and held_out_until <= last:
        first = business.measurer.coverage("orders").first or held_out_until
        raise SplitImpossible(day=f"{last}", first=f"{first}", last=f"{held_out_until - timedelta(days=1)}")
    return HistoryRule(last, held_out_until, unit, business.rules.postings)


NUMBERS = ("frequency", "recency", "age", "mean_value", "purchases_after")
"""The columns of a history that models look at."""
