"""What changed between two documents."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from tests.trees.test_edit import document
from tests.trees.written import bundles, trees

from keiki.catalogue.load import load_catalogue
from keiki.trees.bundle import Bundle, KpiTarget
from keiki.trees.diff import Change, diff
from keiki.trees.document import Influence, Link, NodeDocument, TreeDocument
from keiki.trees.edit import add, change, change_tree, move, remove, reorder, set_formula, set_link
from keiki.trees.kpi_document import kpi_document
from keiki.trees.targets import Target


@settings(max_examples=50, deadline=None)
@given(one=trees(), other=trees())
def test_trees_differ_when_and_only_when_they_are_not_equal(one: TreeDocument, other: TreeDocument) -> None:
    same = replace(one, id="", links=frozenset(one.links)) == replace(other, id="", links=frozenset(other.links))  # type: ignore[arg-type]  # their order says nothing
    assert (diff(one, replace(other, id=one.id)) == ()) == same
    assert diff(one, one) == ()


@settings(max_examples=30, deadline=None)
@given(one=bundles(), other=bundles())
def test_bundles_differ_both_ways_in_words(one: Bundle, other: Bundle) -> None:
    there, back = diff(one, other), diff(other, one)
    assert (there == ()) == (back == ())
    assert diff(one, one) == ()
    assert [c.words("ja") for c in there if c.words("ja") == c.words("en")] == []
    assert [c for c in there if not c.as_dict()["id"]] == []


def words(after: TreeDocument, language: str = "en") -> list[str]:
    return [change.words(language) for change in diff(document(), after)]


def test_added_and_removed_nodes_are_told() -> None:
    added = add(document(), "visits", NodeDocument("mail", ja="メール", kpi="email_sessions"), "+").document
    assert words(added) == [
        "~ formula of node “sessions”: seo + ads → seo + ads + mail (shop)",
        "+ node “メール” added (shop)",
    ]
    assert words(added, "ja") == [
        "～ ノード「sessions」の式：seo + ads → seo + ads + mail（shop）",
        "＋ ノード「メール」を追加（shop）",
    ]
    assert words(remove(document(), "ads").document) == [
        "~ formula of node “sessions”: seo + ads → seo (shop)",
        "− node “paid_sessions” removed (shop)",
        "− link “NPS → paid_sessions” removed (shop)",
    ]


def test_moved_and_reordered_nodes_are_told() -> None:
    moved = move(document(), "ads", "nps", edge=Influence(1)).document
    assert diff(document(), moved)[-2:] == (
        Change("moved", "node", "ads", *["paid_sessions"] * 2, "shop", before="visits", after="nps"),
        Change("changed", "node", "ads", *["paid_sessions"] * 2, "shop", "influence.sign", None, "+"),
    )
    assert words(reorder(document(), "nps", 0).document) == [
        "⇅ children of node “売上” reordered from [visits, cvr, aov, nps] to [nps, visits, cvr, aov] (shop)"
    ]


def test_changed_fields_are_told_before_and_after() -> None:
    one = change(document(), "cvr", target=Target(0.03)).document
    other = change(one, "cvr", target=Target(0.035, by=None), owner={"person": "佐藤"}).document
    assert [c.words("ja") for c in diff(one, other)] == [
        "～ ノード「purchase_rate」の担当（人）：なし → 佐藤（shop）",
        "～ ノード「purchase_rate」の目標（値）：0.03 → 0.035（shop）",
    ]
    assert words(change_tree(document(), team="marketing").document) == ["~ team of tree “Shop”: none → marketing"]
    linked = set_link(document(), Link("nps", "ads", -1)).document
    assert words(linked) == [
        "~ sign of link “NPS → paid_sessions”: + → - (shop)",
        "~ lag in months of link “NPS → paid_sessions”: 2 → 0 (shop)",
    ]
    assert words(set_formula(document(), "revenue", "cvr * aov").document)[0].startswith("~ formula of node “売上”")


def test_kpi_and_target_changes_are_told() -> None:
    kpi = kpi_document(load_catalogue().kpi("aov"))
    one = Bundle(kpis=(kpi,), targets=(KpiTarget(Target(100.0), kpi="aov"),))
    other = Bundle(kpis=(replace(kpi, formula="n_orders"),), targets=(KpiTarget(Target(120.0), kpi="aov"),))
    assert [c.words("en") for c in diff(one, other)] == [
        f"~ formula of KPI “{kpi.en}”: {kpi.formula} → n_orders",
        "~ target (value) of target “aov”: 100 → 120",
    ]
    assert [c.words("ja") for c in diff(one, Bundle())] == [f"− KPI「{kpi.ja}」を削除", "− 目標「aov」を削除"]
    assert diff(one, other)[1].as_dict() == {
        "what": "changed",
        "thing": "target",
        "id": "aov",
        "name": "aov",
        "name_en": "aov",
        "field": "target.value",
        "before": 100,
        "after": 120,
    }
    assert [c.words("en") for c in diff(Bundle(), document())] == ["+ tree “Shop” added"]
