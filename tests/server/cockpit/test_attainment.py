"""How far a number is from its target, on the pages that show it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from tests.server.cockpit.test_pages import aimed, today
from tests.server.cockpit.test_tree_pages import node_url, tree_url
from tests.server.kpis.test_own_kpis import document

from keiki.server.data.actions import observe
from keiki.server.kpis.actions import save_kpi

OCTOBER = date(2026, 10, 1)


@pytest.mark.feature("F-098")
def test_80_of_100_says_how_far_off_in_red_and_a_neutral_number_has_no_colour(
    own_shop: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    observe(own_shop.editor, own_shop.business, "order_revenue", OCTOBER, "month", 80)
    aimed(own_shop, 100)
    browser = browser_of(own_shop.viewer)
    node = browser.get(node_url(own_shop.business, "revenue"))
    number = node.context["page"].number
    assert (number.value, number.target, number.gap, number.change, number.status) == (
        *("¥80", "¥100", "−¥20", "−20.0%", "act"),
    )
    assert '<small class="tone-act">vs target −¥20 −20.0%</small>' in node.content.decode()
    headline = browser.get(today(own_shop.business) + "?tree=simple_orders").content.decode()
    assert "vs target −¥20 −20.0%" in headline
    with django_capture_on_commit_callbacks(execute=True):
        said = document("sum_order_revenue", unit="currency", direction="neutral")
        save_kpi(own_shop.editor, own_shop.business, "order_revenue", 0, said, None, "no wish")
    neutral = browser.get(node_url(own_shop.business, "revenue"))
    number = neutral.context["page"].number
    assert (number.gap, number.change, number.status) == ("−¥20", "−20.0%", "plain")
    assert '<small class="tone-plain">vs target −¥20 −20.0%</small>' in neutral.content.decode()


@pytest.mark.feature("F-094")
def test_tree_shows_attainment_per_node_and_the_way_to_a_failing_leaf(shop: Any, browser_of: Any) -> None:
    aimed(shop, 10_000)
    aimed(shop, 2_000, "aov")
    answer = browser_of(shop.viewer).get(tree_url(shop.business, tree="simple_orders", open="all"))
    page, text = answer.context["page"], answer.content.decode()
    at = {card.id: card for card in page.cards}
    assert (at["revenue"].attained, at["revenue"].number.status) == ("144% of target", "good")
    assert (at["aov"].attained, at["aov"].number.status) == ("45% of target", "act")
    above = [at["aov"]]
    parents = {edge.child: edge.parent for edge in page.edges}
    while above[-1].id in parents:
        above.append(at[parents[above[-1].id]])
    assert all(card.leads for card in above[1:])
    failing = {edge.child for edge in page.edges if edge.failing}
    assert {card.id for card in above[:-1]} <= failing
    calm = {edge.child for edge in page.edges} - failing
    assert all(at[name].number.status != "act" and not at[name].leads for name in calm)
    leaf = text[text.index('id="node-aov"') :]
    assert re.search(r'class="kpi is-act [^"]*"', leaf)
    assert leaf.index("45% of target") < leaf.index("</li>")
    assert text.count('class=" failing"') == len(failing)
