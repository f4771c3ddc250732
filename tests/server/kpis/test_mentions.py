"""Names in a text, as people type them."""

from __future__ import annotations

import pytest

from keiki.server.kpis.queries import Named, mentions, shared_names

PEOPLE = (
    Named(1, "佐藤 花子", "hanako@example.jp"),
    Named(2, "佐藤 太郎", "taro@example.jp"),
    Named(3, "Emi", "emi@example.jp"),
    Named(4, "Emily Ito", "emily@example.jp"),
    Named(5, "鈴木 一郎", "suzuki@example.jp"),
)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@佐藤 花子 お願いします", [1]),
        ("@佐藤花子さん", [1]),
        ("＠佐藤\u3000太郎さん、＠鈴木さん", [2, 5]),
        ("@emi look", [3]),
        ("@Emily", [4]),
        ("@Emilys", []),
        ("@emily@example.jp", [4]),
        ("@佐藤さん", [None]),
        ("write to emi@example.jp", []),
        ("@ Emi", []),
        ("3 @ 400 yen, @nobody", []),
    ],
)
def test_members_are_found_by_whole_name_first_word_or_address(text: str, named: list[int | None]) -> None:
    assert [each.id for each in mentions(text, PEOPLE)] == named


def test_whole_name_goes_before_the_first_word_of_a_longer_one() -> None:
    people = (Named(1, "Emi", "a@example.jp"), Named(2, "Emi Sato", "b@example.jp"))
    assert [each.id for each in mentions("@Emi and @Emi Sato", people)] == [1, 2]


def test_name_that_several_have_is_told_as_it_was_typed() -> None:
    text = "@佐藤さんと@佐藤さん"
    assert shared_names(text, mentions(text, PEOPLE)) == ("@佐藤",)
