"""Stages of accounts: by hand, each proof, ties, manual dates, and identities on made-up rows."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.lifecycle import STAGES, LifecycleRule, current_stages, lifecycle, milestones
from keiki.measures.choices import read_choices
from keiki.measures.rules import Rules
from keiki.periods import Calendar

TODAY = date(2026, 6, 30)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def contract(customer: str, begin: str = "2026-01-10", **more: Any) -> dict[str, Any]:
    row = {"subscription_id": customer, "customer_id": customer, "mrr": 100, "valid_from": begin}
    return row | more


def entered(customer: str, stage: str, day: str) -> dict[str, Any]:
    row = {"pipeline": "onboarding", "subject_id": customer, "customer_id": customer, "stage": stage}
    return row | {"entered_at": f"{day} 03:00"}


def use(customer: str, day: str, name: str = "feature_use", **more: Any) -> dict[str, Any]:
    row = {"customer_id": customer, "visitor_id": f"{customer}-1", "occurred_at": f"{day} 03:00", "name": name}
    return row | {"feature_group": "core"} | more


def history(lake: SmallLake, customer: str, rule: LifecycleRule | None = None, **facts: Any) -> list[tuple[str, ...]]:
    table = lifecycle(lake.put(**facts), rule, TODAY)
    rows = lake.rows(table, "customer_id", "place", "stage", "entered_on", "left_on", "reason", "is_current")
    return [(stage, str(on), str(left), why) for who, _p, stage, on, left, why, _now in rows if who == customer]


@pytest.mark.feature("F-278")
def test_account_goes_through_five_stages_and_is_in_exactly_one(lake: SmallLake) -> None:
    facts: dict[str, Any] = {
        "subscriptions": [
            contract("a", valid_to="2026-05-01", renewal_on="2026-03-31"),
            contract("a", "2026-05-01", mrr=150),
        ],
        "stages": [entered("a", "kickoff", "2026-01-05"), entered("a", "first_value", "2026-01-20")],
        "events": [use("a", "2026-06-10", "case_study_published")],
    }
    assert history(lake, "a", **facts) == [
        ("onboarding", "2026-01-05", "2026-01-20", "kickoff"),
        ("adoption", "2026-01-20", "2026-04-01", "first_value"),
        ("retention", "2026-04-01", "2026-05-01", "renewed"),
        ("expansion", "2026-05-01", "2026-06-10", "expanded"),
        ("advocacy", "2026-06-10", "None", "recommended"),
    ]
    now = lake.rows(current_stages(lake.put(**facts), None, TODAY), "customer_id", "stage", "entered_on")
    assert now == [("a", "advocacy", date(2026, 6, 10))]
    then = lake.rows(current_stages(lake.put(**facts), None, date(2026, 4, 15)), "customer_id", "stage", "entered_on")
    assert then == [("a", "retention", date(2026, 4, 1))]


def test_first_value_moves_an_account_from_onboarding_to_adoption(lake: SmallLake) -> None:
    new = {"subscriptions": [contract("a")]}
    assert history(lake, "a", **new) == [("onboarding", "2026-01-10", "None", "contract")]
    told = new | {"stages": [entered("a", "quick_win", "2026-02-01")]}
    assert history(lake, "a", **told)[-1] == ("adoption", "2026-02-01", "None", "first_value")


@pytest.mark.feature("F-283")
def test_first_use_of_a_core_feature_is_the_quick_win_with_its_date(lake: SmallLake) -> None:
    facts: dict[str, Any] = {
        "subscriptions": [contract("a")],
        "events": [
            use("a", "2026-01-12", "login"),
            use("a", "2026-01-15", feature_group="other"),
            use("a", "2026-01-19"),
            use("a", "2026-01-25"),
        ],
    }
    table = milestones(lake.put(**facts), None, TODAY)
    assert lake.rows(table, "quick_win_on", "first_value_on", "days_to_value") == [
        (date(2026, 1, 19), date(2026, 1, 19), 9)
    ]
    assert history(lake, "a", **facts)[-1] == ("adoption", "2026-01-19", "None", "core_use")


def test_features_named_as_core_count_instead_of_the_group(lake: SmallLake) -> None:
    facts: dict[str, Any] = {
        "subscriptions": [contract("a")],
        "events": [use("a", "2026-01-15", feature="export"), use("a", "2026-01-19", feature="order")],
    }
    rule = LifecycleRule(core_features=("order",))
    assert history(lake, "a", rule, **facts)[-1] == ("adoption", "2026-01-19", "None", "core_use")


def test_core_use_in_eight_weeks_is_a_habit(lake: SmallLake) -> None:
    mondays = [str(date(2026, 1, 12) + timedelta(weeks=n)) for n in range(8)]
    facts: dict[str, Any] = {"subscriptions": [contract("a")], "events": [use("a", day) for day in mondays]}
    assert history(lake, "a", **facts)[-1] == ("retention", mondays[-1], "None", "habit")
    facts["events"] = facts["events"][:-1]
    assert history(lake, "a", **facts)[-1][0] == "adoption"


def test_six_months_without_an_interruption_prove_what_came_before(lake: SmallLake) -> None:
    rows = [contract("a", "2025-10-01", valid_to="2026-01-01"), contract("a", "2026-01-02")]
    assert history(lake, "a", subscriptions=rows) == [
        ("onboarding", "2025-10-01", "2026-04-01", "contract"),
        ("adoption", "2026-04-01", "2026-04-01", "stayed"),
        ("retention", "2026-04-01", "None", "stayed"),
    ]
    apart = [contract("a", "2025-10-01", valid_to="2026-01-01"), contract("a", "2026-02-01", subscription_id="b")]
    assert history(lake, "a", subscriptions=apart) == [("onboarding", "2025-10-01", "None", "contract")]


def test_growth_counts_above_the_most_ever_paid(lake: SmallLake) -> None:
    rows = [
        contract("a", "2026-01-10", valid_to="2026-02-01"),
        contract("a", "2026-02-01", mrr=40, valid_to="2026-03-01"),
        contract("a", "2026-03-01", mrr=90),
        contract("a", "2026-04-01", mrr=30, subscription_id="sweets"),
    ]
    assert history(lake, "a", subscriptions=rows)[-1] == ("expansion", "2026-04-01", "None", "expanded")
    assert history(lake, "a", subscriptions=rows[:3])[-1][0] == "onboarding"


def test_every_stage_follows_the_rule_of_the_business(lake: SmallLake) -> None:
    facts: dict[str, Any] = {
        "subscriptions": [
            contract("a", valid_to="2026-05-01", renewal_on="2026-03-31"),
            contract("a", "2026-05-01", mrr=110),
        ],
        "stages": [entered("a", "kickoff", "2026-01-12"), entered("a", "training_completed", "2026-01-20")],
        "events": [use("a", "2026-02-02", feature_group="key"), use("a", "2026-06-10", "review_post")],
    }
    assert [stage for stage, *_ in history(lake, "a", **facts)][-1] == "expansion"
    own = read_choices(
        {
            "lifecycle": {
                "first_values": ["training_completed"],
                "core_groups": ["key"],
                "habit_weeks": 1,
                "renewal": False,
                "growth": 0.1,
                "recommends": ["review_post"],
            }
        }
    )
    rule = Rules.of_calendar(Calendar(), own).lifecycle
    assert history(lake, "a", rule, **facts) == [
        ("onboarding", "2026-01-12", "2026-01-20", "kickoff"),
        ("adoption", "2026-01-20", "2026-02-02", "first_value"),
        ("retention", "2026-02-02", "2026-06-10", "habit"),
        ("expansion", "2026-06-10", "2026-06-10", "recommended"),  # 110 is not more than 10 % above 100
        ("advocacy", "2026-06-10", "None", "recommended"),
    ]
    assert history(lake, "a", replace(rule, growth=Decimal("0.09")), **facts)[3][1:] == (
        *("2026-05-01", "2026-06-10", "expanded"),
    )


def test_account_that_pays_no_more_has_a_history_and_no_current_stage(lake: SmallLake) -> None:
    rows = [contract("a", valid_to="2026-03-01"), contract("b"), contract("free", mrr=0)]
    facts = lake.put(subscriptions=rows)
    assert lake.rows(current_stages(facts, None, TODAY), "customer_id", "stage") == [("b", "onboarding")]
    ended = lake.rows(lifecycle(facts, None, TODAY), "customer_id", "ended_on")
    assert ended == [("a", date(2026, 3, 1)), ("b", None)]
    assert lake.rows(current_stages(facts, None, date(2026, 2, 1)), "customer_id") == [("a",), ("b",)]


@pytest.mark.feature("F-282")
def test_days_to_first_value_have_a_median_and_a_mean(lake: SmallLake) -> None:
    waited = (3, 5, 7, 30)
    begun = date(2026, 1, 1)
    facts = lake.put(
        subscriptions=[contract(f"c{n}") for n in waited],
        stages=[
            row
            for n in waited
            for row in (
                entered(f"c{n}", "kickoff", str(begun)),
                entered(f"c{n}", "first_value", str(begun + timedelta(days=n))),
            )
        ],
    )
    days = milestones(facts, None, TODAY).days_to_value
    found = lake.connection.to_pyarrow(days.median()).as_py(), lake.connection.to_pyarrow(days.mean()).as_py()
    assert found == (6.0, 11.25)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 10_000), ahead=st.integers(0, 500))
def test_every_account_is_in_one_stage_and_its_days_never_run_backwards(lake: SmallLake, seed: int, ahead: int) -> None:
    chance = random.Random(seed)
    until = date(2025, 1, 1) + timedelta(days=ahead)

    def day() -> str:
        return str(date(2025, 1, 1) + timedelta(days=chance.randrange(500)))

    def later(begin: str) -> str:
        return str(date.fromisoformat(begin) + timedelta(days=chance.randrange(1, 300)))

    facts = lake.put(
        subscriptions=[
            contract(
                f"c{chance.randrange(5)}",
                begin,
                subscription_id=f"s{n}",
                mrr=chance.choice([0, 10, 20]),
                valid_to=chance.choice(
                    [None, str(date.fromisoformat(begin) + timedelta(days=chance.randrange(1, 300)))]
                ),
                renewal_on=chance.choice([None, day()]),
            )
            for n, begin in enumerate(day() for _ in range(12))
        ],
        stages=[entered(f"c{chance.randrange(5)}", chance.choice(["kickoff", "first_value"]), day()) for _ in range(4)],
        events=[
            use(f"c{chance.randrange(5)}", day(), chance.choice(["feature_use", "referral", "login"]))
            for _ in range(40)
        ],
    )
    rows = lake.rows(
        lifecycle(facts, LifecycleRule(habit_weeks=3), until), "customer_id", "place", "entered_on", "left_on"
    )
    paying = lake.sql(f"select distinct customer_id from subscriptions where mrr > 0 and valid_from <= date '{until}'")
    assert {who for who, *_ in rows} == {who for (who,) in paying}
    for who in {who for who, *_ in rows}:
        mine = [(place, on, left) for each, place, on, left in rows if each == who]
        assert [place for place, *_ in mine] == list(range(len(mine)))
        assert [left for *_, left in mine] == [on for _, on, _ in mine[1:]] + [None]
        assert all(a[1] <= b[1] <= until for a, b in pairwise(mine))
    assert len(STAGES) == 5
