"""The models give the same rows on Spark as on DuckDB: equal integers and money, fractions to 1e-9."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from tests.engines.conftest import Run
from tests.rows import fact_rows, span_rows

from keiki.customers.cohort_table import TableRule, cohort_cells
from keiki.customers.history import OccasionRule, occasion_history
from keiki.customers.ideal import (
    IdealProfile,
    Trait,
    customer_fits,
    profit_by_fit,
    spend_by_fit,
    values_of_good,
    with_fit,
)
from keiki.customers.joined import joined, overlap
from keiki.customers.lives import LifeRule, grouped_lives
from keiki.customers.movements import movements, renewals, trials
from keiki.customers.mrr_presets import PRESETS, preset_differences
from keiki.customers.named import customers_called
from keiki.customers.postings import PostingRule, conversions
from keiki.customers.profit import ProfitRule
from keiki.customers.profit_curves import profit_by_age
from keiki.customers.quality_report import revenue_by_class
from keiki.customers.recurring import movement_sums, renewal_counts, revenue_levels, scheduled
from keiki.customers.referrals import referrals
from keiki.customers.repeat import first_purchases, purchases
from keiki.customers.repeat_profile import (
    grouped_intervals,
    loyal_after,
    profit_by_order,
    return_reasons,
    status_counts,
)
from keiki.customers.retention import RetentionRule, status_changes
from keiki.customers.revenue_quality import cost_postings, revenue_postings
from keiki.customers.rfm_segments import scored_customers, segment_members, segment_moves, segment_scores
from keiki.customers.running_contracts import running_contracts
from keiki.customers.worth import described, worth_by
from keiki.engine.spread import quarters
from keiki.facts import FACTS
from keiki.journeys.attribution import AttributionRule, side_by_side
from keiki.journeys.keywords import KeywordRule, keyword_classes
from keiki.journeys.lead_scores import Criterion, LeadRule, lead_scores
from keiki.journeys.sessions import SessionRule, sessions
from keiki.measures.daily_rows import rows_per_day
from keiki.measures.exchange import Exchange, Rate, converted, without_rate
from keiki.periods import Calendar, Grain

Facts = Mapping[str, ir.Table]

CLOSING = ProfitRule(retention=RetentionRule(postings=PostingRule(closing_day=20)))
IDEAL = IdealProfile((Trait("segment", ("home",), 70), Trait("region", ("kanto",), 30)))

EXCHANGE = Exchange(
    "JPY",
    "Asia/Tokyo",
    (
        Rate("USD", "JPY", date(2025, 7, 1), Decimal("143.21")),
        Rate("USD", "JPY", date(2025, 8, 15), Decimal("147.123456")),
    ),
)


def foreign(facts: Facts) -> Facts:
    """The facts with orders of one channel in dollars, of another in euros."""
    orders = facts["orders"]
    euros = (orders.channel == "organic", "EUR")
    code = ibis.cases((orders.channel == "paid", "usd"), euros, else_=ibis.null("string"))
    lines = orders.select("order_id", "amount", product_id=orders.order_id)
    return {**facts, "orders": orders.mutate(currency=code), "order_lines": lines}


def fitted(facts: Facts) -> Facts:
    """The facts in which `icp_fit` follows a profile."""
    return {**facts, "customers": with_fit(facts["customers"], IDEAL)}


def leads_of(facts: Facts) -> Facts:
    """The facts with a lead for every customer, scored at each order by its amount."""
    orders = facts["orders"].filter(facts["orders"].customer_id.notnull())
    stages = orders.select(
        "customer_id",
        "channel",
        pipeline=ibis.literal("lead"),
        subject_id=orders.customer_id,
        entered_at=orders.ordered_at,
        score=orders.amount.cast("float64"),
    )
    return {**facts, "stages": stages}


def searched(facts: Facts) -> Facts:
    """The facts with a search result of some keyword, in either script, for every row of media."""
    media = facts["media"]
    words = ("METAコーヒー", "豆　選び方", "coffee  beans", "豆", " ")
    keyword = ibis.cases(
        *((media.cost.cast("int64") % 6 == n, each) for n, each in enumerate(words)), else_=ibis.null("string")
    )
    clicks = media.cost.cast("int64")
    return {**facts, "media": media.mutate(kind=ibis.literal("search"), keyword=keyword, clicks=clicks)}


LEAD_RULES = (
    LeadRule(
        (
            Criterion("By mail", "channel", ("email",), 10),
            Criterion("At home", "customer.segment", ("home",), -5),
            Criterion("Came back", "event.name", ("referral", "purchase"), 30),
        )
    ),
    LeadRule((Criterion("By mail", "channel", ("email",), 20),)),
)


MODELS: dict[str, Callable[[Facts, ir.Table], ir.Table]] = {
    "customers_called": lambda facts, spans: customers_called(facts, "C1", ("customers", "subscriptions", "orders")),
    "sessions": lambda facts, spans: sessions(facts),
    "sessions in New York": lambda facts, spans: sessions(facts, SessionRule(zone="America/New_York")),
    "rows_per_day": lambda facts, spans: rows_per_day(facts["orders"], "orders", "America/New_York"),
    "revenue_postings": lambda facts, spans: revenue_postings(facts),
    "cost_postings": lambda facts, spans: cost_postings(facts),
    "purchases": lambda facts, spans: purchases(facts),
    "first_purchases": lambda facts, spans: first_purchases(facts, matches=lambda t: t.channel == "paid"),
    "movements": lambda facts, spans: movements(facts, spans),
    "occasion_history": lambda facts, spans: occasion_history(
        facts, OccasionRule(Grain.MONTH, 2025 * 12 + 9, 2026 * 12, Calendar(closing_day=20))
    ),
    "grouped_intervals": lambda facts, spans: grouped_intervals(facts, date(2026, 3, 31)),
    "profit_by_order": lambda facts, spans: profit_by_order(facts),
    "status_counts": lambda facts, spans: status_counts(facts, spans, RetentionRule(dormancy_days=40)),
    "return_reasons": lambda facts, spans: return_reasons(facts, spans),
    "loyal_after": lambda facts, spans: loyal_after(facts, spans, months=3),
    "scored_customers": lambda facts, spans: scored_customers(facts, spans),
    "segment_scores": lambda facts, spans: segment_scores(facts, spans),
    "segment_moves": lambda facts, spans: segment_moves(facts, spans),
    "segment_members": lambda facts, spans: segment_members(facts, spans, "loyal"),
    "movement_sums": lambda facts, spans: movement_sums(facts, spans, PRESETS["keiki"]),
    "movement_sums of every change": lambda facts, spans: movement_sums(facts, spans, PRESETS["chartmogul"]),
    "movement_sums of contracts": lambda facts, spans: movement_sums(facts, spans, PRESETS["chargebee"]),
    "preset_differences": lambda facts, spans: preset_differences(facts, spans, PRESETS["keiki"], PRESETS["chargebee"]),
    "revenue_levels": lambda facts, spans: revenue_levels(facts, spans),
    "renewal_counts": lambda facts, spans: renewal_counts(facts, spans),
    "scheduled": lambda facts, spans: scheduled(facts, date(2025, 9, 30)),
    "renewals": lambda facts, spans: renewals(facts, spans),
    "trials": lambda facts, spans: trials(facts),
    "cohort_cells": lambda facts, spans: cohort_cells(facts, TableRule(by="segment")),
    "cohort_cells of weeks": lambda facts, spans: cohort_cells(facts, TableRule(Grain.WEEK, start="acquired")),
    "cohort_cells of contracts": lambda facts, spans: cohort_cells(facts, TableRule(Grain.QUARTER, start="contract")),
    "cohort_cells of events": lambda facts, spans: cohort_cells(facts, TableRule(start="event", counts="order")),
    "grouped_lives": lambda facts, spans: grouped_lives(facts, LifeRule(by="plan")),
    "grouped_lives of buyers": lambda facts, spans: grouped_lives(
        facts, LifeRule("purchase", "day", retention=RetentionRule(dormancy_days=30))
    ),
    "described customers": lambda facts, spans: described(facts),
    "worth by channel": lambda facts, spans: worth_by(facts, ["channel", "rfm_segment"]),
    "revenue by class": lambda facts, spans: revenue_by_class(facts, Calendar(), Grain.QUARTER),
    "customer fits": lambda facts, spans: customer_fits(facts, IDEAL),
    "spend by fit": lambda facts, spans: spend_by_fit(fitted(facts)),
    "spend by fit and touches": lambda facts, spans: spend_by_fit(fitted(facts), ProfitRule(touches=AttributionRule())),
    "profit by fit": lambda facts, spans: profit_by_fit(fitted(facts)),
    "values of good customers": lambda facts, spans: values_of_good(facts, "segment"),
    "profit by the credit of touches": lambda facts, spans: profit_by_age(
        facts, ["channel"], ProfitRule(touches=AttributionRule("linear"))
    ),
    "profit by age": lambda facts, spans: profit_by_age(facts, ["cohort"]),
    "profit by age, months to the 20th": lambda facts, spans: profit_by_age(facts, ["cohort"], CLOSING),
    "quarters of orders": lambda facts, spans: quarters(
        facts["orders"].select(value=facts["orders"].amount.cast("float64"))
    ),
    "status_changes": lambda facts, spans: status_changes(facts, spans),
    "running_contracts": lambda facts, spans: running_contracts(facts, date(2025, 9, 30)),
    "joined": lambda facts, spans: joined(facts),
    "overlap": lambda facts, spans: overlap(facts),
    "lead scores": lambda facts, spans: lead_scores(leads_of(facts), spans, LEAD_RULES),
    "keyword classes": lambda facts, spans: keyword_classes(searched(facts), spans, KeywordRule(("Meta",), words=2)),
    "attribution side by side": lambda facts, spans: side_by_side(
        facts, conversions(facts, PostingRule()), rule=AttributionRule(lookback="60d")
    ),
    "referrals": lambda facts, spans: referrals(facts, spans),
    "orders in two currencies": lambda facts, spans: converted(foreign(facts), "orders", EXCHANGE),
    "lines of orders in two currencies": lambda facts, spans: converted(foreign(facts), "order_lines", EXCHANGE),
    "money without a rate": lambda facts, spans: without_rate(foreign(facts), EXCHANGE),
    "referrals of a segment": lambda facts, spans: referrals(facts, spans, "segment", "home"),
}


def some(chance: random.Random, *values: Any) -> Any:
    return chance.choice([None, *values])


def made_up(chance: random.Random) -> dict[str, pa.Table]:
    """A few hundred rows with ties, empty values and instants with fractions of a second."""
    start = datetime(2025, 6, 1)
    people = [f"c{n}" for n in range(20)]

    def moment() -> datetime:
        return start + timedelta(hours=chance.randrange(24 * 300), milliseconds=chance.choice([0, 0, 400, 700]))

    def day() -> date:
        return moment().date()

    def later(begin: date) -> date | None:
        return some(chance, begin + timedelta(days=chance.randrange(1, 200)))

    begins = [day() for _ in range(60)]
    rows: dict[str, list[dict[str, Any]]] = {
        "customers": [{"customer_id": c, "acquired_on": some(chance, day()), "segment": "home"} for c in people],
        "orders": [
            {
                "order_id": f"o{n}",
                "customer_id": some(chance, *people),
                "ordered_at": moment(),
                "amount": chance.randrange(10_000) / 4,
                "cost": some(chance, 5, 7),
                "channel": some(chance, "paid", "email"),
                "status": some(chance, "completed", "cancelled"),
            }
            for n in range(300)
        ],
        "subscriptions": [
            {
                "subscription_id": f"s{n}",
                "customer_id": chance.choice(people),
                "product": some(chance, "beans", "tea"),
                "plan": some(chance, "basic", "extra"),
                "mrr": chance.choice([0, 980, 1980.5]),
                "valid_from": begin,
                "valid_to": later(begin),
                "reason": some(chance, "trial", "upsell", "cross_sell", "reactivation"),
                "renewal_on": some(chance, day()),
            }
            for n, begin in enumerate(begins)
        ],
        "invoices": [
            {"invoice_id": f"i{n}", "customer_id": "c1", "issued_on": day(), "amount": 5, "kind": some(chance, "deal")}
            for n in range(20)
        ],
        "costs": [
            {"spent_on": day(), "amount": 100, "category": "ad_spend", "platform": some(chance, "meta_ads")}
            for _ in range(3)
        ],
        "media": [
            {"date": day(), "platform": chance.choice(["meta_ads", "x"]), "kind": "ad", "cost": chance.randrange(99)}
            for _ in range(40)
        ],
        "events": [
            {
                "occurred_at": moment().replace(day=1 + n % 3, hour=n % 5),
                "name": chance.choice(["page_view", "referral", "add_to_cart", "purchase", "email_opened"]),
                "visitor_id": some(chance, "v1", "v2", "v3"),
                "customer_id": some(chance, *people[:3]),
                "session_id": some(chance, *(f"w{m}" for m in range(9))),
                "channel": some(chance, "paid", "organic"),
                "page_type": some(chance, "home", "product"),
                "device": some(chance, "pc", "smartphone"),
                "outcome": some(chance, "success", "stalled"),
            }
            for n in range(500)
        ],
    }
    return {name: fact_rows(name, rows.get(name, ())) for name in FACTS}


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    made = made_up(random.Random(7))
    return made | {"spans": span_rows(*(f"2025-{month:02}-01" for month in range(6, 13)), "2026-01-01")}


def answered(run: Run, model: str, tables: Mapping[str, ir.Table]) -> list[tuple[Any, ...]]:
    table = MODELS[model](tables, tables["spans"])
    rows = [tuple(_plain(v) for v in row.values()) for row in run(table).to_pylist()]
    return sorted(rows, key=str)


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 9)
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@pytest.mark.parametrize("model", MODELS)
def test_models_are_the_same_on_spark(
    model: str, by_spark: Run, duck: Any, on_duck: dict[str, ir.Table], on_spark: dict[str, ir.Table]
) -> None:
    expected = answered(duck.to_pyarrow, model, on_duck)
    assert expected, "the made-up rows must reach the model"
    assert answered(by_spark, model, on_spark) == expected
