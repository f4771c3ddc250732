"""Length of contracts and of custom, profit by age and payback: by hand and by plain SQL."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.lifetime_value import LifetimeRule, contract_months, customer_profits, lifetimes
from keiki.measures.choices import Whole, choices_of
from keiki.measures.models import MODELS
from keiki.measures.rules import Rules

YEAR = ("2026-01-01", "2027-01-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def span(customer: str, begin: Any, end: Any = None, mrr: float = 10, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"{customer}/1", "customer_id": customer, "mrr": mrr, "plan": "basic"}
    return row | {"valid_from": begin, "valid_to": end} | more


def told(lake: SmallLake, model: str, stat: str, table: Any, months: int = 12) -> list[Any]:
    """What the model's own aggregate says of every period: the mean of its two halves, or its one value."""
    rules = Rules(lifetime=LifetimeRule(months=months))
    made = MODELS[model].stats[stat](table, None, MODELS[model].told(rules))
    found = table.group_by("period").aggregate(**{f"v{n}": value for n, value in enumerate(made.values)})
    return [row[1:] for row in lake.rows(found)]


def test_contract_months_is_one_by_the_mean_of_monthly_churn(lake: SmallLake) -> None:
    """Ten accounts: one leaves in March, one of nine in June; 1 / mean of 10 zeros, 1/10 and 1/9 is 56.8 months."""
    ends = {3: "2026-04-01", 6: "2026-06-20"}
    spans = [span(f"c{n}", "2025-06-01", ends.get(n)) for n in range(10)]
    spans += [span("joins and leaves", "2026-02-10", "2026-02-20"), span("free", "2025-01-01", "2026-02-20", mrr=0)]
    table = contract_months(lake.put(subscriptions=spans), lake.spans(*YEAR))
    assert lake.rows(table.filter(table.lost), "month", "customer_id", "plan") == [
        (6, "c6", "basic"),
        (8, "c3", "basic"),
    ]
    ((months, shares),) = told(lake, "contract_months", "contract_months", table)
    assert months / shares == pytest.approx(12 / (1 / 10 + 1 / 9))


def test_every_month_the_rule_asks_for_is_looked_at(lake: SmallLake) -> None:
    """Of two accounts one leaves 58 months before the end: over 60 months the mean share lost is 1/2 ÷ 60."""
    (asked,) = (one.kind for one in choices_of("lifetime") if one.name == "months")
    assert isinstance(asked, Whole)
    spans = [span("stays", "2020-01-01"), span("leaves", "2020-01-01", "2022-02-10")]
    table = contract_months(lake.put(subscriptions=spans), lake.spans(*YEAR), LifetimeRule(months=asked.most))
    ((months, shares),) = told(lake, "contract_months", "contract_months", table, asked.most)
    assert (months, shares) == (60, 0.5)


def test_contract_months_follows_an_account_through_a_change_of_contract(lake: SmallLake) -> None:
    spans = [
        span("changes", "2025-06-01", "2026-03-15"),
        span("changes", "2026-03-15", subscription_id="changes/2", plan="extra"),
        span("gap", "2025-06-01", "2026-03-15"),
        span("gap", "2026-05-15", subscription_id="gap/2"),
    ]
    table = contract_months(lake.put(subscriptions=spans), lake.spans(*YEAR))
    assert lake.rows(table.filter(table.lost), "month", "customer_id") == [(9, "gap")]
    assert lake.rows(table.filter(table.customer_id == "changes").select("month", "plan"))[-3:] == [
        (7, "extra"),
        (8, "extra"),
        (9, "basic"),
    ]


def test_contract_months_is_unknown_where_nobody_leaves(lake: SmallLake) -> None:
    table = contract_months(lake.put(subscriptions=[span("a", "2026-10-01")]), lake.spans(*YEAR))
    assert told(lake, "contract_months", "contract_months", table) == [(2, 0.0)], "2 months without a loss"


def test_lifetime_years_reads_customers_who_leave_or_fall_asleep(lake: SmallLake) -> None:
    customers = [
        {"customer_id": f"c{n}", "acquired_on": "2025-01-01", "churned_on": "2026-05-10" if n == 0 else None}
        for n in range(4)
    ]
    orders = [{"order_id": "o", "customer_id": "c1", "ordered_at": "2025-07-10 03:00", "amount": 5}]
    table = lifetimes(lake.put(customers=customers, orders=orders), lake.spans(*YEAR))
    assert lake.rows(table.filter(table.lost), "month", "customer_id") == [(5, "c1"), (7, "c0")]
    ((months, shares),) = told(lake, "lifetimes", "lifetime_years", table)
    assert months / shares == pytest.approx(12 / ((1 / 4 + 1 / 3) * 12))


def bought(customer: str, day: str, amount: float) -> dict[str, Any]:
    return {"order_id": customer + day, "customer_id": customer, "ordered_at": f"{day} 03:00", "amount": amount}


def test_profit_by_age_and_the_month_of_payback(lake: SmallLake) -> None:
    """Two customers cost 120 together and leave 10 a month each: 60 each are back after 6 payments, at age 5."""
    days = [f"2026-{month:02}-10" for month in range(1, 9)]
    facts = lake.put(
        customers=[{"customer_id": name, "acquired_on": "2026-01-10"} for name in "ab"],
        orders=[bought(name, day, 10) for name in "ab" for day in days],
        costs=[{"spent_on": "2026-01-02", "amount": 120, "category": "ad_spend"}],
    )
    table = customer_profits(facts)
    first = table.filter(table.customer_id == "a").mutate(amount=table.amount.cast("int64"))
    assert lake.rows(first, "age", "amount") == [(0, -50), *((age, 10) for age in range(1, 8))]
    assert told(lake, "lifetime_value", "payback", table.mutate(period=0)) == [(5,)]
    assert lake.rows(customer_profits(facts, "2m").aggregate(total=lambda t: t.amount.sum().cast("int64"))) == [(-60,)]
    early = customer_profits(facts, "2m").mutate(period=0)
    assert told(lake, "lifetime_value", "payback", early) == [(None,)], "not recovered so far"


REFERENCE = """
with ends as (
    select k, end_date - to_months(k + 1) as s, end_date - to_months(k) as e from spans, range(0, 12) t(k))
select k, customer_id, not exists (
    select 1 from subscriptions l where l.customer_id = p.customer_id and l.mrr > 0 and l.valid_from < e
        and (l.valid_to is null or l.valid_to >= e))
from ends, (select distinct customer_id from subscriptions) p
where exists (
    select 1 from subscriptions l where l.customer_id = p.customer_id and l.mrr > 0 and l.valid_from < s
        and (l.valid_to is null or l.valid_to >= s))
"""


def test_contract_months_agree_with_plain_sql(lake: SmallLake) -> None:
    chance = random.Random(11)
    spans = []
    for n in range(80):
        begin = date(2025, 1, 1) + timedelta(days=chance.randrange(700))
        end = chance.choice([None, begin + timedelta(days=chance.randrange(1, 400))])
        spans.append(span(f"c{chance.randrange(40)}", begin, end, chance.choice([0, 5, 9]), subscription_id=f"s{n}"))
    table = contract_months(lake.put(subscriptions=spans), lake.spans(*YEAR), LifetimeRule(gap_days=0))
    assert lake.rows(table, "month", "customer_id", "lost") == lake.sql(REFERENCE)
