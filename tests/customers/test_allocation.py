"""Where acquisition money comes back: the examples by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from keiki.customers.allocation import AdviceRule, Place, advised, reallocated
from keiki.errors import NothingSpentThere

PLACE = Place("A", 100, 40, 1_000_000, 1_000_000, 2_000_000, 6, 18)


@pytest.mark.feature("F-270")
def test_products_are_ranked_by_long_term_profit_per_yen_and_the_one_bought_again_least_is_marked() -> None:
    low = replace(PLACE, name="B", repeaters=5, kept=500_000, payback=None)
    middle = replace(PLACE, name="C", repeaters=30, kept=1_200_000, payback=14)
    found = advised([low, middle, PLACE])
    assert [(each.place.name, each.place.per_spend) for each in found] == [("A", 2.0), ("C", 1.2), ("B", 0.5)]
    assert [(each.place.name, each.action) for each in found if each.low] == [("B", "stop")]


@pytest.mark.feature("F-271")
def test_a_million_moved_from_half_a_yen_to_two_brings_one_and_a_half_million_with_its_limits_said() -> None:
    weak = replace(PLACE, name="B", kept=500_000)
    found = reallocated(1_000_000, weak, PLACE)
    assert found.expected == 1_500_000
    assert found.stretched == ("B", "A")
    assert reallocated(100_000, weak, PLACE).stretched == ()


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({}, "feed"),
        ({"payback": 13}, "hold"),
        ({"payback": None}, "stop"),
        ({"payback": None, "oldest": 11}, "wait"),
        ({"customers": 29}, "few"),
        ({"spend": 0, "payback": 0}, "unpaid"),
    ],
)
def test_advice_follows_its_rule(change: dict[str, int | None], action: str) -> None:
    assert advised([replace(PLACE, **change)])[0].action == action  # type: ignore[arg-type]


def test_rule_is_a_setting() -> None:
    assert advised([PLACE], AdviceRule(months=3))[0].action == "hold"


def test_place_without_spend_has_no_rate_and_gives_no_simulation() -> None:
    free = replace(PLACE, name="word of mouth", spend=0)
    assert free.per_spend is None
    assert [each.place.name for each in advised([free, PLACE])] == ["A", "word of mouth"]
    with pytest.raises(NothingSpentThere, match="word of mouth"):
        reallocated(1, PLACE, free)
