"""What-ifs by the API: the numbers of the page."""

from __future__ import annotations

from typing import Any

import pytest
from tests.server.site.test_api import program

from keiki.server.kpis import queries as door
from keiki.server.scenarios import queries
from keiki.trees.simulate import How, Move

PATH = "/tea-shop/trees/simple_orders/what-if"


def test_moves_strengths_and_the_goal_sought_are_those_of_the_page(shop: Any) -> None:
    own = program(shop, "viewer", "read")
    ask = {
        "moves": [{"node": "aov", "how": "relative", "amount": 0.25}],
        "seek": {"goal": 36_000, "by": "first_time_buyers"},
    }
    told = own.post(PATH, ask).json()
    moves = {"aov": Move(How.RELATIVE, 0.25)}
    page = queries.what_if(shop.viewer, shop.business, "simple_orders", door.Question(), moves)
    assert (told["before"], told["after"], told["change"]) == (14_400, 18_000, 3_600)
    assert {node["node"]: node["after"] for node in told["nodes"]} == dict(page.simulated.values)
    assert [(each["node"], each["up"]) for each in told["strengths"]] == [
        (each.node, each.up) for each in page.strengths()
    ]
    assert told["sought"]["needed"] == pytest.approx(page.sought("first_time_buyers", 36_000).needed)
    assert told["target"] is None


def test_of_no_move_nothing_changes(shop: Any) -> None:
    told = program(shop, "viewer", "read").post(PATH, {}).json()
    assert (told["change"], told["sought"]) == (0, None)


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        ({"moves": [{"node": "revenue", "amount": 1}]}, "not_a_driver"),
        ({"moves": [{"node": "none", "amount": 1}]}, "unknown_name"),
        ({"moves": [{"node": "aov", "amount": "much"}]}, "does_not_fit"),
        ({"moves": [{"node": "aov", "amount": 1, "by": 2}]}, "does_not_fit"),
        ({"seek": {"goal": 1, "by": "revenue"}}, "not_a_driver"),
        ({"step": 0}, "does_not_fit"),
    ],
)
def test_what_is_no_move_is_refused(shop: Any, ask: Any, error: str) -> None:
    answer = program(shop, "viewer", "read").post(PATH, ask)
    assert (answer.status_code, answer.json()["error"]) == (422, error)


def test_a_tree_that_is_not_there_is_not_found(shop: Any) -> None:
    assert program(shop, "viewer", "read").post("/tea-shop/trees/none/what-if", {}).status_code == 404
