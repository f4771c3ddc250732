"""Two rates: sizes, tests and intervals against published figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from keiki.errors import ImpossibleTrial
from keiki.insight.rates import Arm, TrialRule, Verdict, duration, sample_size, trial, wilson

arms = st.integers(1, 100_000).flatmap(lambda n: st.builds(Arm, st.just(n), st.integers(0, n)))


@pytest.mark.feature("F-126")
def test_two_to_two_and_a_half_per_cent_needs_about_13_800_in_each_group() -> None:
    assert sample_size(0.02, 0.025, TrialRule(alpha=0.05, power=0.8)) == pytest.approx(13_800, rel=0.03)


def test_smaller_difference_needs_more_and_direction_does_not_matter() -> None:
    assert sample_size(0.02, 0.022) > sample_size(0.02, 0.025)
    assert sample_size(0.02, 0.025) == sample_size(0.025, 0.02)


@pytest.mark.parametrize(("base", "wished"), [(0.0, 0.1), (0.1, 0.1), (0.2, 1.0), (-0.1, 0.3)])
def test_trial_that_nobody_could_decide_is_refused(base: float, wished: float) -> None:
    with pytest.raises(ImpossibleTrial):
        sample_size(base, wished)


def test_duration_is_whole_weeks() -> None:
    assert (duration(1_000, 1_000), duration(7_001, 1_000), duration(10, 0)) == (7, 21, None)


@pytest.mark.feature("F-127")
def test_200_and_260_of_10_000_have_a_p_value_and_an_interval() -> None:
    told = trial(Arm(10_000, 200), Arm(10_000, 260))
    chi = chi2_contingency([[200, 9_800], [260, 9_740]], correction=False)
    assert told.p == pytest.approx(chi.pvalue, abs=1e-12)
    assert told.p == pytest.approx(0.0047, abs=0.0001)
    assert told.difference == pytest.approx(0.006)
    assert (told.low, told.high) == (pytest.approx(0.00183, abs=5e-5), pytest.approx(0.01019, abs=5e-5))
    assert (told.uplift, told.verdict) == (pytest.approx(0.3), Verdict.BETTER)


def test_interval_of_a_difference_is_newcombes() -> None:
    """Newcombe 1998, table II (a): 56/70 − 48/80 has 0.0524 to 0.3339 by his method 10."""
    told = trial(Arm(80, 48), Arm(70, 56))
    assert (told.low, told.high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))


def test_interval_of_a_rate_is_wilsons() -> None:
    """81 of 263: 0.2553 to 0.3662 (Newcombe 1998, Statistics in Medicine 17, table I)."""
    assert wilson(Arm(263, 81), 1.959964) == (pytest.approx(0.2553, abs=1e-4), pytest.approx(0.3662, abs=1e-4))


@pytest.mark.feature("F-150")
def test_twenty_in_a_group_are_too_few_for_a_winner_and_twenty_thousand_show_the_result() -> None:
    small, large = trial(Arm(20, 2), Arm(20, 9)), trial(Arm(20_000, 2_000), Arm(20_000, 2_200))
    assert small.p is not None
    assert (small.p < 0.05, small.verdict) == (True, Verdict.TOO_SMALL)
    assert large.verdict is Verdict.BETTER


@pytest.mark.feature("F-129")
def test_uplift_of_a_mail_group_is_treatment_by_control_less_one() -> None:
    told = trial(Arm(5_000, 150), Arm(5_000, 180))
    assert told.uplift == pytest.approx(180 / 150 - 1)
    assert told.uplift_low is not None
    assert told.uplift_high is not None
    assert told.uplift_low < 0.2 < told.uplift_high


def test_uneven_split_is_told() -> None:
    assert trial(Arm(10_000, 200), Arm(9_000, 180)).split_is_off
    assert not trial(Arm(10_000, 200), Arm(9_950, 180)).split_is_off
    assert not trial(Arm(9_000, 200), Arm(1_000, 20), share=0.1).split_is_off


def test_empty_group_has_no_rate() -> None:
    told = trial(Arm(0, 0), Arm(10, 1))
    assert (told.difference, told.p, told.verdict) == (None, None, Verdict.TOO_SMALL)


@given(arms, arms)
def test_difference_lies_in_its_interval_and_turns_with_the_groups(one: Arm, other: Arm) -> None:
    told, turned = trial(one, other), trial(other, one)
    assert told.low is not None
    assert told.high is not None
    assert told.difference is not None
    assert told.low - 1e-12 <= told.difference <= told.high + 1e-12
    assert turned.difference == pytest.approx(-told.difference)
    assert (turned.low, turned.high) == (pytest.approx(-told.high), pytest.approx(-told.low))
    assert turned.p == (None if told.p is None else pytest.approx(told.p))
