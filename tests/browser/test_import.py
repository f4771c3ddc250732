"""A file of orders from the desktop into the numbers, and back out again."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

HEAD = ("受注番号", "受注日時", "会員ID", "合計(税込)", "区分2")
BROKEN = {10: (1, "きのう"), 20: (3, ""), 30: (1, "2026/13/40 10:00"), 40: (3, "=たくさん"), 50: (0, "")}


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """200 orders as a Japanese shop system writes them, in Shift_JIS, five of them broken."""
    lines = [HEAD]
    for place in range(1, 201):
        cells = [f"A{place:04}", f"2026/10/{1 + place % 28:02} 09:00", f"C{place % 50}", "￥6,480", "定期"]
        if place in BROKEN:
            column, value = BROKEN[place]
            cells[column] = value
        lines.append(tuple(cells))
    path = tmp_path / "sales.csv"
    path.write_text("".join(",".join(f'"{cell}"' for cell in line) + "\r\n" for line in lines), encoding="cp932")
    return path


def send(page: Page, site: Any, file: Path) -> None:
    page.goto(site.url("data/"))
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Look at the columns").click()
    expect(page.get_by_role("heading", name="Check what the columns mean")).to_be_visible()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_file_becomes_rows_and_can_be_taken_back(site: Any, opens: Any, orders: Path, script: bool) -> None:
    page = opens(site, script=script)
    send(page, site, orders)
    expect(page.locator(".doubt .name")).to_have_text(["合計(税込)", "区分2"])
    expect(page.locator(".message.warning")).to_contain_text("“受注日時”: this is not a date (1 rows)")
    page.select_option("select[name=column-4]", "")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("heading", name="Imported")).to_be_visible()
    expect(page.locator(".sums dd")).to_have_text(["195", "5"])
    expect(page.locator("[data-label=Row]")).to_have_text(["10", "20", "30", "40", "50"])
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the list (CSV)").click()
    listed = Path(download.value.path()).read_bytes().decode("utf-8-sig").splitlines()
    assert listed[0] == "Data,Row,Column,Value,Reason"
    assert listed[4] == "Orders,40,合計(税込),'=たくさん,this is not a number"
    page.get_by_role("link", name="Undo").click()
    page.get_by_role("button", name="Take the import back").click()
    expect(page.get_by_role("heading", name="The import was taken back")).to_be_visible()
    page.get_by_role("link", name="Back to the data").click()
    expect(page.locator("tbody tr", has_text="sales.csv").last.get_by_text("Taken back")).to_be_visible()


def test_file_dropped_on_the_page_is_sent(site: Any, opens: Any, orders: Path) -> None:
    page = opens(site)
    page.goto(site.url("data/"))
    page.evaluate(
        """async (bytes) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], "dropped.csv"));
            const area = document.querySelector("[data-drop]");
            area.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
        }""",
        list(orders.read_bytes()),
    )
    expect(page.get_by_role("heading", name="Check what the columns mean")).to_be_visible()
    expect(page.locator(".panel-head").first).to_contain_text("dropped.csv")
    page.get_by_role("button", name="Remove this file").click()
    expect(page.get_by_role("heading", name="Bring in a file")).to_be_visible()


def test_wrong_file_is_refused_in_words(site: Any, opens: Any, tmp_path: Path) -> None:
    page = opens(site)
    picture = tmp_path / "photo.png"
    picture.write_bytes(b"\x89PNG")
    page.goto(site.url("data/"))
    page.set_input_files("#file", picture)
    page.get_by_role("button", name="Look at the columns").click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("“photo.png” is not a kind of file that can be read"))


def test_two_columns_of_one_meaning_keep_what_was_chosen(site: Any, opens: Any, orders: Path) -> None:
    page = opens(site)
    send(page, site, orders)
    page.select_option("select[name=column-4]", "customer_id")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Two columns have the meaning")
    expect(page.locator("select[name=column-4]")).to_have_value("customer_id")
    page.get_by_role("button", name="Remove this file").click()
    expect(page.get_by_role("heading", name="Bring in a file")).to_be_visible()
