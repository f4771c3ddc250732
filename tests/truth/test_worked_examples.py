"""The worked examples: every number that a person gets by hand, from the product's own formulas and language."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from keiki.catalogue.benchmarks import Standing, benchmark_reading
from keiki.catalogue.expand import both, canonical
from keiki.catalogue.load import load_catalogue
from keiki.formula import evaluate, holds, parse, parse_condition
from keiki.formula.nodes import Both, Condition, Reference

HERE = Path(__file__).parent
DOCUMENT = yaml.safe_load((HERE / "worked_examples.yaml").read_text(encoding="utf-8"))
EXAMPLES, CHECKS = DOCUMENT["examples"], DOCUMENT["checks"]
EXACT = {e["id"] for e in EXAMPLES if e["status"] == "exact"} | {"meeting_short"}
SPEC = HERE.parents[1].parent / "shared" / "spec" / "worked_examples.csv"
KPIS = load_catalogue().kpis


class Given:
    """The numbers of an example; a narrowed one stands for every reference that is narrowed at least as much."""

    def __init__(self, numbers: dict[str, float]) -> None:
        self.numbers = []
        for name, value in numbers.items():
            reference = parse(name.removeprefix("prev."))
            assert isinstance(reference, Reference)
            self.numbers.append((reference.id, int(name.startswith("prev.")), parts(reference.where), value))

    def find(self, name: str, where: Condition | None, back: int) -> float | None:
        wanted = parts(where)
        fitting = [(len(narrow), v) for i, b, narrow, v in self.numbers if i == name and b == back and narrow <= wanted]
        return max(fitting)[1] if fitting else None

    def formula(self, text: str) -> float | None:
        return evaluate(parse(text), self.value)

    def value(self, reference: Reference, back: int, where: Condition | None = None) -> float | None:
        narrowed = both(where, reference.where)
        found = self.find(reference.id, narrowed, back)
        if found is not None or reference.id not in KPIS:
            return found
        return evaluate(KPIS[reference.id].formula, lambda inner, deeper: self.value(inner, back + deeper, narrowed))


def parts(where: Condition | None) -> frozenset[Condition]:
    if where is None:
        return frozenset()
    if isinstance(where, Both):
        return parts(where.left) | parts(where.right)
    return frozenset([canonical(where)])


def gives_its_number(example: dict[str, Any]) -> None:
    value = Given(example["given"]).value(Reference(example["kpi"]), 0)
    assert value == pytest.approx(example["expect"], rel=1e-3)


def follows(check: dict[str, Any]) -> None:
    numbers = check.get("given", {})
    given = Given(numbers)
    for formula, expected in check.get("expect", {}).items():
        assert given.formula(formula) == pytest.approx(expected, rel=1e-3), formula
    for condition, wanted in ((c, key == "holds") for key in ("holds", "fails") for c in check.get(key, [])):
        assert holds(parse_condition(condition), numbers) is wanted, condition
    for kpi, value in check.get("inside", {}).items():
        assert benchmark_reading(KPIS[kpi], value)[0].standing is Standing.INSIDE


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{e['id']}-{e['kpi']}" for e in EXAMPLES])
def test_worked_example_gives_its_number(example: dict[str, Any]) -> None:
    gives_its_number(example)


@pytest.mark.parametrize("check", CHECKS, ids=[check["id"] for check in CHECKS])
def test_what_follows_from_an_example(check: dict[str, Any]) -> None:
    follows(check)


@pytest.mark.feature("F-046")
def test_all_exact_examples_reproduce() -> None:
    """All worked examples of status exact reproduce."""
    exact = [e for e in EXAMPLES if e["id"] in EXACT]
    assert len({e["id"] for e in exact} | {"meeting_short"}) == 33
    for example in exact:
        gives_its_number(example)
    for check in (c for c in CHECKS if c["id"] in EXACT):
        follows(check)


@pytest.mark.feature("F-363")
def test_same_input_gives_the_same_output_for_every_exact_and_derived_example() -> None:
    """All worked examples of status exact or derived reproduce within 0.1 %, twice to the last bit"""
    status = {one["id"]: one["status"] for one in [*CHECKS, *EXAMPLES] if "status" in one}
    wanted = {name for name, told in status.items() if told in {"exact", "derived"}}
    assert Counter(status[name] for name in wanted) == {"exact": 33, "derived": 69}
    for example in (e for e in EXAMPLES if e["id"] in wanted):
        gives_its_number(example)
        again, once = (Given(example["given"]).value(Reference(example["kpi"]), 0) for _ in range(2))
        assert again == once
    for check in (c for c in CHECKS if c["id"] in wanted):
        follows(check)


@pytest.mark.feature("F-048")
def test_lifetime_value_raised_raises_its_ratio_to_cost_in_the_same_run() -> None:
    """LTV from 28,800 to 30,000 with CAC 9,600 takes LTV/CAC from 3.0 to 3.125."""
    given = Given({"prev.ltv": 28800, "ltv": 30000, "cac": 9600, "prev.cac": 9600})
    assert (given.formula("prev(ltv_cac_ratio)"), given.formula("ltv_cac_ratio")) == (3.0, 3.125)


def spec() -> list[dict[str, str]]:
    if not SPEC.exists():
        pytest.skip("the list of worked examples lies outside the repository")
    with SPEC.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_every_number_of_every_example_is_reproduced() -> None:
    reached: dict[str, list[float]] = {}
    for example in EXAMPLES:
        reached.setdefault(example["id"], []).append(example["expect"])
    for check in CHECKS:
        reached.setdefault(check["id"], []).extend(check.get("expect", {}).values())
    judged = {check["id"] for check in CHECKS if {"holds", "fails", "inside"} & check.keys()}
    left = {
        (row["id"], name)
        for row in spec()
        for name, value in json.loads(row["expected"]).items()
        if not any(value == pytest.approx(number, rel=1e-3) for number in reached.get(row["id"], []))
    }
    flags = {(i, name) for i, name in left if i in judged}
    assert left - flags == set()
    assert {name for _, name in flags} <= {"met", "warn", "ok", "inside", "consistent", "minimum_ok", "ideal_ok"} | {
        "a_more_expensive",
        "b_more_ltv",
        "cycles",
    }


def test_every_example_that_can_be_read_in_two_ways_says_how_it_is_read() -> None:
    read = {check["id"] for check in CHECKS if "reading" in check}
    assert {row["id"] for row in spec() if row["flag"] or row["status"] == "synthetic"} - read == set()
    status = {one["id"]: one["status"] for one in [*CHECKS, *EXAMPLES] if "status" in one}
    assert {row["id"]: row["status"] for row in spec()} == status
