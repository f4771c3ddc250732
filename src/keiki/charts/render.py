"""Pictures as SVG: ECharts runs in an embedded V8, one engine per process, within limits of time and memory."""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any, Final

from py_mini_racer import (
    JSEvalException,
    JSOOMException,
    JSTimeoutException,
    MiniRacer,
)

from keiki.charts.axes import LETTER, WIDE_LETTER
from keiki.charts.chart import Chart, Link, Picture, short
from keiki.charts.format import Style

STATIC: Final = Path(__file__).parent / "static"
ECHARTS: Final = "echarts.common-6.1.0.min.js"
START_SECONDS, DRAW_SECONDS = 20.0, 3.0
MEMORY: Final = 256 * 1024 * 1024
LARGEST: Final = 3_000_000
"""Characters of an option, beyond which nobody would see anything in the picture."""
KEPT: Final = 512
"""Pictures a process remembers."""
FIRST: Final = '{"xAxis":{"type":"category"},"yAxis":{},"series":[{"type":"line","data":[1,2]}]}'

REASONS: Final = {
    "large": ("点が多すぎて図にできません。表をご覧ください。", "Too many points for a picture: see the table."),
    "slow": (
        "図を描くのに時間がかかりすぎたため、表だけを示します。",
        "Drawing took too long, so only the table is shown.",
    ),
    "failed": (
        "図を描けなかったため、表だけを示します。",
        "The picture could not be drawn, so only the table is shown.",
    ),
}


class NotDrawn(Exception):
    """The picture could not be drawn; the table still says everything. `reason` is a key of `REASONS`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def words(self, style: Style) -> str:
        """The reason in the reader's language."""
        return REASONS[self.reason][0 if style.japanese else 1]


@dataclass(frozen=True)
class Drawn:
    """A chart as SVG in its widths (`full` where it was asked for), or in words why there is only its table."""

    wide: str = ""
    narrow: str = ""
    full: str = ""
    reason: str = ""


def drawn(chart: Chart, full: bool = False) -> Drawn:
    """The chart as two pictures for the page, and a third for a place as wide as the page (`full`)."""
    pictures = [chart.wide, chart.narrow, *([chart.full] if full and chart.full is not None else [])]
    try:
        return Drawn(*(svg(picture, chart.kind, chart.title, chart.alt) for picture in pictures))
    except NotDrawn as why:
        return Drawn(reason=why.words(chart.style))


def svg(picture: Picture, kind: str, title: str, alt: str) -> str:
    """One picture as SVG with its title and description for those who do not see it; `NotDrawn` when it cannot be.

    Colours are names (`var(--ink)`) that follow the page's theme, everything else is an attribute: the pages forbid
    inline styles. `palette.on_paper` writes the colours out.
    """
    option = json.dumps(picture.option, ensure_ascii=False, separators=(",", ":"))
    body = _body(option, picture.width, picture.height)
    # an image has nothing inside that can be reached, a group of links has
    role = "group" if picture.links else "img"
    return (
        f'<svg class="chart chart-{kind}" viewBox="0 0 {picture.width} {picture.height}" width="{picture.width}" '
        f'height="{picture.height}" role="{role}" xmlns="http://www.w3.org/2000/svg"><title>{escape(title)}</title>'
        f"<desc>{escape(alt)}</desc>{body}{''.join(map(_link, picture.links))}</svg>"
    )


def _link(link: Link) -> str:
    place = f'x="{short(link.x)}" y="{short(link.y)}" width="{short(link.width)}" height="{short(link.height)}"'
    return (
        f'<a href="{escape(link.url, quote=True)}"><title>{escape(link.words)}</title>'
        f'<rect class="link" {place} fill-opacity="0"/></a>'
    )


def warm() -> None:
    """Start the engine of this process and draw a first picture, which takes ten times as long as any later one."""
    with suppress(NotDrawn):
        _body(FIRST, 300, 200)


@lru_cache(maxsize=KEPT)
def _body(option: str, width: int, height: int) -> str:
    if len(option) > LARGEST:
        raise NotDrawn("large")
    mark = hashlib.blake2b(f"{width} {height} {option}".encode(), digest_size=5).hexdigest()
    return _cleaned(_asked(f"draw({option},{width},{height})"), f"c{mark}")


# --- the engine ---

_LOCK = threading.Lock()
_ENGINE: list[MiniRacer] = []
"""The engine of this process, once it was needed."""
PRELUDE: Final = f"""
echarts.setPlatformAPI({{measureText: (text, font) => {{
  const size = parseFloat((/([\\d.]+)px/.exec(font || "") || [0, 12])[1]);
  let width = 0;
  for (const letter of text || "") {{
    const code = letter.codePointAt(0);
    width += code === 0x2060 ? 0 : code > 0x2E7F ? {WIDE_LETTER} : {LETTER};
  }}
  return {{ width: width * size }};
}}}});
function draw(option, width, height) {{
  const chart = echarts.init(null, null, {{ renderer: "svg", ssr: true, width, height }});
  try {{
    chart.setOption(withWords(option));
    return chart.renderToSVGString();
  }} finally {{
    chart.dispose();
  }}
}}
true
"""


_LEFT_BEHIND: list[MiniRacer] = []
"""The engine of the parent, in a process that forked after it had drawn: V8 does not survive a fork."""


def _leave_behind() -> None:
    global _LOCK
    _LOCK = threading.Lock()
    _LEFT_BEHIND.extend(_ENGINE)  # closing it would wait for threads that are gone
    _ENGINE.clear()


os.register_at_fork(after_in_child=_leave_behind)


@atexit.register
def _close() -> None:
    """Close the engine while its threads still run; left to the end of the interpreter it can wait for ever."""
    while _ENGINE:
        with suppress(Exception):
            _ENGINE.pop().close()


def _started() -> MiniRacer:
    if _LEFT_BEHIND:
        raise NotDrawn("failed")
    if not _ENGINE:
        with ThreadPoolExecutor(1) as apart:  # beside an event loop of the caller the engine would wait for itself
            engine = apart.submit(MiniRacer).result()
        engine.eval((STATIC / ECHARTS).read_text(encoding="utf-8"), timeout_sec=START_SECONDS)
        words = (STATIC / "option.js").read_text(encoding="utf-8").replace("export function", "function")
        engine.eval(words + PRELUDE, timeout_sec=START_SECONDS, max_memory=MEMORY)
        _ENGINE.append(engine)
    return _ENGINE[0]


def _asked(code: str) -> str:
    """What the engine answers; one that ran into a limit is thrown away, the next picture starts another."""
    with _LOCK:
        try:
            found: Any = _started().eval(code, timeout_sec=DRAW_SECONDS)
        except (JSTimeoutException, JSOOMException) as why:
            _ENGINE.clear()
            raise NotDrawn("slow" if isinstance(why, JSTimeoutException) else "large") from why
        except JSEvalException as why:
            raise NotDrawn("failed") from why
    return str(found)


# --- what the pages' security policy and the reader's theme ask of the SVG ---

_STYLE_SHEET = re.compile(r"<style.*?</style>", re.DOTALL)
_FRAME = re.compile(r"^<svg[^>]*>\s*<rect[^>]*></rect>|</svg>\s*$", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_NOISE = re.compile(r' (?:class|ecmeta_\w+|pointer-events|xml:space)="[^"]*"')
_FONT = re.compile(r' style="([^"]*)"')
_SIZE = re.compile(r"font-size:([\d.]+)px")
_BOLD = re.compile(r"font-weight:(\w+)")
_ID = re.compile(r"zr\d+-")
_LONG = re.compile(r"-?\d+\.\d{3,}")


def _cleaned(found: str, mark: str) -> str:
    """The inside of the drawing without styles and classes; ids carry `mark`, so that none meets another."""
    inside = _FRAME.sub("", _STYLE_SHEET.sub("", found).strip())
    inside = _TAG.sub(lambda tag: _tag(tag[0], mark), inside)
    return inside.replace("\n", "").replace("<defs ></defs>", "")


def _tag(tag: str, mark: str) -> str:
    """One tag without what the page must not hold; words between tags are left alone."""
    bare = _FONT.sub(_font, _NOISE.sub("", tag))
    return _ID.sub(f"{mark}-", _LONG.sub(lambda long: short(float(long[0])), bare))


def _font(found: re.Match[str]) -> str:
    size, bold = _SIZE.search(found[1]), _BOLD.search(found[1])
    written = f' font-size="{size[1]}"' if size else ""
    return written + (f' font-weight="{bold[1]}"' if bold and bold[1] not in {"400", "normal"} else "")
