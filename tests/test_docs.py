"""What a newcomer reads exists in Japanese and in English, section by section."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tools.rules.doc_twins import outline

DOCS = Path(__file__).parents[1] / "docs"
JAPANESE = re.compile(r"[\u3041-\u30ff\u4e00-\u9fff]")
READ = {
    "installation": "start/README",
    "guide to KPIs": "start/own-tree",
    "KPI trees as code": "guides/kpi-tree-as-code",
    "guide to the API": "guides/api",
    "reference of the API": "reference/api",
}


@pytest.mark.feature("F-364")
def test_installation_kpi_guide_and_api_are_written_in_japanese_and_english() -> None:
    for page in READ.values():
        english, japanese = DOCS / f"{page}.md", DOCS / f"{page}.ja.md"
        assert outline(english) == outline(japanese) != []
        words = [text.read_text(encoding="utf-8") for text in (english, japanese)]
        shares = [len(JAPANESE.findall(text)) / len(text) for text in words]
        assert shares[0] < 0.02 < 0.05 < shares[1], page  # an example holds names in both languages
    kpis = (DOCS / "reference" / "kpis.md").read_text(encoding="utf-8")
    headed = re.findall(r"^\*\*(.+?) / (.+?)\*\*", kpis, re.MULTILINE)
    assert len(headed) == len(re.findall(r"^### ", kpis, re.MULTILINE)) > 500
