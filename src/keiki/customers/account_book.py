"""Every paying account on one line: what it pays, how it does, how far it has come, and what may happen next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

import ibis
import ibis.expr.types as ir

from keiki.customers.adoption import AdoptionRule, account_adoption
from keiki.customers.churn import Leaving, leaving_chance
from keiki.customers.contracts import bridged, open_before
from keiki.customers.health import HealthRule, health
from keiki.customers.lifecycle import LifecycleRule, current_stages
from keiki.customers.postings import Facts


@dataclass(frozen=True)
class BookRule:
    """What the lists of accounts follow.

    An account is at risk when its use fell by `health.drop` or it is red; it is ready to grow from `core_share` of its
    entitled seats on a core feature and `seats_share` of its seats in use. A score `fall` points below the one of
    `fall_weeks` weeks before is a fall. What an account is expected to lose is its chance to leave × its monthly
    revenue × `margin` × `months`; what it is expected to bring is the chance that it grows (`grows`: the share of
    accounts that looked ready in the past and grew; 1 when nothing says) × what it grows by × `margin` × `months`. It
    grows by its monthly revenue × `growth`, the usual growth of accounts that grew (None: the price of one more seat).
    """

    health: HealthRule = field(default_factory=HealthRule)
    lifecycle: LifecycleRule = field(default_factory=LifecycleRule)
    adoption: AdoptionRule = field(default_factory=AdoptionRule)
    core_share: float = 0.8
    seats_share: float = 0.9
    fall: float = 20
    fall_weeks: int = 4
    months: int = 12
    margin: float = 1.0
    growth: float | None = None
    grows: float = 1.0


@dataclass(frozen=True)
class Placed:
    """A stage that somebody set by hand, from a day on."""

    customer_id: str
    stage: str
    on: date


def account_book(
    facts: Facts, spans: ir.Table, until: date, rule: BookRule | None = None, leaving: Leaving | None = None
) -> ir.Table:
    """One row per account that pays at the end of the day `until`.

    `spans` are two periods: 0 is `fall_weeks` weeks before, 1 ends with `until`; both as long as a month of use.
    Columns: customer_id, plan, product, mrr, seats, active, core, entitled, core_share and seats_share (NULL without
    seats), stage, stage_since, score, health_band, use_change, usage, support, payment, score_before, fell (by `fall`
    or more), at_risk, may_grow, chance (to leave; NULL without `leaving`), loss (expected profit of
    `months`, NULL without a chance), more (monthly revenue by which an account that may grow would) and gain (expected
    profit of `months` from it), both NULL for others, renewal_on (the next one).
    """
    rule = rule or BookRule()
    scored = health(facts, spans, rule.health)
    now = scored.filter(scored.period == 1)
    before = scored.filter(scored.period == 0).select(earlier="customer_id", score_before="score")
    use = account_adoption(facts, spans.filter(spans.period == 1), rule.adoption)
    use = use.select("entitled", "active", "core", user="customer_id")
    stages = current_stages(facts, rule.lifecycle, until)
    stages = stages.select("stage", staged="customer_id", stage_since="entered_on")
    paid = _paid(facts, until, rule)
    table = now.left_join(before, now.customer_id == before.earlier)
    table = table.left_join(use, table.customer_id == use.user)
    table = table.left_join(stages, table.customer_id == stages.staged)
    table = table.inner_join(paid, table.customer_id == paid.payer)
    core = _share(ibis.coalesce(table.core, 0), table.entitled)
    active = _share(ibis.coalesce(table.active, 0), table.seats)
    table = table.mutate(core_share=core, seats_share=active)
    fell = ibis.coalesce(table.score_before - table.score >= rule.fall, ibis.literal(value=False))
    halved = ibis.coalesce(table.usage == 0, ibis.literal(value=False))
    red = ibis.coalesce(table.health_band == "red", ibis.literal(value=False))
    ready = (table.core_share > rule.core_share) & (table.seats_share > rule.seats_share)
    ready = ibis.coalesce(ready, ibis.literal(value=False))
    chance = ibis.null("float64") if leaving is None else leaving_chance(table, leaving)
    mrr = table.mrr.cast("float64")
    more = mrr / table.seats if rule.growth is None else mrr * rule.growth
    more = ibis.ifelse(ready, more, ibis.null("float64"))
    return table.select(
        *("customer_id", "plan", "product", "mrr", "seats", "active", "core", "entitled", "core_share", "seats_share"),
        *("stage", "stage_since", "score", "health_band", "use_change", "usage", "support", "payment"),
        *("score_before", "renewal_on"),
        fell=fell,
        at_risk=halved | red,
        may_grow=ready,
        chance=chance,
        loss=chance * mrr * (rule.margin * rule.months),
        more=more,
        gain=more * (rule.grows * rule.margin * rule.months),
    )


def with_stages_by_hand(book: ir.Table, placed: Sequence[Placed]) -> ir.Table:
    """The book with the stages set by hand that are not older than those of the data; `by_hand` says which they are.

    At most one stage of each account. They are written into the query itself, so that every engine reads them.
    """
    if not placed:
        return book.mutate(by_hand=ibis.literal(value=False))
    place = ibis.range(0, len(placed)).unnest().name("place").as_table()
    nth = place.place.cast("int32")  # the only kind of place that Spark takes
    told = place.select(
        placed_id=ibis.array([each.customer_id for each in placed])[nth],
        placed_stage=ibis.array([each.stage for each in placed])[nth],
        placed_on=ibis.array([each.on.isoformat() for each in placed])[nth].cast("date"),
    )
    table = book.left_join(told, book.customer_id == told.placed_id)
    newer = table.placed_id.notnull() & (table.stage_since.isnull() | (table.placed_on >= table.stage_since))
    return table.mutate(
        stage=ibis.ifelse(newer, table.placed_stage, table.stage),
        stage_since=ibis.ifelse(newer, table.placed_on, table.stage_since),
        by_hand=newer,
    ).drop("placed_id", "placed_stage", "placed_on")


def order_of(book: ir.Table, sort: str) -> list[ir.Value]:
    """What orders the book: expected `loss`, `gain`, revenue (`mrr`; largest first), `score` (lowest first) or `name`.

    Accounts of which it is not known come last; ties follow the id, so that pages are the same on every engine.
    """
    order: list[ir.Value] = {
        "loss": [ibis.desc(ibis.coalesce(book.loss, -1.0))],
        "gain": [ibis.desc(ibis.coalesce(book.gain, -1.0))],
        "mrr": [ibis.desc(book.mrr)],
        "score": [ibis.coalesce(book.score, 101.0)],
    }.get(sort, [])
    return [*order, book.customer_id]


def _paid(facts: Facts, until: date, rule: BookRule) -> ir.Table:
    """What each account pays at the end of the day, and its next renewal."""
    tomorrow = (ibis.date(until) + ibis.interval(days=1)).cast("date")
    held = bridged(facts["subscriptions"], rule.health.gap_days)
    held = held.filter((held.mrr > 0) & held.customer_id.notnull())
    held = held.filter(open_before(held, tomorrow))
    ahead = held.renewal_on > ibis.date(until)
    return held.group_by(payer="customer_id").aggregate(
        mrr=held.mrr.sum().cast("decimal(18, 4)"), renewal_on=held.renewal_on.min(where=ahead)
    )


def _share(part: ir.Value, whole: ir.Value) -> ir.FloatingValue:
    return part.cast("float64") / ibis.ifelse(whole > 0, whole.cast("float64"), ibis.null("float64"))


def renewals_ahead(facts: Facts, begin: date, end: date, gap_days: int = 1) -> ir.Table:
    """One row per contract whose renewal lies from `begin` up to but not including `end`, the earliest first.

    Columns: customer_id, subscription_id, plan, product, renewal_on, mrr, term_months, amount (of the next term:
    monthly revenue × its months, one where none are given). Contracts that end before their renewal are left out.
    """
    held = bridged(facts["subscriptions"], gap_days)
    held = held.filter((held.mrr > 0) & held.customer_id.notnull())
    due = held.filter((held.renewal_on >= ibis.date(begin)) & (held.renewal_on < ibis.date(end)))
    due = due.filter((due.valid_from <= ibis.date(begin)) & (due.valid_to.isnull() | (due.valid_to > due.renewal_on)))
    months = ibis.coalesce(due.term_months, 1)
    table = due.mutate(amount=(due.mrr * months).cast("decimal(18, 4)"))
    columns = ("customer_id", "subscription_id", "plan", "product", "renewal_on", "mrr", "term_months", "amount")
    return table.select(*columns).order_by("renewal_on", "subscription_id")
