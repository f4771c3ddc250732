"""The basis of the next budget: by hand, and the same on the page, in files, for programs and on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests.server.cockpit.test_files_out import sheets_of
from tests.server.reasons.test_insight_api import program_of

import keiki
from keiki.server.cockpit.actions.campaigns import tag_campaign
from keiki.server.data.actions import opened

PAID = ((1_000, 3_000, 1_200), (2_000, 0, 0), (0, 500, 100), (500, 2_000, 500))
"""By fiscal quarter from October 2025: ads of one campaign, what it sold, and what that cost."""
STARTS = ("2025-10", "2026-01", "2026-04", "2026-07")


def with_quarters(cast: Any) -> None:
    """A campaign of ads in four quarters, and a fair that cost and sold something in two, of which one is unknown."""
    media = [
        {"date": f"{month}-02", "platform": "google_ads", "kind": "ad", "campaign": "beans", "cost": cost}
        for month, (cost, _sold, _goods) in zip(STARTS, PAID, strict=True)
        if cost
    ]
    orders = [
        {
            "order_id": f"B{month}",
            "customer_id": f"B{month}",
            "ordered_at": f"{month}-05 12:00:00",
            "amount": sold,
            "cost": goods,
            "campaign": "beans",
        }
        for month, (_cost, sold, goods) in zip(STARTS, PAID, strict=True)
        if sold
    ]
    orders.append(
        {"order_id": "F1", "customer_id": "F1", "ordered_at": "2026-08-01", "amount": 400, "campaign": "fair"}
    )
    costs = [{"spent_on": "2026-08-01", "amount": 300, "category": "content_production", "campaign": "fair"}]
    leads = [
        {"pipeline": "lead", "subject_id": f"L{n}", "stage": "lead", "entered_at": "2026-01-03", "campaign": "beans"}
        for n in range(7)
    ]
    facts = {"media": media, "orders": orders, "costs": costs, "stages": leads}
    opened(cast.business).business.load_facts(facts, name="quarters")
    tag_campaign(cast.editor, cast.business, "fair", "earned")


@pytest.mark.feature("F-368")
def test_report_lists_cost_result_and_return_of_each_campaign_type_for_the_last_4_quarters(
    own_shop: Any, browser_of: Any, tmp_path: Path
) -> None:
    with_quarters(own_shop)
    address = reverse("reports:budget", kwargs={"business": own_shop.business.id})
    browser = browser_of(own_shop.viewer)
    page = browser.get(address).context["page"]
    paid, earned = page.types
    assert (paid.name, earned.name) == ("Paid", "Earned")
    told = [
        (line.quarter, line.cost, line.leads, line.wins, line.revenue, line.profit, line.roi) for line in paid.lines
    ]
    assert told == [
        ("Oct 2025 – Dec 2025", "¥1,000", "0", "1", "¥3,000", "¥1,800", "80%"),
        ("Jan 2026 – Mar 2026", "¥2,000", "7", "0", "¥0", "¥0", "−100%"),
        ("Apr 2026 – Jun 2026", "—", "0", "1", "¥500", "¥400", "—"),
        ("Jul 2026 – Sep 2026", "¥500", "0", "1", "¥2,000", "¥1,500", "200%"),
        ("All quarters", "¥3,500", "7", "3", "¥5,500", "¥3,700", "6%"),
    ]
    assert [(line.cost, line.revenue, line.profit, line.roi) for line in earned.lines[-2:]] == [
        ("¥300", "¥400", "—", "—")
    ] * 2, "the return is not known while the cost of something sold is not"
    assert page.sentence == "¥3,800 was spent on campaigns in these quarters; Paid returned 6%."
    csv = browser.get(f"{address}?file=csv").content.decode("utf-8-sig").splitlines()
    assert csv[1].split(",") == ["Paid", "Oct 2025 – Dec 2025", "1", "1000", "0", "0", "1", "3000", "1800", "0.8"]
    assert csv[3].split(",")[-1] == ""
    sheet = sheets_of(browser.get(f"{address}?file=xlsx"), tmp_path)["Summary"]
    assert sheet[5] == ["Paid", "All quarters", 1, 3_500, 7, 0, 3, 5_500, 3_700, 200 / 3_500]
    told = program_of(own_shop).get(f"/api/v1/businesses/{own_shop.business.id}/budget-basis").json()
    numbers = opened(own_shop.business).business
    found = keiki.budget_basis(numbers, types={"fair": "earned"})
    assert [each["whole"]["roi"] for each in told["types"]] == [each.whole.roi for each in found.types]
    assert [each["start"] for each in told["quarters"]] == ["2025-10-01", "2026-01-01", "2026-04-01", "2026-07-01"]
    assert [each.media_type for each in keiki.budget_basis(numbers).types] == ["paid", ""], "untagged: no type"


def test_budget_without_campaigns_says_so_and_is_linked_from_the_reports(shop: Any, browser_of: Any) -> None:
    address = reverse("reports:budget", kwargs={"business": shop.business.id})
    browser = browser_of(shop.viewer)
    page = browser.get(address).context["page"]
    assert (page.types, page.chart) == ((), None)
    assert page.sentence.startswith("No row of these quarters names a campaign.")
    assert address in browser.get(reverse("reports:reports", kwargs={"business": shop.business.id})).content.decode()
