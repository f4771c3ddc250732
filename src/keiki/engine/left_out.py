"""What stays out of the numbers because no exchange rate converts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from keiki.engine.business import Business
from keiki.engine.snapshot_facts import Tables
from keiki.measures.exchange import without_rate


@dataclass(frozen=True)
class LeftOut:
    """Rows of a fact in a currency without a rate on their day: how many, their amount in that currency, their days."""

    fact: str
    currency: str
    rows: int
    amount: Decimal
    first: date
    last: date


def left_out(business: Business) -> tuple[LeftOut, ...]:
    """The rows that are in no number of money until they get a rate, by fact and currency."""
    tables = business.measurer.facts
    assert isinstance(tables, Tables)
    question = without_rate(tables.as_loaded, business.exchange)
    if question is None:
        return ()
    columns = ("fact", "currency", "rows", "amount", "first", "last")
    rows = business.engine.run(question.select(*columns).order_by("fact", "currency")).to_pylist()
    return tuple(LeftOut(**row) for row in rows)
