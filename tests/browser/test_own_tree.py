"""The way of docs/start/own-tree.md, walked on a shop that has nothing but orders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import set_up
from tests.server.shop import make_shop

from tools.pictures import LEAVES, Walk, own_tree

START = Path(__file__).resolve().parents[2] / "docs" / "start"


@pytest.mark.parametrize("language", ["ja", "en"])
def test_own_tree_has_targets_and_nothing_red(fresh_site: Any, opens: Any, language: str) -> None:
    page = opens(fresh_site, language=language)
    set_up(page, fresh_site, start="own", name="Tea shop")
    make_shop(fresh_site.home / "businesses" / "tea-shop")
    walk = Walk(page, language)
    own_tree(walk)
    page.goto(fresh_site.url("tree/simple_orders/design/"))
    aimed = [row.get_attribute("data-node") for row in page.locator(".design-row:has(.row-side > .soft)").all()]
    assert set(aimed) == {"revenue", *LEAVES}
    expect(page.locator(".checks")).to_be_visible()
    assert page.locator(".check-list .act, .trouble-mark.act").count() == 0
    assert [name for name in walk.seen if f"pictures/{name}.{language}.png" not in told(language)] == []


def told(language: str) -> str:
    """The page of the documentation in that language."""
    return (START / ("own-tree.md" if language == "en" else "own-tree.ja.md")).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_page_shows_every_picture_once_and_its_counts(language: str) -> None:
    shown = re.findall(r"\]\(pictures/([\w.-]+)\)", told(language))
    kept = sorted(path.name for path in (START / "pictures").glob(f"*.{language}.png"))
    assert sorted(shown) == kept
    assert re.search(r"<!-- counted -->\D*\d+.*<!-- /counted -->", told(language), re.DOTALL)
