from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

import keiki.server
from keiki.server.ui.icons import ICONS

SERVER = Path(keiki.server.__file__).parent
ELSEWHERE = {"mail.html", "alerts_mail.html", "notices_mail.html", "saved.html"}
"""An e-mail is under no policy and its program knows no style sheet; a saved dashboard states a policy of its own."""
TEMPLATES = sorted(path for path in SERVER.rglob("templates/**/*.html") if path.name not in ELSEWHERE)


@pytest.mark.parametrize("name", sorted(ICONS))
def test_icon_is_well_formed(name: str) -> None:
    svg = Template(f'{{% icon "{name}" %}}').render(Context())
    drawn = ElementTree.fromstring(svg)
    assert (drawn.tag, drawn.get("viewBox"), drawn.get("aria-hidden")) == ("svg", "0 0 20 20", "true")


def test_icon_with_a_label_is_read_aloud() -> None:
    svg = ElementTree.fromstring(Template('{% icon "tree" words %}').render(Context({"words": "A <b> & c"})))
    assert (svg.get("role"), svg.get("aria-label"), svg.get("aria-hidden")) == ("img", "A <b> & c", None)


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", ["順調", "注意", "要対応", "未計測"]), ("en", ["On track", "Watch", "Act now", "No data"])],
)
def test_status_is_colour_icon_and_word(language: str, words: list[str]) -> None:
    with translation.override(language):
        shown = [Template(f'{{% status "{kind}" %}}').render(Context()) for kind in ("good", "watch", "act", "none")]
    assert [re.sub(r"<.*?>", "", each) for each in shown] == words
    assert all("<svg" in each for each in shown)


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", 'Problem: <span lang="ja">とは</span>, how to &lt;b&gt;, <span lang="ja">解決</span>'),
        ("ja", "Problem: とは, how to &lt;b&gt;, 解決"),
    ],
)
def test_japanese_words_of_a_business_are_japanese_on_a_page_of_another_language(language: str, shown: str) -> None:
    with translation.override(language):
        words = Template("{{ words|languages_marked }}").render(Context({"words": "Problem: とは, how to <b>, 解決"}))
    assert words == shown


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(SERVER).as_posix())
def test_template_obeys_the_strict_policy(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]*\bsrc=)[^>]*>|\sstyle=|\son\w+=|<style|javascript:", source) == []


def test_only_our_own_htmx_is_shipped_with_its_licence() -> None:
    shipped = sorted(path.name for path in (SERVER / "ui" / "static" / "ui").iterdir() if "htmx" in path.name)
    assert shipped == ["htmx-2.0.8.min.js", "htmx.LICENSE"]
