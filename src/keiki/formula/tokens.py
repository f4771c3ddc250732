"""Words and signs of the formula language, with full-width spellings read as their ASCII twins, within limits."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from keiki.errors import FormulaError

MAX_CHARACTERS = 2_000
MAX_TOKENS = 400

SPELLINGS = {
    "−": "-", "‐": "-", "–": "-", "—": "-", "×": "*", "÷": "/", "∕": "/", "≠": "<>", "≤": "<=", "≦": "<=",
    "≥": ">=", "≧": ">=", "、": ",", "‘": "'", "’": "'",
}  # fmt: skip
"""Signs people type for an operator, beside the full-width forms of ASCII (！ to ～)."""

SIGNS = ("<>", "<=", ">=", "=", "<", ">", "+", "-", "*", "/", "(", ")", "[", "]", ",", ";", ":")
DIGITS = frozenset("0123456789")


class Sort(StrEnum):
    NAME = "name"
    NUMBER = "number"
    AMOUNT = "amount"  # digits and letters, such as 12m: a value of a parameter
    TEXT = "text"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True)
class Token:
    """One word or sign; `word` is its normal spelling, `at` its offset in the text as typed."""

    sort: Sort
    word: str
    at: int


def normal(sign: str) -> str:
    """The ASCII spelling of one character: ＋ is +, Ａ is A, ÷ is /; any other character is itself."""
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - 0xFEE0)
    return SPELLINGS.get(sign, sign)


def tokens(text: str) -> tuple[Token, ...]:
    """The words and signs of a text, ending with one of sort END; raises FormulaError beyond the limits."""
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(
            reason="too_long", text=text[:MAX_CHARACTERS], place=MAX_CHARACTERS, size=len(text), limit=MAX_CHARACTERS
        )
    return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self.text = text
        self.signs = [normal(sign) for sign in text]
        self.at = 0

    def read(self) -> tuple[Token, ...]:
        found: list[Token] = []
        while True:
            while self.at < len(self.text) and self.text[self.at].isspace():
                self.at += 1
            if len(found) > MAX_TOKENS:
                raise FormulaError(reason="too_many_tokens", text=self.text, place=found[-1].at, limit=MAX_TOKENS)
            if self.at == len(self.text):
                return (*found, Token(Sort.END, "", self.at))
            found.append(self._one())

    def _one(self) -> Token:
        start, sign = self.at, self.signs[self.at]
        if sign in DIGITS:
            return self._number(start)
        if sign == "'":
            return self._text(start)
        if _begins_name(sign):
            return Token(Sort.NAME, self._name(), start)
        following = self.signs[start + 1] if start + 1 < len(self.signs) else ""
        if following and sign + following in SIGNS:
            self.at += 2
            return Token(Sort.SIGN, sign + following, start)
        if sign in SIGNS:
            self.at += 1
            return Token(Sort.SIGN, sign, start)
        shown = f"“{sign}” (U+{ord(self.text[start]):04X})" if sign.isprintable() else f"U+{ord(self.text[start]):04X}"
        raise self._error("character", start, shown)

    def _name(self) -> str:
        """A name, dotted or not: order.status."""
        start = self.at
        while self.at < len(self.signs) and (_continues_name(self.signs[self.at]) or self._dot_before_name()):
            self.at += 1
        return "".join(self.signs[start : self.at])

    def _dot_before_name(self) -> bool:
        following = self.signs[self.at + 1 : self.at + 2]
        return self.signs[self.at] == "." and bool(following) and _begins_name(following[0])

    def _number(self, start: int) -> Token:
        self._digits()
        if self.signs[self.at : self.at + 1] == ["."]:
            self.at += 1
            self._digits()
        elif self.at < len(self.signs) and _begins_name(self.signs[self.at]):
            return Token(Sort.AMOUNT, "".join(self.signs[start : self.at]) + self._name(), start)
        word = "".join(self.signs[start : self.at])
        whole = word.partition(".")[0]
        if word.endswith(".") or (len(whole) > 1 and whole.startswith("0")) or float(word) == float("inf"):
            raise self._error("number", start, word[:40])
        return Token(Sort.NUMBER, word, start)

    def _digits(self) -> None:
        while self.at < len(self.signs) and self.signs[self.at] in DIGITS:
            self.at += 1

    def _text(self, start: int) -> Token:
        """A text as typed; '' inside stands for one quote. A text opened by ' is closed only by '."""
        closing = "'" if self.text[start] == "'" else "‘’＇"
        letters: list[str] = []
        self.at += 1
        while self.at < len(self.text):
            sign = self.text[self.at]
            self.at += 1
            if sign not in closing:
                letters.append(sign)
            elif self.text[self.at : self.at + 1] and self.text[self.at] in closing:
                letters.append(sign)
                self.at += 1
            else:
                return Token(Sort.TEXT, "".join(letters), start)
        raise self._error("open_text", start)

    def _error(self, reason: str, place: int, found: str = "") -> FormulaError:
        return FormulaError(reason=reason, text=self.text, place=place, found=found)


def _begins_name(sign: str) -> bool:
    return sign == "_" or sign.isalpha()


def _continues_name(sign: str) -> bool:
    """Letters, digits, _ and marks such as the dakuten of a decomposed が; no superscripts and no invisible signs."""
    return sign in DIGITS or _begins_name(sign) or (len(sign) == 1 and unicodedata.category(sign) in ("Mn", "Mc"))


def is_plain_value(value: str) -> bool:
    """Whether a parameter's value can be written without quotes: 12m, visit_done, 0.5."""
    try:
        found = tokens(value)
    except FormulaError:
        return False
    return len(found) == 2 and found[0].sort in (Sort.NAME, Sort.AMOUNT, Sort.NUMBER) and found[0].word == value
