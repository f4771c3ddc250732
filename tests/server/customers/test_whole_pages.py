"""From lead to renewal as its readers see it: the way to a contract, what stays, what it costs, what customers add."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from tests.server.customers.test_customer_api import asking

from keiki.cli.main import run
from keiki.server.accounts.actions import change_rules

PEOPLE = 200
STEPS = (("lead", "lead", 8), ("lead", "mql", 6), ("lead", "sql", 4), ("deal", "opportunity", 3), ("deal", "won", 2))
"""Pipeline, stage, and how many got there: the even ones of segment `a`, the odd ones of `b`."""


def fill(business: Any) -> None:
    """200 customers who bought once for 50,000, one contract of each segment, costs and referrals, to October 2026."""
    people = [
        {"customer_id": f"c{n}", "acquired_on": "2025-12-01", "segment": "ab"[n % 2], "plan": "one"}
        for n in range(PEOPLE)
    ]
    people.append({"customer_id": "gone", "acquired_on": "2024-12-01", "segment": "b", "plan": "one"})
    orders = [
        {
            "order_id": f"o{n}",
            "customer_id": f"c{n}",
            "ordered_at": f"2026-{day} 12:00",
            "amount": 50_000,
            "cost": 25_000,
        }
        for n, day in ((n, "10-31" if n == PEOPLE - 1 else "01-10") for n in range(PEOPLE))
    ]
    lines = [
        {"order_id": f"o{n}", "product_id": f"p{n}", "amount": amount, "line_source": source}
        for n, (source, amount) in enumerate((("upsell", 80_000), ("cross_sell", 50_000), ("direct", 20_000)))
    ]
    contracts = [
        {
            "subscription_id": name,
            "customer_id": who,
            "mrr": mrr,
            "valid_from": start,
            "valid_to": end,
            "reason": reason,
        }
        for name, who, mrr, start, end, reason in (
            ("s0", "c0", 100_000, "2025-01-01", "2026-04-01", None),
            ("s0", "c0", 600_000, "2026-04-01", None, "upsell"),
            ("s1", "gone", 100_000, "2025-01-01", "2026-10-15", None),
        )
    ]
    costs = [
        {"spent_on": "2026-03-01", "amount": amount, "purpose": purpose, "category": category}
        | {"department": department, "customer_id": who}
        for amount, purpose, category, department, who in (
            (700_000, "retention", "crm_operation", None, None),
            (300_000, None, "cs_personnel", "customer_success", "c0"),
            (400_000, None, "ad_spend", "marketing", None),
        )
    ]
    stages = [
        {"pipeline": pipeline, "subject_id": f"{pipeline}{n}", "stage": stage, "customer_id": f"c{n}"}
        | {"entered_at": "2026-05-01 12:00"}
        for pipeline, stage, count in STEPS
        for n in range(count)
    ]
    referred = [
        {"occurred_at": f"2026-0{month}-01 12:00", "name": "referral", "customer_id": who, "outcome": outcome}
        for month, who, outcome in ((3, "c0", "success"), (4, "c0", None), (5, "c1", "stalled"))
    ]
    facts = {"customers": people, "orders": orders, "order_lines": lines, "subscriptions": contracts}
    business.load_facts(facts | {"costs": costs, "stages": stages, "events": referred}, name="made")


@pytest.fixture
def page(filled: Any, browser_of: Any) -> Any:
    def asked(**query: str) -> Any:
        answer = browser_of(filled.viewer).get(
            reverse("customers:whole", kwargs={"business": filled.business.id}), query
        )
        assert answer.status_code == 200
        return answer.context["page"]

    return asked


def numbers(page: Any) -> dict[str, str]:
    return {row.name: row.value for row in (*page.rows, *page.added)}


@pytest.mark.feature("F-245")
@pytest.mark.feature("F-254")
@pytest.mark.feature("F-256")
@pytest.mark.feature("F-263")
@pytest.mark.feature("F-277")
def test_one_page_shows_the_way_from_lead_to_renewal_of_everybody_and_of_a_segment(page: Any) -> None:
    shown = page()
    assert [row[1] for row in shown.funnel.table.rows] == ["8", "6", "4", "3", "2"]
    told = numbers(shown)
    assert told["Retention cost per customer per year"] == "¥5,000"
    assert (told["Customer success cost"], told["Net revenue retention"]) == ("¥300,000", "300.0%")
    # Of 10 M are left 5 M gross profit less 1.4 M cost; 201 customers of whom 1 left: 50,000 × 50% × 201 ÷ 2,000.
    assert (told["Profit margin"], told["LTV/CAC (gross profit)"]) == ("36.0%", "2512.50")
    assert (told["Added revenue from upsell"], told["Added revenue from cross-sell"]) == ("¥80,000", "¥50,000")
    assert told["Share of expansion revenue"] == "35.0%"
    assert shown.expansion_sentence == "¥3.50M of ¥10.0M come from expansion: 35.0%. The line of 35.0% is met."
    assert page(line="36%").expansion_sentence.endswith("The line of 36.0% is not met.")
    assert page(line="no").line_error

    referrers = [(row.customer, row.referrals, row.converted, row.rate) for row in shown.referrers]
    assert referrers == [("c0", "2", "1", "50.0%"), ("c1", "1", "0", "0.00%")]

    one = page(segment="segment:a")
    assert [row[1] for row in one.funnel.table.rows] == ["4", "3", "2", "2", "1"]
    assert (numbers(one)["Net revenue retention"], one.rows[0].everybody) == ("600.0%", "300.0%")
    assert (numbers(one)["Customer success cost"], numbers(one)["Profit margin"]) == ("¥300,000", "44.0%")
    assert [row.customer for row in one.referrers] == ["c0"]
    other = page(segment="segment:b")
    assert (numbers(other)["Net revenue retention"], numbers(other)["Customer success cost"]) == ("0.00%", "—")
    assert other.note
    assert page(segment="segment:nobody").segment == ""


def test_the_line_for_expansion_is_a_rule_of_the_business_printed_beside_the_number(
    filled: Any, page: Any, capsys: Any
) -> None:
    change_rules(filled.owner, filled.business, 1, "expansion", {"line": Decimal("0.4")})
    shown = page()
    assert shown.expansion_sentence.endswith("The line of 40.0% is not met.")
    assert shown.expansion_rule.startswith("Line to reach: 40.0% of the revenue")
    assert shown.rule_url.endswith("/rules/#rules-expansion")
    assert page(line="30%").expansion_sentence.endswith("The line of 30.0% is met.")
    assert asking(filled)("whole")["line"] == 0.4
    capsys.readouterr()
    assert run(["customers", "whole", "--segment", "segment=a", "-b", str(filled.business.folder)]) == 0
    told = capsys.readouterr().out
    assert "Line to reach: 40.0%" in told
    assert ["Net", "revenue", "retention", "600.0%", "300.0%"] in [line.split() for line in told.splitlines()]


def test_programs_get_the_numbers_of_the_page_and_strangers_nothing(filled: Any, browser_of: Any) -> None:
    told = asking(filled)("whole", attribute="segment", value="a")
    assert (told["values"]["nrr"], told["everybody"]["nrr"], told["segment"]) == (6.0, 3.0, ["segment", "a"])
    assert (told["referrals"], told["converted"], told["referral_rate"]) == (2, 1, 0.5)
    address = reverse("customers:whole", kwargs={"business": filled.business.id})
    assert browser_of(filled.outsider).get(address).status_code == 404
