"""Drivers, changes and trials for programs: the numbers of the pages."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from django.test import Client

from keiki.periods import Grain
from keiki.server.accounts.actions import make_api_token
from keiki.server.reasons.queries import trials as queries


@pytest.fixture
def program(shop: Any) -> Any:
    token = make_api_token(shop.viewer, shop.business, "reads", "read", None)
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


def test_trials_and_mistakes_for_a_program(shop: Any, program: Any) -> None:
    assert program.get(address(shop, "/trials")).json() == []
    asked = {"outcome": "order_revenue", "drivers": ["nothing"]}
    wrong = program.post(address(shop, "/drivers"), json.dumps(asked), content_type="application/json")
    assert (wrong.status_code, wrong.json()["error"]) == (422, "unknown_name")
