"""The trend with its target line."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from keiki.charts.aim import Aim
from keiki.charts.bars import NARROW, WIDTH, Bar
from keiki.charts.format import Style
from keiki.charts.trend import trend

SVG = "{http://www.w3.org/2000/svg}"
FIVE = [
    Bar(str(month), f"2026年{month}月", value) for month, value in zip(range(1, 6), (90, 95, 99, 110, 118), strict=True)
]
STEPPED = [Aim(low=100)] * 3 + [Aim(low=120)] * 2


def drawn(bars: list[Bar], aims: list[Aim | None], **options: object) -> ElementTree.Element:
    return ElementTree.fromstring(trend("件数", "説明", bars, aims, "count", **options).svg)


def test_trend_draws_a_stepped_target_line() -> None:
    """100 from January, 120 from April: one step up where April begins."""
    (line,) = [path for path in drawn(FIVE, STEPPED).iter(f"{SVG}path") if path.get("class") == "target-line"]
    path = line.get("d") or ""
    levels = [part.split("H")[0] for part in path.replace("M64 ", "V").split("V")[1:]]
    assert len(levels) == 5
    assert levels[0] == levels[1] == levels[2] > levels[3] == levels[4]  # further down is lower


def test_trend_table_holds_target_and_difference() -> None:
    table = trend("件数", "", FIVE, STEPPED, "count").table
    assert table.head == ("期間", "件数", "目標", "目標との差")
    assert table.rows[2] == ("2026年3月", "99", "100", "−1.0%")
    assert table.rows[4] == ("2026年5月", "118", "120", "−1.7%")


def test_trend_without_a_target_in_a_period_leaves_a_gap() -> None:
    aims: list[Aim | None] = [Aim(low=100), None, Aim(low=100), None, None]
    (line,) = [path for path in drawn(FIVE, aims).iter(f"{SVG}path") if path.get("class") == "target-line"]
    assert (line.get("d") or "").count("M") == 2
    assert trend("件数", "", FIVE, aims, "count").table.rows[1][2:] == ("—", "—")


def test_trend_draws_a_band_between_two_bounds() -> None:
    root = drawn(FIVE, [Aim(80, 100)] * 5)
    kinds = [element.get("class") for element in root.iter()]
    assert (kinds.count("target-band"), kinds.count("target-line")) == (5, 2)


def test_trend_marks_the_pace_of_a_running_period() -> None:
    aims = [*STEPPED[:4], Aim(low=40, whole=Aim(low=120))]
    bars = [*FIVE[:4], Bar("5", "May", 30, complete=False)]
    root = drawn(bars, aims)
    assert [line.get("class") for line in root.iter(f"{SVG}line")].count("pace") == 1
    row = trend("Count", "", bars, aims, "count", Style("en")).table.rows[-1]
    assert row == ("May (so far)", "30", "120", "−25.0%")


@pytest.mark.parametrize(("value", "target"), [(118, 119), (119, 118), (118, 118)])
def test_names_never_overlap(value: float, target: float) -> None:
    root = drawn([*FIVE[:4], Bar("5", "5月", value)], [Aim(low=target)] * 5, width=NARROW)
    names = [each for each in root.iter(f"{SVG}text") if each.get("class") in {"direct", "target-name"}]
    heights = sorted(float(each.get("y") or 0) for each in names)
    assert heights[1] - heights[0] >= 15.9


def test_trend_without_values_or_targets_still_draws() -> None:
    assert drawn([Bar("1", "1", None)], [None]).findall(f"{SVG}rect") == []


@pytest.mark.parametrize("width", [WIDTH, NARROW])
def test_names_at_the_right_are_never_cut(width: int) -> None:
    bars = [Bar("5", "5月", 123_456_789.0)]
    for style in (Style("ja"), Style("en")):
        root = ElementTree.fromstring(trend("a", "b", bars, [Aim(low=987_654_321.0)], "currency", style, width).svg)
        for each in root.iter(f"{SVG}text"):
            if each.get("class") in {"direct", "target-name"}:
                wide = sum(12 if ord(letter) > 0x2E7F else 6.6 for letter in each.text or "")
                assert float(each.get("x") or 0) + wide <= width
