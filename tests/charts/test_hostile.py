"""Every kind of chart with values and words that nobody would wish for."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from tests.charts.pictures import drawn, words

from keiki.charts.aim import Aim
from keiki.charts.bridge import Step, bridge
from keiki.charts.chart import Chart
from keiki.charts.happened import Happened
from keiki.charts.heat import heat
from keiki.charts.histogram import Mark, histogram
from keiki.charts.lines import Line, lines
from keiki.charts.multiples import multiples
from keiki.charts.rows import Held, Part, bullets, funnel, parts
from keiki.charts.scatter import Axis, Dot, calibration, scatter
from keiki.charts.stacked import Column, stacked, stacked_share
from keiki.charts.survival_curve import Curve, Point, survival_curve
from keiki.charts.tornado import Swing, tornado
from keiki.charts.trend import Bar, Expected, trend
from keiki.charts.waterfall import waterfall

LONG = "とても長い日本語の名前" * 20
EVIL = '</text><script>alert("{b}")</script> & {a} {@[0]} 日本\x00語'.replace("\x00", "")
Made = Callable[[float | None, str], Chart]
AXIS = Axis("x", "currency")


def number(value: float | None) -> float:
    return math.nan if value is None else value


MADE: dict[str, Made] = {
    "trend": lambda v, w: trend(w, w, [Bar(w, w, 1.0), Bar(w, w, v, complete=False)], "currency", aims=[Aim(1), None],
                                expected=[None, Expected(number(v), 0, 1)], happened=[Happened(0, w)]),
    "bridge": lambda v, w: bridge(w, w, ((w, 1.0), (w, number(v))), [Step(w, number(v), "/?a=1&b=2")], "currency"),
    "waterfall": lambda v, w: waterfall(w, w, ((w, 1.0), (w, number(v))), [Step(w, number(v))], "currency"),
    "tornado": lambda v, w: tornado(w, w, [Swing(w, -number(v), number(v))], "currency", (w, w)),
    "histogram": lambda v, w: histogram(w, w, [0.0, 1.0], [3], [Mark(w, number(v), "goal")], "currency"),
    "lines": lambda v, w: lines(w, w, [Line(w, (1.0, v))], [w, w], "currency"),
    "stacked": lambda v, w: stacked(w, w, [Column(w, w, (1.0, number(v)))], [(w, ""), (w, "act")], "currency"),
    "stacked_share": lambda v, w: stacked_share(w, w, [Column(w, w, (1.0, number(v)))], [(w, ""), (w, "")]),
    "parts": lambda v, w: parts(w, w, [Part(w, v), Part(w, 1.0)], "currency", total=v),
    "funnel": lambda v, w: funnel(w, w, [Part(w, v), Part(w, v)]),
    "bullets": lambda v, w: bullets(w, w, [Held(w, v, Aim(low=1.0), "currency"), Held(w, 1.0, Aim(low=v), "count")]),
    "scatter": lambda v, w: scatter(w, w, [Dot(w, 1.0, v), Dot(w, 2.0, 3.0)], AXIS, AXIS),
    "calibration": lambda v, w: calibration(w, w, [Dot(w, 0.5, v)]),
    "heat": lambda v, w: heat(w, w, [w, w], [(w, (1.0, v))], "currency"),
    "multiples": lambda v, w: multiples(w, w, [Line(w, (1.0, v))], [w, w], "currency"),
    "survival": lambda v, w: survival_curve(w, w, [Curve(w, (Point(0, 1, None, None, 9), Point(1, 0.5, 0, 1, 9)))], w),
}  # fmt: skip
VALUES = {
    "none": None,
    "nan": math.nan,
    "infinity": math.inf,
    "negative": -5_000_000.0,
    "huge": 1.7e308,
    "large": 9.87e29,
    "tiny": 1e-300,
    "zero": 0.0,
}


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("value", VALUES)
def test_any_value_is_drawn_or_left_out(kind: str, value: str) -> None:
    chart = MADE[kind](VALUES[value], "名前")
    for narrow in (False, True):
        found = words(drawn(chart, narrow))
        assert [each for each in found if "NaN" in each or "nan" in each or "Infinity" in each] == []


@pytest.mark.parametrize("kind", MADE)
@pytest.mark.parametrize("text", [LONG, EVIL, ""])
def test_any_words_stay_words_and_stay_inside(kind: str, text: str) -> None:
    chart = MADE[kind](12_345.0, text)
    for narrow in (False, True):
        root = drawn(chart, narrow)
        assert {each.tag.rpartition("}")[2] for each in root.iter()} <= {
            *("svg", "title", "desc", "text", "tspan", "path", "rect", "circle", "g", "a", "defs", "clipPath")
        }
        assert [each for each in root.iter() if "style" in each.attrib or "onclick" in each.attrib] == []
