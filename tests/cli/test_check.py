"""Whether the definitions of a business are sound."""

from __future__ import annotations

import shutil


def test_check_counts_what_is_declared(shop):
    answer = shop("check", "--json")
    assert answer.code == 0
    assert [problem for problem in answer.json["problems"] if problem["severity"] == "error"] == []


def test_check_lists_a_business_s_own_mistake_with_its_place(keiki, made_shop, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(made_shop, folder)
    kpi = "{id: strange, ja: 変, en: Strange, definition_ja: 変, definition_en: Odd, formula: n_order + 1, unit: count}"
    (folder / "kpis").mkdir()
    (folder / "kpis" / "own.yaml").write_text(f"kpis:\n  - {kpi}\n", encoding="utf-8")
    answer = keiki("check", "--business", folder)
    assert answer.code == 1
    assert next(line for line in answer.out.splitlines() if line.startswith("✕")).startswith("✕ own.yaml:2")
