"""What the page of a KPI says about its value: mean and median, and the months to come."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from keiki.periods import Grain
from keiki.server.accounts.actions import change_rules
from keiki.server.data.actions import opened
from keiki.server.kpis.queries import known
from keiki.server.planning.actions import Proposal, propose_target
from keiki.server.planning.models import State
from keiki.server.planning.queries import key_of
from keiki.trees.targets import Target


def page_of(cast: Any, browser_of: Any, kpi: str) -> Any:
    answer = browser_of(cast.viewer).get(reverse("kpis:kpi", kwargs={"business": cast.business.id, "kpi": kpi}))
    assert answer.status_code == 200
    return answer.context["page"]


@pytest.mark.feature("F-077")
def test_card_of_response_time_shows_mean_and_median(bare: Any, browser_of: Any) -> None:
    tickets = [
        {
            "ticket_id": f"{month}-{hours}",
            "customer_id": "c",
            "opened_at": f"2026-{month:02d}-02 00:00:00",
            "first_response_at": f"2026-{month:02d}-{2 + hours // 24:02d} {hours % 24:02d}:00:00",
        }
        for month in (9, 10)
        for hours in (1, 2, 3, 4, 90)
    ]
    opened(bare.business).business.load(tickets, "tickets")
    told = page_of(bare, browser_of, "support_first_response_time").spread
    assert (told.mean, told.median, told.middle, told.count) == ("20 h", "3 h", "2 h – 4 h", "5")
    assert told.note == "A few large values pull the mean up; the median says what is usual."


def test_months_to_come_are_led_on_from_the_history(bare: Any, browser_of: Any) -> None:
    orders = [
        {
            "order_id": f"{place}-{n}",
            "customer_id": "c",
            "ordered_at": f"{date(2026, 1 + place, 3)} 12:00:00",
            "amount": 1000,
        }
        for place in range(9)
        for n in range(10 + 2 * place)
    ]
    orders.append({**orders[0], "order_id": "last", "ordered_at": "2026-10-31 12:00:00", "amount": 28_000})
    opened(bare.business).business.load(orders, "orders")
    told = page_of(bare, browser_of, "order_revenue").expected
    assert [(month, value) for month, value, _range in told.rows] == [
        ("Nov 2026", "¥30,000"),
        ("Dec 2026", "¥32,000"),
        ("Jan 2027", "¥34,000"),
    ]
    assert told.sentence.startswith("Nov 2026: ¥30,000 when things go on as they do")
    assert "no season shows" in told.how


def test_short_history_is_not_led_on(shop: Any, browser_of: Any) -> None:
    page = page_of(shop, browser_of, "order_revenue")
    assert (page.expected, page.spread) == (None, None)


def test_kpi_with_a_target_is_judged_by_it_in_its_trees_and_not_beside_the_month_before(
    shop: Any, browser_of: Any
) -> None:
    page = page_of(shop, browser_of, "order_revenue")
    assert (page.number.status, page.target) == ("act", "")
    tree = known(shop.owner, shop.business).tree("simple_orders")
    target = Proposal(Target(value=14_000, compare="at_least", period=Grain.MONTH), date(2026, 7, 1))
    propose_target(shop.owner, shop.business, key_of(tree, tree.root), 0, target, State.APPROVED)
    page = page_of(shop, browser_of, "order_revenue")
    assert page.number.status == "plain"
    assert page.target == "It has a target: the trees that use it say how it stands to it."


def visits(day: str, *people: str) -> list[dict[str, str]]:
    return [{"occurred_at": f"{day} 10:00:00", "name": "page_view", "visitor_id": person} for person in people]


@pytest.mark.feature("F-139")
def test_70_30_and_30_70_of_new_and_repeat_visitors_show_their_band_with_limits_that_can_be_changed(
    own_shop: Any, browser_of: Any
) -> None:
    known, met, late = (tuple(f"{kind}{n}" for n in range(count)) for kind, count in (("K", 3), ("N", 7), ("L", 3)))
    rows = visits("2026-09-10", *known) + visits("2026-10-10", *known, *met)  # October: 7 of 10 are new
    rows += visits("2026-11-03", *met, *late) + visits("2026-11-09", "last")  # the week of 2 November: 3 of 10
    opened(own_shop.business).business.load_facts({"events": rows}, name="visits")

    def told(query: str, kpi: str = "new_visitor_ratio") -> Any:
        address = reverse("kpis:kpi", kwargs={"business": own_shop.business.id, "kpi": kpi})
        return browser_of(own_shop.viewer).get(f"{address}?{query}").context["page"]

    many, few = told("grain=month"), told("grain=week")
    assert (many.number.value, few.number.value) == ("70.0%", "30.0%")
    assert many.balance.words.startswith("Many new visitors, few who return")
    assert few.balance.words.startswith("Few new visitors: those who know you return")
    assert told("grain=month", "returning_visitor_ratio").balance.words == many.balance.words
    assert many.balance.rule == "New visitors are too many from 70.0% of the visitors on, too few at 30.0% or less."
    limits = {"most": Decimal("0.8"), "least": Decimal("0.2")}
    change_rules(own_shop.owner, own_shop.business, 1, "balance", limits)
    for query in ("grain=month", "grain=week"):
        assert told(query).balance.words == "New and repeat visitors are in balance."
    assert told("grain=month", "order_revenue").balance is None
