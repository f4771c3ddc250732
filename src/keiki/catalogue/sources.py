"""Where the numbers of a KPI come from, in words."""

from __future__ import annotations

from keiki.catalogue.kpi import Kpi

SOURCES: dict[str, tuple[str, str]] = {
    "": ("読み込んだデータから計算", "computed from the data loaded"),
    "survey": ("アンケートの回答から計算", "computed from survey answers"),
    "workspace": ("Keiki の中の記録（目標・カード・サイクルなど）", "Keiki's own records: targets, cards, cycles"),
    "import": ("外部ツールの値を取り込む", "imported from another tool"),
    "manual": ("人が入力する", "entered by hand"),
}
"""The words of built-in KPIs, Japanese and English, by what their declaration names; nothing named is computed."""


def source_words(kpi: Kpi, language: str) -> str:
    """Where the numbers come from; a business's own words stay as they are."""
    if kpi.data_source not in SOURCES:
        return kpi.data_source
    return SOURCES[kpi.data_source][0 if language == "ja" else 1]
