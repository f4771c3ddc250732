"""What may leave the business of a made-up one with few customers: nothing of one to four, nor by subtraction."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.customers.classes import BAD, GOOD, UNDETERMINED
from keiki.customers.quality_report import KINDS, QualityPeriod, told_periods
from keiki.customers.recurring import ALL, DOWN, MOVES, UP, Recurring
from keiki.customers.survival import kaplan_meier
from keiki.periods import Calendar, Grain

WHOLE = {GOOD: 200, UNDETERMINED: 50, BAD: 40}
PERIODS = [Calendar().period(Grain.MONTH, date(2026, month, 1)) for month in (1, 2, 3)]


def quality(place: int, amounts: tuple[int, int, int], came: tuple[int, int, int]) -> QualityPeriod:
    good, undetermined, bad = map(Decimal, amounts)
    whole = good + undetermined + bad
    return QualityPeriod(
        PERIODS[place],
        complete=True,
        revenue=whole,
        new=whole / 2,
        without_cost=whole * 0,
        gross_profit=whole / 2,
        profit=whole / 4,
        good=good,
        bad=bad,
        undetermined=undetermined,
        unnamed=Decimal(0),
        acquired=dict(zip(KINDS, came, strict=True)),
    )


def test_class_of_two_buyers_hides_its_money_and_the_smallest_beside_it_in_row_and_column() -> None:
    found = [quality(n, (900, 60, 30), (12, 9, 8)) for n in range(3)]
    found[1] = quality(1, (900, 60, 30), (12, 9, 2))
    buyers = {p.start: {GOOD: 40, UNDETERMINED: 9, BAD: 8} for p in PERIODS}
    buyers[PERIODS[1].start] = {GOOD: 40, UNDETERMINED: 9, BAD: 2}
    told = told_periods(found, buyers, WHOLE)
    assert [[each[kind] for kind in KINDS] for each in told] == [
        [900, None, None],
        [900, None, None],
        [900, 60, 30],
    ]
    assert [each["bad_share"] is None for each in told] == [True, True, False]
    assert [each["revenue"] for each in told] == [990, 990, 990]
    assert [list(each["acquired"].values()) for each in told] == [[12, None, None], [12, None, None], [12, 9, 8]]
    assert [each["came"] for each in told] == [29, 23, 29]


def test_period_in_which_four_bought_tells_no_money_and_the_next_smallest_hides_with_it() -> None:
    found = [quality(n, (900, 60, 30), (12, 9, 8)) for n in range(3)]
    buyers = {p.start: {GOOD: 40 + n, UNDETERMINED: 9, BAD: 8} for n, p in enumerate(PERIODS)}
    buyers[PERIODS[2].start] = {GOOD: 4}
    told = told_periods(found, buyers, WHOLE)
    assert [each["revenue"] for each in told] == [None, 990, None]
    assert [each["margin"] is None for each in told] == [True, False, True]


def recurring(**moved: int) -> Recurring:
    amounts = {name: Decimal(1000 * moved.get(name, 0)) for name in MOVES}
    end = Decimal(50_000) + sum((amounts[n] for n in UP), Decimal(0)) - sum((amounts[n] for n in DOWN), Decimal(0))
    counts = {name: moved.get(name, 0) for name in MOVES}
    ends = dict.fromkeys(("net", "gross"), Decimal(0))
    users = dict.fromkeys(("users_start", "users_end", "lost", "due", "renewed"), 0)
    return Recurring(PERIODS[0], True, Decimal(50_000), end, 50, 50, moves=amounts, moved=counts, **users, **ends)


def test_one_cancellation_hides_with_the_smallest_other_movement() -> None:
    assert recurring(new=9, churned=1, expansion=6, upsell=6).hidden == {"churned", "expansion", "upsell", "cross_sell"}
    assert recurring(new=9, churned=7, expansion=12, upsell=10, cross_sell=2).hidden == {"upsell", "cross_sell"}
    assert recurring(new=9, churned=7).hidden == frozenset()
    assert replace(recurring(new=9), customers_end=3).hidden == {ALL}


@pytest.mark.parametrize("counts", list(product((0, 2, 7), repeat=5)))
def test_start_end_and_the_movements_told_never_give_a_single_hidden_one_away(counts: tuple[int, ...]) -> None:
    moved = dict(zip((*UP, *DOWN), counts, strict=True))
    found = recurring(**moved, upsell=moved["expansion"])
    leaves = found.hidden & {*UP, *DOWN}
    assert {name for name, count in moved.items() if 0 < count < 5} <= leaves
    assert len(leaves) != 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=12))
def test_tail_of_a_curve_ends_while_five_are_there(lives: list[tuple[int, int]]) -> None:
    lengths = list(range(1, len(lives) + 1))
    curve = kaplan_meier(lengths, [ended for ended, _ in lives], [censored for _, censored in lives])
    told = curve.told(5)
    assert all(step.at_risk >= 5 for step in told.steps)
    assert told.steps == curve.steps[: len(told.steps)]
    assert len(told.steps) == len(curve.steps) or curve.steps[len(told.steps)].at_risk < 5
