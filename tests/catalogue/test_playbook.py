"""What usually moves a KPI."""

from __future__ import annotations

from pathlib import Path

from keiki.catalogue.load import load_catalogue

CATALOGUE = load_catalogue()


def test_bounce_rate_has_five_improvements_with_what_to_expect() -> None:
    playbook = CATALOGUE.playbook("bounce_rate")
    assert playbook is not None
    assert len(playbook.improvements) >= 5
    assert all(i.effect_ja.endswith("。") and i.effect_en.endswith(".") for i in playbook.improvements)


def test_every_playbook_is_of_a_known_kpi_and_complete() -> None:
    assert set(CATALOGUE.playbooks) - set(CATALOGUE.kpis) == set()
    for playbook in CATALOGUE.playbooks.values():
        ids = [improvement.id for improvement in playbook.improvements]
        assert len(ids) == len(set(ids)) >= 2
        assert [i.id for i in playbook.improvements if not i.how_ja.endswith("。") or not i.how_en.endswith(".")] == []


def test_breakdown_of_a_kpi_has_its_playbook() -> None:
    assert CATALOGUE.playbook("cvr_by_device") is CATALOGUE.playbooks["cvr"]
    assert CATALOGUE.playbook("market_share") is None


def test_own_playbook_replaces_the_built_in_one(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    own = "playbooks:\n  - kpi: cvr\n    improvements:\n      - {id: ask, ja: 聞く, en: Ask, how_ja: あ。, how_en: A., "
    (tmp_path / "playbooks" / "own.yaml").write_text(own + "effect_ja: い。, effect_en: B.}\n", encoding="utf-8")
    found = load_catalogue([tmp_path]).playbook("cvr")
    assert found is not None
    assert [improvement.en for improvement in found.improvements] == ["Ask"]


def test_mistake_in_a_playbook_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "own.yaml").write_text("playbooks:\n  - improvements: []\n", encoding="utf-8")
    (problem,) = load_catalogue([tmp_path]).problems
    assert "own.yaml:2" in str(problem)


def test_playbook_of_a_kpi_nobody_declared_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "playbooks").mkdir()
    (tmp_path / "playbooks" / "own.yaml").write_text(
        "playbooks:\n  - {kpi: cvrr, improvements: []}\n", encoding="utf-8"
    )
    (problem,) = load_catalogue([tmp_path]).check()
    assert (problem.error.details["near"], problem.severity) == ("cvr", "warning")
