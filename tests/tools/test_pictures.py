"""The pictures of the documentation are small, and each stands where it is told of."""

from __future__ import annotations

import re

import pytest

from tools.pictures import GUIDES, MOST_BYTES, SHOWN


@pytest.mark.parametrize("language", ["en", "ja"])
def test_guide_to_the_pages_shows_every_picture_once_and_each_is_small(language: str) -> None:
    text = (GUIDES / ("pages.md" if language == "en" else "pages.ja.md")).read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^\]]+\]\(pictures/(\S+)\)", text)
    assert sorted(shown) == sorted(f"{name}.{language}.png" for name in SHOWN)
    sizes = {name: (GUIDES / "pictures" / name).stat().st_size for name in shown}
    assert {name: size for name, size in sizes.items() if not 0 < size <= MOST_BYTES} == {}
