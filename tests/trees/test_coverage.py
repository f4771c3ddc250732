"""What a set of KPIs leaves out, with a prepared sample for every pattern."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.trees.made import FUNNEL, tree

from keiki.catalogue.kpi import Horizon
from keiki.catalogue.load import load_catalogue
from keiki.trees.build import Tree, build
from keiki.trees.check import check
from keiki.trees.coverage import areas_without_kpi, coverage, goals, left_out, without_owner
from keiki.trees.document import from_dict
from keiki.trees.findings import Severity
from keiki.trees.shared_goal import LONG_TERM_PROFIT, shared_goals

CATALOGUE = load_catalogue()
NAMES = {"ja": "例", "en": "Example", "about_ja": "例です。", "about_en": "An example."}


def plus(kpi: str, **more: Any) -> dict[str, Any]:
    return {"kpi": kpi, "influence": {"sign": "+"}, **more}


def board(root: str, *kpis: str, **more: Any) -> Tree:
    """A team's board: the first KPI with the others as influences on it."""
    children = [plus(kpi) for kpi in kpis]
    document = {"id": "board", **NAMES, "kind": "board", "root": {"kpi": root, "children": children}, **more}
    return build(from_dict(document), CATALOGUE)


def codes(made: Tree, **more: Any) -> set[str]:
    return {found.code for found in left_out(made, CATALOGUE, **more)}


@pytest.mark.feature("F-030")
def test_leads_without_a_conversion_rate_are_quantity_only() -> None:
    alone = tree({"kpi": "revenue", "children": [plus("leads")]})
    (found,) = [f for f in left_out(alone, CATALOGUE) if f.code == "quantity_only"]
    assert found.node == "leads"
    paired = tree({"kpi": "revenue", "children": [plus("leads"), plus("lead_to_opportunity_rate")]})
    assert "quantity_only" not in codes(paired)


def test_rate_of_the_count_in_the_formula_is_quality_enough() -> None:
    assert "quantity_only" not in codes(tree(FUNNEL))


@pytest.mark.feature("F-031")
def test_board_with_only_weekly_kpis_is_short_only() -> None:
    weekly = [k.id for k in CATALOGUE.kpis.values() if k.cadence == ("weekly",)][:4]
    assert "short_only" in codes(board(*weekly))
    assert not {"short_only", "mid_only", "long_only"} & codes(board(*weekly, "nrr"))


def test_only_long_kpis_are_told_too() -> None:
    long = [k.id for k in CATALOGUE.kpis.values() if k.horizon == "long"][:3]
    assert "long_only" in codes(board(*long))


@pytest.mark.feature("F-032")
def test_stages_without_a_kpi_are_listed() -> None:
    matrix = coverage(board("purchases", "sessions"), CATALOGUE)
    assert matrix.stages["awareness"] == ("sessions",)
    assert matrix.stages["purchase"] == ("purchases",)
    assert matrix.empty_stages == (
        "interest",
        "consideration",
        "onboarding",
        "adoption",
        "retention",
        "expansion",
        "advocacy",
    )


@pytest.mark.feature("F-033")
def test_channels_without_a_kpi_are_marked() -> None:
    matrix = coverage(board("revenue", "organic_sessions"), CATALOGUE)
    assert matrix.channels["organic"] == ("organic_sessions",)
    assert matrix.empty_channels == ("paid", "social", "referral", "email")


def test_departments_that_answer_for_nothing_are_listed() -> None:
    made = tree({"kpi": "revenue", "children": [plus("leads", owner={"department": "marketing"})]})
    assert coverage(made, CATALOGUE, ["marketing", "field_sales"]).empty_departments == ("field_sales",)


@pytest.mark.feature("F-034")
@pytest.mark.parametrize(
    ("sample", "code"),
    [
        (board("revenue", "page_views", "cvr", "nrr"), "weak_link"),
        (board("revenue", "csat", "cvr", "sessions"), "hard_to_measure"),
        (board("purchases", "sessions", "leads"), "quantity_only_board"),
        (board("ad_clicks", "ad_ctr", "sessions"), "short_only"),
    ],
)
def test_each_failure_pattern_is_found_on_its_sample(sample: Tree, code: str) -> None:
    assert code in codes(sample)


def test_sound_board_has_none_of_the_patterns() -> None:
    found = codes(board("purchases", "cvr", "two_week_cycles", "repeat_purchase_rate"))
    assert not found & {"weak_link", "hard_to_measure", "quantity_only_board", "quantity_only", "short_only"}


def test_nodes_without_an_owner_are_listed() -> None:
    owners = [{"department": d} for d in ("web_marketing", "ui_ux", "product_planning")]
    kpis = ("sessions", "purchase_rate", "aov")
    children = [{"kpi": k, "owner": o} for k, o in zip(kpis, owners, strict=True)]
    made = tree({**FUNNEL, "children": children})
    assert without_owner(made) == ("order_revenue",)
    assert without_owner(tree(FUNNEL)) == ("order_revenue", *kpis)
    assert "no_owner" not in codes(tree({**FUNNEL, "owner": {"person": "Sato"}, "children": children}))


def test_sixth_kpi_on_a_team_board_gets_a_hint_with_the_rule() -> None:
    kpis = ["purchases", "cvr", "sessions", "aov", "nrr", "leads"]
    assert "too_many_kpis" not in codes(board(*kpis[:5]))
    (found,) = [f for f in left_out(board(*kpis), CATALOGUE) if f.code == "too_many_kpis"]
    assert (found.severity, found.message("en")) == (
        "info",
        "6 KPIs on a team board. 3 to 5 is what a team can keep in mind.",
    )
    assert "3〜5個" in found.message("ja")


def test_board_without_the_profit_that_all_departments_share_is_red_and_the_shared_goal_is_no_kpi_of_the_team() -> None:
    five = ("purchase_rate", "hesitation_signals", "two_week_cycles", "cvr", "aov")
    (found,) = [f for f in left_out(board(*five), CATALOGUE) if f.code == "goal_not_shared"]
    assert found.severity is Severity.RED
    assert found.remedy("en").endswith("such as Cumulative customer profit, Good revenue, Good revenue ratio.")
    assert not codes(board("cumulative_customer_profit", *five)) & {"goal_not_shared", "too_many_kpis"}


def test_own_kpi_is_a_shared_goal_only_when_declared_as_long_profit_of_the_whole_company() -> None:
    declared = replace(CATALOGUE.kpis["profit"], id="house_profit")
    partly = [replace(declared, id="a", horizon=Horizon.MID), replace(declared, id="b", department=("marketing",))]
    kpis = {**CATALOGUE.kpis, **{kpi.id: kpi for kpi in (declared, *partly)}}
    assert [kpi.id for kpi in shared_goals(replace(CATALOGUE, kpis=kpis))] == [*LONG_TERM_PROFIT, "house_profit"]


def test_board_needs_action_intermediate_and_result() -> None:
    (found,) = [f for f in left_out(board("purchases", "aov", "nrr"), CATALOGUE) if f.code == "layers_missing"]
    assert found.message("en") == "The board has no KPI for action, intermediate."
    assert "layers_missing" not in codes(board("purchase_rate", "hesitation_signals", "two_week_cycles"))


@pytest.mark.feature("F-006")
def test_factor_without_a_causal_sentence_is_marked_incomplete() -> None:
    factor = {"id": "f", "ja": "例", "en": "F", "level": "ksf", "influence": {"sign": "+"}, "children": [plus("cvr")]}
    without, told = (
        tree({"kpi": "revenue", "children": [factor]}),
        {"why_ja": "買う人が増える。", "why_en": "More buy."},
    )
    names = [
        [type(p.error).__name__ for p in check(made) if p.subject == "f"]
        for made in (without, tree({"kpi": "revenue", "children": [{**factor, **told}]}))
    ]
    assert names == [["SuccessFactorWithoutReason"], []]


def goal_of(team: str, rank: int | None, name: str) -> Tree:
    document = {"id": name, **NAMES, "team": team, "root": {"kpi": "revenue"}}
    return build(from_dict({**document, "rank": rank} if rank else document), CATALOGUE)


def test_fourth_goal_of_a_unit_and_goals_without_order_are_told() -> None:
    three = [goal_of("shop", rank, f"t{rank}") for rank in (1, 2, 3)]
    assert list(goals(three)) == []
    assert [f.code for f in goals([*three, goal_of("shop", 4, "t4")])] == ["too_many_goals"]
    assert [f.code for f in goals([three[0], goal_of("shop", 1, "x")])] == ["goals_without_rank"]
    assert [f.code for f in goals([three[0], goal_of("shop", None, "x")])] == ["goals_without_rank"]
    assert list(goals([three[0], goal_of("cs", 1, "x")])) == []


@pytest.mark.feature("F-004")
def test_kpi_is_filed_under_an_area_and_an_area_without_kpi_is_listed() -> None:
    made = tree({"kpi": "revenue", "children": [plus("leads", kra="new business")]})
    assert made.node("leads").kra == "new business"
    found = list(areas_without_kpi(["new business", "retention"], [made]))
    assert [f.message("en") for f in found] == ["No KPI serves the result area “retention”."]
