"""The built-in catalogue, and a business's own laid over it."""

from __future__ import annotations

from pathlib import Path

import pytest

from keiki.catalogue.kpi import Benchmark, Direction
from keiki.catalogue.load import Catalogue, load_catalogue
from keiki.errors import UnknownName
from keiki.formula import parse

OWN = """\
kpis:
  - id: big_order_share
    ja: 大口注文の割合
    en: Share of big orders
    definition_ja: 完了した注文のうち、1万円を超える注文の割合。
    definition_en: The share of completed orders above 10,000.
    formula: n_orders[amount > 10000] / n_orders
    unit: ratio
    direction: higher
    kind: quality
    layer: result
    horizon: mid
    lead_lag: lag
"""
BUILT_IN = len(load_catalogue().kpis)


def own(folder: Path, text: str) -> Catalogue:
    (folder / "kpis").mkdir(exist_ok=True)
    (folder / "kpis" / "own.yaml").write_text(text, encoding="utf-8")
    return load_catalogue([folder])


def test_built_in_catalogue_has_no_problem() -> None:
    assert load_catalogue().check() == ()


def test_kpi_is_read_as_declared() -> None:
    kpi = load_catalogue().kpi("f2_conversion_rate")
    assert (kpi.source, kpi.unit, kpi.direction) == ("repeat_purchase_rate[within: 60d]", "ratio", Direction.HIGHER)
    assert (kpi.base, kpi.params) == ("repeat_purchase_rate", (("within", "60d"),))


def test_benchmark_says_whose_it_is() -> None:
    first = load_catalogue().kpi("cvr").benchmarks[0]
    assert first == Benchmark("ECサイト", "online shop", 0.01, 0.03, "実務上の目安", "rule of thumb in practice")


def test_unknown_kpi_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        load_catalogue().kpi("order_revenu")
    assert caught.value.words("en") == "There is no KPI called “order_revenu”. Did you mean “order_revenue”?"


def test_own_kpi_is_added(tmp_path: Path) -> None:
    catalogue = own(tmp_path, OWN)
    assert (catalogue.check(), len(catalogue.kpis)) == ((), BUILT_IN + 1)
    assert catalogue.expand("big_order_share") == parse("n_orders[amount > 10000] / n_orders")


def test_own_kpi_replaces_the_built_in_one_by_id(tmp_path: Path) -> None:
    catalogue = own(tmp_path, OWN.replace("big_order_share", "aov"))
    assert (len(catalogue.kpis), catalogue.kpi("aov").en) == (BUILT_IN, "Share of big orders")
    assert load_catalogue().kpi("aov").en == "Average order value"


def test_later_folder_wins(tmp_path: Path) -> None:
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        own(tmp_path / name, OWN.replace("Share of big orders", name))
    assert load_catalogue([tmp_path / "first", tmp_path / "second"]).kpi("big_order_share").en == "second"


def test_own_measure_can_be_used_by_an_own_kpi(tmp_path: Path) -> None:
    (tmp_path / "measures").mkdir()
    measure = "fact: orders\nmeasures:\n  - {id: n_gifts, ja: 贈り物の注文, en: Gift orders, aggregation: count, "
    measure += "where: perk = 'gift', time: ordered_at, timing: flow, unit: count}\n"
    (tmp_path / "measures" / "own.yaml").write_text(measure, encoding="utf-8")
    catalogue = own(tmp_path, OWN.replace("n_orders[amount > 10000]", "n_gifts"))
    assert (catalogue.check(), {a.measure for a in catalogue.asked("big_order_share")}) == ((), {"n_gifts", "n_orders"})


def test_own_tree_is_found_by_id(tmp_path: Path) -> None:
    (tmp_path / "trees").mkdir()
    (tmp_path / "trees" / "mine.yaml").write_text("id: mine\n", encoding="utf-8")
    catalogue = load_catalogue([tmp_path])
    assert list(catalogue.trees) == ["mine"]
    assert "mine" not in catalogue.templates


@pytest.mark.parametrize(
    ("wrong", "line", "says"),
    [
        (OWN.replace("    ja: 大口注文の割合\n", ""), 2, "has no “ja”"),
        (OWN.replace("    definition_en: The share of completed orders above 10,000.\n", ""), 2, "no “definition_en”"),
        (OWN.replace("unit: ratio", "unit: ration"), 2, "Did you mean “ratio”?"),
        (OWN.replace("direction: higher", "direction: up"), 2, "higher, lower, neutral"),
        (OWN.replace("kind: quality", "kind: good"), 2, "quantity, quality"),
        (OWN.replace("big_order_share", "Big share"), 2, "cannot be its “id”"),
        (OWN.replace("/ n_orders", "/"), 2, "Expected"),
        (OWN + "    cadence: [hourly]\n", 2, "“hourly” cannot be its “cadence”"),
        (OWN + "    department: [sales]\n", 2, "“sales” cannot be its “department”"),
        (OWN + "    benchmarks: [{ja: あ, en: a, low: few, source_ja: あ, source_en: a}]\n", 2, "“few”"),
        (OWN + OWN.split("kpis:\n")[1], 14, "declared twice; the one at own.yaml:7 was kept"),
        ("kpis: {", 2, "cannot be read"),
    ],
)
def test_mistake_is_told_with_file_and_line_and_left_out(tmp_path: Path, wrong: str, line: int, says: str) -> None:
    (problem,) = own(tmp_path, wrong).problems
    assert f"own.yaml:{line}" in str(problem)
    assert says in str(problem)
