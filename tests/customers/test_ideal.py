"""The ideal customer: points by hand, what good customers have in common, and what must not be kept."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
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
)
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
    spent = {fits: float(spend) for fits, spend in lake.rows(spend_by_fit(facts, PROFILE), "fits", "spend")}
    assert spent == {True: 70, False: 30}
    assert spent[False] / sum(spent.values()) == 0.3


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
