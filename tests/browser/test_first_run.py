"""From the link on the console to true numbers on a page."""

from __future__ import annotations

import re
from typing import Any

from playwright.sync_api import expect
from tests.browser.conftest import set_up


def test_first_run_with_sample_data_ends_on_numbers(fresh_site: Any, opens: Any) -> None:
    page = opens(fresh_site, language="ja")
    set_up(page, fresh_site, start="demo", name="")
    link = re.match(r"(.*/b/[^/]+)/", page.url)
    assert link is not None
    page.goto(f"{link[1]}/data/")
    history = page.get_by_role("heading", name="取り込みの履歴")
    for _ in range(300):  # a busy machine makes the company for minutes; the page says so until it is done
        if history.is_visible():
            break
        page.wait_for_timeout(2_000)
        page.reload()
    page.goto(f"{link[1]}/today/")
    expect(page.locator(".headline-value b").first).to_have_text(re.compile(r"^[\d,.]+(万|億)?円$"))
    expect(page.get_by_role("heading", name="いま手を打つところ")).to_be_visible()
    page.goto(fresh_site.setup)
    expect(page.get_by_role("heading", level=1)).to_have_text("見つかりません")
