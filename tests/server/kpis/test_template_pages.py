"""The gallery of templates and one template, as a person uses them."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from keiki.catalogue.families import FAMILIES
from keiki.server.kpis import queries
from keiki.server.kpis.models import OwnTree


def gallery(cast: Any, query: str = "") -> str:
    return reverse("kpis:templates", kwargs={"business": cast.business.id}) + query


def one(cast: Any, name: str) -> str:
    return reverse("kpis:template", kwargs={"business": cast.business.id, "template": name})


def shown(page: Any) -> set[str]:
    return {card.id for family in page.context["page"].families for card in family.cards}


def test_gallery_files_every_template_under_a_family(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(gallery(shop)).context["page"]
    assert [family.name for family in page.families] == [
        name for name in FAMILIES if name in {f.name for f in page.families}
    ]
    assert page.count == f"{sum(len(family.cards) for family in page.families)} templates"
    assert all("<rect" in card.sketch for family in page.families for card in family.cards)


def test_gallery_is_searched_by_words_family_and_data(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    every = shown(browser.get(gallery(shop)))
    webinars = shown(browser.get(gallery(shop, "?q=Webinar leads")))
    assert {"webinar_lead_acquisition"} <= webinars < every
    assert shown(browser.get(gallery(shop, "?family=webinar"))) < every
    ready = browser.get(gallery(shop, "?ready=1"))
    assert {"simple_orders"} <= shown(ready) < every
    assert {c.data_words for f in ready.context["page"].families for c in f.cards} == {"You have these kinds of data"}
    assert shown(browser.get(gallery(shop, "?q=no such thing"))) == set()


def test_template_says_which_data_it_needs_and_which_is_there(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(one(shop, "ec")).context["page"]
    assert ("Orders", True) in page.needs
    assert [name for name, has in page.needs if not has] != []
    assert page.use_url == ""
    assert browser_of(shop.viewer).get(one(shop, "nothing")).status_code == 404


def test_template_shows_its_targets_in_words(bare: Any, browser_of: Any) -> None:
    rows = browser_of(bare.viewer).get(one(bare, "webinar_lead_acquisition")).context["page"].rows
    assert [row.target for row in rows if row.target] == [
        "200 within 3 months",
        "30.0% within 3 months",
        "60.0% within 3 months",
        "40.0% within 3 months",
    ]


def test_template_used_twice_leads_to_the_same_tree_or_to_a_wished_copy(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.editor)
    first = browser.post(one(bare, "simple_orders")).url
    again = browser.post(one(bare, "simple_orders")).url
    assert first == again == reverse("cockpit:design", kwargs={"business": bare.business.id, "tree": "simple_orders"})
    assert browser.get(one(bare, "simple_orders")).context["page"].design_url == first
    copy = browser.post(one(bare, "simple_orders"), {"copy": "1"}).url
    assert (copy == first, OwnTree.objects.count()) == (False, 2)
    assert browser_of(bare.viewer).post(one(bare, "simple_orders")).status_code == 403


@pytest.mark.feature("F-360")
def test_loading_the_flows_makes_three_steps_of_manufacturing_and_two_of_service_with_slots_for_kpis(
    bare: Any, browser_of: Any
) -> None:
    steps = {}
    for name in ("flow_manufacturing", "flow_service"):
        browser_of(bare.editor).post(one(bare, name))
        root = queries.stored_tree(bare.viewer, bare.business, name).document.root
        steps[name] = [child.id for child in root.children]
        assert [child.level for child in root.children] == ["ksf"] * len(root.children)
        assert min(sum(slot.kpi is not None for slot in child.children) for child in root.children) >= 2
    assert steps == {
        "flow_manufacturing": ["purchase_materials", "produce", "sell_order"],
        "flow_service": ["contract_sale", "provide_service"],
    }
