"""Recurring revenue from start to end: the published examples of rates, four sets of rules, and the identity."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.mrr_presets import NAMED, PRESETS, preset_differences, preset_movements
from keiki.customers.recurring import Recurring, movement_sums, recurring_of, renewal_counts, revenue_levels, scheduled
from keiki.periods import Calendar, Grain

MONTHS = ("2026-01-01", "2026-02-01", "2026-03-01", "2026-04-01")


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def span(customer: str, mrr: float, begin: str | date, end: str | date | None = None, **more: Any) -> dict[str, Any]:
    row = {"subscription_id": f"{customer}/1", "customer_id": customer, "mrr": mrr, "product": "coffee"}
    return row | {"valid_from": begin, "valid_to": end} | more


def periods(lake: SmallLake, spans: list[dict[str, Any]], preset: str = "keiki") -> list[Recurring]:
    """The three months under a preset."""
    facts, asked = lake.put(subscriptions=spans), lake.spans(*MONTHS)

    def rows(table: Any) -> dict[int, dict[str, Any]]:
        return {row["period"]: row for row in lake.connection.to_pyarrow(table).to_pylist()}

    rule = PRESETS[preset]
    levels = rows(revenue_levels(facts, asked, rule.gap_days))
    sums, due = rows(movement_sums(facts, asked, rule)), rows(renewal_counts(facts, asked))
    months = Calendar().periods(Grain.MONTH, date(2026, 1, 1), date(2026, 4, 1))
    return [recurring_of(m, levels[n], sums.get(n), due.get(n), complete=True) for n, m in enumerate(months)]


def of_the_book() -> list[dict[str, Any]]:
    """A month that begins with 100,000: new 7,000, churn 5,000, downgrade 3,000, upsell 10,000, cross-sell 5,000."""
    spans = [span(f"c{n}", 1000, "2025-01-01") for n in range(5, 80)]
    spans += [span(f"c{n}", 1000, "2025-01-01", "2026-02-10") for n in range(5)]
    spans += [span(f"d{n}", 2000, "2025-01-01", "2026-02-15") for n in range(3)]
    spans += [span(f"d{n}", 1000, "2026-02-15", reason="downgrade") for n in range(3)]
    spans += [span(f"u{n}", 1000, "2025-01-01", "2026-02-15") for n in range(10)]
    spans += [span(f"u{n}", 2000, "2026-02-15", reason="upsell") for n in range(10)]
    spans += [span("x", 4000, "2025-01-01"), span("x", 5000, "2026-02-20", subscription_id="x/2", product="tea")]
    return [*spans, span("n", 7000, "2026-02-03")]


@pytest.mark.feature("F-257")
def test_movements_of_the_book_lead_from_100000_to_114000(lake: SmallLake) -> None:
    february = periods(lake, of_the_book())[1]
    assert (february.mrr_start, february.mrr_end, february.unexplained) == (100_000, 114_000, 0)
    wanted = {"new": 7000, "upsell": 10_000, "cross_sell": 5000, "contraction": 3000, "churned": 5000}
    assert {name: february.move(name) for name in wanted} == wanted


@pytest.mark.feature("F-259")
def test_movements_of_the_book_give_nrr_107_and_grr_92_percent(lake: SmallLake) -> None:
    february = periods(lake, of_the_book())[1]
    assert (february.net_retention, february.gross_retention) == (1.07, 0.92)
    lost = [span("a", 90_000, "2025-01-01"), span("b", 10_000, "2025-01-01", "2026-02-10")]
    assert periods(lake, lost)[1].gross_retention == 0.9


@pytest.mark.feature("F-258")
def test_customers_lost_and_revenue_lost_are_two_rates(lake: SmallLake) -> None:
    even = [span(f"c{n}", 1000, "2025-01-01", "2026-02-10" if n < 5 else None) for n in range(100)]
    month = periods(lake, even)[1]
    assert (month.logo_churn, month.revenue_churn) == (0.05, 0.05)
    uneven = [span("big", 9000, "2025-01-01", "2026-02-10"), *(span(f"c{n}", 1000, "2025-01-01") for n in range(9))]
    month = periods(lake, uneven)[1]
    assert (month.logo_churn, month.revenue_churn) == (0.1, 0.5)


@pytest.mark.feature("F-260")
def test_18_renewed_of_20_due_give_90_percent_and_others_are_not_counted(lake: SmallLake) -> None:
    spans = [
        span(f"c{n}", 10, "2025-02-10", "2026-02-11" if n < 2 else None, renewal_on="2026-02-10") for n in range(20)
    ]
    spans += [span(f"later{n}", 10, "2025-02-10", renewal_on="2026-06-10") for n in range(30)]
    month = periods(lake, spans)[1]
    assert (month.due, month.renewed, month.renewal_rate) == (20, 18, 0.9)


@pytest.mark.feature("F-261")
def test_upsell_has_a_rate_of_revenue_and_a_rate_of_customers(lake: SmallLake) -> None:
    spans = [span(f"c{n}", 1000, "2025-01-01", "2026-02-10" if n < 15 else None) for n in range(100)]
    spans += [span(f"c{n}", 2000 if n < 1 else 1500, "2026-02-10") for n in range(15)]
    month = periods(lake, spans)[1]
    assert (month.rate_of_revenue("upsell"), month.rate_of_customers("upsell")) == (0.08, 0.15)
    assert (month.rate_of_revenue("cross_sell"), month.rate_of_customers("cross_sell")) == (0.0, 0.0)


@pytest.mark.feature("F-262")
def test_revenue_per_account_and_per_user_have_their_own_base(lake: SmallLake) -> None:
    month = periods(lake, [span(f"c{n}", 1000, "2025-01-01", seats=100) for n in range(100)])[1]
    assert (month.per_account, month.per_user) == (1000, 10)


def test_month_without_a_loss_has_no_quick_ratio_and_an_empty_one_no_rate(lake: SmallLake) -> None:
    first, month, _ = periods(lake, [span("a", 10, "2026-02-03")])
    assert (first.net_retention, first.logo_churn, first.renewal_rate, first.per_user) == (None, None, None, None)
    assert (month.quick_ratio, month.move("new")) == (None, 10)
    assert periods(lake, of_the_book())[1].quick_ratio == pytest.approx(22 / 8)


def test_committed_revenue_holds_what_is_agreed_for_later(lake: SmallLake) -> None:
    spans = [
        span("stays", 100, "2025-01-01"),
        span("leaves", 30, "2025-01-01", "2026-05-01"),
        span("grows", 20, "2025-01-01", "2026-04-01"),
        span("grows", 50, "2026-04-01"),
        span("begins", 7, "2026-04-15", "2026-12-01"),
    ]
    table = scheduled(lake.put(subscriptions=spans), date(2026, 3, 15))
    assert lake.rows(table, "mrr", "starting", "ending") == [(150, 57, 57)]


SPANS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.sampled_from("12"),
        st.integers(1, 90),
        st.integers(0, 120),
        st.one_of(st.none(), st.integers(1, 80)),
    ),
    max_size=12,
)


MIXED = [
    span("brief", 40, "2026-02-03", "2026-02-20"),
    span("paused", 60, "2025-01-01", "2026-02-10"),
    span("paused", 60, "2026-02-11"),
    span("two", 100, "2025-01-01"),
    span("two", 25, "2025-01-01", "2026-02-14", subscription_id="two/2"),
    span("second", 100, "2025-01-01"),
    span("second", 30, "2026-02-14", subscription_id="second/2"),
    span("back", 80, "2025-01-01", "2025-06-01"),
    span("back", 80, "2026-02-05"),
    span("swings", 100, "2025-01-01", "2026-02-05"),
    span("swings", 150, "2026-02-05", "2026-02-20"),
    span("swings", 90, "2026-02-20"),
]


@pytest.mark.parametrize(
    ("preset", "wanted"),
    [
        ("keiki", {"reactivation": 80, "expansion": 30, "contraction": 35}),
        ("profitwell", {"reactivation": 80, "expansion": 30, "contraction": 35}),
        (
            "chartmogul",
            {"new": 40, "reactivation": 140, "expansion": 80, "contraction": 85, "churned": 100},
        ),
        ("chargebee", {"new": 30, "expansion": 80, "contraction": 10, "churned": 25}),
    ],
)
def test_published_rules_name_the_same_february_differently(
    lake: SmallLake, preset: str, wanted: dict[str, int]
) -> None:
    month = periods(lake, MIXED, preset)[1]
    assert {name: int(month.move(name)) for name in NAMED if month.move(name)} == wanted
    assert (month.mrr_start, month.mrr_end, month.unexplained) == (385, 460, 0)


def test_customer_who_keeps_another_contract_is_not_lost_under_rules_that_follow_contracts(lake: SmallLake) -> None:
    """Chargebee records customer churn only of who is no longer active and retained; churned MRR is of contracts."""
    spans = [
        span("keeps", 100, "2025-01-01"),
        span("keeps", 25, "2025-01-01", "2026-02-14", subscription_id="keeps/2"),
        span("leaves", 40, "2025-01-01", "2026-02-14"),
        span("leaves", 35, "2025-01-01", "2026-02-20", subscription_id="leaves/2"),
        *(span(f"stays{n}", 10, "2025-01-01") for n in range(2)),
    ]
    theirs, ours = periods(lake, spans, "chargebee")[1], periods(lake, spans)[1]
    assert (theirs.move("churned"), theirs.moved["churned"]) == (100, 2)
    assert (theirs.lost, theirs.logo_churn, theirs.revenue_churn) == (1, 0.25, 100 / 220)
    assert (ours.move("churned"), ours.move("contraction"), ours.lost, ours.logo_churn) == (75, 25, 1, 0.25)
    facts, asked = lake.put(subscriptions=spans), lake.spans(*MONTHS)
    table = preset_differences(facts, asked, PRESETS["keiki"], PRESETS["chargebee"])
    columns = ("reason", "customers", "left_contraction", "left_churned", "right_contraction", "right_churned")
    assert lake.rows(table, *columns) == [("several_contracts", 1, 25, 0, 0, 25)]


@settings(max_examples=15, deadline=None)
@given(st.data())
def test_customers_lost_are_the_same_under_every_rule_that_compares_the_ends(
    lake: SmallLake, data: st.DataObject
) -> None:
    first = date(2025, 12, 1)
    spans = [
        span(who, mrr, first + timedelta(days=at), None if n is None else first + timedelta(days=at + n))
        | {"subscription_id": f"{who}/{contract}"}
        for who, contract, mrr, at, n in data.draw(SPANS)
    ]
    lost = [[month.lost for month in periods(lake, spans, preset)] for preset in ("profitwell", "chargebee")]
    assert lost[0] == lost[1]


def test_pause_between_two_months_is_a_loss_and_a_return_where_it_is_not_bridged(lake: SmallLake) -> None:
    spans = [span("paused", 60, "2025-01-01", "2026-01-31"), span("paused", 60, "2026-02-01")]
    ours, theirs = periods(lake, spans), periods(lake, spans, "profitwell")
    assert [month.move("churned") for month in ours] == [0, 0, 0]
    assert [(month.move("churned"), month.move("reactivation")) for month in theirs] == [(60, 0), (0, 60), (0, 0)]


def test_every_class_of_customers_tells_why_the_rules_differ(lake: SmallLake) -> None:
    facts, asked = lake.put(subscriptions=MIXED), lake.spans(*MONTHS)

    def told(left: str, right: str) -> dict[str, int]:
        table = preset_differences(facts, asked, PRESETS[left], PRESETS[right])
        return dict(lake.rows(table, "reason", "customers"))

    assert told("keiki", "chartmogul") == {"brief": 1, "short_gap": 1, "several_changes": 1}
    assert told("keiki", "chargebee") == {"return": 1, "several_contracts": 2}
    assert told("keiki", "keiki") == {}


@settings(max_examples=25, deadline=None)
@given(SPANS, st.sampled_from(sorted(PRESETS)))
def test_start_and_movements_give_the_end_to_the_cent_under_every_preset(
    lake: SmallLake, drawn: Sequence[tuple[str, str, int, int, int | None]], preset: str
) -> None:
    first = date(2025, 12, 1)
    spans = [
        span(
            who,
            mrr + 0.25,
            first + timedelta(days=at),
            None if length is None else first + timedelta(days=at + length),
            subscription_id=f"{who}/{contract}",
        )
        for who, contract, mrr, at, length in drawn
    ]
    months = periods(lake, spans, preset)
    assert [month.unexplained for month in months] == [Decimal(0)] * 3
    assert all(month.gross_retention is None or month.gross_retention <= 1 for month in months)
    ours = preset_movements(lake.put(subscriptions=spans), lake.spans(*MONTHS), PRESETS["keiki"])
    if preset == "keiki":
        told = {name: sum(month.move(name) for month in months) for name in NAMED}
        sums = lake.connection.to_pyarrow(ours).to_pylist()
        assert {name: sum((row[name] for row in sums), Decimal(0)) for name in NAMED} == told


@settings(max_examples=15, deadline=None)
@given(SPANS, st.sampled_from(sorted(PRESETS)))
def test_reasons_sum_to_the_whole_difference(
    lake: SmallLake, drawn: Sequence[tuple[str, str, int, int, int | None]], other: str
) -> None:
    first = date(2025, 12, 1)
    spans = [
        span(
            who,
            mrr,
            first + timedelta(days=at),
            None if length is None else first + timedelta(days=at + length),
            subscription_id=f"{who}/{contract}",
        )
        for who, contract, mrr, at, length in drawn
    ]
    facts, asked = lake.put(subscriptions=spans), lake.spans(*MONTHS)
    totals = []
    for preset in ("keiki", other):
        rows = lake.connection.to_pyarrow(preset_movements(facts, asked, PRESETS[preset])).to_pylist()
        totals.append({name: sum((row[name] for row in rows), Decimal(0)) for name in NAMED})
    table = preset_differences(facts, asked, PRESETS["keiki"], PRESETS[other])
    rows = lake.connection.to_pyarrow(table).to_pylist()
    for name in NAMED:
        assert sum((row[f"right_{name}"] - row[f"left_{name}"] for row in rows), Decimal(0)) == (
            totals[1][name] - totals[0][name]
        )
