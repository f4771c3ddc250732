"""A report in words: the same lines for the page, the e-mail as HTML and the e-mail as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keiki.charts.card import STATUS_WORDS
from keiki.charts.certainty import certainty_words
from keiki.charts.format import MISSING, Style, change, difference, exact, number
from keiki.server.accounts.models import Business
from keiki.server.kpis import pages as kpis
from keiki.server.kpis.forms import Asked
from keiki.server.reports.models import Cadence
from keiki.server.reports.queries.letters import DAYS, Comment, Letter
from keiki.trees.build import Node


@dataclass(frozen=True)
class Line:
    """One number of a report; `moved` is its difference to `usual`."""

    label: str
    url: str
    value: str
    exact: str
    usual: str
    moved: str
    target: str
    status: str
    status_words: str
    owner: str


@dataclass(frozen=True)
class Said:
    """A comment with its day and who wrote it."""

    day: str
    number: str
    text: str
    who: str


@dataclass(frozen=True)
class Report:
    """A report as it is read. `head` names the columns of its lines."""

    title: str
    period: str
    certainty: str
    sentence: str
    fresh: str
    head: tuple[str, ...]
    lines: tuple[Line, ...]
    said: tuple[Said, ...]
    rule: str


def titles() -> dict[str, str]:
    """What the reports are called."""
    return {
        Cadence.DAILY: _("Daily report"),
        Cadence.WEEKLY: _("Weekly report"),
        Cadence.ALERTS: _("Alerts about accounts"),
        Cadence.NAMED: _("Comments for you"),
    }


def day_words(day: date, style: Style) -> str:
    """A day as this reader writes it."""
    return f"{day:%Y/%m/%d}" if style.japanese else f"{day.day} {day:%b %Y}"


def period_words(letter: Letter, style: Style) -> str:
    """The day, or the first and the last day of the week."""
    period = letter.period
    first = day_words(period.start, style)
    return first if letter.cadence == Cadence.DAILY else f"{first} – {day_words(period.last, style)}"


def written(letter: Letter, business: Business, style: Style) -> Report:
    """A report in the reader's words."""
    daily = letter.cadence == Cadence.DAILY
    lines = tuple(_line(letter, business, node, style) for node in letter.nodes)
    return Report(
        title=titles()[letter.cadence],
        period=period_words(letter, style),
        certainty=certainty_words(letter.numbers.certainty, style),
        sentence=_sentence(letter, lines),
        fresh=_fresh(letter, style),
        head=(
            _("KPI"),
            period_words(letter, style) if daily else _("This week"),
            _("Mean of 7 days") if daily else _("Week before"),
            _("Difference"),
            _("Target"),
            _("Status"),
            _("In charge"),
        ),
        lines=lines,
        said=tuple(_said(each, style) for each in letter.comments),
        rule=_rule(daily),
    )


def _rule(daily: bool) -> str:
    if daily:
        return _(
            "Beside each value stands the mean of the {days} days before; for rates and averages, that of the {days} "
            "days together."
        ).format(days=DAYS)
    return _("Beside each value stands that of the week before. A target judges the value where there is one.")


def _line(letter: Letter, business: Business, node: Node, style: Style) -> Line:
    numbers = letter.numbers
    value, usual = numbers.value(node), letter.usual.get(node.id)
    shown = kpis.number_card(numbers, node, style)
    judged = shown.status if numbers.aim(node) is not None else "plain"
    asked = Asked(grain=numbers.question.grain, on=letter.period.start)
    return Line(
        label=node.label(style.language),
        url=kpis.node_url(business, numbers, node, asked),
        value=number(value, node.unit, style),
        exact=exact(value, node.unit, style),
        usual=number(usual, node.unit, style),
        moved=_moved(value, usual, node.unit, style),
        target=shown.target or MISSING,
        status=judged,
        status_words="" if judged == "plain" else STATUS_WORDS[judged][0 if style.japanese else 1],
        owner=shown.owner,
    )


def _moved(value: float | None, usual: float | None, unit: str, style: Style) -> str:
    """The difference, and in brackets what share of the usual value it is."""
    gap, share = difference(value, usual, unit, style), change(value, usual, unit, style)
    return gap if share in {MISSING, gap} else f"{gap} ({share})"


def _sentence(letter: Letter, lines: tuple[Line, ...]) -> str:
    """How many numbers miss their target; without targets, how many fell."""
    acts = sum(line.status in {"act", "watch"} for line in lines)
    judged = sum(line.status != "plain" for line in lines)
    if judged:
        return ngettext(
            "{acts} of {judged} number with a target needs attention.",
            "{acts} of {judged} numbers with a target need attention.",
            judged,
        ).format(acts=acts, judged=judged)
    pairs = [(letter.numbers.value(node), letter.usual.get(node.id)) for node in letter.nodes]
    rose = sum(value > usual for value, usual in pairs if value is not None and usual is not None)
    fell = sum(value < usual for value, usual in pairs if value is not None and usual is not None)
    return _("{rose} of {count} numbers rose, {fell} fell.").format(rose=rose, fell=fell, count=len(lines))


def _fresh(letter: Letter, style: Style) -> str:
    """Says so when the data does not reach the end of what is reported."""
    today = letter.numbers.known.today
    if today is None or today >= letter.period.last:
        return ""
    return _("The data only reaches {day}, so these numbers are not complete.").format(day=day_words(today, style))


def _said(comment: Comment, style: Style) -> Said:
    number_words = _("The whole business") if comment.number is None else comment.number.label(style.language)
    return Said(day_words(comment.on, style), number_words, comment.text, comment.who)


def style_of(business: Business, letter: Letter) -> Any:
    """How numbers are written for this reader."""
    return kpis.style_of(business, letter.numbers.known)
