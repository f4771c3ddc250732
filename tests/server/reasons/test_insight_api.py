"""Drivers, changes and trials for programs: the numbers of the pages."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from keiki.periods import Grain
from keiki.server.accounts.actions import make_api_token
from keiki.server.data.actions import opened
from keiki.server.reasons.queries import trials as queries


@pytest.fixture
def program(shop: Any) -> Any:
    return program_of(shop)


def program_of(cast: Any) -> Client:
    token = make_api_token(cast.viewer, cast.business, "reads", "read", None)
    return Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})


def address(cast: Any, path: str) -> str:
    return f"/api/v1/businesses/{cast.business.id}{path}"


def test_drivers_for_a_program_are_those_of_the_library(shop: Any, program: Any) -> None:
    asked = {"outcome": "order_revenue", "drivers": ["purchases", "aov"], "grain": "week", "last": 20}
    answer = program.post(address(shop, "/drivers"), json.dumps(asked), content_type="application/json")
    assert answer.status_code == 200
    told = queries.drivers(shop.viewer, shop.business, "order_revenue", ("purchases", "aov"), Grain.WEEK, 20, None)
    assert [row["kpi"] for row in answer.json()["drivers"]] == [row.kpi for row in told.rows]
    assert [len(row["lags"]) for row in answer.json()["drivers"]] == [len(row.told.lags) for row in told.rows]


def test_change_for_a_program_is_that_of_the_page(shop: Any, program: Any) -> None:
    answer = program.get(address(shop, "/before-after?kpi=order_revenue&since=2026-09-01&months=3"))
    told = queries.around(shop.viewer, shop.business, "order_revenue", date(2026, 9, 1), 3)
    assert told is not None
    assert answer.json()["difference"] == told.told.difference
    assert program.get(address(shop, "/before-after?kpi=order_revenue&since=2031-01-01")).status_code == 404


def test_side_effects_for_a_program_are_those_of_the_page(shop: Any, program: Any) -> None:
    path = "/side-effects?since=2026-09-07&aimed=aov&kpis=order_revenue&kpis=purchases"
    answer = program.get(address(shop, path)).json()
    others = ("order_revenue", "purchases")
    told = queries.beside(shop.viewer, shop.business, date(2026, 9, 7), "aov", others)
    assert [(row["kpi"], row["difference"], row["unsaid"]) for row in answer["kpis"]] == [
        (row.kpi, row.told.difference, row.told.unsaid) for row in told.rows
    ]
    assert (answer["ready"], answer["after"]["end"], answer["aimed"]["kpi"]) == (True, "2026-10-05", "aov")
    assert program.get(address(shop, "/side-effects?since=2026-09-07&kpis=nothing")).status_code == 422


def test_trials_and_mistakes_for_a_program(shop: Any, program: Any) -> None:
    assert program.get(address(shop, "/trials")).json() == []
    asked = {"outcome": "order_revenue", "drivers": ["nothing"]}
    wrong = program.post(address(shop, "/drivers"), json.dumps(asked), content_type="application/json")
    assert (wrong.status_code, wrong.json()["error"]) == (422, "unknown_name")


def page_of(shop: Any, browser_of: Any, path: str) -> Any:
    return browser_of(shop.viewer).get(f"/b/{shop.business.id}/{path}").context["page"]


def test_attributes_for_a_program_are_those_of_the_page(shop: Any, program: Any, browser_of: Any) -> None:
    told = program.get(address(shop, "/kpis/order_revenue/attributes?by=channel&on=2026-09-01")).json()
    page = page_of(shop, browser_of, "compare/order_revenue/?on=2026-09-01&by=channel")
    (panel,) = page.panels
    assert len(told["attributes"]) == len(page.ways)
    assert [f"¥{each['value']:,.0f}" for each in told["segments"]] == [line.exact for line in panel.lines]
    assert (f"¥{told['value']:,.0f}", told["level"]) == (page.exact, 12_000)
    assert sum(each["top"] for each in told["segments"]) + told["rest_top"] == told["value"] == 20_000


def test_months_to_come_for_a_program_are_those_of_the_page(own_shop: Any, browser_of: Any) -> None:
    opened(own_shop.business).business.load(
        [
            {"order_id": f"E{n}", "customer_id": "E", "ordered_at": f"2026-0{n}-15 12:00:00", "amount": 1_000 * n}
            for n in range(1, 7)
        ],
        "orders",
        name="earlier",
    )
    told = program_of(own_shop).get(address(own_shop, "/kpis/order_revenue/forecast?months=3")).json()
    expected = page_of(own_shop, browser_of, "kpis/order_revenue/").expected
    assert (told["history"], told["level"], len(told["months"])) == (10, 0.8, 3)
    assert [each["period"]["start"] for each in told["months"]] == ["2026-11-01", "2026-12-01", "2027-01-01"]
    drawn = [(ahead.value, ahead.low, ahead.high) for _period, ahead in expected.ahead]
    assert [(each["expected"], each["low"], each["high"]) for each in told["months"]] == drawn


def test_attributes_and_months_of_what_is_none_are_not_there(shop: Any, program: Any) -> None:
    assert program.get(address(shop, "/kpis/nothing/forecast")).status_code == 404
    assert program.get(address(shop, "/kpis/nothing/attributes?by=channel")).status_code == 404
    assert program.get(address(shop, "/kpis/order_revenue/forecast?months=99")).status_code == 422
    assert program.get(address(shop, "/kpis/order_revenue/attributes?by=nothing")).status_code == 422
