"""Retiring a KPI: what hangs on it is shown, and what becomes of its links is asked, before it goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from keiki.catalogue.load import Catalogue
from keiki.charts.format import Style
from keiki.errors import KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT
from keiki.server.kpis import actions, queries
from keiki.server.kpis.models import OwnKpi
from keiki.server.kpis.pages.kpi import posted_version
from keiki.server.kpis.pages.numbers import Way, comma, day_words, kpi_name, kpi_url, style_of
from keiki.server.ui.language import current_language
from keiki.trees.document import NodeDocument
from keiki.trees.edit import label
from keiki.trees.ties import Tie


@dataclass(frozen=True)
class TieRow:
    """A link that begins or ends at the KPI; `stays`: why it cannot simply go."""

    source: str
    target: str
    direction: str
    delay: str
    tree: Way
    stays: str


@dataclass(frozen=True)
class RetirePage:
    title: str
    subtitle: str
    sentence: str
    ties: tuple[TieRow, ...]
    places: tuple[Way, ...]
    built_on: tuple[Way, ...]
    targets: tuple[str, ...]
    targets_url: str
    action: str
    back_url: str
    version: int
    reason: str
    mistake: str = ""


@business_page(EDIT)
@get_and_post
def retire_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Nobody should start to use this KPI any more; first, what hangs on it."""
    row = queries.own_kpi(request.user, business, kpi)
    declared = queries.catalogue_of(request.user, business).kpis.get(kpi)
    if row is None or declared is None:
        raise Http404
    mistake = ""
    if request.method == "POST":
        reason, links = request.POST.get("reason", "")[:400], request.POST.get("links")
        version, today = posted_version(request), business.calendar.today()
        try:
            actions.retire_kpi(request.user, row, version, today, reason, links)
        except KeikiError as error:
            mistake = error.words(current_language())
        else:
            messages.success(request, _("Saved."))
            return redirect("kpis:kpi", business=business.id, kpi=kpi)
    page = _page(request, business, row, mistake)
    return render(request, "kpis/retire.html", {"page": page}, status=422 if mistake else 200)


def _page(request: Any, business: Business, row: OwnKpi, mistake: str) -> RetirePage:
    style = style_of(business, queries.known(request.user, business))
    catalogue = queries.catalogue_of(request.user, business)
    kpi = catalogue.kpis[row.kpi_id]
    found = queries.hanging(request.user, business, row.kpi_id)
    now = queries.own_kpi(request.user, business, row.kpi_id)
    return RetirePage(
        title=_("Retire {name}?").format(name=kpi_name(kpi, style.language)),
        subtitle=business.name,
        sentence=_sentence(found, style),
        ties=tuple(_tie_row(business, catalogue, tree, tie, style) for tree, tied in found.tied for tie in tied),
        places=tuple(
            Way(f"{tree.ja if style.japanese else tree.en} / {node.label(style.language)}", _design(business, tree.id))
            for tree, node in found.places
        ),
        built_on=tuple(Way(kpi_name(each, style.language), kpi_url(business, each.id)) for each in found.built_on),
        targets=tuple(_target_words(each, style) for each in found.targets),
        targets_url=reverse("planning:targets", kwargs={"business": business.id}),
        action=kpi_url(business, row.kpi_id, "retire_kpi"),
        back_url=kpi_url(business, row.kpi_id),
        version=now.version if now else row.version,
        reason=request.POST.get("reason", "")[:400],
        mistake=mistake,
    )


def _sentence(found: queries.Hanging, style: Style) -> str:
    links = sum(len(tied) for _tree, tied in found.tied)
    counted = [
        ngettext("{n} link", "{n} links", links).format(n=links) if links else "",
        ngettext("{n} place in trees", "{n} places in trees", len(found.places)).format(n=len(found.places))
        if found.places
        else "",
        ngettext("{n} KPI calculated from it", "{n} KPIs calculated from it", len(found.built_on)).format(
            n=len(found.built_on)
        )
        if found.built_on
        else "",
        ngettext("{n} running target", "{n} running targets", len(found.targets)).format(n=len(found.targets))
        if found.targets
        else "",
    ]
    words = [each for each in counted if each]
    if not words:
        return _("Nothing hangs on it. Its history stays, and it can be brought back.")
    return _("On it hang: {things}. Its history stays, and it can be brought back.").format(
        things=comma(style).join(words)
    )


def _tie_row(business: Business, catalogue: Catalogue, tree: queries.StoredTree, tie: Tie, style: Style) -> TieRow:
    return TieRow(
        source=_called(catalogue, tie.source, style),
        target=_called(catalogue, tie.target, style),
        direction=_("up together") if tie.sign > 0 else _("one up, the other down"),
        delay=_("at once")
        if not tie.lag
        else ngettext("{lag} period later", "{lag} periods later", tie.lag).format(lag=tie.lag),
        tree=Way(tree.document.ja if style.japanese else tree.document.en, _design(business, tree.id)),
        stays="" if tie.loose else _("stays: other numbers hang below; change it on the design page"),
    )


def _called(catalogue: Catalogue, node: NodeDocument, style: Style) -> str:
    kpi = catalogue.kpis.get(node.kpi or "")
    return (
        kpi_name(kpi, style.language) if kpi is not None and not (node.ja or node.en) else label(node, style.language)
    )


def _target_words(target: queries.RunningTarget, style: Style) -> str:
    words = _("Target that holds from {day}").format(day=day_words(target.since, style))
    return f"{words} ({target.reason})" if target.reason else words


def _design(business: Business, tree: str) -> str:
    return reverse("cockpit:design", kwargs={"business": business.id, "tree": tree})
