"""The ideal customer: points by hand, what good customers have in common, and what must not be kept."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.ideal import (
    IdealProfile,
    LessonRule,
    Trait,
    customer_fits,
    lessons,
    proposed,
    spend_by_fit,
    wilson,
    with_fit,
)
from keiki.customers.profit import ProfitRule, profit_entries
from keiki.errors import IdealProfileImpossible, UnknownName

PROFILE = IdealProfile(
    (Trait("industry", ("food", "retail"), 40), Trait("size_band", ("50-99",), 30), Trait("segment", ("office",), 30))
)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


@pytest.mark.feature("F-272")
def test_weights_sum_to_100_and_an_account_of_70_points_with_threshold_60_is_marked_icp(lake: SmallLake) -> None:
    customers = [
        {"customer_id": "a", "industry": "food", "size_band": "50-99"},
        {"customer_id": "b", "industry": "retail"},
        {"customer_id": "c"},
    ]
    rows = lake.rows(customer_fits(lake.put(customers=customers), PROFILE), "customer_id", "score", "fits")
    assert rows == [("a", 70, True), ("b", 40, False), ("c", 0, False)]
    with pytest.raises(IdealProfileImpossible, match="sum to 90"):
        IdealProfile((Trait("industry", ("food",), 90),))


@pytest.mark.parametrize(
    ("traits", "threshold"),
    [
        ((Trait("industry", (), 100),), 60),
        ((Trait("industry", ("a",), 50), Trait("industry", ("b",), 50)), 60),
        ((Trait("industry", ("a",), 120), Trait("region", ("b",), -20)), 60),
        ((Trait("industry", ("a",), 100),), 0),
        ((), 60),
    ],
)
def test_profile_that_cannot_be_is_refused(traits: tuple[Trait, ...], threshold: int) -> None:
    with pytest.raises(IdealProfileImpossible):
        IdealProfile(traits, threshold)


def test_unknown_attribute_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName, match="industry"):
        IdealProfile((Trait("industri", ("a",), 100),))


@pytest.mark.feature("F-275")
def test_of_100_spent_30_on_customers_who_do_not_fit_are_30_percent(lake: SmallLake) -> None:
    facts = lake.put(
        customers=[
            {"customer_id": "in", "acquired_on": "2026-01-05", "industry": "food", "size_band": "50-99"},
            {"customer_id": "out", "acquired_on": "2026-01-06"},
        ],
        costs=[
            {"spent_on": "2026-01-02", "amount": amount, "category": "ad_spend", "customer_id": name}
            for name, amount in (("in", 70), ("out", 30))
        ],
    )
    facts = {**facts, "customers": with_fit(facts["customers"], PROFILE)}
    ((ideal, others, nobody),) = lake.rows(totals(facts), "on_ideal", "on_others", "on_nobody")
    assert (ideal, others, nobody) == (70, 30, 0)
    assert others / (ideal + others + nobody) == Decimal("0.3")


def totals(facts: Any, rule: ProfitRule | None = None) -> Any:
    spent = spend_by_fit(facts, rule)
    return spent.aggregate(**{name: spent[name].sum() for name in ("amount", "on_ideal", "on_others", "on_nobody")})


COSTS = [
    ("2026-01-03", 90, {"category": "ad_spend", "campaign": "spring"}),  # won a, b: one of two fits
    ("2026-01-09", 60, {"category": "promotion", "channel": "paid"}),  # won a, b, c
    ("2026-01-20", 100, {"category": "marketing_personnel"}),  # all of January: a, b, c, x
    ("2026-01-21", 7, {"category": "ad_spend", "customer_id": "b"}),  # one customer's own
    ("2026-01-22", 3, {"category": "ad_spend", "customer_id": "lead"}),  # a prospect that fits
    ("2026-01-23", 2, {"category": "ad_spend", "customer_id": "stranger"}),  # on no list
    ("2026-02-02", 40, {"category": "ad_spend"}),  # a month that won nobody
    ("2026-01-24", 500, {"category": "support"}),  # wins nobody: no cost of acquisition
]


def test_shared_costs_fall_on_those_won_in_their_month_by_campaign_then_channel_then_all(lake: SmallLake) -> None:
    """By hand. `a` and `lead` fit, `b` and `c` do not, of `x` nobody says."""
    named = {"acquisition_campaign": "spring"}
    facts = lake.put(
        customers=[
            {"customer_id": "a", "acquired_on": "2026-01-05", "icp_fit": True, "acquisition_channel": "paid"} | named,
            {"customer_id": "b", "acquired_on": "2026-01-06", "icp_fit": False, "acquisition_channel": "paid"} | named,
            {"customer_id": "c", "acquired_on": "2026-01-07", "icp_fit": False, "acquisition_channel": "paid"},
            {"customer_id": "x", "acquired_on": "2026-01-08"},
            {"customer_id": "lead", "icp_fit": True},
        ],
        costs=[{"spent_on": day, "amount": amount} | more for day, amount, more in COSTS],
    )
    found = lake.rows(spend_by_fit(facts), "spent_on", "amount", "on_ideal", "on_others", "on_nobody")
    assert [tuple(map(float, row[1:])) for row in sorted(found)] == [
        (90, 45, 45, 0),
        (60, 20, 40, 0),
        (100, 25, 50, 25),
        (7, 0, 7, 0),
        (3, 3, 0, 0),
        (2, 0, 0, 2),
        (40, 0, 0, 40),
    ]
    assert lake.rows(totals(facts), "amount", "on_ideal", "on_others", "on_nobody") == [(302, 93, 142, 67)]


MEMBERS = st.lists(
    st.tuples(st.sampled_from((True, False, None)), st.sampled_from(("paid", "organic")), st.integers(1, 2))
)
SPENT = st.lists(
    st.tuples(st.integers(1, 10**9), st.sampled_from(("paid", "organic", "email", None)), st.integers(1, 3))
)


@given(MEMBERS, SPENT)
@settings(max_examples=20, deadline=None)
def test_what_fell_on_those_who_fit_on_others_and_on_nobody_is_what_was_spent(
    lake: SmallLake, members: list[Any], spent: list[Any]
) -> None:
    facts = lake.put(
        customers=[
            {"customer_id": f"{n}", "acquired_on": f"2026-0{month}-05", "icp_fit": fit, "acquisition_channel": channel}
            for n, (fit, channel, month) in enumerate(members)
        ],
        costs=[
            {"spent_on": f"2026-0{month}-03", "amount": amount / 10_000, "category": "ad_spend", "channel": channel}
            for amount, channel, month in spent
        ],
    )
    for amount, *parts in lake.rows(spend_by_fit(facts), "amount", "on_ideal", "on_others", "on_nobody"):
        assert sum(parts) == amount
        assert min(parts) > -Decimal("0.0002")


def test_it_is_the_acquisition_cost_in_the_profit_of_customers(lake: SmallLake) -> None:
    fits = (True, False, None, False, True, False, False)
    facts = lake.put(
        customers=[
            {
                "customer_id": f"{n}",
                "acquired_on": f"2026-01-{n + 1:02}",
                "icp_fit": fit,
                "acquisition_channel": channel,
            }
            for n, (fit, channel) in enumerate(zip(fits, ("paid", "organic", None) * 3, strict=False))
        ],
        costs=[
            {"spent_on": "2026-01-09", "amount": amount, "category": "ad_spend", "channel": channel}
            for amount, channel in ((1000, "paid"), (10, "organic"), (100, None))
        ],
    )
    entries = profit_entries(facts)
    rows = lake.rows(entries, "customer_id", "amount")
    charged = {fit: -sum(float(v) for n, v in rows if fits[int(n)] is fit) for fit in (True, False, None)}
    ((ideal, others, nobody),) = lake.rows(totals(facts), "on_ideal", "on_others", "on_nobody")
    assert (float(ideal), float(others), float(nobody)) == pytest.approx(tuple(charged.values()), abs=0.001)


def told(**values: tuple[int, int]) -> list[dict[str, Any]]:
    return [{"value": v, "customers": n, "good": good, "profit": good * 10} for v, (n, good) in values.items()]


def test_value_stands_out_only_when_its_whole_range_does() -> None:
    found = {x.value: x.verdict for x in lessons("industry", told(a=(200, 120), b=(200, 40), c=(40, 18), d=(5, 5)))}
    assert found == {"a": "better", "b": "worse", "c": "like_all", "d": "few"}


def judged(**values: tuple[int, int, int]) -> dict[str, str]:
    rows = [{"value": v, "customers": n, "good": good, "profit": n * each} for v, (n, good, each) in values.items()]
    return {lesson.value: lesson.verdict for lesson in lessons("region", rows)}


def test_sure_but_small_difference_leaves_nobody_out() -> None:
    rest = (20_000, 5_200, 900)  # 26 % good
    assert judged(kanto=(4_997, 1_229, 1_000), rest=rest)["kanto"] == "like_all"  # 24.6 % good, above average profit
    assert judged(kanto=(4_997, 1_229, 500), rest=rest)["kanto"] == "like_all"
    assert judged(kanto=(4_997, 1_229, 0), rest=rest)["kanto"] == "worse"  # no profit at all
    assert judged(kanto=(4_997, 1_050, 500), rest=rest)["kanto"] == "like_all"  # 21.0 %: 0.81 times as often
    assert judged(kanto=(4_997, 900, 500), rest=rest)["kanto"] == "worse"  # 18 %
    assert judged(kanto=(4_997, 900, 1_000), rest=rest)["kanto"] == "like_all"  # seldom good, yet it earns more each


def test_aim_needs_a_difference_that_is_large_and_pays() -> None:
    rest = (20_000, 5_200, 900)
    assert judged(kanto=(4_997, 1_375, 1_000), rest=rest)["kanto"] == "like_all"  # 27.5 %: sure, but 1.06 times
    assert judged(kanto=(4_997, 1_500, 1_000), rest=rest)["kanto"] == "better"  # 30 %
    assert judged(kanto=(4_997, 1_500, 800), rest=rest)["kanto"] == "like_all"
    rows = told(a=(200, 120), b=(200, 40))
    assert {one.verdict for one in lessons("region", rows, LessonRule(fewest=201))} == {"few"}


def test_small_groups_are_drawn_towards_all() -> None:
    by = {each.value: each for each in lessons("industry", told(large=(1000, 500), small=(30, 30)))}
    assert by["small"].share == 1.0
    assert by["small"].shrunk == pytest.approx((30 + 20 * 530 / 1030) / 50)
    assert abs(by["large"].shrunk - 0.5) < 0.001


def test_profile_follows_from_what_is_better_and_sums_to_100() -> None:
    found = [
        *lessons("industry", told(food=(200, 150), other=(200, 40))),
        *lessons("size_band", told(big=(100, 60), mid=(100, 60), small=(200, 70))),
        *lessons("channel", told(paid=(200, 150), email=(200, 40))),
    ]
    profile = proposed(found)
    assert profile is not None
    assert [trait.attribute for trait in profile.traits] == ["industry", "size_band"]
    assert sum(trait.weight for trait in profile.traits) == 100
    assert profile.traits[0].weight > profile.traits[1].weight
    assert proposed(lessons("industry", told(a=(100, 50), b=(100, 50)))) is None


@given(st.integers(1, 10_000), st.data())
def test_range_holds_the_share_and_stays_a_share(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    low, high = wilson(successes, trials)
    assert 0 <= low <= successes / trials + 1e-12
    assert successes / trials <= high + 1e-12
    assert high <= 1
