"""What a person moves, as it stands in an address: `to.<driver>=2.5` in the unit a page shows."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from keiki.trees.build import Node
from keiki.trees.simulate import How, Move
from keiki.trees.solve import Lever
from keiki.trees.stated import ill_fitting

PREFIX: Final = "to."
STEPS: Final = ("1", "5", "10")
LONGEST: Final = 40
FARTHEST: Final = Decimal(10) ** 18
SCALES: Final[Mapping[str, int]] = {"千": 10**3, "万": 10**4, "億": 10**8}


def amount_of(text: str, unit: str) -> float | None:
    """A number as people type it, in a node's own unit; None when it is none, or that of another unit.

    >>> amount_of("２．５％", "ratio"), amount_of("1,200円", "currency"), amount_of("many", "count")
    (0.025, 1200.0, None)
    >>> amount_of("500万", "currency"), amount_of("1.2億円", "currency"), amount_of("万", "count")
    (5000000.0, 120000000.0, None)
    >>> amount_of("¥1,200", "ratio"), amount_of("5%", "count")
    (None, None)
    """
    if ill_fitting(text, unit) is not None:
        return None
    plain = (
        unicodedata.normalize("NFKC", text)
        .strip()
        .replace(",", "")
        .replace("\u2212", "-")
        .rstrip("%円回人件点日 ")
        .lstrip("¥$€£ ")
    )
    scale = SCALES.get(plain[-1:])
    digits = plain if scale is None else plain[:-1]
    try:
        number = Decimal(digits) * (scale or 1) if len(plain) <= LONGEST else Decimal("NaN")
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > FARTHEST:
        return None
    return float(number / 100 if unit == "ratio" else number)


def typed(value: float | None, unit: str) -> str:
    """A node's value as it is typed into a field: shares in per cent, at most six significant digits.

    >>> typed(0.029513, "ratio"), typed(1234567.0, "currency"), typed(None, "count")
    ('2.9513', '1234570', '')
    """
    if value is None:
        return ""
    number = Decimal(repr(float(value))) * (100 if unit == "ratio" else 1)
    shown = f"{Decimal(f'{number:.6g}'):f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


@dataclass(frozen=True)
class Moved:
    """The moves of an address, the texts they were typed as, and the drivers whose text is no number they can have.

    `shares` are the rates of counts among the drivers, `below` those refused below 0 %, `above` those beyond 100 %.
    """

    moves: Mapping[str, Move] = field(default_factory=dict)
    texts: Mapping[str, str] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    below: frozenset[str] = frozenset()
    above: frozenset[str] = frozenset()

    @classmethod
    def read(cls, query: Mapping[str, str], drivers: Iterable[Node], shares: frozenset[str] = frozenset()) -> Moved:
        """The moves of a query string or a form; an empty field moves nothing."""
        texts = {n.id: text for n in drivers if (text := query.get(PREFIX + n.id, "").strip()[: 2 * LONGEST])}
        units = {node.id: node.unit for node in drivers}
        amounts = {node: amount_of(text, units[node]) for node, text in texts.items()}
        below = frozenset(n for n, amount in amounts.items() if n in shares and amount is not None and amount < 0)
        above = frozenset(n for n, amount in amounts.items() if n in shares and amount is not None and amount > 1)
        moves = {n: Move(How.TO, amount) for n, amount in amounts.items() if amount is not None and n not in below}
        return cls(moves, texts, frozenset(node for node in texts if node not in moves), shares, below, above)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The names and values of a query string or of hidden fields."""
        return tuple((PREFIX + node, text) for node, text in self.texts.items())


def moves_url(path: str, lens: Iterable[tuple[str, str]], texts: Mapping[str, str]) -> str:
    """The address of a what-if: the question, and each driver's text."""
    pairs = [*lens, *((PREFIX + node, text) for node, text in texts.items())]
    return f"{path}?{urlencode(pairs)}" if pairs else path


@dataclass(frozen=True)
class Wanted:
    """What an address seeks: the goal's value, by which driver, or by which levers; and the step of the strengths."""

    goal: float | None = None
    goal_text: str = ""
    by: str = ""
    step: str = "1"
    levers: tuple[Lever, ...] = ()
    lever_texts: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)
    wrong: frozenset[str] = frozenset()

    @classmethod
    def read(cls, query: Mapping[str, str], drivers: Iterable[Node], root: Node) -> Wanted:
        """The goal sought, if any, in a query string."""
        nodes = {node.id: node for node in drivers}
        text = query.get("goal", "").strip()[: 2 * LONGEST]
        goal = amount_of(text, root.unit) if text else None
        wrong = {"goal"} if text and goal is None else set()
        levers, texts = [], {}
        for name, node in nodes.items():
            low, high, cost = (
                query.get(f"{part}.{name}", "").strip()[: 2 * LONGEST] for part in ("low", "high", "cost")
            )
            if not (low or high or cost):
                continue
            texts[name] = (low, high, cost)
            numbers = [amount_of(low, node.unit), amount_of(high, node.unit), amount_of(cost or "0", "currency")]
            if None in numbers:
                wrong.add(name)
            else:
                per = 100 if node.unit == "ratio" else 1  # a cost per point, the amount is of 0-1
                levers.append(Lever(name, float(numbers[0] or 0), float(numbers[1] or 0), float(numbers[2] or 0) * per))
        by = query.get("by", "")
        step = query.get("step", "1")
        return cls(
            goal,
            text,
            by if by in nodes else "",
            step if step in STEPS else "1",
            tuple(levers),
            texts,
            frozenset(wrong),
        )


class ScenarioForm(forms.Form):
    """The name and the note of a scenario."""

    name = forms.CharField(label=_("Name"), max_length=80)
    note = forms.CharField(label=_("Note"), max_length=400, required=False)
