"""How often the goal comes out where."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import pretty, rectangles

from keiki.charts.format import Style
from keiki.charts.histogram import Mark, histogram

ENGLISH = Style("en")
EDGES, COUNTS = (0.0, 10.0, 20.0), (30, 10)


def test_columns_are_as_tall_as_their_counts() -> None:
    told = histogram("Orders", "Half below.", EDGES, COUNTS, [], "count", ENGLISH)
    tall = [size[1] for _ink, _value, size in rectangles(told.wide)]
    assert tall == [132.0, 44.0]
    assert told.table.rows == (("0 to 10", "75.0%"), ("10 to 20", "25.0%"))


def test_goal_beyond_the_draws_stays_in_the_picture() -> None:
    goal = Mark("Target", 40.0, "goal")
    told = histogram("Orders", "", EDGES, COUNTS, [goal, Mark("P50", 10.0, "middle")], "count", ENGLISH)
    (line, *_rest) = [each for each in told.wide.option["graphic"] if each["type"] == "line"]
    assert line["shape"]["x1"] == told.wide.width - 14
    assert told.table.rows[:2] == (("Target: 40", ""), ("P50: 10", ""))


def test_draws_that_are_all_alike_stand_in_the_middle() -> None:
    option = histogram("Orders", "", (5.0, 5.0), (100,), [], "count", ENGLISH).wide.option
    assert (option["series"][0]["data"][0]["value"][0], option["xAxis"]["min"], option["xAxis"]["max"]) == (5, 4, 6)


def test_histogram_as_drawn(snapshot: SnapshotAssertion) -> None:
    marks = [Mark("P10", 4.0), Mark("P50", 10.0, "middle"), Mark("目標", 25.0, "goal")]
    assert pretty(histogram("受注", "半々。", EDGES, COUNTS, marks, "count")) == snapshot
