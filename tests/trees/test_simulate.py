"""What-if: drivers moved, formulas worked out again."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.made import BEFORE, FUNNEL, alone, bare, built_in, tree

from keiki.errors import NotADriver, UnknownName
from keiki.trees.simulate import How, Move, simulate

PROFIT = {
    "profit": 400.0,
    "revenue": 1000.0,
    "customers": 50.0,
    "revenue_per_customer": 20.0,
    "total_cost": 600.0,
    "cost_of_goods": 350.0,
    "revenue_for_goods": 1000.0,
    "cost_of_goods_ratio": 0.35,
    "operating_cost": 250.0,
    "marketing": 100.0,
    "sales": 80.0,
    "customer_success": 20.0,
    "elsewhere": 50.0,
}


@pytest.mark.parametrize("driver", ["sessions", "purchase_rate", "aov"])
def test_one_percent_more_of_a_factor_is_one_percent_more_goal(driver: str) -> None:
    told = simulate(tree(FUNNEL), BEFORE, {driver: Move(How.RELATIVE, 0.01)})
    assert told.change == pytest.approx(192_000.0)


def test_moves_are_to_relative_or_by_an_amount() -> None:
    moves = {
        "sessions": Move(How.TO, 100_000.0),
        "purchase_rate": Move(How.PLUS, 0.005),
        "aov": Move(How.RELATIVE, -0.5),
    }
    told = simulate(tree(FUNNEL), BEFORE, moves)
    assert told.values == pytest.approx(
        {"order_revenue": 10_000_000.0, "sessions": 100_000.0, "purchase_rate": 0.025, "aov": 4_000.0}
    )


def test_no_move_is_no_change_even_when_formulas_leave_something_over() -> None:
    values = {**BEFORE, "order_revenue": 19_300_000.1}
    assert simulate(tree(FUNNEL), values, {}).values == values


def test_what_a_formula_left_over_stays() -> None:
    told = simulate(tree(FUNNEL), {**BEFORE, "order_revenue": 19_300_000.0}, {"aov": Move(How.RELATIVE, 0.1)})
    assert told.goal == pytest.approx(19_200_000 * 1.1 + 100_000)


def test_only_drivers_move() -> None:
    with pytest.raises(NotADriver) as caught:
        simulate(tree(FUNNEL), BEFORE, {"order_revenue": Move(How.TO, 1.0)})
    assert "Sessions (sessions)" in str(caught.value)
    with pytest.raises(UnknownName):
        simulate(tree(FUNNEL), BEFORE, {"session": Move(How.TO, 1.0)})


def test_a_kpi_used_twice_moves_as_one() -> None:
    told = simulate(built_in("corporate_profit"), PROFIT, {"customers": Move(How.RELATIVE, 0.1)})
    assert told.values["revenue_for_goods"] == pytest.approx(1100.0)
    assert told.goal == pytest.approx(1100 - 1100 * 0.35 - 250)


def test_drivers_formula_holds_still_when_the_same_kpi_moves_elsewhere() -> None:
    below = {
        "kpi": "aov",
        "driver": True,
        "formula": "money / count",
        "children": [{"id": "money", "kpi": "revenue", "driver": True}, {"id": "count", "kpi": "purchases"}],
    }
    root = {
        "kpi": "order_revenue",
        "formula": "orders * aov",
        "children": [{"id": "orders", "kpi": "purchases", "driver": True}, below],
    }
    values = {"order_revenue": 1000.0, "orders": 10.0, "aov": 100.0, "money": 1000.0, "count": 10.0}
    more_orders = simulate(tree(root), values, {"orders": Move(How.RELATIVE, 0.1)})
    assert (more_orders.values["aov"], more_orders.goal) == (100.0, pytest.approx(1100.0))
    more_money = simulate(tree(root), values, {"money": Move(How.RELATIVE, 0.1)})
    assert more_money.goal == pytest.approx(1100.0)


def test_number_below_itself_does_not_go_round_forever() -> None:
    inner = {
        "id": "price",
        "kpi": "aov",
        "formula": "again / orders",
        "children": [{"id": "again", "kpi": "order_revenue"}, {"id": "orders", "kpi": "purchases", "driver": True}],
    }
    made = tree(
        {"kpi": "order_revenue", "formula": "price * two", "children": [inner, {"id": "two", "kpi": "customers"}]}
    )
    values = {"order_revenue": 100.0, "price": 10.0, "again": 100.0, "orders": 10.0, "two": 10.0}
    assert simulate(made, values, {"orders": Move(How.TO, 20.0)}).goal == pytest.approx(50.0)


def test_missing_value_can_only_be_set() -> None:
    children = [{"id": "a", "kpi": "purchases", "driver": True}, {"id": "b", "kpi": "aov"}]
    made = tree({"id": "goal", "kpi": "order_revenue", "formula": "a * b", "children": children})
    values = {"goal": None, "a": None, "b": 3.0}
    assert simulate(made, values, {"a": Move(How.RELATIVE, 0.1)}).goal is None
    told = simulate(made, values, {"a": Move(How.TO, 2.0)})
    assert (told.goal, told.change) == (6.0, None)


VALUES = st.fixed_dictionaries({name: st.floats(0.5, 1e6) for name in ("sessions", "purchase_rate", "aov")})


@given(values=VALUES, amounts=VALUES)
def test_setting_every_driver_gives_the_formula_of_what_was_set(
    values: dict[str, float], amounts: dict[str, float]
) -> None:
    goal = values["sessions"] * values["purchase_rate"] * values["aov"]
    told = simulate(tree(FUNNEL), {**values, "order_revenue": goal}, {n: Move(How.TO, a) for n, a in amounts.items()})
    wanted = amounts["sessions"] * amounts["purchase_rate"] * amounts["aov"]
    assert told.goal == pytest.approx(wanted, abs=1e-9 * max(goal, wanted))


def test_missing_addend_that_does_not_move_leaves_the_rest_to_move() -> None:
    product = bare("known", "a * b", alone("a"), alone("b"))
    made = tree(alone("goal", "known + guests", product | {"where": "campaign = 'known'"}, alone("guests")))
    values = {"goal": 6.0, "known": 6.0, "a": 2.0, "b": 3.0, "guests": None}
    assert simulate(made, values, {}).values == values
    assert simulate(made, values, {"a": Move(How.TO, 4.0)}).goal == 12.0
    assert simulate(made, values, {"guests": Move(How.TO, 5.0)}).goal == 11.0


@pytest.mark.feature("F-122")
def test_ten_per_cent_more_qualified_leads_are_ten_per_cent_more_wins() -> None:
    names = ("mql", "to_sql", "to_meeting", "to_win")
    made = tree(alone("wins", " * ".join(names), *(alone(name) for name in names)))
    values = {"wins": 6.0, "mql": 60.0, "to_sql": 0.5, "to_meeting": 0.8, "to_win": 0.25}
    assert simulate(made, values, {"mql": Move(How.RELATIVE, 0.1)}).goal == pytest.approx(6.6)


@pytest.mark.feature("F-143")
def test_two_hundred_leads_become_six_deals_and_thirty_million_a_month() -> None:
    """200 leads at 30 %, 50 %, 80 % and 25 % are 60, 30, 24 and 6; at 5 million each, 30 million."""
    steps = ("leads", "mql", "sql", "meetings", "deals")
    rates = {"mql": 0.3, "sql": 0.5, "meetings": 0.8, "deals": 0.25}
    made = alone("leads")
    for before, step in pairwise(steps):
        made = alone(step, f"{before} * {step}_rate", made, alone(f"{step}_rate"))
    revenue = tree(alone("revenue", "deals * price", made, alone("price")))
    given = {"leads": 200.0, "price": 5_000_000.0} | {f"{step}_rate": rate for step, rate in rates.items()}
    told = simulate(revenue, {}, {name: Move(How.TO, value) for name, value in given.items()})
    assert [told.values[step] for step in steps] == pytest.approx([200, 60, 30, 24, 6])
    assert told.goal == pytest.approx(30_000_000)
