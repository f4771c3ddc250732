"""Ideas weighed by what they would bring the goal."""

from __future__ import annotations

from typing import Any

import pytest
from tests.trees.made import FUNNEL, tree

from keiki.trees.ideas import Idea, Unranked, weighed
from keiki.trees.simulate import How, Move, simulate

SHOP = tree(FUNNEL)
VALUES: dict[str, Any] = {"order_revenue": 24_000.0, "sessions": 1_000.0, "purchase_rate": 0.03, "aov": 800.0}
"""1,000 visits × 3 % × 800 = 24,000."""


def test_ideas_are_ranked_by_effect_times_chance() -> None:
    found = weighed(
        SHOP,
        VALUES,
        [
            Idea("more visits", "sessions", Move(How.RELATIVE, 0.5), 0.2),
            Idea("better form", "purchase_rate", Move(How.PLUS, 0.01), 0.5),
            Idea("sets", "aov", Move(How.TO, 900.0), 1.0),
        ],
    )
    assert [(each.idea.name, each.effect, each.expected) for each in found] == [
        ("better form", pytest.approx(8_000), pytest.approx(4_000)),
        ("sets", pytest.approx(3_000), pytest.approx(3_000)),
        ("more visits", pytest.approx(12_000), pytest.approx(2_400)),
    ]
    assert (found[0].value, found[0].then) == (0.03, pytest.approx(0.04))


def test_effect_is_that_of_the_what_if() -> None:
    move = Move(How.RELATIVE, 0.07)
    (told,) = weighed(SHOP, VALUES, [Idea("form", "purchase_rate", move, 1.0)])
    assert told.effect == pytest.approx(simulate(SHOP, VALUES, {"purchase_rate": move}).change)


def test_idea_without_a_number_of_the_tree_cannot_be_ranked() -> None:
    found = weighed(
        SHOP,
        VALUES,
        [
            Idea("a campaign"),
            Idea("worse", "sessions", Move(How.RELATIVE, -0.1)),
            Idea("elsewhere", "mood", Move(How.TO, 1)),
        ],
    )
    assert [(each.idea.name, each.why) for each in found] == [
        ("worse", None),
        ("a campaign", Unranked.NO_NODE),
        ("elsewhere", Unranked.UNKNOWN_NODE),
    ]
    assert found[1].expected is None


def test_what_has_no_value_has_no_effect() -> None:
    (told,) = weighed(SHOP, VALUES | {"aov": None}, [Idea("sets", "aov", Move(How.RELATIVE, 0.1))])
    assert (told.why, told.expected) == (Unranked.NO_VALUE, None)
