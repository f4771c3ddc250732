"""Why a goal changed: published numbers, exact sums, and what cannot be told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import permutations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.trees.made import AFTER, BEFORE, FUNNEL, MONTHS, HandReadings, bare, built_in, tree

from keiki.catalogue.load import load_catalogue
from keiki.errors import UnknownName, WrongField
from keiki.formula import evaluate as number
from keiki.periods import Calendar
from keiki.trees.build import Node, Tree
from keiki.trees.evaluate import evaluate
from keiki.trees.explain import explain, explain_change, shortfalls, wanted_of
from keiki.trees.explanation import Explanation, Gap

READ = {
    "sum_order_revenue": [19_200_000.0, 21_252_000.0],
    "n_sessions": [120_000.0, 110_000.0],
    "n_orders": [2400, 2530],
}
DEEP = tree(
    bare(
        "goal",
        "x * y",
        bare("x", "a + b - c", bare("a"), bare("b"), bare("c", "p / q", bare("p"), bare("q"))),
        bare("y", "d / e", bare("d"), bare("e", "f * g + h", bare("f"), bare("g"), bare("h"))),
    )
)


def contributions(told: Explanation) -> dict[str, float | None]:
    return {p.node: p.contribution for p in told.parts if not p.residual}


@pytest.mark.parametrize(
    ("method", "sessions", "rate", "aov"),
    [("lmdi", -1_758_381.55, 2_824_398.71, 985_982.84), ("shapley", -1_764_000.0, 2_828_000.0, 988_000.0)],
)
def test_product_of_three_gives_the_worked_numbers(method: str, sessions: float, rate: float, aov: float) -> None:
    told = explain_change(tree(FUNNEL), BEFORE, AFTER, method)
    found = [told.part(i).contribution for i in ("order_revenue", "sessions", "purchase_rate", "aov")]
    assert found == pytest.approx([2_052_000.0, sessions, rate, aov], abs=0.005)


def test_sum_gives_each_part_its_own_change() -> None:
    made = tree(bare("goal", "a + b - c", bare("a"), bare("b"), bare("c")))
    told = explain_change(made, {"goal": 9, "a": 5, "b": 7, "c": 3}, {"goal": 7, "a": 8, "b": 6, "c": 7})
    assert contributions(told) == {"goal": -2, "a": 3, "b": -1, "c": -4}


def test_children_that_cancel_are_still_told() -> None:
    made = tree(bare("goal", "x * y", bare("x", "a + b", bare("a"), bare("b")), bare("y")))
    before = {"goal": 50.0, "x": 10.0, "a": 4.0, "b": 6.0, "y": 5.0}
    after = {"goal": 80.0, "x": 10.0, "a": 7.0, "b": 3.0, "y": 8.0}
    for method in ("shapley", "lmdi"):
        told = contributions(explain_change(made, before, after, method))
        assert (told["x"], told["y"]) == (0.0, 30.0)
        assert told["a"] == pytest.approx(-(told["b"] or 0))
        assert told["a"] == pytest.approx({"shapley": 19.5, "lmdi": 3 * 30 / 0.4700036292 / 10}[method], rel=1e-6)


def test_rate_shares_of_top_and_bottom() -> None:
    made = tree(bare("goal", "n / d", bare("n"), bare("d")))
    told = contributions(explain_change(made, {"goal": 2, "n": 10, "d": 5}, {"goal": 5, "n": 20, "d": 4}))
    assert told == {"goal": 3, "n": pytest.approx(2.25), "d": pytest.approx(0.75)}


def test_what_the_formula_does_not_tell_is_a_leaf_of_its_own() -> None:
    made = tree(bare("goal", "a * b", bare("a"), bare("b")))
    told = explain_change(made, {"goal": 7, "a": 2, "b": 3}, {"goal": 15, "a": 3, "b": 4})
    (left,) = [p for p in told.parts if p.residual]
    assert (left.node, left.before, left.after, left.contribution, left.leaf) == ("goal", 1, 3, 2, True)
    assert (told.residual, sum(p.contribution or 0 for p in told.leaves)) == (2, 8)


def walked(made: Tree, node: Node, values: Mapping[str, float], rest: Mapping[str, float]) -> float:
    """A node's value from the leaves and residuals below it, by the plain evaluator."""
    if node.formula is None:
        return values[node.id]
    told = number(node.formula, lambda r, _: walked(made, made.by_id[r.id], values, rest))
    assert told is not None
    return told + rest[node.id]


def orders(made: Tree, node: Node) -> Iterator[tuple[tuple[str, bool], ...]]:
    """Every order in which leaves and residuals can move when those of one node always move together."""
    if node.formula is None:
        yield ((node.id, False),)
        return
    below = [list(orders(made, made.by_id[c])) for c in node.factors] + [[((node.id, True),)]]
    for arranged in permutations(below):
        for chosen in product(*arranged):
            yield tuple(step for part in chosen for step in part)


def test_nested_shares_are_the_mean_over_all_orders_that_keep_branches_together() -> None:
    made = tree(
        bare("goal", "x / y", bare("x", "a * b", bare("a"), bare("b")), bare("y", "c + d", bare("c"), bare("d")))
    )
    first, second = {"a": 2.0, "b": 5.0, "c": 1.0, "d": 3.0}, {"a": 3.0, "b": 4.0, "c": 2.5, "d": 2.0}
    rests = {"goal": 0.5, "x": -1.0, "y": 0.25}, {"goal": 0.75, "x": 2.0, "y": -0.5}
    values = [{n.id: walked(made, n, v, r) for n in made.nodes} for v, r in ((first, rests[0]), (second, rests[1]))]
    expected: dict[tuple[str, bool], float] = {}
    every = list(orders(made, made.root))
    for order in every:
        now, left = dict(first), dict(rests[0])
        for name, residual in order:
            start = walked(made, made.root, now, left)
            (left if residual else now)[name] = (rests[1] if residual else second)[name]
            gain = walked(made, made.root, now, left) - start
            expected[name, residual] = expected.get((name, residual), 0.0) + gain / len(every)
    told = explain_change(made, *values)
    assert {(p.node, p.residual): p.contribution for p in told.leaves} == pytest.approx(expected)


LEAF = st.floats(0.5, 20)
LEAVES = st.fixed_dictionaries({n.id: LEAF for n in DEEP.nodes if n.formula is None})
RESTS = st.fixed_dictionaries({n.id: st.floats(-0.2, 0.2) for n in DEEP.nodes if n.formula is not None})


@given(leaves=st.tuples(LEAVES, LEAVES), rests=st.tuples(RESTS, RESTS), method=st.sampled_from(["shapley", "lmdi"]))
def test_parts_sum_to_the_change_at_every_node(leaves: Any, rests: Any, method: str) -> None:
    before, after = ({n.id: walked(DEEP, n, v, r) for n in DEEP.nodes} for v, r in zip(leaves, rests, strict=True))
    told = explain_change(DEEP, before, after, method)
    assert told.gaps == ()
    parts = contributions(told)
    small = 1e-9 * max(abs(p.contribution or 0.0) for p in told.parts) + 1e-9 * abs(before["goal"])
    rest = {p.node: p.contribution for p in told.parts if p.residual}
    for node in DEEP.nodes:
        if node.formula is not None:
            below = sum(parts[c] or 0.0 for c in node.factors) + (rest.get(node.id) or 0.0)
            assert below == pytest.approx(parts[node.id], abs=small)
    assert sum(p.contribution or 0.0 for p in told.leaves) == pytest.approx(after["goal"] - before["goal"], abs=small)
    assert told.change == after["goal"] - before["goal"]


@given(leaves=st.tuples(LEAVES, LEAVES), rests=RESTS)
def test_explaining_backwards_turns_every_sign(leaves: Any, rests: Any) -> None:
    before, after = ({n.id: walked(DEEP, n, v, rests) for n in DEEP.nodes} for v in leaves)
    there, back = contributions(explain_change(DEEP, before, after)), contributions(explain_change(DEEP, after, before))
    small = 1e-9 * (1 + max(abs(v or 0.0) for v in there.values()))
    assert {n: -(v or 0.0) for n, v in back.items()} == pytest.approx(there, abs=small)


def test_undefined_goal_is_said_not_zero() -> None:
    told = explain_change(tree(FUNNEL), {**BEFORE, "order_revenue": None}, AFTER)
    assert (told.change, told.gaps) == (None, (Gap("order_revenue", "undefined", ("order_revenue",)),))
    assert set(contributions(told).values()) == {None}
    assert (told.leaves, told.movers, told.residual) == ((told.parts[0],), (), 0)


def test_undefined_factor_ends_the_explanation_there() -> None:
    told = explain_change(tree(FUNNEL), BEFORE, {**AFTER, "purchase_rate": None})
    assert told.gaps == (Gap("order_revenue", "undefined", ("purchase_rate",)),)
    assert contributions(told) == {
        "order_revenue": 2_052_000.0,
        "sessions": None,
        "purchase_rate": None,
        "aov": None,
    }
    assert [p.node for p in told.leaves] == ["order_revenue"]


def test_formula_without_a_value_between_is_said() -> None:
    made = tree(bare("goal", "a / (b - c)", bare("a"), bare("b"), bare("c")))
    told = explain_change(made, {"goal": 1, "a": 1, "b": 2, "c": 1}, {"goal": 1, "a": 1, "b": 3, "c": 2})
    assert told.gaps == (Gap("goal", "undefined_between"),)


def test_formula_that_looks_back_is_not_taken_apart() -> None:
    made = tree(bare("goal", "a - prev(a)", bare("a")))
    assert explain_change(made, {"goal": 1, "a": 1}, {"goal": 1, "a": 2}).gaps == (Gap("goal", "looks_back"),)


def test_too_many_factors_are_said_and_a_long_sum_is_not_too_many() -> None:
    names = [f"f{i}" for i in range(14)]
    values = ({"goal": 1.0, **dict.fromkeys(names, 1.0)}, {"goal": 2.0**14, **dict.fromkeys(names, 2.0)})
    product_of_all = tree(bare("goal", " * ".join(names), *(bare(n) for n in names)))
    assert explain_change(product_of_all, *values).gaps == (Gap("goal", "too_many"),)
    assert explain_change(product_of_all, *values, "lmdi").gaps == ()
    sum_of_all = tree(bare("goal", " + ".join(names), *(bare(n) for n in names)))
    assert explain_change(sum_of_all, *values).gaps == ()


def test_lmdi_leaves_to_shapley_what_is_not_positive() -> None:
    made = tree(bare("goal", "a * b", bare("a"), bare("b")))
    values = {"goal": 0.0, "a": 0.0, "b": 3.0}, {"goal": 8.0, "a": 2.0, "b": 4.0}
    assert explain_change(made, *values, "lmdi").parts == explain_change(made, *values, "shapley").parts


def test_influences_have_no_part() -> None:
    root = {**FUNNEL, "children": [*FUNNEL["children"], {"kpi": "nps", "influence": {"sign": "+"}}]}
    told = explain_change(tree(root), {**BEFORE, "nps": 10.0}, {**AFTER, "nps": 20.0})
    assert [p.node for p in told.parts] == ["order_revenue", "sessions", "purchase_rate", "aov"]
    with pytest.raises(UnknownName):
        told.part("nps")


def test_movers_are_ranked_with_their_shares() -> None:
    told = explain_change(tree(FUNNEL), BEFORE, AFTER)
    assert [p.node for p in told.movers] == ["purchase_rate", "sessions", "aov"]
    assert told.movers[0].share == pytest.approx(2_828_000 / 2_052_000)
    assert (told.movers[1].before, told.movers[1].after, told.movers[1].change) == (120_000.0, 110_000.0, -10_000.0)


def test_no_change_has_no_shares() -> None:
    assert {p.share for p in explain_change(tree(FUNNEL), BEFORE, BEFORE).parts} == {None}


def test_explain_reads_two_periods_of_an_evaluated_tree() -> None:
    found = evaluate(tree(FUNNEL), HandReadings(READ))
    told = explain(found, MONTHS[0], MONTHS[1])
    assert (told.period_before, told.period_after) == MONTHS
    assert told.change == 2_052_000.0
    assert told == explain(found, 0, -1)
    with pytest.raises(UnknownName):
        explain(found, MONTHS[0], MONTHS[0].__class__(MONTHS[0].start, MONTHS[1].end))


def test_unknown_method_is_told() -> None:
    with pytest.raises(WrongField):
        explain_change(tree(FUNNEL), BEFORE, AFTER, "guess")


def test_subscription_tree_explains_the_movements() -> None:
    names = ["mrr_new", "mrr_reactivation", "mrr_upsell", "mrr_cross_sell", "mrr_contraction", "mrr_churned"]
    moves = [[10.0, 14.0], [0.0, 2.0], [5.0, 6.0], [1.0, 0.0], [2.0, 3.0], [4.0, 9.0]]
    readings = HandReadings(
        {"mrr_start": [100.0, 110.0], "mrr_end": [110.0, 120.0], **dict(zip(names, moves, strict=True))}
    )
    told = explain(evaluate(built_in("subscription"), readings), 0, 1)
    parts = contributions(told)
    assert [parts[i] for i in ("mrr", "start", "gained", "expansion", "lost")] == pytest.approx([10, 10, 6, 0, -6])
    assert parts["revenue_churn_rate"] == pytest.approx(-105 * (9 / 110 - 4 / 100))
    assert told.residual == pytest.approx(0, abs=1e-9)


def test_lmdi_says_where_it_does_not_apply() -> None:
    made = tree(bare("goal", "a * b + c", bare("a"), bare("b"), bare("c")))
    before, after = {"goal": 7, "a": 2, "b": 3, "c": 1}, {"goal": 14, "a": 3, "b": 4, "c": 2}
    told = explain_change(made, before, after, "lmdi")
    assert [(i.node, i.reason) for i in told.instead] == [("goal", "not_a_product")]
    assert contributions(told) == contributions(explain_change(made, before, after))
    assert explain_change(made, before, after).instead == ()


def test_lmdi_needs_numbers_above_zero() -> None:
    made = tree(bare("goal", "a * b", bare("a"), bare("b", "c / d", bare("c"), bare("d"))))
    before, after = {"goal": 0, "a": 0, "b": 2, "c": 4, "d": 2}, {"goal": 6, "a": 2, "b": 3, "c": 9, "d": 3}
    told = explain_change(made, before, after, "lmdi")
    assert [(i.node, i.reason) for i in told.instead] == [("goal", "not_positive")]
    assert sum(p.contribution or 0 for p in told.leaves) == pytest.approx(6)


def test_sums_and_positive_products_are_lmdi_throughout() -> None:
    assert explain_change(tree(FUNNEL), BEFORE, AFTER, "lmdi").instead == ()


@pytest.mark.feature("F-113")
def test_gap_analysis_lists_the_rate_far_below_its_target_first() -> None:
    wanted = {"sessions": 100_000.0, "purchase_rate": 0.03, "aov": 8_000.0}
    now = {"sessions": 95_000.0, "purchase_rate": 0.021, "aov": 8_000.0, "order_revenue": 15_960_000.0}
    first, second = shortfalls(tree(FUNNEL), now, wanted)[:2]
    assert (first.node, second.node) == ("purchase_rate", "sessions")
    assert (first.gap, second.gap) == (pytest.approx(-0.30), pytest.approx(-0.05))
    assert first.effect == pytest.approx(-0.009 * 97_500 * 8_000)
    assert (first.effect or 0) + (second.effect or 0) == pytest.approx(15_960_000 - 24_000_000)


def test_shortfalls_keep_what_has_no_target_as_it_is() -> None:
    rows = shortfalls(tree(FUNNEL), BEFORE, {"purchase_rate": 0.025})
    assert [(r.node, r.wanted, r.effect) for r in rows] == [("purchase_rate", 0.025, pytest.approx(-4_800_000))]


def test_drop_of_ten_percent_is_ranked_and_sums_to_it() -> None:
    after = {"sessions": 110_000.0, "purchase_rate": 0.019, "aov": 8_268.0}
    after["order_revenue"] = 17_280_000.0
    after["aov"] = 17_280_000.0 / (110_000 * 0.019)
    told = explain_change(tree(FUNNEL), BEFORE, after)
    ranked = [(p.node, told.relative(p)) for p in told.movers]
    assert [node for node, _ in ranked] == ["sessions", "purchase_rate", "aov"]
    assert sum(part or 0 for _, part in ranked) == pytest.approx(-0.10, abs=1e-12)


def test_targets_of_a_year_are_brought_to_the_month() -> None:
    given = {"sessions": {"value": 1_440_000, "period": "year"}, "purchase_rate": {"value": 0.02}}
    band = {"compare": "between", "low": 7_000, "high": 9_000}
    children = [{"kpi": k, "driver": True, "target": given.get(k, band)} for k in ("sessions", "purchase_rate", "aov")]
    made = tree({**FUNNEL, "children": children})
    assert wanted_of(made, load_catalogue(), MONTHS[0], Calendar()) == {"sessions": 120_000, "purchase_rate": 0.02}
