"""The cohort table: customers by the period they began in, and what they did in every period of their life."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir

from keiki.customers.calendar import number_of, numbered, period_number
from keiki.customers.cohorts import CohortRule, known_until
from keiki.customers.contracts import bridged
from keiki.customers.postings import Facts, full_profit, known_profit
from keiki.customers.repeat import purchased
from keiki.customers.retention import RetentionRule
from keiki.customers.small_groups import shareable
from keiki.errors import UnknownName
from keiki.journeys.local_time import local_time
from keiki.journeys.people import people
from keiki.periods import Calendar, Grain, Period

MONEY = "decimal(18, 4)"
DIMENSIONS = ("acquisition_channel", "segment", "plan", "region", "industry", "size_band", "kind", "rank")
"""Columns of the fact `customers` by which cohorts can be split."""

VALUES = (
    "share",
    "customers",
    "times",
    "revenue",
    "revenue_per_customer",
    "profit",
    "profit_per_customer",
    "cumulative_profit",
    "cumulative_profit_per_customer",
)
"""What a cell can show. `share` and everything per customer are of all customers of the cohort, also those who left."""

PER_CUSTOMER = ("share", *(name for name in VALUES if name.endswith("_per_customer")))


@dataclass(frozen=True)
class TableRule:
    """When a customer begins and what counts as being there.

    `start` is one of STARTS: the first order, the first day of a paid contract, the day of acquisition, or the first
    event (named `start_event`; None: of any name). `counts` is one of ACTS: an order, a paid contract open at the end
    of the period, or an event (named `event`); None: what the customer began with, orders for `acquired`. Ages are
    periods of `grain` in the calendar of the business: age 0 is the period of the beginning. Cancelled and returned
    orders count only with `every_status`. `by` splits by a column of DIMENSIONS. `as_of` is the last day the data
    speaks of (None: of the facts). `retention` says what is a sale and which pauses of a contract are none.
    """

    grain: Grain = Grain.MONTH
    start: str = "order"
    counts: str | None = None
    start_event: str | None = None
    event: str | None = None
    every_status: bool = False
    by: str | None = None
    calendar: Calendar = Calendar()
    as_of: date | None = None
    retention: RetentionRule = RetentionRule()

    @property
    def counted(self) -> str:
        """What counts as being there."""
        return self.counts or ("order" if self.start == "acquired" else self.start)

    def checked(self) -> TableRule:
        """The same rule; raises UnknownName for a word that is none."""
        known = {"start": (self.start, STARTS), "counts": (self.counted, ACTS), "by": (self.by, DIMENSIONS)}
        for name, words in known.values():
            if name is not None and name not in words:
                raise UnknownName(kind="value", name=name, known=words)
        return self


def cohort_cells(facts: Facts, rule: TableRule | None = None) -> ir.Table:
    """One row per cohort and age with anybody there; a cohort in which nobody ever was has one row without an age.

    Columns: segment (NULL without `by`), began (number of the period, see `customers.calendar`), size (customers of the
    cohort), age, customers (there at that age), last (of them never there later), times (orders, contracts or events),
    revenue (of orders, or the monthly revenue of contracts; 0 for events), profit (gross profit; the whole amount
    without a cost of goods) and unknown (times without one). What lies before the beginning is not counted.
    """
    rule = (rule or TableRule()).checked()
    acts = ACTS[rule.counted](facts, rule)
    same = rule.start == rule.counted and (rule.start != "event" or rule.start_event == rule.event)
    lives = acts.group_by("customer_id").aggregate(began=acts["at"].min(), last_at=acts["at"].max())
    if not same:
        begun = STARTS[rule.start](facts, rule)
        lives = begun.left_join(lives.drop("began"), "customer_id").select("customer_id", "began", "last_at")
    members = _split(facts, lives, rule).rename(member="customer_id")
    of = ("began",) if rule.by is None else ("segment", "began")
    lived = acts.inner_join(members, acts.customer_id == members.member)
    if not same:
        lived = lived.filter(lived["at"] >= lived.began)
    cells = lived.group_by(*of, age=lived["at"] - lived.began).aggregate(
        customers=lived.count(),
        last=lived.count(where=lived["at"] == lived.last_at),
        times=lived.times.sum(),
        revenue=lived.revenue.sum(),
        profit=lived.profit.sum(),
        unknown=lived.unknown.sum(),
    )
    table = _sized_at_birth(cells, of) if same else _sized(members, cells, of)
    if rule.by is None:
        table = table.mutate(segment=ibis.null("string"))
    counts = {name: table[name].cast("int64") for name in ("began", "size", "age", "customers", "last", "times")}
    amounts = {name: table[name].cast(MONEY) for name in ("revenue", "profit")}
    return table.select("segment", **counts, **amounts, unknown=table.unknown.cast("int64"))


def _sized_at_birth(cells: ir.Table, of: Sequence[str]) -> ir.Table:
    """Cells with the size of their cohort where customers begin by being there: all of them are at age 0."""
    cohort = ibis.window(group_by=[cells[name] for name in of])
    at_birth = ibis.ifelse(cells.age == 0, cells.customers, ibis.null("int64"))  # Spark filters nothing over a window
    return cells.mutate(size=at_birth.max().over(cohort))


def _sized(members: ir.Table, cells: ir.Table, of: Sequence[str]) -> ir.Table:
    """Cells with the size of their cohort, and every cohort without a cell."""
    sizes = members.group_by(*of).aggregate(size=members.count())
    cells = cells.rename({f"in_{name}": name for name in of})
    return sizes.left_join(cells, [sizes[name].identical_to(cells[f"in_{name}"]) for name in of])


def _split(facts: Facts, members: ir.Table, rule: TableRule) -> ir.Table:
    if rule.by is None:
        return members
    told = facts["customers"].select(told="customer_id", segment=facts["customers"][rule.by])
    told = told.group_by("told").aggregate(segment=told.segment.max())
    joined = members.left_join(told, members.customer_id == told.told)
    return joined.select(*members.columns, "segment")


def _number(day: ir.Value, rule: TableRule) -> ir.IntegerValue:
    return period_number(day, rule.calendar, rule.grain)


def _orders(facts: Facts, rule: TableRule) -> ir.Table:
    """Orders of every customer and period, once per both."""
    table = facts["orders"] if rule.every_status else purchased(facts, rule.retention.postings)
    table = table.filter(table.customer_id.notnull())
    table = table.select(
        "customer_id",
        at=_number(local_time(table.ordered_at, rule.calendar.zone).date(), rule),
        amount=table.amount,
        earned=full_profit(table),
        known=known_profit(table),
    )
    return table.group_by("customer_id", "at").aggregate(
        times=table.count(),
        revenue=table.amount.sum(),
        profit=table.earned.sum(),
        unknown=table.count() - table.known.count(),
    )


def _paid(facts: Facts, rule: TableRule) -> ir.Table:
    spans = bridged(facts["subscriptions"], rule.retention.gap_days)
    return spans.filter((spans.mrr > 0) & spans.customer_id.notnull())


def _contracts(facts: Facts, rule: TableRule) -> ir.Table:
    """Paid contracts of every customer at the end of every period that is over."""
    spans = _paid(facts, rule)
    tomorrow = (known_until(facts, CohortRule(as_of=rule.as_of)) + ibis.interval(days=1)).cast("date")
    spans = spans.mutate(first=_number(spans.valid_from, rule), past=_number(tomorrow, rule))
    # A contract that ends on the first day of a period was still open at the end of the period before.
    gone = ibis.ifelse(spans.valid_to.isnull(), spans.past, ibis.least(_number(spans.valid_to, rule), spans.past))
    spans = spans.mutate(gone=gone)
    spans = spans.filter(spans.gone > spans.first)
    each = spans.select("customer_id", "mrr", at=ibis.range(spans.first, spans.gone).unnest())
    return each.group_by("customer_id", at=each["at"].cast("int64")).aggregate(
        times=each.count(),
        revenue=each.mrr.sum(),
        profit=ibis.null(MONEY),
        unknown=each.count(),
    )


def _events(facts: Facts, rule: TableRule) -> ir.Table:
    events = _of_people(facts, rule, rule.event)
    return events.group_by("customer_id", "at").aggregate(
        times=events.count(), revenue=ibis.literal(0).cast(MONEY), profit=ibis.null(MONEY), unknown=events.count()
    )


def _of_people(facts: Facts, rule: TableRule, name: str | None) -> ir.Table:
    events = people(facts["events"])
    events = events.filter(events.person.notnull())
    if name is not None:
        events = events.filter(events.name == name)
    day = local_time(events.occurred_at, rule.calendar.zone).date()
    return events.select(customer_id="person", at=_number(day, rule))


def _first(table: ir.Table) -> ir.Table:
    return table.group_by("customer_id").aggregate(began=table["at"].min())


def _acquired(facts: Facts, rule: TableRule) -> ir.Table:
    known = facts["customers"].filter(facts["customers"].acquired_on.notnull())
    return _first(known.select("customer_id", at=_number(known.acquired_on, rule)))


def _first_contracts(facts: Facts, rule: TableRule) -> ir.Table:
    spans = _paid(facts, rule)
    return _first(spans.select("customer_id", at=_number(spans.valid_from, rule)))


ACTS: Mapping[str, Callable[[Facts, TableRule], ir.Table]] = {
    "order": _orders,
    "contract": _contracts,
    "event": _events,
}
"""What counts as being there, by its word."""

STARTS: Mapping[str, Callable[[Facts, TableRule], ir.Table]] = {
    "order": lambda facts, rule: _first(_orders(facts, rule)),
    "contract": _first_contracts,
    "acquired": _acquired,
    "event": lambda facts, rule: _first(_of_people(facts, rule, rule.start_event)),
}
"""When a customer begins, by its word."""


@dataclass(frozen=True)
class Cell:
    """A cohort at one age: customers there, those there then or later (`stayed`), times, money, and whether the
    gross profit of every time is known.
    """

    customers: int
    stayed: int
    times: int
    revenue: Decimal
    profit: Decimal
    unknown: int


NOBODY = Cell(0, 0, 0, Decimal(0), Decimal(0), 0)


@dataclass(frozen=True)
class Cohort:
    """Customers who began in one period. A cell is None where its period is not over: it is not known yet."""

    period: Period
    size: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True)
class CohortTable:
    """The cohorts of one segment (None: of everybody), oldest first, up to the last day the data speaks of."""

    rule: TableRule
    cohorts: tuple[Cohort, ...]
    today: date
    segment: str | None = None

    @property
    def ages(self) -> int:
        """How many ages the oldest cohort has."""
        return max((len(cohort.cells) for cohort in self.cohorts), default=0)

    def value(self, cohort: Cohort, age: int, what: str = "share", *, or_after: bool = False) -> float | None:
        """What a cell shows: one of VALUES; None where it is not known yet.

        With `or_after` customers count at an age when they were there then or at any later age. Gross profit is None
        where no order so far has a known one.
        """
        found = _total((cohort,), age, what, or_after=or_after)
        if found is None:
            return None
        return _ratio(found, cohort.size) if what in PER_CUSTOMER else found

    def average(self, age: int, what: str = "share", *, or_after: bool = False, simple: bool = False) -> float | None:
        """The line under the cohorts: all customers together (weighted), or every cohort alike (`simple`).

        Only cohorts with anybody that have reached the age are in it, above and below the line of the fraction. Totals
        that are not per customer are averaged over cohorts.
        """
        known = [c for c in self.cohorts if c.size and self.value(c, age, what, or_after=or_after) is not None]
        if not known:
            return None
        if simple or what not in PER_CUSTOMER:
            return sum(self.value(c, age, what, or_after=or_after) or 0.0 for c in known) / len(known)
        return _ratio(_total(known, age, what, or_after=or_after), sum(c.size for c in known))

    def shared(self, what: str = "share", *, or_after: bool = False) -> tuple[tuple[float | None, ...], ...]:
        """The values of all cells for somebody outside: nothing that rests on one to four customers.

        A cohort that small is left empty; in others so is money of an age at which so few were there.
        """
        return tuple(
            tuple(self._shared(cohort, age, what, or_after) for age in range(len(cohort.cells)))
            for cohort in self.cohorts
        )

    def _shared(self, cohort: Cohort, age: int, what: str, or_after: bool) -> float | None:
        cell = cohort.cells[age]
        behind = cohort.size if what == "share" or cell is None else min(cohort.size, cell.customers)
        if cell is not None and cell.customers == 0:
            behind = cohort.size
        return shareable(self.value(cohort, age, what, or_after=or_after), behind)


def _ratio(value: float | None, size: int) -> float | None:
    return None if value is None or size == 0 else value / size


def _total(cohorts: Iterable[Cohort], age: int, what: str, *, or_after: bool) -> float | None:
    """The sum over cohorts at an age; None where one of them has not reached it, or no profit is known."""
    wanted = list(cohorts)
    cells = [cohort.cells[age] if age < len(cohort.cells) else None for cohort in wanted]
    known = [cell for cell in cells if cell is not None]
    if len(known) < len(cells):
        return None
    name = what.removesuffix("_per_customer")
    if name in ("share", "customers"):
        return float(sum(cell.stayed if or_after else cell.customers for cell in known))
    if name == "times":
        return float(sum(cell.times for cell in known))
    if name == "revenue":
        return float(sum(cell.revenue for cell in known))
    so_far = [c for cohort in wanted for c in cohort.cells[: age + 1] if c is not None]
    if not any(cell.times > cell.unknown for cell in so_far):
        return None
    return float(sum(cell.profit for cell in (so_far if name == "cumulative_profit" else known)))


def cohort_tables(rows: Sequence[Mapping[str, Any]], rule: TableRule, today: date) -> tuple[CohortTable, ...]:
    """The table of every segment from the rows of `cohort_cells`, the largest segment first.

    Periods in which nobody began have an empty cohort, so that the rows of a table are neighbours in time.
    """
    segments: dict[str | None, dict[int, list[Mapping[str, Any]]]] = {}
    for row in rows:
        segments.setdefault(row["segment"], {}).setdefault(row["began"], []).append(row)
    everything = [began for cohorts in segments.values() for began in cohorts]
    if not everything:
        return ()
    first, last = min(everything), number_of(today, rule.calendar, rule.grain)
    over = last if numbered(last, rule.calendar, rule.grain).end > today + timedelta(days=1) else last + 1
    tables = []
    for segment, cohorts in segments.items():
        known = tuple(_cohort(began, cohorts.get(began, ()), rule, over) for began in range(first, last + 1))
        tables.append(CohortTable(rule, known, today, segment))
    return tuple(sorted(tables, key=lambda table: (-sum(c.size for c in table.cohorts), table.segment or "")))


def _cohort(began: int, rows: Sequence[Mapping[str, Any]], rule: TableRule, over: int) -> Cohort:
    by_age = {row["age"]: row for row in rows if row["age"] is not None}
    size = rows[0]["size"] if rows else 0
    cells = tuple(
        _cell(by_age.get(age), sum(row["last"] for later, row in by_age.items() if later >= age))
        for age in range(over - began)
    )
    return Cohort(numbered(began, rule.calendar, rule.grain), size, cells)


def _cell(row: Mapping[str, Any] | None, stayed: int) -> Cell:
    if row is None:
        return replace(NOBODY, stayed=stayed)
    money = {name: row[name] or Decimal(0) for name in ("revenue", "profit")}
    return Cell(row["customers"], stayed, row["times"], unknown=row["unknown"], **money)
