"""Several businesses of one person: separate trees, and a joint total."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.server.conftest import forget, put

from keiki.server.accounts import actions as accounts
from keiki.server.accounts.models import Membership, Role
from keiki.server.data.actions import opened
from keiki.server.kpis import actions
from keiki.trees.document import NodeDocument, TreeDocument

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def tree(name: str) -> TreeDocument:
    return TreeDocument(
        id=name, ja=name, en=name, about_ja=name, about_en=name, root=NodeDocument("sales", kpi="order_revenue")
    )


@pytest.fixture
def two(own_shop: Any, shop_folder: Path, django_capture_on_commit_callbacks: Any) -> Iterator[Any]:
    """The shop and a second one of the same owner, of which the viewer is no member."""
    forget(own_shop.elsewhere)
    put(shop_folder, own_shop.elsewhere)
    opened(own_shop.elsewhere).business.load(
        [{"order_id": "more", "customer_id": "X", "ordered_at": "2026-10-05 12:00:00", "amount": 5_600}], "orders"
    )
    Membership.objects.create(user=own_shop.owner, business=own_shop.elsewhere, role=Role.OWNER)
    with django_capture_on_commit_callbacks(execute=True):
        actions.add_tree(own_shop.owner, own_shop.business, tree("tea"), {"what": "edit"})
        actions.add_tree(own_shop.owner, own_shop.elsewhere, tree("books"), {"what": "edit"})
    yield own_shop
    forget(own_shop.elsewhere)


def page_of(cast: Any, user: Any, browser_of: Any, **asked: Any) -> Any:
    address = reverse("kpis:together", kwargs={"business": cast.business.id})
    answer = browser_of(user).get(address, {"until": "2026-10-01", **asked})
    assert answer.status_code == 200
    return answer.context["page"]


@pytest.mark.feature("F-382")
def test_two_businesses_have_separate_trees_and_a_joint_total(two: Any, browser_of: Any) -> None:
    page = page_of(two, two.owner, browser_of, kpi="order_revenue")
    assert [(row.words, [each.words for each in row.trees]) for row in page.rows] == [
        ("Tea shop", ["tea"]),
        ("Book shop", ["books"]),
    ]
    assert [row.value for row in page.rows] == ["¥14,400", "¥20,000"]
    assert (page.total.value, page.total.share, page.why) == ("¥34,400", "100.0%", "")
    assert [row.share for row in page.rows] == ["41.9%", "58.1%"]
    for business, name, other in ((two.business, "tea", "books"), (two.elsewhere, "books", "tea")):
        found = browser_of(two.owner).get(reverse("cockpit:tree", kwargs={"business": business.id, "tree": name}))
        assert found.status_code == 200
        strange = browser_of(two.owner).get(reverse("cockpit:tree", kwargs={"business": business.id, "tree": other}))
        assert strange.status_code == 404


def test_rate_of_both_is_worked_out_from_sums(two: Any, browser_of: Any) -> None:
    page = page_of(two, two.owner, browser_of, kpi="aov")
    assert [row.value for row in page.rows] == ["¥900", "¥1,176"]
    assert page.total.value == "¥1,042"
    assert page.worked == "Order revenue ¥34,400 ÷ Completed orders 33 = ¥1,042"


def test_only_businesses_that_the_reader_belongs_to_are_there(two: Any, browser_of: Any) -> None:
    asked = {"kpi": "order_revenue", "with": [two.business.id, two.elsewhere.id]}
    page = page_of(two, two.viewer, browser_of, **asked)
    assert [row.words for row in page.rows] == ["Tea shop"]
    assert [each.words for each in page.businesses] == ["Tea shop"]


def test_chosen_businesses_and_what_cannot_be_added_are_told(two: Any, browser_of: Any) -> None:
    page = page_of(two, two.owner, browser_of, **{"kpi": "order_revenue", "with": two.business.id})
    assert [row.words for row in page.rows] == ["Tea shop"]
    told = page_of(two, two.owner, browser_of, kpi="days_since_last_purchase")
    assert "cannot be added up" in told.why
    assert told.total.value == "—"


def test_program_of_the_owner_reads_the_total_and_a_token_only_its_own(two: Any) -> None:
    person = Client(headers={"accept-language": "en"})
    person.force_login(two.owner, backend=BACKEND)
    address = f"/api/v1/businesses/{two.business.id}/together"
    found = person.get(address, {"kpi": "purchases"}).json()
    assert [each["name"] for each in found["businesses"]] == ["Tea shop", "Book shop"]
    assert found["totals"][-1] == sum(each["values"][-1] for each in found["businesses"]) == 33
    token = accounts.make_api_token(two.owner, two.business, "nightly", "read", None)
    program = Client(headers={"authorization": f"Bearer {token}"})
    assert [each["name"] for each in program.get(address, {"kpi": "purchases"}).json()["businesses"]] == ["Tea shop"]
    assert program.get(address, {"kpi": "purchases", "others": two.elsewhere.id}).status_code == 404
