"""Curves and stacked columns: every value in the table, at most four lines, nothing drawn outside."""

from __future__ import annotations

import re

from keiki.charts.bars import HEIGHT, NARROW, WIDTH
from keiki.charts.curves import Line, curves
from keiki.charts.format import Style
from keiki.charts.stacked import Column, stacked

ENGLISH = Style("en")
LINES = [Line(f"group {n}", tuple(-500.0 + n * 10 + 100 * age for age in range(13 - n))) for n in range(6)]


def test_at_most_four_lines_are_drawn_and_all_stand_in_the_table() -> None:
    chart = curves("Profit", "It pays back.", LINES, "currency", "Months", ENGLISH)
    assert chart.svg.count("<polyline") == 4
    assert chart.table.head == ("Months", *(line.name for line in LINES))
    assert chart.table.rows[12] == ("12", "¥700", "—", "—", "—", "—", "—")
    assert chart.table.rows[0][1] == "−¥500"


def test_names_do_not_lie_on_each_other_and_long_ones_are_cut() -> None:
    lines = [Line("an extraordinarily long name of a group", (0.0, 1.0)), Line("b", (0.0, 1.0))]
    chart = curves("Profit", "", lines, "currency", "Months", ENGLISH, NARROW)
    heights = [float(y) for y in re.findall(r'class="line-name name-\d" x="[\d.]+" y="([\d.]+)"', chart.svg)]
    assert abs(heights[0] - heights[1]) >= 12
    assert "…" in chart.svg


def test_nothing_to_draw_is_an_empty_picture() -> None:
    assert curves("Profit", "", [], "currency", "Months").table.rows == ()
    assert stacked("Revenue", "", [], [("good", "good")], "currency").table.rows == ()


def test_columns_are_as_high_as_their_parts_together() -> None:
    parts = [("Good", "good"), ("Bad", "act")]
    columns = [Column("Q1", "Quarter 1", (300.0, 100.0)), Column("Q2", "Quarter 2", (100.0, -50.0), complete=False)]
    chart = stacked("Revenue", "", columns, parts, "currency", ENGLISH, WIDTH)
    heights = [
        float(h) for h in re.findall(r'class="part-\w+" x="[\d.]+" y="[\d.]+" width="44" height="([\d.]+)"', chart.svg)
    ]
    assert heights[0] / heights[1] == 3
    assert heights[2] == heights[1]
    assert sum(heights[:2]) < HEIGHT
    assert chart.table.rows == (("Quarter 1", "¥300", "¥100"), ("Quarter 2 (so far)", "¥100", "−¥50"))
