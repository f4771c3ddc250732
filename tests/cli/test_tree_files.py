"""Trees as files: written, taken in, compared, checked."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from keiki.trees.bundle import Bundle, KpiTarget, read_bundle, write_bundle
from keiki.trees.targets import Target

KPI = """
kpi_tree: 1
kpis:
  - id: paid_share
    ja: 広告の割合
    en: Paid share
    definition_ja: 広告からの注文の割合。
    definition_en: Share of orders from ads.
    formula: n_orders[channel = 'paid'] / n_orders
    unit: ratio
    direction: neutral
    kind: quality
    layer: result
    horizon: mid
    lead_lag: lag
trees:
  - id: ads
    ja: 広告
    en: Ads
    about_ja: 広告の割合
    about_en: Share of ads
    root: {id: top, kpi: paid_share, owner: {department: marketing}}
targets:
  - {kpi: paid_share, target: {value: 0.4, compare: at_least}}
"""


@pytest.fixture
def empty(keiki, made_shop, tmp_path, monkeypatch):
    """Runs commands on a business without trees of its own, in a folder that may be written."""
    folder = tmp_path / "data"
    folder.mkdir()
    shutil.copy(made_shop / "business.yaml", folder)
    monkeypatch.setenv("KEIKI_BUSINESS", str(folder))
    Path("mine.yaml").write_text(KPI, encoding="utf-8")
    return keiki


@pytest.mark.feature("F-222")
def test_exported_pack_gives_the_same_ids_and_targets_in_an_empty_business(empty, tmp_path):
    assert empty("tree", "import", "mine.yaml").code == 0
    assert empty("tree", "export", "-o", "pack.yaml").out == "pack.yaml: 1 trees, 1 KPIs, 0 targets.\n"
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(tmp_path / "data" / "business.yaml", other)
    assert empty("tree", "import", "pack.yaml", "-b", other).code == 0
    assert empty("tree", "export", "-o", "again.json", "-b", other).code == 0
    assert read_bundle("again.json") == read_bundle("pack.yaml")
    assert [kpi.id for kpi in read_bundle("again.json").kpis] == ["paid_share"]
    assert read_bundle("again.json").trees[0].root.target == Target(0.4, "at_least")


def test_import_tells_what_changed_and_is_done_once(empty):
    first = empty("tree", "import", "mine.yaml", language="ja")
    assert first.code == 0
    assert [line for line in first.out.splitlines() if not line.startswith("▲")] == [
        "＋ ツリー「広告」を追加",
        "＋ KPI「広告の割合」を追加",
        "書き込みました：trees/ads.yaml、kpis/imported.yaml。",
    ]
    again = empty("tree", "import", "mine.yaml")
    assert again.out.splitlines()[-1] == "All of it is here already."
    assert empty("tree", "import", "mine.yaml", "--json").json == {"files": [], "changes": [], "targets_left_out": []}
    assert [tree["id"] for tree in empty("tree", "--json").json if tree["id"] == "ads"] == ["ads"]


def test_import_says_which_targets_over_time_a_folder_cannot_keep(empty):
    Path("mine.yaml").write_text(
        KPI + "  - {kpi: paid_share, target: {value: 0.5, since: 2026-01-01}}\n", encoding="utf-8"
    )
    told = empty("tree", "import", "mine.yaml")
    assert (told.code, "the one in force today (paid_share)" in " ".join(told.err.split())) == (0, True)
    assert empty("tree", "import", "mine.yaml", "--json").json["targets_left_out"] == ["paid_share"]


def test_import_that_contradicts_is_refused_until_it_may_replace(empty, tmp_path):
    empty("tree", "import", "mine.yaml")
    Path("mine.yaml").write_text(KPI.replace("value: 0.4", "value: 0.5"), encoding="utf-8")
    refused = empty("tree", "import", "mine.yaml")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("These are here already and say something else: ads. Nothing was imported.")
    tried = empty("tree", "import", "mine.yaml", "--dry-run")
    assert tried.out.splitlines()[0] == "~ target (value) of node “paid_share”: 0.4 → 0.5 (ads)"
    assert read_bundle(tmp_path / "data" / "trees" / "ads.yaml").trees[0].root.target == Target(0.4, "at_least")
    assert empty("tree", "import", "mine.yaml", "--replace").code == 0
    assert read_bundle(tmp_path / "data" / "trees" / "ads.yaml").trees[0].root.target == Target(0.5, "at_least")


def test_import_of_what_is_wrong_stores_nothing(empty, tmp_path):
    for text in (
        KPI.replace("kpi: paid_share,", "kpi: paid_shar,"),
        KPI.replace("id: ads", "id: ../ads"),
        "kpi_tree: 2",
    ):
        Path("mine.yaml").write_text(text, encoding="utf-8")
        answer = empty("tree", "import", "mine.yaml")
        assert (answer.code, answer.out) == (2, "")
        assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["business.yaml"]
    assert empty("tree", "import", "none.yaml").code == 2


def test_export_gives_yaml_or_json(keiki):
    yaml = keiki("tree", "export", "ec")
    assert yaml.out.startswith("kpi_tree: 1\ntrees:\n- id: ec\n")
    assert keiki("tree", "export", "ec", "--json").json["trees"][0]["id"] == "ec"


def test_diff_of_files_is_told_with_its_code(keiki):
    keiki("tree", "export", "ec", "-o", "one.yaml")
    text = Path("one.yaml").read_text(encoding="utf-8")
    Path("two.yaml").write_text(text.replace("level: kgi", "level: ksf"), encoding="utf-8")
    assert keiki("tree", "diff", "ec", "one.yaml").out == "No difference.\n"
    assert keiki("tree", "diff", "ec", "one.yaml").code == 0
    write_bundle(Bundle(targets=(KpiTarget(Target(1), kpi="aov"),)), "three.json")
    found = keiki("tree", "diff", "one.yaml", "three.json", "--json")
    assert (found.code, [(c["what"], c["thing"], c["id"]) for c in found.json]) == (
        1,
        [("removed", "tree", "ec"), ("added", "target", "aov")],
    )


def test_check_of_a_file_needs_no_business(keiki):
    keiki("tree", "export", "ec", "-o", "one.yaml")
    assert keiki("tree", "check", "one.yaml").code == 0
    text = Path("one.yaml").read_text(encoding="utf-8")
    Path("two.yaml").write_text(text.replace("kpi: aov", "kpi: aovv"), encoding="utf-8")
    answer = keiki("tree", "check", "two.yaml")
    assert answer.code == 1
    assert answer.out.splitlines()[0].startswith("✕ ec: There is no KPI called “aovv”.")
    assert keiki("tree", "check", "two.yaml", "--json").json[0]["severity"] == "error"
    Path("three.yaml").write_text(text.replace("root:", "rooot:"), encoding="utf-8")
    assert keiki("tree", "check", "three.yaml").err.startswith("three.yaml:")


def test_check_tells_targets_that_do_not_reach_the_goal_with_the_figure(keiki):
    """A28, and a target of the file that stands beside its tree."""
    keiki("tree", "export", "ec_annual_300m_example", "-o", "ec.yaml")
    told = keiki("tree", "check", "ec.yaml")
    assert (told.code, keiki("tree", "check", "ec.yaml", "--json").code) == (1, 1)
    assert "Errors: 1," in told.out.splitlines()[-1]
    assert "the targets below make ¥180M a year, the target is ¥300M. ¥120M (40.0%) is missing." in told.out
    assert "180,000,000" in keiki("tree", "check", "ec.yaml", "--json").json[0]["en"]
    more = "targets:\n- {tree: ec_annual_300m_example, node: cvr, target: {value: 0.05}}\n"
    text = Path("ec.yaml").read_text(encoding="utf-8").replace("target:\n        value: 0.03\n        within: 12m", "")
    Path("ec.yaml").write_text(text + more, encoding="utf-8")
    told = keiki("tree", "check", "ec.yaml")
    assert (told.code, "Errors: 0," in told.out, "is missing" in told.out) == (0, True, False)


def test_check_without_a_name_is_of_the_business(empty):
    assert empty("tree", "check").out == "0 trees, 0 KPIs. Errors: 0, warnings: 0, hints: 0.\n"
    assert empty("tree", "check", "-b", "nowhere").code == 2


def test_ossie_is_written_with_what_was_lost(keiki):
    answer = keiki("tree", "export", "ec", "--ossie", "-o", "ossie.json")
    assert answer.code == 1
    assert "✕ sessions: left out, it reads a model (n_sessions), not a table.\n" in answer.err
    assert json.loads(Path("ossie.json").read_text(encoding="utf-8"))["version"] == "0.1.1"
    japanese = keiki("tree", "export", "simple_orders", "--ossie", language="ja")
    assert json.loads(japanese.out)["semantic_model"][0]["name"] == "keiki"
    assert "simple_orders：ツリーの形（式・影響・担当）は拡張の中だけ。" in japanese.err


def test_tree_shows_its_verbs_and_a_tree_by_its_name(shop, tiny):
    assert shop("tree", tiny, "--period", "2026-10").out == shop("tree", "show", tiny, "--period", "2026-10").out
    assert " export " in shop("tree", "--help").out
