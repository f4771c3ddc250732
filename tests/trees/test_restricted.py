"""A catalogue without what somebody may not see: the KPI, what is made of it, and its nodes in trees."""

from __future__ import annotations

import pytest

from keiki.catalogue.load import builtin
from keiki.formula import parse, references
from keiki.trees.build import build
from keiki.trees.document import template
from keiki.trees.restricted import closed_kpis, pruned, within, without, worked_out_from


def test_what_names_a_restricted_kpi_or_holds_its_formula_is_closed_with_it() -> None:
    closed = closed_kpis(builtin(), frozenset({"aov"}))
    assert {"aov", "ltv", "ltv_cac_ratio", "ec_revenue"} <= closed
    assert closed.isdisjoint({"purchases", "cvr", "order_revenue"})


def test_trees_lose_the_closed_nodes_and_those_without_a_goal_are_gone() -> None:
    left = without(builtin(), {"aov"})
    tree = build(template(left.catalogue, "simple_orders"), left.catalogue)
    assert "aov" not in {node.kpi for node in tree.nodes}
    assert tree.root.formula is not None
    known = tree.node("known_revenue")
    assert known.formula is None, "its formula has lost a factor, so it stands on its own measure"
    assert {"buyers", "orders_per_buyer"} <= set(known.children)
    assert "simple_orders" not in without(builtin(), {"order_revenue"}).catalogue.templates


def test_tree_without_a_closed_kpi_is_the_same_document() -> None:
    document = template(builtin(), "simple_orders")
    assert pruned(document, frozenset({"nps"})) is document


@pytest.mark.parametrize("text", ["aov", "buyers * aov", "revenue / u_orders"])
def test_typed_formula_that_names_what_is_closed_is_refused(text: str) -> None:
    left = without(builtin(), {"aov"})
    assert left.refused(parse("buyers")) is None
    formula = builtin().expand("aov") if text.startswith("revenue") else parse(text)
    assert left.refused(formula) is not None


def test_department_keeps_its_kpis_and_those_of_the_whole_company_with_formulas_that_need_no_other() -> None:
    left = within(builtin(), frozenset({"inside_sales"}))
    kept = left.catalogue.kpis
    assert {"mql_to_sql_rate", "gross_profit"} <= kept.keys()
    assert left.closed.isdisjoint(kept)
    assert {"mql_count", "ltv_discounted"} <= left.closed, "the discount rate is entered by the finance department"
    for kpi in kept.values():
        assert {reference.id for reference in references(kpi.formula)}.isdisjoint(left.closed), kpi.id
        assert left.catalogue.expand(kpi.id) == builtin().expand(kpi.id)
    assert left.refused(parse("mql_count")) == "mql_count"
    assert left.refused(parse("n_sql / n_mql")) is None, "both are parts of a KPI of theirs"


def test_what_is_closed_can_be_worked_out_from_the_parts_of_its_formula_and_from_the_others_in_one_of_a_tree() -> None:
    def sets(name: str, *more: str) -> tuple[tuple[str, ...], ...]:
        return worked_out_from(builtin(), name, frozenset({name, *more}))

    assert sets("gross_profit") == (("cost_of_goods", "revenue"),)
    assert ("order_revenue", "purchases") in sets("aov")
    assert ("aov", "revenue", "sessions") in sets("cvr"), "revenue = sessions × rate × order value in a tree"
    assert sets("gross_profit", "revenue") == ()
    assert sets("nps") == (), "a value of its own"
