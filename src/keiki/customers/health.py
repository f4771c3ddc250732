"""Health of paying accounts: one score from use, inquiries and payment, with what each part gave."""

from __future__ import annotations

from dataclasses import dataclass, fields

import ibis
import ibis.expr.types as ir

from keiki.customers.contracts import bridged, open_before
from keiki.customers.postings import Facts
from keiki.journeys.local_time import local_time
from keiki.journeys.people import people

GREEN, YELLOW, RED = "green", "yellow", "red"


@dataclass(frozen=True)
class Weights:
    """How much each part is worth (setting `health_weights`); a part not known is left out and the others rescaled."""

    usage: float = 50
    support: float = 20
    payment: float = 30


PARTS = tuple(field.name for field in fields(Weights))


@dataclass(frozen=True)
class HealthRule:
    """How an account is scored (settings `health_weights`, `health_bands`). Each part gives a share from 0 to 1.

    Usage: people per seat with one of `uses` in the last `usage_days`, against the same number of days before. All of
    it when that did not fall, nothing when it fell by `drop` or more or nobody uses the product any more, in between
    in proportion. Unknown for an account that never used it. With `no_usage_is_red` such an account is red whatever
    its score.
    Support: tickets per seat in the last `support_days` against the account's own norm, the mean of the
    `norm_days` before. All of it up to `calm` times the norm or down to 1 / `calm` of it, nothing from twice `calm`
    times it or without any ticket: silence may mean that the account has given up. Unknown without a norm.
    Payment: the share of money due in the last `payment_days` or still owed from earlier that is not overdue. Unknown
    when nothing was due.
    A score is green from the first of `bands`, yellow from the second, else red.
    """

    weights: Weights = Weights()
    bands: tuple[float, float] = (70, 40)
    uses: tuple[str, ...] = ("login", "feature_use")
    usage_days: int = 28
    drop: float = 0.5
    no_usage_is_red: bool = True
    support_days: int = 84
    norm_days: int = 364
    calm: float = 2
    payment_days: int = 84
    gap_days: int = 1
    zone: str = "Asia/Tokyo"


def health(facts: Facts, spans: ir.Table, rule: HealthRule | None = None) -> ir.Table:
    """One row per period and account with recurring revenue at its end.

    Columns: period, customer_id, plan and product (of the contract with most revenue), seats, use_change (of people per
    seat against the days before, -0.5 for half as many; NULL when nobody used it before), usage, support and payment
    (shares from 0 to 1, NULL when unknown), usage_points, support_points and payment_points (what each gave;
    they add up to the score), score (0 to 100, NULL when no part is known) and health_band (`green`, `yellow`, `red`).
    Tickets and events belong to their day in the zone of the business.
    """
    rule = rule or HealthRule()
    table = _accounts(facts, spans, rule)
    for part in (_usage(facts, spans, rule), _tickets(facts, spans, rule), _dues(facts, spans, rule)):
        part = part.rename(_period="period", _customer="customer_id")
        table = table.left_join(part, [table.period == part["_period"], table.customer_id == part["_customer"]])
        table = table.drop("_period", "_customer")
    table = table.mutate(usage=_usage_share(table, rule), support=_support_share(table, rule))
    table = table.mutate(use_change=ibis.ifelse(table.users_before > 0, _use_ratio(table) - 1, ibis.null("float64")))
    table = table.mutate(payment=1 - _ratio(table.overdue, table.due))
    return _scored(table, rule)


def _accounts(facts: Facts, spans: ir.Table, rule: HealthRule) -> ir.Table:
    """Paying accounts with their seats at the end of the period and before each part's window."""
    paid = bridged(facts["subscriptions"], rule.gap_days)
    paid = paid.filter((paid.mrr > 0) & paid.customer_id.notnull())
    ends = spans.select(
        "period", "end_date", **{f"{n}_from": _back(spans.end_date, d) for n, d in _windows(rule).items()}
    )
    held = paid.inner_join(ends, paid.valid_from < ends.end_date)
    seats = ibis.coalesce(held.seats, 1).cast("int64")
    there = open_before(held, held.end_date)
    earlier = {
        f"seats_{name}": ibis.ifelse(open_before(held, held[f"{name}_from"]), seats, 0).sum() for name in _windows(rule)
    }
    names = ("mrr", "subscription_id", "plan", "product")
    table = held.group_by("period", "customer_id").aggregate(
        of=ibis.struct({name: held[name] for name in names}).max(where=there),
        seats=ibis.ifelse(there, seats, 0).sum(),
        pays=there.any(),
        **earlier,
    )
    return table.filter(table.pays).select(
        "period", "customer_id", "seats", *earlier, plan=ibis._.of["plan"], product=ibis._.of["product"]
    )


def _windows(rule: HealthRule) -> dict[str, int]:
    return {"usage": rule.usage_days, "support": rule.support_days}


def _back(day: ir.Value, days: int) -> ir.Value:
    return (day - ibis.interval(days=days)).cast("date")


def _usage(facts: Facts, spans: ir.Table, rule: HealthRule) -> ir.Table:
    events = facts["events"]
    events = people(events.filter(events.name.isin(rule.uses)))
    used = events.filter(events.person.notnull()).select(
        customer_id="person",
        who=ibis.coalesce(events.visitor_id, events.customer_id),
        done_on=local_time(events.occurred_at, rule.zone).date(),
    )
    used = used.distinct()  # once per day: every day meets every later end of a period
    ends = spans.select(
        "period",
        "end_date",
        now_from=_back(spans.end_date, rule.usage_days),
        before_from=_back(spans.end_date, 2 * rule.usage_days),
    )
    table = used.inner_join(ends, used.done_on < ends.end_date)
    now = table.done_on >= table.now_from
    return table.group_by("period", "customer_id").aggregate(
        users=table.who.nunique(where=now),
        users_before=table.who.nunique(where=(table.done_on >= table.before_from) & ~now),
    )


def _usage_share(table: ir.Table, rule: HealthRule) -> ir.Value:
    share = _between_0_and_1(1 - (1 - _use_ratio(table)) / rule.drop)
    return ibis.cases(
        (table.users.isnull(), ibis.null("float64")),
        (table.users_before > 0, share),
        (table.users > 0, 1.0),
        else_=0.0,
    )


def _use_ratio(table: ir.Table) -> ir.Value:
    """People per seat now ÷ before. Whole numbers are multiplied before they are divided: half is exactly half."""
    return _ratio(table.users * _or(table.seats_usage, table.seats), table.users_before * table.seats)


def _or(seats: ir.Value, now: ir.Value) -> ir.Value:
    """Seats held earlier; those held now for an account that had none then."""
    return ibis.ifelse(seats > 0, seats, now)


def _ratio(part: ir.Value, whole: ir.Value) -> ir.Value:
    return part.cast("float64") / ibis.ifelse(whole > 0, whole.cast("float64"), ibis.null("float64"))


def _between_0_and_1(share: ir.Value) -> ir.Value:
    """Unknown stays unknown: the greatest and the least of engines pass over NULL."""
    return ibis.ifelse(share.isnull(), ibis.null("float64"), ibis.greatest(ibis.least(share, 1.0), 0.0))


def _tickets(facts: Facts, spans: ir.Table, rule: HealthRule) -> ir.Table:
    tickets = facts["tickets"]
    asked = tickets.filter(tickets.customer_id.notnull())
    asked = asked.select("customer_id", asked_on=local_time(asked.opened_at, rule.zone).date())
    ends = spans.select(
        "period",
        "end_date",
        now_from=_back(spans.end_date, rule.support_days),
        norm_from=_back(spans.end_date, rule.support_days + rule.norm_days),
    )
    table = asked.inner_join(ends, [asked.asked_on >= ends.norm_from, asked.asked_on < ends.end_date])
    now = table.asked_on >= table.now_from
    return table.group_by("period", "customer_id").aggregate(
        tickets=table.count(where=now), tickets_before=table.count(where=~now)
    )


def _support_share(table: ir.Table, rule: HealthRule) -> ir.Value:
    now = table.tickets * _or(table.seats_support, table.seats)
    before = table.tickets_before * table.seats
    times = _ratio(now, before) * (rule.norm_days / rule.support_days)
    return _between_0_and_1(ibis.least(times * rule.calm, 2 - times / rule.calm))


def _dues(facts: Facts, spans: ir.Table, rule: HealthRule) -> ir.Table:
    invoices = facts["invoices"]
    asked = invoices.filter(invoices.due_on.notnull() & (invoices.amount > 0))
    asked = asked.select("customer_id", "due_on", "paid_on", amount=asked.amount.cast("float64"))
    ends = spans.select("period", "end_date", due_from=_back(spans.end_date, rule.payment_days))
    table = asked.inner_join(ends, asked.due_on < ends.end_date)
    owed = table.paid_on.isnull() | (table.paid_on >= table.end_date)
    table = table.mutate(owed=ibis.ifelse(owed, table.amount, 0.0)).filter(owed | (table.due_on >= table.due_from))
    return table.group_by("period", "customer_id").aggregate(due=table.amount.sum(), overdue=table.owed.sum())


def _scored(table: ir.Table, rule: HealthRule) -> ir.Table:
    weights = {part: float(getattr(rule.weights, part)) for part in PARTS}
    known = [ibis.ifelse(table[part].notnull(), weight, 0.0) for part, weight in weights.items()]
    weighed = sum(known[1:], known[0])
    whole = ibis.ifelse(weighed > 0, weighed, ibis.null("float64"))
    points = {f"{part}_points": table[part] * weight * 100 / whole for part, weight in weights.items()}
    table = table.mutate(**points)
    given = [ibis.coalesce(table[name], 0.0) for name in points]
    any_part = ibis.or_(*(table[part].notnull() for part in PARTS))
    table = table.mutate(score=ibis.ifelse(any_part, sum(given[1:], given[0]), ibis.null("float64")))
    gone = (table.usage == 0) & ibis.literal(rule.no_usage_is_red)
    green, yellow = rule.bands
    band = ibis.cases(
        (table.score.isnull(), ibis.null("string")),
        (gone, RED),
        (table.score >= green, GREEN),
        (table.score >= yellow, YELLOW),
        else_=RED,
    )
    shown = ("period", "customer_id", "plan", "product", "seats", "use_change", *PARTS, *points, "score")
    return table.select(*shown, health_band=band)
