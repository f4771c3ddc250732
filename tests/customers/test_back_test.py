"""The back-test of the health score: hand-worked figures, what must be found again, and what must not be claimed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.customers.back_test import Past, auc, back_test, chances, fit_weights, slices
from keiki.customers.churn import Leaving
from keiki.customers.health import Weights


def past(parts: object, left: object, accounts: object = None, period: object = None, score: object = None) -> Past:
    values = np.asarray(parts, dtype=float)
    size = len(values)
    lost = np.asarray(left, dtype=float)
    count = np.ones(size) if accounts is None else np.asarray(accounts, dtype=float)
    when = np.arange(size) % 3 if period is None else np.asarray(period, dtype=float)
    points = 100 * np.nanmean(values, axis=1) if score is None else np.asarray(score, dtype=float)
    return Past(when.astype(float), values, points, count, lost)


def test_auc_worked_by_hand() -> None:
    """Scores 20, 40, 40, 70, 90; 20 and one 40 left: of 6 pairs 5 are right and 1 is tied, 5.5 / 6."""
    assert auc([-20, -40, -40, -70, -90], [1] * 5, [1, 1, 0, 0, 0]) == pytest.approx(5.5 / 6)
    assert auc([-20, -40, -70, -90], [1, 2, 1, 1], [1, 1, 0, 0]) == pytest.approx(5.5 / 6)
    assert auc([1, 2], [5, 5], [0, 0]) is None
    assert auc([1, 2], [5, 5], [5, 5]) is None


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=8))
def test_auc_is_the_share_of_pairs_in_the_right_order(rows: list[tuple[int, int, int]]) -> None:
    risk, lost, kept = (np.array(column) for column in zip(*rows, strict=True))
    pairs = [
        (1.0 if a > b else 0.5 if a == b else 0.0) * x * y
        for a, x in zip(risk, lost, strict=True)
        for b, y in zip(risk, kept, strict=True)
    ]
    whole = lost.sum() * kept.sum()
    expected = None if whole == 0 else sum(pairs) / whole
    assert auc(risk, lost + kept, lost) == (expected if expected is None else pytest.approx(expected))


def test_tenths_of_the_accounts_hold_the_same_number_and_everybody_who_left() -> None:
    found = slices([3, 2, 1], [25, 50, 25], [10, 5, 0])
    assert [each.accounts for each in found] == pytest.approx([10] * 10)
    assert [each.left for each in found] == pytest.approx([4, 4, 2.5, 1, 1, 1, 1, 0.5, 0, 0])
    assert found[0].lift == pytest.approx(0.4 / 0.15)
    assert sum(each.left for each in found) == pytest.approx(15)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 40), st.floats(0, 1)), min_size=1, max_size=12),
)
def test_tenths_partition_the_accounts(rows: list[tuple[int, int, float]]) -> None:
    risk = [row[0] for row in rows]
    accounts = np.array([row[1] for row in rows])
    left = np.array([row[1] * row[2] for row in rows])
    found = slices(risk, accounts, left)
    assert sum(each.accounts for each in found) == pytest.approx(accounts.sum())
    assert sum(each.left for each in found) == pytest.approx(left.sum())


def drawn(slopes: tuple[float, float, float], size: int, seed: int = 3) -> Past:
    chance = np.random.default_rng(seed)
    parts = chance.integers(0, 21, (size, 3)) / 20
    leaving = Leaving(
        1.0,
        dict(zip(("usage", "support", "payment"), slopes, strict=True)),
        dict.fromkeys(("usage", "support", "payment"), 0.5),
    )
    left = chance.random(size) < chances(parts, leaving)
    return past(parts, left, score=100 * (0.5 * parts[:, 0] + 0.2 * parts[:, 1] + 0.3 * parts[:, 2]))


def test_planted_weights_are_found_again() -> None:
    fitted = fit_weights(drawn((4.0, 0.0, 1.0), 40_000))
    assert fitted is not None
    assert fitted.leaving.slopes["usage"] == pytest.approx(4.0, abs=0.25)
    assert fitted.leaving.slopes["payment"] == pytest.approx(1.0, abs=0.2)
    assert (fitted.weights.usage, fitted.weights.support, fitted.weights.payment) == pytest.approx((80, 0, 20), abs=4)
    assert fitted.weights.usage + fitted.weights.support + fitted.weights.payment == pytest.approx(100)


def test_fitted_weights_know_better_on_periods_they_have_not_seen() -> None:
    told = back_test(drawn((0.5, 0.0, 5.0), 30_000))
    in_force, fitted = told.auc_later
    assert in_force is not None
    assert fitted is not None
    assert fitted > in_force + 0.02
    assert told.cautions == ()


def test_promised_chances_come_true() -> None:
    told = back_test(drawn((4.0, 1.0, 2.0), 60_000))
    assert len(told.by_chance) == 10
    for tenth in told.by_chance:
        assert tenth.share == pytest.approx(tenth.chance, abs=0.03)


def test_fit_agrees_with_the_published_maximum_of_a_textbook_table() -> None:
    """One part only, on or off: the likeliest slope is the log odds ratio, ln(30·80 / (70·20)) = 0.5390."""
    parts = [[0.0, np.nan, np.nan], [1.0, np.nan, np.nan]]
    fitted = fit_weights(past(parts, [300_000, 200_000], [1_000_000, 1_000_000]), Weights(100, 0, 0))
    assert fitted is not None
    assert fitted.leaving.slopes["usage"] == pytest.approx(np.log(30 * 80 / (70 * 20)), abs=2e-3)
    assert fitted.leaving.level == pytest.approx(np.log(30 / 70), abs=2e-3)


def test_few_that_left_move_the_weights_little_and_say_so() -> None:
    rows = drawn((0.0, 0.0, 3.0), 40)
    told = back_test(rows)
    assert "few_left" in {each.code for each in told.cautions}
    much, little = fit_weights(drawn((0.0, 0.0, 3.0), 20_000)), fit_weights(rows)
    assert much is not None
    assert little is not None
    assert abs(little.weights.payment - 30) < abs(much.weights.payment - 30)


def test_nobody_left_is_said_and_nothing_is_claimed() -> None:
    told = back_test(past([[1, 1, 1], [0, 1, 1]], [0, 0]))
    assert (told.auc, told.fitted, told.by_chance) == (None, None, ())
    assert [each.code for each in told.cautions] == ["nobody_left"]
    assert told.cautions[0].words("ja") != told.cautions[0].words("en")


def test_a_better_part_never_makes_leaving_likelier() -> None:
    parts = [[0.0, 0.5, 0.5], [1.0, 0.5, 0.5]]
    fitted = fit_weights(past(parts, [1, 50], [100, 100]))
    assert fitted is None


def test_share_of_accounts_whose_use_had_fallen_by_half_that_left() -> None:
    told = back_test(past([[0, 1, 1], [1, 1, 1], [np.nan, 1, 1]], [6, 4, 1], [10, 40, 10]))
    assert (told.falling, told.others, told.flagged) == (0.6, 0.1, 10)
