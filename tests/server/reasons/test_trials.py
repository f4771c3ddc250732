"""The page of trials: planned, judged, measured, and a number before and after a change."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from keiki.server.data.actions import opened
from keiki.server.reasons.forms import Counted, Plan


def page_of(cast: Any, browser_of: Any, query: str = "") -> Any:
    address = reverse("reasons:trials", kwargs={"business": cast.business.id})
    answer = browser_of(cast.viewer).get(address + query)
    assert answer.status_code == 200
    return answer.context["page"]


def test_plan_says_how_many_people_and_days(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "?base=2&wished=2.5&day=2000")
    assert page.plan.sentence == "13,809 people in each group tell 2.50% from 2.00%. At 2,000 a day that takes 14 days."


def test_what_was_typed_stays_and_mistakes_are_told_at_their_fields(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "?base=many&wished=2.5&cn=10&cs=20")
    assert {box.name: (box.text, bool(box.error)) for box in page.plan.boxes}["base"] == ("many", True)
    assert {box.name: bool(box.error) for box in page.counted} == {"cn": False, "cs": True, "tn": False, "ts": False}
    assert page.result is None


def test_two_groups_are_judged(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "?cn=10000&cs=200&tn=10000&ts=260")
    told = page.result
    assert (told.difference, told.p, told.verdict) == ("+0.60pt", "0.0047", "Treatment is better")
    assert page.result_sentence.startswith("The treatment is better by 0.60pt")
    small = page_of(shop, browser_of, "?cn=20&cs=2&tn=20&ts=9")
    assert small.result.verdict == "Too small to tell"
    assert small.result_sentence == "Too few to tell chance from effect: no winner is named."


def test_trial_in_the_data_is_listed_with_its_result(bare: Any, browser_of: Any) -> None:
    numbers = opened(bare.business).business
    shown = [
        {
            "experiment": "mail",
            "unit_id": f"{variant}{place}",
            "variant": variant,
            "exposed_at": "2026-06-01 00:00:00",
        }
        for variant in ("control", "treatment")
        for place in range(500)
    ]
    bought = [
        {"order_id": f"{who}{n}", "customer_id": f"{who}{n}", "ordered_at": "2026-06-10 00:00:00", "amount": 1000}
        for who, count in (("control", 50), ("treatment", 80))
        for n in range(count)
    ]
    later = {"order_id": "later", "customer_id": "nobody", "ordered_at": "2026-09-01 00:00:00", "amount": 1000}
    numbers.load_facts({"exposures": shown, "orders": [*bought, later]}, name="mail")
    (line,) = page_of(bare, browser_of).measured
    assert (line.name, line.control, line.treatment) == ("mail", "10.0% (50 / 500)", "16.0% (80 / 500)")
    assert (line.difference, line.verdict) == ("+6.0pt", "Treatment is better")
    assert line.uplift.startswith("+60.0%")


def test_number_before_and_after_has_difference_range_and_cautions(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "?kpi=order_revenue&since=2026-09-01&months=3")
    rows = dict(page.change.rows)
    assert (rows["Mean of 2 months before"], rows["Mean of 2 months after"]) == ("¥11,000", "¥17,200")
    assert rows["Difference"] == "+¥6,200"
    assert len(page.change.cautions) == 2
    assert [after for _month, _value, after in page.change.months] == [False, False, False, True, True]


def test_change_without_months_on_both_sides_is_said(shop: Any, browser_of: Any) -> None:
    assert page_of(shop, browser_of, "?kpi=order_revenue&since=2020-01-01").change.rows == ()
    assert page_of(shop, browser_of, "?kpi=order_revenue&since=soon").change.rows == ()


def test_page_of_a_business_without_rows_still_calculates(bare: Any, browser_of: Any) -> None:
    page = page_of(bare, browser_of, "?base=10&wished=12")
    assert page.change is None
    assert page.plan.sentence.startswith("3,841 people")


@pytest.mark.parametrize("text", ["-1", "1.5", "1e99", "ten", "１０"])
def test_count_is_a_whole_number(text: str) -> None:
    read = Counted.read({"cn": text, "cs": "0", "tn": "5", "ts": "1"})
    assert (read.control is not None) == (text == "１０")
    assert Plan.read({"base": text}).texts["base"] == text
