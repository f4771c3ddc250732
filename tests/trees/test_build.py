"""Trees built over the catalogue."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.trees.made import FUNNEL, MEASURED, built_in, tree

from keiki.catalogue.kpi import Direction
from keiki.errors import ChildNotInFormula, FormulaError, NodeWithoutNumber, UnknownName
from keiki.formula import parse, parse_condition
from keiki.trees.build import FormulaEdge, InfluenceEdge, badge


@pytest.mark.parametrize("tree_id", MEASURED)
def test_built_in_tree_has_at_least_twelve_nodes_and_drivers(tree_id: str) -> None:
    made = built_in(tree_id)
    assert len(made.nodes) >= 12
    assert {n.level for n in made.nodes} >= {"kgi", "ksf", "kpi"}
    assert [n.id for n in made.nodes if not n.label("ja") or not n.label("en")] == []


def test_nodes_come_parents_first() -> None:
    order = [n.id for n in built_in("subscription").nodes]
    parents = {n.id: n.parent for n in built_in("subscription").nodes}
    assert [i for i in order[1:] if order.index(parents[i] or "") > order.index(i)] == []


def test_edges_are_formula_with_a_badge_or_influence_with_sign_and_lag() -> None:
    made = built_in("subscription")
    edges = {i: made.node(i).edge for i in ("mrr", "start", "lost", "revenue_churn_rate", "satisfaction")}
    assert edges == {
        "mrr": None,
        "start": FormulaEdge("+"),
        "lost": FormulaEdge("−"),
        "revenue_churn_rate": FormulaEdge("×"),
        "satisfaction": InfluenceEdge(-1, 3),
    }


def test_node_is_measured_by_its_kpi_narrowed() -> None:
    node = built_in("simple_orders").node("guest_aov")
    where = "[customer_id is null]"
    assert node.measured == parse(f"sum_order_revenue{where} / n_orders{where}")
    assert node.identity == ("aov", parse_condition("customer_id is null"))


def test_node_without_kpi_takes_unit_and_direction_of_its_parts() -> None:
    node = built_in("subscription").node("lost")
    assert (node.measured, node.unit, node.direction) == (None, "currency", Direction.LOWER)


@pytest.mark.parametrize(
    ("formula", "unit"),
    [
        ("sessions * purchase_rate", "count"),
        ("sessions * purchase_rate * aov", "currency"),
        ("purchase_rate * bounce_rate", "ratio"),
        ("purchase_rate / bounce_rate", "ratio"),
        ("aov / aov_2", "number"),
        ("sessions * purchases", "number"),
        ("aov + aov_2", "currency"),
        ("aov * purchases + aov_2", "currency"),
        ("sessions + aov", "number"),
        ("purchase_rate", "ratio"),
    ],
)
def test_node_without_kpi_takes_the_unit_its_formula_gives(formula: str, unit: str) -> None:
    names = dict.fromkeys(re.findall(r"[a-z_0-9]+", formula))
    children = [{"id": name, "kpi": name.removesuffix("_2"), "level": "kpi"} for name in names]
    assert tree({"id": "goal", "formula": formula, "children": children}).root.unit == unit


def test_unit_passes_through_nodes_without_a_kpi() -> None:
    assert built_in("saas_mid_size_new_contracts").node("raise_win_rate").unit == "currency"
    assert (built_in("ec_funnel").root.unit, built_in("industry_real_estate").root.unit) == ("ratio", "currency")


def test_levels_follow_the_depth_and_influences_are_kpis() -> None:
    made = built_in("ec")
    assert [made.node(i).level for i in ("revenue", "visits", "organic", "ad_clicks", "returns")] == [
        "kgi",
        "ksf",
        "kpi",
        "detail",
        "kpi",
    ]


def test_asked_is_every_measure_of_the_tree() -> None:
    assert {a.measure for a in tree(FUNNEL).asked} == {"sum_order_revenue", "n_sessions", "n_orders"}


@pytest.mark.parametrize(
    ("formula", "child", "operator"),
    [
        ("a + b", "a", "+"),
        ("a - b", "b", "−"),
        ("a - (b - c)", "c", "+"),
        ("a - (b + c)", "c", "−"),
        ("a * b", "a", "×"),
        ("a / b", "b", "÷"),
        ("a / (b / c)", "c", "×"),
        ("a * b + c", "a", "×"),
        ("a * b + c", "c", "+"),
        ("-a", "a", "−"),
        ("sum(a, b)", "b", "+"),
        ("a", "a", None),
        ("max(a, b)", "a", None),
    ],
)
def test_badge_is_what_the_child_does(formula: str, child: str, operator: str | None) -> None:
    assert badge(parse(formula), child) == operator


@pytest.mark.parametrize(
    ("root", "error"),
    [
        ({"kpi": "order_revenu"}, UnknownName),
        ({"kpi": "aov", "formula": "x / y", "children": [{"id": "x", "kpi": "buyers"}]}, UnknownName),
        ({"kpi": "aov", "formula": "x", "children": [{"id": i, "kpi": "buyers"} for i in "xy"]}, ChildNotInFormula),
        ({"kpi": "aov", "children": [{"kpi": "buyers"}]}, ChildNotInFormula),
        ({"id": "nothing"}, NodeWithoutNumber),
        ({"kpi": "aov", "formula": "1 +"}, FormulaError),
        ({"kpi": "aov", "where": "store ="}, FormulaError),
    ],
)
def test_tree_that_cannot_be_built_is_told(root: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        tree(root)


def test_unknown_node_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        built_in("ec").node("visit")
    assert caught.value.details["near"] == "visits"
