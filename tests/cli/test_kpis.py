"""`keiki kpis show`: one KPI told."""

from __future__ import annotations


def test_kpi_is_told_with_formula_example_and_mistakes(keiki):
    told = keiki("kpis", "show", "roas", language="ja")
    assert told.code == 0
    assert "例: 広告経由売上 900,000円 ÷ 広告費 300,000円 = 300.0%" in told.out
    assert "よくある間違い\n1. " in told.out


def test_kpi_is_told_to_a_program_with_the_figures_of_the_business(shop):
    told = shop("kpis", "show", "aov", "--json").json
    assert told["reads"] == "Order revenue ÷ Completed orders"
    assert told["own_example"].endswith("Order revenue ¥6,000 ÷ Completed orders 3 = ¥2,000")
    assert len(told["common_mistakes"]) >= 2
    assert shop("kpis", "show", "aow").code == 2
