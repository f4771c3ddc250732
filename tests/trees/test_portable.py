"""A tree as plain data for the browser."""

from __future__ import annotations

import json

from tests.trees.made import BEFORE, FUNNEL, alone, built_in, tree

from keiki.trees.portable import portable


def test_portable_tree_holds_values_formulas_and_twins() -> None:
    told = portable(tree(FUNNEL), {**BEFORE, "aov": None})
    assert told["root"] == "order_revenue"
    assert told["nodes"][0] == {
        "id": "order_revenue",
        "value": 19_200_000.0,
        "driver": False,
        "parent": None,
        "formula": ["*", ["*", "sessions", "purchase_rate"], "aov"],
        "twin": 0,
    }
    assert [(n["id"], n["value"], n["driver"], n["parent"]) for n in told["nodes"][1:]] == [
        ("sessions", 120_000.0, True, "order_revenue"),
        ("purchase_rate", 0.02, True, "order_revenue"),
        ("aov", None, True, "order_revenue"),
    ]


def test_one_number_has_one_twin_and_a_bare_sum_none() -> None:
    told = portable(built_in("corporate_profit"), {})
    twins = {node["id"]: node["twin"] for node in told["nodes"]}
    assert twins["revenue_for_goods"] == twins["revenue"]
    assert len(set(twins.values())) == len(twins) - 1
    group = {"id": "group", "ja": "組", "en": "Group", "formula": "a + b", "children": [alone("a"), alone("b")]}
    assert portable(tree(alone("goal", "group", group)), {})["nodes"][1]["twin"] is None


def test_portable_tree_is_json() -> None:
    told = portable(built_in("ec"), {"revenue": 1.5})
    assert json.loads(json.dumps(told, allow_nan=False)) == told
