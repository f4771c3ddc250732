"""How targets are written, and the addresses of their pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from keiki.charts.aim import Aim, bounds
from keiki.charts.format import Style, number
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import queries
from keiki.trees.build import Node, Tree
from keiki.trees.findings import Said
from keiki.trees.smart import Mark
from keiki.trees.smart import Scorecard as SmartCard
from keiki.trees.targets import AT_LEAST, AT_MOST, Target


def grain_words(grain: Grain) -> str:
    """What a grain is called."""
    words = {Grain.DAY: _("each day"), Grain.WEEK: _("each week"), Grain.MONTH: _("each month")}
    return words.get(grain) or {Grain.QUARTER: _("each quarter"), Grain.YEAR: _("each year")}[grain]


NO_TARGET = Said("lacks_target")
TONES = {Mark.PASS: "good", Mark.CAUTION: "watch", Mark.FAIL: "act"}


@dataclass(frozen=True)
class Letter:
    """One SMART mark with its reasons."""

    letter: str
    name: str
    tone: str
    words: str


def target_url(business: Business, tree: Tree, node: Node) -> str:
    """The address of a number's target."""
    return reverse("planning:target", kwargs={"business": business.id, "tree": tree.id, "node": node.id})


def overview_url(business: Business, tree: str) -> str:
    """The address of the overview of a tree."""
    path = reverse("planning:targets", kwargs={"business": business.id})
    return f"{path}?{query_string(tree=tree)}"


def target_words(target: Target, unit: str, direction: str, style: Style) -> str:
    """A target as written: the value and what it is for."""
    value = target.value if target.value is not None else target.steps[-1].value if target.steps else None
    compare = target.compare or (AT_MOST if direction == "lower" else AT_LEAST)
    if target.low is not None or target.high is not None:
        words = bounds(Aim(target.low, target.high), unit, style)
    elif value is None:
        words = _("month by month")
    else:
        words = bounds(Aim(high=value) if compare == AT_MOST else Aim(low=value), unit, style)
    if target.period in {Grain.QUARTER, Grain.YEAR}:
        period = _("quarter") if target.period is Grain.QUARTER else _("year")
        return f"{words} / {period}"
    return words


def day_words(day: date | None, style: Style) -> str:
    """A day as it is written; "" for none."""
    if day is None:
        return ""
    return f"{day:%Y/%m/%d}" if style.japanese else f"{day.day} {day:%b %Y}"


def whole_number(text: str | None) -> int | None:
    """A whole number as it was posted; None for anything else."""
    return int(text) if text is not None and text.isdecimal() and len(text) < 10 else None


def query_string(**values: str) -> str:
    """Names and values of an address, empty ones left out."""
    return urlencode(values)


def page_url(name: str, business: Business, **ids: str) -> str:
    """The address of a page of the business, or nothing when this site has no such page."""
    try:
        return reverse(name, kwargs={"business": business.id, **ids})
    except NoReverseMatch:
        return ""


def smart_letters(
    request: Any, business: Business, numbers: TreeNumbers, node: Node, style: Style
) -> tuple[Letter, ...]:
    """The five letters of one number."""
    cards = queries.smart_marks(request.user, business, numbers)
    return next((letters_of(card, style) for card in cards if card.node == node.id), ())


def letters_of(card: SmartCard, style: Style) -> tuple[Letter, ...]:
    """A scorecard as letters."""
    names, comma = smart_names(), "、" if style.japanese else "; "

    def write(value: float | None, unit: str) -> str:
        return number(value, unit, style)

    return tuple(
        Letter(
            letter,
            names[letter],
            "none" if NO_TARGET in judged.reasons else TONES[judged.mark],  # nothing to judge yet is no alarm
            comma.join(reason.words(style.language, write) for reason in judged.reasons),
        )
        for letter, judged in card.marks.items()
    )


def smart_names() -> dict[str, str]:
    """What the five letters stand for."""
    return {
        "S": _("Specific"),
        "M": _("Measurable"),
        "A": _("Achievable"),
        "R": _("Relevant"),
        "T": _("Time-bound"),
    }
