"""How much of its target a number has reached, and in which tone its movement is told."""

from __future__ import annotations

import pytest

from keiki.charts.aim import Aim
from keiki.charts.attainment import attainment, attainment_words, tone, went
from keiki.charts.format import Style

EN, JA = Style("en"), Style("ja")


@pytest.mark.feature("F-088")
def test_value_against_target_shows_the_share_reached_and_less_is_better_shows_attained() -> None:
    assert attainment_words(0.42, Aim(low=0.50), EN) == "84% of target"
    assert attainment_words(0.42, Aim(low=0.50), JA) == "達成率 84%"
    assert attainment_words(12_000, Aim(high=15_000), EN) == "Target reached"
    assert attainment_words(12_000, Aim(high=15_000), JA) == "目標達成"
    assert attainment_words(16_000, Aim(high=15_000), EN) == "Target missed"


def test_attainment_never_rounds_a_missed_target_up_to_all_of_it() -> None:
    assert attainment_words(99.9, Aim(low=100), EN) == "99% of target"
    assert attainment_words(100, Aim(low=100), EN) == "100% of target"


def test_attainment_means_nothing_without_a_value_a_target_or_a_positive_bound() -> None:
    assert attainment(None, Aim(low=1)) is None
    assert attainment(1, None) is None
    assert attainment(1, Aim(low=0)) is None
    assert attainment(1, Aim(low=1, high=2)) is None
    assert attainment_words(1, Aim(low=1, high=2), EN) == "Target reached"


@pytest.mark.feature("F-091")
def test_rising_number_points_up_and_where_less_is_better_the_colour_turns_round() -> None:
    assert went(0.024, 0.020) == "up"
    assert [tone("up", wished) for wished in ("higher", "lower", "neutral")] == ["good", "act", "plain"]
    assert [tone("down", wished) for wished in ("higher", "lower", "neutral")] == ["act", "good", "plain"]
    assert (went(1, 1), tone("same", "higher"), went(None, 1)) == ("same", "plain", "")
