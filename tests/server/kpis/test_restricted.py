"""Restricted KPIs: from which role on they are seen, and that no other door leads to them."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from keiki.server.accounts import actions as accounts
from keiki.server.accounts.models import Business
from keiki.server.audit.queries import log
from keiki.server.cockpit.actions import dashboards as boards
from keiki.server.cockpit.models import Annotation
from keiki.server.cockpit.queries.dashboards import Spec
from keiki.server.kpis import queries

CLOSED = "aov"


def address(cast: Any, page: str, **ids: Any) -> str:
    return reverse(page, kwargs={"business": cast.business.id, **ids})


def restrict(cast: Any, browser_of: Any, kpi: str = CLOSED, least: str = "editor", who: str = "owner") -> int:
    answer = browser_of(getattr(cast, who)).post(address(cast, "kpis:restrict_kpi", kpi=kpi), {"least": least})
    cast.business.refresh_from_db()
    return int(answer.status_code)


def program(cast: Any, who: str) -> Client:
    token = accounts.make_api_token(getattr(cast, who), cast.business, "nightly", "read", None)
    return Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})


def without_tokens(answer: Any) -> str:
    return re.sub(r'(CSRFToken": |name="csrfmiddlewaretoken" value=)"\w+"', "", answer.content.decode())


@pytest.mark.feature("F-102")
def test_executive_manager_and_staff_begin_differently_and_staff_cannot_open_a_restricted_kpi_by_address(
    shop: Any, browser_of: Any
) -> None:
    start = address(shop, "cockpit:start")
    first = [browser_of(getattr(shop, who)).get(start)["Location"] for who in ("owner", "editor", "viewer")]
    assert first == [
        address(shop, "cockpit:dashboard", name="executive"),
        address(shop, "cockpit:dashboard", name="operational"),
        address(shop, "cockpit:today"),
    ]
    shown = [
        browser_of(getattr(shop, who)).get(url) for who, url in zip(("owner", "editor", "viewer"), first, strict=True)
    ]
    assert [answer.status_code for answer in shown] == [200, 200, 200]
    assert len({answer.context["page"].title for answer in shown}) == 3

    kpi, unknown = address(shop, "kpis:kpi", kpi=CLOSED), address(shop, "kpis:kpi", kpi="nothing_of_the_kind")
    assert browser_of(shop.viewer).get(kpi).status_code == 200
    assert restrict(shop, browser_of) == 302
    refused, missing = (browser_of(shop.viewer).get(url) for url in (kpi, unknown))
    assert (refused.status_code, missing.status_code) == (404, 404)
    assert without_tokens(refused) == without_tokens(missing)
    assert [browser_of(getattr(shop, who)).get(kpi).status_code for who in ("owner", "editor")] == [200, 200]


def test_restricted_kpi_is_on_no_page_of_staff(shop: Any, browser_of: Any) -> None:
    tree, node = {"tree": "simple_orders"}, {"tree": "simple_orders", "node": CLOSED}
    pages = {
        "tree": address(shop, "cockpit:tree", **tree) + "?open=all",
        "table": address(shop, "cockpit:tree", **tree) + "?as=table",
        "today": address(shop, "cockpit:today") + "?tree=simple_orders",
        "executive": address(shop, "cockpit:dashboard", name="executive") + "?tree=simple_orders",
        "analytical": address(shop, "cockpit:dashboard", name="analytical") + "?tree=simple_orders",
        "search": address(shop, "kpis:catalogue") + "?q=average+order+value",
        "glossary": address(shop, "kpis:glossary"),
        "targets": address(shop, "planning:targets") + "?tree=simple_orders",
        "first": address(shop, "reasons:first", **tree),
        "links": address(shop, "reasons:links", **tree),
    }
    files = {
        "tree file": address(shop, "cockpit:tree", **tree) + "?as=table&file=csv",
        "glossary file": address(shop, "kpis:glossary") + "?file=csv",
    }
    gone = [
        address(shop, "cockpit:node", **node),
        address(shop, "reasons:compare", kpi=CLOSED),
        address(shop, "reasons:rows", **node),
        address(shop, "reasons:why", **node),
        address(shop, "planning:target", **node),
        address(shop, "kpis:kpi", kpi="ltv"),  # calculated from it
    ]
    words = "Average order value"
    seen = {name: browser_of(shop.viewer).get(url).content.decode() for name, url in pages.items()}
    assert any(words in body for body in seen.values())
    restrict(shop, browser_of)
    reader = browser_of(shop.viewer)
    for name, url in {**pages, **files}.items():
        answer = reader.get(url)
        assert (name, answer.status_code) == (name, 200)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        named = body.decode().replace("Average order value near", "")  # another KPI
        assert (name, words in named) == (name, False)
        assert (name, f"/{CLOSED}/" in body.decode()) == (name, False)
    for url in gone:
        answer = reader.get(url)
        assert (url, answer.status_code) == (url, 404)
        assert (url, words in answer.content.decode()) == (url, False)


def test_program_of_staff_is_told_that_a_restricted_kpi_is_unknown(shop: Any, browser_of: Any) -> None:
    restrict(shop, browser_of)
    root = f"/api/v1/businesses/{shop.business.id}"
    staff, manager = program(shop, "viewer"), program(shop, "editor")

    def measure(client: Client, *kpis: str) -> Any:
        return client.post(f"{root}/measure", json.dumps({"kpis": kpis}), content_type="application/json")

    assert [client.get(f"{root}/kpis/{CLOSED}").status_code for client in (staff, manager)] == [404, 200]
    assert measure(manager, CLOSED).status_code == 200
    refused = measure(staff, CLOSED)
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown_name")
    catalogue = queries.catalogue_of(shop.owner, shop.business)
    formula = catalogue.kpis[CLOSED].source
    assert measure(manager, formula).status_code == 200
    assert measure(staff, formula).json()["error"] == "unknown_name"
    assert measure(staff, "purchases").status_code == 200
    nodes = {node["id"] for node in staff.get(f"{root}/trees/simple_orders").json()["periods"][0]["nodes"]}
    assert CLOSED not in nodes
    assert "buyers" in nodes


def test_dashboard_link_and_notes_leave_a_restricted_kpi_out(shop: Any, browser_of: Any) -> None:
    panels = [Spec("number", "simple_orders", "revenue"), Spec("number", "simple_orders", CLOSED)]
    made = boards.make_dashboard(shop.editor, shop.business, "Team", panels)
    boards.change_dashboard(shop.editor, made.pk, 1, "Team", shared=True)
    Annotation.objects.create(
        business=shop.business, kpi=CLOSED, kind="note", on="2026-10-05", text="Secret price", made_by=shop.editor
    )
    form = {"name": "Lobby", "kind": "share", "dashboards": [str(made.pk)], "seconds": 20}
    link = browser_of(shop.editor).post(address(shop, "cockpit:screens"), form).context["page"].link
    restrict(shop, browser_of)
    board = address(shop, "cockpit:dashboard", name=str(made.pk))

    def nodes(answer: Any) -> list[str]:
        return [panel.spec.node for section in answer.context["page"].sections for panel in section.panels]

    assert nodes(browser_of(shop.editor).get(board)) == ["revenue", CLOSED]
    assert nodes(browser_of(shop.viewer).get(board)) == ["revenue"]
    assert nodes(Client().get(link.removeprefix("http://testserver"))) == ["revenue"]
    happened = address(shop, "cockpit:annotations")
    assert "Secret price" in browser_of(shop.editor).get(happened).content.decode()
    assert "Secret price" not in browser_of(shop.viewer).get(happened).content.decode()


def test_only_owners_decide_who_sees_a_kpi_and_it_is_written_down(shop: Any, browser_of: Any) -> None:
    assert [restrict(shop, browser_of, who=who) for who in ("viewer", "editor", "outsider")] == [403, 403, 404]
    assert Business.objects.get(pk=shop.business.pk).restricted == {}
    assert restrict(shop, browser_of, least="owner") == 302
    url = address(shop, "kpis:kpi", kpi=CLOSED)
    assert [browser_of(getattr(shop, who)).get(url).status_code for who in ("owner", "editor")] == [200, 404]
    assert browser_of(shop.editor).get(address(shop, "kpis:edit_kpi", kpi=CLOSED)).status_code == 404
    page = browser_of(shop.owner).get(url)
    assert page.context["page"].sight.words == "Owners only"
    assert "ltv" in {way.url.rstrip("/").rsplit("/", 1)[-1] for way in page.context["page"].sight.beside}
    assert str(log(shop.business.id).lines[0].words) == "Changed who sees a KPI"
    restrict(shop, browser_of, least="viewer")
    assert browser_of(shop.viewer).get(url).status_code == 200


def test_owner_is_told_from_which_others_a_restricted_kpi_can_be_worked_out_and_closes_them_with_it(
    shop: Any, browser_of: Any
) -> None:
    url, close = address(shop, "kpis:kpi", kpi=CLOSED), address(shop, "kpis:restrict_kpi", kpi=CLOSED)
    owner = browser_of(shop.owner)
    assert owner.get(url).context["page"].sight.leaks == ()
    restrict(shop, browser_of)
    leaks = owner.get(url).context["page"].sight.leaks
    assert (leaks[0].words, leaks[0].ids) == ("Order revenue, Completed purchases", "order_revenue purchases")
    assert owner.post(close, {"least": "editor", "also": "order_revenue nothing"}).status_code == 404
    assert owner.post(close, {"least": "editor", "also": [each.ids for each in leaks]}).status_code == 302
    assert owner.get(url).context["page"].sight.leaks == ()
    assert browser_of(shop.viewer).get(address(shop, "kpis:kpi", kpi="purchases")).status_code == 404
    assert browser_of(shop.editor).get(url).context["page"].sight.leaks == ()


def test_business_whose_every_goal_is_closed_to_staff_still_opens(shop: Any, browser_of: Any) -> None:
    restrict(shop, browser_of, kpi="order_revenue")
    restrict(shop, browser_of, kpi="revenue")
    assert browser_of(shop.viewer).get(address(shop, "cockpit:today")).status_code == 200
    assert "¥14,400" not in browser_of(shop.viewer).get(address(shop, "cockpit:today")).content.decode()
