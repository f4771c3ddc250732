"""The history columns: place, dashes, ticks and the table beside them."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from keiki.charts.bars import NARROW, Bar, history
from keiki.charts.format import Style

SVG = "{http://www.w3.org/2000/svg}"


def drawn(bars: list[Bar], unit: str = "count") -> ElementTree.Element:
    return ElementTree.fromstring(history("売上高", "説明", bars, unit).svg)


def test_history_marks_the_last_and_dashes_the_incomplete_period() -> None:
    rects = drawn([Bar("8", "8月", 1), Bar("9", "9月", None), Bar("10", "10月", 2, complete=False)]).findall(
        f"{SVG}rect"
    )
    assert [(rect.get("class"), rect.get("stroke-dasharray")) for rect in rects] == [("col", None), ("col-part", "4 3")]


def test_history_draws_columns_in_proportion_from_zero() -> None:
    heights = [
        float(rect.get("height") or 0) for rect in drawn([Bar("a", "a", 50), Bar("b", "b", 100)]).findall(f"{SVG}rect")
    ]
    assert heights[1] == pytest.approx(2 * heights[0])


def test_history_hangs_negative_values_below_the_axis() -> None:
    root = drawn([Bar("a", "a", -50), Bar("b", "b", 100)])
    axis = next(line for line in root.findall(f"{SVG}line") if line.get("class") == "axis")
    below, above = root.findall(f"{SVG}rect")
    assert below.get("y") == axis.get("y1")
    assert float(above.get("y") or 0) + float(above.get("height") or 0) == pytest.approx(float(axis.get("y1") or 0))


def test_history_has_round_ticks() -> None:
    root = drawn([Bar("a", "a", 180_000_000)], "currency")
    texts = [text.text for text in root.findall(f"{SVG}text") if text.get("text-anchor") == "end"]
    assert texts == ["0円", "5,000万円", "1.00億円", "1.50億円", "2.00億円"]


def test_history_table_holds_every_exact_value() -> None:
    chart = history(
        "Revenue", "", [Bar("9", "Sep", None), Bar("10", "Oct", 1234.5, complete=False)], "currency", Style("en")
    )
    assert chart.table.head == ("Period", "Revenue")
    assert chart.table.rows == (("Sep", "—"), ("Oct (so far)", "¥1,234.50"))


def test_history_without_values_still_draws_its_frame() -> None:
    assert drawn([]).findall(f"{SVG}rect") == []


def test_history_narrow_keeps_letters_and_skips_names() -> None:
    bars = [Bar(str(n), str(n), n) for n in range(1, 14)]
    root = ElementTree.fromstring(history("a", "b", bars, "count", width=NARROW).svg)
    names = [text.text for text in root.findall(f"{SVG}text") if text.get("text-anchor") == "middle"]
    assert (root.get("width"), names) == ("360", ["1", "3", "5", "7", "9", "11", "13", "13"])
