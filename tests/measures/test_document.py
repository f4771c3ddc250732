"""Declarations read from YAML keep their places, and broken ones say where."""

from __future__ import annotations

import pytest

from keiki.errors import MissingField, UnreadableDeclaration, WrongField
from keiki.measures.document import Place, entries, parse, read


def test_parse_keeps_the_line_of_every_field() -> None:
    document = parse("measures:\n  - id: a\n    ja: あ\n  - id: b\n", "x.yaml")
    first, second = entries(document, "measures")
    assert (first.at, first.place("ja"), second.at) == (Place("x.yaml", 2), Place("x.yaml", 3), Place("x.yaml", 4))


def test_place_of_a_missing_field_is_that_of_the_entry() -> None:
    assert str(parse("id: a\n", "x.yaml").place("ja")) == "x.yaml:1"


def test_empty_text_is_an_empty_document() -> None:
    assert dict(parse("", "x.yaml")) == {}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("b: 1\na: ]\n", 2),
        ("a: 1\nb: 2\na: 3\n", 3),
        ("a: &x [1]\nb: *x\n", 1),
        ("- 1\n- 2\n", 1),
        ("a: \x00\n", 1),
        ("a: 2020-13-45\n", 1),
    ],
    ids=["stray bracket", "key twice", "alias", "no mapping", "control sign", "no date"],
)
def test_unreadable_text_names_the_file_and_line(text: str, line: int) -> None:
    with pytest.raises(UnreadableDeclaration) as caught:
        parse(text, "x.yaml")
    assert caught.value.details["place"] == Place("x.yaml", line)


def test_deep_nesting_is_told_not_crashed() -> None:
    with pytest.raises(UnreadableDeclaration):
        parse("a: " + "[" * 20_000 + "]" * 20_000, "x.yaml")


def test_read_refuses_a_file_that_is_too_large(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("keiki.measures.document.LARGEST_FILE", 10)
    (tmp_path / "big.yaml").write_text("id: a long enough text\n")
    with pytest.raises(UnreadableDeclaration) as caught:
        read(tmp_path / "big.yaml")
    assert "big.yaml:1" in str(caught.value)


def test_text_that_must_be_there_is_missed_by_name() -> None:
    with pytest.raises(MissingField) as caught:
        parse("id: a\nja: ''\n", "x.yaml").text("ja")
    assert caught.value.words("ja") == "「a」に「ja」がありません。書き足すまで「a」は使われません。"


def test_words_take_one_word_for_a_list_of_one() -> None:
    document = parse("one: x\nmany: [x, 2]\nmap: {a: 1}\n", "x.yaml")
    assert (document.words("one"), document.words("many"), document.words("none")) == (("x",), ("x", "2"), ())
    with pytest.raises(WrongField):
        document.words("map")


def test_pairs_are_sorted_texts() -> None:
    document = parse("p: {b: true, a: 60d}\nq: 3\n", "x.yaml")
    assert document.pairs("p") == (("a", "60d"), ("b", "true"))
    with pytest.raises(WrongField):
        document.pairs("q")


def test_flag_is_true_or_false() -> None:
    document = parse("a: true\nb: yes please\n", "x.yaml")
    assert (document.flag("a"), document.flag("c")) == (True, False)
    with pytest.raises(WrongField):
        document.flag("b")


def test_entries_must_be_mappings() -> None:
    with pytest.raises(WrongField):
        list(entries(parse("measures: [a]\n", "x.yaml"), "measures"))
