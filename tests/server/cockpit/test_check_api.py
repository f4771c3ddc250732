"""The checks of a design by the API: those of the design page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from tests.server.site.test_api import program

from keiki.server.kpis.actions import add_tree
from keiki.trees.document import from_dict

SHORT = {
    "id": "short",
    "ja": "届かない木",
    "en": "A tree that falls short",
    "about_ja": "目標が足りない例。",
    "about_en": "Its targets do not reach the goal.",
    "root": {
        "id": "sales",
        "kpi": "order_revenue",
        "formula": "orders * price",
        "target": {"value": 100_000, "period": "month"},
        "children": [
            {"id": "orders", "kpi": "purchases", "target": {"value": 10, "period": "month"}},
            {"id": "price", "kpi": "aov", "target": {"value": 9_000, "period": "month"}},
        ],
    },
}


def test_findings_are_those_of_the_design_page(own_shop: Any, browser_of: Any) -> None:
    add_tree(own_shop.owner, own_shop.business, from_dict(SHORT), {"what": "new"})
    own = program(own_shop, "viewer", "read")
    told = own.get("/tea-shop/trees/short/check").json()
    assert (told["tree"], told["version"]) == ("short", 1)
    (red,) = [each for each in told["findings"] if each["code"] == "insufficient"]
    assert (red["subject"], red["severity"]) == ("sales", "red")
    assert "90,000 a month, the target is 100,000" in red["en"]
    assert "90,000" in red["ja"]
    address = reverse("cockpit:design", kwargs={"business": own_shop.business.id, "tree": "short"})
    page = browser_of(own_shop.viewer).get(address).context["page"]
    assert len(page.checks) == len(told["findings"])
    assert not any(each["data"] for each in told["findings"])


def test_the_data_adds_what_the_design_does_not_tell(own_shop: Any, browser_of: Any) -> None:
    add_tree(own_shop.owner, own_shop.business, from_dict(SHORT), {"what": "new"})
    own = program(own_shop, "viewer", "read")
    told = own.get("/tea-shop/trees/short/check", data=True).json()["findings"]
    address = reverse("cockpit:design", kwargs={"business": own_shop.business.id, "tree": "short"})
    page = browser_of(own_shop.viewer).get(address, {"on_data": 1}).context["page"]
    assert len([each for each in told if each["data"]]) == len(page.data_checks) > 0


def test_only_own_trees_are_checked(shop: Any) -> None:
    assert program(shop, "viewer", "read").get("/tea-shop/trees/simple_orders/check").status_code == 404
