"""Bundles stored in the folder of a business."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from keiki.catalogue.load import load_catalogue
from keiki.errors import UnreadableBundle, WrongField
from keiki.trees.bundle import Bundle
from keiki.trees.document import template
from keiki.trees.folder import contradictions, store
from keiki.trees.kpi_document import kpi_document

KPI = kpi_document(load_catalogue().kpi("aov"))
TREE = template(load_catalogue(), "simple_orders")
OWN = Bundle((replace(TREE, id="mine"),), (replace(KPI, id="own_price"), replace(KPI, id="other_price")))


def test_stored_bundle_is_what_the_catalogue_reads(tmp_path: Path) -> None:
    assert store(OWN, tmp_path, load_catalogue()) == ("trees/mine.yaml", "kpis/imported.yaml")
    read = load_catalogue([tmp_path])
    assert template(read, "mine") == OWN.trees[0]
    assert [kpi_document(read.kpi(kpi.id)) for kpi in OWN.kpis] == list(OWN.kpis)
    assert store(OWN, tmp_path, read) == ()
    assert list(contradictions(OWN, read)) == []


def test_changed_parts_go_into_the_file_that_has_them(tmp_path: Path) -> None:
    store(OWN, tmp_path, load_catalogue())
    (tmp_path / "trees" / "mine.yaml").rename(tmp_path / "trees" / "renamed.yaml")
    (tmp_path / "kpis" / "imported.yaml").rename(tmp_path / "kpis" / "prices.yaml")
    changed = Bundle((replace(OWN.trees[0], ja="新"),), (replace(OWN.kpis[0], ja="新"), replace(KPI, id="third_price")))
    read = load_catalogue([tmp_path])
    assert list(contradictions(changed, read)) == ["mine", "own_price"]
    assert store(changed, tmp_path, read) == ("trees/renamed.yaml", "kpis/prices.yaml", "kpis/imported.yaml")
    again = load_catalogue([tmp_path])
    assert [again.kpi(name).ja for name in ("own_price", "other_price", "third_price")] == ["新", KPI.ja, KPI.ja]


def test_tree_of_a_template_becomes_the_business_own(tmp_path: Path) -> None:
    assert store(Bundle((TREE,)), tmp_path, load_catalogue()) == ("trees/simple_orders.yaml",)
    assert list(contradictions(Bundle((replace(TREE, ja="新"),)), load_catalogue())) == []


@pytest.mark.parametrize("name", ["../up", "a/b", "", ".hidden", "x" * 90])
def test_id_that_cannot_name_a_file_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongField):
        store(Bundle((TREE, replace(TREE, id=name))), tmp_path, load_catalogue())
    assert list(tmp_path.iterdir()) == []


def test_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "trees").write_text("a file", encoding="utf-8")
    with pytest.raises(UnreadableBundle):
        store(OWN, tmp_path, load_catalogue())
