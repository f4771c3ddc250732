"""Pictures drawn on the server, after the engine has started. Bars: 25 ms for one, 300 ms for a page of twelve charts.

Every picture differs from the ones before, so that nothing comes from memory; a chart is two pictures, one for a desk
and one for a phone. The peer is the same page from memory, as all but the first reader of a worker get it.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

from keiki.charts import render
from keiki.charts.aim import Aim
from keiki.charts.bridge import Step, bridge
from keiki.charts.chart import Chart
from keiki.charts.lines import Line, lines
from keiki.charts.rows import Part, funnel
from keiki.charts.stacked import Column, stacked
from keiki.charts.trend import Bar, trend

PICTURE_MS, PAGE_MS = 25.0, 300.0
CHARTS, PAGES = 12, 25


def main() -> int:
    """Print the times; 1 when the middle of the pictures or of the pages misses its bar."""
    started = _taken(render.warm)[0]
    for seed in range(5):
        _draw(_charts(seed))
    pictures: list[tuple[float, float]] = []
    pages: list[tuple[float, float]] = []
    again: list[tuple[float, float]] = []
    for seed in range(100, 100 + PAGES):
        charts = _charts(seed)
        for chart in charts[:2]:
            pictures.append(_taken(partial(render.svg, chart.wide, chart.kind, chart.title, chart.alt)))
        render._body.cache_clear()
        pages.append(_taken(partial(_draw, charts)))
        again.append(_taken(partial(_draw, charts)))
    one, page = _middle(pictures), _middle(pages)
    print(f"engine started in {started:.0f} ms, once per process")
    print(f"one picture {one[0]:.1f} ms, processor {one[1]:.1f} ms   limit {PICTURE_MS:.0f} ms")
    print(f"page of {CHARTS} charts {page[0]:.0f} ms, processor {page[1]:.0f} ms   limit {PAGE_MS:.0f} ms")
    print(f"the same page from memory {_middle(again)[0]:.1f} ms   ratio {page[0] / _middle(again)[0]:.0f}")
    return 0 if one[0] <= PICTURE_MS and page[0] <= PAGE_MS else 1


def _draw(charts: list[Chart]) -> None:
    for chart in charts:
        render.drawn(chart)


def _charts(seed: int) -> list[Chart]:
    """Twelve charts of five kinds, as on a dashboard."""
    return [*_six(seed), *_six(seed + 1_000)]


def _six(seed: int) -> list[Chart]:
    months = [f"{month}月" for month in range(1, 13)]
    bars = [Bar(month, month, 1e6 * (seed + place)) for place, month in enumerate(months)]
    aims = [Aim(low=1e6 * (seed + 6))] * 12
    series = [Line(f"{seed} {n}", [1e5 * (seed + n * place) for place in range(12)]) for n in range(4)]
    columns = [Column(month, month, (1e5 * seed, 2e5, 3e5)) for month in months]
    steps = [Step(f"要因{n}", 1e5 * (n - 2) * (seed + 1)) for n in range(6)]
    way = [Part(f"段階{n}", 1000.0 * (seed + 10) / (n + 1)) for n in range(5)]
    ends = (("前月", 1e6), ("今月", 1e6 + sum(step.amount for step in steps)))
    return [
        trend("売上高", "説明", bars, "currency", aims=aims),
        trend(f"購入率{seed}", "説明", bars, "count", aims=aims),
        lines("累積", "説明", series, months, "currency"),
        stacked("内訳", "説明", columns, [("新規", ""), ("既存", ""), ("復活", "")], "currency"),
        bridge("要因", "説明", ends, steps, "currency"),
        funnel("人数", "説明", way),
    ]


def _taken(run: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds by the clock and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return (time.perf_counter() - clock) * 1000, (time.process_time() - processor) * 1000


def _middle(times: list[tuple[float, float]]) -> tuple[float, float]:
    return statistics.median(clock for clock, _ in times), statistics.median(processor for _, processor in times)


if __name__ == "__main__":
    raise SystemExit(main())
