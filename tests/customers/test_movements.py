"""Movements of recurring revenue: worked examples, the identity, and the same answer from plain SQL."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.movements import AMOUNTS, MovementRule, expansions, movements, renewals, trials

MOVES = ("new", "reactivation", "upsell", "cross_sell", "contraction", "churned")
MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def span(customer: str, mrr: float, begin: str | date, end: str | date | None = None, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"{customer}/1", "customer_id": customer, "mrr": mrr, "product": "coffee"}
    return row | {"valid_from": begin, "valid_to": end} | more


def moved(lake: SmallLake, spans: list[dict[str, Any]], rule: MovementRule | None = None) -> dict[Any, dict[str, int]]:
    """The movements above 0 of every period and customer."""
    table = movements(lake.put(subscriptions=spans), lake.spans(*MONTHS), rule)
    rows = lake.rows(table, "period", "customer_id", *MOVES)
    return {row[:2]: {n: int(v) for n, v in zip(MOVES, row[2:], strict=True) if v} for row in rows}


def test_movements_names_each_kind_of_change(lake: SmallLake) -> None:
    spans = [
        span("new", 100, "2026-02-01"),
        span("up", 100, "2025-12-01", "2026-02-10"),
        span("up", 130, "2026-02-10"),
        span("down", 100, "2025-12-01", "2026-02-10"),
        span("down", 60, "2026-02-10"),
        span("gone", 100, "2025-12-01", "2026-02-10"),
        span("cross", 100, "2025-12-01"),
        span("cross", 40, "2026-02-15", subscription_id="cross/2", product="tea"),
        span("back", 100, "2025-06-01", "2025-09-01"),
        span("back", 90, "2026-02-03", subscription_id="back/2"),
        span("same", 100, "2025-01-01"),
    ]
    assert moved(lake, spans) == {
        (1, "new"): {"new": 100},
        (1, "up"): {"upsell": 30},
        (1, "down"): {"contraction": 40},
        (1, "gone"): {"churned": 100},
        (1, "cross"): {"cross_sell": 40},
        (1, "back"): {"reactivation": 90},
    }


def test_movements_counts_a_contract_in_the_period_of_its_first_day(lake: SmallLake) -> None:
    spans = [
        span("first", 10, "2026-02-01"),
        span("last", 10, "2026-01-31"),
        span("ends", 10, "2025-01-01", "2026-02-01"),
    ]
    assert moved(lake, spans) == {(1, "first"): {"new": 10}, (0, "last"): {"new": 10}, (1, "ends"): {"churned": 10}}


def test_movements_does_not_see_a_span_inside_the_period(lake: SmallLake) -> None:
    assert moved(lake, [span("brief", 10, "2026-02-03", "2026-02-20")]) == {}


def test_movements_bridges_a_gap_of_one_day(lake: SmallLake) -> None:
    spans = [span("a", 10, "2025-12-01", "2026-01-31"), span("a", 10, "2026-02-01")]
    assert moved(lake, spans) == {(1, "a"): {}}
    assert moved(lake, spans, MovementRule(gap_days=0)) == {(0, "a"): {"churned": 10}, (1, "a"): {"reactivation": 10}}


def test_movements_splits_growth_between_upsell_and_cross_sell(lake: SmallLake) -> None:
    both = [
        span("a", 100, "2025-12-01", "2026-01-10"),
        span("a", 120, "2026-01-10"),
        span("a", 50, "2026-01-20", subscription_id="a/2", product="tea"),
    ]
    assert moved(lake, both) == {(0, "a"): {"upsell": 20, "cross_sell": 50}}
    less = [both[0], span("a", 70, "2026-01-10"), both[2]]
    assert moved(lake, less) == {(0, "a"): {"cross_sell": 20}}


@pytest.mark.parametrize(
    ("product", "reason", "kind"),
    [("tea", "upsell", "upsell"), ("tea", "seat_expansion", "upsell"), ("coffee", "cross_sell", "cross_sell")],
)
def test_movements_lets_a_stated_reason_decide(lake: SmallLake, product: str, reason: str, kind: str) -> None:
    spans = [
        span("a", 100, "2025-12-01"),
        span("a", 50, "2026-01-20", subscription_id="a/2", product=product, reason=reason),
    ]
    assert moved(lake, spans) == {(0, "a"): {kind: 50}}


def test_movements_takes_a_stated_return_without_history(lake: SmallLake) -> None:
    assert moved(lake, [span("a", 50, "2026-01-20", reason="reactivation")]) == {(0, "a"): {"reactivation": 50}}


def test_movements_ignores_free_spans_and_spans_without_a_customer(lake: SmallLake) -> None:
    free = [span("a", 0, "2026-01-20", reason="trial"), span("a", 9, "2026-01-20") | {"customer_id": None}]
    assert moved(lake, free) == {}


def test_movements_carries_the_dimensions_of_the_latest_open_span(lake: SmallLake) -> None:
    spans = [
        span("a", 100, "2025-12-01", plan="basic"),
        span("a", 50, "2026-01-20", subscription_id="a/2", plan="extra", initiated_by="customer_success"),
        span("b", 70, "2025-12-01", "2026-01-05", plan="basic"),
    ]
    table = movements(lake.put(subscriptions=spans), lake.spans(*MONTHS))
    assert lake.rows(table, "customer_id", "plan", "initiated_by") == [
        ("a", "extra", "customer_success"),
        ("b", "basic", None),
    ]


def test_movements_give_the_closing_revenue_of_the_worked_example(lake: SmallLake) -> None:
    spans = [
        span("kept", 82_000, "2025-01-01"),
        span("gone", 5_000, "2025-01-01", "2026-01-15"),
        span("down", 5_000, "2025-01-01", "2026-01-15"),
        span("down", 2_000, "2026-01-15"),
        span("up", 5_000, "2025-01-01", "2026-01-15"),
        span("up", 15_000, "2026-01-15"),
        span("cross", 3_000, "2025-01-01"),
        span("cross", 5_000, "2026-01-15", subscription_id="cross/2", product="tea"),
        span("new", 7_000, "2026-01-15"),
    ]
    table = movements(lake.put(subscriptions=spans), lake.spans("2026-01-01", "2026-02-01"))
    totals = lake.rows(table.aggregate([table[name].sum().name(name) for name in AMOUNTS]))
    assert [int(v) for v in totals[0]] == [18_000, 32_000, 7_000, 0, 10_000, 5_000, 3_000, 5_000]
    assert 100_000 + 7_000 + 10_000 + 5_000 - 3_000 - 5_000 == 82_000 + 32_000 == 114_000


REFERENCE = """
with ends as (
    select s.period, s.start_date, c.customer_id, c.product,
        sum(case when valid_from < start_date and (valid_to is null or valid_to >= start_date) then mrr else 0 end) a,
        sum(case when valid_from < end_date and (valid_to is null or valid_to >= end_date) then mrr else 0 end) b,
        sum(case when valid_from >= start_date and valid_from < end_date and (valid_to is null or valid_to >= end_date)
            and reason = 'cross_sell' then mrr else 0 end) named_cross,
        sum(case when valid_from >= start_date and valid_from < end_date and (valid_to is null or valid_to >= end_date)
            and reason = 'upsell' then mrr else 0 end) named_up,
        bool_or(valid_from < start_date) earlier
    from spans s cross join subscriptions c where mrr > 0 group by all),
customer as (
    select period, customer_id, sum(a) a, sum(b) b, bool_or(earlier) earlier,
        sum(named_cross + case when a = 0 then b - named_cross - named_up else 0 end) x
    from ends group by all)
select period, customer_id, a, b,
    case when a = 0 and not earlier then b else 0 end,
    case when a = 0 and earlier then b else 0 end,
    case when a > 0 and b > a then b - a - least(b - a, x) else 0 end,
    case when a > 0 and b > a then least(b - a, x) else 0 end,
    case when b > 0 and b < a then a - b else 0 end,
    case when b = 0 then a else 0 end
from customer where a <> b
"""


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Contracts of a few customers: spans of each contract follow each other, with or without a pause."""
    spans = []
    for number in range(draw(st.integers(1, 6))):
        customer = f"c{draw(st.integers(0, 2))}"
        day = date(2025, 11, 1) + timedelta(days=draw(st.integers(0, 150)))
        for _ in range(draw(st.integers(1, 4))):
            length = draw(st.integers(1, 60))
            closed = draw(st.booleans())
            row = span(customer, 0, day, day + timedelta(days=length) if closed else None, subscription_id=f"s{number}")
            row["mrr"] = draw(st.decimals(0, 500, places=2))
            row["product"] = draw(st.sampled_from(["coffee", "tea", "milk"]))
            row["reason"] = draw(st.sampled_from([None, "upsell", "cross_sell", "downgrade"]))
            spans.append(row)
            if not closed:
                break
            day += timedelta(days=length + draw(st.integers(0, 40)))
    return spans


@settings(deadline=None, max_examples=30)
@given(histories())
def test_movements_lead_from_start_to_end_and_agree_with_plain_sql(
    lake: SmallLake, spans: list[dict[str, Any]]
) -> None:
    table = movements(lake.put(subscriptions=spans), lake.spans(*MONTHS), MovementRule(gap_days=0))
    rows = lake.rows(table, "period", "customer_id", *AMOUNTS)
    for start, end, new, back, up, cross, less, gone in (row[2:] for row in rows):
        assert end == start + new + back + up + cross - less - gone
    assert [row for row in rows if row[2] != row[3]] == lake.sql(REFERENCE)


@settings(deadline=None, max_examples=30)
@given(histories())
def test_movements_of_all_customers_join_one_period_to_the_next(lake: SmallLake, spans: list[dict[str, Any]]) -> None:
    table = movements(lake.put(subscriptions=spans), lake.spans(*MONTHS), MovementRule(gap_days=0))
    change = {
        row[0]: row[1] for row in lake.rows(table.group_by("period").agg(d=(table.mrr_end - table.mrr_start).sum()))
    }
    revenue = [
        lake.sql(
            "select coalesce(sum(mrr), 0) from subscriptions where mrr > 0 "
            f"and valid_from < '{day}' and (valid_to is null or valid_to >= '{day}')"
        )[0][0]
        for day in MONTHS
    ]
    for period, (before, after) in enumerate(pairwise(revenue)):
        assert after == before + change.get(period, Decimal(0))


def test_renewals_counts_what_is_due_and_what_goes_on(lake: SmallLake) -> None:
    spans = [
        span("kept", 10, "2025-02-01", "2026-02-01", renewal_on="2026-02-01", plan="year"),
        span("kept", 8, "2026-02-01", renewal_on="2027-02-01"),
        span("left", 10, "2025-02-01", "2026-02-01", renewal_on="2026-02-01"),
        span("open", 10, "2025-02-28", renewal_on="2026-02-28"),
        span("later", 10, "2025-04-01", renewal_on="2026-04-01"),
    ]
    table = renewals(lake.put(subscriptions=spans), lake.spans(*MONTHS))
    assert lake.rows(table, "period", "customer_id", "plan", "renewed") == [
        (1, "kept", "year", True),
        (1, "left", None, False),
        (1, "open", None, True),
    ]


def test_renewals_agree_with_plain_sql(lake: SmallLake) -> None:
    spans = [
        span(f"c{n}", 10 + n, "2025-01-15", f"2026-0{1 + n % 3}-{10 + n}", renewal_on=f"2026-0{1 + n % 3}-{5 + n:02}")
        for n in range(15)
    ]
    table = renewals(lake.put(subscriptions=spans), lake.spans(*MONTHS), MovementRule(gap_days=0))
    assert lake.rows(table, "period", "subscription_id", "renewed") == lake.sql(
        """select distinct period, d.subscription_id, exists (
               select 1 from subscriptions p where p.subscription_id = d.subscription_id and p.mrr > 0
               and p.valid_from <= d.renewal_on + 1 and (p.valid_to is null or p.valid_to > d.renewal_on + 1))
           from subscriptions d join spans on renewal_on >= start_date and renewal_on < end_date"""
    )


def test_trials_are_converted_inside_the_window_and_judged_after_it(lake: SmallLake) -> None:
    spans = [
        span("soon", 0, "2026-01-01", "2026-01-15", reason="trial"),
        span("soon", 10, "2026-01-15"),
        span("late", 0, "2026-01-01", "2026-01-15", reason="trial"),
        span("late", 10, "2026-03-03"),
        span("never", 0, "2026-01-01", "2026-01-15", reason="trial"),
        span("young", 0, "2026-02-20", reason="trial"),
    ]
    table = trials(lake.put(subscriptions=spans))
    assert lake.rows(table, "customer_id", "window_ended", "converted") == [
        ("late", True, False),
        ("never", True, False),
        ("soon", True, True),
        ("young", False, False),
    ]


def test_expansion_is_what_customers_paid_above_the_start_of_the_period(lake: SmallLake) -> None:
    """A quarter in which 100 becomes 130 in February and 150 in March brings 30 + 50 above the start."""
    spans = [
        span("grows", 100, "2025-12-01", "2026-02-10"),
        span("grows", 130, "2026-02-10", "2026-03-05", initiated_by="sales"),
        span("grows", 150, "2026-03-05", initiated_by="customer_success"),
        span("rises and falls", 100, "2025-12-01", "2026-01-10"),
        span("rises and falls", 160, "2026-01-10", "2026-02-10"),
        span("rises and falls", 80, "2026-02-10"),
        span("joins", 100, "2026-01-05"),
        span("leaves", 100, "2025-12-01", "2026-02-05"),
    ]
    table = expansions(lake.put(subscriptions=spans), lake.spans("2026-01-01", "2026-04-01"))
    above = table.filter(table.expansion > 0)
    assert lake.rows(above, "customer_id", "month_end", "initiated_by", "expansion") == [
        ("grows", date(2026, 3, 1), "sales", 30.0),
        ("grows", date(2026, 4, 1), "customer_success", 50.0),
        ("rises and falls", date(2026, 2, 1), None, 60.0),
    ]


def test_part_of_a_month_counts_by_its_days(lake: SmallLake) -> None:
    spans = [span("grows", 100, "2025-12-01", "2026-02-03"), span("grows", 130, "2026-02-03")]
    table = expansions(lake.put(subscriptions=spans), lake.spans("2026-02-01", "2026-02-15"))
    assert lake.rows(table, "expansion") == [(15.0,)]


@settings(deadline=None, max_examples=15)
@given(histories())
def test_expansion_of_a_month_is_its_upsell_and_cross_sell(lake: SmallLake, spans: list[dict[str, Any]]) -> None:
    facts, months = lake.put(subscriptions=spans), lake.spans(*MONTHS)
    named = movements(facts, months)
    named = named.group_by("period").aggregate(more=(named.upsell + named.cross_sell).sum().cast("float64"))
    above = expansions(facts, months)
    above = above.group_by("period").aggregate(more=above.expansion.sum())
    assert lake.rows(above.filter(above.more > 0)) == lake.rows(named.filter(named.more > 0))
