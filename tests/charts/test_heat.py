"""Tables in colour."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import drawn, pretty, rectangles, words

from keiki.charts.format import Style
from keiki.charts.heat import STEPS, heat

ENGLISH = Style("en")
ROWS = [("Jan", (1.0, 0.5, 0.25)), ("Feb", (1.0, 0.4, None))]


def test_larger_values_are_darker_and_a_missing_one_leaves_its_cell_empty() -> None:
    chart = heat("Kept", "", ["0", "1", "2"], ROWS, "ratio", ENGLISH, over="Cohort")
    cells = chart.wide.option["series"][0]["data"]
    strong = [None if cell is None else cell["itemStyle"]["opacity"] for cell in cells]
    assert strong == [STEPS[5], STEPS[2], STEPS[0], STEPS[5], STEPS[1], None]
    assert len(rectangles(chart.wide)) == 5
    assert chart.table.rows[1] == ("Feb", "100%", "40%", "—")


def test_every_value_is_written_into_its_cell() -> None:
    found = words(drawn(heat("Kept", "", ["0", "1", "2"], ROWS, "ratio", ENGLISH)))
    assert [each for each in ("100%", "50%", "25%", "40%") if each not in found] == []


def test_a_phone_shows_as_many_columns_as_can_be_read() -> None:
    rows = [("2026年1月", tuple(1.0 / (n + 1) for n in range(24)))]
    chart = heat("継続率", "", [str(n) for n in range(24)], rows, "ratio")
    assert chart.narrow.option["tooltip"]["columns"] < chart.wide.option["tooltip"]["columns"] <= 24
    assert len(chart.table.rows[0]) == 25


def test_a_picture_of_periods_keeps_the_latest_where_they_do_not_all_fit() -> None:
    columns = [f"{n}月" for n in range(1, 13)]
    chart = heat("売上", "", columns, [("店", tuple(float(n) for n in range(1, 13)))], "currency", latest=True)
    found = words(drawn(chart, narrow=True))
    assert [("12月" in found), ("1月" in found), chart.table.rows[0][1]] == [True, False, "1円"]


def test_values_that_are_all_alike_and_none_at_all_are_drawn() -> None:
    assert words(drawn(heat("a", "", ["x"], [("r", (2.0,))], "count", ENGLISH))) == ["x", "r", "2"]
    assert words(drawn(heat("a", "", [], [], "count", ENGLISH))) == []


def test_heat_as_drawn(snapshot: SnapshotAssertion) -> None:
    assert pretty(heat("継続率", "半分が残る。", ["0", "1", "2"], ROWS, "ratio")) == snapshot
