"""The value chain map: two kinds of activities, each with its KPIs and costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.catalogue.value_chain import activities_of
from keiki.server.data.actions import opened

COSTS = [
    ("2026-08-10", 300_000, "ad_spend", "marketing"),
    ("2026-09-10", 200_000, "content_production", "marketing"),
    ("2026-09-12", 400_000, "sales_personnel", ""),
    ("2026-10-01", 100_000, "overhead", ""),
    ("2026-10-02", 5_000, "", ""),
    ("2025-09-30", 999_000, "ad_spend", "marketing"),
]


@pytest.fixture
def spender(bare: Any) -> Any:
    rows = [
        {"spent_on": day, "amount": amount, "category": category, "department": department}
        for day, amount, category, department in COSTS
    ]
    opened(bare.business).business.load(rows, "costs", name="ledger")
    return bare


def page_of(cast: Any, browser_of: Any, address: str = "") -> Any:
    url = address or reverse("kpis:value_chain", kwargs={"business": cast.business.id})
    answer = browser_of(cast.viewer).get(url)
    assert answer.status_code == 200
    return answer.context["page"]


@pytest.mark.feature("F-351")
def test_map_shows_primary_and_support_areas_and_a_click_lists_kpis_and_costs(spender: Any, browser_of: Any) -> None:
    page = page_of(spender, browser_of)
    assert [area.words for area in page.primary] == [
        *("Product planning", "Marketing", "Sales", "Delivery", "Customer success and support"),
    ]
    assert [area.words for area in page.support] == ["Management", "Finance", "Technology and usability"]
    assert [(area.cost, area.share) for area in page.primary[1:4]] == [
        ("¥500,000", "49.8%"),
        ("¥400,000", "39.8%"),
        ("—", ""),
    ]
    assert page.sentence.startswith("Marketing takes the most: ¥500,000, 49.8%")
    assert page.rule.endswith("¥5,000 name neither and are in no activity.")

    clicked = page_of(spender, browser_of, page.primary[2].url)
    assert clicked.chosen == "Sales"
    assert [(line.department, line.category, line.amount) for line in clicked.costs] == [
        ("—", "Sales personnel", "¥400,000")
    ]
    names = {kpi.en for kpi in builtin().kpis.values() if "sales" in activities_of(kpi)}
    assert {line.words for line in (*clicked.kpis, *clicked.others)} == names
    assert page_of(spender, browser_of, page.support[0].url).costs[0].amount == "¥100,000"


def test_without_rows_the_map_still_lists_kpis(bare: Any, browser_of: Any) -> None:
    page = page_of(bare, browser_of)
    assert {area.cost for area in (*page.primary, *page.support)} == {"—"}
    assert {line.value for line in (*page.kpis, *page.others)} == {"—"}


def test_map_is_hidden_from_strangers(cast: Any, browser_of: Any) -> None:
    url = reverse("kpis:value_chain", kwargs={"business": cast.business.id})
    assert browser_of(cast.outsider).get(url).status_code == 404
