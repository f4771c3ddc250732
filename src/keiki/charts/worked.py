"""A KPI worked out, in words: 広告クリック数 3,000 ÷ 広告表示回数 200,000 = 1.50%."""

from __future__ import annotations

from typing import Final

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.reading import Reader
from keiki.catalogue.worked import Way, Worked, worked_example
from keiki.charts.format import WITHOUT_CENTS, Style, number
from keiki.errors import KeikiError
from keiki.formula.nodes import Reference

MADE_OF: Final = {
    Way.SUM: (
        "{}：上旬 {} + 中旬 {} + 下旬 {} = {}",
        "{}: days 1–10 {} + days 11–20 {} + the rest of the month {} = {}",
    ),
    Way.DISTINCT: (
        "{}：上旬 {} + 中旬 {} + 下旬 {} − 重なり {} = {}（何度現れても1と数える）",
        "{}: days 1–10 {} + days 11–20 {} + the rest of the month {} − counted twice {} = {}",
    ),
    Way.STOCK: (
        "{}：月初 {} + 増えた分 {} − 減った分 {} = 月末 {}",
        "{}: first day {} + added {} − left {} = last day {}",
    ),
}
SINGLE: Final = {
    Way.MEAN: (
        "{name}：{count}件が{parts}なら、合計 ÷ {count} = {value}",
        "{name}: {parts}; their sum ÷ {count} = {value}",
    ),
    Way.WINDOWS: (
        "{name}：3回の計測が{parts}なら、その平均 = {value}",
        "{name}: measured three times, {parts}; their mean = {value}",
    ),
    Way.READ: ("{name}：その時点の値をそのまま読む = {value}", "{name}: read as it stands = {value}"),
    Way.ENTERED: ("{name}：測った値をそのまま入力する = {value}", "{name}: entered as it was measured = {value}"),
}

UNDEFINED: Final = (
    "見本の数字では、0で割るなどして値が出ません。",
    "With these figures the formula gives no value, as when it divides by zero.",
)


def money_of(style: Style) -> float:
    """What one yen of an example is in the currency of the reader: a cent where the currency has cents."""
    return 1.0 if style.currency in WITHOUT_CENTS else 0.01


def example_words(catalogue: Catalogue, kpi: Kpi, style: Style) -> str:
    """The KPI worked out with the made-up company's figures in one line, or why it cannot be."""
    try:
        worked = worked_example(catalogue, kpi, money_of(style))
    except KeikiError as error:
        return error.words(style.language)
    return worked_words(worked, catalogue, style) or UNDEFINED[0 if style.japanese else 1]


def worked_words(worked: Worked, catalogue: Catalogue, style: Style) -> str:
    """The calculation in one line, with every figure as the reader writes numbers; "" for an undefined one."""
    if worked.value is None:
        return ""
    reader = Reader(catalogue, style.language)
    value = number(worked.value, worked.kpi.unit, style)
    if worked.way is Way.FORMULA:

        def figure(reference: Reference, back: int) -> str:
            found = worked.figure(reference, back)
            return number(found.value, found.unit, style)

        return f"{reader.formula(worked.formula, figure)} = {value}"
    name = reader.formula(worked.formula)
    if not worked.parts and worked.way not in {Way.READ, Way.ENTERED}:
        return f"{name} = {value}"
    parts = [number(part, worked.kpi.unit, style) for part in worked.parts]
    side = 0 if style.japanese else 1
    if worked.way in MADE_OF:
        return MADE_OF[worked.way][side].format(name, *parts, value)
    listed = ("・" if style.japanese else ", ").join(parts)
    return SINGLE[worked.way][side].format(name=name, count=len(parts), parts=listed, value=value)
