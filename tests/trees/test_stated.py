"""What a typed target can mean."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.errors import TargetOutOfReach, UnitDoesNotFit, UnreadableTarget
from keiki.trees.stated import stated


@pytest.mark.feature("F-044")
def test_minus_five_percent_of_ten_percent_offers_both_meanings() -> None:
    readings = stated("-5%", 0.10)
    assert [(r.kind, pytest.approx(r.value)) for r in readings] == [("relative", 0.095), ("points", 0.05)]
    assert [r.ja for r in readings] == ["今より5%減", "今より5ポイント減"]
    assert [r.en for r in readings] == ["5% less than now", "5 points less than now"]


@pytest.mark.parametrize(
    ("text", "now", "unit", "expected"),
    [
        ("9.5%", None, "ratio", [("absolute", 0.095)]),
        ("9.5", None, "ratio", [("absolute", 0.095), ("absolute", 9.5)]),
        ("0.03", None, "ratio", [("absolute", 0.03), ("absolute", 0.0003)]),
        ("－５％", 0.1, "ratio", [("relative", 0.095), ("points", 0.05)]),
        ("▲5ポイント", 0.1, "ratio", [("points", 0.05)]),
        ("+0.3pt", 0.02, "ratio", [("points", 0.023)]),
        ("5%減", 0.1, "ratio", [("relative", 0.095), ("points", 0.05)]),
        ("-2", 0.1, "ratio", [("points", 0.08)]),
        ("+10%", 8000.0, "currency", [("relative", 8800.0)]),
        ("8,400円", 8000.0, "currency", [("absolute", 8400.0)]),
        ("1億円", None, "currency", [("absolute", 1e8)]),
        ("+1000", 8000.0, "currency", [("change", 9000.0), ("absolute", 1000.0)]),
        ("1,000件増", 8000.0, "count", [("change", 9000.0)]),
        ("20%減", 8000.0, "currency", [("relative", 6400.0)]),
        ("0.8倍", 8000.0, "currency", [("relative", 6400.0)]),
        ("x1.2", 2.0, "number", [("relative", 2.4)]),
    ],
)
def test_typed_target_is_read(text: str, now: float | None, unit: str, expected: list[tuple[str, float]]) -> None:
    assert [(r.kind, pytest.approx(r.value)) for r in stated(text, now, unit)] == expected


@pytest.mark.parametrize("text", ["", "soon", "-5%", "5%5", "--5", "1e9", "nan", "+-3"])
def test_what_is_no_target_is_told(text: str) -> None:
    with pytest.raises(UnreadableTarget):
        stated(text)


@pytest.mark.parametrize(("text", "unit"), [("５０万", "ratio"), ("12億%", "ratio"), ("1" * 18, "count")])
def test_value_beyond_its_unit_is_refused_with_the_most_it_can_be(text: str, unit: str) -> None:
    with pytest.raises(TargetOutOfReach) as caught:
        stated(text, None, unit)
    assert ("100,000%" if unit == "ratio" else "1,000,000,000,000,000") in str(caught.value)


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("¥1,200", "ratio"),
        ("￥1,200", "ratio"),
        ("1,200円", "ratio"),
        ("+5円", "ratio"),
        ("$12", "count"),
        ("12件", "ratio"),
        ("80%", "currency"),
        ("８０％", "count"),
        ("3時間", "days"),
    ],
)
def test_sign_of_another_unit_is_refused_in_words(text: str, unit: str) -> None:
    with pytest.raises(UnitDoesNotFit) as caught:
        stated(text, 0.05, unit)
    assert caught.value.words("en").startswith(f"“{text}” does not fit: the unit here is ")
    assert caught.value.words("ja").startswith(f"「{text}」は単位が合いません。")


@given(text=st.text(max_size=20), now=st.none() | st.floats(-1e9, 1e9), unit=st.sampled_from(["ratio", "currency"]))
def test_any_text_is_read_or_refused(text: str, now: float | None, unit: str) -> None:
    try:
        readings = stated(text, now, unit)
    except (UnreadableTarget, TargetOutOfReach, UnitDoesNotFit):
        return
    assert all(math.isfinite(reading.value) for reading in readings)
    assert len(readings) in (1, 2)


@pytest.mark.parametrize("text", ["1,5", "1,2,3", "12,34,567", "8,4000円"])
def test_comma_that_does_not_part_thousands_is_asked_back(text: str) -> None:
    with pytest.raises(UnreadableTarget):
        stated(text, 100.0, "currency")
