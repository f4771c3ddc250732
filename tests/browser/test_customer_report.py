"""The report of what a customer gained: written on the page, handed over as PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

RESULT = {"metric": "Hours of inventory", "unit": "h", "before": "40", "before_on": "2026-01-10", "after": "10"}
RESULT |= {"after_on": "2026-03-20", "value": "36000", "source": "Their time sheets"}


@pytest.mark.feature("F-290")
def test_report_shows_before_and_after_value_and_source_and_becomes_a_pdf_without_menus_and_forms(
    site: Any, opens: Any, tmp_path: Path
) -> None:
    page = opens(site, language="en")
    page.goto(site.url("accounts/report/C0/"))
    for name, words in RESULT.items():
        page.fill(f"[name={name}]", words)
    page.click("form:has([name=metric]) button[type=submit]")
    row = page.locator("main table tbody tr").first
    for words in ("Hours of inventory", "40 h", "10 h", "\u221275.0%", "36,000", "Their time sheets"):
        expect(row).to_contain_text(words)
    page.emulate_media(media="print")
    expect(row).to_be_visible()
    for hidden in ("nav", "form:has([name=metric])", "main table button"):
        assert [each.is_visible() for each in page.locator(hidden).all()] == [False] * page.locator(hidden).count()
    page.pdf(path=tmp_path / "report.pdf", format="A4")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    page.emulate_media(media="screen")
    page.click("main table button")
    expect(page.locator("main table")).to_have_count(0)
