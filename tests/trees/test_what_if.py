"""A what-if as the page, the API and the command line tell it."""

from __future__ import annotations

import pytest
from tests.trees.made import BEFORE, FUNNEL, tree

from keiki.errors import NotADriver, ShareBelowZero
from keiki.trees.simulate import How, Move
from keiki.trees.what_if import WhatIf


def case(**moves: Move) -> WhatIf:
    return WhatIf(tree(FUNNEL), BEFORE, moves)


def test_without_a_move_everything_stays_as_it_is() -> None:
    told = case().as_dict()
    assert (told["before"], told["after"], told["change"]) == (BEFORE["order_revenue"], BEFORE["order_revenue"], 0)
    assert {node["node"]: node["after"] for node in told["nodes"]} == BEFORE
    assert not any(node["moved"] for node in told["nodes"])


def test_moves_strengths_and_what_is_sought_agree() -> None:
    moved = case(aov=Move(How.RELATIVE, 0.1))
    doubled = moved.sought("sessions", 2 * 1.1 * BEFORE["order_revenue"])
    told = moved.as_dict(0.05, doubled)
    assert told["change"] == pytest.approx(0.1 * BEFORE["order_revenue"])
    assert [each["up"] for each in told["strengths"]] == pytest.approx([0.05 * 1.1 * BEFORE["order_revenue"]] * 3)
    assert [node["node"] for node in told["nodes"] if node["moved"]] == ["aov"]
    assert told["sought"]["needed"] == pytest.approx(2 * BEFORE["sessions"])
    assert told["sought"]["reached"]


def test_what_cannot_move_so_is_refused_before_anything_is_worked_out() -> None:
    shares = frozenset({"purchase_rate"})
    case(purchase_rate=Move(How.TO, 0.0)).check(shares)
    with pytest.raises(ShareBelowZero, match="purchase_rate"):
        case(purchase_rate=Move(How.RELATIVE, -1.1)).check(shares)
    case(purchase_rate=Move(How.TO, -0.1)).check(frozenset())
    with pytest.raises(NotADriver):
        case(order_revenue=Move(How.TO, 1.0)).check(shares)
