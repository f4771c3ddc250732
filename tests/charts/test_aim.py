"""What a number is to reach, and how it stands to it."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.charts.aim import Aim, bounds
from keiki.charts.format import Style
from keiki.charts.status import judged, rule
from keiki.periods import Calendar, Grain
from keiki.trees.targets import Target
from keiki.trees.targets import judged as judged_by_library

ENGLISH = Style("en")


@pytest.mark.parametrize(
    ("value", "aim", "unit", "expected"),
    [
        (100, Aim(low=100), "count", "good"),
        (96.2, Aim(low=100), "count", "watch"),
        (90, Aim(low=100), "count", "act"),
        (71.8, Aim(high=60), "currency", "act"),
        (62, Aim(high=60), "currency", "watch"),
        (59, Aim(high=60), "currency", "good"),
        (0.938, Aim(low=0.955), "ratio", "watch"),
        (0.0295, Aim(low=0.0344), "ratio", "act"),
        (46, Aim(low=50), "points", "watch"),
        (39, Aim(low=50), "points", "act"),
        (6, Aim(5, 7), "count", "good"),
        (4.8, Aim(5, 7), "count", "watch"),
        (9, Aim(5, 7), "count", "act"),
        (1, Aim(high=0), "count", "act"),
        (None, Aim(low=1), "count", "none"),
        (0.1 + 0.2, Aim(low=0.3), "ratio", "good"),
    ],
)
def test_judged_by_what_is_missing(value: float | None, aim: Aim, unit: str, expected: str) -> None:
    assert judged(value, aim, unit) == expected


def test_bound_is_the_one_that_is_broken() -> None:
    assert [Aim(5, 7).bound(value) for value in (1, 5.9, 6.1, 9)] == [5, 5, 7, 7]
    assert (Aim(low=1).bound(), Aim(high=2).bound()) == (1, 2)


def test_bounds_as_written() -> None:
    assert (bounds(Aim(low=1.87e8), "currency"), bounds(Aim(high=60), "currency")) == ("1.87億円", "60円以下")
    assert (bounds(Aim(0.05, 0.07), "ratio"), bounds(Aim(0.05, 0.07), "ratio", ENGLISH)) == (
        "5.00%〜7.00%",
        "5.00% to 7.00%",
    )
    assert bounds(Aim(high=60), "currency", ENGLISH) == "¥60 or less"
    assert bounds(Aim(low=187_000_000), "currency", exactly=True) == "187,000,000円"


def test_rule_of_targets_names_both_ways_of_judging() -> None:
    ja, en = rule("previous", Grain.MONTH, targets=True), rule("previous", Grain.MONTH, ENGLISH, targets=True)
    assert all(words in ja for words in ("目標に届けば順調", "10%以上の不足は要対応", "目標のない数字は前月より"))
    assert all(words in en for words in ("Target reached is On track", "Without a target: 2% or more"))


NUMBERS = st.floats(0.01, 1e6)


@given(value=NUMBERS, low=NUMBERS, high=NUMBERS, compare=st.sampled_from(["at_least", "at_most", "between"]))
def test_pages_judge_as_the_library_does(value: float, low: float, high: float, compare: str) -> None:
    low, high = sorted((low, high))
    calendar = Calendar()
    month = calendar.period(Grain.MONTH, date(2026, 10, 1))
    target = {
        "at_least": Target(value=low, compare=compare, period=Grain.MONTH),
        "at_most": Target(value=high, compare=compare, period=Grain.MONTH),
        "between": Target(low=low, high=high, compare=compare, period=Grain.MONTH),
    }[compare]
    aim = {"at_least": Aim(low=low), "at_most": Aim(high=high), "between": Aim(low, high)}[compare]
    assert judged(value, aim, "count") == judged_by_library(value, target, month, calendar).status
