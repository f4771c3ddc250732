"""The last weeks of a number in one row."""

from __future__ import annotations

from keiki.charts.aim import Aim
from keiki.charts.format import Style
from keiki.charts.weeks import weeks


def test_weeks_draw_a_column_per_value_and_the_target_of_each_week() -> None:
    chart = weeks("Orders", ["9/1", "9/8", "9/15"], [10, None, 12], [Aim(low=11)] * 3, "count", Style("en"), [True] * 3)
    assert chart.svg.count("<rect") == 2  # a week without a value leaves a gap
    assert chart.svg.count('class="target-line"') == 3
    assert chart.table.rows == (("9/1", "10", "11"), ("9/8", "—", "11"), ("9/15", "12", "11"))


def test_week_that_still_runs_is_dashed() -> None:
    chart = weeks("Orders", ["9/1", "9/8"], [10, 4], [None, None], "count", Style("en"), [True, False])
    assert chart.svg.count("stroke-dasharray") == 1
    assert "target-line" not in chart.svg
