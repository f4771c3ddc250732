"""The search that `/` opens: what it finds, in either language, and for whom."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse
from tests.server.kpis.test_restricted import restrict

from keiki.engine.customers_called import find_customers
from keiki.server.accounts.rules import VIEW
from keiki.server.cockpit.actions import dashboards as boards
from keiki.server.cockpit.pages.search import PLACES
from keiki.server.cockpit.queries.dashboards import Spec
from keiki.server.data.actions import opened


def found(cast: Any, browser_of: Any, words: str, who: str = "viewer") -> dict[str, list[str]]:
    """What is found of each kind, by its words."""
    url = reverse("cockpit:search", kwargs={"business": cast.business.id})
    page = browser_of(getattr(cast, who)).get(url, {"q": words}).context["page"]
    return {group.words: [hit.words for hit in group.hits] for group in page.groups}


@pytest.mark.parametrize(
    ("words", "kind", "first"),
    [
        ("average order value", "KPIs", "Average order value"),
        ("平均注文単価", "KPIs", "Average order value"),
        ("ＡＯＶ", "KPIs", "Average order value"),
        ("りぴと", "KPIs", None),
        ("EC", "Trees", None),
        ("executive", "Dashboards", "Executive"),
        ("経営", "Dashboards", "Executive"),
        ("weekly rep", "Pages", "Weekly report"),
        ("トークン", "Pages", "Settings: tokens for programs"),
        ("c1", "Customers", "C1"),
    ],
)
def test_words_in_either_language_find_it(shop: Any, browser_of: Any, words: str, kind: str, first: str | None) -> None:
    hits = found(shop, browser_of, words)[kind]
    assert hits if first is None else hits[0] == first


def test_nothing_is_found_without_words_and_for_words_that_nothing_has(shop: Any, browser_of: Any) -> None:
    assert [found(shop, browser_of, words) for words in ("", "  ", "・", "qqqqqq")] == [{}, {}, {}, {}]


def test_a_saved_dashboard_is_found_by_whoever_may_open_it(shop: Any, browser_of: Any) -> None:
    spec = Spec("number", tree="simple_orders", node="revenue")
    boards.make_dashboard(shop.editor, shop.business, "Monday numbers", (spec,), shared=True)
    boards.make_dashboard(shop.editor, shop.business, "Monday draft", (spec,), shared=False)
    assert found(shop, browser_of, "monday", "viewer")["Dashboards"] == ["Monday numbers"]
    assert sorted(found(shop, browser_of, "monday", "editor")["Dashboards"]) == ["Monday draft", "Monday numbers"]


def test_what_is_closed_to_a_person_is_not_found(own_shop: Any, browser_of: Any) -> None:
    assert restrict(own_shop, browser_of, kpi="aov") == 302
    assert "Average order value" not in found(own_shop, browser_of, "average order value").get("KPIs", [])
    assert found(own_shop, browser_of, "average order value", "editor")["KPIs"][0] == "Average order value"
    assert "Settings: audit log" not in found(own_shop, browser_of, "audit").get("Pages", [])
    assert found(own_shop, browser_of, "audit", "owner")["Pages"] == ["Settings: audit log"]


def test_pages_that_a_role_may_not_open_are_not_found_by_it(shop: Any, browser_of: Any) -> None:
    viewer = browser_of(shop.viewer)
    closed = [(name, words) for name, words, may in PLACES if may != VIEW]
    refused = {name: viewer.get(reverse(name, kwargs={"business": shop.business.id})).status_code for name, _ in closed}
    assert refused == dict.fromkeys(refused, 403)
    for _name, words in closed:
        assert words not in found(shop, browser_of, words).get("Pages", [])
        assert found(shop, browser_of, words, "owner")["Pages"][0] == words


def test_a_script_takes_only_the_part_that_was_found(shop: Any, browser_of: Any) -> None:
    url = reverse("cockpit:search", kwargs={"business": shop.business.id})
    part = browser_of(shop.viewer).get(url, {"q": "  order   value "}, headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith('<div class="found" data-words="order value">')
    assert "<html" not in part.content.decode()


def test_more_kpis_than_are_shown_lead_to_the_catalogue(shop: Any, browser_of: Any) -> None:
    url = reverse("cockpit:search", kwargs={"business": shop.business.id})
    page = browser_of(shop.viewer).get(url, {"q": "rate"}).context["page"]
    kpis = next(group for group in page.groups if group.words == "KPIs")
    assert len(kpis.hits) == 6
    assert kpis.more.endswith("more in the catalogue")
    listed = browser_of(shop.viewer).get(kpis.more_url).context["page"]
    assert f"{int(kpis.more.split()[0].replace(',', '')) + 6} KPIs" == listed.count


def test_customers_are_found_by_letters_of_id_or_name_the_nearest_first(shop: Any) -> None:
    business = opened(shop.business).business
    assert [each.customer_id for each in find_customers(business, "C1")][:1] == ["C1"]
    assert find_customers(business, "%") == find_customers(business, "  ") == ()
