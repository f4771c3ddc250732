"""Where numbers come from, in words."""

from __future__ import annotations

from dataclasses import replace

from keiki.catalogue.load import load_catalogue
from keiki.catalogue.sources import source_words

KPIS = load_catalogue().kpis


def test_source_is_told_in_both_languages() -> None:
    assert source_words(KPIS["cvr"], "en") == "computed from the data loaded"
    assert source_words(KPIS["nps"], "ja") == "アンケートの回答から計算"
    assert source_words(KPIS["page_load_time"], "en") == "imported from another tool"


def test_own_words_stay() -> None:
    assert source_words(replace(KPIS["cvr"], data_source="GA4"), "ja") == "GA4"
