"""Vocabularies keep the order, the labels and the flags of the specification."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from keiki.errors import UnknownName
from keiki.facts.vocabulary import Label, domains, vocabulary

SPEC = Path(__file__).parents[2] / ".." / "shared" / "spec" / "vocabulary.csv"


def test_vocabularies_equal_the_specification() -> None:
    if not SPEC.exists():
        pytest.skip("the specification is not beside this checkout")
    with SPEC.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert domains() == tuple(dict.fromkeys(row["domain"] for row in rows))
    for row in rows:
        label = vocabulary(row["domain"], row["scope"] or None)[row["value"]]
        assert (label.ja, label.en) == (row["label_ja"], row["label_en"])
        assert list(label.flags) == [flag.strip() for flag in row["flags"].split(",") if flag]


def test_vocabulary_of_a_scope_keeps_its_order() -> None:
    assert list(vocabulary("stage", "deal")) == [
        "opportunity",
        "requirements",
        "proposal",
        "quote",
        "negotiation",
        "won",
        "lost",
    ]


def test_value_of_several_scopes_appears_once() -> None:
    assert vocabulary("stage")["contracted"] == Label("契約完了", "Contracted", ("end",), ("application", "viewing"))


def test_label_speaks_both_languages() -> None:
    label = vocabulary("order_status")["cancelled"]
    assert (label.words("ja"), label.words("en")) == ("キャンセル", "Cancelled")


def test_vocabulary_suggests_the_nearest_name() -> None:
    with pytest.raises(UnknownName, match="Did you mean “channel”"):
        vocabulary("chanel")
