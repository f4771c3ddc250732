"""The scorecard of a tree: five letters per number, kept every quarter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import actions, queries
from keiki.server.planning.models import Scorecard
from keiki.server.planning.pages.written import (
    Letter,
    day_words,
    letters_of,
    overview_url,
    page_url,
    smart_names,
    target_url,
)
from keiki.server.planning.rules import may_write
from keiki.trees.smart import Mark


@dataclass(frozen=True)
class ScoreRow:
    """One number's five marks."""

    label: str
    url: str
    letters: tuple[Letter, ...]
    passed: str


@dataclass(frozen=True)
class Kept:
    """One scorecard that was kept: when, by whom, how many marks passed."""

    at: Any
    by: str
    passed: str


@dataclass(frozen=True)
class ScorecardPage:
    title: str
    subtitle: str
    fresh: str
    tree: str
    sentence: str
    heads: tuple[tuple[str, str], ...]
    rows: tuple[ScoreRow, ...]
    kept: tuple[Kept, ...]
    next_words: str
    back_url: str
    may_write: bool


@business_page()
@get_and_post
def scorecard_page(request: Any, business: Business, tree: str) -> HttpResponse:
    """The five SMART marks of every number; kept by hand, and by itself once a quarter."""
    known = door.known(request.user, business)
    if known.today is None or tree not in {each.id for each in known.trees}:
        raise Http404
    numbers = queries.history(request.user, business, tree)
    if request.method == "POST":
        if not may_write(request.membership.role):
            raise PermissionDenied
        actions.score_tree(request.user, request.user, business, numbers)
        messages.success(request, _("The scorecard of today is kept."))
        return HttpResponseRedirect(page_url("planning:scorecard", business, tree=tree))
    page = _scorecard_page(request, business, numbers)
    return render(request, "planning/scorecard.html", {"page": page})


def _scorecard_page(request: Any, business: Business, numbers: TreeNumbers) -> ScorecardPage:
    style, tree = kpis.style_of(business, numbers.known), numbers.tree
    cards = queries.smart_marks(request.user, business, numbers)
    kept = queries.kept_scorecards(business, tree.id)
    full = sum(card.passed == len(card.marks) for card in cards)
    due = timezone.localdate(kept[0].made_at + queries.SCORE_EVERY) if kept else None
    words = _("{full} of {all} numbers pass all five marks.")
    return ScorecardPage(
        title=_("SMART scorecard"),
        subtitle=_("{business} / {tree}").format(business=business.name, tree=tree.ja if style.japanese else tree.en),
        fresh=kpis.fresh_words(numbers, style),
        tree=tree.id,
        sentence=words.format(full=full, all=len(cards)),
        heads=tuple(smart_names().items()),
        rows=tuple(
            ScoreRow(
                tree.node(card.node).label(style.language),
                target_url(business, tree, tree.node(card.node)),
                letters_of(card, style),
                f"{card.passed}/5",
            )
            for card in cards
        ),
        kept=tuple(Kept(each.made_at, str(each.made_by or _("by itself")), _kept_words(each)) for each in kept),
        next_words=_("Made anew by itself on {day}.").format(day=day_words(due, style))
        if due is not None
        else _("Made by itself once a quarter as soon as there are targets."),
        back_url=overview_url(business, tree.id),
        may_write=may_write(request.membership.role),
    )


def _kept_words(card: Scorecard) -> str:
    marks = [mark for letters in card.marks.values() for mark in letters.values()]
    return f"{sum(mark == Mark.PASS for mark in marks)}/{len(marks)}"
