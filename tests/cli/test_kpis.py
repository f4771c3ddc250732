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


def test_two_businesses_are_told_with_their_total(own_shop, made_shop):
    told = own_shop("together", "aov", "--with", made_shop, "--json").json
    alone = [each["values"][-1] for each in told["businesses"]]
    assert alone == [told["totals"][-1]] * 2
    shown = own_shop("together", "order_revenue", "--with", made_shop)
    assert shown.lines[-1][0] == "together"
