"""Lines of who is still there: steps, the band, names that keep apart, the table."""

from __future__ import annotations

import re
from itertools import pairwise

from keiki.charts.format import Style
from keiki.charts.survival_curve import Curve, Point, survival_curve

ENGLISH = Style("en", "JPY")


def curve(name: str, *shares: float) -> Curve:
    points = [Point(0, 1.0, None, None, 10)]
    points += [Point(n, share, share - 0.1, share + 0.05, 10 - n) for n, share in enumerate(shares, 1)]
    return Curve(name, tuple(points))


def test_curve_goes_down_in_steps_with_its_band() -> None:
    chart = survival_curve("Still there", "Half stay.", [curve("all", 0.8, 0.5)], "months", ENGLISH, 360)
    (path,) = re.findall(r'class="curve curve-0" d="([^"]+)"', chart.svg)
    assert path.count("H") == path.count("V") == 2
    assert chart.svg.count("curve-band") == 1
    assert "<desc>Half stay.</desc>" in chart.svg
    assert chart.table.head == ("months", "all")
    assert chart.table.rows[1] == ("1", "80.0% [70.0%–85.0%] (n=9)")


def test_names_of_lines_that_end_alike_keep_apart() -> None:
    chart = survival_curve("t", "s", [curve("a", 0.5), curve("b", 0.5), curve("c", 0.5, 0.1)], "months", ENGLISH)
    heights = sorted(float(y) for y in re.findall(r'class="curve-name" x="[^"]+" y="([^"]+)"', chart.svg))
    assert min(after - before for before, after in pairwise(heights)) >= 14.9
    assert chart.table.rows[2][:3] == ("2", "—", "—")


def test_nothing_to_draw_is_an_empty_picture() -> None:
    chart = survival_curve("t", "s", [], "months", ENGLISH)
    assert "curve-0" not in chart.svg
    assert chart.table.rows == ()
