"""Numbers as people write them: full-width digits, yen signs, thousands commas, △ and brackets for minus, 万円."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ibis

from keiki.facts.functions import has, let, matches, replace_all, translate

NARROW = {
    "０１２３４５６７８９": "0123456789",
    "．，＋（）％￥＄＼／：": ".,+()%¥$\\/:",
    "－−–‐△▲": "------",
    "\u3000\u00a0\u2009\u202f": "    ",
}
WIDE, PLAIN = "".join(NARROW), "".join(NARROW.values())

CURRENCY = r"(?:[¥$\\€£]|US\$|JPY|USD|EUR|GBP)"
DIGITS = r"(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+"
UNITS = {
    "百万": Decimal(1_000_000),
    "千": Decimal(1_000),
    "万": Decimal(10_000),
    "億": Decimal(100_000_000),
    "%": Decimal("0.01"),
}
AFTER = r"(?:(?:百万|千|万|億)?\s*(?:円|JPY|USD|EUR|GBP)?|%)"
BODY = rf"(?:{DIGITS})\s*{AFTER}"
NUMERAL = rf"(?:[-+]?\s*{CURRENCY}?\s*{BODY}|{CURRENCY}\s*[-+]\s*{BODY}|{BODY}-|\(\s*{CURRENCY}?\s*{BODY}\s*\))"

# 14 digits before the point: the widest that a unit of a hundred million cannot push out of 38 digits.
EXACT = "decimal(22, 8)"
FACTOR = "decimal(12, 2)"


def plain(text: Any) -> Any:
    """The text with full-width digits and signs made narrow and the spaces around it dropped."""
    return translate(text, WIDE, PLAIN).strip().upper()


def is_numeral(text: Any, *, percent: bool = True) -> Any:
    """Whether the plain text is a number; several numbers, digits in odd groups or letters are not."""
    fits = matches(text, NUMERAL)
    return fits if percent else fits & ~text.contains("%")


def amount(text: Any) -> Any:
    """The number that a text states exactly, DECIMAL with 8 or more decimals, NULL when it states none."""
    return let(
        plain(text), lambda s: ibis.cases((is_numeral(s, percent=False), _magnitude(s, EXACT) * _factor(s, FACTOR)))
    )


def number(text: Any) -> Any:
    """The number that a text states as DOUBLE; 12.5% is 0.125."""
    return let(plain(text), lambda s: ibis.cases((is_numeral(s), _magnitude(s, "float64") * _factor(s, "float64"))))


def _magnitude(plain_text: Any, kind: str) -> Any:
    return replace_all(plain_text, "[^0-9.]", "", "g").try_cast(kind)


def _factor(plain_text: Any, kind: str) -> Any:
    units = [(plain_text.contains(sign), ibis.literal(factor).cast(kind)) for sign, factor in UNITS.items()]
    sign = ibis.cases((has(plain_text, "[-(]"), -1), else_=1)
    return ibis.cases(*units, else_=ibis.literal(Decimal(1)).cast(kind)) * sign.cast("int64")
