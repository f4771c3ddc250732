"""Strengths and weaknesses against competitors, activity by activity, on the page of the value chain."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from keiki.charts.format import MINUS, MISSING, Style
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import queries
from keiki.server.kpis.forms import score_words
from keiki.server.kpis.models import ActivityScore
from keiki.server.kpis.pages.numbers import comma, day_words
from keiki.server.kpis.queries import Strength

TONES = {-2: "act", -1: "watch", 0: "", 1: "good", 2: "good"}


@dataclass(frozen=True)
class StrengthLine:
    """One activity: its score with its word, why, against whom, who said so, and what was said before."""

    words: str
    score: str
    told: str
    tone: str
    reason: str
    rival: str
    said: str
    earlier: tuple[str, ...]


@dataclass(frozen=True)
class Strengths:
    """The table, weakest first, the sentence above it, and where an editor judges ("" for others)."""

    sentence: str
    lines: tuple[StrengthLine, ...]
    url: str


def strengths_of(request: Any, business: Business, style: Style) -> Strengths:
    """How well every activity does."""
    found = queries.strengths(request.user, business)
    may = allows(request.membership.role, EDIT)
    return Strengths(
        _sentence(found, style),
        tuple(_line(each, style) for each in found),
        reverse("kpis:score_activity", kwargs={"business": business.id}) if may else "",
    )


def _sentence(found: Sequence[Strength], style: Style) -> str:
    judged = [each for each in found if each.now is not None]
    if not judged:
        return _("Nobody has compared us with competitors yet.")
    weak = [each.activity.label(style.language) for each in judged if each.now and each.now.score < 0]
    if not weak:
        return _("No activity is weaker than those of competitors.")
    return _("Weaker than competitors: {activities}.").format(activities=comma(style).join(weak))


def _line(each: Strength, style: Style) -> StrengthLine:
    name, now = each.activity.label(style.language), each.now
    if now is None:
        return StrengthLine(name, MISSING, _("not judged yet"), "", "", "", "", ())
    earlier = tuple(f"{_signed(one.score)} {one.reason} ({_said(one, style)})" for one in each.earlier)
    told = str(score_words()[now.score])
    return StrengthLine(
        name, _signed(now.score), told, TONES[now.score], now.reason, now.rival, _said(now, style), earlier
    )


def _signed(score: int) -> str:
    return f"{score:+d}".replace("-", MINUS) if score else "0"


def _said(row: ActivityScore, style: Style) -> str:
    day = day_words(timezone.localtime(row.judged_at).date(), style)
    return f"{day} {row.judged_by.name}" if row.judged_by else day
