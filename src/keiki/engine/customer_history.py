"""The purchases of a business's customers as arrays: what a forecast of their value is fitted to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from keiki.customers.clv.grouped import DAYS_OF_YEAR, History, Numbers, frozen
from keiki.customers.history import HistoryRule, history
from keiki.engine.business import Business


@dataclass(frozen=True)
class CustomerHistory:
    """One place per customer in every column, ordered by id. `after` are the purchases of the `ahead` units of the
    history that were held out; None when none were.
    """

    customer_ids: tuple[str, ...]
    history: History
    rule: HistoryRule
    after: Numbers | None = None
    ahead: float | None = None


def customer_history(
    business: Business, until: date | None = None, held_out_until: date | None = None, unit: str = "day"
) -> CustomerHistory:
    """When the customers of a business bought, up to the day `until` (default: the last day of the data).

    With `held_out_until` the days after `until` are counted on their own, to see whether a forecast would have been
    right. Days are those of the business's time zone.
    """
    rule = HistoryRule(until or business.today, held_out_until, unit)
    rule = replace(rule, postings=replace(rule.postings, zone=business.settings.calendar.zone))
    columns = business.engine.run(history(business.facts, rule).order_by("customer_id")).to_pydict()
    found = History.of_rows(columns, unit)
    ids = tuple(columns["customer_id"])
    if rule.held_out_until is None or rule.until is None:
        return CustomerHistory(ids, found, rule)
    ahead = (rule.held_out_until - rule.until).days * found.unit.of_year / DAYS_OF_YEAR
    return CustomerHistory(ids, found, rule, frozen(columns["purchases_after"]), ahead)
