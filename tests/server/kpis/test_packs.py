"""A KPI system of the catalogue, put to use, is a tree of the business's own with its stages, KPIs and targets."""

from __future__ import annotations

from typing import Any

import pytest

from keiki.server.kpis import actions, queries
from keiki.server.kpis.models import OwnTree
from keiki.trees.document import NodeDocument, TreeDocument

pytestmark = pytest.mark.django_db


def used(cast: Any, name: str) -> TreeDocument:
    """The business's own tree after somebody used the template of that name, as the pages read it back."""
    made, _ = actions.use_template(cast.editor, cast.business, name)
    stored = queries.stored_tree(cast.editor, cast.business, made.tree_id)
    assert stored is not None
    return stored.document


def kpis(node: NodeDocument) -> list[str]:
    return [below.kpi for below in node.walk() if below.kpi]


def targets(node: NodeDocument) -> dict[str, float | None]:
    return {below.kpi: below.target.value for below in node.walk() if below.kpi and below.target}


def stages(document: TreeDocument) -> dict[str, NodeDocument]:
    return {node.id: node for node in document.root.children if node.level == "ksf"}


@pytest.mark.feature("F-050")
def test_webinar_for_leads_makes_eight_kpis_with_their_targets_and_only_once(bare: Any) -> None:
    document = used(bare, "webinar_lead_acquisition")
    assert len(kpis(document.root)) == len(set(kpis(document.root))) == 8
    assert targets(document.root) == {
        "webinar_registrations": 200,
        "webinar_registration_rate": 0.3,
        "webinar_new_lead_ratio": 0.6,
        "webinar_target_account_ratio": 0.4,
    }
    assert used(bare, "webinar_lead_acquisition") == document
    assert OwnTree.objects.filter(business=bare.business).count() == 1


@pytest.mark.feature("F-037")
def test_smallest_team_set_makes_cycles_hesitation_and_purchase_rate(bare: Any) -> None:
    document = used(bare, "co_creation_board")
    assert (document.kind, sorted(kpis(document.root))) == (
        "board",
        ["cumulative_customer_profit", "hesitation_signals", "purchase_rate", "two_week_cycles"],
    )


@pytest.mark.feature("F-049")
@pytest.mark.parametrize(
    ("name", "target"),
    [
        ("industry_real_estate", ("nurturing_and_viewing", "viewing_set_rate", 0.45)),
        ("industry_finance", ("application_and_contract", "application_completion_rate", 0.8)),
        ("industry_hr", ("matching", "offer_to_join_rate", 0.9)),
        ("industry_saas", ("retention", "churn_rate_monthly", 0.015)),
        ("industry_manufacturing", ("partners", "partner_activation_rate", 0.8)),
    ],
)
def test_industry_makes_its_stages_and_targets(bare: Any, name: str, target: tuple[str, str, float]) -> None:
    document = used(bare, name)
    built_in = queries.template_named(bare.editor, bare.business, name)
    assert built_in is not None
    assert list(stages(document)) == list(stages(built_in.document))
    assert targets(document.root) == targets(built_in.document.root)
    stage, kpi, value = target
    assert targets(stages(document)[stage])[kpi] == value


@pytest.mark.feature("F-051")
def test_customer_success_makes_five_stages_with_indicators(bare: Any) -> None:
    made = stages(used(bare, "customer_success_lifecycle"))
    assert sorted(made) == ["adoption", "advocacy", "expansion", "onboarding", "retention"]
    assert {name: len(set(kpis(stage))) >= 3 for name, stage in made.items()} == dict.fromkeys(made, True)
    assert [name for name, stage in made.items() if "feature_adoption_rate" in kpis(stage)] == ["adoption"]
    assert [name for name, stage in made.items() if not (stage.why_ja and stage.note_ja)] == []


def test_every_template_can_be_used(bare: Any) -> None:
    for each in queries.templates(bare.editor, bare.business):
        document = used(bare, each.document.id)
        assert kpis(document.root) == kpis(each.document.root)
