"""Targets that contradict each other: within one tree see `test_review.py`; here between trees and over time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.trees.made import tree

from keiki.catalogue.load import load_catalogue
from keiki.trees.agreements import between_trees
from keiki.trees.build import Tree
from keiki.trees.review import review

CATALOGUE = load_catalogue()


def named(name: str, kpi: str, target: dict[str, Any]) -> Tree:
    return replace(tree({"kpi": kpi, "target": target}), id=name, ja=name, en=name)


def test_one_number_with_two_targets_in_two_trees_is_told() -> None:
    trees = [named("a", "cvr", {"value": 0.02}), named("b", "cvr", {"value": 0.035})]
    (found,) = between_trees(trees, CATALOGUE)
    assert found.message("en") == "“Conversion rate” has the target 2% in “a” and 3.5% in “b”."
    assert found.tree == "b"


@pytest.mark.parametrize(
    ("kpi", "first", "second"),
    [
        ("cvr", {"value": 0.02, "period": "month"}, {"value": 0.02, "period": "year"}),
        ("revenue", {"value": 100, "period": "month"}, {"value": 1_200, "period": "year"}),
        ("revenue", {"value": 100}, {"compare": "between", "low": 1, "high": 2}),
    ],
)
def test_same_target_for_another_period_agrees(kpi: str, first: dict[str, Any], second: dict[str, Any]) -> None:
    assert list(between_trees([named("a", kpi, first), named("b", kpi, second)], CATALOGUE)) == []
    parts = [
        {"id": f"p{n}", "kpi": kpi, "target": t, "influence": {"sign": "+"}} for n, t in enumerate((first, second))
    ]
    made = tree({"kpi": "profit", "target": {"value": 1}, "children": parts})
    assert "two_targets" not in {finding.code for finding in review(made, CATALOGUE)}
