"""Experiments: arms, windows and goals by hand, and the same from plain SQL."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.errors import UnknownName
from keiki.insight.experiment import ExperimentRule, outcomes
from keiki.journeys.windows import window

START = datetime(2026, 1, 5)
LONG_AFTER = {"occurred_at": datetime(2026, 6, 1), "name": "page_view"}


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def shown(unit: str, variant: str = "treatment", day: float = 0, experiment: str = "mail") -> dict[str, Any]:
    at = START + timedelta(days=day)
    return {"experiment": experiment, "unit_id": unit, "variant": variant, "exposed_at": at}


def order(customer: str, day: float, **more: Any) -> dict[str, Any]:
    at = START + timedelta(days=day)
    return {"order_id": f"{customer}{day}", "customer_id": customer, "ordered_at": at, "amount": 1} | more


def done(day: float, name: str, **more: Any) -> dict[str, Any]:
    return {"occurred_at": START + timedelta(days=day), "name": name} | more


def successes(lake: SmallLake, rule: ExperimentRule | None = None, **facts: Any) -> dict[str, bool]:
    facts["events"] = [*facts.get("events", ()), LONG_AFTER]
    rule = rule or ExperimentRule()
    table = outcomes(lake.put(**facts), window(rule.within), rule)
    return dict(lake.rows(table.filter(table.window_ended), "unit_id", "succeeded"))


def test_purchase_counts_after_the_exposure_and_inside_the_window(lake: SmallLake) -> None:
    orders = [order("at once", 0), order("before", -1), order("last", 30), order("late", 31)]
    orders += [order("returned", 3, status="returned")]
    units = [shown(name) for name in ("at once", "before", "last", "late", "returned", "nothing")]
    assert successes(lake, exposures=units, orders=orders) == {
        "at once": True,
        "before": False,
        "last": True,
        "late": False,
        "returned": False,
        "nothing": False,
    }


def test_unit_seen_in_two_arms_is_dropped_and_the_first_exposure_counts(lake: SmallLake) -> None:
    units = [shown("both"), shown("both", "control", 1), shown("twice", "control", 1), shown("twice", "control", 3)]
    units += [shown("both", "control", experiment="other")]
    table = outcomes(lake.put(exposures=units), window("30d"))
    assert lake.rows(table, "experiment", "unit_id", "variant", "exposed_at") == [
        ("mail", "twice", "control", START + timedelta(days=1)),
        ("other", "both", "control", START),
    ]


def test_unit_whose_window_runs_is_on_neither_side(lake: SmallLake) -> None:
    units = [shown("done"), shown("runs", day=1)]
    table = outcomes(lake.put(exposures=units, orders=[order("x", 30)]), window("30d"))
    assert lake.rows(table, "unit_id", "window_ended") == [("done", True), ("runs", False)]


def test_visitor_succeeds_by_the_orders_of_the_customer_it_became(lake: SmallLake) -> None:
    events = [done(1, "login", visitor_id="v", customer_id="c"), done(2, "purchase", visitor_id="w")]
    units = [shown("v"), shown("w"), shown("u")]
    found = successes(lake, exposures=units, events=events, orders=[order("c", 3)])
    assert found == {"v": True, "w": True, "u": False}


def test_goal_may_be_an_event_or_a_renewal(lake: SmallLake) -> None:
    events = [done(1, "download", customer_id="a"), done(1, "share", customer_id="b")]
    units = [shown("a"), shown("b")]
    found = successes(lake, ExperimentRule("download"), exposures=units, events=events)
    assert found == {"a": True, "b": False}
    spans = [
        {"subscription_id": c, "customer_id": c, "mrr": 10, "valid_from": "2025-01-10", "valid_to": end}
        | {"renewal_on": "2026-01-10"}
        for c, end in (("a", None), ("b", "2026-01-11"))
    ]
    found = successes(lake, ExperimentRule("renewal"), exposures=units, subscriptions=spans)
    assert found == {"a": True, "b": False}


def test_unknown_goal_is_an_error_with_a_suggestion(lake: SmallLake) -> None:
    with pytest.raises(UnknownName, match="Did you mean “download”"):
        outcomes(lake.put(), window("30d"), ExperimentRule("downlod"))


REFERENCE = """
select unit_id, any_value(variant), min(exposed_at) e,
    e + interval 30 day <= greatest((select max(exposed_at) from exposures), (select max(ordered_at) from orders)),
    exists (from orders o where o.customer_id = unit_id and o.ordered_at between e and e + interval 30 day)
from exposures group by 1 having count(distinct variant) = 1
"""


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["control", "treatment"]), st.integers(0, 900))),
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 1500)), max_size=6),
)
def test_outcomes_agree_with_plain_sql(lake: SmallLake, seen: list[Any], bought: list[Any]) -> None:
    units = [shown(unit, variant, hours / 24) for unit, variant, hours in seen]
    orders = [order(who, hours / 24) for who, hours in bought]
    table = outcomes(lake.put(exposures=units, orders=orders), window("30d"))
    found = lake.rows(table, "unit_id", "variant", "exposed_at", "window_ended", "succeeded")
    assert found == lake.sql(REFERENCE)
