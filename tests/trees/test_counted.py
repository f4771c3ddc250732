"""Page views, visits and visitors are three things."""

from __future__ import annotations

from typing import Any

import pytest
from tests.trees.made import FUNNEL, tree

from keiki.catalogue.load import load_catalogue
from keiki.formula import parse
from keiki.trees.counted import counted, mixed_counts

CATALOGUE = load_catalogue()


def found(root: dict[str, Any]) -> list[tuple[str, str | None, str]]:
    return [(f.code, f.node, f.severity.value) for f in mixed_counts(tree(root), CATALOGUE)]


def key(kpi: str) -> Any:
    thing = counted(CATALOGUE.expand(parse(kpi)), CATALOGUE)
    return thing.key if thing is not None else None


def test_channel_counts_the_same_thing_and_another_count_does_not() -> None:
    assert key("organic_sessions") == key("sessions") == key("paid_sessions")
    assert key("seo_page_views") == key("page_views")
    assert len({key("sessions"), key("page_views"), key("unique_users"), key("purchases")}) == 4
    assert key("inquiries") != key("page_views"), "another kind of event"
    assert [key("cvr"), key("order_revenue")] == [None, None]


@pytest.mark.feature("F-023")
@pytest.mark.parametrize(
    "ksf", [{"kpi": "unique_users"}, {"ja": "月間訪問者数を増やす", "en": "More visitors a month"}]
)
def test_page_views_under_a_visitor_factor_are_flagged(ksf: dict[str, Any]) -> None:
    leaf = {"kpi": "page_views", "influence": {"sign": "+"}}
    factor = {"id": "more", "level": "ksf", "influence": {"sign": "+"}, "children": [leaf], **ksf}
    assert found({"kpi": "revenue", "children": [factor]}) == [("counts_other_things", "page_views", "yellow")]


def test_page_views_that_are_added_up_to_visits_do_not_add_up() -> None:
    parts = [{"kpi": "seo_page_views"}, {"kpi": "paid_page_views"}]
    root = {"kpi": "sessions", "formula": "seo_page_views + paid_page_views", "children": parts}
    assert found(root) == [
        ("counts_other_things", "seo_page_views", "red"),
        ("counts_other_things", "paid_page_views", "red"),
    ]


def test_siblings_of_different_things_do_not_add_up() -> None:
    root = {"id": "goal", "formula": "sessions + page_views", "children": [{"kpi": "sessions"}, {"kpi": "page_views"}]}
    assert found(root) == [("counts_other_things", "page_views", "red")]


def test_rate_per_visit_times_page_views_is_told() -> None:
    children = [{"kpi": k} for k in ("page_views", "purchase_rate", "aov")]
    root = {"kpi": "order_revenue", "formula": "page_views * purchase_rate * aov", "children": children}
    (problem,) = mixed_counts(tree(root), CATALOGUE)
    assert (problem.code, problem.nodes) == ("rate_of_other_things", ("purchase_rate", "page_views"))
    assert problem.message("en") == (
        "“Purchase rate / contract rate” is a rate per sessions, but the formula of “Order revenue” multiplies it by "
        "“Page views” (page views)."
    )


@pytest.mark.parametrize(
    "root",
    [
        FUNNEL,
        {
            "kpi": "sessions",
            "formula": "organic_sessions + paid_sessions",
            "children": [{"kpi": "organic_sessions"}, {"kpi": "paid_sessions"}],
        },
        {"kpi": "revenue", "children": [{"kpi": "page_views", "influence": {"sign": "+"}}]},
        {"kpi": "inquiries", "children": [{"kpi": "sessions", "influence": {"sign": "+"}}]},
        {
            "kpi": "page_views",
            "formula": "sessions * pages_per_session",
            "children": [{"kpi": "sessions"}, {"kpi": "pages_per_session"}],
        },
    ],
)
def test_what_fits_is_left_alone(root: dict[str, Any]) -> None:
    assert found(root) == []
