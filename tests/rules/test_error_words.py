"""Errors that lack words in one language are found."""

from __future__ import annotations

import pytest

from tools.rules.error_words import problems

HEAD = "class KeikiError(Exception):\n    en = '{message}'\n    ja = '{message}'\n"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("    en = 'The file {name} is empty.'\n", "needs both `en` and `ja`"),
        ("    en = '{name} is empty.'\n    ja = '{file}は空です。'\n", "names different things in `en` and `ja`"),
        ("    en = 'Empty.'\n    ja = 'Empty.'\n", "has a text in the wrong language"),
    ],
)
def test_error_words_finds_what_is_missing(repository, write, body, problem):
    write("src/keiki/errors.py", f"{HEAD}class EmptyFile(KeikiError):\n{body}")
    assert list(problems(repository)) == [f"src/keiki/errors.py:4 EmptyFile {problem}"]


def test_error_words_accepts_words_with_marks_of_the_language(repository, write):
    body = "    en = 'No {kind}{hint}.'\n    ja = '{kind_ja}はありません。{hint_ja}'\n"
    write("src/keiki/errors.py", f"{HEAD}class NoName(KeikiError):\n{body}")
    assert list(problems(repository)) == []


def test_error_words_wants_errors_in_their_home(repository, write):
    write("src/keiki/errors.py", HEAD)
    write("src/keiki/trees/build.py", "class Stray(KeikiError): ...\n")
    assert list(problems(repository)) == ["src/keiki/trees/build.py:1 Stray belongs in src/keiki/errors.py"]
