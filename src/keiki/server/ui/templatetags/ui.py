"""The tags every template may use without loading: icon, status, avatar initials, query strings of links."""

from __future__ import annotations

import json
import re
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django import template
from django.forms.boundfield import BoundField, BoundWidget
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from keiki.charts.chart import Chart
from keiki.charts.render import ECHARTS, drawn
from keiki.server.ui.icons import ICONS
from keiki.server.ui.language import current_language

register = template.Library()

JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]+")
STATUS_WORDS = {"good": _("On track"), "watch": _("Watch"), "act": _("Act now"), "none": _("No data")}


MANY: Final = 12
"""Choices up to which a list is short enough to stand open."""


@register.filter
def folded(field: BoundField) -> tuple[list[BoundWidget], list[BoundWidget]]:
    """The choices of a field that stand open, and those of a long list that are folded away: what is chosen and, where
    the field names its `usual` values, those stand open, in the order of the list.
    """
    every = list(field)
    if len(every) <= MANY:
        return every, []
    usual = {str(value) for value in getattr(field.field, "usual", ())}
    opened = [each for each in every if each.data["selected"] or str(each.data["value"]) in usual]
    return opened, [each for each in every if each not in opened]


@register.simple_tag
def gap() -> str:
    """What stands between two sentences: nothing in Japanese, a space elsewhere."""
    return "" if current_language() == "ja" else " "


@register.simple_tag
def colon() -> str:
    """What stands between a name and what it names: a wide colon in Japanese."""
    return "：" if current_language() == "ja" else ": "


@register.simple_tag
def comma() -> str:
    """What stands between the parts of a list."""
    return "、" if current_language() == "ja" else ", "


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """An icon of our own set; without a label it is decoration and screen readers skip it."""
    inside = mark_safe(ICONS[name])  # our own constant
    meaning = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon" viewBox="0 0 20 20" width="{}" height="{}" {}>{}</svg>', size, size, meaning, inside
    )


@register.simple_tag
def status(kind: str, words: str = "") -> SafeString:
    """The status of a number as colour, icon and word; `kind` is good, watch, act or none."""
    return format_html(
        '<span class="status status-{}">{}<span>{}</span></span>',
        kind,
        icon(kind, size=16),
        words or STATUS_WORDS[kind],
    )


@register.inclusion_tag("ui/figure.html")
def figure(chart: Chart, full: bool = False, still: bool = False) -> dict[str, Any]:
    """A chart as its picture, its table and the button that brings it to life; only the table, with the reason, when
    it cannot be drawn. `full` where it may become as wide as the page; `still` where nothing can be fetched.
    """
    pictures = drawn(chart, full)
    laid_out = (chart.wide, chart.narrow, *([chart.full] if pictures.full and chart.full else []))
    options = [[each.option, each.width, each.height] for each in laid_out]
    written = json.dumps(options, ensure_ascii=False, separators=(",", ":"))
    return {
        "chart": chart,
        "still": still,
        "drawn": pictures,
        "wide": mark_safe(pictures.wide),  # every word in it was escaped when it was drawn
        "narrow": mark_safe(pictures.narrow),
        "full": mark_safe(pictures.full),
        "options": mark_safe(written.replace("&", "&amp;").replace("<", "&lt;")),
        "echarts": f"charts/{ECHARTS}",
    }


@register.filter
def initials(name: str) -> str:
    """The first letters of a person's name: two for Latin names, one otherwise.

    >>> initials("Hanako Sato"), initials("佐藤 花子"), initials("")
    ('HS', '佐', '?')
    """
    words = name.split()
    if not words:
        return "?"
    if words[0][0].isascii() and len(words) > 1:
        return (words[0][0] + words[-1][0]).upper()
    return words[0][0].upper()


@register.filter
def languages_marked(words: str) -> SafeString:
    """Words that may hold Japanese on a page of another language, each part in its own language for who hears it read.

    For what a business typed itself, such as its keywords.
    """
    text = conditional_escape(words)
    if current_language() == "ja":
        return text
    return mark_safe(JAPANESE.sub(r'<span lang="ja">\g<0></span>', text))  # escaped above


@register.filter
def moment(at: datetime | None) -> str:
    """A point in time in the zone of the business: 2026/11/20 06:00, or 20 Nov 2026, 06:00."""
    if at is None:
        return "—"
    pattern = "Y/m/d H:i" if current_language() == "ja" else "j M Y, H:i"
    return date_format(timezone.localtime(at), pattern)


@register.filter
def on_day(day: date | None) -> str:
    """A day as people write it: 2026/11/20, or 20 Nov 2026."""
    return "—" if day is None else date_format(day, "Y/m/d" if current_language() == "ja" else "j M Y")


@register.simple_tag(takes_context=True)
def is_current(context: dict[str, Any], url: str) -> bool:
    """Whether a link leads to the page that is being shown."""
    request = context.get("request")
    return request is not None and request.path == url


@register.filter
def unlocalized(number: float) -> str:
    """A number as a machine reads it, for attributes: never a decimal comma.

    >>> unlocalized(0.25)
    '0.25'
    """
    return repr(float(number))


FILE_KINDS = ("csv", "cp932", "xlsx")
"""What `file=` in the address of a page asks for instead of the page."""


def file_address(request: Any, kind: str, **more: str) -> str:
    """The address of the page as a file; the filters are those of the page."""
    return _file_address(request, request.path, kind, **more)


def _file_address(request: Any, path: str, kind: str, **more: str) -> str:
    asked = [(name, value) for name, value in request.GET.items() if name not in ("file", "anyway", "as")]
    return f"{path}?{urlencode([*asked, ('file', kind), *more.items()])}"


@register.inclusion_tag("ui/files_out.html", takes_context=True)
def files_out(context: dict[str, Any], panel: str = "") -> dict[str, Any]:
    """The menu with the page as CSV and Excel, for pages whose view answers `accounts.pages.files_out.file_asked`.

    With a `panel` the menu of that panel, whose files lie below the page under `files/<panel>/`.
    """
    request = context["request"]
    path = f"{request.path}files/{panel}/" if panel else request.path
    words = (("csv", "CSV"), ("cp932", _("CSV for old Excel (Shift_JIS)")), ("xlsx", "Excel"))
    return {"files": [(_file_address(request, path, kind), each) for kind, each in words]}
