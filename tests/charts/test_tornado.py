"""Bars of what each driver does to the goal."""

from __future__ import annotations

import re

from keiki.charts.format import Style
from keiki.charts.tornado import Swing, tornado

ENGLISH = Style("en")
SWINGS = (Swing("Orders", -200_000.0, 200_000.0), Swing("Returns", 50_000.0, -50_000.0))


def bars(svg: str) -> list[tuple[str, float, float]]:
    found = re.findall(r'<rect class="(swing-\w+)" x="([\d.]+)" y="[\d.]+" width="([\d.]+)"', svg)
    return [(kind, float(x), float(wide)) for kind, x, wide in found]


def test_bars_go_to_the_side_of_their_effect_and_as_far() -> None:
    told = tornado("Revenue", "Orders first.", SWINGS, "currency", ("−1%", "+1%"), ENGLISH, 560)
    assert bars(told.svg) == [
        ("swing-down", 84.0, 196.0),
        ("swing-up", 280.0, 196.0),
        ("swing-down", 280.0, 49.0),
        ("swing-up", 231.0, 49.0),
    ]


def test_table_tells_the_amounts_with_their_signs() -> None:
    told = tornado("Revenue", "Orders first.", SWINGS, "currency", ("−1%", "+1%"), ENGLISH)
    assert told.table.head == ("Driver", "−1%", "+1%")
    assert told.table.rows == (("Orders", "−¥200,000", "+¥200,000"), ("Returns", "+¥50,000", "−¥50,000"))


def test_drivers_without_effect_draw_no_wide_bar_and_nothing_is_an_empty_picture() -> None:
    assert [wide for _, _, wide in bars(tornado("R", "", [Swing("a", 0, 0)], "count", ("", "")).svg)] == [0.5, 0.5]
    assert bars(tornado("R", "", [], "count", ("", "")).svg) == []


def test_names_cannot_break_out_of_the_picture() -> None:
    assert "<script" not in tornado("R", "", [Swing("<script>", 1, 1)], "count", ("", "")).svg
