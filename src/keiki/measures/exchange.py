"""Money in other currencies: each row is converted by the rate in force on its day, or stays out and is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Final

import ibis
import ibis.expr.types as ir

from keiki.facts import FACTS
from keiki.facts.contract import Kind, Role
from keiki.journeys.local_time import local_time
from keiki.measures.models import Facts

CURRENCY: Final = "currency"
"""The column by which rows of a fact say what their money is in, as ISO 4217 has it; empty: the business's own."""
ORIGINAL: Final = "original_amount"
RATE: Final = "exchange_rate"
EXACT: Final = "decimal(18, 8)"
ONE: Final = ibis.literal(1).cast(EXACT)
FOREVER: Final = date(9999, 12, 31)
MONEY: Final = {
    fact.name: tuple(c.name for c in fact.columns if c.kind is Kind.MONEY and c.role is not Role.DERIVED)
    for fact in FACTS.values()
}
"""The columns of each fact that hold money, the one that says what a row is worth first."""


@dataclass(frozen=True)
class Rate:
    """What one unit of a currency is worth in another one from a day on, until the next rate; more than 0."""

    currency: str
    into: str
    since: date
    rate: Decimal


@dataclass(frozen=True)
class Exchange:
    """How money of other currencies becomes money of the business: its `own` currency, its zone, its rates."""

    own: str
    zone: str
    rates: tuple[Rate, ...] = ()

    @property
    def usable(self) -> tuple[Rate, ...]:
        """The rates into the business's own currency, by currency and day."""
        return tuple(sorted((r for r in self.rates if r.into == self.own), key=lambda r: (r.currency, r.since)))

    @property
    def lines(self) -> tuple[str, ...]:
        """The usable rates as text, each with the day before which it ends."""
        found = []
        for one, after in pairwise((*self.usable, None)):
            assert one is not None
            until = after.since if after is not None and after.currency == one.currency else FOREVER
            found.append(f"{one.currency},{one.since},{until},{one.rate:f}")
        return tuple(found)

    @property
    def mark(self) -> str:
        """A word that changes with everything that a converted number depends on."""
        return hashlib.sha256("\n".join((self.own, self.zone, *self.lines)).encode()).hexdigest()[:16]

    def on(self, currency: str, day: date) -> Rate | None:
        """The rate in force on a day: the last one on or before it."""
        known = [one for one in self.usable if one.currency == currency and one.since <= day]
        return known[-1] if known else None


def converted(facts: Facts, name: str, exchange: Exchange) -> ir.Table:
    """The rows of a fact with all money in the business's own currency, and the columns `original_amount` and
    `exchange_rate`; a fact without a column `currency` is as it was.

    Amounts are DECIMAL(18, 4), rounded half away from zero after one multiplication. Rows whose money has no rate on
    their day are not among them: `without_rate` tells them. Lines of orders follow their order.
    """
    priced = _priced(facts, name, exchange)
    if priced is None:
        return facts[name]
    money = [column for column in MONEY[name] if column in priced.columns]
    exact = {column: (priced[column] * priced[RATE]).cast("decimal(18, 4)") for column in money}
    free = ibis.and_(*(priced[column].isnull() for column in money))
    return priced.filter(priced[RATE].notnull() | free).mutate(**{ORIGINAL: priced[money[0]]}, **exact)


def without_rate(facts: Facts, exchange: Exchange) -> ir.Table | None:
    """The rows that no rate converts, by fact and currency: rows, amount (in that currency), first and last day.

    None where no fact has money in currencies. Lines are told with their orders.
    """
    told = []
    for name in MONEY:
        priced = _priced(facts, name, exchange) if name != "order_lines" else None
        if priced is None:
            continue
        worth = priced[MONEY[name][0]]
        left = priced.filter(priced[RATE].isnull(), worth.notnull())
        rows = left.select(currency=_code(left, exchange), day=_day(left, name, exchange), amount=left[MONEY[name][0]])
        told.append(
            rows.group_by("currency").aggregate(
                fact=ibis.literal(name),
                rows=rows.count(),
                amount=rows.amount.cast("decimal(38, 4)").sum().cast("decimal(38, 4)"),
                first=rows.day.min(),
                last=rows.day.max(),
            )
        )
    return ibis.union(*told) if len(told) > 1 else told[0] if told else None


def _priced(facts: Facts, name: str, exchange: Exchange) -> ir.Table | None:
    """The rows with the rate of each (NULL: none); None where the fact has no money in currencies."""
    table = facts[name]
    if not MONEY[name]:
        return None
    if CURRENCY in table.columns:
        told = table.mutate(_code=_code(table, exchange), _day=_day(table, name, exchange))
        return _with_rate(told, exchange).drop("_code", "_day")
    return _priced_lines(facts, table, exchange) if name == "order_lines" else None


def _priced_lines(facts: Facts, lines: ir.Table, exchange: Exchange) -> ir.Table | None:
    """Lines with the rate of their order; a line without an order is in the business's own currency."""
    priced = _priced(facts, "orders", exchange)
    if priced is None:
        return None
    known = priced.select(_order=priced.order_id, _rate=priced[RATE])
    joined = lines.left_join(known, lines.order_id == known["_order"])
    return joined.mutate(**{RATE: ibis.ifelse(joined["_order"].isnull(), ONE, joined["_rate"])}).drop("_order", "_rate")


def _with_rate(table: ir.Table, exchange: Exchange) -> ir.Table:
    """The table with `exchange_rate`, joined by `_code` and the days (`_day`) for which a rate holds."""
    own = table["_code"] == exchange.own
    if not exchange.lines:
        return table.mutate(**{RATE: ibis.ifelse(own, ONE, ibis.null(EXACT))})
    rates = _rates(exchange.lines)
    in_force = [table["_code"] == rates["_of"], table["_day"] >= rates["_since"], table["_day"] < rates["_until"]]
    joined = table.left_join(rates, in_force)
    rate = ibis.ifelse(joined["_code"] == exchange.own, ONE, joined["_rate"])
    return joined.mutate(**{RATE: rate}).drop("_of", "_since", "_until", "_rate")


def _rates(lines: Iterable[str]) -> ir.Table:
    """The rates as a table that the expression carries itself: one text, cut in the same way on every engine."""
    cut = ibis.literal(";".join(lines)).split(";").unnest().name("line").as_table()
    each = cut.select(parts=cut.line.split(","))
    return each.select(
        _of=each.parts[0],
        _since=each.parts[1].cast("date"),
        _until=each.parts[2].cast("date"),
        _rate=each.parts[3].cast(EXACT),
    )


def _code(table: ir.Table, exchange: Exchange) -> ir.StringValue:
    """The currency of a row as ISO 4217 writes it."""
    written = table[CURRENCY].cast("string").strip().upper()
    return ibis.coalesce(written.nullif(""), exchange.own)


def _day(table: ir.Table, name: str, exchange: Exchange) -> ir.DateValue:
    """The day of a row in the zone of the business."""
    moment = table[FACTS[name].time]
    return local_time(moment, exchange.zone).date() if moment.type().is_timestamp() else moment
