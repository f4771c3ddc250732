"""Words and signs as people type them, also on a Japanese keyboard."""

from __future__ import annotations

import pytest

from keiki.errors import FormulaError
from keiki.formula.tokens import MAX_CHARACTERS, MAX_TOKENS, Sort, is_plain_value, tokens


def words(text):
    return [token.word for token in tokens(text)[:-1]]


def test_tokens_of_every_sort():
    found = tokens("a.b >= 1.50 'x''y' 12m;")
    assert [(token.sort, token.word, token.at) for token in found] == [
        (Sort.NAME, "a.b", 0),
        (Sort.SIGN, ">=", 4),
        (Sort.NUMBER, "1.50", 7),
        (Sort.TEXT, "x'y", 12),
        (Sort.AMOUNT, "12m", 19),
        (Sort.SIGN, ";", 22),
        (Sort.END, "", 23),
    ]


def test_full_width_signs_are_read_as_their_ascii_twins():
    assert words("（ａ＋ｂ）−１２．５×ｃ÷ｄ／Ｅ＿ｆ") == words("(a+b)-12.5*c/d/E_f")
    assert words("［ｘ＝１；ｂｙ　ｙ，ｚ：２］") == words("[x=1;by y,z:2]")
    assert words("a≠1、b≦2、c≧3、d＜＞4、e＜＝5") == words("a<>1,b<=2,c>=3,d<>4,e<=5")


def test_a_text_stays_as_typed():
    assert words("'ＡＢＣ　×’'") == ["ＡＢＣ　×’"]
    assert words("‘新規’ ’再’ ＇他＇") == ["新規", "再", "他"]


def test_signs_that_touch_are_told_apart():
    assert words("<≥") == ["<", ">="]
    assert words("a<-b") == ["a", "<", "-", "b"]


def test_names_may_be_japanese_also_with_separate_voicing_marks():
    assert words("売上ー合計 が") == ["売上ー合計", "が"]


@pytest.mark.parametrize(
    ("text", "reason", "place"),
    [
        ("1 + $", "character", 4),
        ("a\x00", "character", 1),
        ("a\u200b", "character", 1),
        ("x²", "character", 1),
        ("a\ud800", "character", 1),
        ("'open", "open_text", 0),
        ("max(1,000)", "number", 6),
        ("1.", "number", 0),
        ("9" * 400, "number", 0),
    ],
)
def test_what_has_no_meaning_is_refused_at_its_place(text, reason, place):
    with pytest.raises(FormulaError) as caught:
        tokens(text)
    assert (caught.value.reason, caught.value.place) == (reason, place)
    assert caught.value.words("ja").isprintable() is False  # it holds the line break before the picture
    assert all(line.isprintable() for line in caught.value.words("en").split("\n"))


def test_limits_hold_to_the_last_character_and_token():
    assert len(tokens("a" * MAX_CHARACTERS)) == 2
    assert len(tokens("+" * MAX_TOKENS)) == MAX_TOKENS + 1
    with pytest.raises(FormulaError) as caught:
        tokens("a" * (MAX_CHARACTERS + 1))
    assert caught.value.reason == "too_long"
    with pytest.raises(FormulaError) as caught:
        tokens("+" * (MAX_TOKENS + 1))
    assert caught.value.reason == "too_many_tokens"


def test_plain_values_need_no_quotes():
    assert [is_plain_value(value) for value in ("12m", "visit_done", "0.5", "a b", "", "it's", "ａ", "1,2")] == [
        True, True, True, False, False, False, False, False,
    ]  # fmt: skip
