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


def test_check_reviews_the_trees_of_the_business(keiki, made_shop, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(made_shop, folder)
    (folder / "trees").mkdir()
    (folder / "trees" / "short.yaml").write_text(
        "id: short\nja: 例\nen: Short\nabout_ja: 例です。\nabout_en: An example.\n"
        "root:\n  kpi: order_revenue\n  formula: purchases * aov\n  target: {value: 1000000, period: month}\n"
        "  children:\n    - {kpi: purchases, driver: true, target: {value: 100, period: month}}\n"
        "    - {kpi: aov, target: {value: 8000}}\n",
        encoding="utf-8",
    )
    answer = keiki("check", "--business", folder)
    assert answer.code == 1, "a design that does not add up wants attention"
    assert keiki("check", "--business", folder, "--json").code == 1
    assert next(line for line in answer.out.splitlines() if line.startswith("✕")) == (
        "✕ order_revenue: “Order revenue”: the targets below make ¥800,000 a month, the target is ¥1.00M. "
        "¥200,000 (20.0%) is missing. One of these alone would be enough: Completed purchases 125 a month, "
        "Average order value ¥10,000. Or add what is missing, or lower the target."
    )
    assert " times its best value so far (¥6,000)." in answer.out, "the data stands beside the document"
    assert "Errors: 1," in answer.out.splitlines()[-1]
