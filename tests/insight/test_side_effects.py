"""Whether a number moved beyond its own noise: hand-worked windows, a published list of p values, and honest errors."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from keiki.insight.side_effects import Shift, SideEffectRule, Unsaid, beyond_noise, shift


def named(*ps: float | None) -> list[Shift]:
    return [Shift(1.0, 1.0, 0.0, 1.0, p, None if p is not None else Unsaid.SHORT) for p in ps]


def test_means_usual_difference_noise_and_p_are_those_worked_by_hand() -> None:
    """Pairs of windows of one period: differences 1, 3, 1, 5, 1, 1, 1 of median 1 and median distance 0."""
    rule = SideEffectRule(window=1, fewest=2)
    told = shift([0, 1, 4, 5, 10, 11, 12, 13], [20], rule)
    assert (told.before, told.after, told.difference, told.usual) == (13.0, 20.0, 7.0, 1.0)
    apart = np.array([1, 3, 1, 5, 1, 1, 1])
    assert told.noise == pytest.approx(np.abs(apart - 1).mean() * 1.253314)
    assert told.strength == pytest.approx(6 / told.noise)
    assert told.p == pytest.approx(2 * stats.t.sf(told.strength, df=3))


def test_named_are_the_four_of_the_published_list_of_fifteen() -> None:
    """Benjamini and Hochberg (1995), section 4: fifteen p values at 0.05, the first four are rejected."""
    ps = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240]
    ps += [0.4262, 0.5719, 0.6528, 0.7590, 1.0000]
    assert beyond_noise(named(*ps), 0.05) == (True,) * 4 + (False,) * 11
    assert beyond_noise(named(None, 0.001), 0.05) == (False, True)
    assert beyond_noise([], 0.05) == ()


def test_of_numbers_that_only_vary_few_are_named() -> None:
    """Two hundred companies of twenty numbers each, none of which was changed: one is named in at most one of ten."""
    chance = np.random.default_rng(7)
    alarms = 0
    for _company in range(200):
        noise = chance.normal(100, 10, size=(20, 82))
        alarms += any(beyond_noise([shift(row[:78], row[78:]) for row in noise], 0.10))
    assert alarms <= 20


def test_step_of_five_deviations_is_named_among_numbers_that_stay() -> None:
    chance = np.random.default_rng(11)
    noise = chance.normal(100, 10, size=(20, 82))
    noise[4, 78:] += 50
    told = beyond_noise([shift(row[:78], row[78:]) for row in noise], 0.10)
    assert [place for place, beyond in enumerate(told) if beyond] == [4]


def test_growth_as_usual_is_no_side_effect() -> None:
    growing = [100.0 + 3 * week + (-1) ** week for week in range(82)]
    assert shift(growing[:78], growing[78:]).p == 1.0


def test_few_weeks_gaps_and_numbers_that_never_moved_are_told_apart() -> None:
    short = shift([1.0] * 30, [2.0] * 4)
    assert (short.unsaid, short.p, short.difference) == (Unsaid.SHORT, None, 1.0)
    gap = shift([*[1.0] * 79, None], [2.0] * 4)
    assert (gap.unsaid, gap.before, gap.strength) == (Unsaid.EMPTY, None, None)
    still = shift([0.1] * 80, [0.1] * 4)
    assert (still.unsaid, still.p, still.strength) == (None, 1.0, None)
    moved = shift([0.1] * 80, [0.2] * 4)
    assert (moved.unsaid, moved.p, moved.strength) == (None, 0.0, None)
