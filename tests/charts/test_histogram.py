"""How often the goal comes out where."""

from __future__ import annotations

import re

from keiki.charts.format import Style
from keiki.charts.histogram import Mark, histogram

ENGLISH = Style("en")
EDGES, COUNTS = (0.0, 10.0, 20.0), (30, 10)


def columns(svg: str) -> list[tuple[float, float]]:
    return [
        (float(x), float(tall))
        for x, tall in re.findall(r'class="col" x="([\d.]+)" y="[\d.]+" width="[\d.]+" height="([\d.]+)"', svg)
    ]


def test_columns_are_as_tall_as_their_counts() -> None:
    told = histogram("Orders", "Half below.", EDGES, COUNTS, [], "count", ENGLISH, 228)
    assert columns(told.svg) == [(14.5, 132.0), (114.5, 44.0)]
    assert told.table.rows == (("0 to 10", "75.0%"), ("10 to 20", "25.0%"))


def test_goal_beyond_the_draws_stays_in_the_picture() -> None:
    goal = Mark("Target", 40.0, "goal")
    told = histogram("Orders", "", EDGES, COUNTS, [goal, Mark("P50", 10.0, "middle")], "count", ENGLISH, 228)
    line = re.search(r'<line class="mark-goal" x1="([\d.]+)"', told.svg)
    assert line is not None
    assert float(line[1]) == 214.0
    assert told.table.rows[:2] == (("Target: 40", ""), ("P50: 10", ""))


def test_draws_that_are_all_alike_stand_in_the_middle() -> None:
    told = histogram("Orders", "", (5.0, 5.0), (100,), [], "count", ENGLISH, 228)
    assert columns(told.svg) == [(114.5, 132.0)]
