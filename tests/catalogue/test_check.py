"""What the check of declared KPIs finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from keiki.catalogue.load import load_catalogue
from keiki.errors import CycleOfKpis, FormulaError, NoQualityBeside, UnitClash, UnitMismatch, UnknownName
from keiki.measures.document import Problem


def declared(kpi_id: str, formula: str, unit: str = "ratio", more: str = "") -> str:
    return f"""\
  - id: {kpi_id}
    ja: 例
    en: Example
    definition_ja: 例。
    definition_en: An example.
    formula: "{formula}"
    unit: {unit}
    direction: higher
    kind: quality
    layer: result
    horizon: mid
    lead_lag: lag
{more}"""


def found(tmp_path: Path, *kpis: str) -> list[Problem]:
    (tmp_path / "kpis").mkdir()
    (tmp_path / "kpis" / "own.yaml").write_text("kpis:\n" + "".join(kpis), encoding="utf-8")
    return list(load_catalogue([tmp_path]).check())


@pytest.mark.feature("F-047")
def test_cycles_and_unknown_names_are_rejected_with_path_and_position(tmp_path: Path) -> None:
    problems = found(tmp_path, declared("a", "b + 1"), declared("b", "a / 2"), declared("c", "1 + foo"))
    first, second, third = problems
    assert isinstance(first.error, CycleOfKpis)
    assert (first.error.details["path"], first.severity) == ("a > b > a", "error")
    assert second.error.details["path"] == "b > a > b"
    assert isinstance(third.error, FormulaError)
    assert third.error.place == 4
    assert str(third.error) == "There is no “foo”.\n1 + foo\n    ^"
    assert str(third.place) == "own.yaml:31"


def test_cycle_below_a_kpi_names_only_the_circle(tmp_path: Path) -> None:
    problems = found(tmp_path, declared("top", "a * 2"), declared("a", "b"), declared("b", "a"))
    assert problems[0].error.details["path"] == "a > b > a"


def test_unknown_name_suggests_the_nearest(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("x", "n_ordrs / n_sessions"))
    assert "「n_orders」ではありませんか。" in problem.words("ja")


def test_kpi_over_a_broken_kpi_is_told_too(tmp_path: Path) -> None:
    problems = found(tmp_path, declared("x", "foo"), declared("y", "x * 2"))
    assert [(p.subject, type(p.error)) for p in problems] == [("x", FormulaError), ("y", UnknownName)]


@pytest.mark.parametrize(
    ("formula", "unit"),
    [("sum_revenue", "ratio"), ("n_orders / n_sessions", "currency"), ("aov", "count"), ("growth(revenue)", "count")],
)
def test_unit_that_the_formula_cannot_have_is_told(tmp_path: Path, formula: str, unit: str) -> None:
    (problem,) = found(tmp_path, declared("x", formula, unit))
    assert isinstance(problem.error, UnitMismatch)


def test_sum_of_money_and_counts_is_told(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("x", "revenue + customers", "currency"))
    assert isinstance(problem.error, UnitClash)


def test_quantity_without_a_quality_is_a_warning(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("x", "n_orders", "count").replace("kind: quality", "kind: quantity"))
    assert (type(problem.error), problem.severity) == (NoQualityBeside, "warning")


def test_unknown_pair_is_a_warning(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("x", "n_orders", "count", "    pairs_with: [aovv]\n"))
    assert (problem.error.details["near"], problem.severity) == ("aov", "warning")


def test_filter_on_a_value_nobody_knows_is_an_error(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("x", "cvr[channel = 'organik'] / cvr"))
    assert (problem.error.details["near"], problem.severity) == ("organic", "error")


def test_filter_on_a_column_nobody_declared_is_a_warning(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("x", "n_orders[stor = 'ginza'] / n_orders"))
    assert (problem.error.details["near"], problem.severity) == ("store", "warning")


def test_kpi_may_not_take_the_name_of_a_measure(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("n_orders", "n_sessions", "count"))
    assert "declared twice" in str(problem)


def test_parameter_that_nothing_takes_is_told(tmp_path: Path) -> None:
    (problem,) = found(tmp_path, declared("x", "grr[within: 60d]"))
    assert (problem.error.details["kind"], problem.error.details["name"]) == ("parameter", "within")


def test_some_kpis_are_checked_alone(tmp_path: Path) -> None:
    every = found(tmp_path, declared("a", "b + 1"), declared("b", "a / 2"), declared("c", "1 + foo"))
    some = load_catalogue([tmp_path]).check({"b"})
    assert [(one.subject, str(one.error), one.severity) for one in some] == [
        (one.subject, str(one.error), one.severity) for one in every if one.subject == "b"
    ]
