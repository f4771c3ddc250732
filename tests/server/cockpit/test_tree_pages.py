"""The tree page and the node page, as a person reads them."""

from __future__ import annotations

import re
from typing import Any

from django.urls import reverse

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")


def tree_url(business: Any, **query: str) -> str:
    return reverse("cockpit:tree", kwargs={"business": business.id}) + _query(query)


def node_url(business: Any, node: str, **query: str) -> str:
    kwargs = {"business": business.id, "tree": "simple_orders", "node": node}
    return reverse("cockpit:node", kwargs=kwargs) + _query(query)


def _query(query: dict[str, str]) -> str:
    return "?" + "&".join(f"{name}={value}" for name, value in query.items()) if query else ""


def items(page: Any) -> list[str]:
    return re.findall(r'role="treeitem" id="node-([^"]+)"', page.content.decode())


def test_tree_page_shows_what_leads_to_trouble(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(tree_url(shop.business))
    shown = page.context["page"]
    root = shown.cards[0].number
    assert (root.value, root.change, root.beside, root.status) == ("¥14,400", "−28.0%", "Prev. month ¥20,000", "act")
    assert items(page) == [card.id for card in shown.cards]
    assert all(
        card.open == bool(card.children) for card in shown.cards if card.number.status == "act" and card.children
    )
    assert shown.sentence.startswith("28.0% below the previous month. Moved most by ")
    assert shown.rule.startswith("No targets in this period: 2% or more")


def test_tree_page_lists_close_what_they_open(shop: Any, browser_of: Any) -> None:
    text = browser_of(shop.owner).get(tree_url(shop.business, open="all")).content.decode()
    stage = text[text.index('id="tree-stage"') : text.index("No targets in this period")]
    assert stage.count("<ul") == stage.count("</ul>")
    assert stage.count("<li") == stage.count("</li>")


def test_tree_page_has_no_inline_style_and_no_inline_script(shop: Any, browser_of: Any) -> None:
    text = browser_of(shop.owner).get(tree_url(shop.business, open="all")).content.decode()
    assert not re.search(r"\sstyle=|<style|\son\w+=|<script(?![^>]*\ssrc=)", text)


def test_toggle_closes_and_opens_one_branch(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    page = browser.get(tree_url(shop.business, open="all"))
    root = page.context["page"].cards[0]
    closed = browser.get(root.toggle_url)
    assert items(closed) == [root.id]
    card = closed.context["page"].cards[0]
    assert (card.open, card.hidden, card.hidden_status) == (False, len(items(page)) - 1, "act")
    assert items(browser.get(card.toggle_url)) == items(page)


def test_table_view_holds_every_node(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    whole = items(browser.get(tree_url(shop.business, open="all")))
    table = browser.get(tree_url(shop.business, **{"as": "table"})).context["page"]
    assert [card.id for card in table.cards] == whole
    assert (table.cards[0].number.exact, table.cards[0].number.before_exact) == ("¥14,400", "¥20,000")


def test_running_period_says_so(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.owner).get(tree_url(shop.business, on="2026-11-01")).context["page"]
    assert page.cards[0].number.part
    assert page.sentence.startswith("So far (8 days): 36.5% below the same 8 days of the previous month.")
    assert [chip.words for chip in page.chips] == ["provisional, so far: 8 days", "net of tax"]


def test_segment_narrows_and_can_be_removed(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.owner).get(tree_url(shop.business, segment="channel:email")).context["page"]
    assert page.cards[0].number.value == "¥7,200"
    assert (page.chips[0].words, page.chips[0].remove_url.endswith("simple_orders/")) == ("Channel: E-mail", True)


def test_unknown_tree_and_node_are_not_found(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    assert browser.get(tree_url(shop.business, tree="nothing")).status_code == 404
    assert browser.get(node_url(shop.business, "nothing")).status_code == 404


def test_unknown_dimension_is_said_in_words(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.owner).get(tree_url(shop.business, segment="no_such_column:x"))
    assert page.status_code in {200, 400}
    assert b"no_such_column" in page.content


def test_node_page_explains_definition_history_and_parts(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    root = browser.get(tree_url(shop.business)).context["page"].cards[0]
    page = browser.get(root.url)
    shown = page.context["page"]
    assert shown.definition
    assert "<math" in shown.formula
    assert shown.history.table.rows[-1] == ("Oct 2026", "¥14,400")
    assert shown.parts_sentence == f"{root.number.label} changed by −¥5,600. Each part's share of that change:"
    assert sum(_yen(part.words) for part in shown.parts) == -5_600
    assert dict(shown.facts)["Wished direction"] == "Higher is better"


def _yen(words: str) -> int:
    return int(words.replace("−", "-").replace("±", "").replace("¥", "").replace(",", "").replace("+", ""))


def test_node_page_splits_by_a_dimension(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    root = browser.get(tree_url(shop.business)).context["page"].cards[0]
    page = browser.get(node_url(shop.business, root.id, by="channel")).context["page"]
    assert [(row.words, row.value, row.change) for row in page.segments] == [
        ("E-mail", "¥7,200", "−28.0%"),
        ("Organic search", "¥7,200", "−28.0%"),
    ]
    assert page.segments[0].url.endswith("?segment=channel%3Aemail")
    small = page.segment_chart
    assert (small.kind, small.table.head) == ("multiples", ("Period", "E-mail", "Organic search"))
    assert small.table.rows[-1] == ("Oct 2026", "¥7,200", "¥7,200")
    assert small.sentence == "E-mail is highest with ¥7,200 in the latest period."


def test_empty_business_offers_a_first_step_to_those_who_may(bare: Any, browser_of: Any) -> None:
    owner = browser_of(bare.owner).get(tree_url(bare.business)).context["page"].empty
    viewer = browser_of(bare.viewer).get(tree_url(bare.business)).context["page"].empty
    assert (owner.data_url, owner.demo_url) == (
        reverse("data:data", kwargs={"business": bare.business.id}),
        reverse("data:make_demo", kwargs={"business": bare.business.id}),
    )
    assert (viewer.data_url, viewer.demo_url) == ("", "")


def test_english_pages_hold_no_japanese(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.owner)
    for url in (tree_url(shop.business, open="all"), browser.get(tree_url(shop.business)).context["page"].cards[0].url):
        text = re.sub(r'lang="ja">[^<]*|<option[^>]*>日本語|Keiki 計器', "", browser.get(url).content.decode())
        assert JAPANESE.findall(text) == []
