"""Segments as their readers see them: targets, customers, and the file without those who must not be written to."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from keiki.customers.rfm import SEGMENTS
from keiki.periods import Grain
from keiki.server.accounts.actions import change_rules
from keiki.server.audit.models import Entry
from keiki.server.customers.queries import segments as queries
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


def fill(business: Any) -> None:
    """Four customers to be won back, of whom one unsubscribed and one is excluded, and 16 others."""
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


def exported(browser_of: Any, cast: Any, who: str, segment: str = "growth") -> list[dict[str, str]]:
    address = reverse("customers:segment_csv", kwargs={"business": cast.business.id, "segment": segment})
    answer = browser_of(getattr(cast, who)).post(address, {"month": MONTH})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


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


def test_file_of_a_segment_holds_all_its_customers_and_never_more_than_a_part_of_them_in_memory(
    filled: Any, browser_of: Any, parts_asked: list[int], monkeypatch: Any
) -> None:
    """The 16 who bought in October, two at a time, though the page lists three; the page only counts the others."""
    monkeypatch.setattr("keiki.server.customers.pages.segments.LISTED", 3)
    monkeypatch.setattr("keiki.server.accounts.pages.files_out.PARCEL", 1)
    held = {each: len(exported(browser_of, filled, "viewer", each)) for each in SEGMENTS if each != "growth"}
    assert sum(held.values()) == 16
    assert max(parts_asked) == 2
    parts_asked.clear()
    name, where = max(held, key=lambda each: held[each]), {"business": filled.business.id}
    page = browser_of(filled.viewer).get(reverse("customers:segments", kwargs=where), {"month": MONTH, "segment": name})
    assert (len(page.context["page"].chosen.members), parts_asked) == (3, [])
    address = reverse("customers:segment_csv", kwargs=where | {"segment": name})
    sent = browser_of(filled.viewer).post(address, {"month": MONTH})
    logged = Entry.objects.filter(action="customers.export_segment").order_by("pk").last()
    assert (logged is not None, parts_asked) == (True, []), "written down before the first customer leaves"
    rows = list(sent.streaming_content)
    assert len(rows) == 2 + held[name], "a mark, the names, and every customer"
    assert parts_asked == [2] * (held[name] // 2) + [1] * (held[name] % 2) + [-1]


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


def scores(cast: Any, month: str, scale: queries.Scale | None = None) -> dict[str, tuple[int, int, int]]:
    """R, F and M of every customer at the end of a month."""
    calendar = cast.business.calendar
    period = calendar.period(Grain.MONTH, date.fromisoformat(month))
    found = [queries.members(cast.viewer, cast.business, name, period, scale=scale) for name in SEGMENTS]
    return {member.customer_id: (member.r, member.f, member.m) for each in found for member in each}


@pytest.mark.feature("F-246")
def test_every_customer_is_scored_per_month_and_a_changed_scale_recomputes_and_keeps_the_old_scores(
    own_shop: Any, read: Any
) -> None:
    months = ("2026-07-01", "2026-08-01", "2026-09-01", MONTH)
    before = {month: scores(own_shop, month) for month in months}
    for scored in before.values():
        assert set(scored) == {f"C{n}" for n in range(10)}
        assert all(1 <= score <= 5 for each in scored.values() for score in each)
    assert read(own_shop).lens.choices[1:] == ()
    own = {"recency_limits": [20, 24, 40, 80], "frequency_limits": [7, 6, 5, 3], "amount_limits": [8000, 6800, 5000, 1]}
    change_rules(own_shop.owner, own_shop.business, 1, "rfm", own)
    own_shop.business.refresh_from_db()
    late = {"order_id": "late", "customer_id": "C9", "ordered_at": "2026-10-31 12:00", "amount": 99_000}
    opened(own_shop.business).business.load([late], "orders")

    # C0: 7 purchases for 6,800, the last on 1 October; C5: 6 for 5,800, on the 6th; C9: 6 for 103,900, on the 31st.
    now = scores(own_shop, MONTH)
    assert (now["C0"], now["C5"], now["C9"]) == ((3, 5, 4), (3, 4, 3), (5, 4, 5))
    (kept,) = queries.scales(own_shop.viewer, own_shop.business)
    assert {month: scores(own_shop, month, kept) for month in months} == before
    assert now != before[MONTH]
    page = read(own_shop, scale="1")
    assert page.rule.endswith("Each cut into fifths, equal values together.")
    assert page.then.startswith("These scores are as they were reported until ")
    assert [value for value, _words in page.lens.choices[1].options] == ["", "1"]
    shown = {row.customer for name in SEGMENTS for row in read(own_shop, scale="1", segment=name).chosen.members}
    assert shown == set(before[MONTH])
