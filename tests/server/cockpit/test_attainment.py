"""How far a number is from its target, on the pages that show it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.urls import reverse
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
    assert '<small class="tone-act">vs target −¥20 (−20.0%)</small>' in node.content.decode()
    headline = browser.get(today(own_shop.business) + "?tree=simple_orders").content.decode()
    assert "vs target −¥20 (−20.0%)" in headline
    with django_capture_on_commit_callbacks(execute=True):
        said = document("sum_order_revenue", unit="currency", direction="neutral")
        save_kpi(own_shop.editor, own_shop.business, "order_revenue", 0, said, None, "no wish")
    neutral = browser.get(node_url(own_shop.business, "revenue"))
    number = neutral.context["page"].number
    assert (number.gap, number.change, number.status) == ("−¥20", "−20.0%", "plain")
    assert number.apart == "−¥20 (−20.0%)"
    assert '<small class="tone-plain">vs target −¥20 (−20.0%)</small>' in neutral.content.decode()


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


COLOURED = re.compile(
    r'<(a|article|div|li|p|section)[^>]*class="[^"]*\bis-(good|watch|act|none)\b[^"]*"[^>]*>(.*?)</\1>', re.S
)
ICON = '<svg class="icon"'
TOLD = re.compile(r'<span class="status status-(\w+)"><svg class="icon".*?</svg><span>([^<]+)</span></span>', re.S)
JAPANESE_WORDS = {"good": "順調", "watch": "注意", "act": "要対応", "none": "未計測"}


@pytest.mark.feature("F-110")
@pytest.mark.parametrize(("direction", "rose", "fell"), [("higher", "good", "act"), ("lower", "act", "good")])
def test_screens_in_japanese_colour_by_the_good_direction_and_keep_icon_and_word_in_easy_colours(
    own_shop: Any,
    browser_of: Any,
    django_capture_on_commit_callbacks: Any,
    direction: str,
    rose: str,
    fell: str,
) -> None:
    business, viewer = own_shop.business, own_shop.viewer
    with django_capture_on_commit_callbacks(execute=True):
        said = document("sum_order_revenue", unit="currency", direction=direction)
        save_kpi(own_shop.editor, business, "order_revenue", 0, said, None, "which way is good")
    for month, value in ((8, 100), (9, 200), (10, 50)):
        observe(own_shop.editor, business, "order_revenue", date(2026, month, 1), "month", value)
    browser = browser_of(viewer)
    browser.post("/you/", {"name": "Vera", "language": "ja", "theme": "light", "palette": "distinct"})
    seen = {}
    for month in ("2026-09-01", "2026-10-01"):
        node = browser.get(node_url(business, "revenue") + f"?on={month}")
        number = node.context["page"].number
        seen[month] = number.status
        assert f'<small class="tone-{number.status}">' in node.content.decode()
    assert (seen["2026-09-01"], seen["2026-10-01"]) == (rose, fell)
    executive = reverse("cockpit:dashboard", kwargs={"business": business.id, "name": "executive"})
    plain = "?tree=simple_orders&comparison=previous&on=2026-09-01"
    for url in (today(business), tree_url(business, tree="simple_orders"), executive, node_url(business, "revenue")):
        text = browser.get(url.partition("?")[0] + plain).content.decode()
        assert '<html lang="ja" data-theme="light" data-palette="distinct">' in text
        told = TOLD.findall(text)
        assert [JAPANESE_WORDS[kind] for kind, _word in told] == [word for _kind, word in told]
        coloured = [inside for _tag, _kind, inside in COLOURED.findall(text)]
        assert coloured != []
        assert [inside for inside in coloured if ICON not in inside] == []
