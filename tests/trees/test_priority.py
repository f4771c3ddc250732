"""Which KPI first, with the reasons."""

from __future__ import annotations

from typing import Any

import pytest
from tests.trees.made import FUNNEL, tree

from keiki.catalogue.load import load_catalogue
from keiki.trees.build import Tree
from keiki.trees.priority import Priority, priorities, ranked_factors
from keiki.trees.targets import Target

CATALOGUE = load_catalogue()
EC = tree(
    {
        "kpi": "order_revenue",
        "formula": "sessions * cvr * aov",
        "children": [{"kpi": k, "driver": True} for k in ("sessions", "cvr", "aov")],
    }
)
NOW = {"order_revenue": 5_000_000.0, "sessions": 100_000.0, "cvr": 0.005, "aov": 10_000.0}
PAST = {"sessions": [98_000, 110_000], "cvr": [0.006, 0.005], "aov": [9_800, 10_200]}


def ranked(made: Tree = EC, **more: Any) -> tuple[Priority, ...]:
    return priorities(made, CATALOGUE, more.pop("values", NOW), more.pop("history", PAST), **more)


@pytest.mark.feature("F-029")
def test_low_conversion_rate_ranks_first_in_a_shop() -> None:
    found = ranked()
    assert [p.node for p in found] == ["cvr", "sessions", "aov"]
    first = found[0]
    assert (first.basis, first.reachable) == ("benchmark", pytest.approx(0.02))
    assert first.effect == pytest.approx(15_000_000)
    assert first.per_percent == pytest.approx(50_000)
    assert [r.words("en") for r in first.reasons] == [
        "from 0.5% to 2% improves “Order revenue” by 15,000,000",
        "its best so far is 0.6%",
        "usual is 2%",
        "+1% is worth 50,000",
        "how far we can move it is not rated (taken as 3 of 5)",
    ]


def test_target_decides_what_is_within_reach() -> None:
    (first, *_) = ranked(targets={"sessions": Target(200_000), "cvr": Target(0.0055)})
    assert (first.node, first.basis, first.effect) == ("sessions", "target", pytest.approx(5_000_000))


def test_what_we_cannot_move_comes_later() -> None:
    children = [
        {"kpi": k, "driver": True, "control": c} for k, c in (("sessions", 5), ("purchase_rate", 1), ("aov", 5))
    ]
    made = tree({**FUNNEL, "children": children})
    values = {"order_revenue": 16e6, "sessions": 100_000.0, "purchase_rate": 0.02, "aov": 8_000.0}
    past = {"sessions": [120_000], "purchase_rate": [0.025], "aov": [8_400]}
    found = ranked(made, values=values, history=past)
    assert [(p.node, p.control) for p in found] == [("sessions", 5), ("aov", 5), ("purchase_rate", 1)]
    assert found[0].score == pytest.approx(3_200_000)


def test_goal_that_should_fall_gains_by_falling() -> None:
    made = tree(
        {
            "kpi": "cac",
            "formula": "new_acquisition_cost_total / new_customers",
            "children": [
                {"kpi": "new_acquisition_cost_total", "driver": True},
                {"kpi": "new_customers", "driver": True},
            ],
        }
    )
    values = {"cac": 100.0, "new_acquisition_cost_total": 10_000.0, "new_customers": 100.0}
    found = {p.node: p for p in ranked(made, values=values, history={"new_customers": [125]})}
    assert found["new_customers"].effect == pytest.approx(20)


def test_without_room_only_the_sensitivity_is_told() -> None:
    found = ranked(history={}, values={**NOW, "cvr": 0.05})
    assert {(p.node, p.basis, p.effect) for p in found} == {(n, None, 0.0) for n in ("sessions", "cvr", "aov")}
    assert found[0].reasons[0].words("ja") == "改善の余地は見当たらない"


def test_goal_without_a_value_has_no_priorities() -> None:
    assert ranked(values={**NOW, "order_revenue": None}) == ()


@pytest.mark.feature("F-008")
def test_factors_rank_by_impact_times_feasibility() -> None:
    def factors(feasibility_of_a: int) -> Tree:
        rated = [("a", 5, feasibility_of_a), ("b", 4, 5)]
        children = [
            {
                "id": name,
                "ja": "例",
                "en": name,
                "level": "ksf",
                "impact": impact,
                "feasibility": feasibility,
                "influence": {"sign": "+"},
                "children": [{"id": f"{name}_kpi", "kpi": "cvr", "influence": {"sign": "+"}}],
            }
            for name, impact, feasibility in rated
        ]
        return tree({"kpi": "revenue", "children": children})

    assert ranked_factors(factors(2)) == (("b", 20), ("a", 10))
    assert ranked_factors(factors(5)) == (("a", 25), ("b", 20))
