"""The one number format: how a value of a unit is written on a page and in a file, in Japanese and in English."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Context, Decimal
from enum import StrEnum
from typing import Final

MISSING: Final = "—"
MINUS: Final = "\u2212"
WIDE: Final = Context(prec=1_300, rounding=ROUND_HALF_UP)
"""Room for every digit of a ratio of the largest and the smallest float."""
Value = int | float | Decimal | None


class Money(StrEnum):
    """In which unit a business reads its money: chosen by size, or always one unit."""

    AUTO = "auto"
    YEN = "yen"
    THOUSAND = "thousand"
    MAN = "man"
    MILLION = "million"
    OKU = "oku"


@dataclass(frozen=True)
class Style:
    """Who reads: language, currency of the business, its money unit, and whether it goes into a file."""

    language: str = "ja"
    currency: str = "JPY"
    money: Money = Money.AUTO
    files: bool = False

    @property
    def japanese(self) -> bool:
        return self.language.startswith("ja")


JAPANESE: Final = Style()


@dataclass(frozen=True)
class Written:
    """A written value in three pieces, so that a page can set the unit in smaller type."""

    before: str
    figure: str
    after: str

    def __str__(self) -> str:
        return f"{self.before}{self.figure}{self.after}"


SCALES_JA: Final = (("兆", Decimal(10) ** 12), ("億", Decimal(10) ** 8), ("万", Decimal(10) ** 4))
SCALES_EN: Final = (("T", Decimal(10) ** 12), ("B", Decimal(10) ** 9), ("M", Decimal(10) ** 6))
FIXED_JA: Final = {
    Money.THOUSAND: ("千", Decimal(1_000)),
    Money.MAN: ("万", Decimal(10_000)),
    Money.MILLION: ("百万", Decimal(1_000_000)),
    Money.OKU: ("億", Decimal(100_000_000)),
}
FIXED_EN: Final = {
    Money.THOUSAND: ("K", Decimal(1_000)),
    Money.MAN: ("K", Decimal(1_000)),
    Money.MILLION: ("M", Decimal(1_000_000)),
    Money.OKU: ("M", Decimal(1_000_000)),
}
LARGE: Final = Decimal(1_000_000)
"""From here on a number is shortened to 万 and 億, or to M and B."""

CURRENCIES: Final = {
    "JPY": ("円", "¥"),
    "USD": ("ドル", "$"),
    "EUR": ("ユーロ", "€"),
    "GBP": ("ポンド", "£"),
}
WITHOUT_CENTS: Final = frozenset({"JPY", "KRW", "VND", "CLP"})

UNIT_WORDS: Final[dict[str, tuple[str, str, str]]] = {
    "count": ("", "", ""),
    "number": ("", "", ""),
    "points": ("", "", ""),
    "distribution": ("", "", ""),
    "score": ("点", "", ""),
    "items": ("点", " item", " items"),
    "rank": ("位", "", ""),
    "per_year": ("回/年", " per year", " per year"),
    "seconds": ("秒", " s", " s"),
    "minutes": ("分", " min", " min"),
    "hours": ("時間", " h", " h"),
    "days": ("日", " day", " days"),
    "business_days": ("営業日", " business day", " business days"),
    "months": ("か月", " month", " months"),
    "years": ("年", " year", " years"),
}
"""Unit → word after the figure: Japanese, English for one, English for any other."""

ABSOLUTE_CHANGE: Final = frozenset({"ratio", "points", "score", "rank"})
"""Units whose change is a difference; a change in per cent would say something else."""

COUNTERS: Final = (
    (("者数", "客数", "人数", "会員数", "顧客", "ユーザー数", "フォロワー数", "リード数"), "人"),
    (("件数", "注文数", "受注数", "契約数", "商談数", "解約数", "問い合わせ数", "申込数", "請求数"), "件"),
    (("回数", "頻度", "訪問数", "流入数", "クリック数", "セッション数"), "回"),
    (("点数", "個数"), "点"),
)


def counter_word(label: str) -> str:
    """The Japanese counter that goes with a counted thing, read from the end of its name; "" when unsure.

    >>> counter_word("新規顧客数"), counter_word("月間購入頻度"), counter_word("フォロワー")
    ('人', '回', '')
    """
    name = label.split("（")[0]
    return next((word for endings, word in COUNTERS if name.endswith(endings)), "")


def number(value: Value, unit: str, style: Style = JAPANESE, counter: str = "") -> str:
    """A value as people read it: 1.80億円, 2.95%, 12日; `—` when there is none (empty in files).

    Ratios come as 0-1. `counter` is the Japanese counter of a count (人, 件, 回).
    """
    return _finish(written(value, unit, style, counter), style)


def written(value: Value, unit: str, style: Style = JAPANESE, counter: str = "") -> Written:
    """The same as `number`, in pieces (minus always U+2212)."""
    exact = decimal(value)
    if exact is None:
        return Written("", "" if style.files else MISSING, "")
    sign = MINUS if exact < 0 else ""
    if unit == "currency":
        piece = _money(abs(exact), style)
    elif unit == "ratio":
        piece = Written("", _percent(abs(exact) * 100), "%")
    else:
        piece = _plain(abs(exact), unit, style, counter)
    zero = not any(digit in "123456789" for digit in piece.figure)
    return piece if zero or not sign else replace(piece, before=sign + piece.before)


def exact(value: Value, unit: str, style: Style = JAPANESE, counter: str = "") -> str:
    """Every digit that matters, for a title, a table or a copy: 180,213,400円, 2.9513%."""
    amount = decimal(value)
    if amount is None:
        return "" if style.files else MISSING
    sign = MINUS if amount < 0 else ""
    if unit == "ratio":
        piece = Written("", _trim(_fixed(abs(amount) * 100, 4)), "%")
    elif unit == "currency":
        places = 0 if style.currency in WITHOUT_CENTS and amount == amount.to_integral_value() else 2
        piece = _with_currency(_fixed(abs(amount), places), "", style)
    else:
        figure = _trim(_fixed(abs(amount), 4))
        piece = Written("", figure, _unit_word(figure, unit, style, counter))
    return _finish(replace(piece, before=sign + piece.before), style)


def difference(after: Value, before: Value, unit: str, style: Style = JAPANESE) -> str:
    """The signed distance between two values in their own unit; of two ratios in pt."""
    new, old = decimal(after), decimal(before)
    if new is None or old is None:
        return "" if style.files else MISSING
    gap = new - old
    if unit == "ratio":
        size = abs(gap) * 100
        figure = _signed(_fixed(size, 2 if _rounds_below(size, 1, 2) else 1), gap, "pt")
    else:
        text = str(written(abs(gap), unit, style))
        figure = _signed(text, gap, "")
    return _finish(Written("", figure, ""), style)


def change(after: Value, before: Value, unit: str, style: Style = JAPANESE) -> str:
    """How a value moved, as shown beside it: +3.6 %, of ratios −0.50pt, of scores +2.1.

    `—` when either value is missing or when there is nothing to compare with (before = 0).
    """
    if unit in ABSOLUTE_CHANGE:
        return difference(after, before, "ratio" if unit == "ratio" else "points", style)
    new, old = decimal(after), decimal(before)
    if new is None or old is None or old == 0:
        return "" if style.files else MISSING
    size = abs((new - old) / old) * 100
    figure = _fixed(size, 0 if size >= 1000 else 1)
    return _finish(Written("", _signed(figure, (new - old) / abs(old), "%"), ""), style)


def decimal(value: Value) -> Decimal | None:
    """The value as an exact decimal of its shortest form, None for nothing, NaN and infinity."""
    if value is None:
        return None
    amount = value if isinstance(value, Decimal) else Decimal(str(value))
    return amount if amount.is_finite() else None


def _money(amount: Decimal, style: Style) -> Written:
    if style.money is Money.YEN:
        return _with_currency(_small_money(amount, style), "", style)
    if style.money is not Money.AUTO:
        word, scale = (FIXED_JA if style.japanese else FIXED_EN)[style.money]
        if amount >= scale:
            return _with_currency(_three(amount / scale), word, style)
        return _with_currency(_small_money(amount, style), "", style)
    short = _shortened(amount, style)
    if short is None:
        return _with_currency(_small_money(amount, style), "", style)
    return _with_currency(short[0], short[1], style)


def _shortened(amount: Decimal, style: Style) -> tuple[str, str] | None:
    """Figure and scale word of a large amount; None below a million.

    A figure that rounds up to the next scale takes that scale: 99,999,999 is 1.00億, never 10,000万.
    """
    if amount.quantize(Decimal(1), context=WIDE) < LARGE:
        return None
    for word, scale in SCALES_JA if style.japanese else SCALES_EN:
        if word == "万":
            return _fixed(amount / scale, 0), word
        step = scale / (10_000 if style.japanese else 1_000)
        if (amount / step).quantize(Decimal(1), context=WIDE) * step >= scale:
            return _three(amount / scale), word
    return _fixed(amount, 0), ""


def _small_money(amount: Decimal, style: Style) -> str:
    if style.currency in WITHOUT_CENTS:
        return _trim(_fixed(amount, 1)) if _rounds_below(amount, 100, 1) else _fixed(amount, 0)
    return _fixed(amount, 2 if _rounds_below(amount, 10_000, 2) else 0)


def _with_currency(figure: str, scale: str, style: Style) -> Written:
    ja, en = CURRENCIES.get(style.currency, (style.currency, f"{style.currency} "))
    return Written("", figure, scale + ja) if style.japanese else Written(en, figure, scale)


def _percent(amount: Decimal) -> str:
    return _fixed(amount, 2 if _rounds_below(amount, 10, 2) else 1)


def _plain(amount: Decimal, unit: str, style: Style, counter: str) -> Written:
    short = _shortened(amount, style) if unit in {"count", "number"} else None
    if short is not None:
        return Written("", short[0], short[1] + (counter if style.japanese else ""))
    if unit in {"score", "points"}:
        figure = _fixed(amount, 1)
    elif amount == amount.to_integral_value():
        figure = _fixed(amount, 0)
    else:
        figure = _three(amount)
    return Written("", figure, _unit_word(figure, unit, style, counter))


def _unit_word(figure: str, unit: str, style: Style, counter: str) -> str:
    ja, one, many = UNIT_WORDS.get(unit, ("", "", ""))
    if style.japanese:
        return ja or counter
    return one if figure == "1" else many


def _three(amount: Decimal) -> str:
    """Three significant digits, never fewer than the whole number."""
    for places, limit in ((2, 10), (1, 100)):
        if _rounds_below(amount, limit, places):
            return _fixed(amount, places)
    return _fixed(amount, 0)


def _rounds_below(amount: Decimal, limit: int, places: int) -> bool:
    return amount.quantize(Decimal(1).scaleb(-places), context=WIDE) < limit


def _fixed(amount: Decimal, places: int) -> str:
    return f"{amount.quantize(Decimal(1).scaleb(-places), context=WIDE):,f}"


def _trim(figure: str) -> str:
    return figure.rstrip("0").rstrip(".") if "." in figure else figure


def _signed(figure: str, gap: Decimal, after: str) -> str:
    if not any(digit in "123456789" for digit in figure):
        return f"±{figure}{after}"
    return f"{'+' if gap > 0 else MINUS}{figure}{after}"


def _finish(piece: Written, style: Style) -> str:
    text = str(piece)
    if not style.files:
        return text
    return text.replace(MINUS, "-").replace("±", "")
