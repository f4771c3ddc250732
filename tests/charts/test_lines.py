"""Lines over periods or ages: every value in the table, at most four drawn, nothing on anything else."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import drawn, pretty, words

from keiki.charts.axes import room
from keiki.charts.format import Style
from keiki.charts.happened import Happened
from keiki.charts.lines import Line, lines

ENGLISH = Style("en")
SIX = [Line(f"group {n}", tuple(-500.0 + n * 10 + 100 * age for age in range(13 - n))) for n in range(6)]
AGES = [str(age) for age in range(13)]


def test_at_most_four_lines_are_drawn_and_all_stand_in_the_table() -> None:
    chart = lines("Profit", "It pays back.", SIX, AGES, "currency", ENGLISH, over="Months")
    assert len(chart.wide.option["series"]) == 4
    assert chart.table.head == ("Months", *(line.name for line in SIX))
    assert chart.table.rows[12] == ("12", "¥700", "—", "—", "—", "—", "—")
    assert chart.table.rows[0][1] == "−¥500"


def test_what_happened_is_marked_above_the_lines_and_told_in_the_table() -> None:
    happened = [Happened(12, "Price up", "price"), Happened(0, "Outage", "incident"), Happened(13, "Outside")]
    chart = lines("Profit", "", SIX, AGES, "currency", ENGLISH, happened=happened)
    assert {"①", "②"} <= set(words(drawn(chart)))
    assert chart.table.head[-1] == "What happened"
    assert [row[-1] for row in chart.table.rows] == ["① Outage", *[""] * 11, "② Price up"]


def test_lines_are_told_apart_without_colour() -> None:
    dashes = [
        series["lineStyle"]["type"] for series in lines("a", "", SIX, AGES, "currency", ENGLISH).wide.option["series"]
    ]
    assert all(dashes.count(dash) == 1 for dash in dashes)


def test_names_do_not_lie_on_each_other_and_long_ones_are_cut() -> None:
    series = [Line("an extraordinarily long name of a group", (0.0, 1.0)), Line("b", (0.0, 1.0))]
    picture = lines("Profit", "", series, ["0", "1"], "currency", ENGLISH).narrow
    names = [each for each in picture.option["graphic"] if each["type"] == "text"]
    assert abs(names[0]["y"] - names[1]["y"]) >= 14.9
    assert names[0]["style"]["text"].endswith("…")
    assert all(each["x"] + room(each["style"]["text"]) <= picture.width for each in names)


def test_a_value_that_is_missing_leaves_a_gap() -> None:
    chart = lines("a", "", [Line("x", (1.0, None, float("nan"), 2.0))], ["1", "2", "3", "4"], "count", ENGLISH)
    assert chart.wide.option["series"][0]["data"] == [1.0, None, None, 2.0]
    assert [row[1] for row in chart.table.rows] == ["1", "—", "—", "2"]


def test_nothing_to_draw_is_an_empty_picture() -> None:
    chart = lines("Profit", "", [], [], "currency")
    assert (chart.table.rows, words(drawn(chart))) == ((), ["0円", "1円"])


def test_lines_as_drawn(snapshot: SnapshotAssertion) -> None:
    series = [Line("2026年1月", (-9e5, -4e5, 2e5)), Line("2026年2月", (-8e5, -1e5))]
    chart = lines("累積粗利", "3か月で回収。", series, ["0", "1", "2"], "currency", over="経過月")
    assert pretty(chart) == snapshot
