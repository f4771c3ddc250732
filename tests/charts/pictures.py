"""Ways to look at a drawn chart, for tests."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from keiki.charts.chart import Chart, Picture
from keiki.charts.render import svg

SVG = "{http://www.w3.org/2000/svg}"


def drawn(chart: Chart, narrow: bool = False) -> ElementTree.Element:
    """The SVG as a page would hold it; not well-formed XML is an error."""
    picture = chart.narrow if narrow else chart.wide
    return ElementTree.fromstring(svg(picture, chart.kind, chart.title, chart.alt))


def words(root: ElementTree.Element) -> list[str]:
    return ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]


def pretty(chart: Chart) -> str:
    """Both pictures, one element a line, for snapshots."""
    return "\n\n".join(
        svg(picture, chart.kind, chart.title, chart.alt).replace("><", ">\n<") for picture in (chart.wide, chart.narrow)
    )


def rectangles(picture: Picture) -> list[tuple[str, Any, list[float]]]:
    """Colour, value and size in pixels of every rectangle of the picture."""
    return [
        (item["itemStyle"]["color"], item["value"], item["symbolSize"])
        for series in picture.option["series"]
        if series["type"] == "scatter"
        for item in series["data"]
        if item is not None
    ]
