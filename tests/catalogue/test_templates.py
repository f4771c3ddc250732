"""Every KPI system of the specification is a template that builds, with its KPIs, its targets and both languages."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.trees.made import built_in

from keiki.catalogue.families import FAMILIES, PHASES
from keiki.catalogue.kpi import Direction, Horizon
from keiki.catalogue.load import load_catalogue
from keiki.errors import KeikiError, NothingToMove
from keiki.facts import vocabulary
from keiki.formula.nodes import Binary, Call, Formula, Negate, Reference
from keiki.trees.build import Node, Tree
from keiki.trees.check import check
from keiki.trees.consistency import Verdict, consistency
from keiki.trees.document import BOARD, TreeDocument, as_dict, from_dict, from_yaml, template, to_yaml
from keiki.trees.findings import Severity
from keiki.trees.identity import same
from keiki.trees.review import review
from keiki.trees.shared_goal import is_shared_goal

SPEC = Path(__file__).parents[2] / ".." / "shared" / "spec"
WITH_SPEC = pytest.mark.skipif(not (SPEC / "templates.yaml").exists(), reason="the specification is not here")

SYSTEMS = {
    "design_rules/category_table": "marketing_four_areas",
    "kpi_trees/ec_annual_1b": "ec_annual_1b",
    "kpi_trees/ec_monthly_80m_inconsistent": "ec_monthly_80m_inconsistent",
    "kpi_trees/ec_annual_300m_example": "ec_annual_300m_example",
    "kpi_trees/long_term_links": "long_term_links",
    "kpi_trees/kgi_simulation_example": "kgi_simulation_example",
    "b2b_systems/saas_mid_size_new_contracts": "saas_mid_size_new_contracts",
    "b2b_systems/b2b_horizons": "b2b_horizons",
    "b2b_systems/b2b_short_vs_long_handbook": "b2b_short_vs_long_handbook",
    "b2b_systems/lead_quality_ladder": "lead_quality_ladder",
    "b2b_systems/marketing_sales_alignment": "marketing_sales_alignment",
    "shared_kpis": "marketing_sales_alignment",
    "incentives": "marketing_sales_alignment",
    "webinar_purposes/webinar_lead_acquisition": "webinar_lead_acquisition",
    "webinar_purposes/webinar_lead_nurturing": "webinar_lead_nurturing",
    "webinar_purposes/webinar_loyalty": "webinar_loyalty",
    "webinar_long_term": "webinar_long_term",
    "online_exhibition": "online_exhibition",
    "owned_media_purposes/om_awareness": "om_awareness",
    "owned_media_purposes/om_interest": "om_interest",
    "owned_media_purposes/om_lead": "om_lead",
    "owned_media_purposes/om_sales": "om_sales",
    "owned_media_phases/launch": "om_phase_launch",
    "owned_media_phases/growth": "om_phase_growth",
    "owned_media_phases/maturity": "om_phase_maturity",
    "web_basics/site": "web_basics",
    "web_basics/traffic": "web_basics",
    "web_basics/engagement": "web_basics",
    "web_basics/conversion": "web_basics",
    "web_basics/target_examples": "web_basics",
    "ec_basics/basics": "ec_basics",
    "ec_basics/funnel": "ec_funnel",
    "ec_basics/abandonment_causes": "ec_checkout",
    "ec_basics/traffic": "ec_traffic",
    "retention_actions": "ec_retention",
    "unit_price_actions": "ec_unit_price",
    "sns/awareness": "sns_three_stages",
    "sns/engagement": "sns_three_stages",
    "sns/conversion": "sns_three_stages",
    "sns/platforms/instagram": "sns_instagram",
    "sns/platforms/x": "sns_x",
    "sns/platforms/facebook": "sns_facebook",
    "sns/platforms/tiktok": "sns_tiktok",
    "sns/platforms/youtube": "sns_youtube",
    "industries/real_estate": "industry_real_estate",
    "industries/finance": "industry_finance",
    "industries/hr": "industry_hr",
    "industries/saas": "industry_saas",
    "industries/manufacturing": "industry_manufacturing",
    "success_cases/condominium_developer": "case_condominium_developer",
    "success_cases/net_bank": "case_net_bank",
    "success_cases/it_engineer_job_site": "case_it_engineer_job_site",
    "success_cases/marketing_automation_saas": "case_marketing_automation_saas",
    "success_cases/industrial_equipment_maker": "case_industrial_equipment_maker",
    "horizon_sets/sets/it_solutions": "horizons_it_solutions",
    "horizon_sets/sets/manufacturing": "horizons_manufacturing",
    "horizon_sets/sets/consulting": "horizons_consulting",
    "customer_success/stages": "customer_success_lifecycle",
    "co_creation/layers": "co_creation_layers",
    "co_creation/intermediate_groups": "co_creation_layers",
    "co_creation/evidence": "co_creation_layers",
    "co_creation/minimum_set": "co_creation_board",
    "rfm_segments": "rfm_segments",
    "ltv/drivers": "ltv_drivers",
    "ltv/targets": "ltv_drivers",
    "ltv/support_kpis": "support_ltv_levers",
    "support_ltv_levers": "support_ltv_levers",
    "pdca_ltv_example": "support_ltv_levers",
    "icp/kpis": "good_revenue_growth",
    "good_bad_revenue": "good_revenue_growth",
    "the_model": "the_model",
}
"""Where the specification writes a KPI system, and the template that holds it."""

BESIDE = (
    "advertising",
    "customer_success_value",
    "corporate_profit",
    "ec",
    "ec_customers",
    "simple_orders",
    "subscription",
    "co_creation_five",
    "house_development_chain",
    "flow_manufacturing",
    "flow_service",
)
"""Templates that are no KPI system of the specification."""

INFLUENCES_ONLY = {
    "flow_manufacturing",
    "flow_service",
    "webinar_long_term",
    "om_awareness",
    "om_interest",
    "om_lead",
    "ec_checkout",
    "sns_facebook",
    "sns_tiktok",
    "sns_youtube",
    "industry_hr",
    "case_condominium_developer",
    "case_net_bank",
    "case_it_engineer_job_site",
    "case_marketing_automation_saas",
    "co_creation_board",
    "co_creation_five",
    "the_model",
}
"""Nobody can calculate these goals from what stands below them, so a what-if has nothing to move."""

TRUE_ON_ROWS = {
    ("ec", "visits"): "channels told apart",
    ("ec_customers", "revenue"): "orders told apart",
    ("ec_customers", "first_revenue"): "a first order is one buyer's only one",
    ("ec_customers", "repeat_revenue"): "a returning buyer is one of the later orders",
    ("simple_orders", "revenue"): "orders told apart",
    ("corporate_profit", "operating_cost"): "departments told apart",
    ("subscription", "mrr"): "movements of the contracts",
    ("industry_saas", "mrr"): "movements of the contracts",
    ("om_phase_launch", "sessions"): "channels told apart",
}
"""Formulas whose parts are rows told apart: `tests/trees/test_templates.py` proves them on rows."""

TRUE_WHERE = {
    ("ec_annual_1b", "revenue"): "a shop whose only goal is the purchase",
    ("ec_monthly_80m_inconsistent", "revenue"): "a shop whose only goal is the purchase",
    ("ec_annual_300m_example", "revenue"): "a shop whose only goal is the purchase",
    ("kgi_simulation_example", "revenue"): "a shop whose only goal is the purchase",
    ("saas_mid_size_new_contracts", "new_contract_revenue"): "a team whose won deals are all new contracts",
    ("case_industrial_equipment_maker", "orders"): "a maker whose first talks are technical consultations",
}
"""Formulas that hold in the business they are written for."""


def document(name: str) -> TreeDocument:
    return template(load_catalogue(), name)


def kpis(name: str) -> set[str]:
    return {node.kpi for node in document(name).root.walk() if node.kpi}


EVERY = pytest.mark.parametrize("name", sorted({*SYSTEMS.values(), *BESIDE}))


def test_templates_are_exactly_the_listed_ones() -> None:
    assert sorted(load_catalogue().templates) == sorted({*SYSTEMS.values(), *BESIDE})


@EVERY
def test_template_builds_and_its_check_finds_only_what_is_expected(name: str) -> None:
    found = {type(p.error) for p in check(built_in(name), load_catalogue()) if isinstance(p.error, KeikiError)}
    assert found == ({NothingToMove} if name in INFLUENCES_ONLY else set())


def test_review_finds_only_the_trees_that_are_to_fall_short() -> None:
    catalogue = load_catalogue()
    every = (finding for name in catalogue.templates for finding in review(built_in(name), catalogue))
    red = {(finding.tree, finding.code) for finding in every if finding.severity is Severity.RED}
    assert red - {("ec_customers", "rate_of_other_things")} == {  # a first order is one per first-time buyer
        ("ec_monthly_80m_inconsistent", "insufficient"),
        ("ec_annual_300m_example", "insufficient"),
        ("case_condominium_developer", "sum_falls_short"),
        ("case_industrial_equipment_maker", "insufficient"),
    }


def test_review_sees_page_views_under_visits() -> None:
    found = review(built_in("ec_annual_1b"), load_catalogue())
    assert [f.node for f in found if f.code == "counts_other_things"] == ["seo_page_views", "paid_page_views"]


@EVERY
def test_template_comes_back_from_yaml_and_json(name: str) -> None:
    assert from_yaml(to_yaml(document(name))) == document(name)
    assert from_dict(as_dict(document(name))) == document(name)


@EVERY
def test_template_speaks_both_languages(name: str) -> None:
    made = document(name)
    assert made.family in FAMILIES
    assert made.phase is None or made.phase in PHASES
    pairs = [(made.ja, made.en), (made.about_ja, made.about_en), (made.purpose_ja, made.purpose_en)]
    pairs += [(link.why_ja, link.why_en) for link in made.links if link.why_ja or link.why_en]
    for node in made.root.walk():
        pairs += [(node.ja, node.en)] if node.kpi is None or node.ja or node.en else []
        pairs += [(node.why_ja, node.why_en)] if node.level == "ksf" else []
        pairs += [(node.note_ja, node.note_en)] if node.note_ja or node.note_en else []
    assert [(ja, en) for ja, en in pairs if not ja or not en] == []
    assert [en for _, en in pairs if en and re.search(r"[ぁ-んァ-ヶ一-龠]", en)] == []
    assert [
        ja
        for ja, _ in pairs
        if ja and not re.search(r"[ぁ-んァ-ヶ一-龠]|^(Instagram|X|Facebook|TikTok|YouTube|SaaS)$", ja)
    ] == []


@EVERY
def test_template_has_no_fixed_dates_and_known_departments(name: str) -> None:
    for node in document(name).root.walk():
        assert node.owner is None or node.owner.department in vocabulary("department")
        assert node.target is None or (node.target.since, node.target.by, node.target.months) == (None, None, ())


@EVERY
def test_template_formulas_are_true(name: str) -> None:
    tree = built_in(name)
    doubtful = {
        (name, node.id)
        for node in tree.nodes
        if node.formula is not None and node.measured is not None and not same(node.measured, _unfolded(tree, node))
    }
    assert doubtful == {each for each in (*TRUE_ON_ROWS, *TRUE_WHERE) if each[0] == name}


def _unfolded(tree: Tree, node: Node) -> Formula:
    """What a node's formula comes to in measures, by those of its children."""
    assert node.formula is not None
    parts = [tree.by_id[child] for child in node.factors]
    return _filled(node.formula, {part.id: part.measured or _unfolded(tree, part) for part in parts})


def _filled(formula: Formula, parts: dict[str, Formula]) -> Formula:
    match formula:
        case Reference(id=name):
            return parts[name]
        case Negate(operand=operand):
            return Negate(_filled(operand, parts))
        case Binary(op=op, left=left, right=right):
            return Binary(op, _filled(left, parts), _filled(right, parts))
        case Call(name=name, arguments=arguments):
            return Call(name, tuple(_filled(argument, parts) for argument in arguments))
    return formula


# --- against the specification ---


@cache
def spec() -> Any:
    return yaml.safe_load((SPEC / "templates.yaml").read_text(encoding="utf-8"))


@cache
def spec_kpis() -> frozenset[str]:
    with (SPEC / "kpis.csv").open(encoding="utf-8", newline="") as file:
        return frozenset(row["id"] for row in csv.DictReader(file))


def system(path: str) -> Any:
    found = spec()
    for step in path.split("/"):
        found = found[step] if isinstance(found, dict) else next(item for item in found if item["id"] == step)
    return found


def words(content: Any) -> Iterator[str]:
    if isinstance(content, dict):
        for value in content.values():
            yield from words(value)
    elif isinstance(content, list):
        for item in content:
            yield from words(item)
    elif isinstance(content, str):
        yield content


def with_target(content: Any) -> Iterator[dict[str, Any]]:
    if isinstance(content, dict):
        if "kpi" in content and isinstance(content.get("target", content.get("to")), int | float):
            yield content
        for value in content.values():
            yield from with_target(value)
    elif isinstance(content, list):
        for item in content:
            yield from with_target(item)


@WITH_SPEC
@pytest.mark.parametrize("path", SYSTEMS)
def test_template_holds_every_kpi_of_its_system(path: str) -> None:
    wanted = set(words(system(path))) & spec_kpis()
    assert wanted
    assert wanted - kpis(SYSTEMS[path]) == set()


@WITH_SPEC
@pytest.mark.parametrize("path", SYSTEMS)
def test_template_holds_every_target_of_its_system(path: str) -> None:
    held = list(_targets(SYSTEMS[path]))
    assert [one for one in map(_stated, with_target(system(path))) if one not in held] == []


def _stated(one: dict[str, Any]) -> tuple[Any, ...]:
    lower = load_catalogue().kpi(one["kpi"]).direction is Direction.LOWER
    compare = {">=": "at_least", "<=": "at_most", None: "at_most" if lower else "at_least"}[one.get("cmp")]
    return one["kpi"], one.get("target", one.get("to")), compare, one.get("from"), one.get("period")


def _targets(name: str) -> Iterator[tuple[Any, ...]]:
    for node in document(name).root.walk():
        if node.target is not None and node.kpi is not None:
            lower = load_catalogue().kpi(node.kpi).direction is Direction.LOWER
            compare = node.target.compare or ("at_most" if lower else "at_least")
            period = node.target.period.value if node.target.period else None
            yield node.kpi, node.target.value, compare, node.target.start, period


# --- what single templates promise ---


def test_deadlines_are_lengths_of_time() -> None:
    held = {
        (node.kpi, node.target.within)
        for name in load_catalogue().templates
        for node in document(name).root.walk()
        if node.target
    }
    assert {("cvr", "3m"), ("followers", "6m"), ("units_sold_progress", "9m")} <= held


@EVERY
def test_every_target_has_a_deadline(name: str) -> None:
    assert [n.id for n in document(name).root.walk() if n.target is not None and n.target.within is None] == []


@EVERY
def test_every_node_has_an_owner(name: str) -> None:
    assert [node.id for node in document(name).root.walk() if node.owner is None] == []


@pytest.mark.feature("F-019")
def test_ec_tree_of_a_billion_loads_with_three_success_factors_and_seven_kpis() -> None:
    tree = built_in("ec_annual_1b")
    assert [node.id for node in tree.nodes if node.level == "ksf"] == ["raise_visits", "raise_cvr", "raise_unit_price"]
    assert [node.kpi for node in tree.nodes if node.level == "kpi"] == [
        "seo_page_views",
        "paid_page_views",
        "cvr",
        "add_to_cart_rate",
        "cart_completion_rate",
        "items_per_order",
        "related_product_purchase_rate",
    ]
    goal = document("ec_annual_1b").root
    assert (goal.kpi, goal.target.value if goal.target else None) == ("revenue", 1_000_000_000)


def test_owners_of_the_ec_tree_are_those_of_the_example() -> None:
    owners = {node.id: node.owner.department for node in document("ec_annual_1b").root.walk() if node.owner}
    assert owners["seo_page_views"] == "web_marketing"
    assert owners["cart_completion_rate"] == "ui_ux"
    assert owners["items_per_order"] == "product_planning"


@pytest.mark.parametrize(
    ("name", "verdict", "target", "implied"),
    [
        ("ec_monthly_80m_inconsistent", Verdict.INSUFFICIENT, 80_000_000, 100_000),
        ("ec_annual_300m_example", Verdict.INSUFFICIENT, 300_000_000, 180_000_000),
        ("saas_mid_size_new_contracts", Verdict.REACHES, 300_000_000, 360_000_000),
        ("ec_basics", Verdict.REACHES, 9_000_000, 9_000_000),
    ],
)
def test_targets_reach_the_goal_or_do_not(name: str, verdict: Verdict, target: float, implied: float) -> None:
    told = consistency(built_in(name), load_catalogue()).nodes[0]
    assert (told.node, told.verdict, told.target) == (built_in(name).root.id, verdict, target)
    assert told.implied == pytest.approx(implied)


def test_links_are_the_two_chains_to_won_orders_and_win_rate() -> None:
    pairs = [(link.source, link.target) for link in document("long_term_links").links]
    assert pairs == [
        ("webinar_attendees", "mql_count"),
        ("mql_count", "opportunities"),
        ("opportunities", "won_orders"),
        ("lead_magnet_downloads", "lead_score_uplift_rate"),
        ("lead_score_uplift_rate", "sales_contact_rate"),
        ("sales_contact_rate", "win_rate"),
    ]


def test_webinar_for_leads_has_eight_kpis_and_four_targets() -> None:
    found = [node for node in document("webinar_lead_acquisition").root.walk() if node.kpi]
    assert len(found) == 8
    assert {node.kpi: node.target.value for node in found if node.target} == {
        "webinar_registrations": 200,
        "webinar_registration_rate": 0.3,
        "webinar_new_lead_ratio": 0.6,
        "webinar_target_account_ratio": 0.4,
    }


def test_owned_media_in_growth_is_about_engagement() -> None:
    phases = {document(name).phase: kpis(name) for name in load_catalogue().templates if document(name).phase}
    assert phases["launch"] >= {"sessions", "content_published"}
    assert phases["growth"] >= {"avg_session_duration", "pages_per_session", "returning_visitor_ratio"}
    assert phases["maturity"] >= {"cvr", "roi"}


def test_smallest_team_set_is_action_change_and_result() -> None:
    made = document("co_creation_board")
    assert (made.kind, [node.kpi for node in made.root.walk()]) == (
        BOARD,
        ["cumulative_customer_profit", "purchase_rate", "hesitation_signals", "two_week_cycles"],
    )


@pytest.mark.parametrize("name", sorted(name for name in load_catalogue().templates if document(name).kind == BOARD))
def test_board_has_three_to_five_kpis_below_the_profit_that_all_share(name: str) -> None:
    assert is_shared_goal(document(name).root, load_catalogue())
    assert 3 <= len(kpis(name)) - 1 <= 5


INDUSTRIES = {
    "industry_real_estate": ["contract", "nurturing_and_viewing", "acquisition"],
    "industry_finance": [
        "awareness_and_understanding",
        "lead_and_consideration",
        "application_and_contract",
        "usage_and_cross_sell",
    ],
    "industry_hr": ["matching", "jobseeker_acquisition", "jobseeker_engagement", "client_acquisition"],
    "industry_saas": ["acquisition", "expansion", "retention", "activation", "value"],
    "industry_manufacturing": ["orders", "nurturing_and_deals", "awareness_and_leads", "partners"],
}


@pytest.mark.parametrize("name", INDUSTRIES)
def test_industry_has_its_stages_and_each_stage_a_target(name: str) -> None:
    stages = [node for node in document(name).root.children if node.level == "ksf"]
    assert [stage.id for stage in stages] == INDUSTRIES[name]
    assert [stage.id for stage in stages if not any(node.target for node in stage.walk())] == []


@pytest.mark.parametrize("name", sorted(n for n in SYSTEMS.values() if n.startswith("case_")))
def test_success_case_says_what_came_of_it_and_who_did_it(name: str) -> None:
    root = document(name).root
    assert root.target is not None
    assert (root.note_ja or "").startswith("結果：")
    assert (root.note_en or "").startswith("Result: ")
    assert [child.id for child in root.children if child.owner is None] == []


def test_customer_success_has_five_stages_with_purpose_actions_and_indicators() -> None:
    stages = {node.id: node for node in document("customer_success_lifecycle").root.children}
    assert sorted(stages) == ["adoption", "advocacy", "expansion", "onboarding", "retention"]
    for stage in stages.values():
        assert stage.why_ja
        assert stage.why_en
        assert (stage.note_ja or "").startswith("打ち手：")
        assert (stage.note_en or "").startswith("Actions: ")
        assert len({node.kpi for node in stage.walk() if node.kpi}) >= 3
    homes = [i for i, stage in stages.items() if "feature_adoption_rate" in {node.kpi for node in stage.walk()}]
    assert homes == ["adoption"]


def test_sets_by_horizon_keep_short_mid_and_long() -> None:
    for name in ("horizons_it_solutions", "horizons_manufacturing", "horizons_consulting", "b2b_horizons"):
        assert sorted(node.id for node in document(name).root.walk() if node.level == "ksf") == ["long", "mid", "short"]


def test_department_numbers_of_the_model_come_with_shared_ones() -> None:
    owners = {node.id: node.owner.department for node in document("the_model").root.children if node.owner}
    assert owners == {
        "marketing": "marketing",
        "inside_sales": "inside_sales",
        "field_sales": "field_sales",
        "customer_success": "customer_success",
        "shared": "executive",
    }


@pytest.mark.feature("F-359")
def test_house_development_has_its_areas() -> None:
    groups = {node.id: node for node in document("house_development_chain").root.children if node.kpi is None}
    counted = {name: sum(child.level == "ksf" for child in group.children) for name, group in groups.items()}
    assert counted == {"primary": 5, "business_support": 5, "corporate_support": 2}


def test_templates_look_near_and_far() -> None:
    every = {kpi for name in load_catalogue().templates for kpi in kpis(name)}
    assert {load_catalogue().kpi(kpi).horizon for kpi in every} == set(Horizon)
