"""A design beside the data: its formulas month by month, and whether a way to take a number apart gives it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keiki.charts.format import Style, difference, exact, number
from keiki.server.accounts.models import Business
from keiki.server.cockpit.queries import design as queries
from keiki.server.cockpit.queries.design import Written
from keiki.trees.consistency import HOLDS, Proof

ON_DATA: Final = "on_data"
"""In the address of the design page: hold the formulas against the data."""
PROVE: Final = "prove"
"""In the address of the design page: hold the ways to take the chosen number apart against the data."""


@dataclass(frozen=True)
class ProofRow:
    """One month of a formula: the measured value, what the formula gives, and what it leaves."""

    month: str
    value: str
    told: str
    rest: str
    holds: bool


@dataclass(frozen=True)
class ProofRows:
    """A formula by months, the newest first."""

    label: str
    rows: tuple[ProofRow, ...]


@dataclass(frozen=True)
class DataPanel:
    """What the data says about a design; `ask_url` while nobody has asked it yet."""

    tone: str = "none"
    words: str = ""
    formulas: tuple[ProofRows, ...] = ()
    ask_url: str = ""


@dataclass(frozen=True)
class Proved:
    """What the data says about one way to take a number apart."""

    tone: str
    words: str


def data_panel(business: Business, found: queries.OnData | None, listed: Sequence[Written], style: Style) -> DataPanel:
    """The formulas of a design held against their measured values."""
    if found is None:
        return DataPanel(words=_("Once the tree can be measured, its formulas are held against the data here."))
    if not found.proofs:
        return DataPanel(words=_("No number here has a KPI and a formula of its parts, so there is nothing to prove."))
    if not found.proved:
        return DataPanel(words=_("There is no data yet to prove the formulas with."))
    written = {each.node.id: each for each in listed}
    worst = sorted(found.proved, key=lambda each: -(each.worst or 0.0))
    formulas = tuple(
        ProofRows(written[each.node].label(style.language), _rows(business, each, written[each.node].unit, style))
        for each in worst
    )
    wrong = sum(each.holds is False for each in found.proved)
    return DataPanel("watch" if wrong else "good", _sentence(len(found.proved), wrong, _months(worst)), formulas)


def _months(proofs: Sequence[Proof]) -> int:
    return max(sum(rest is not None for rest in each.residual) for each in proofs)


def _sentence(count: int, wrong: int, months: int) -> str:
    if wrong:
        words = ngettext(
            "{wrong} formula does not give the measured value in every month. Formulas held against it: {count}.",
            "{wrong} formulas do not give the measured value in every month. Formulas held against it: {count}.",
            wrong,
        )
        return words.format(count=count, wrong=wrong)
    words = ngettext(
        "{count} formula gives exactly the measured value. Months compared: {months}.",
        "All {count} formulas give exactly the measured values. Months compared: {months}.",
        count,
    )
    return words.format(count=count, months=months)


def _rows(business: Business, proof: Proof, unit: str, style: Style) -> tuple[ProofRow, ...]:
    compared = zip(proof.periods, proof.values, proof.told, proof.shares, strict=True)
    oldest_first = [
        ProofRow(
            business.calendar.label(period, style.language),
            exact(value, unit, style),
            exact(told, unit, style),
            difference(value, told, unit, style),
            share <= HOLDS,
        )
        for period, value, told, share in compared
        if share is not None
    ]
    return tuple(reversed(oldest_first))


def proved_words(business: Business, proof: Proof, unit: str, style: Style) -> Proved:
    """Whether a way gives the number back on the data, with the month in which it is furthest off."""
    if proof.holds is None:
        return Proved("none", _("no data to prove it with"))
    months = _months([proof])
    if proof.holds:
        words = ngettext("gives it back in {months} month", "gives it back in each of {months} months", months)
        return Proved("good", words.format(months=months))
    place = proof.furthest
    words = _("does not give it back: {told} instead of {value} in {month}")
    return Proved(
        "watch",
        words.format(
            told=number(proof.told[place], unit, style),
            value=number(proof.values[place], unit, style),
            month=business.calendar.label(proof.periods[place], style.language),
        ),
    )


def asked(request: Any, name: str) -> bool:
    """Whether the address asks the data."""
    return bool(request.GET.get(name) == "1")
