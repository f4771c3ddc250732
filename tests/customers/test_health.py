"""Health of accounts: each part by hand, missing parts, bands, and the same scores from plain SQL."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.health import HealthRule, Weights, health

MAY = ("2026-05-01", "2026-06-01")
"""28 days before 1 June begin on 4 May, the 28 before them on 6 April; 84 days before 1 June begin on 9 March."""


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def contract(customer: str, seats: int | None = 10, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": customer, "customer_id": customer, "mrr": 100, "valid_from": "2025-01-01"}
    return row | {"seats": seats} | more


def logins(customer: str, users: int, day: str) -> list[dict[str, Any]]:
    return [
        {"customer_id": customer, "visitor_id": f"{customer}{n}", "occurred_at": f"{day} 03:00", "name": "login"}
        for n in range(users)
    ]


def tickets(customer: str, *days: str) -> list[dict[str, Any]]:
    return [
        {"ticket_id": f"{customer}{n}", "customer_id": customer, "opened_at": f"{d} 03:00"} for n, d in enumerate(days)
    ]


def invoice(customer: str, due: str, paid: str | None, amount: float = 100) -> dict[str, Any]:
    row = {"invoice_id": customer + due, "customer_id": customer, "issued_on": due, "due_on": due}
    return row | {"paid_on": paid, "amount": amount}


def scores(lake: SmallLake, *columns: str, rule: HealthRule | None = None, **facts: Any) -> dict[str, Any]:
    rows = lake.rows(health(lake.put(**facts), lake.spans(*MAY), rule), "customer_id", *columns)
    return {row[0]: row[1] if len(columns) == 1 else row[1:] for row in rows}


@pytest.mark.feature("F-287")
def test_score_lists_its_three_contributions_and_the_total(lake: SmallLake) -> None:
    facts: dict[str, Any] = {
        "subscriptions": [contract("a")],
        "events": [*logins("a", 8, "2026-04-20"), *logins("a", 6, "2026-05-20")],
        "tickets": tickets("a", "2025-06-01", "2025-08-01", "2025-10-01", "2025-12-01", "2026-04-01"),
        "invoices": [invoice("a", "2026-04-30", "2026-05-02", 300), invoice("a", "2026-05-31", None)],
    }
    columns = ("usage", "support", "payment", "usage_points", "support_points", "payment_points", "score")
    usage = (6 / 8 - 0.5) / 0.5
    support = 1.0  # one ticket in 84 days; the norm is 4 x 84 / 364, less than one
    expected = (usage, support, 0.75, 50 * usage, 20, 22.5, 50 * usage + 42.5)
    found = scores(lake, *columns, **facts)["a"]
    assert found == pytest.approx(expected)
    assert 0 <= found[-1] <= 100
    other = scores(lake, *columns, rule=HealthRule(Weights(usage=10, support=10, payment=80)), **facts)["a"]
    assert other[3:] == pytest.approx((10 * usage, 10, 60, 10 * usage + 70))


def test_missing_parts_are_left_out_and_the_others_rescaled(lake: SmallLake) -> None:
    facts: dict[str, Any] = {
        "subscriptions": [contract("pays"), contract("nothing known"), contract("uses and pays")],
        "events": [*logins("uses and pays", 1, "2026-04-20"), *logins("uses and pays", 1, "2026-05-20")],
        "invoices": [
            invoice("pays", "2026-04-30", "2026-04-30"),
            invoice("pays", "2026-05-01", None),
            invoice("uses and pays", "2026-05-20", None),
        ],
    }
    columns = ("usage_points", "support_points", "payment_points", "score", "health_band")
    assert scores(lake, *columns, **facts) == {
        "pays": (None, None, 50.0, 50.0, "yellow"),
        "nothing known": (None, None, None, None, None),
        "uses and pays": (62.5, None, 0.0, 62.5, "yellow"),
    }


def test_usage_falls_from_all_to_nothing_at_half(lake: SmallLake) -> None:
    before, now = "2026-05-03", "2026-05-04"
    events = [
        *logins("grows", 2, before),
        *logins("grows", 3, now),
        *logins("three quarters", 4, before),
        *logins("three quarters", 3, now),
        *logins("half", 4, before),
        *logins("half", 2, now),
        *logins("stopped", 4, "2025-06-01"),
        *logins("starts", 1, now),
        *logins("shrank with its seats", 4, before),
        *logins("shrank with its seats", 2, now),
        *logins("tomorrow", 2, "2026-06-01"),
    ]
    names = ("grows", "three quarters", "half", "stopped", "starts", "tomorrow")
    subscriptions = [
        *map(contract, names),
        contract("shrank with its seats", 10, valid_to="2026-05-10"),
        contract("shrank with its seats", 5, valid_from="2026-05-10"),
    ]
    assert scores(lake, "usage", "health_band", subscriptions=subscriptions, events=events) == {
        "grows": (1.0, "green"),
        "three quarters": (0.5, "yellow"),
        "half": (0.0, "red"),
        "stopped": (0.0, "red"),
        "starts": (1.0, "green"),
        "tomorrow": (None, None),
        "shrank with its seats": (1.0, "green"),
    }


def test_an_account_that_lost_half_its_users_is_red_whatever_else_is_fine(lake: SmallLake) -> None:
    facts: dict[str, Any] = {
        "subscriptions": [contract("a")],
        "events": [*logins("a", 4, "2026-04-20"), *logins("a", 2, "2026-05-20")],
        "tickets": tickets("a", "2025-06-01", "2025-08-01", "2025-10-01", "2025-12-01", "2026-04-01"),
        "invoices": [invoice("a", "2026-04-30", "2026-04-30")],
    }
    assert scores(lake, "score", "health_band", **facts) == {"a": (50.0, "red")}
    assert scores(lake, "health_band", rule=HealthRule(no_usage_is_red=False), **facts) == {"a": "yellow"}


@pytest.mark.parametrize(("now", "share"), [(0, 0.0), (1, 0.5), (2, 1.0), (8, 1.0), (12, 0.5), (16, 0.0), (20, 0.0)])
def test_support_costs_points_far_above_and_far_below_the_norm(lake: SmallLake, now: int, share: float) -> None:
    """The norm of this account is 4 tickets per quarter of 91 days: 16 in the 364 days before."""
    rule = HealthRule(support_days=91)
    asked = tickets("a", *["2025-09-01"] * 16, *["2026-05-01"] * now)
    asked = [row | {"ticket_id": f"t{n}"} for n, row in enumerate(asked)]
    found = scores(lake, "support", rule=rule, subscriptions=[contract("a")], tickets=asked)
    assert found["a"] == pytest.approx(share)


def test_only_accounts_with_revenue_at_the_end_have_a_score(lake: SmallLake) -> None:
    subscriptions = [
        contract("free", mrr=0),
        contract("ended", valid_to="2026-05-31"),
        contract("begins in June", valid_from="2026-06-01"),
        contract("pays", None, plan="basic"),
        contract("pays", 4, subscription_id="second", plan="extra", mrr=900),
    ]
    assert scores(lake, "seats", "plan", subscriptions=subscriptions) == {"pays": (5, "extra")}


REFERENCE = """
with used as (
    select customer_id, visitor_id, cast(occurred_at + interval 9 hour as date) as d from events),
part as (
    select s.customer_id,
        (select count(distinct visitor_id) from used u where u.customer_id = s.customer_id
            and d < '2026-06-01' and d >= '2026-05-04') as now,
        (select count(distinct visitor_id) from used u where u.customer_id = s.customer_id
            and d < '2026-05-04' and d >= '2026-04-06') as before,
        (select count(*) from used u where u.customer_id = s.customer_id and d < '2026-06-01') as ever,
        (select sum(amount) from invoices i where i.customer_id = s.customer_id and due_on < '2026-06-01'
            and (due_on >= '2026-03-09' or paid_on is null or paid_on >= '2026-06-01')) as due,
        (select sum(amount) from invoices i where i.customer_id = s.customer_id and due_on < '2026-06-01'
            and (paid_on is null or paid_on >= '2026-06-01')) as late
    from subscriptions s),
share as (
    select customer_id,
        case when ever = 0 then null when before > 0 then greatest(least((now / before - 0.5) / 0.5, 1), 0)
            when now > 0 then 1 else 0 end as u,
        1 - coalesce(late, 0)::double / due::double as p
    from part)
select customer_id, round((coalesce(50 * u, 0) + coalesce(30 * p, 0)) * 100
    / nullif(if(u is null, 0, 50) + if(p is null, 0, 30), 0), 6)
from share
"""


def test_scores_agree_with_plain_sql(lake: SmallLake) -> None:
    chance = random.Random(2)

    def day() -> date:
        return date(2026, 2, 1) + timedelta(days=chance.randrange(140))

    names = [f"c{n}" for n in range(40)]
    facts = lake.put(
        subscriptions=[contract(name) for name in names],
        events=[
            {"customer_id": name, "visitor_id": f"{name}/{chance.randrange(5)}", "name": "feature_use"}
            | {"occurred_at": datetime.combine(day(), datetime.min.time()) + timedelta(hours=chance.randrange(24))}
            for name in chance.choices(names[5:], k=250)
        ],
        invoices=[
            {"invoice_id": f"i{n}", "customer_id": chance.choice(names[:30]), "issued_on": "2026-01-01", "amount": 7}
            | {"due_on": day(), "paid_on": chance.choice([None, day(), day(), day()])}
            for n in range(60)
        ],
    )
    table = health(facts, lake.spans(*MAY))
    assert lake.rows(table.select("customer_id", score=table.score.round(6))) == lake.sql(REFERENCE)
