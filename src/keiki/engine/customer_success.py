"""What customer success asks of a business: its accounts, their health and what came of it, stages, use, tickets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from keiki.customers.account_book import (
    BookRule,
    Placed,
    account_book,
    order_of,
    renewals_ahead,
    with_stages_by_hand,
)
from keiki.customers.adoption import AdoptionRule, account_adoption, active_people, adoption, feature_use
from keiki.customers.back_test import BackTest, Past, back_test
from keiki.customers.churn import Leaving, OutcomeRule, grouped_outcomes, outcomes
from keiki.customers.health import health
from keiki.customers.lifecycle import STAGES, lifecycle, milestones
from keiki.customers.movements import movements
from keiki.customers.paging import page_of
from keiki.customers.profit import acquired, profit_entries
from keiki.customers.revenue_quality import revenue_postings
from keiki.customers.success_return import SuccessRule, expansion_return, success_accounts
from keiki.customers.support import (
    SupportRule,
    complaint_causes,
    satisfaction_by_team,
    ticket_statistics,
    ticket_times,
)
from keiki.customers.timeline import timeline
from keiki.customers.voices import VoiceRule, voices, voices_by_group
from keiki.engine.business import Business
from keiki.engine.each_row import each_row
from keiki.facts.shared import shared
from keiki.periods import Grain, Period

Row = Mapping[str, Any]
WEEK: Final = timedelta(days=7)
FOUR_WEEKS: Final = timedelta(days=28)
HISTORY_WEEKS: Final = 12
BACK_MONTHS: Final = 12
RENEWAL_DAYS: Final = 90
FIRST_RENEWALS: Final = 12
SORTS: Final = ("loss", "gain", "mrr", "score", "name")
BANDS: Final = ("green", "yellow", "red")
FLAGS: Final = {"risk": "at_risk", "fell": "fell", "growth": "may_grow"}
"""Lists of accounts and the column that says who is on them."""


@dataclass(frozen=True)
class CoreFeatures:
    """Which features a business calls core, and which plans may use them (None: all). None named: the group `core`."""

    features: tuple[str, ...] = ()
    plans: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Filter:
    """Which accounts of the book: a list (`all`, `risk`, `fell`, `growth`), a stage, and letters of the id or plan."""

    which: str = "all"
    stage: str = ""
    search: str = ""
    sort: str = ""
    offset: int = 0
    limit: int = 25


EVERYTHING: Final = CoreFeatures()
NO_FILTER: Final = Filter()


@dataclass(frozen=True)
class Totals:
    """What the accounts of a list are together; `loss` and `gain` are None where nothing is expected."""

    accounts: int
    mrr: Decimal
    loss: float | None
    gain: float | None


@dataclass(frozen=True)
class Hits:
    """How often accounts that looked ready to grow did so, in the past: those that did, of all, against the others."""

    ready: int
    grew: int
    others: int
    others_grew: int
    growth: float | None
    days: int = 90


@dataclass(frozen=True)
class Outlook:
    """What the past says about the accounts of today, with the rule of their lists; `margin` None when unknown."""

    day: date
    rule: BookRule
    past: BackTest
    hits: Hits
    margin: float | None


@dataclass(frozen=True)
class Overview:
    """What the lists (`all`, `risk`, `fell`, `growth`) and the stages add up to, and how many are in each band."""

    lists: Mapping[str, Totals]
    stages: Mapping[str, Totals]
    bands: Mapping[str | None, int]
    unknown_use: int
    day: date
    outlook: Outlook


@dataclass(frozen=True)
class Account:
    """Everything about one customer: its line in the book (None when it pays nothing), stages, scores, money.

    `scores` are those at the ends of twelve whole weeks and of the one that still runs.
    """

    customer_id: str
    listed: Row | None
    book: Row | None
    stages: tuple[Row, ...]
    scores: tuple[Row, ...]
    profit: Decimal | None
    acquired_on: date | None


@dataclass(frozen=True)
class Story:
    """A page of a customer's timeline, newest first, and how many entries each kind has."""

    rows: tuple[Row, ...]
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Use:
    """Use in the last windows: rows of period, seats, entitled, active, core; people per day, week and month."""

    windows: tuple[Period, ...]
    rows: tuple[Row, ...]
    features: tuple[Row, ...]
    daily: float | None
    weekly: float | None
    monthly: int | None
    day: date

    @property
    def last_whole(self) -> Row | None:
        """The row of the last window that the data has to its end."""
        over = (row for row in reversed(self.rows) if self.windows[row["period"]].last <= self.day)
        return next(over, None)

    @property
    def stickiness(self) -> float | None:
        """DAU ÷ MAU: the share of a month's people that come on a usual day."""
        return self.daily / self.monthly if self.daily is not None and self.monthly else None


@dataclass(frozen=True)
class Onboarding:
    """How long accounts that started in the last `months` months waited for their first value."""

    started: int
    reached: int
    mean: float | None
    median: float | None
    waiting: tuple[Row, ...]
    months: int


@dataclass(frozen=True)
class Tickets:
    """Statistics of tickets by month, causes of complaints, tickets that have waited too long, answers by team.

    `over` is how many of the months the data has reached the end of: all, or all but the last.
    """

    months: tuple[Period, ...]
    over: int
    rows: tuple[Row, ...]
    causes: tuple[Row, ...]
    late: tuple[Row, ...]
    late_count: int
    teams: tuple[Row, ...]
    rule: SupportRule


@dataclass(frozen=True)
class Voices:
    """Groups of answers with their money up to a day, and the promoters, the worthiest first."""

    groups: tuple[Row, ...]
    promoters: tuple[Row, ...]
    rule: VoiceRule
    day: date


@dataclass(frozen=True)
class Accounting:
    """Customer success as a profit centre, month by month, with the margin that contracts are counted at.

    `grown` is the profit that contracts grown in these months bring in the months of the rule, `kept` that of what
    was there at the start of each month and stayed (all of it: nobody sees what would have stayed anyway); both None
    where the margin is not known. `back` is what is grown per unit of cost, `back_with_kept` what is grown and kept.
    """

    months: tuple[Period, ...]
    rows: tuple[Row, ...]
    margin: float | None
    rule: SuccessRule

    def total(self, name: str) -> float:
        """A column of the rows, added up."""
        return float(sum(row[name] for row in self.rows))

    @property
    def grown(self) -> float | None:
        return None if self.margin is None else self.total("expansion") * self.rule.months * self.margin

    @property
    def kept(self) -> float | None:
        return None if self.margin is None else self.total("kept") * self.margin

    @property
    def back(self) -> float | None:
        if self.margin is None:
            return None
        return expansion_return(self.total("expansion"), self.margin, self.total("cost"), self.rule.months)

    @property
    def back_with_kept(self) -> float | None:
        cost = self.total("cost")
        return None if self.grown is None or self.kept is None or not cost else (self.grown + self.kept) / cost


def book_rule(business: Business, core: CoreFeatures = EVERYTHING) -> BookRule:
    """The rule of the lists of accounts with the settings of the business.

    While nobody says which plans hold the core features, `plans_with_use` do.
    """
    rules, zone = business.rules, business.settings.calendar.zone
    named = core.features
    plans = plans_with_use(business) if core.plans is None else core.plans
    return replace(
        rules.accounts,
        health=rules.health,
        lifecycle=replace(rules.lifecycle, core_features=named),
        adoption=AdoptionRule(named, rules.lifecycle.core_groups, plans, gap_days=rules.movements.gap_days, zone=zone),
    )


def plans_with_use(business: Business) -> tuple[str, ...]:
    """The plans of which at least half the accounts ever used a feature: those that the product belongs to."""
    facts = business.facts
    used = facts["events"].filter((ibis._.name == "feature_use") & ibis._.customer_id.notnull())
    used = used.select(user="customer_id").distinct()
    held = facts["subscriptions"].filter(ibis._.plan.notnull()).select("plan", "customer_id").distinct()
    table = held.left_join(used, held.customer_id == used.user)
    plans = table.group_by("plan").aggregate(holders=table.count(), users=table.user.count())
    told = business.engine.run(plans.order_by("plan")).to_pylist()
    return tuple(row["plan"] for row in told if row["users"] and 2 * row["users"] >= row["holders"])


def account_totals(business: Business, outlook: Outlook, placed: tuple[Placed, ...] = ()) -> Overview:
    """What every list of accounts adds up to, in one query over the book. `placed`: the stages set by hand."""
    table = book_of(business, outlook, placed)
    keys = ("stage", "health_band", "at_risk", "fell", "may_grow")
    grouped = table.group_by(*keys, use_known=table.usage.notnull(), scored=table.score.notnull())
    rows = business.engine.run(
        grouped.aggregate(accounts=table.count(), mrr=table.mrr.sum(), loss=table.loss.sum(), gain=table.gain.sum())
    ).to_pylist()
    lists = {"all": rows} | {name: [row for row in rows if row[flag]] for name, flag in FLAGS.items()}
    return Overview(
        {name: _totals(chosen) for name, chosen in lists.items()},
        {stage: _totals([row for row in rows if row["stage"] == stage]) for stage in STAGES},
        {band: sum(r["accounts"] for r in rows if r["health_band"] == band) for band in (*BANDS, None)},
        sum(row["accounts"] for row in rows if not row["use_known"]),
        outlook.day,
        outlook,
    )


def account_list(
    business: Business, outlook: Outlook, asked: Filter = NO_FILTER, placed: tuple[Placed, ...] = ()
) -> tuple[tuple[Row, ...], int]:
    """A page of one list of accounts, and how many the list holds. `placed`: the stages set by hand."""
    table = _chosen(business, book_of(business, outlook, placed), asked)
    counted = table.mutate(matches=table.count().over(ibis.window()))
    page = page_of(counted, _order(counted, asked), asked.offset, asked.limit)
    rows = business.engine.run(page).to_pylist()
    return tuple(rows), rows[0]["matches"] if rows else 0


def every_account(
    business: Business, outlook: Outlook, asked: Filter = NO_FILTER, placed: tuple[Placed, ...] = ()
) -> Iterator[Row]:
    """All accounts of one list in its order, one after the other: a list of any length is never in memory."""
    table = _chosen(business, book_of(business, outlook, placed), asked)
    return each_row(business.engine, table.order_by(_order(table, asked)))


def _order(table: ir.Table, asked: Filter) -> list[ir.Value]:
    return order_of(table, asked.sort or {"growth": "gain"}.get(asked.which, "loss"))


def outlook_of(business: Business, core: CoreFeatures = EVERYTHING) -> Outlook:
    """What the past says about the accounts of today: who leaves, who grows, and the margin a yen of revenue brings.

    The chance to leave comes from the back-test on the business's own past; expected profits are counted at the margin
    of its sales and, for accounts that may grow, with the share of such accounts that grew and their usual growth.
    """
    past, margin = health_back_test(business), recurring_margin(business)
    hits = growth_hits(business, core)
    rule = replace(
        book_rule(business, core),
        margin=1.0 if margin is None else margin,
        growth=hits.growth,
        grows=hits.grew / hits.ready if hits.ready else 1.0,
    )
    return Outlook(business.today, rule, past, hits, margin)


def health_back_test(business: Business, days: int = 90, months: int = BACK_MONTHS) -> BackTest:
    """How well the health score told who would leave within so many days, over the last months that can be judged."""
    calendar, day = business.settings.calendar, business.today
    spans = spans_of(calendar.over(Grain.MONTH, day - timedelta(days=days), months))
    rule = OutcomeRule(days, business.rules.health)
    grouped = grouped_outcomes(outcomes(business.facts, spans, rule, day))
    past = Past.of_rows(business.engine.run(grouped).to_pydict())
    return back_test(past, business.rules.health.weights)


def growth_hits(business: Business, core: CoreFeatures = EVERYTHING, days: int = 90, months: int = 6) -> Hits:
    """Whether accounts that looked ready to grow at the ends of past months grew within so many days."""
    calendar, day = business.settings.calendar, business.today
    rule = book_rule(business, core)
    ends = calendar.over(Grain.MONTH, day - timedelta(days=days), months)
    then = spans_of(ends)
    use = account_adoption(business.facts, then, rule.adoption)
    core_share = use.core.cast("float64") / use.entitled.nullif(0)
    seats_share = use.active.cast("float64") / use.seats.nullif(0)
    ready = ibis.coalesce((core_share > rule.core_share) & (seats_share > rule.seats_share), ibis.literal(value=False))
    after = _spans([(p.end, p.end + timedelta(days=days)) for p in ends])
    moved = movements(business.facts, after, business.rules.movements)
    gained = (moved.upsell + moved.cross_sell).cast("float64")
    grew = moved.filter((gained > 0) & (moved.mrr_start > 0))
    grew = grew.select(then="period", grower="customer_id", growth=gained / grew.mrr_start.cast("float64"))
    table = use.mutate(ready=ready)
    table = table.left_join(grew, [table.period == grew.then, table.customer_id == grew.grower])
    told = table.aggregate(
        ready=table.count(where=table.ready),
        grew=table.count(where=table.ready & table.grower.notnull()),
        others=table.count(where=~table.ready),
        others_grew=table.count(where=~table.ready & table.grower.notnull()),
        growth=table.growth.mean(),
    )
    row = business.engine.run(told).to_pylist()[0]
    return Hits(row["ready"], row["grew"], row["others"], row["others_grew"], row["growth"], days)


def recurring_margin(business: Business, months: int = 12) -> float | None:
    """Gross profit ÷ revenue of the sales of the last months whose cost is known; None without such sales."""
    begin = business.settings.calendar.over(Grain.MONTH, business.today, months)[0].start
    sales = revenue_postings(business.facts, business.rules.postings)
    sales = sales.filter(sales.gross_profit.notnull() & (sales.posted_at.cast("date") >= ibis.date(begin)))
    row = business.engine.run(
        sales.aggregate(profit=sales.gross_profit.sum().cast("float64"), revenue=sales.amount.sum().cast("float64"))
    ).to_pylist()[0]
    return row["profit"] / row["revenue"] if row["revenue"] else None


def renewals_due(
    business: Business, days: int = RENEWAL_DAYS, limit: int = FIRST_RENEWALS, offset: int = 0
) -> tuple[Row, ...]:
    """A page of the contracts whose renewal lies in the next days, the earliest first.

    Each row also holds how many `matches` there are in all and what they are `worth` together.
    """
    table = _renewals(business, days)
    whole = ibis.window()
    told = table.mutate(matches=table.count().over(whole), worth=table.amount.sum().over(whole))
    page = page_of(told, [told.renewal_on, told.subscription_id], offset, limit)
    return tuple(business.engine.run(page).to_pylist())


def every_renewal(business: Business, days: int = RENEWAL_DAYS) -> Iterator[Row]:
    """All contracts whose renewal lies in the next days, one after the other, the earliest first."""
    return each_row(business.engine, _renewals(business, days).order_by(["renewal_on", "subscription_id"]))


def _renewals(business: Business, days: int) -> ir.Table:
    day, gap = business.today, business.rules.movements.gap_days
    return renewals_ahead(business.facts, day + timedelta(days=1), day + timedelta(days=days + 1), gap)


def account(business: Business, customer_id: str, outlook: Outlook, placed: tuple[Placed, ...] = ()) -> Account | None:
    """Everything about one customer; None when no fact knows it. `placed`: its stage, when one was set by hand."""
    facts, day, run = business.facts, business.today, business.engine.run
    listed = run(facts["customers"].filter(ibis._.customer_id == customer_id)).to_pylist()
    known = acquired(facts, business.rules.classes.profit).filter(ibis._.customer_id == customer_id)
    begun = run(known).to_pylist()
    if not listed and not begun:
        return None
    rule, own = outlook.rule, _only(facts, customer_id)
    book = run(book_of(business, outlook, placed, own)).to_pylist()
    stages = run(lifecycle(own, rule.lifecycle, day).order_by("place")).to_pylist()
    weeks = _weeks(business)
    scores = run(health(own, spans_of(weeks), rule.health).order_by("period")).to_pylist()
    entries = profit_entries(facts, business.rules.classes.profit)
    mine = entries.filter(entries.customer_id == customer_id)
    profit = run(mine.aggregate(profit=mine.amount.sum())).to_pylist()[0]["profit"]
    return Account(
        customer_id,
        listed[0] if listed else None,
        book[0] if book else None,
        tuple(stages),
        tuple(row | {"day": weeks[row["period"]].end - timedelta(days=1)} for row in scores),
        profit,
        begun[0]["acquired_on"] if begun else None,
    )


def customer_story(business: Business, customer_id: str, kind: str = "", offset: int = 0, limit: int = 30) -> Story:
    """A page of one customer's timeline, newest first."""
    table = timeline(business.facts, customer_id, business.settings.calendar.zone)
    counts = business.engine.run(table.group_by("kind").aggregate(rows=table.count())).to_pylist()
    chosen = table.filter(table.kind == kind) if kind else table
    rows = business.engine.run(page_of(chosen, _newest_first(chosen), offset, limit)).to_pylist()
    return Story(tuple(rows), {row["kind"]: row["rows"] for row in counts})


def every_entry(business: Business, customer_id: str, kind: str = "") -> Iterator[Row]:
    """One customer's whole timeline, one entry after the other, newest first."""
    table = timeline(business.facts, customer_id, business.settings.calendar.zone)
    chosen = table.filter(table.kind == kind) if kind else table
    return each_row(business.engine, chosen.order_by(_newest_first(chosen)))


def _newest_first(entries: ir.Table) -> list[ir.Value]:
    return [ibis.desc(entries["at"]), entries.kind, entries.what, entries.reference]


def product_use(business: Business, core: CoreFeatures = EVERYTHING, grain: str = "month", count: int = 12) -> Use:
    """How much of what was bought is used: per month or week, by feature, and on a usual day."""
    calendar, day = business.settings.calendar, business.today
    rule = book_rule(business, core).adoption
    last = calendar.period(Grain.named(grain), day)
    windows = tuple(calendar.shift(last, step) for step in range(1 - count, 1))
    facts, run = business.facts, business.engine.run
    rows = run(adoption(facts, spans_of(windows), rule).order_by("period")).to_pylist()
    month = _spans([(day - timedelta(days=27), day + timedelta(days=1))])
    features = feature_use(facts, month, rule)
    features = run(features.order_by([ibis.desc("users"), "feature"])).to_pylist()
    days = [(day - timedelta(days=n), day - timedelta(days=n - 1)) for n in range(28)]
    weeks = [(day - n * WEEK - timedelta(days=6), day - n * WEEK + timedelta(days=1)) for n in range(4)]
    both = _spans([*days, *weeks, (day - timedelta(days=27), day + timedelta(days=1))])
    people = {row["period"]: row["people"] for row in run(active_people(facts, both, rule)).to_pylist()}
    if not people:
        return Use(windows, tuple(rows), tuple(features), None, None, None, day)
    return Use(
        windows,
        tuple(rows),
        tuple(features),
        sum(people.get(n, 0) for n in range(28)) / 28,
        sum(people.get(28 + n, 0) for n in range(4)) / 4,
        people.get(32, 0),
        day,
    )


def onboarding(business: Business, core: CoreFeatures = EVERYTHING, months: int = 6, limit: int = 20) -> Onboarding:
    """Days to the first value of accounts that started lately, and those that still wait, the longest first."""
    calendar, day = business.settings.calendar, business.today
    begin = calendar.over(Grain.MONTH, day, months)[0].start
    rule = book_rule(business, core)
    table = milestones(business.facts, rule.lifecycle, day)
    held = business.facts["subscriptions"]
    table = table.semi_join(held.filter(held.plan.isin(rule.adoption.entitled or ())), "customer_id")
    table = table.filter((table.started_on >= ibis.date(begin)) & (table.started_on <= ibis.date(day)))
    told = table.aggregate(
        started=table.count(),
        reached=table.days_to_value.count(),
        mean=table.days_to_value.mean(),
        median=table.days_to_value.median(),
    )
    row = business.engine.run(told).to_pylist()[0]
    waits = table.filter(table.first_value_on.isnull() & table.ended_on.isnull())
    waits = waits.order_by(["started_on", "customer_id"]).limit(limit)
    waits = waits.select("customer_id", "started_on")
    return Onboarding(
        row["started"],
        row["reached"],
        row["mean"],
        row["median"],
        tuple(business.engine.run(waits).to_pylist()),
        months,
    )


def ticket_report(business: Business, count: int = 12, limit: int = 25, rule: SupportRule | None = None) -> Tickets:
    """Tickets by month, causes of complaints, and those that have waited too long, the newest first."""
    calendar, day = business.settings.calendar, business.today
    rule = replace(rule or SupportRule(), zone=calendar.zone)
    last = calendar.period(Grain.MONTH, day)
    months = tuple(calendar.shift(last, step) for step in range(1 - count, 1))
    spans, run = spans_of(months), business.engine.run
    times = ticket_times(business.facts, end_of(business, day), rule)
    rows = run(ticket_statistics(times, spans).order_by("period")).to_pylist()
    causes = run(complaint_causes(business.facts, spans, rule).order_by(["root_cause", "period"])).to_pylist()
    late = times.filter(times.escalated_at.notnull())
    many = run(late.aggregate(rows=late.count())).to_pylist()[0]["rows"]
    shown = run(late.order_by([ibis.desc("escalated_at"), "ticket_id"]).limit(limit)).to_pylist()
    teams = run(satisfaction_by_team(business.facts, day, rule).order_by([ibis.desc("answers"), "team"])).to_pylist()
    over = count if last.end <= day + timedelta(days=1) else count - 1
    return Tickets(months, over, tuple(rows), tuple(causes), tuple(shown), many, tuple(teams), rule)


def customer_voices(business: Business, kind: str = "nps", limit: int = 25) -> Voices:
    """What customers say beside what they pay, and the promoters."""
    rule = VoiceRule(profit=business.rules.classes.profit, gap_days=business.rules.movements.gap_days)
    table = voices(business.facts, business.today, rule)
    groups = business.engine.run(voices_by_group(table).order_by(["kind", "voice"])).to_pylist()
    best = table.filter((table.kind == kind) & (table.voice == "promoter"))
    best = best.order_by([ibis.desc("revenue"), "customer_id"]).limit(limit)
    return Voices(tuple(groups), tuple(business.engine.run(best).to_pylist()), rule, business.today)


def is_won(business: Business, deal: str) -> bool:
    """Whether a deal of that id was won."""
    stages = business.facts["stages"]
    won = stages.filter((stages.pipeline == "deal") & (stages.stage == "won") & (stages.subject_id == deal))
    return bool(business.engine.run(won.aggregate(rows=won.count())).to_pylist()[0]["rows"])


def success_as_profit_centre(business: Business, count: int = 12) -> Accounting:
    """The cost of customer success beside what it keeps and grows, over the last `count` whole months."""
    months = business.settings.calendar.over(Grain.MONTH, business.today, count)
    rule = SuccessRule(movements=business.rules.movements, postings=business.rules.postings)
    rows = business.engine.run(success_accounts(business.facts, spans_of(months), rule).order_by("period")).to_pylist()
    return Accounting(months, tuple(rows), recurring_margin(business), rule)


def spans_of(periods: Sequence[Period]) -> ir.Table:
    """Periods as the table that models read."""
    return _spans([(period.start, period.end) for period in periods])


def _spans(days: Sequence[tuple[date, date]]) -> ir.Table:
    """Rows of period, start_date and end_date, written into the query itself so that every engine reads them."""
    places = ibis.range(0, len(days)).unnest().name("place").as_table()
    period = places.place.cast("int64")
    starts = [(period == n, ibis.date(begin)) for n, (begin, _end) in enumerate(days)]
    ends = [(period == n, ibis.date(end)) for n, (_begin, end) in enumerate(days)]
    return places.select(period=period, start_date=ibis.cases(*starts), end_date=ibis.cases(*ends))


def whole_weeks(business: Business, count: int) -> tuple[Period, ...]:
    """The last weeks of the business that had ended by the last day of its data, the oldest first."""
    return business.settings.calendar.over(Grain.WEEK, business.today, count)


def _weeks(business: Business) -> tuple[Period, ...]:
    """The whole weeks of a history of health, and the one that still runs."""
    weeks, end = whole_weeks(business, HISTORY_WEEKS), business.today + timedelta(days=1)
    return weeks if weeks[-1].end == end else (*weeks, Period(weeks[-1].end, end, Grain.WEEK))


def book_of(
    business: Business,
    outlook: Outlook,
    placed: tuple[Placed, ...] = (),
    facts: Mapping[str, ir.Table] | None = None,
) -> ir.Table:
    """The line of every paying account, not asked yet; stages set by hand are laid over those of the data."""
    leaving = None if outlook.past.fitted is None else outlook.past.fitted.leaving
    book = _book(business.facts if facts is None else facts, outlook.day, outlook.rule, leaving)
    return with_stages_by_hand(book, placed)


@shared
def _book(facts: Mapping[str, ir.Table], day: date, rule: BookRule, leaving: Leaving | None) -> ir.Table:
    """The book at the end of a day, which every list of accounts is a part of."""
    end, gap = day + timedelta(days=1), timedelta(weeks=rule.fall_weeks)
    spans = _spans([(end - gap - FOUR_WEEKS, end - gap), (end - FOUR_WEEKS, end)])
    return account_book(facts, spans, day, rule, leaving)


def _only(facts: Mapping[str, ir.Table], customer_id: str) -> dict[str, ir.Table]:
    """The facts of one customer, so that its models read nothing of anybody else's."""
    return {
        name: table.filter(table.customer_id == customer_id) if "customer_id" in table.columns else table
        for name, table in facts.items()
    }


def _totals(rows: Sequence[Row]) -> Totals:
    def summed(name: str) -> float | None:
        known = [row[name] for row in rows if row[name] is not None]
        return sum(known) if known else None

    return Totals(
        sum(row["accounts"] for row in rows),
        sum((row["mrr"] for row in rows), Decimal(0)),
        summed("loss"),
        summed("gain"),
    )


def _chosen(business: Business, table: ir.Table, asked: Filter) -> ir.Table:
    chosen = table
    if asked.which in FLAGS:
        chosen = chosen.filter(chosen[FLAGS[asked.which]])
    if asked.stage in STAGES:
        chosen = chosen.filter(chosen.stage == asked.stage)
    if asked.search:
        names = business.facts["customers"].select(named="customer_id", name="name")
        chosen = chosen.left_join(names, chosen.customer_id == names.named)
        letters = asked.search.lower()
        hit = [chosen[c].lower().contains(letters) for c in ("customer_id", "plan", "name")]
        chosen = chosen.filter(ibis.or_(*(ibis.coalesce(each, ibis.literal(value=False)) for each in hit)))
        chosen = chosen.select(*table.columns)
    return chosen


def end_of(business: Business, day: date) -> datetime:
    """The UTC instant at which a day of the business ends."""
    end = day + timedelta(days=1)
    local = datetime(end.year, end.month, end.day, tzinfo=ZoneInfo(business.settings.calendar.zone))
    return local.astimezone(UTC).replace(tzinfo=None)
