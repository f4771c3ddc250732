"""Monte Carlo over the drivers of a tree."""

from __future__ import annotations

import numpy as np
import pytest
from tests.trees.made import FUNNEL, alone, tree

from keiki.errors import NotADriver, TooShortHistory
from keiki.trees.chances import chances
from keiki.trees.simulate import How, Move

VALUES = {"order_revenue": 19_200_000.0, "sessions": 120_000.0, "purchase_rate": 0.02, "aov": 8_000.0}
PLUS = tree(alone("goal", "a + b", alone("a"), alone("b")))
MINUS = tree(alone("goal", "a - b", alone("a"), alone("b")))
SWING = [10.0, 14.0, 9.0, 13.0, 11.0]
AT = {"goal": 20.0, "a": 10.0, "b": 10.0}


def test_middle_of_the_draws_is_the_value_itself() -> None:
    noise = np.random.default_rng(1).lognormal(0, 0.1, (3, 12))
    history = {n: list(VALUES[n] * noise[i]) for i, n in enumerate(("sessions", "purchase_rate", "aov"))}
    told = chances(tree(FUNNEL), VALUES, history, goal=19_200_000.0)
    assert told.p50 == pytest.approx(19_200_000.0, rel=0.01)
    assert told.chance == pytest.approx(0.5, abs=0.02)
    assert told.p10 < told.p50 < told.p90
    assert (sum(told.counts), told.draws, told.defined, told.periods) == (9_900, 10_000, 10_000, 12)


def test_spread_of_one_driver_is_that_of_its_history() -> None:
    history = [100.0 * np.exp(x) for x in (-0.2, 0.2, -0.2, 0.2)]
    told = chances(tree(alone("goal", "a * 2", alone("a"))), {"goal": 200.0, "a": 100.0}, {"a": history})
    spread = np.std([-0.2, 0.2, -0.2, 0.2], ddof=1)
    assert np.log(told.p90 / 200) == pytest.approx(1.2816 * spread, rel=0.03)
    assert np.log(told.p10 / 200) == pytest.approx(-1.2816 * spread, rel=0.03)


def test_drivers_that_moved_together_stay_together() -> None:
    together = {"a": SWING, "b": SWING}
    against = {"a": SWING, "b": [23.0 - x for x in SWING]}
    wide, narrow = chances(PLUS, AT, together), chances(PLUS, AT, against)
    assert wide.p90 - wide.p10 > 4 * (narrow.p90 - narrow.p10)
    apart = chances(MINUS, {**AT, "goal": 0.0}, together)
    assert apart.p90 - apart.p10 == pytest.approx(0.0, abs=1e-9)


def test_steady_growth_is_no_spread() -> None:
    growing = [100.0 * 1.1**step for step in range(12)]
    told = chances(tree(alone("goal", "a * 2", alone("a"))), {"goal": 600.0, "a": 300.0}, {"a": growing})
    assert (told.p10, told.p90) == (pytest.approx(600.0), pytest.approx(600.0))


def test_share_stays_between_none_and_all() -> None:
    made = tree(
        {
            "kpi": "purchases",
            "formula": "s * r",
            "children": [
                {"id": "s", "kpi": "sessions", "driver": True},
                {"id": "r", "kpi": "purchase_rate", "driver": True},
            ],
        }
    )
    values = {"purchases": 95.0, "s": 100.0, "r": 0.95}
    told = chances(made, values, {"r": [0.99, 0.5, 0.97, 0.6, 0.98]})
    assert 0 < told.edges[0] < told.edges[-1] < 100
    assert (told.drivers, told.still) == (("r",), ("s",))


def test_move_shifts_the_middle() -> None:
    told = chances(PLUS, AT, {"a": SWING, "b": SWING}, {"a": Move(How.TO, 30.0)}, goal=35.0)
    assert told.p50 == pytest.approx(40.0, rel=0.02)
    assert told.chance is not None
    assert told.chance > 0.7


def test_same_seed_gives_the_same_draws() -> None:
    first, second = (chances(PLUS, AT, {"a": SWING, "b": SWING}, draws=500) for _ in range(2))
    assert first == second
    assert chances(PLUS, AT, {"a": SWING, "b": SWING}, draws=500, seed=2) != first


def test_periods_without_a_value_are_left_out_for_all() -> None:
    told = chances(PLUS, AT, {"a": [None, *SWING], "b": [*SWING, 12.0]})
    assert (told.periods, told.drivers) == (5, ("a", "b"))


def test_driver_with_too_many_gaps_holds_still() -> None:
    told = chances(PLUS, AT, {"a": SWING, "b": [1.0, None, None, None, 2.0]})
    assert (told.drivers, told.still, told.periods) == (("a",), ("b",), 5)


def test_too_short_history_and_wrong_moves_are_said() -> None:
    with pytest.raises(TooShortHistory):
        chances(PLUS, AT, {"a": [1.0, 2.0, 3.0], "b": []})
    with pytest.raises(NotADriver):
        chances(PLUS, AT, {"a": SWING}, {"goal": Move(How.TO, 1.0)})


def test_smaller_is_better_where_lower_is() -> None:
    made = tree({**alone("goal", "a * 2", alone("a")), "kpi": "cpa"})
    told = chances(made, {"goal": 20.0, "a": 10.0}, {"a": SWING}, goal=60.0)
    assert told.chance is not None
    assert told.chance > 0.9
