"""Segments as their readers see them: targets, customers, and the file without those who must not be written to."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.urls import reverse

from keiki.server.audit.models import Entry
from keiki.server.data.actions import opened

MONTH = "2026-10-01"


@pytest.fixture
def read(browser_of: Any) -> Any:
    """The page of segments at the end of October that a viewer gets, in English."""

    def page(cast: Any, **asked: str) -> Any:
        address = reverse("customers:segments", kwargs={"business": cast.business.id})
        answer = browser_of(cast.viewer).get(address, {"month": MONTH, **asked})
        assert answer.status_code == 200
        return answer.context["page"]

    return page


@pytest.fixture
def filled(bare: Any) -> Any:
    """A business with four customers to be won back, of whom one unsubscribed and one is excluded, and 16 others."""
    business = opened(bare.business).business
    people = ("won1@example.jp", "won2", "won3", "won4")
    orders = [
        {"order_id": f"{who}{n}", "customer_id": who, "ordered_at": f"2025-12-{n + 1:02}T03:00", "amount": 90_000}
        for who in people
        for n in range(9)
    ]
    orders += [
        {"order_id": f"{n}", "customer_id": f"c{n}", "ordered_at": f"2026-11-{n + 1:02}T03:00", "amount": 100}
        for n in range(16)
    ]
    business.load([order | {"ordered_at": order["ordered_at"].replace("-11-", "-10-")} for order in orders], "orders")
    known = [
        {"customer_id": who, "name": f"Person {n}", "nurture_excluded": n == 1, "email": f"{n}@example.jp"}
        for n, who in enumerate(people)
    ]
    business.load(known, "customers")
    left = {"occurred_at": "2026-05-05T03:00", "name": "email_unsubscribed", "customer_id": "won3"}
    business.load([left], "events")
    return bare


def exported(browser_of: Any, cast: Any, who: str, segment: str = "growth") -> list[dict[str, str]]:
    address = reverse("customers:segment_csv", kwargs={"business": cast.business.id, "segment": segment})
    answer = browser_of(getattr(cast, who)).post(address, {"month": MONTH})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


@pytest.mark.feature("F-248")
def test_segment_growth_proposes_to_call_customers_back_with_target_40_percent_and_lists_them(
    filled: Any, read: Any
) -> None:
    chosen = read(filled, segment="growth").chosen
    assert "come back" in chosen.action
    assert "40.0%" in [row.target for row in chosen.targets]
    assert {row.customer for row in chosen.members} == {"won1@example.jp", "won2", "won3", "won4"}


@pytest.mark.feature("F-249")
def test_every_segment_has_its_targets(shop: Any, read: Any) -> None:
    told = {
        name: [row.target for row in read(shop, segment=name).chosen.targets if row.target != "—"]
        for name in ("loyal", "growth", "new_promising", "dormant")
    }
    assert told == {
        "loyal": ["50.0", "6 per year"],
        "growth": ["40.0%"],
        "new_promising": ["50.0%", "30.0%"],
        "dormant": ["15.0%", "40.0%"],
    }


@pytest.mark.feature("F-371")
def test_file_of_segment_growth_leaves_out_who_opted_out_or_is_excluded(
    filled: Any, read: Any, browser_of: Any
) -> None:
    assert [row["customer_id"] for row in exported(browser_of, filled, "owner")] == ["won1@example.jp", "won4"]
    assert read(filled, segment="growth").chosen.sentence == (
        "4 customers; the file holds 2: 2 opted out or are excluded."
    )


@pytest.mark.feature("F-365")
def test_only_an_owners_file_holds_mail_addresses_and_taking_it_is_written_down(filled: Any, browser_of: Any) -> None:
    for who in ("viewer", "editor"):
        rows = exported(browser_of, filled, who)
        assert len(rows) == 2
        assert not any("@" in cell for row in rows for cell in row.values())
    assert [row["email"] for row in exported(browser_of, filled, "owner")] == ["0@example.jp", "3@example.jp"]
    logged = Entry.objects.filter(action="customers.export_segment").order_by("pk")
    assert [(entry.actor_id, entry.new["addresses"]) for entry in logged] == [
        (filled.viewer.pk, False),
        (filled.editor.pk, False),
        (filled.owner.pk, True),
    ]


def test_moves_and_scores_hold_every_customer(shop: Any, read: Any) -> None:
    page = read(shop)
    total = sum(int(row.customers) for row in page.rows)
    assert sum(int(cell.text) for row in page.scores for cell in row.cells) == total
    assert sum(int(cell.text) for row in page.moves for cell in row.cells[:-1]) == total


def test_stranger_finds_neither_segments_nor_their_file(shop: Any, browser_of: Any) -> None:
    here = {"business": shop.business.id}
    assert browser_of(shop.outsider).get(reverse("customers:segments", kwargs=here)).status_code == 404
    file = reverse("customers:segment_csv", kwargs=here | {"segment": "growth"})
    assert browser_of(shop.outsider).post(file).status_code == 404
    nothing = reverse("customers:segment_csv", kwargs=here | {"segment": "best"})
    assert browser_of(shop.viewer).post(nothing).status_code == 404
