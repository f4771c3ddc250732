"""Bars of what each driver does to the goal."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import drawn, pretty, rectangles, words

from keiki.charts.format import Style
from keiki.charts.render import svg
from keiki.charts.tornado import Swing, tornado

ENGLISH = Style("en")
SWINGS = (Swing("Orders", -200_000.0, 200_000.0), Swing("Returns", 50_000.0, -50_000.0))


def test_bars_go_to_the_side_of_their_effect_and_as_far() -> None:
    told = tornado("Revenue", "Orders first.", SWINGS, "currency", ("−1%", "+1%"), ENGLISH)
    found = rectangles(told.wide)
    assert [value[0] for _ink, value, _size in found] == [-100_000, 25_000, 100_000, -25_000]
    assert [round(size[0] / found[0][2][0], 2) for _ink, _value, size in found] == [1, 0.25, 1, 0.25]


def test_table_tells_the_amounts_with_their_signs() -> None:
    told = tornado("Revenue", "Orders first.", SWINGS, "currency", ("−1%", "+1%"), ENGLISH)
    assert told.table.head == ("Driver", "−1%", "+1%")
    assert told.table.rows == (("Orders", "−¥200,000", "+¥200,000"), ("Returns", "+¥50,000", "−¥50,000"))


def test_drivers_without_effect_draw_no_wide_bar_and_nothing_is_an_empty_picture() -> None:
    nothing = tornado("R", "", [Swing("a", 0, 0)], "count", ("", ""))
    assert [size[0] for _ink, _value, size in rectangles(nothing.wide)] == [1.0, 1.0]
    assert words(drawn(tornado("R", "", [], "count", ("", "")))) == []


def test_names_cannot_break_out_of_the_picture() -> None:
    told = tornado("R", "", [Swing("<script>", 1, 1)], "count", ("", ""))
    assert "<script" not in svg(told.wide, told.kind, told.title, told.alt)


def test_tornado_as_drawn(snapshot: SnapshotAssertion) -> None:
    assert pretty(tornado("売上高", "注文が最も効く。", SWINGS, "currency", ("−1%", "+1%"))) == snapshot
