"""The worked examples of the KPIs that the catalogue has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from keiki.catalogue.expand import both, canonical
from keiki.catalogue.load import load_catalogue
from keiki.formula import evaluate, parse
from keiki.formula.nodes import Both, Condition, Reference

EXAMPLES = yaml.safe_load((Path(__file__).parent / "worked_examples.yaml").read_text(encoding="utf-8"))["examples"]
KPIS = load_catalogue().kpis
MEASURES = load_catalogue().measures
KNOWN = set(KPIS) | set(MEASURES)


def given_names(example: dict[str, Any]) -> set[str]:
    return {name.removeprefix("prev.").partition("[")[0] for name in example["given"]}


COVERED = [e for e in EXAMPLES if e["kpi"] in KPIS and given_names(e) <= KNOWN]
NOT_YET = [e for e in EXAMPLES if e not in COVERED]


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


@pytest.mark.parametrize("example", COVERED, ids=[f"{e['id']}-{e['kpi']}" for e in COVERED])
def test_worked_example_gives_its_number(example: dict[str, Any]) -> None:
    value = Given(example["given"]).value(Reference(example["kpi"]), 0)
    assert value == pytest.approx(example["expect"], rel=1e-3)


def test_worked_examples_not_yet_covered_are_counted() -> None:
    print("\n".join(f"not yet: {e['id']} ({e['kpi']})" for e in NOT_YET))
    assert (len(EXAMPLES), len(COVERED), len(NOT_YET)) == (96, 96, 0)
