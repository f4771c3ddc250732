"""Profit of customers, entry by entry: who is charged with which cost, by hand and by plain SQL."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.classes import customer_classes
from keiki.customers.postings import PostingRule
from keiki.customers.profit import ProfitRule, acquired, ages, profit_entries
from keiki.customers.retention import RetentionRule
from keiki.customers.revenue_quality import cost_postings
from keiki.measures.rules import Rules
from keiki.periods import Calendar


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def customer(name: str, on: str | None, channel: str | None = None, campaign: str | None = None) -> dict[str, Any]:
    return {"customer_id": name, "acquired_on": on, "acquisition_channel": channel, "acquisition_campaign": campaign}


def order(name: str, day: str, amount: float, **more: Any) -> dict[str, Any]:
    return {"order_id": f"{name}{day}", "customer_id": name, "ordered_at": f"{day} 03:00", "amount": amount} | more


def entries(lake: SmallLake, rule: ProfitRule | None = None, **facts: Any) -> list[tuple[Any, ...]]:
    table = profit_entries(lake.put(**facts), rule)
    table = table.mutate(amount=table.amount.cast("float64"), on_day=table.on_day.cast("string"))
    return lake.rows(table, "customer_id", "kind", "on_day", "amount")


def test_acquired_is_the_listed_day_else_the_first_purchase_or_contract(lake: SmallLake) -> None:
    facts = lake.put(
        customers=[customer("listed", "2026-02-01"), customer("buyer", None), customer("prospect", None)],
        orders=[order("buyer", "2026-03-01", 1), order("listed", "2026-01-05", 1)],
        subscriptions=[
            {"subscription_id": "s", "customer_id": "holder", "valid_from": "2026-04-01", "mrr": 5},
            {"subscription_id": "t", "customer_id": "trier", "valid_from": "2026-04-01", "mrr": 0, "reason": "trial"},
        ],
    )
    table = acquired(facts)
    assert lake.rows(table.select("customer_id", on=table.acquired_on.cast("string"))) == [
        ("buyer", "2026-03-01"),
        ("holder", "2026-04-01"),
        ("listed", "2026-02-01"),
    ]


def test_profit_of_sales_is_gross_where_the_cost_is_known(lake: SmallLake) -> None:
    orders = [order("a", "2026-01-05", 100, cost=60), order("a", "2026-02-05", 50, gross_profit=45)]
    assert entries(lake, orders=[*orders, order("a", "2026-03-05", 7)]) == [
        ("a", "sales", "2026-01-05", 40.0),
        ("a", "sales", "2026-02-05", 45.0),
        ("a", "sales", "2026-03-05", 7.0),
    ]


def test_acquisition_cost_goes_to_the_customer_the_campaign_the_channel_then_everyone(lake: SmallLake) -> None:
    customers = [
        customer("a", "2026-01-05", "paid", "spring"),
        customer("b", "2026-01-20", "paid", "spring"),
        customer("c", "2026-01-25", "paid", "summer"),
        customer("d", "2026-01-31", "email"),
        customer("later", "2026-02-01", "paid", "spring"),
    ]

    def cost(amount: float, **more: Any) -> dict[str, Any]:
        return {"spent_on": "2026-01-10", "amount": amount, "category": "ad_spend"} | more

    def charged(*costs: dict[str, Any]) -> dict[str, float]:
        rows = entries(lake, customers=customers, costs=list(costs))
        assert {row[1] for row in rows} <= {"acquisition"}
        return {row[0]: row[3] for row in rows}

    assert charged(cost(90, customer_id="later", campaign="spring")) == {"later": -90}
    assert charged(cost(90, campaign="spring", channel="paid")) == {"a": -45, "b": -45}
    assert charged(cost(90, campaign="autumn", channel="paid")) == {"a": -30, "b": -30, "c": -30}
    assert charged(cost(90, channel="social")) == {"a": -22.5, "b": -22.5, "c": -22.5, "d": -22.5}
    assert charged(cost(90, channel="paid", spent_on="2026-03-10")) == {}
    assert charged(cost(90, purpose="other")) == {}
    assert charged(cost(90, category="overhead")) == {}
    assert charged(cost(90, category="overhead", purpose="acquisition", channel="email")) == {"d": -90}


def touch(name: str, at: str, channel: str, campaign: str | None = None) -> dict[str, Any]:
    seen = {"customer_id": name, "occurred_at": at, "name": "page_view"}
    return seen | {"channel": channel, "campaign": campaign}


TOUCHED = {
    "customers": [
        customer("a", "2026-01-05", "paid", "spring"),
        customer("b", "2026-01-20", "paid", "spring"),
        customer("c", "2026-01-25", "email"),
    ],
    "events": [
        touch("a", "2026-01-02 03:00", "paid", "spring"),
        touch("a", "2026-01-03 03:00", "email"),
        touch("a", "2026-01-05 10:00", "social"),
        touch("a", "2026-01-06 03:00", "social"),
        touch("b", "2026-01-19 03:00", "direct"),
        touch("c", "2026-01-20 03:00", "paid", "spring"),
        touch("c", "2025-01-20 03:00", "social"),
    ],
}
"""a met paid, e-mail and social before it came (the touch of the day after counts for nothing), b came directly, and c,
whose row says e-mail, met paid only (the other touch is older than the look-back).
"""


@pytest.mark.parametrize(
    ("model", "spring", "email", "social"),
    [
        ("acquiring", {"a": -45, "b": -45}, {"c": -90}, {"a": -30, "b": -30, "c": -30}),
        ("first", {"a": -30, "b": -30, "c": -30}, {"a": -30, "b": -30, "c": -30}, {"a": -30, "b": -30, "c": -30}),
        ("last", {"b": -45, "c": -45}, {"a": -30, "b": -30, "c": -30}, {"a": -90}),
        ("linear", {"a": -12.8571, "b": -38.5714, "c": -38.5714}, {"a": -90}, {"a": -90}),
        ("position_based", {"a": -15, "b": -37.5, "c": -37.5}, {"a": -90}, {"a": -90}),
    ],
)
def test_cost_of_a_campaign_is_borne_by_the_credit_it_earned_before_the_acquisition(
    lake: SmallLake, model: str, spring: dict[str, float], email: dict[str, float], social: dict[str, float]
) -> None:
    profit = Rules.of_calendar(Calendar(), own={"profit": {"shared_by": model}}).classes.profit
    assert profit.shared_by == model

    def charged(**of: str) -> dict[str, float]:
        cost = {"spent_on": "2026-01-10", "amount": 90, "category": "ad_spend"} | of
        table = profit_entries(lake.put(**TOUCHED, costs=[cost]), profit)
        return dict(lake.rows(table.select("customer_id", amount=table.amount.cast("float64"))))

    assert charged(campaign="spring", channel="paid") == spring
    assert charged(channel="email") == email
    assert charged(channel="social") == social


def test_another_rule_of_attribution_makes_other_customers_good(lake: SmallLake) -> None:
    facts = lake.put(
        **TOUCHED,
        orders=[order(name, f"2026-02-0{n}", 40, cost=10) for name in "abc" for n in (1, 2)],
        costs=[{"spent_on": "2026-01-10", "amount": 135, "category": "ad_spend", "campaign": "spring"}],
    )

    def good(model: str) -> list[str]:
        rules = Rules.of_calendar(Calendar(), own={"profit": {"shared_by": model}})
        judged = customer_classes(facts, rules.classes)
        return [name for name, of in lake.rows(judged.select("customer_id", "customer_class")) if of == "good"]

    assert {model: good(model) for model in ("acquiring", "first", "last")} == {
        "acquiring": ["c"],
        "first": ["a", "b", "c"],
        "last": ["a"],
    }


def test_retention_cost_is_shared_by_those_active_at_the_end_of_its_month(lake: SmallLake) -> None:
    customers = [
        customer("a", "2025-06-01"),
        customer("b", "2026-01-31"),
        customer("gone", "2025-06-01") | {"churned_on": "2026-01-15"},
        customer("later", "2026-02-01"),
    ]
    costs = [
        {"spent_on": "2026-01-10", "amount": 60, "category": "cs_personnel"},
        {"spent_on": "2026-01-20", "amount": 40, "category": "other", "purpose": "retention"},
        {"spent_on": "2026-01-20", "amount": 5, "category": "support", "customer_id": "gone"},
    ]
    assert entries(lake, customers=customers, costs=costs) == [
        ("a", "retention", "2026-01-20", -50.0),
        ("b", "retention", "2026-01-20", -50.0),
        ("gone", "retention", "2026-01-20", -5.0),
    ]


def test_cost_of_goods_on_no_sale_is_shared_by_the_sales_without_a_cost(lake: SmallLake) -> None:
    orders = [order("a", "2026-01-05", 300), order("b", "2026-01-06", 100), order("c", "2026-01-06", 100, cost=10)]
    costs = [{"spent_on": "2026-01-31", "amount": 80, "category": "cogs"}]
    rows = entries(lake, orders=orders, costs=costs)
    assert [row for row in rows if row[1] == "cogs"] == [
        ("a", "cogs", "2026-01-05", -60.0),
        ("b", "cogs", "2026-01-06", -20.0),
    ]


CLOSING = ProfitRule(retention=RetentionRule(postings=PostingRule(closing_day=20)))
"""Months end on the 20th."""


def test_costs_are_shared_in_the_months_of_the_closing_day(lake: SmallLake) -> None:
    customers = [customer("a", "2026-01-05"), customer("b", "2026-01-21"), customer("c", "2026-02-20")]
    costs = [
        {"spent_on": "2026-01-20", "amount": 10, "category": "ad_spend"},
        {"spent_on": "2026-01-31", "amount": 80, "category": "ad_spend"},
        {"spent_on": "2026-02-01", "amount": 20, "category": "cs_personnel"},
    ]
    facts = {"customers": customers, "costs": costs, "orders": [order("c", "2026-02-20", 7)]}
    costs_of_goods = [{"spent_on": "2026-02-18", "amount": 3, "category": "cogs"}]
    rows = entries(lake, CLOSING, **facts | {"costs": costs + costs_of_goods})
    assert rows == [
        ("a", "acquisition", "2026-01-05", -10.0),
        ("a", "retention", "2026-02-01", pytest.approx(-20 / 3, abs=1e-4)),
        ("b", "acquisition", "2026-01-21", -40.0),
        ("b", "retention", "2026-02-01", pytest.approx(-20 / 3, abs=1e-4)),
        ("c", "acquisition", "2026-02-20", -40.0),
        ("c", "cogs", "2026-02-20", -3.0),
        ("c", "retention", "2026-02-01", pytest.approx(-20 / 3, abs=1e-4)),
        ("c", "sales", "2026-02-20", 7.0),
    ]


def test_a_ledger_stands_for_the_networks_of_its_month_of_the_closing_day(lake: SmallLake) -> None:
    facts = lake.put(
        costs=[{"spent_on": "2026-01-25", "amount": 100, "category": "ad_spend"}],
        media=[
            {"date": day, "kind": "ad", "platform": "meta", "cost": cost}
            for day, cost in (("2026-01-20", 1), ("2026-01-21", 2), ("2026-02-20", 4), ("2026-02-21", 8))
        ],
    )
    spent = {20: 109.0, None: 112.0}
    for closing, whole in spent.items():
        table = cost_postings(facts, PostingRule(closing_day=closing))
        assert table.amount.cast("float64").sum().execute() == whole, closing


@pytest.mark.parametrize(
    ("begun", "day", "age"),
    [
        ("2026-01-31", "2026-01-31", 0),
        ("2026-01-31", "2026-01-05", 0),
        ("2026-01-31", "2026-02-01", 1),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-03-01", 2),
        ("2026-02-28", "2026-03-31", 2),
        ("2025-12-15", "2026-12-15", 12),
    ],
)
def test_age_is_the_months_by_which_the_day_had_come(lake: SmallLake, begun: str, day: str, age: int) -> None:
    facts = lake.put(customers=[customer("a", begun)], orders=[order("a", day, 1)])
    assert lake.rows(ages(profit_entries(facts)), "age") == [(age,)]


REFERENCE = """
with people as (
    select customer_id, acquired_on, acquisition_channel as channel, acquisition_campaign as campaign,
        date_trunc('month', acquired_on) as m from customers),
spent as (
    select amount::double as amount, campaign, channel, customer_id, date_trunc('month', spent_on) as m from costs),
shared as (
    select s.amount, p.customer_id,
        count(*) over (partition by s.rowid_) as heads
    from (select *, row_number() over () as rowid_ from spent where customer_id is null) s
    join people p on p.m = s.m and case
        when exists (select 1 from people q where q.m = s.m and q.campaign = s.campaign) then p.campaign = s.campaign
        when exists (select 1 from people q where q.m = s.m and q.channel = s.channel) then p.channel = s.channel
        else true end)
select customer_id, round(sum(amount), 2) from (
    select customer_id, -amount / heads as amount from shared
    union all select s.customer_id, -s.amount from spent s join people using (customer_id)
    union all select customer_id, (amount - cost)::double from orders join people using (customer_id))
group by customer_id
"""


def test_profit_agrees_with_plain_sql(lake: SmallLake) -> None:
    chance = random.Random(3)

    def day() -> str:
        return (date(2026, 1, 1) + timedelta(days=chance.randrange(200))).isoformat()

    def some(*values: str) -> str | None:
        return chance.choice([None, *values])

    names = [f"c{n}" for n in range(40)]
    facts = lake.put(
        customers=[customer(n, day(), some("paid", "email"), some("spring", "summer")) for n in names],
        orders=[
            order(chance.choice(names), day(), chance.randrange(900), cost=chance.randrange(90), order_id=f"o{n}")
            for n in range(60)
        ],
        costs=[
            {"spent_on": day(), "amount": chance.randrange(999), "category": "event"}
            | {"campaign": some("spring", "fair"), "channel": some("paid", "seo"), "customer_id": some("c1")}
            for _ in range(30)
        ],
    )
    table = profit_entries(facts)
    table = table.group_by("customer_id").aggregate(profit=table.amount.sum().cast("float64"))
    got = dict(lake.rows(table))
    expected = dict(lake.sql(REFERENCE))
    assert set(got) == set(expected)
    assert got == pytest.approx(expected, abs=0.01)
