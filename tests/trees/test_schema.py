"""The published schema says what the reader takes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator
from tests.trees.test_document import HEAD, MISTAKES
from tests.trees.written import bundles, trees

from keiki.catalogue.load import load_catalogue
from keiki.measures.document import parse
from keiki.trees.bundle import Bundle, as_dict, to_json
from keiki.trees.document import TreeDocument, template
from keiki.trees.document import as_dict as tree_dict
from keiki.trees.fields import plain
from keiki.trees.kpi_document import kpi_document
from keiki.trees.schema import all_tables, schema

VALIDATOR = Draft202012Validator(schema())
OUTSIDE = ("≠ aov", "no node", "≤ 1.", "≥ 2026", "×1", "nan")
"""Mistakes between several fields, which a schema cannot see."""


def test_schema_is_one_of_its_draft() -> None:
    Draft202012Validator.check_schema(schema())


@settings(max_examples=40, deadline=None)
@given(bundle=bundles())
def test_every_written_bundle_fits_the_schema(bundle: Bundle) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(json.loads(to_json(bundle)))] == []


@settings(max_examples=20, deadline=None)
@given(tree=trees())
def test_every_written_tree_fits_the_schema(tree: TreeDocument) -> None:
    assert [error.message for error in VALIDATOR.iter_errors(tree_dict(tree))] == []


def test_everything_that_comes_with_keiki_fits_the_schema() -> None:
    catalogue = load_catalogue()
    all_trees = tuple(template(catalogue, name) for name in catalogue.templates)
    bundle = Bundle(all_trees, tuple(kpi_document(kpi) for kpi in catalogue.kpis.values()))
    assert [error.message for error in VALIDATOR.iter_errors(as_dict(bundle))] == []


@pytest.mark.parametrize(("text", "words"), [m for m in MISTAKES if not any(said in m[1] for said in OUTSIDE)])
def test_what_the_reader_refuses_the_schema_refuses(text: str, words: str) -> None:
    assert not VALIDATOR.is_valid(plain(parse(HEAD + text + "\n", "t.yaml"))), words


def test_every_field_is_described_in_both_languages() -> None:
    said = [(table.name, field.name) for table in all_tables() for field in table.fields if not (field.ja and field.en)]
    assert said == []
