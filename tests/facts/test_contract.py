"""The 13 facts agree with the specification and carry words in both languages."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from keiki.errors import UnknownName
from keiki.facts import FACTS, Column, Fact, Kind, fact
from keiki.facts.vocabulary import domains

SPEC = Path(__file__).parents[2] / ".." / "shared" / "spec" / "columns.csv"
KINDS = {
    "text": {Kind.TEXT},
    "number": {Kind.NUMBER, Kind.MONEY},
    "int": {Kind.INTEGER},
    "date": {Kind.DATE},
    "timestamp": {Kind.TIMESTAMP},
    "bool": {Kind.BOOLEAN},
}
COLUMNS = [pytest.param(f, c, id=f"{f.name}.{c.name}") for f in FACTS.values() for c in f.columns]


def spec_rows() -> list[dict[str, str]]:
    if not SPEC.exists():
        pytest.skip("the specification is not beside this checkout")
    with SPEC.open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file) if row["fact"] in FACTS]


def test_facts_are_the_thirteen_of_the_design() -> None:
    assert len(FACTS) == 13
    assert all(name == declared.name for name, declared in FACTS.items())


def test_columns_equal_the_specification() -> None:
    said = [
        (row["fact"], row["column"], row["role"], row["required"] == "yes", row["vocabulary"] or None)
        for row in spec_rows()
    ]
    here = [(f.name, c.name, str(c.role), c.required, c.vocabulary) for f in FACTS.values() for c in f.columns]
    assert here == said


def test_kinds_equal_the_specification() -> None:
    for row in spec_rows():
        column = FACTS[row["fact"]].column(row["column"])
        assert column is not None
        assert column.kind in KINDS[row["type"]], (row["fact"], row["column"])


@pytest.mark.parametrize(("fact_", "column"), COLUMNS)
def test_column_has_words_in_both_languages(fact_: Fact, column: Column) -> None:
    assert column.ja.strip() == column.ja != ""
    assert column.en.strip() == column.en != ""
    assert not re.search("[぀-ヿ一-鿿]", column.en), fact_.name
    assert column.vocabulary is None or column.vocabulary in domains()


def test_labels_are_unique_within_a_fact() -> None:
    for declared in FACTS.values():
        assert len({c.ja for c in declared.columns}) == len(declared.columns), declared.name
        assert len({c.en for c in declared.columns}) == len(declared.columns), declared.name


def test_keys_and_times_are_columns() -> None:
    for declared in FACTS.values():
        names = {c.name for c in declared.loadable}
        assert set(declared.key) <= names
        owner, _, column = declared.time.rpartition(".")
        assert fact("orders" if owner else declared.name).column(column) is not None


def test_requirement_is_lifted_only_by_a_yes_no_column() -> None:
    lifted = {(f.name, c.name): c.unless for f in FACTS.values() for c in f.columns if c.unless}
    assert lifted == {("orders", "customer_id"): "is_guest"}
    column = fact("orders").column("is_guest")
    assert column is not None
    assert column.kind is Kind.BOOLEAN


def test_fact_suggests_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="Did you mean “orders”"):
        fact("order")
