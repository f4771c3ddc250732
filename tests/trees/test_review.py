"""Everything to look at in a design: the examples that do not add up, and a design that does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import count
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.trees.made import FUNNEL, HandReadings, built_in, tree

from keiki.catalogue.load import load_catalogue
from keiki.periods import Grain
from keiki.trees.build import Tree
from keiki.trees.evaluate import evaluate
from keiki.trees.findings import Finding
from keiki.trees.review import due_again, review
from keiki.trees.smart import Known
from keiki.trees.targets import Target

CATALOGUE = load_catalogue()


def found(made: Tree, **more: Any) -> dict[str, Finding]:
    return {finding.code: finding for finding in review(made, CATALOGUE, **more)}


def reds(made: Tree) -> list[str]:
    return [finding.code for finding in review(made, CATALOGUE) if finding.severity == "red"]


def plus(kpi: str, **more: Any) -> dict[str, Any]:
    return {"kpi": kpi, "influence": {"sign": "+"}, **more}


def test_eighty_million_example_is_red_with_its_figure() -> None:
    told = found(built_in("ec_monthly_80m_inconsistent"))["insufficient"]
    assert told.message("en") == (
        "“Revenue”: the targets below make 100,000 a month, the target is 80,000,000. 79,900,000 (99.88%) is missing."
    )
    assert "CVR" not in told.remedy("en"), "no rate above 100 % is proposed"


def test_three_hundred_million_example_is_red_with_its_figure() -> None:
    """A28."""
    told = found(built_in("ec_annual_300m_example"))["insufficient"]
    assert told.message("ja") == (
        "「売上高」は、下の目標から計算すると年180,000,000で、目標の300,000,000に120,000,000（40%）足りません。"
    )
    assert "5%" in told.remedy("ja")


def test_one_billion_example_has_mixed_counts_and_a_missing_order_value() -> None:
    """A1."""
    told = found(built_in("ec_annual_1b"))
    assert {"counts_other_things", "parts_without_target"} <= told.keys()
    assumed = told["assumed_from_other_counts"].message("en")
    assert assumed.endswith("were sessions, “Revenue” would need: Higher value per order 34,722.")


def test_software_table_has_nothing_red() -> None:
    assert reds(built_in("saas_mid_size_new_contracts")) == []


def test_eleven_a_month_in_nine_months_lack_one_and_twelve_are_enough() -> None:
    """A19."""
    months = {f"2026-{month:02}": 100 / 9 for month in range(1, 10)}
    child = {"id": "sold", "kpi": "purchases", "where": "store = 'a'", "target": {"value": 11, "period": "month"}}
    root = {"kpi": "purchases", "formula": "sold", "target": {"shape": "manual", "months": months}, "children": [child]}
    told = found(tree(root))["insufficient"]
    assert told.message("en").endswith("the targets below make 99 in 9 months, the target is 100. 1 (1%) is missing.")
    assert "12 a month" in told.remedy("en")
    assert "9か月で99" in told.message("ja")


def test_sell_out_by_eleven_a_month_lacks_one_unit_after_nine_months() -> None:
    """A19, as a project is written: units for sale, contracts a month, the share sold by a deadline."""
    told = found(built_in("case_condominium_developer"))["sum_falls_short"]
    assert told.message("en") == (
        "“Sell-out progress”: coming to 100% by the deadline takes 100; “Contracts per month” at 11 a month makes 99. "
        "1 (1%) is missing."
    )
    assert told.remedy("ja").startswith("毎月12にするか")


def test_total_by_a_deadline_that_its_months_reach_is_not_told() -> None:
    """12 a month make 108 of 100; from half sold, 11 make 99 of the 50 left; without the units nothing is told."""
    made = built_in("case_condominium_developer")
    own = {node.id: node.target for node in made.nodes if node.target is not None}
    enough = {**own, "monthly_contracts": Target(12.0, period=Grain.MONTH, within="9m")}
    half_sold = {**own, "units_sold_progress": Target(1.0, start=0.5, within="9m")}
    unknown = {name: target for name, target in own.items() if name != "units_for_sale"}
    assert [found(made, targets=t).get("sum_falls_short") for t in (enough, half_sold, unknown)] == [None, None, None]


def test_maker_whose_leads_alone_do_not_make_its_goal() -> None:
    """A30: 150 leads × 40 % × 35 % × 50 % × 30 % × 8 million × 12 are 302.4 million of 2.5 billion."""
    told = found(built_in("case_industrial_equipment_maker"))["insufficient"]
    assert told.message("en") == (
        "“Marketing-sourced revenue”: the targets below make 302,400,000 a year, the target is 2,500,000,000. "
        "2,197,600,000 (87.9%) is missing."
    )


def test_tree_without_targets_is_asked_for_one_at_its_goal() -> None:
    assert "goal_without_any_target" in found(tree(FUNNEL))


def test_two_targets_of_one_number_disagree() -> None:
    """A18: one number, two target sets."""
    parts = [
        {"id": f"part{n}", "kpi": "cvr", "target": {"value": v}, "influence": {"sign": "+"}}
        for n, v in ((1, 0.02), (2, 0.035))
    ]
    assert "two_targets" in reds(tree({"kpi": "revenue", "target": {"value": 1}, "children": parts}))


def test_volumes_that_give_another_rate_than_planned() -> None:
    """A18: 250 of 10,000 are 2.5 %, the plan says 2 %."""
    children = [
        plus("cvr", target={"value": 0.02}),
        plus("conversions", target={"value": 250, "period": "month"}),
        plus("sessions", target={"value": 10_000, "period": "month"}),
    ]
    told = found(tree({"kpi": "revenue", "target": {"value": 1}, "children": children}))["definition_disagrees"]
    assert (told.node, told.details["implied"].value) == ("cvr", 0.025)  # type: ignore[union-attr]


def test_steps_of_a_funnel_that_give_another_rate_than_planned() -> None:
    """A42: the steps give 3.6 %, the plan says 2 %."""
    steps = ("product_detail_view_rate", "add_to_cart_rate", "cart_completion_rate")
    below = [{"kpi": k, "target": {"value": v}} for k, v in zip(steps, (0.60, 0.15, 0.40), strict=True)]
    rate = {"kpi": "purchase_rate", "formula": " * ".join(steps), "target": {"value": 0.02}, "children": below}
    parts = [{"kpi": "sessions", "target": {"value": 1000}}, rate, {"kpi": "aov", "target": {"value": 5000}}]
    root = {
        "kpi": "order_revenue",
        "formula": "sessions * purchase_rate * aov",
        "target": {"value": 1},
        "children": parts,
    }
    assert found(tree(root))["targets_disagree"].message("en") == (
        "“Purchase rate / contract rate”: the targets below it make 3.6%, its own target is 2%. Both cannot be meant."
    )


def test_growth_that_does_not_lead_to_the_level() -> None:
    """A32: 10 % a month makes 17,716 of 20,000 in six months; 12.25 % are needed."""
    children = [
        plus("followers", target={"start": 10_000, "value": 20_000, "within": "6m"}),
        plus("follower_growth_rate", target={"value": 0.10, "period": "month"}),
    ]
    told = found(tree({"kpi": "revenue", "target": {"value": 1}, "children": children}))["growth_disagrees"]
    assert told.message("en") == (
        "“Followers”: growing by 10% a month it comes to 17,716 by then, its target is 20,000. That needs 12.25% each."
    )


def test_monthly_loss_beside_a_yearly_renewal() -> None:
    """A31: 1.2 % a month keeps 86.5 % over a year."""
    children = [plus("churn_rate_monthly", target={"value": 0.012}), plus("renewal_rate", target={"value": 0.9})]
    told = found(tree({"kpi": "mrr", "target": {"value": 1}, "children": children}))["churn_compounds"]
    assert (told.severity, told.message("en")) == (
        "info",
        "Losing 1.2% a month keeps 86.51% over a year; “Renewal rate” is planned at 90%.",
    )


def test_cost_above_its_limit_is_told_the_other_way() -> None:
    children = [{"kpi": "cost_of_goods", "target": {"value": 80}}, {"kpi": "operating_cost", "target": {"value": 30}}]
    root = {"kpi": "total_cost", "formula": "cost_of_goods + operating_cost", "children": children}
    told = found(tree({**root, "target": {"value": 100, "compare": "at_most", "period": "month"}}))["exceeded"]
    assert told.message("en") == "“Total cost”: the targets below make 110 a month, 10 (10%) more than the 100 allowed."


def test_formula_that_does_not_hold_on_the_data_is_told() -> None:
    made = tree(
        {"kpi": "order_revenue", "formula": "sessions * aov", "children": [{"kpi": "sessions"}, {"kpi": "aov"}]}
    )
    read = {"sum_order_revenue": [1_000.0, 1_500.0], "n_sessions": [100.0, 100.0], "n_orders": [10, 12]}
    told = found(made, measured=evaluate(made, HandReadings(read)))["formula_does_not_hold"]
    assert told.message("en") == "The formula of “Order revenue” leaves up to 90% of its measured value unexplained."


def test_targets_given_take_the_place_of_those_written() -> None:
    assert "insufficient" not in found(built_in("ec_annual_300m_example"), targets={})


def test_known_history_warns_of_a_leap() -> None:
    made = tree(
        {
            "kpi": "revenue",
            "target": {"value": 1},
            "children": [plus("sessions", target={"value": 30_000, "within": "1w"})],
        }
    )
    told = found(made, known=Known(history={"sessions": [9_000, 10_000]}))
    assert (
        told["far_above_best"].message("en")
        == "The target of “Sessions” (30,000) is 3 times its best value so far (10,000)."
    )


def test_sound_design_has_no_finding() -> None:
    owner = {"department": "web_marketing", "person": "Sato"}
    why = {"why_ja": "理由。", "why_en": "A reason."}
    values = {"sessions": 100_000, "purchase_rate": 0.02, "aov": 5_000}
    more = [plus("repeat_purchase_rate", owner=owner, target={"value": 0.3, "within": "12m"})]
    children = [
        {**c, **why, "owner": owner, "target": {"value": values[c["kpi"]], "period": "month", "within": "6m"}}
        for c in FUNNEL["children"]
    ]
    made = tree(
        {
            **FUNNEL,
            "owner": owner,
            "target": {"value": 10_000_000, "period": "month", "within": "6m"},
            "children": [*children, *more],
        }
    )
    assert [f.code for f in review(made, CATALOGUE) if f.severity != "info"] == []


@pytest.mark.parametrize("name", sorted(CATALOGUE.templates))
def test_every_template_can_be_reviewed_in_both_languages(name: str) -> None:
    for finding in review(built_in(name), CATALOGUE):
        for language in ("en", "ja"):
            words = finding.words(language)
            assert "{" not in words
            assert "None" not in words


def test_design_is_looked_at_again_each_quarter() -> None:
    assert not due_again(date(2026, 1, 1), date(2026, 4, 1))
    assert due_again(date(2026, 1, 1), date(2026, 4, 2))


VALUES = (0, 1, -1, 0.5, 1e-12, 1e308, -1e308, 100, 3.3, 1e15)
KPIS = sorted(CATALOGUE.kpis)


def random_target(dice: Random) -> dict[str, Any]:
    low, high = sorted(dice.choices(VALUES, k=2))
    made: dict[str, Any] = {"compare": "between", "low": low, "high": high} if dice.random() < 0.2 else {"value": low}
    extras: dict[str, Any] = {
        "period": dice.choice(["day", "week", "month", "quarter", "year"]),
        "start": dice.choice(VALUES),
        "since": "2026-04-01",
        "within": dice.choice(["1w", "6m", "1y"]),
    }
    return {**made, **{name: value for name, value in extras.items() if dice.random() < 0.4}}


def random_node(dice: Random, names: Iterator[str], depth: int = 0) -> dict[str, Any]:
    """A node with any KPI, any target and any formula over children made the same way."""
    children = [random_node(dice, names, depth + 1) for _ in range(dice.choice([0, 1, 3]) if depth < 3 else 0)]
    made: dict[str, Any] = {"id": next(names), "kpi": dice.choice(KPIS), "driver": dice.random() < 0.3}
    if dice.random() < 0.6:
        made["target"] = random_target(dice)
    parts = []
    for child in children:
        if dice.random() < 0.3:
            child["influence"] = {"sign": "+"}
        else:
            parts.append(child["id"])
    if parts:
        formula = parts[0]
        for part in parts[1:]:
            formula = dice.choice([f"({formula}) * {part}", f"{part} / ({formula})", f"sum({formula}, {part}, 2)"])
        made["formula"] = dice.choice([formula, formula, f"1 - ({formula})", f"growth({formula})", f"({formula}) / 0"])
    return {**made, "children": children} if children else made


@settings(max_examples=40, deadline=None)
@given(st.randoms(use_true_random=False))
def test_no_design_breaks_the_review(dice: Random) -> None:
    made = tree(random_node(dice, (f"n{place}" for place in count())))
    history = {node.id: dice.choices((None, *VALUES), k=3) for node in made.nodes}
    for finding in review(made, CATALOGUE, known=Known(("orders",), history, {made.root.id: 5.0}, date(2026, 4, 1))):
        assert finding.words("ja")
        assert finding.words("en")
