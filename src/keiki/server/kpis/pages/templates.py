"""The gallery of templates, and one template to make a tree of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from keiki.catalogue.families import FAMILIES, PHASES
from keiki.catalogue.load import builtin
from keiki.catalogue.tags import label
from keiki.charts.format import Style
from keiki.charts.tree import CARD_HEIGHT, CARD_WIDTH, Twig, layout, levels
from keiki.facts import FACTS, fact
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import actions, queries
from keiki.server.kpis.pages.numbers import Choice, edge_words, owner_words, page_url, target_words, tree_url
from keiki.server.ui.language import current_language
from keiki.trees.build import InfluenceEdge, Node, Tree
from keiki.trees.document import NodeDocument
from keiki.trees.phases import Move, moves

SKETCHED = 24
"""Nodes a small drawing shows before it shows fewer levels."""

SPOKEN = ("purpose", "about", "goal")

DASHED = ' class="influence"'


@dataclass(frozen=True)
class TemplateCard:
    """A built-in tree in the gallery."""

    id: str
    name: str
    about: str
    phase: str
    size: str
    sketch: SafeString
    data_words: str
    data_tone: str
    used_url: str
    url: str


@dataclass(frozen=True)
class Family:
    name: str
    words: str
    cards: tuple[TemplateCard, ...]


@dataclass(frozen=True)
class GalleryPage:
    title: str
    subtitle: str
    query: str
    only_ready: bool
    choice: Choice
    families: tuple[Family, ...]
    count: str
    new_url: str


@business_page()
@require_safe
def templates_page(request: Any, business: Business) -> HttpResponse:
    """The gallery of templates by field of work; the address holds words, family and whether the data must be there."""
    words, family, ready = request.GET.get("q", "").strip()[:80], request.GET.get("family", ""), "ready" in request.GET
    language = current_language()
    every = queries.templates(request.user, business)
    found = [each for each in every if _matches(each, words) and (each.ready or not ready)]
    names = dict.fromkeys(_family(each) for each in every)
    families = {name: words.words(language) for name, words in FAMILIES.items() if name in names}
    shown = [
        Family(name, title, tuple(_template_card(business, t, language) for t in found if _family(t) == name))
        for name, title in families.items()
        if family in {"", name}
    ]
    page = GalleryPage(
        title=_("Templates"),
        subtitle=business.name,
        query=words,
        only_ready=ready,
        choice=Choice("family", _("Field of work"), (("", _("All")), *families.items()), family),
        families=tuple(each for each in shown if each.cards),
        count=ngettext("{count} template", "{count} templates", len(found)).format(
            count=sum(len(each.cards) for each in shown)
        ),
        new_url=page_url("cockpit:new_tree", business) if allows(request.membership.role, EDIT) else "",
    )
    return render(request, "kpis/templates.html", {"page": page})


def _family(shown: queries.Template) -> str:
    """The family a template is filed under."""
    family = shown.document.family
    return family if family is not None and family in FAMILIES else "trees"


def _matches(shown: queries.Template, words: str) -> bool:
    document = shown.document
    nodes = " ".join(f"{node.ja} {node.en}" for node in shown.tree.nodes)
    fields = " ".join(f"{name} {label('domain', name, 'ja')} {label('domain', name, 'en')}" for name in document.domain)
    spoken = " ".join(f"{getattr(document, f'{name}_ja')} {getattr(document, f'{name}_en')}" for name in SPOKEN)
    text = f"{document.id} {document.ja} {document.en} {spoken} {fields} {nodes}".lower()
    return all(word in text for word in words.lower().split())


def _template_card(business: Business, shown: queries.Template, language: str) -> TemplateCard:
    document = shown.document
    has, all_of = shown.measurable, len(shown.needs.kpis)
    if shown.ready:
        words, tone = _("You have these kinds of data"), "good"
    else:
        words, tone = _("{has} of {all} KPIs with your data").format(has=has, all=all_of), "watch" if has else ""
    return TemplateCard(
        id=document.id,
        name=document.ja if language == "ja" else document.en,
        about=(document.purpose_ja if language == "ja" else document.purpose_en)
        or (document.about_ja if language == "ja" else document.about_en),
        phase=PHASES[document.phase].words(language) if document.phase else "",
        size=_("{count} numbers").format(count=len(shown.tree.nodes)),
        sketch=sketch(shown.tree),
        data_words=words,
        data_tone=tone,
        used_url=tree_url(business, shown.used_as) if shown.used_as else "",
        url=reverse("kpis:template", kwargs={"business": business.id, "template": document.id}),
    )


def sketch(tree: Tree) -> SafeString:
    """A tree as a drawing without words: as many levels as fit."""
    twigs = [
        Twig(
            node.id,
            node.parent,
            influence=isinstance(node.edge, InfluenceEdge),
            status={"kgi": "act", "ksf": "good"}.get(node.level, "none"),
        )
        for node in tree.nodes
    ]
    deepest = max(node.depth for node in tree.nodes)
    laid = next(
        (
            drawn
            for depth in range(deepest, 0, -1)
            if len((drawn := layout(twigs, levels(twigs, depth))).cards) < SKETCHED
        ),
        layout(twigs, levels(twigs, 1)),
    )
    level = {node.id: node.level for node in tree.nodes}
    lines = "".join(f'<path d="{e.path}"{DASHED if e.influence else ""}/>' for e in laid.edges)
    boxes = "".join(
        f'<rect class="{level[c.id]}" x="{c.x}" y="{c.y}" width="{CARD_WIDTH}" height="{CARD_HEIGHT}" rx="14"/>'
        for c in laid.cards
    )
    return mark_safe(
        f'<svg class="sketch" viewBox="0 0 {laid.width} {laid.height}" aria-hidden="true">{lines}{boxes}</svg>'
    )


@dataclass(frozen=True)
class TemplateRow:
    """A node of a template: how it hangs on the one above, and its target."""

    label: str
    level: str
    indent: str
    link: str
    influence: bool
    target: str
    owner: str
    why: str


@dataclass(frozen=True)
class PhaseRow:
    """A step into another phase: the template of that phase, what to add then and what may step back."""

    label: str
    url: str
    add: str
    less: str


@dataclass(frozen=True)
class TemplatePage:
    title: str
    subtitle: str
    purpose: str
    about: str
    goal: str
    sketch: SafeString
    size: str
    needs: tuple[tuple[str, bool], ...]
    data_words: str
    rows: tuple[TemplateRow, ...]
    phases: tuple[PhaseRow, ...]
    gallery_url: str
    data_url: str
    used_url: str
    design_url: str
    use_url: str


@business_page()
@get_and_post
def template_page(request: Any, business: Business, template: str) -> HttpResponse:
    """One template with its targets; a POST makes an own tree of it, or leads to the one there is."""
    shown = queries.template_named(request.user, business, template)
    if shown is None:
        raise Http404
    may = allows(request.membership.role, EDIT)
    if request.method == "POST":
        if not may:
            raise PermissionDenied
        tree, fresh = actions.use_template(request.user, business, template, copy="copy" in request.POST)
        said = _("Made your own tree of the template.") if fresh else _("You have this tree already; here it is.")
        messages.success(request, said)
        return redirect("cockpit:design", business=business.id, tree=tree.tree_id)
    return render(request, "kpis/template.html", {"page": _template_page(business, shown, may)})


def _template_page(business: Business, shown: queries.Template, may: bool) -> TemplatePage:
    style = Style(current_language(), business.currency)
    document, japanese = shown.document, style.japanese
    here = {"business": business.id, "template": document.id}
    design = {"business": business.id, "tree": shown.used_as}
    return TemplatePage(
        title=document.ja if japanese else document.en,
        subtitle=_("Template · {field}").format(field=FAMILIES[_family(shown)].words(style.language)),
        purpose=(document.purpose_ja if japanese else document.purpose_en) or "",
        about=document.about_ja if japanese else document.about_en,
        goal=(document.goal_ja if japanese else document.goal_en) or "",
        sketch=sketch(shown.tree),
        size=_("{count} numbers").format(count=len(shown.tree.nodes)),
        needs=_needs(shown, japanese),
        data_words=_(
            "You have the kinds of data that {has} of {all} KPIs are counted from. Whether they hold rows of this "
            "subject shows in the tree."
        ).format(has=shown.measurable, all=len(shown.needs.kpis)),
        rows=tuple(_template_row(shown, node, style) for node in shown.tree.nodes),
        phases=tuple(_phase_row(business, move, style) for move in moves(document, builtin()))
        if document.phase
        else (),
        gallery_url=reverse("kpis:templates", kwargs={"business": business.id}),
        data_url=page_url("data:data", business),
        used_url=tree_url(business, shown.used_as) if shown.used_as else "",
        design_url=reverse("cockpit:design", kwargs=design) if shown.used_as and may else "",
        use_url=reverse("kpis:template", kwargs=here) if may else "",
    )


def _needs(shown: queries.Template, japanese: bool) -> tuple[tuple[str, bool], ...]:
    """The facts a template reads, the most wanted first, and whether they have rows."""
    known = (fact(name) for name in shown.needs.facts if name in FACTS)
    return tuple((each.ja if japanese else each.en, each.name in shown.filled) for each in known)


def _phase_row(business: Business, move: Move, style: Style) -> PhaseRow:
    def listed(kpis: tuple[str, ...]) -> str:
        names = (builtin().kpi(kpi) for kpi in kpis)
        return ("、" if style.japanese else ", ").join(kpi.ja if style.japanese else kpi.en for kpi in names)

    return PhaseRow(
        label=PHASES[move.phase].words(style.language),
        url=reverse("kpis:template", kwargs={"business": business.id, "template": move.template.id}),
        add=listed(move.add),
        less=listed(move.less),
    )


def _template_row(shown: queries.Template, node: Node, style: Style) -> TemplateRow:
    written = shown.document.node(node.id)
    return TemplateRow(
        label=node.label(style.language),
        level={"kgi": "KGI", "ksf": "KSF"}.get(node.level, ""),
        indent=f"{min(node.depth, 15):x}",
        link=edge_words(node.edge),
        influence=isinstance(node.edge, InfluenceEdge),
        target=target_words(written.target, node.unit, style) if written.target else "",
        owner=owner_words(node, style),
        why=_told(written, style),
    )


def _told(written: NodeDocument, style: Style) -> str:
    """Why a node matters and what is noted on it, such as what to do or what came of it."""
    if style.japanese:
        return "".join(filter(None, (written.why_ja, written.note_ja)))
    return " ".join(filter(None, (written.why_en, written.note_en)))
