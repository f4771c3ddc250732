"""Members limited to departments, and viewers: what they see, and that they change nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.server.site.test_urls import OF_A_BUSINESS, sample

from keiki.catalogue.load import builtin
from keiki.server.accounts import actions as accounts
from keiki.server.accounts.models import Membership
from keiki.server.audit.models import Entry
from keiki.server.kpis import queries

OTHERS, SHARED, THEIRS = "aov", "mql_to_sql_rate", "sql_count"
OF_VIEWERS = {"cockpit.save_view", "cockpit.make_dashboard", "cockpit.choose_start", "reports.choose_mail"}
"""What everybody may do for themselves."""


def address(cast: Any, page: str, **ids: Any) -> str:
    return reverse(page, kwargs={"business": cast.business.id, **ids})


def limit(cast: Any, browser_of: Any, *departments: str, whom: str = "editor", who: str = "owner") -> int:
    url = address(cast, "accounts:limit_member", membership_id=cast.membership(whom).pk)
    return int(browser_of(getattr(cast, who)).post(url, {"departments": departments}).status_code)


@pytest.mark.feature("F-207")
def test_viewer_changes_nothing_and_an_editor_limited_to_a_department_neither_sees_nor_edits_the_others(
    shop: Any, browser_of: Any
) -> None:
    viewer, before = browser_of(shop.viewer), Entry.objects.count()
    refused = [name for name, c in OF_A_BUSINESS if viewer.post(sample(name, c, shop.business.id)).status_code == 403]
    assert {"kpis:new_kpi", "data:data", "accounts:change_role", "cockpit:new_tree"} <= {*refused}
    assert {entry.action for entry in Entry.objects.order_by("pk")[before:]} <= OF_VIEWERS

    assert limit(shop, browser_of, "inside_sales", who="editor") == 403
    assert limit(shop, browser_of, "inside_sales") == 302
    editor = browser_of(shop.editor)
    seen = {name: editor.get(address(shop, "kpis:kpi", kpi=name)).status_code for name in (OTHERS, SHARED, THEIRS)}
    assert seen == {OTHERS: 404, SHARED: 200, THEIRS: 200}
    edits = {name: editor.get(address(shop, "kpis:edit_kpi", kpi=name)).status_code for name in (OTHERS, THEIRS)}
    assert edits == {OTHERS: 404, THEIRS: 200}
    kpis = queries.catalogue_of(shop.editor, shop.business).kpis
    assert {*kpis} == {
        kpi.id
        for kpi in builtin().kpis.values()
        if not kpi.department or {"inside_sales", "executive"}.intersection(kpi.department)
    } - {"ltv_discounted"}, "its discount rate is entered by the finance department"
    assert editor.get(address(shop, "cockpit:today")).status_code == 200
    assert limit(shop, browser_of) == 302
    assert browser_of(shop.editor).get(address(shop, "kpis:kpi", kpi=OTHERS)).status_code == 200


def test_number_that_stays_is_the_same_for_somebody_limited_to_a_department(shop: Any, browser_of: Any) -> None:
    limit(shop, browser_of, "web_marketing")
    for name in ("order_revenue", "purchases"):
        theirs, whole = (
            queries.kpi_values(user, shop.business, [name])[name].value for user in (shop.editor, shop.owner)
        )
        assert theirs == whole


def test_program_of_somebody_limited_is_told_that_other_kpis_are_unknown(shop: Any, browser_of: Any) -> None:
    limit(shop, browser_of, "inside_sales")
    token = accounts.make_api_token(shop.editor, shop.business, "nightly", "read", None)
    program = Client(headers={"authorization": f"Bearer {token}"})
    root = f"/api/v1/businesses/{shop.business.id}"
    assert [program.get(f"{root}/kpis/{name}").status_code for name in (OTHERS, SHARED)] == [404, 200]
    body = json.dumps({"kpis": [OTHERS]})
    assert program.post(f"{root}/measure", body, content_type="application/json").json()["error"] == "unknown_name"


def test_owner_is_never_limited(shop: Any) -> None:
    accounts.limit_member(shop.owner, shop.membership("owner"), ["inside_sales"])
    assert OTHERS in queries.catalogue_of(shop.owner, shop.business).kpis
    assert Membership.objects.get(pk=shop.membership("owner").pk).departments == ["inside_sales"]
