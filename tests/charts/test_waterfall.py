"""Columns from a start to an end."""

from __future__ import annotations

from syrupy.assertion import SnapshotAssertion
from tests.charts.pictures import drawn, pretty, rectangles, words

from keiki.charts.bridge import Step
from keiki.charts.format import Style
from keiki.charts.palette import BAD, GOOD, STRONG
from keiki.charts.waterfall import waterfall

ENGLISH = Style("en")
ENDS = (("Start", 100.0), ("End", 55.0))
STEPS = [Step("New", 20.0), Step("Churn", -65.0)]


def test_columns_begin_where_the_last_one_ended() -> None:
    found = rectangles(waterfall("MRR", "", ENDS, STEPS, "currency", ENGLISH).wide)
    assert [(ink, value[1]) for ink, value, _size in found] == [
        (STRONG, 50.0),
        (GOOD, 110.0),
        (BAD, 87.5),
        (STRONG, 27.5),
    ]
    tall = [size[1] for _ink, _value, size in found]
    assert [round(each / tall[0], 2) for each in tall] == [1, 0.2, 0.65, 0.55]


def test_levels_far_from_zero_begin_near_themselves_and_say_so() -> None:
    chart = waterfall("MRR", "", (("Start", 1000.0), ("End", 1010.0)), [Step("New", 10.0)], "currency", ENGLISH)
    assert chart.wide.option["yAxis"]["min"] > 900
    assert "The axis does not begin at 0" in words(drawn(chart))
    assert "The axis does not begin at 0" not in words(drawn(waterfall("MRR", "", ENDS, STEPS, "currency", ENGLISH)))


def test_names_that_are_longer_than_their_columns_stand_on_two_lines_and_are_whole() -> None:
    steps = [Step(name, 1.0) for name in ("新規契約", "再開契約", "拡張契約", "縮小契約", "解約契約")]
    chart = waterfall("MRR", "", (("月初", 10.0), ("月末", 15.0)), steps, "currency")
    assert [step.label for step in steps if step.label not in words(drawn(chart, narrow=True))] == []


def test_every_amount_stands_on_a_narrow_picture_a_line_higher_where_it_would_lie_on_its_neighbour() -> None:
    steps = [Step(name, amount) for name, amount in zip("abcdef", (2e6, 3e6, 4e6, 5e6, -6e6, -7e6), strict=True)]
    chart = waterfall("MRR", "", (("Start", 34_900_000.0), ("End", 35_900_000.0)), steps, "currency", ENGLISH)
    shown = [each for each in chart.narrow.option["graphic"] if "¥" in each.get("style", {}).get("text", "")]
    assert [each["style"]["text"] for each in shown] == [
        *("¥34.9M", "+¥2.00M", "+¥3.00M", "+¥4.00M", "+¥5.00M", "−¥6.00M", "−¥7.00M", "¥35.9M"),
    ]
    assert len({each["y"] for each in shown}) > 1
    assert min(each["y"] for each in shown) >= 14


def test_waterfall_as_drawn(snapshot: SnapshotAssertion) -> None:
    assert pretty(waterfall("MRR", "純減45。", ENDS, STEPS, "currency")) == snapshot
