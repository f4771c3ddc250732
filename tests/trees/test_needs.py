"""The data a tree needs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, combinations
from typing import Any

from tests.trees.made import FUNNEL, built_in, tree

from keiki.catalogue.load import load_catalogue
from keiki.facts import FACTS
from keiki.trees.needs import Needs, needs


def needed(root: Mapping[str, Any]) -> Needs:
    return needs(tree(root), load_catalogue())


def test_needs_name_the_facts_of_every_kpi_once() -> None:
    found = needed(FUNNEL)
    assert found.facts == ("orders", "events")
    assert list(found.kpis) == ["order_revenue", "sessions", "purchase_rate", "aov"]
    assert [s.measure for s in found.kpis["purchase_rate"]] == ["n_orders", "n_sessions"]


def test_kpi_is_measurable_when_each_of_its_measures_is() -> None:
    found = needed(FUNNEL)
    assert found.measurable({"orders"}) == ("order_revenue", "aov")
    assert found.measurable({"events", "orders", "costs"}) == tuple(found.kpis)
    assert (found.share(()), found.share({"orders"}), found.share({"orders", "events"})) == (0.0, 0.5, 1.0)


def test_missing_facts_are_those_that_kpis_wait_for() -> None:
    found = needed(FUNNEL)
    assert (found.missing({"orders"}), found.missing(()), found.missing({"orders", "events"})) == (
        ("events",),
        ("orders", "events"),
        (),
    )


def test_revenue_is_told_by_any_of_its_facts() -> None:
    found = needed({"kpi": "revenue", "driver": True})
    assert found.facts == ("orders", "invoices", "stages")
    assert [found.measurable({fact}) for fact in ("orders", "invoices", "stages", "tickets")] == [("revenue",)] * 3 + [
        ()
    ]


def test_kpi_on_several_nodes_counts_once() -> None:
    found = needs(built_in("simple_orders"), load_catalogue())
    assert len(found.kpis) == len({n.kpi for n in built_in("simple_orders").nodes if n.kpi})
    assert found.share({"orders"}) == 1.0


def test_tree_without_kpis_needs_nothing() -> None:
    found = Needs({})
    assert (found.facts, found.measurable(FACTS), found.share(FACTS), found.missing(())) == ((), (), None, ())


def test_more_data_never_measures_less() -> None:
    found = needs(built_in("corporate_profit"), load_catalogue())
    names = found.facts
    subsets = [set(s) for s in chain.from_iterable(combinations(names, n) for n in range(len(names) + 1))]
    for one in subsets:
        for other in subsets:
            if one < other:
                assert set(found.measurable(one)) <= set(found.measurable(other))
    assert found.measurable(names) == tuple(found.kpis)
