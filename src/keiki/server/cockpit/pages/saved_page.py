"""A dashboard as one file that opens without a network: styles and pictures inside, nothing that leads anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from keiki.server.cockpit.pages.panels import Section

STYLES: Final = (
    "ui/tokens.css",
    "ui/elements.css",
    "ui/components.css",
    "kpis/numbers.css",
    "cockpit/today.css",
    "cockpit/dashboard.css",
    "cockpit/screen.css",
)


@dataclass(frozen=True)
class SavedPage:
    """What the file holds; `still` leaves out what only a page that is connected can do."""

    title: str
    subtitle: str
    business: str
    fresh: str
    printed: str
    sections: tuple[Section, ...]
    chips: tuple[str, ...]
    styles: SafeString
    still: bool = True


def saved(request: Any, page: SavedPage) -> HttpResponse:
    """The file, for whoever may see the page."""
    answer = render(request, "cockpit/saved.html", {"page": page})
    answer["Content-Disposition"] = f'attachment; filename="{slugify(page.title) or "keiki"}.html"'
    return answer


def styles() -> SafeString:
    """Every style the page needs; they are our own and name no other file."""
    found = (finders.find(name) for name in STYLES)
    return mark_safe("\n".join(Path(str(path)).read_text() for path in found))
