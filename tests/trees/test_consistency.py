"""Do the targets below reach the goal, and does the formula hold on the data: the examples of the spec and more."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.made import FUNNEL, HandReadings, tree

from keiki.catalogue.load import load_catalogue
from keiki.formula import evaluate as worth
from keiki.formula import parse
from keiki.trees.build import Tree
from keiki.trees.consistency import Consistency, Verdict, consistency, proof, proofs, solved, time_power
from keiki.trees.evaluate import evaluate
from keiki.trees.targets import Target


def month(value: float, **more: Any) -> dict[str, Any]:
    return {"value": value, "period": "month", **more}


def year(value: float) -> dict[str, Any]:
    return {"value": value, "period": "year"}


def funnel(goal: dict[str, Any], sessions: float, rate: float, value: float | None) -> Tree:
    given = {"sessions": month(sessions), "purchase_rate": {"value": rate}}
    given |= {"aov": {"value": value}} if value is not None else {}
    children = [{**c, "target": given[c["kpi"]]} if c["kpi"] in given else c for c in FUNNEL["children"]]
    return tree({**FUNNEL, "target": goal, "children": children})


def told(made: Tree, targets: dict[str, Target] | None = None) -> Consistency:
    return consistency(made, load_catalogue(), targets)


@pytest.mark.feature("F-022")
def test_thousand_visits_do_not_make_eighty_million() -> None:
    goal = told(funnel(month(80_000_000), 1_000, 0.02, 5_000)).goal
    assert (goal.implied, goal.target, goal.verdict) == (100_000, 80_000_000, Verdict.INSUFFICIENT)
    assert (goal.shortfall, goal.missing_share) == (79_900_000, 0.99875)


@pytest.mark.feature("F-024")
def test_months_roll_up_to_the_year_of_the_goal() -> None:
    found = told(funnel(year(300_000_000), 100_000, 0.03, 5_000))
    assert found.levels["order_revenue"] == pytest.approx(15_000_000)
    assert found.goal.implied == pytest.approx(180_000_000)
    assert (found.goal.coverage, found.goal.shortfall) == (pytest.approx(0.6), pytest.approx(120_000_000))
    assert found.goal.verdict is Verdict.INSUFFICIENT


@pytest.mark.feature("F-025")
def test_higher_rate_reaches_the_goal() -> None:
    made = funnel(year(300_000_000), 100_000, 0.03, 5_000)
    own = {n.id: n.target for n in made.nodes if n.target is not None}
    tried = told(made, {**own, "purchase_rate": Target(0.05)}).goal
    assert (tried.implied, tried.verdict) == (pytest.approx(300_000_000), Verdict.REACHES)
    assert told(made).goal.needed["purchase_rate"] == pytest.approx(0.05)


def test_what_each_part_would_have_to_be_is_told() -> None:
    needed = told(funnel(year(300_000_000), 100_000, 0.03, 5_000)).goal.needed
    assert needed == pytest.approx({"sessions": 166_666.667, "purchase_rate": 0.05, "aov": 8_333.333})


def test_missing_order_value_is_named_with_what_it_would_have_to_be() -> None:
    """A1: if the 80,000 page views were visits, 1 billion a year needs orders of 34,722 yen."""
    visits = {
        "id": "visits",
        "kpi": "sessions",
        "level": "ksf",
        "formula": "seo_page_views + paid_page_views",
        "children": [
            {"kpi": "seo_page_views", "target": month(50_000)},
            {"kpi": "paid_page_views", "target": month(30_000)},
        ],
    }
    rest = [{"kpi": "purchase_rate", "target": {"value": 0.03}}, {"kpi": "aov"}]
    root = {"kpi": "order_revenue", "formula": "visits * purchase_rate * aov", "target": year(1_000_000_000)}
    goal = told(tree({**root, "children": [visits, *rest]})).goal
    assert (goal.verdict, goal.reason, goal.without) == (Verdict.CANNOT_TELL, "no_target", ("aov",))
    assert goal.needed == {"aov": pytest.approx(34_722.22, abs=0.01)}


def chain(target: dict[str, Any], leads: float, *rates: float) -> Tree:
    """Leads and the rates after them as plain nodes that stand for them; the last is the value of a contract."""
    kpis = ["purchases", *["purchase_rate"] * (len(rates) - 1), "aov"]
    values = [month(leads), *[{"value": rate} for rate in rates]]
    names = [f"step{place}" for place in range(len(kpis))]
    where = [f"store = 's{place}'" for place in range(len(kpis))]
    children = [
        {"id": n, "kpi": k, "where": w, "target": t} for n, k, w, t in zip(names, kpis, where, values, strict=True)
    ]
    return tree({"kpi": "order_revenue", "formula": " * ".join(names), "target": target, "children": children})


def test_software_table_reaches_three_hundred_million() -> None:
    goal = told(chain(year(300_000_000), 200, 0.30, 0.50, 0.80, 0.25, 5_000_000)).goal
    assert (goal.implied, goal.coverage, goal.verdict) == (
        pytest.approx(360_000_000),
        pytest.approx(1.2),
        Verdict.REACHES,
    )


def test_maker_whose_leads_do_not_carry_its_goal() -> None:
    """A30: the chain of leads gives 302.4 million of 2.5 billion."""
    goal = told(chain(year(2_500_000_000), 150, 0.40, 0.35, 0.50, 0.30, 8_000_000)).goal
    assert goal.implied == pytest.approx(302_400_000)
    assert goal.coverage == pytest.approx(0.12096)


def test_series_of_nine_months_needs_more_than_eleven_each() -> None:
    """A19: 11 a month in 9 months are 99 of 100; 12 are enough."""
    months = {f"2026-{m:02}": 100 / 9 for m in range(1, 10)}
    child = {"id": "sold", "kpi": "purchases", "where": "store = 'a'", "target": month(11)}
    root = {
        "kpi": "purchases",
        "formula": "sold",
        "target": {"shape": "manual", "months": months},
        "children": [child],
    }
    goal = told(tree(root)).goal
    assert (goal.implied, goal.target) == (99, pytest.approx(100))
    assert (goal.shortfall, goal.verdict) == (pytest.approx(1), Verdict.INSUFFICIENT)
    assert goal.needed["sold"] == pytest.approx(100 / 9)


def test_targets_of_two_levels_that_disagree() -> None:
    """A42: the steps of the funnel make 3.6 %, the rate above them is planned at 2 %."""
    steps = ("product_detail_view_rate", "add_to_cart_rate", "cart_completion_rate")
    children = [{"kpi": k, "target": {"value": v}} for k, v in zip(steps, (0.60, 0.15, 0.40), strict=True)]
    root = {"kpi": "purchase_rate", "formula": " * ".join(steps), "target": {"value": 0.02}, "children": children}
    goal = told(tree(root)).goal
    assert (goal.implied, goal.coverage) == (pytest.approx(0.036), pytest.approx(1.8))


def test_missing_step_of_a_funnel_is_worked_out() -> None:
    steps = ("product_detail_view_rate", "add_to_cart_rate", "cart_completion_rate")
    values = (None, 0.15, 0.70)
    children = [{"kpi": k} | ({"target": {"value": v}} if v else {}) for k, v in zip(steps, values, strict=True)]
    root = {"kpi": "purchase_rate", "formula": " * ".join(steps), "target": {"value": 0.03}, "children": children}
    assert told(tree(root)).goal.needed == {"product_detail_view_rate": pytest.approx(0.285714, abs=1e-6)}


def test_part_without_targets_below_stands_for_itself() -> None:
    made = tree(
        {
            "kpi": "order_revenue",
            "formula": "purchases * aov",
            "target": month(1_000_000),
            "children": [
                {
                    "kpi": "purchases",
                    "target": month(100),
                    "formula": "sessions * purchase_rate",
                    "children": [{"kpi": "sessions"}, {"kpi": "purchase_rate"}],
                },
                {"kpi": "aov", "target": {"value": 9_000}},
            ],
        }
    )
    found = told(made)
    assert (found.goal.implied, found.goal.verdict) == (900_000, Verdict.INSUFFICIENT)
    assert found.goal.needed == {"purchases": pytest.approx(1_000_000 / 9_000), "aov": 10_000}
    assert found.node("purchases").without == ("sessions", "purchase_rate")


def test_cost_must_not_exceed_its_target() -> None:
    children = [{"kpi": "cost_of_goods", "target": year(700)}, {"kpi": "operating_cost", "target": month(30)}]
    root = {"kpi": "total_cost", "formula": "cost_of_goods + operating_cost", "children": children}
    over = told(tree({**root, "target": {**year(1_000), "compare": "at_most"}})).goal
    assert (over.implied, over.shortfall, over.verdict) == (pytest.approx(1_060), pytest.approx(-60), "insufficient")
    under = told(tree({**root, "target": {**year(1_100), "compare": "at_most"}})).goal
    assert under.verdict is Verdict.REACHES


def test_levels_and_ratios_keep_their_value_over_the_year() -> None:
    children = [{"kpi": "accounts", "target": {"value": 100, "period": "month"}}, {"kpi": "arpa", "target": year(5)}]
    root = {"kpi": "mrr", "formula": "accounts * arpa", "target": year(500), "children": children}
    assert told(tree(root)).goal.implied == 500


@pytest.mark.parametrize(
    ("root", "reason"),
    [
        (
            {"kpi": "revenue", "target": {"value": 1}, "children": [{"kpi": "nps", "influence": {"sign": "+"}}]},
            "no_formula",
        ),
        (
            {"kpi": "revenue", "target": {"value": 1}, "formula": "prev(x)", "children": [{"id": "x", "kpi": "cost"}]},
            "looks_back",
        ),
        (
            {
                "kpi": "aov",
                "target": {"value": 1},
                "formula": "x / y",
                "children": [
                    {"id": "x", "kpi": "cost", "target": {"value": 1}},
                    {"id": "y", "kpi": "purchases", "target": {"value": 0}},
                ],
            },
            "undefined",
        ),
        (
            {"kpi": "revenue", "formula": "x", "children": [{"id": "x", "kpi": "cost", "target": {"value": 1}}]},
            "no_own_target",
        ),
    ],
)
def test_what_cannot_be_told_says_why(root: dict[str, Any], reason: str) -> None:
    goal = told(tree(root)).goal
    assert (goal.verdict, goal.reason) == (Verdict.CANNOT_TELL, reason)


def test_number_used_twice_has_one_target() -> None:
    made = tree(
        {
            "kpi": "profit",
            "formula": "revenue - cost_part",
            "target": year(10),
            "children": [
                {"kpi": "revenue", "target": year(100)},
                {
                    "id": "cost_part",
                    "kpi": "total_cost",
                    "formula": "r * share",
                    "children": [
                        {"id": "r", "kpi": "revenue"},
                        {"id": "share", "kpi": "cost_of_goods_ratio", "target": {"value": 0.9}},
                    ],
                },
            ],
        }
    )
    assert told(made).goal.implied == pytest.approx(10)


@given(st.floats(0.1, 1e3), st.floats(0.1, 1e3), st.floats(1, 1e4))
def test_needed_value_reaches_the_goal(a: float, b: float, wanted: float) -> None:
    formula = parse("(a + 3) / b")
    found = solved(lambda x: worth(formula, lambda r, _: {"a": x, "b": b}[r.id]), a, wanted)
    assert found is not None
    assert (found + 3) / b == pytest.approx(wanted)
    below = solved(lambda x: worth(formula, lambda r, _: {"a": a, "b": x}[r.id]), b, wanted)
    assert below == pytest.approx((a + 3) / wanted)


def test_time_stands_once_in_a_flow() -> None:
    powers = {"visits": 1, "rate": 0, "orders": 1}
    texts = ("visits * rate", "visits / orders", "visits + orders", "-visits", "sum(visits, orders)", "rate * 12")
    assert [time_power(parse(t), powers) for t in texts] == [1, 0, 1, 1, 1, 0]


READ = {"sum_order_revenue": [1_000.0, 1_500.0], "n_sessions": [100.0, 100.0], "n_orders": [10, 12]}


def test_formula_is_proved_on_the_data() -> None:
    found = proof(evaluate(tree(FUNNEL), HandReadings(READ)))
    assert (found.holds, found.residual) == (True, (pytest.approx(0), pytest.approx(0)))


def test_formula_that_does_not_hold_shows_its_residual() -> None:
    children = [{"kpi": "sessions"}, {"kpi": "aov"}]
    made = tree({"kpi": "order_revenue", "formula": "sessions * aov", "children": children})
    (found,) = proofs(evaluate(made, HandReadings(READ)))
    assert (found.holds, found.residual) == (False, (-9_000, -11_000))
    assert found.worst == pytest.approx(0.9)


def test_nothing_measured_proves_nothing() -> None:
    assert proof(evaluate(tree(FUNNEL), HandReadings({}))).holds is None


@pytest.mark.parametrize(
    ("formula", "start", "wanted"),
    [
        ("x * 0", 1.0, 5.0),
        ("x / x", 1.0, 2.0),
        ("x * x", 1.0, 4.0),
        ("x", 0.0, 1.0),
        ("1 / x", 2.0, 0.0),
        ("x", 1e308, 1.0),
    ],
)
def test_value_that_cannot_be_worked_out_is_not_guessed(formula: str, start: float, wanted: float) -> None:
    assert solved(lambda x: worth(parse(formula), lambda r, _: x), start, wanted) is None


def test_model_counts_that_name_their_kpi_are_understood() -> None:
    children = [{"kpi": "account_opening_form_completion_rate", "target": {"value": 0.5}}]
    root = {"kpi": "cvr", "formula": "account_opening_form_completion_rate", "children": children}
    assert told(tree({**root, "target": {"value": 0.4}})).goal.verdict is Verdict.REACHES
