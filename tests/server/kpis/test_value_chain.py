"""The value chain map: two kinds of activities, each with its KPIs and costs."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from keiki.catalogue.load import builtin
from keiki.catalogue.value_chain import ACTIVITIES, activities_of
from keiki.server.audit.models import Entry
from keiki.server.data.actions import opened
from keiki.server.kpis.models import ActivityScore

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


def judged(cast: Any, browser_of: Any, **said: Any) -> Any:
    address = reverse("kpis:score_activity", kwargs={"business": cast.business.id})
    return browser_of(cast.editor).post(address, {"rival": "", **said})


@pytest.mark.feature("F-354")
def test_each_activity_is_scored_against_competitors_with_a_reason_and_the_weakest_stands_first(
    cast: Any, browser_of: Any
) -> None:
    for place, each in enumerate(ACTIVITIES):
        said = {"activity": each.id, "score": (0, 2, -1, 1, -2)[place % 5], "reason": f"Reason {place}"}
        assert judged(cast, browser_of, **said).status_code == 302
    page = page_of(cast, browser_of)
    lines = page.strengths.lines
    assert [line.score for line in lines] == ["−2", "−1", "−1", "0", "0", "+1", "+2", "+2"]
    assert {line.words for line in lines} == {each.label("en") for each in ACTIVITIES}
    assert [line.reason for line in lines if not line.reason.startswith("Reason ")] == []
    assert page.strengths.sentence.startswith("Weaker than competitors: Customer success and support, Sales")
    assert page.strengths.url == "", "a viewer reads only"


def test_later_judgement_holds_and_the_earlier_one_is_kept(cast: Any, browser_of: Any) -> None:
    judged(cast, browser_of, activity="sales", score=-2, reason="Slow to answer", rival="Rival Ltd")
    judged(cast, browser_of, activity="sales", score=1, reason="Answers within the hour")
    line, *rest = page_of(cast, browser_of).strengths.lines
    assert (line.words, line.score, line.told, line.reason) == ("Sales", "+1", "stronger", "Answers within the hour")
    assert [each.startswith("−2 Slow to answer (") for each in line.earlier] == [True]
    assert {each.told for each in rest} == {"not judged yet"}
    assert Entry.objects.filter(action="kpis.score_activity").count() == 2


@pytest.mark.parametrize(
    "said", [{"score": 3, "reason": "x"}, {"score": 1, "reason": " "}, {"score": "", "reason": "x"}]
)
def test_score_outside_the_scale_or_without_a_reason_is_asked_again(
    said: dict[str, Any], cast: Any, browser_of: Any
) -> None:
    answer = judged(cast, browser_of, activity="sales", **said)
    assert answer.status_code == 422
    assert answer.context["form"].errors
    assert ActivityScore.objects.count() == 0
    address = reverse("kpis:score_activity", kwargs={"business": cast.business.id})
    assert browser_of(cast.viewer).post(address, {"activity": "sales", "score": 1, "reason": "x"}).status_code == 403


TEXTS = {"target": "Offices of 20 to 200", "product": "Tea for teams", "price": "¥3,000", "place": "Own shop"}


def wrote(cast: Any, browser_of: Any, **said: Any) -> Any:
    address = reverse("kpis:write_mix", kwargs={"business": cast.business.id})
    return browser_of(cast.editor).post(address, {"version": 0, "tree": "", "promotion": "Mail", **TEXTS, **said})


@pytest.mark.feature("F-357")
def test_target_product_price_place_and_promotion_are_versioned_and_linked_to_the_goal(
    shop: Any, browser_of: Any
) -> None:
    assert wrote(shop, browser_of).status_code == 302
    assert page_of(shop, browser_of).mix.sentence == "Version 1 serves no goal yet."
    assert wrote(shop, browser_of, version=1, tree="simple_orders", price="¥2,800").status_code == 302
    mix = page_of(shop, browser_of).mix
    assert [part.text for part in mix.parts] == [TEXTS["target"], TEXTS["product"], "¥2,800", "Own shop", "Mail"]
    assert mix.goal_url == reverse("cockpit:tree", kwargs={"business": shop.business.id, "tree": "simple_orders"})
    assert mix.sentence.startswith("Version 2 serves the goal ")
    assert [(each.number, each.parts[2].text) for each in mix.earlier] == [(1, "¥3,000")]
    assert mix.url == "", "a viewer reads only"
    late = wrote(shop, browser_of, version=1, price="¥1")
    assert (late.status_code, late.context["mix_form"].errors != {}) == (409, True)
    assert wrote(shop, browser_of, version=2, promotion="", **dict.fromkeys(TEXTS, " ")).status_code == 422
    assert wrote(shop, browser_of, version=2, tree="no_such").status_code == 422
    assert len(page_of(shop, browser_of).mix.earlier) == 1
    assert Entry.objects.filter(action="kpis.write_mix").count() == 2
    address = reverse("kpis:write_mix", kwargs={"business": shop.business.id})
    assert browser_of(shop.viewer).post(address, {"version": 2, **TEXTS}).status_code == 403
    assert browser_of(shop.outsider).post(address, {"version": 2, **TEXTS}).status_code == 404
