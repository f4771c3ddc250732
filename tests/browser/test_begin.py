"""A newcomer, from the link on the console to a dashboard of their own numbers."""

from __future__ import annotations

import random
import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import expect

MOST = 25


def orders_file(folder: Path, rows: int = 3_000) -> Path:
    """Orders as a Japanese shop exports them: Shift_JIS, tax included, one date nobody can read."""
    chance = random.Random(3)
    lines = ["注文番号,会員ID,受注日時,合計(税込)"]
    for number in range(rows):
        at = datetime(2025, 4, 1) + timedelta(minutes=chance.randrange(60 * 24 * 500))
        lines.append(f"A{number},C{chance.randrange(400)},{at:%Y/%m/%d %H:%M},{chance.choice([1980, 3300, 8800])}")
    lines.append("A-,C1,不明,1980")
    path = folder / "注文.csv"
    path.write_bytes("\n".join(lines).encode("cp932"))
    return path


def test_newcomer_reaches_an_own_dashboard_in_at_most_25_interactions(
    fresh_site: Any, opens: Any, tmp_path: Path
) -> None:
    page = opens(fresh_site, language="ja")
    done: list[str] = []

    def fill(name: str, words: str) -> None:
        page.fill(f"[name={name}]", words)
        done.append(name)

    def click(what: str) -> None:
        with page.expect_navigation():
            page.locator(what).first.click()
        done.append(what)

    page.goto(fresh_site.setup)
    page.fill("[name=own_name]", "佐藤 花子")
    page.click("main form:has([name=own_name]) button[type=submit]")
    expect(page.locator("[name=email]")).to_be_focused()  # what is missing is where the cursor stands
    expect(page.locator("[name=own_name]")).to_have_value("佐藤 花子")
    for name, words in {"own_name": "佐藤 花子", "email": "h@example.jp", "password": "a fine long sentence"}.items():
        fill(name, words)
    page.check("[name=start][value=own]")
    done.append("own")
    fill("name", "みなと珈琲")
    click("main form:has([name=own_name]) button[type=submit]")
    expect(page).to_have_url(re.compile(r"/b/"))
    click("a[href$='/begin/']")
    click("section form button.primary")  # the type that is chosen already: a list of orders
    expect(page.locator(".begin-tree li").first).to_be_visible()
    click("section form button.primary")
    page.set_input_files("#file", orders_file(tmp_path))
    done.append("file")
    click("section form button[type=submit]")
    if page.locator("input[name=do][value=columns]").count():
        click("section form:has([name=do]) button.primary")
    page.wait_for_selector("a.button.primary[href$='first/']")
    click("a.button.primary[href$='first/']")
    expect(page.get_by_role("link", name="1件は取り込みませんでした")).to_be_visible()
    expect(page.locator(".board-value b").first).to_have_text(re.compile(r"^[\d,.]+(万|億)?円$"))
    click("section form button.primary")
    click("section form button.primary")
    click("form:has([name=meeting_on]) button")
    expect(page.get_by_role("heading", level=1)).to_have_text("経営")
    assert len(done) <= MOST
    page.goto(re.sub(r"(/b/[^/]+/).*", r"\1targets/", page.url))
    goal = page.locator("table.targets tbody tr").first
    expect(goal).to_contain_text("これから")  # from this month on; the file ends before it
