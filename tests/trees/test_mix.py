"""Rate and mix: worked numbers, exact sums, Simpson's case."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.errors import NotARatio
from keiki.formula import parse, show
from keiki.trees.mix import Cell, Split, above_and_below, split_amount, split_gap, split_ratio

BEFORE = {("pc",): Cell(1_500, 60_000), ("phone",): Cell(900, 60_000)}
AFTER = {("pc",): Cell(1_080, 40_000), ("phone",): Cell(1_440, 90_000)}


def split(before: dict[tuple[str | None, ...], Cell], after: dict[tuple[str | None, ...], Cell]) -> Split:
    wholes = [sum(c.top for c in cells.values()) / sum(c.bottom for c in cells.values()) for cells in (before, after)]
    return split_ratio(before, after, *wholes)


def test_both_segments_up_and_the_total_down() -> None:
    told = split(BEFORE, AFTER)
    assert [round(100 * (v or 0), 4) for v in (told.change, told.rate, told.mix)] == [-0.0615, 0.1404, -0.2019]
    assert told.turned_by_mix
    assert told.rest == pytest.approx(0, abs=1e-15)


def test_each_segment_has_its_own_rate_and_mix() -> None:
    parts = {p.segment: p for p in split(BEFORE, AFTER).parts}
    pc, phone = parts["pc",], parts["phone",]
    assert (pc.before, pc.after, pc.share_before, pc.share_after) == (0.025, 0.027, 0.5, pytest.approx(4 / 13))
    assert pc.rate == pytest.approx((0.5 + 4 / 13) / 2 * 0.002)
    middle = (2400 / 120_000 + 2520 / 130_000) / 2
    assert phone.mix == pytest.approx((9 / 13 - 0.5) * (0.0155 - middle))


def test_segment_that_comes_or_goes_is_mix_alone() -> None:
    told = split({("old",): Cell(10, 100)}, {("old",): Cell(10, 100), ("new",): Cell(50, 100)})
    parts = {p.segment: p for p in told.parts}
    assert (parts["new",].before, parts["new",].after, parts["new",].rate) == (None, 0.5, 0.0)
    assert told.change == pytest.approx((told.rate or 0) + (told.mix or 0))
    assert told.mix == pytest.approx(0.2)


def test_what_has_nothing_below_the_line_is_a_part_of_its_own() -> None:
    before = {("web",): Cell(10, 100), ("shop",): Cell(5, 0)}
    after = {("web",): Cell(12, 100), ("shop",): Cell(9, 0)}
    told = split_ratio(before, after, 0.15, 0.21)
    assert (told.rate, told.mix, told.rest) == (pytest.approx(0.02), pytest.approx(0), pytest.approx(0))
    assert {p.segment: p.part for p in told.parts} == {("web",): pytest.approx(0.02), ("shop",): pytest.approx(0.04)}


def test_segment_that_gains_a_base_keeps_what_it_had_above_the_line() -> None:
    before, after = {("a",): Cell(10, 100), ("b",): Cell(5, 0)}, {("a",): Cell(10, 100), ("b",): Cell(5, 50)}
    told = split_ratio(before, after, 15 / 100, 15 / 150)
    assert sum(p.part for p in told.parts) == pytest.approx(15 / 150 - 15 / 100)
    assert told.rest == pytest.approx(0)


def test_missing_whole_is_said_not_zero() -> None:
    told = split_ratio(BEFORE, {}, 0.02, None)
    assert (told.change, told.rate, told.mix, told.parts) == (None, None, None, ())


def test_amount_is_shared_by_its_own_parts() -> None:
    told = split_amount({("a",): 5.0, ("b",): 9.0}, {("a",): 7.0, ("c",): 1.0}, 14.0, 8.0)
    assert [(p.segment, p.part) for p in told.parts] == [(("b",), -9.0), (("a",), 2.0), (("c",), 1.0)]
    assert (told.change, told.rate, told.mix, told.rest) == (-6.0, None, None, 0.0)


def test_gap_to_a_level_is_shared_by_segment() -> None:
    """Mobile 2 % and PC 4 % on 60/40 traffic give 2.8 %; against 3 % mobile takes 0.6 pt and PC gives 0.4 pt."""
    told = split_gap({("mobile",): Cell(1_200, 60_000), ("pc",): Cell(1_600, 40_000)}, 2_800 / 100_000, 0.03)
    assert (told.after, told.change) == (0.028, pytest.approx(-0.002))
    assert [(p.segment, p.after, p.share_after) for p in told.parts] == [(("mobile",), 0.02, 0.6), (("pc",), 0.04, 0.4)]
    assert [p.part for p in told.parts] == [pytest.approx(-0.006), pytest.approx(0.004)]
    assert sum(p.part for p in told.parts) == pytest.approx(told.change)
    assert split_gap({}, None, 0.03).change is None


CELLS = st.dictionaries(
    st.sampled_from([("a",), ("b",), ("c",), (None,)]),
    st.builds(Cell, st.floats(0, 1e6), st.floats(1, 1e6)),
    min_size=1,
)


@given(before=CELLS, after=CELLS)
def test_rate_and_mix_sum_to_the_change(before: dict, after: dict) -> None:
    told = split(before, after)
    scale = 1 + max(abs(p.before or 0) + abs(p.after or 0) for p in told.parts)
    assert (told.rate or 0) + (told.mix or 0) == pytest.approx(told.change, abs=1e-9 * scale)
    assert sum(p.part for p in told.parts) == pytest.approx(told.change, abs=1e-9 * scale)


@pytest.mark.parametrize(
    ("formula", "top", "bottom"),
    [
        ("n_orders / n_sessions", "n_orders", "n_sessions"),
        ("100 * a / b", "100 * a", "b"),
        ("1 - lost / start", "start - lost", "start"),
        ("(a - b) / sum(c, d)", "a - b", "sum(c, d)"),
        ("a + b - c", "a + b - c", "1"),
        ("a / b - c / b", "a - c", "b"),
        ("-(a / b)", "-a", "b"),
    ],
)
def test_line_of_a_ratio_is_found(formula: str, top: str, bottom: str) -> None:
    assert [show(part) for part in above_and_below("x", parse(formula))] == [top, bottom]


@pytest.mark.parametrize("formula", ["a * b", "a / b + c / d", "max(a, b)", "growth(a)"])
def test_what_segments_cannot_add_up_to_is_refused(formula: str) -> None:
    with pytest.raises(NotARatio):
        above_and_below("x", parse(formula))
