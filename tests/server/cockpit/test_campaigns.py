"""The page of campaigns."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from keiki.engine.campaigns import Campaign
from keiki.server.cockpit.queries.campaigns import status_of
from keiki.server.data.actions import opened


def url(business: Any, query: str = "") -> str:
    return reverse("cockpit:campaigns", kwargs={"business": business.id}) + query


def with_campaigns(cast: Any) -> None:
    """Two campaigns of October: one pays back at once, the other brings nobody."""
    numbers = opened(cast.business).business
    media = [
        {"date": "2026-10-01", "platform": "google_ads", "kind": "ad", "campaign": "harvest", "cost": 1_000},
        {"date": "2026-10-02", "platform": "meta_ads", "kind": "ad", "campaign": "empty", "cost": 500},
    ]
    people = [
        {"customer_id": f"N{n}", "acquired_on": "2026-10-05", "acquisition_campaign": "harvest"} for n in range(4)
    ]
    orders = [
        {
            "order_id": f"N{n}-1",
            "customer_id": f"N{n}",
            "ordered_at": "2026-10-05 12:00:00",
            "amount": 900,
            "cost": 400,
            "campaign": "harvest",
        }
        for n in range(4)
    ]
    leads = [
        {"pipeline": "lead", "subject_id": f"L{n}", "stage": "lead", "entered_at": "2026-10-03", "campaign": "harvest"}
        for n in range(7)
    ]
    numbers.load_facts({"media": media, "customers": people, "orders": orders, "stages": leads}, name="campaigns")


@pytest.mark.feature("F-086")
def test_campaign_page_shows_cost_leads_wins_and_return(own_shop: Any, browser_of: Any) -> None:
    with_campaigns(own_shop)
    page = browser_of(own_shop.viewer).get(url(own_shop.business, "?on=2026-10-01")).context["page"]
    harvest, empty = page.told.lines
    assert (harvest.name, harvest.cost, harvest.leads, harvest.new_customers) == ("harvest", "¥1,000", "7", "4")
    assert (harvest.wins, harvest.revenue, harvest.roi, harvest.payback) == ("4", "¥3,600", "100%", "0 months")
    assert (harvest.per_customer, harvest.status) == ("¥250", "good")
    assert (empty.name, empty.roi, empty.payback, empty.status) == ("empty", "−100%", "—", "act")
    assert page.told.sentence.startswith("¥1,500 spent on 2 campaigns brought 4 new customers.")
    one = browser_of(own_shop.viewer).get(url(own_shop.business, "?on=2026-10-01&campaign=harvest")).context["page"]
    assert one.bars_sentence == "Its customers have earned back its cost of ¥1,000 in month 0."
    assert one.bars_table.rows[0] == ("month 0", "¥2,000", "¥1,000")


def test_campaign_nobody_knows_is_not_found(shop: Any, browser_of: Any) -> None:
    assert browser_of(shop.viewer).get(url(shop.business, "?campaign=nothing")).status_code == 404


def test_campaigns_without_rows_say_what_brings_them(shop: Any, browser_of: Any) -> None:
    page = browser_of(shop.viewer).get(url(shop.business)).context["page"]
    assert page.told.lines == ()
    assert page.told.sentence.startswith("No row of this period names a campaign.")


def test_campaign_is_judged_by_what_its_customers_paid_back() -> None:
    def campaign(cost: float, gains: tuple[float, ...], customers: int = 1) -> Campaign:
        return Campaign("c", cost, 0, customers, 0, 0.0, None, date(2026, 1, 1), gains)

    assert status_of(campaign(100, (40, 120)), months=0) == "good"
    assert status_of(campaign(100, (40,)), months=3) == "watch"
    assert status_of(campaign(100, (40,)), months=12) == "act"
    assert status_of(campaign(100, (), customers=0), months=0) == "act"
    assert status_of(campaign(0, (40,)), months=20) == "none"
    assert campaign(100, (40, 120)).payback == 1


def with_media(cast: Any) -> None:
    """A campaign of each type of media; nothing that is reported tells earned media."""
    day = {"date": "2026-10-03"}
    media = [
        day | {"platform": "google_ads", "kind": "ad", "campaign": "search ads", "cost": 6_000, "reach": 900},
        day | {"platform": "instagram", "kind": "social", "campaign": "recipes", "reach": 1_200},
        day | {"date": "2026-10-04", "platform": "instagram", "kind": "social", "campaign": "recipes", "reach": 300},
        day | {"platform": "line", "kind": "email", "campaign": "letter", "reach": 400},
    ]
    costs = [{"spent_on": "2026-10-03", "amount": 700, "category": "content_production", "campaign": "recipes"}]
    leads = [
        {"pipeline": "lead", "subject_id": f"{name}{n}", "stage": "lead", "entered_at": "2026-10-05", "campaign": name}
        for name, count in (("search ads", 3), ("recipes", 2), ("letter", 1), ("newspaper", 4))
        for n in range(count)
    ]
    numbers = opened(cast.business).business
    numbers.load_facts({"media": media, "costs": costs, "stages": leads}, name="media")


@pytest.mark.feature("F-355")
def test_campaigns_are_paid_earned_shared_or_owned_with_cost_reach_and_leads_by_type(
    own_shop: Any, browser_of: Any
) -> None:
    with_media(own_shop)
    tag = reverse("cockpit:tag_campaign", kwargs={"business": own_shop.business.id})

    def shown() -> Any:
        return browser_of(own_shop.viewer).get(url(own_shop.business, "?on=2026-10-01")).context["page"]

    def lines() -> list[tuple[str, ...]]:
        return [(each.words, each.campaigns, each.cost, each.reach, each.leads) for each in shown().media]

    assert lines() == [
        ("Paid", "1", "¥6,000", "900", "3"),
        ("Earned", "0", "—", "—", "—"),
        ("Shared", "1", "¥700", "1,500", "2"),
        ("Owned", "1", "—", "400", "1"),
        ("No type yet", "1", "—", "—", "4"),
    ]
    editor = browser_of(own_shop.editor)
    assert editor.post(tag, {"campaign": "newspaper", "media_type": "earned"}).status_code == 302
    assert lines()[1] == ("Earned", "1", "—", "—", "4")
    assert len(lines()) == 4
    assert shown().media_sentence == "Earned media brought the most leads: 4, without a cost."
    editor.post(tag, {"campaign": "recipes", "media_type": "owned"})
    assert lines()[2:] == [("Shared", "0", "—", "—", "—"), ("Owned", "2", "¥700", "1,900", "3")]
    editor.post(tag, {"campaign": "recipes", "media_type": ""})
    assert lines()[2] == ("Shared", "1", "¥700", "1,500", "2")


def test_type_of_media_is_said_by_editors_and_only_one_that_exists(shop: Any, browser_of: Any) -> None:
    tag = reverse("cockpit:tag_campaign", kwargs={"business": shop.business.id})
    said = {"campaign": "harvest", "media_type": "paid"}
    codes = [browser_of(getattr(shop, who)).post(tag, said).status_code for who in ("outsider", "viewer", "editor")]
    assert codes == [404, 403, 302]
    assert browser_of(shop.editor).post(tag, said | {"media_type": "bought"}).status_code == 404
