"""How certain the number of a period is, in words: 速報・途中, 速報, 確定; the rule itself is `Lens.certainty`."""

from __future__ import annotations

from typing import Final

from keiki.charts.format import JAPANESE, Style
from keiki.lens import FINAL, PROVISIONAL, SO_FAR

WORDS: Final = {
    SO_FAR: ("速報・途中", "provisional, so far"),
    PROVISIONAL: ("速報", "provisional"),
    FINAL: ("確定", "final"),
}


def certainty_words(certainty: str, style: Style = JAPANESE) -> str:
    """How certain a number is, to stand beside it.

    >>> certainty_words("provisional"), certainty_words("final", Style("en"))
    ('速報', 'final')
    """
    return WORDS[certainty][0 if style.japanese else 1]


def period_name(label: str, complete: bool, style: Style = JAPANESE) -> str:
    """The name of a period, marked while the period is not over.

    >>> period_name("2026年10月", complete=True), period_name("Oct 2026", False, Style("en"))
    ('2026年10月', 'Oct 2026 (so far)')
    """
    return label if complete else label + provisional_mark(SO_FAR, style)


def provisional_mark(certainty: str, style: Style = JAPANESE) -> str:
    """What follows the name of a period whose numbers may still change; "" when they are final.

    >>> "2026年10月" + provisional_mark("provisional"), "Oct 2026" + provisional_mark("so_far", Style("en"))
    ('2026年10月（速報）', 'Oct 2026 (so far)')
    """
    marks = {SO_FAR: ("（途中）", " (so far)"), PROVISIONAL: ("（速報）", " (provisional)"), FINAL: ("", "")}
    return marks[certainty][0 if style.japanese else 1]
