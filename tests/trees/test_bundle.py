"""kpi-tree files: written, read back, refused, checked."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from tests.trees.written import bundles

from keiki.catalogue.load import load_catalogue
from keiki.errors import KeikiError, UnreadableBundle, UnreadableDeclaration
from keiki.trees.bundle import (
    Bundle,
    KpiTarget,
    as_dict,
    bundle_of,
    check_bundle,
    from_dict,
    over,
    read_bundle,
    read_text,
    to_json,
    to_yaml,
    with_targets,
    write_bundle,
)
from keiki.trees.document import NodeDocument, TreeDocument, template
from keiki.trees.edit import change
from keiki.trees.kpi_document import declared, kpi_document
from keiki.trees.targets import Step, Target

KPI = """id: vip_share
    ja: 上得意の割合
    en: VIP share
    definition_ja: 上得意の注文の割合。
    definition_en: Share of orders from VIPs.
    formula: n_orders[channel = 'paid'] / n_orders
    unit: ratio
    direction: higher
    kind: quality
    layer: result
    horizon: mid
    lead_lag: lag"""


@settings(max_examples=60, deadline=None)
@given(bundle=bundles())
def test_bundle_reads_back_from_yaml_json_and_data(bundle: Bundle) -> None:
    assert read_text(to_yaml(bundle)) == bundle
    assert read_text(to_json(bundle), "x.json") == bundle
    assert from_dict(as_dict(bundle)) == bundle


def test_every_template_and_kpi_goes_through_a_bundle() -> None:
    catalogue = load_catalogue()
    trees = tuple(template(catalogue, name) for name in catalogue.templates)
    bundle = Bundle(trees, tuple(map(kpi_document, catalogue.kpis.values())))
    back = read_text(to_yaml(bundle))
    assert back == bundle
    assert {kpi.id: declared(kpi) for kpi in back.kpis} == dict(catalogue.kpis)


@pytest.mark.parametrize("name", ["mine.yaml", "mine.json"])
def test_file_is_written_and_read_by_its_name(tmp_path: Path, name: str) -> None:
    bundle = Bundle((template(load_catalogue(), "ec"),))
    write_bundle(bundle, tmp_path / name)
    assert read_bundle(tmp_path / name) == bundle
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_file_with_one_tree_is_a_bundle_of_it() -> None:
    text = "id: t\nja: a\nen: a\nabout_ja: a\nabout_en: a\nroot: {kpi: aov}\n"
    assert [tree.id for tree in read_text(text).trees] == ["t"]


@pytest.mark.parametrize(
    ("text", "file", "words"),
    [
        ("trees: []", "a.yaml", "a.yaml:1: “a.yaml:1” has no “kpi_tree”."),
        ("kpi_tree: 2", "a.yaml", "“2” cannot be its “kpi_tree”. It may be: 1."),
        ("kpi_tree: true", "a.yaml", "“True” cannot be its “kpi_tree”."),
        ("kpi_tree: 1\ntres: []", "a.yaml", "a.yaml:2: “bundle” has a field “tres”"),
        ("kpi_tree: 1\ntargets: [{target: {value: 1}}]", "a.yaml", "has no “kpi”."),
        ("kpi_tree: 1\ntargets: [{tree: a, target: {value: 1}}]", "a.yaml", "has no “node”."),
        ("kpi_tree: 1\ntargets: [{kpi: a, node: b, target: {value: 1}}]", "a.yaml", "It may be: kpi | tree + node."),
        (f"kpi_tree: 1\nkpis:\n  - {KPI}\n    mood: good", "a.yaml", "a.yaml:15: “vip_share” has a field “mood”"),
        (f"kpi_tree: 1\nkpis:\n  - {KPI}\n    department: sleep", "a.yaml", "a.yaml:15: “vip_share”: “sleep” cannot"),
        (f"kpi_tree: 1\nkpis:\n  - {KPI}\n  - {KPI}", "a.yaml", "“vip_share” is declared twice; the one at a.yaml:3"),
        ("kpi_tree: [", "a.yaml", "a.yaml:2: this file cannot be read"),
        ('{"kpi_tree": 1,\n "trees": [}', "a.json", "a.json:2: this file cannot be read"),
        ('{"kpi_tree": 1, "kpi_tree": 1}', "a.json", "kpi_tree ×2"),
        ('{"kpi_tree": NaN}', "a.json", "(NaN)"),
        ("[1]", "a.json", "a.json:1"),
        ('{"a":' * 5000, "a.json", "a.json:1"),
        ('{"kpi_tree": 1, "trees": ' + "[" * 300 + "]" * 300 + "}", "a.json", "levels"),
    ],
)  # fmt: skip
def test_mistake_is_told(text: str, file: str, words: str) -> None:
    with pytest.raises(KeikiError) as caught:
        read_text(text, file)
    assert words in str(caught.value)


def test_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnreadableBundle):
        read_bundle(tmp_path / "none.yaml")
    (tmp_path / "sjis.yaml").write_bytes("kpi_tree: 1 # 売上".encode("shift_jis"))
    with pytest.raises(UnreadableBundle):
        read_bundle(tmp_path / "sjis.yaml")
    (tmp_path / "big.yaml").write_text("#" * 2_100_000, encoding="utf-8")
    with pytest.raises(UnreadableDeclaration):
        read_bundle(tmp_path / "big.yaml")
    with pytest.raises(UnreadableBundle):
        write_bundle(Bundle(), tmp_path / "none" / "x.yaml")


def own() -> Bundle:
    tree = "{id: vip, ja: a, en: a, about_ja: a, about_en: a, root: {kpi: vip_share}}"
    return read_text(f"kpi_tree: 1\nkpis:\n  - {KPI}\ntrees: [{tree}]")


def test_bundle_of_a_business_holds_its_own_and_what_a_tree_uses() -> None:
    mine = over(load_catalogue(), own())
    assert bundle_of(mine) == own()
    assert bundle_of(mine, ["vip"]) == own()
    assert bundle_of(mine, ["ec"]) == Bundle((template(mine, "ec"),))
    assert bundle_of(load_catalogue()) == Bundle()


def test_check_tells_what_is_wrong_over_the_catalogue() -> None:
    assert [p.subject for p in check_bundle(own(), load_catalogue()) if p.severity == "error"] == []
    assert [p.subject for p in check_bundle(replace(own(), kpis=()), load_catalogue())] == ["vip"]
    lost = Bundle(targets=(KpiTarget(Target(1), kpi="nothing"), KpiTarget(Target(1), tree="ec", node="nothing")))
    assert [p.subject for p in check_bundle(lost, load_catalogue())] == ["nothing", "nothing"]
    wrong = replace(own(), kpis=(replace(own().kpis[0], formula="foo / n_orders"),))
    assert "foo" in str(check_bundle(wrong, load_catalogue())[0])


def test_targets_of_kpis_are_laid_on_their_nodes_as_they_hold_on_a_day() -> None:
    targets = (
        KpiTarget(Target(0.1, since=date(2026, 1, 1)), kpi="vip_share"),
        KpiTarget(Target(0.2, since=date(2026, 4, 1)), kpi="vip_share"),
        KpiTarget(Target(9.0), kpi="aov"),
    )
    bundle = replace(own(), targets=targets)
    for day, value in ((date(2026, 3, 1), 0.1), (date(2026, 5, 1), 0.2)):
        target = with_targets(bundle, day)[0].root.target
        assert target is not None
        assert target.value == value
    of_node = replace(bundle, targets=(*targets, KpiTarget(Target(0.5), tree="vip", node="vip_share")))
    assert with_targets(of_node, date(2026, 5, 1))[0].root.target == Target(0.5)


def test_json_of_a_bundle_is_plain() -> None:
    bundle = Bundle(targets=(KpiTarget(Target(0.2, since=date(2026, 4, 1)), kpi="aov"),))
    assert json.loads(to_json(bundle)) == {
        "kpi_tree": 1,
        "targets": [{"kpi": "aov", "target": {"value": 0.2, "since": "2026-04-01"}}],
    }


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(1.0, by=date(1800, 1, 1)), "“1800-01-01” cannot be its “by”. It may be: 1900-01-01 – 2200-12-31."),
        (Target(1.0, within="9999y"), "“9999y” cannot be its “within”. It may be: ≤ 100y."),
        (Target(1.0, steps=(Step(1.0, by=date(9999, 1, 1)),)), "“9999-01-01” cannot be its “steps”."),
    ],
)
def test_day_that_nobody_plans_for_is_refused_at_the_door_and_read_where_it_is_stored(
    target: Target, words: str
) -> None:
    tree = TreeDocument("t", "木", "Tree", "例。", "An example.", NodeDocument("aov", kpi="aov", target=target))
    bundle = Bundle((tree,), targets=(KpiTarget(target, kpi="aov"),))
    assert read_text(to_yaml(bundle)) == bundle
    found = [str(p.error) for p in check_bundle(bundle, load_catalogue()) if p.severity == "error"]
    assert [each.startswith("“aov”: " + words) for each in found] == [True, True]
    assert change(tree, "aov", note_en="Still here").document.root.target == target
