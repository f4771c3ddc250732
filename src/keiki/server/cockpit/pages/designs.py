"""All trees of a business, and how one is begun."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from keiki.catalogue.aims import AIMS, EXAMPLES, goals_for
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.tags import TAGS, label
from keiki.charts.format import Style, number
from keiki.errors import FileWithoutTree, KeikiError
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.cockpit.actions import design as actions
from keiki.server.cockpit.actions.design import Layers
from keiki.server.cockpit.forms.design import (
    FileForm,
    LayersForm,
    StartForm,
)
from keiki.server.cockpit.pages.design import LAYERS, design_url, rank_words, tree_name
from keiki.server.cockpit.queries import design as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import StoredTree
from keiki.server.planning.rules import may_approve
from keiki.server.ui.language import current_language
from keiki.trees.bundle import read_text
from keiki.trees.shared_goal import shared_goals


@dataclass(frozen=True)
class TreeLine:
    """An own tree in the list of all."""

    name: str
    url: str
    design_url: str
    kind: str
    rank: str
    goal: str
    active: bool
    measurable: bool
    numbers: int
    unowned: int
    changed_at: datetime
    changed_by: str


@dataclass(frozen=True)
class DesignsPage:
    title: str
    subtitle: str
    may_edit: bool
    lines: tuple[TreeLine, ...]
    archived: tuple[TreeLine, ...]
    without_goal: tuple[str, ...]
    form: FileForm
    error: str = ""


@business_page()
@get_and_post
def designs_page(request: Any, business: Business) -> HttpResponse:
    """All own trees, and how to begin one; a POST brings one in from a file."""
    may, form, error = allows(request.membership.role, EDIT), FileForm(), ""
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        form = FileForm(request.POST, request.FILES)
        if form.is_valid():
            try:
                return redirect(_brought_in(request, business, form))
            except KeikiError as wrong:
                error = wrong.words(current_language())
    stored = door.stored_trees(request.user, business)
    page = DesignsPage(
        title=_("Design"),
        subtitle=business.name,
        may_edit=may,
        lines=tuple(_tree_line(business, each) for each in stored),
        archived=tuple(_tree_line(business, each) for each in door.stored_trees(request.user, business, archived=True)),
        without_goal=tuple(
            tree_name(each.document) for each in stored if not (each.document.goal_ja or each.document.goal_en)
        ),
        form=form,
        error=error,
    )
    return render(request, "cockpit/designs.html", {"page": page}, status=422 if error or form.errors else 200)


def _brought_in(request: Any, business: Business, form: FileForm) -> str:
    """Every tree and KPI of a file becomes an own one; the address of the first tree."""
    bundle = read_text(form.cleaned_data["text"], form.file_name)
    if not bundle.trees:
        raise FileWithoutTree(file=form.file_name)
    approves = may_approve(request.membership.role)
    return design_url(business, actions.take_in(request.user, business, bundle, approves=approves)[0].tree_id)


def _tree_line(business: Business, stored: StoredTree) -> TreeLine:
    document = stored.document
    return TreeLine(
        name=tree_name(document),
        url=kpis.tree_url(business, stored.id) if stored.row.published and not stored.row.archived_at else "",
        design_url=design_url(business, stored.id),
        kind=_("Board") if document.kind == "board" else _("Tree"),
        rank=rank_words(document),
        goal=(document.goal_ja if current_language() == "ja" else document.goal_en) or "",
        active=stored.active,
        measurable=stored.measurable,
        numbers=sum(1 for _node in document.root.walk()),
        unowned=len(queries.unowned(document)),
        changed_at=stored.changed_at,
        changed_by=stored.changed_by,
    )


@dataclass(frozen=True)
class NewTreePage:
    title: str
    subtitle: str
    order: str
    orders: tuple[kpis.Way, ...]
    domain: kpis.Choice
    aim: kpis.Choice
    examples: str
    form: StartForm
    layers: LayersForm


@business_page(EDIT)
@get_and_post
def new_tree_page(request: Any, business: Business) -> HttpResponse:
    """A tree without a template: only its goal, or three layers from the goal down or from the action up."""
    order = "action" if (request.POST.get("order") or request.GET.get("order")) == "action" else "goal"
    catalogue = door.catalogue_of(request.user, business)
    domain = request.GET.get("domain") or request.POST.get("domain") or "ec"
    field = [kpi for kpi in catalogue.kpis.values() if any(name.partition(":")[0] == domain for name in kpi.domain)]
    names = {kpi.id: kpi.ja if current_language() == "ja" else kpi.en for kpi in field}
    layers = {layer: _of_layer(catalogue, field, layer) for layer in LAYERS}
    goals = tuple((kpi.id, kpi.ja if current_language() == "ja" else kpi.en) for kpi in shared_goals(catalogue))
    posted = request.POST if request.method == "POST" else None
    in_layers = posted is not None and "result" in posted
    aim = request.GET.get("aim") or request.POST.get("aim") or ""
    fitting = {name: catalogue.kpis[name] for name in goals_for(aim, catalogue.kpis)}
    offered = {kpi.id: kpi.ja if current_language() == "ja" else kpi.en for kpi in fitting.values()} | names
    usual = {"goal": next(iter(fitting), "")}
    start = StartForm(None if in_layers else posted, kpis=tuple(offered.items()), initial=usual)
    three = LayersForm(posted if in_layers else None, kpis=layers, goals=goals, order=order)
    user = request.user
    if in_layers and three.is_valid():
        given = three.cleaned_data
        chosen = Layers(given["goal"], given["result"], tuple(given["between"]), tuple(given["doing"]))
        tree = actions.start_in_layers(user, business, given["name"], chosen)
        return redirect(design_url(business, tree.tree_id))
    if posted is not None and not in_layers and start.is_valid():
        given = start.cleaned_data
        tree = actions.start_empty(user, business, given["name"], given["goal"] or None, given["team"] or None)
        return redirect(design_url(business, tree.tree_id))
    here = reverse("cockpit:new_tree", kwargs={"business": business.id})
    heads = {name.partition(":")[0] for kpi in catalogue.kpis.values() for name in kpi.domain}
    domains = tuple((name, label("domain", name, current_language())) for name in TAGS["domain"] if name in heads)
    kept = urlencode({"domain": domain, "aim": aim})
    page = NewTreePage(
        title=_("Start without a template"),
        subtitle=business.name,
        order=order,
        orders=(
            kpis.Way(_("From the goal down"), f"{here}?order=goal&{kept}#layers", order == "goal"),
            kpis.Way(_("From the action up"), f"{here}?order=action&{kept}#layers", order == "action"),
        ),
        domain=kpis.Choice("domain", _("Field of work"), domains, domain),
        aim=kpis.Choice("aim", _("What the company strives for"), _aims(), aim if aim in AIMS else ""),
        examples=_examples(business, fitting.values()),
        form=start,
        layers=three,
    )
    return render(request, "cockpit/start.html", {"page": page}, status=422 if start.errors or three.errors else 200)


def _aims() -> tuple[tuple[str, str], ...]:
    return ("", _("Not chosen")), *((name, words.words(current_language())) for name, (words, _goals) in AIMS.items())


def _examples(business: Business, goals: Iterable[Kpi]) -> str:
    """The goals that fit what the company strives for, each with an example of a target where there is one."""
    style = Style(current_language(), business.currency)
    told = []
    for kpi in goals:
        name, example = kpi.ja if style.japanese else kpi.en, EXAMPLES.get(kpi.id)
        value = number(example, kpi.unit, style)
        told.append(name if example is None else _("{name} (such as {value})").format(name=name, value=value))
    return ("、" if style.japanese else ", ").join(told)


def _of_layer(catalogue: Catalogue, chosen: Sequence[Kpi], layer: str) -> tuple[tuple[str, str], ...]:
    """The KPIs of a layer to choose from; where the field of work has none, those of all fields."""
    found = [kpi for kpi in chosen if kpi.layer == layer] or [k for k in catalogue.kpis.values() if k.layer == layer]
    return tuple((kpi.id, kpi.ja if current_language() == "ja" else kpi.en) for kpi in found)
