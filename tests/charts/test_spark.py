"""The sparkline: gaps, dashes and words."""

from __future__ import annotations

import re
from xml.etree import ElementTree

from keiki.charts.format import Style
from keiki.charts.spark import sparkline

SVG = "{http://www.w3.org/2000/svg}"


def test_sparkline_leaves_gaps_and_dashes_the_running_period() -> None:
    chart = sparkline("売上高", list("abcdef"), [1, 2, None, 3, 4, 5], "count", complete=[True] * 5 + [False])
    paths = ElementTree.fromstring(chart.svg).findall(f"{SVG}path")
    assert [path.get("stroke-dasharray") for path in paths] == [None, None, "2 2"]
    assert paths[0].get("d") == "M2 16L12.4 12.5"


def test_sparkline_tells_first_and_last_value_in_words() -> None:
    chart = sparkline("Revenue <b>", ["May", "Jun"], [0.02, 0.03], "ratio", Style("en"))
    assert chart.description == "May: 2.00%, Jun: 3.00%"
    assert "<title>Revenue &lt;b&gt;</title>" in chart.svg
    assert chart.table.rows == (("May", "2%"), ("Jun", "3%"))


def test_sparkline_without_values_is_empty_and_says_so() -> None:
    chart = sparkline("売上高", ["5月"], [None], "count")
    assert (chart.description, chart.table.rows) == ("値なし", (("5月", "—"),))
    assert "<path" not in chart.svg


def test_sparkline_of_equal_values_runs_through_the_middle() -> None:
    chart = sparkline("売上高", ["5月", "6月"], [7, 7], "count")
    assert re.findall(r' d="([^"]+)"', chart.svg) == ["M2 9L54 9"]
