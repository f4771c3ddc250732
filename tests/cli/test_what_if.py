"""`keiki tree what-if` on the small shop: October has 3 orders at 2,000 each."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def moving(tiny):
    """The small tree, its orders and their price flagged as drivers."""
    text = Path(tiny).read_text(encoding="utf-8")
    Path(tiny).write_text(
        text.replace("kpi: purchases}", "kpi: purchases, driver: true}").replace(
            "kpi: aov}", "kpi: aov, driver: true}"
        ),
        encoding="utf-8",
    )
    return tiny


def test_a_move_changes_the_goal_and_nothing_beside_it(shop, moving):
    told = shop("tree", "what-if", moving, "-p", "2026-10", "-m", "price=+10%", "--json").json
    assert (told["before"], told["after"], told["change"]) == (6000.0, 6600.0, 600.0)
    assert {node["node"]: (node["before"], node["after"]) for node in told["nodes"]} == {
        "revenue": (6000.0, 6600.0),
        "orders": (3.0, 3.0),
        "price": (2000.0, 2200.0),
    }
    assert told["period"] == {"start": "2026-10-01", "end": "2026-11-01"}
    assert {each["node"]: each["up"] for each in told["strengths"]} == pytest.approx({"orders": 66.0, "price": 66.0})


def test_the_goal_sought_is_told_in_both_languages(shop, moving):
    asked = ("tree", "what-if", moving, "-p", "2026-10", "-m", "price=2400", "--goal", "12,000", "--by", "orders")
    answer = shop(*asked)
    assert answer.out.splitlines()[0] == "Order revenue, Oct 2026: ¥6,000 → ¥7,200 (+¥1,200)"
    assert answer.out.rstrip().endswith("Order revenue reaches ¥12,000 when Completed purchases is 5 (+66.7%).")
    answer = shop(*asked, language="ja")
    assert answer.out.splitlines()[0] == "注文売上（2026年10月）：6,000円 → 7,200円（+1,200円）"
    assert answer.out.rstrip().endswith("（+66.7%）になると、注文売上は12,000円に届きます。")


def test_without_a_period_the_last_month_that_is_over_is_moved(shop, moving):
    assert shop("tree", "what-if", moving, "--json").json["period"]["start"] == "2026-10-01"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("-m", "price"), "“price” does not say which driver goes where."),
        (("-m", "price=much"), "“price=much” does not say which driver goes where."),
        (("-m", "price=5%"), "“5%” does not fit: the unit here is money."),
        (("-m", "revenue=1"), "“revenue” is not marked as one that moves by itself."),
        (("-m", "cost=1"), "There is no node called “cost”."),
        (("--goal", "12000"), "To seek a goal, give both"),
    ],
)
def test_what_is_no_move_is_refused_with_the_way_out(shop, moving, options, words):
    answer = shop("tree", "what-if", moving, "-p", "2026-10", *options)
    assert (answer.code, answer.out) == (2, "")
    assert answer.err.startswith(words)
