"""Pictures drawn by the server."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import keiki.server
from keiki.charts import palette, render
from keiki.charts.chart import Chart
from keiki.charts.format import Style
from keiki.charts.palette import PAPER, on_paper
from keiki.charts.render import NotDrawn, drawn, svg
from keiki.charts.trend import Bar, trend

TOKENS = Path(keiki.server.__file__).parent / "ui/static/ui/tokens.css"

ENGLISH = Style("en")


def chart(seed: int = 1, style: Style = ENGLISH) -> Chart:
    bars = [Bar(str(month), f"month {month}", month * seed) for month in range(1, 13)]
    return trend(f"Orders {seed}", "Up <b>.", bars, "count", style)


def written(seed: int = 1) -> str:
    each = chart(seed)
    return svg(each.wide, each.kind, each.title, each.alt)


@pytest.fixture(autouse=True)
def _forgets() -> Iterator[None]:
    render._body.cache_clear()
    yield
    render._body.cache_clear()


def test_a_picture_holds_nothing_that_the_security_policy_forbids() -> None:
    found = written()
    assert re.findall(r"<style|\sstyle=|<script|\son\w+=|href=", found) == []


def test_a_picture_tells_what_it_shows_to_those_who_do_not_see_it() -> None:
    found = written()
    assert found.startswith('<svg class="chart chart-trend" viewBox="0 0 560 220" width="560" height="220" role="img"')
    assert "<title>Orders 1</title><desc>Columns, 12 rows (month 1 to month 12). Up &lt;b&gt;.</desc>" in found


def test_colours_are_names_that_the_style_sheet_knows() -> None:
    names = set(re.findall(r"var\(--([a-z0-9-]+)\)", written()))
    assert names <= set(PAPER)
    assert re.findall(r'(?:fill|stroke)="(?!var\(|none|#000")[^"]*"', written()) == []


def test_paper_has_the_light_colours_of_the_pages() -> None:
    usual = TOKENS.read_text().partition('[data-palette="distinct"]')[0]
    light = dict(re.findall(r"--([a-z0-9-]+): light-dark\((#[0-9a-f]+),", usual))
    assert {name: light.get(name) for name in PAPER} == PAPER
    assert "var(" not in on_paper(written())
    with pytest.raises(KeyError, match="no-such"):
        palette.colour("no-such")


def test_ids_of_twelve_pictures_on_one_page_never_meet() -> None:
    ids = [name for seed in range(1, 13) for name in re.findall(r'id="([^"]+)"', written(seed))]
    assert len(ids) == len(set(ids))


def test_a_picture_is_drawn_once_and_always_alike() -> None:
    first = written()
    assert render._body.cache_info().misses == 1
    assert written() == first
    assert render._body.cache_info().hits == 1
    render._body.cache_clear()
    assert written() == first


def test_threads_share_one_engine() -> None:
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(written, [1, 2, 3, 4] * 4))
    assert found[:4] * 4 == found
    assert len(render._ENGINE) == 1


def test_process_that_drew_closes_its_engine_before_the_interpreter_ends() -> None:
    """What is registered first is done last: it finds the engine closed."""
    code = (
        "import atexit, sys\n"
        "atexit.register(lambda: print('left', len(sys.modules['keiki.charts.render']._ENGINE)))\n"
        "from keiki.charts import render; render.warm(); print('drawn', len(render._ENGINE))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert told.stdout.split("\n")[:2] == ["drawn 1", "left 0"]


def test_a_process_forked_after_drawing_shows_the_table_and_does_not_hang() -> None:
    code = (
        "import os, warnings; warnings.simplefilter('ignore')\n"
        "from keiki.charts.chart import Picture; from keiki.charts.render import NotDrawn, svg\n"
        "draw = lambda n: svg(Picture({'series': [], 'n': n}, 10, 10), 'trend', '', '')\n"
        "draw(1); child = os.fork()\n"
        "try: child or draw(2)\n"
        "except NotDrawn: os._exit(7)\n"
        "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True); os._exit(0)"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300, check=True)
    assert told.stdout.strip() == "7"


def test_a_picture_that_takes_too_long_is_given_up_and_the_next_one_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    written()
    monkeypatch.setattr(render, "DRAW_SECONDS", 0.3)
    with pytest.raises(NotDrawn) as why:
        render._asked("while (true) {}")
    assert (why.value.reason, why.value.words(Style("en"))) == (
        "slow",
        "Drawing took too long, so only the table is shown.",
    )
    monkeypatch.setattr(render, "DRAW_SECONDS", 20.0)
    assert "<path" in written(2)


def test_a_picture_that_needs_too_much_memory_is_given_up_and_the_next_one_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(render, "DRAW_SECONDS", 60.0)  # memory ends first, on a slow machine too
    with pytest.raises(NotDrawn, match="large"):
        render._asked("const rows = []; while (true) rows.push(new Array(100000).fill(rows.length))")
    assert "<path" in written(3)


def test_an_option_that_cannot_be_drawn_leaves_the_table_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = chart()
    broken.wide.option["series"] = [{"type": "no such kind", "data": [1]}]
    broken.wide.option["yAxis"] = 5
    found = drawn(broken)
    assert (found.wide, found.reason) == ("", "The picture could not be drawn, so only the table is shown.")
    monkeypatch.setattr(render, "LARGEST", 100)
    assert drawn(chart(style=Style("ja"))).reason == "点が多すぎて図にできません。表をご覧ください。"
