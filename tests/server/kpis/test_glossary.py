"""The glossary: words for every number, and the KPIs that come from nowhere yet, with their owners."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.urls import reverse

from keiki.server.kpis.actions import add_tree
from keiki.trees.document import from_dict

JAPANESE = re.compile(r"[぀-ヿ一-鿿]")
SOURCED = ("order_revenue", "purchases", "aov", "buyers", "gross_profit", "repeat_buyer_share", "return_cancel_rate")
UNSOURCED = {"mrr": "Yamada", "bounce_rate": "Suzuki", "webinar_attendance_rate": "Tanaka"}


def page_of(cast: Any, browser_of: Any, query: str = "") -> Any:
    address = reverse("kpis:glossary", kwargs={"business": cast.business.id})
    answer = browser_of(cast.viewer).get(address + query)
    assert answer.status_code == 200
    return answer.context["page"]


@pytest.mark.feature("F-052")
def test_three_of_ten_kpis_without_a_source_are_listed_with_their_owners(own_shop: Any, browser_of: Any) -> None:
    nodes = [{"kpi": name, "influence": {"sign": "+"}} for name in SOURCED[1:]]
    nodes += [{"kpi": name, "influence": {"sign": "+"}, "owner": {"person": who}} for name, who in UNSOURCED.items()]
    tree = {
        "id": "ten",
        "ja": "十の数字",
        "en": "Ten numbers",
        "about_ja": "十",
        "about_en": "Ten",
        "root": {"kpi": SOURCED[0], "children": nodes},
    }
    add_tree(own_shop.owner, own_shop.business, from_dict(tree), {"what": "new"})
    page = page_of(own_shop, browser_of)
    assert len(page.lines) == 10
    assert page.unsourced_sentence == "3 of 10 KPIs of our trees have no source yet."
    assert {line.url.split("/")[-2]: line.owners for line in page.unsourced} == UNSOURCED


@pytest.mark.feature("F-078")
def test_glossary_lists_formula_unit_and_source_in_japanese(shop: Any, browser_of: Any) -> None:
    shop.viewer.language = "ja"
    shop.viewer.save()
    page = page_of(shop, browser_of, "?which=all")
    assert len(page.lines) > 590
    by_id = {line.url.split("/")[-2]: line for line in page.lines}
    aov = by_id["aov"]
    assert (aov.formula, aov.unit, aov.source) == ("注文売上 ÷ 注文数", "通貨", "注文")
    spoken = [line for line in page.lines if JAPANESE.search(line.definition) and line.formula and line.unit]
    assert len(spoken) == len(page.lines)
    assert all(line.source for line in page.lines)


def test_words_and_field_narrow_the_list(shop: Any, browser_of: Any) -> None:
    found = page_of(shop, browser_of, "?which=all&q=bounce&domain=web").lines
    assert found
    assert all("bounce" in (line.name + line.definition).lower() for line in found)


def test_glossary_leaves_as_a_file(shop: Any, browser_of: Any) -> None:
    address = reverse("kpis:glossary", kwargs={"business": shop.business.id})
    answer = browser_of(shop.viewer).get(address + "?file=csv")
    assert answer.status_code == 200
    assert "Average order" in b"".join(answer).decode("utf-8-sig")
