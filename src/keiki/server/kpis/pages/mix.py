"""The marketing mix on the page of the value chain: whom it is for, the four Ps, and the goal they serve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from keiki.charts.format import Style
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import queries
from keiki.server.kpis.forms import mix_words
from keiki.server.kpis.models import MarketingMix
from keiki.server.kpis.pages.numbers import day_words, tree_url
from keiki.server.kpis.queries.mix import MIX
from keiki.trees.build import Tree


@dataclass(frozen=True)
class MixPart:
    """One part of the mix as it holds now."""

    words: str
    text: str


@dataclass(frozen=True)
class MixVersion:
    """One version: who wrote it when, its texts, and the goal they serve."""

    number: int
    said: str
    goal: str
    parts: tuple[MixPart, ...]


@dataclass(frozen=True)
class Mix:
    """The panel: the sentence, the parts, the goal they serve with its page, earlier versions, where to write ("")."""

    sentence: str
    parts: tuple[MixPart, ...]
    goal: str
    goal_url: str
    earlier: tuple[MixVersion, ...]
    url: str


def mix_of(request: Any, business: Business, known: queries.Known, style: Style) -> Mix:
    """The marketing mix of a business."""
    found = queries.mixes(request.user, business)
    may = allows(request.membership.role, EDIT)
    versions = tuple(_version(each, known, style) for each in found)
    now = versions[0] if versions else None
    linked = found[0].tree if found and found[0].tree in {tree.id for tree in known.trees} else ""
    return Mix(
        sentence=_sentence(now),
        parts=now.parts if now is not None else (),
        goal=now.goal if now is not None else "",
        goal_url=tree_url(business, linked) if linked else "",
        earlier=versions[1:],
        url=reverse("kpis:write_mix", kwargs={"business": business.id}) if may else "",
    )


def goals(known: queries.Known, style: Style) -> list[tuple[str, str]]:
    """The goals a mix can serve: of every tree that is read its id and the name of its goal."""
    return [(tree.id, _goal(tree, style)) for tree in known.trees]


def _goal(tree: Tree, style: Style) -> str:
    name = tree.ja if style.japanese else tree.en
    return f"{tree.root.label(style.language)} ({name})"


def _sentence(now: MixVersion | None) -> str:
    if now is None:
        return _("Nobody has written down yet whom we are for and how product, price, place and promotion fit.")
    if not now.goal:
        return _("Version {number} serves no goal yet.").format(number=now.number)
    return _("Version {number} serves the goal {goal}.").format(number=now.number, goal=now.goal)


def _version(row: MarketingMix, known: queries.Known, style: Style) -> MixVersion:
    words = mix_words()
    goal = next((_goal(tree, style) for tree in known.trees if tree.id == row.tree), row.tree)
    day = day_words(timezone.localtime(row.written_at).date(), style)
    return MixVersion(
        number=row.number,
        said=f"{day} {row.written_by.name}" if row.written_by else day,
        goal=goal,
        parts=tuple(MixPart(str(words[part]), getattr(row, part)) for part in MIX),
    )
