"""Ways to take a goal apart, proved by the definitions or on the data."""

from __future__ import annotations

import pytest
from tests.trees.made import HandReadings

from keiki.catalogue.load import load_catalogue
from keiki.errors import UnknownDecomposition, UnknownName
from keiki.formula import parse, references
from keiki.measures.document import entries
from keiki.trees.build import build
from keiki.trees.consistency import proof
from keiki.trees.decompose import _declared, apply, as_document, as_node, decomposition, decompositions
from keiki.trees.document import NodeDocument, TreeDocument, from_yaml, to_yaml
from keiki.trees.evaluate import evaluate

CATALOGUE = load_catalogue()
READ = {
    "sum_revenue": [19_200_000.0, 21_252_000.0],
    "sum_order_revenue": [19_200_000.0, 21_252_000.0],
    "n_sessions": [120_000.0, 110_000.0],
    "n_orders": [2_400, 2_530],
    "u_buyers": [2_000, 2_100],
}


def document(root: NodeDocument) -> TreeDocument:
    return TreeDocument("own", "例", "Example", "例です。", "An example.", root)


@pytest.mark.feature("F-007")
def test_revenue_becomes_three_nodes_that_multiply_back_to_it() -> None:
    start = document(NodeDocument(id="goal", kpi="revenue"))
    made = apply(start, "goal", decomposition("revenue", "visits_rate_value", CATALOGUE))
    assert [child.kpi for child in made.root.children] == ["sessions", "purchase_rate", "aov"]
    assert made.root.formula == "sessions * purchase_rate * aov"
    found = proof(evaluate(build(made, CATALOGUE), HandReadings(READ)))
    assert (found.values, found.holds) == ((19_200_000, 21_252_000), True)


def test_declared_ways_that_are_identities_say_so() -> None:
    told = {
        (w.kpi, w.id): w.proved
        for k in ("order_revenue", "revenue", "profit", "mrr")
        for w in decompositions(k, CATALOGUE)
    }
    assert told["order_revenue", "visits_rate_value"]
    assert told["order_revenue", "buyers_frequency_value"]
    assert told["profit", "revenue_less_costs"]
    assert told["profit", "gross_profit_less_costs"]
    assert not told["revenue", "visits_rate_value"], "revenue also posts invoices: only the data can tell"
    assert not told["mrr", "mrr_movements"]


def test_every_ratio_splits_as_it_is_defined() -> None:
    (way,) = [w for w in decompositions("cvr", CATALOGUE) if w.id == "defined"]
    assert (way.formula, way.proved, way.en) == ("conversions / sessions", True, "Conversions ÷ Sessions")


def test_amount_is_another_amount_times_the_rate_between_them() -> None:
    assert "sessions_times_pages_per_session" in {w.id for w in decompositions("page_views", CATALOGUE)}


@pytest.mark.parametrize("kpi", sorted(CATALOGUE.kpis))
def test_every_way_of_every_kpi_can_be_built(kpi: str) -> None:
    for way in decompositions(kpi, CATALOGUE):
        built = build(as_document(way), CATALOGUE)
        assert built.root.kpi == kpi
        assert set(built.root.factors) == {piece.id for piece in way.parts}


def test_declared_formulas_use_every_part_and_every_sentence_has_both_languages() -> None:
    for entry in _declared():
        parts = entries(entry, "parts")
        assert {r.id for r in references(parse(entry.text("formula")))} == {part.text("id") for part in parts}
        assert all(bool(part.get("why_ja")) == bool(part.get("why_en")) for part in parts)


def test_ids_that_are_taken_get_a_number() -> None:
    root = NodeDocument(
        id="goal",
        kpi="profit",
        formula="revenue - aov",
        children=(NodeDocument(id="revenue", kpi="revenue"), NodeDocument(id="aov", kpi="aov")),
    )
    made = apply(document(root), "revenue", decomposition("revenue", "visits_rate_value", CATALOGUE))
    assert made.node("revenue").formula == "sessions * purchase_rate * aov_2"
    assert made.node("aov_2").kpi == "aov"
    assert from_yaml(to_yaml(made)) == made


def test_narrowed_goal_narrows_its_parts() -> None:
    node = as_node(
        decomposition("order_revenue", "new_and_returning", CATALOGUE),
        NodeDocument(id="shop", kpi="order_revenue", where="store = 'ginza'"),
    )
    assert node.children[0].where == "store = 'ginza' and customer_type = 'new'"


def test_another_way_takes_the_place_of_the_first() -> None:
    first = apply(
        document(NodeDocument(id="goal", kpi="order_revenue")),
        "goal",
        decomposition("order_revenue", "visits_rate_value", CATALOGUE),
    )
    second = apply(first, "goal", decomposition("order_revenue", "buyers_frequency_value", CATALOGUE))
    assert [child.id for child in second.root.children] == ["buyers", "orders_per_buyer", "aov"]


def test_way_that_does_not_fit_is_refused() -> None:
    with pytest.raises(UnknownDecomposition):
        decomposition("cvr", "visits_rate_value", CATALOGUE)
    way = decomposition("revenue", "visits_rate_value", CATALOGUE)
    with pytest.raises(UnknownDecomposition):
        apply(document(NodeDocument(id="goal", kpi="profit")), "goal", way)
    with pytest.raises(UnknownName):
        apply(document(NodeDocument(id="goal", kpi="revenue")), "gaol", way)
