"""What every page about numbers shares: links, selects, cards, sentences, figures; and the gallery of templates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.catalogue.benchmarks import benchmark_reading
from keiki.catalogue.families import FAMILIES, PHASES
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import ID, Catalogue, builtin
from keiki.catalogue.sources import source_words
from keiki.catalogue.tags import TAGS, in_order, label
from keiki.charts.card import Card, Compared, card
from keiki.charts.chart import Chart, Table
from keiki.charts.files_out import Book, Drawn, Sheet
from keiki.charts.format import Money, Style, change, exact, number
from keiki.charts.sentence import Driver, Told, sentence
from keiki.charts.status import status
from keiki.charts.tree import CARD_HEIGHT, CARD_WIDTH, Twig, layout, levels
from keiki.charts.trend import Bar, trend
from keiki.errors import EditConflict, KeikiError
from keiki.facts import FACTS, fact
from keiki.formula import Binary, Formula, Reference, mathml, parse, references, show
from keiki.insight.forecast import forecast
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.pages.files_out import file_answer, file_asked
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import actions, queries
from keiki.server.kpis.forms import Asked, CatalogueAsked, KpiForm, ValueForm
from keiki.server.kpis.models import OwnKpi
from keiki.server.kpis.queries import Known, TreeNumbers
from keiki.trees.build import Edge, InfluenceEdge, Node, Tree
from keiki.trees.document import NodeDocument
from keiki.trees.phases import Move, moves
from keiki.trees.targets import Target


@dataclass(frozen=True)
class Way:
    """A link with its words; `current` when it is what is shown."""

    words: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Choice:
    """One select above a page; options are (value, words)."""

    name: str
    words: str
    options: tuple[tuple[str, str], ...]
    chosen: str


@dataclass(frozen=True)
class LensForm:
    """The selects of tree, period and comparison; `kept` is what else stays in the address."""

    choices: tuple[Choice, ...]
    kept: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Chip:
    words: str
    tone: str = ""
    remove_url: str = ""


@dataclass(frozen=True)
class Empty:
    """What to say and offer while there are no numbers."""

    words: str
    data_url: str
    demo_url: str


def number_card(reading: TreeNumbers, node: Node, style: Style) -> Card:
    """A node's number as a card."""
    compared = Compared(
        label=node.label(style.language),
        value=reading.value(node),
        before=reading.value_before(node),
        unit=node.unit,
        direction=node.direction,
        grain=reading.question.grain,
        comparison=reading.question.comparison,
        part=reading.elapsed is not None,
        aim=reading.aim(node),
        owner=owner_words(node, style),
    )
    return card(compared, style, missing_words(reading, node, style))


def owner_words(node: Node | NodeDocument, style: Style) -> str:
    """Who looks after a node: person and department; "" while nobody does."""
    if node.owner is None:
        return ""
    department = queries.value_label("department", node.owner.department or "", style.language)
    return ("・" if style.japanese else ", ").join(word for word in (node.owner.person, department) if word)


def missing_words(reading: TreeNumbers, node: Node, style: Style) -> str:
    """Why a node has no value: the facts without rows, or that the period has nothing to count yet; else ""."""
    if reading.value(node) is not None:
        return ""
    names = [fact(name).ja if style.japanese else fact(name).en for name in reading.missing_facts(node)]
    if names:
        return _("No rows yet: {facts}").format(facts=("・" if style.japanese else ", ").join(names))
    return _("No matching rows")


def told(reading: TreeNumbers, node: Node, style: Style) -> str:
    """One sentence about a node's number; for the goal also what moved it most."""
    driver = None
    if node.parent is None and reading.explanation is not None:
        movers = [part for part in reading.explanation.movers if not part.residual and part.node != node.id]
        if movers and movers[0].contribution:
            driver = Driver(reading.tree.node(movers[0].node).label(style.language), movers[0].contribution)
    question = reading.question
    value, before = reading.value(node), reading.value_before(node)
    aim, days = reading.aim(node), reading.elapsed
    shown = Told(value, before, node.unit, question.grain, question.comparison, days, driver, aim)
    return sentence(shown, style)


def history_chart(business: Business, reading: TreeNumbers, node: Node, style: Style) -> Chart | None:
    """The node's history as columns, beside its target where it has one; None while it has no value."""
    values = reading.series(node)
    if all(value is None for value in values):
        return None
    bars = [
        Bar(tick(period, style), business.calendar.label(period, style.language), value, complete)
        for period, value, complete in zip(reading.periods, values, reading.completes, strict=True)
    ]
    label, words = node.label(style.language), told(reading, node, style)
    return trend(label, words, bars, node.unit, style, reading.aims.get(node.id, ()))


def tick(period: Period, style: Style) -> str:
    """A short name for the axis."""
    start = period.start
    if period.grain in {Grain.DAY, Grain.WEEK}:
        return f"{start.month}/{start.day}"
    if period.grain is Grain.YEAR:
        return str(start.year)
    if period.grain is Grain.QUARTER:
        return f"{start:%y}/{start.month}"
    return f"{start.month}月" if style.japanese else f"{start:%b}"


def style_of(business: Business, known: Known) -> Style:
    """How numbers are written for this reader."""
    return Style((get_language() or "ja")[:2], business.currency, Money(known.money))


def tree_url(business: Business, tree_id: str) -> str:
    """The address of a tree."""
    return reverse("cockpit:tree", kwargs={"business": business.id, "tree": tree_id})


def node_url(business: Business, reading: TreeNumbers, node: Node, asked: Asked, by: str = "") -> str:
    """The address of a node's page, with the same question."""
    path = reverse("cockpit:node", kwargs={"business": business.id, "tree": reading.tree.id, "node": node.id})
    return asked.url(path, by=by, table=False)


def subtitle(business: Business, reading: TreeNumbers, style: Style) -> str:
    """Business, period and grain beside the title."""
    grains = {
        "day": _("daily"),
        "week": _("weekly"),
        "month": _("monthly"),
        "quarter": _("quarterly"),
        "year": _("yearly"),
    }
    label = business.calendar.label(reading.period, style.language)
    state = _("so far") if reading.elapsed is not None else _("complete")
    return _("{business} / {period} ({grain}, {state})").format(
        business=business.name, period=label, grain=grains[reading.question.grain], state=state
    )


def fresh_words(reading: TreeNumbers, style: Style) -> str:
    """Up to which day the data speaks."""
    return fresh_on(reading.known.today, style)


def fresh_on(day: date | None, style: Style) -> str:
    """The same for a day; "" while there is no data."""
    return _("Data up to {day}").format(day=_day(day, style)) if day else ""


def lens_form(business: Business, reading: TreeNumbers, asked: Asked, trees: bool) -> LensForm:
    """The selects of period, grain, comparison and, where it can be chosen, tree."""
    language = (get_language() or "ja")[:2]
    form = period_form(business, reading.known, asked, reading.period)
    if not trees:
        return form
    named = tuple((tree.id, tree.ja if language == "ja" else tree.en) for tree in reading.known.trees)
    choices = (Choice("tree", _("Tree"), named, reading.tree.id), *form.choices)
    return LensForm(choices, tuple(pair for pair in form.kept if pair[0] != "tree"))


def period_form(
    business: Business, known: Known, asked: Asked, period: Period, kept: Iterable[tuple[str, str]] = ()
) -> LensForm:
    """The selects of period, grain and comparison; `kept` stays in the address besides what was asked."""
    language = (get_language() or "ja")[:2]
    so_far = _(" (so far)")
    listed = tuple(
        (
            p.start.isoformat(),
            business.calendar.label(p, language) + ("" if queries.is_over(known, p) else so_far),
        )
        for p in queries.choosable(business, known, asked.grain)
    )
    grains = (
        ("day", _("Day")),
        ("week", _("Week")),
        ("month", _("Month")),
        ("quarter", _("Quarter")),
        ("year", _("Year")),
    )
    versus = (("previous", _("Previous period")), ("last_year", _("Same period last year")))
    choices = (
        Choice("grain", _("By"), grains, asked.grain),
        Choice("on", _("Period"), listed, period.start.isoformat()),
        Choice("versus", _("Compared with"), versus, asked.comparison),
    )
    chosen = {choice.name for choice in choices} | {"flip"}
    kept = tuple(kept)
    given = {name for name, _value in kept}
    asked_for = tuple(pair for pair in asked.pairs if pair[0] not in chosen | given)
    return LensForm(choices, (*asked_for, *kept))


def empty_state(request: Any, business: Business) -> Empty:
    """What a business without rows shows instead of numbers."""
    if not allows(request.membership.role, EDIT):
        return Empty(_("There are no numbers yet. Someone who may change data has to bring in a file."), "", "")
    words = _("There are no numbers yet. Bring in a file that your shop or system exports; it takes three minutes.")
    return Empty(words, _url("data:data", business), _url("data:make_demo", business))


def dimension_words(name: str, style: Style) -> str:
    """What a dimension is called."""
    return queries.dimension_label(name, style.language)


def tax_words(business: Business) -> str:
    """Whether amounts hold tax: always net in Keiki."""
    return _("net of tax")


def filters_of(request: Any, business: Business, reading: TreeNumbers, style: Style) -> tuple[tuple[str, str], ...]:
    """What the numbers of a page were asked with, for a file that leaves the page."""
    question, label = reading.question, business.calendar.label
    before = reading.reading.lens.period(len(reading.periods) - 1, back=1)
    found = [
        (_("Business"), business.name),
        (_("Tree"), reading.tree.ja if style.japanese else reading.tree.en),
        (_("Period"), label(reading.period, style.language)),
        (_("Compared with"), label(before, style.language)),
        (_("Currency"), f"{business.currency} ({tax_words(business)})"),
        (_("Data up to"), reading.known.today.isoformat() if reading.known.today else ""),
        (_("State of the data"), str(reading.known.snapshot)),
        (_("Made by"), str(request.user)),
    ]
    if question.segment is not None:
        name, value = question.segment
        words = f"{dimension_words(name, style)}: {queries.value_label(name, value, style.language)}"
        found.insert(4, (_("Segment"), words))
    return tuple(found)


def definitions_of(
    request: Any, business: Business, reading: TreeNumbers, nodes: Iterable[Node], style: Style
) -> Sheet:
    """What the numbers of some nodes mean."""
    head = (_("ID"), _("Name"), _("Definition"), _("Formula"), _("Unit"))
    rows = []
    for node in nodes:
        kpi = queries.kpi_of(request.user, business, node)
        meaning = "" if kpi is None else kpi.definition_ja if style.japanese else kpi.definition_en
        formula = kpi.source if kpi is not None else "" if node.formula is None else show(node.formula)
        unit = queries.unit_words(node.unit, style.language)
        rows.append((node.kpi or node.id, node.label(style.language), meaning, formula, unit))
    return Sheet(head, rows)


def book_of(request: Any, business: Business, reading: TreeNumbers, nodes: Sequence[Node], name: str) -> Book:
    """Nodes as a file: a row each with their history and comparison; every value as an observation that can be
    imported again; the filters; the definitions.
    """
    style = style_of(business, reading.known)
    labels = [business.calendar.label(period, style.language) for period in reading.periods]
    labels[-1] += "" if reading.elapsed is None else _(" (so far)")
    summary = Sheet(
        (_("Name"), _("Unit"), *labels, _("Compared with"), _("Target")),
        [
            (
                node.label(style.language),
                queries.unit_words(node.unit, style.language),
                *reading.series(node),
                reading.value_before(node),
                _aimed(reading, node),
            )
            for node in nodes
        ],
        tuple(node.unit for node in nodes),
        by_row=True,
    )
    segment = reading.question.segment
    metrics = _metrics(nodes)
    details = Sheet(
        ("metric", "date", "grain", "value", "note", *((segment[0],) if segment else ())),
        [
            (
                metrics[node.id],
                period.start,
                reading.question.grain.value,
                value,
                node.label(style.language),
                *((segment[1],) if segment else ()),
            )
            for node in nodes
            for period, value in zip(reading.periods, reading.series(node), strict=True)
            if value is not None
        ],
    )
    drawn = Drawn("line", 2, 1 + len(labels))
    filters = filters_of(request, business, reading, style)
    return Book(name, summary, details, filters, definitions_of(request, business, reading, nodes, style), drawn)


def _metrics(nodes: Iterable[Node]) -> dict[str, str]:
    """By node the name of its number in a file: the KPI where the node is all of it, else the node's own id."""
    found: dict[str, str] = {}
    for node in nodes:
        whole = node.kpi is not None and node.where is None and node.kpi not in found.values()
        found[node.id] = str(node.kpi) if whole else node.id
    return found


def _aimed(reading: TreeNumbers, node: Node) -> float | None:
    aim = reading.aim(node)
    if aim is None:
        return None
    return aim.full.low if aim.full.low is not None else aim.full.high


def _url(name: str, business: Business) -> str:
    return url_of(name, business=business.id)


def url_of(name: str, **where: str) -> str:
    """The address of a page, or nothing when this site has no such page."""
    try:
        return reverse(name, kwargs=where)
    except NoReverseMatch:
        return ""


# --- templates ---

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
    language = (get_language() or "ja")[:2]
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
        new_url=_url("cockpit:new_tree", business) if allows(request.membership.role, EDIT) else "",
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
        words, tone = _("Your data is enough"), "good"
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
    style = Style((get_language() or "ja")[:2], business.currency)
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
        data_words=_("{has} of {all} KPIs can be measured with your data.").format(
            has=shown.measurable, all=len(shown.needs.kpis)
        ),
        rows=tuple(_template_row(shown, node, style) for node in shown.tree.nodes),
        phases=tuple(_phase_row(business, move, style) for move in moves(document, builtin()))
        if document.phase
        else (),
        gallery_url=reverse("kpis:templates", kwargs={"business": business.id}),
        data_url=_url("data:data", business),
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


def edge_words(edge: Edge | None) -> str:
    """How a node hangs on the one above: a sign of the formula, or an influence with its direction and delay."""
    if isinstance(edge, InfluenceEdge):
        words = _("moves it the same way") if edge.sign > 0 else _("moves it the other way")
        return words + (_(", {lag} periods later").format(lag=edge.lag) if edge.lag else "")
    return (edge.operator or "") if edge is not None else ""


def target_words(target: Target, unit: str, style: Style) -> str:
    """A target in words: how far, for which period, by when."""
    spans = {"d": _("{n} days"), "w": _("{n} weeks"), "m": _("{n} months"), "y": _("{n} years")}
    per = {
        "day": _("a day"),
        "week": _("a week"),
        "month": _("a month"),
        "quarter": _("a quarter"),
        "year": _("a year"),
    }
    if target.compare == "between":
        words = f"{number(target.low, unit, style)} – {number(target.high, unit, style)}"
    else:
        sign = {"at_least": "≥ ", "at_most": "≤ "}.get(target.compare or "", "")
        words = sign + number(target.value, unit, style)
    if target.start is not None:
        words = f"{number(target.start, unit, style)} → {words}"
    if target.period is not None:
        words = _("{value} {period}").format(value=words, period=per[target.period.value])
    if target.within:
        span = spans[target.within[-1]].format(n=target.within[:-1])
        return _("{value} within {span}").format(value=words, span=span)
    if target.by:
        day = f"{target.by:%Y/%m/%d}" if style.japanese else f"{target.by:%d %b %Y}"
        return _("{value} by {day}").format(value=words, day=day)
    return words


# --- the catalogue ---

ON_A_PAGE = 60
MAIN_FACETS = 4
TONES = {"data": "", "hand": "accent", "lacks": "watch"}


@dataclass(frozen=True)
class Facet:
    """One select of the catalogue; options are (value, words, how many there would be)."""

    name: str
    words: str
    options: tuple[tuple[str, str, int], ...]
    chosen: str


@dataclass(frozen=True)
class KpiRow:
    """A KPI in a list. `value` is "" while it is being measured."""

    url: str
    name: str
    definition: str
    unit: str
    tags: str
    chip: str
    tone: str
    value: str = ""
    exact: str = ""
    change: str = ""
    status: str = "plain"


@dataclass(frozen=True)
class KpiGroup:
    words: str
    rows: tuple[KpiRow, ...]


@dataclass(frozen=True)
class Activity:
    """One of the three activities: how many KPIs a business steers by there, and how they stand."""

    words: str
    about: str
    url: str
    current: bool
    active: int
    statuses: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class CataloguePage:
    title: str
    subtitle: str
    fresh: str
    words: str
    facets: tuple[Facet, ...]
    more_facets: tuple[Facet, ...]
    more_open: bool
    chips: tuple[Chip, ...]
    clear_url: str
    count: str
    groups: tuple[KpiGroup, ...]
    shown: str
    earlier_url: str
    later_url: str
    measure_url: str
    activities: tuple[Activity, ...]
    new_url: str
    period: str


@business_page()
@require_safe
def catalogue_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Every KPI: searched as one types, narrowed by its tags, with its value of the last complete month."""
    asked = CatalogueAsked.read(request.GET)
    if file_asked(request):
        return file_answer(request, business, _catalogue_book(request, business, asked))
    answer = render(request, "kpis/catalogue.html", {"page": _catalogue_page(request, business, asked)})
    if request.headers.get("HX-Request") and not asked.values:  # the address bar keeps what was chosen and no more
        answer["HX-Replace-Url"] = asked.url(request.path)
    return answer


def _catalogue_page(request: Any, business: Business, asked: CatalogueAsked) -> CataloguePage:
    path = reverse("kpis:catalogue", kwargs={"business": business.id})
    known = queries.known(request.user, business)
    style = style_of(business, known)
    chosen = dict(asked.chosen)
    found = queries.find_kpis(request.user, business, asked.words, style.language, chosen, known)
    first = min((asked.page - 1) * ON_A_PAGE, max(len(found.kpis) - 1, 0) // ON_A_PAGE * ON_A_PAGE)
    listed = found.kpis[first : first + ON_A_PAGE]
    active = queries.active_kpis(request.user, business, known)
    wanted = tuple(dict.fromkeys([*(one.kpi.id for one in listed), *active]))
    values = queries.known_values(request.user, business, wanted, known)
    if values is None and asked.values:
        values = queries.kpi_values(request.user, business, wanted, known)
    facets = tuple(_facet(name, found, chosen, style.language) for name in queries.FACETS)
    more = facets[MAIN_FACETS:]
    rows = [(one, _kpi_row(business, one, values, style)) for one in listed]
    page = first // ON_A_PAGE + 1
    last = first + len(listed)
    return CataloguePage(
        title=_("KPI catalogue"),
        subtitle=_("{business} / what can be measured, how it is calculated, and where it stands").format(
            business=business.name
        ),
        fresh=fresh_on(known.today, style),
        words=asked.words,
        facets=facets[:MAIN_FACETS],
        more_facets=more,
        more_open=any(facet.chosen for facet in more),
        chips=_facet_chips(facets, asked, path),
        clear_url=path if asked.chosen or asked.words else "",
        count=ngettext("{count} KPI", "{count} KPIs", len(found.kpis)).format(count=f"{len(found.kpis):,}"),
        groups=_groups(rows, asked, chosen.get("domain", ""), style.language),
        shown=f"{first + 1}–{last} / {len(found.kpis):,}" if len(found.kpis) > ON_A_PAGE else "",
        earlier_url=asked.url(path, page=page - 1) if first else "",
        later_url=asked.url(path, page=page + 1) if last < len(found.kpis) else "",
        measure_url=asked.url(path, page=page, values=True) if values is None else "",
        activities=_activities(queries.tagged_kpis(request.user, business, known), asked, active, values, path, style),
        new_url=_url("kpis:new_kpi", business) if allows(request.membership.role, EDIT) else "",
        period=next((business.calendar.label(one.period, style.language) for one in (values or {}).values()), ""),
    )


def _catalogue_book(request: Any, business: Business, asked: CatalogueAsked) -> Book:
    """The KPIs found with their definitions and values of the last complete month."""
    known = queries.known(request.user, business)
    style = style_of(business, known)
    found = queries.find_kpis(request.user, business, asked.words, style.language, dict(asked.chosen), known).kpis
    values = queries.kpi_values(request.user, business, tuple(one.kpi.id for one in found), known)
    summary, details, definitions = [], [], []
    for one in found:
        kpi, measured = one.kpi, values.get(one.kpi.id)
        label, unit = kpi.ja if style.japanese else kpi.en, queries.unit_words(kpi.unit, style.language)
        value, before = (measured.value, measured.before) if measured is not None else (None, None)
        summary.append((label, unit, value, before))
        definitions.append(
            (kpi.id, label, kpi.definition_ja if style.japanese else kpi.definition_en, kpi.source, unit)
        )
        if measured is not None and value is not None:
            details.append((kpi.id, measured.period.start, "month", value, label))
    month = next((business.calendar.label(one.period, style.language) for one in values.values()), _("Value"))
    filters = [(_("Business"), business.name), (_("Words"), asked.words)]
    filters += [(str(_facet_words()[name]), value) for name, value in asked.chosen]
    filters += [(_("State of the data"), str(known.snapshot)), (_("Made by"), str(request.user))]
    units = tuple(one.kpi.unit for one in found)
    return Book(
        _("KPI catalogue"),
        Sheet((_("Name"), _("Unit"), month, _("The month before")), summary, units, by_row=True),
        Sheet(("metric", "date", "grain", "value", "note"), details),
        tuple(filters),
        Sheet((_("ID"), _("Name"), _("Definition"), _("Formula"), _("Unit")), definitions),
    )


def _facet_words() -> dict[str, Any]:
    return {
        "domain": _("Field of work"),
        "supply": _("Data"),
        "stage": _("Journey stage"),
        "department": _("Department"),
        "layer": _("Layer"),
        "horizon": _("Horizon"),
        "kind": _("Quantity or quality"),
        "lead_lag": _("Leading or lagging"),
        "cadence": _("Looked at"),
        "value_chain": _("Activity"),
        "direction": _("Wished direction"),
        "origin": _("Defined by"),
    }


def _value_words(facet: str, value: str, language: str) -> str:
    own: dict[tuple[str, str], str] = {
        ("supply", queries.DATA): _("Measured from our data"),
        ("supply", queries.HAND): _("Entered by hand"),
        ("supply", queries.LACKS): _("Data is missing"),
        ("origin", queries.BUILT_IN): _("Keiki"),
        ("origin", queries.OWN): _("Ourselves"),
        ("origin", queries.CHANGED): _("Keiki, changed by us"),
        ("origin", queries.RETIRED): _("Ourselves, retired"),
    }
    return own.get((facet, value)) or (label(facet, value, language) if facet in TAGS else value)


def _facet(name: str, found: queries.Found, chosen: Mapping[str, str], language: str) -> Facet:
    counts = found.counts[name]
    given = {*counts, *([chosen[name]] if chosen.get(name) else [])}
    values = in_order(name, given) if name in TAGS else sorted(given, key=SUPPLIES_AND_ORIGINS.index)
    options = tuple((value, _value_words(name, value, language), counts.get(value, 0)) for value in values)
    return Facet(name, _facet_words()[name], options, chosen.get(name, ""))


SUPPLIES_AND_ORIGINS = ("data", "hand", "lacks", "built_in", "own", "changed", "retired")


def _facet_chips(facets: Sequence[Facet], asked: CatalogueAsked, path: str) -> tuple[Chip, ...]:
    return tuple(
        Chip(f"{facet.words}: {words}", "accent", asked.url(path, **{facet.name: ""}))
        for facet in facets
        for value, words, _count in facet.options
        if value == facet.chosen
    )


def _kpi_row(
    business: Business, one: queries.Tagged, values: Mapping[str, queries.KpiValue] | None, style: Style
) -> KpiRow:
    kpi, language = one.kpi, style.language
    tags = [("stage", kpi.journey_stage), ("layer", kpi.layer), ("kind", kpi.kind), ("lead_lag", kpi.lead_lag)]
    row = KpiRow(
        url=kpi_url(business, kpi.id),
        name=kpi_name(kpi, language),
        definition=_definition(kpi, language),
        unit=queries.unit_words(kpi.unit, language),
        tags=("・" if style.japanese else " · ").join(label(tag, str(value), language) for tag, value in tags if value),
        chip=_supply_chip(one, style),
        tone=TONES[one.supply.way] if one.origin == queries.BUILT_IN or one.supply.way != queries.DATA else "accent",
    )
    if values is None:
        return row
    told = values.get(kpi.id)
    value, before = (told.value, told.before) if told else (None, None)
    return replace(
        row,
        value=number(value, kpi.unit, style),
        exact=exact(value, kpi.unit, style),
        change=change(value, before, kpi.unit, style) if value is not None and before is not None else "",
        status=status(value, before, kpi.unit, kpi.direction) if value is not None else "plain",
    )


def _supply_chip(one: queries.Tagged, style: Style) -> str:
    if one.supply.way == queries.HAND:
        return _("Entered by hand")
    if one.supply.way == queries.LACKS:
        names = [queries.fact_words(name, style.language) for name in one.supply.missing[:2]]
        return _("Needs {facts}").format(facts=_comma(style).join(names)) if names else _("Cannot be measured")
    return "" if one.origin == queries.BUILT_IN else _value_words("origin", one.origin, style.language)


def _groups(
    rows: Sequence[tuple[queries.Tagged, KpiRow]], asked: CatalogueAsked, domain: str, language: str
) -> tuple[KpiGroup, ...]:
    """By field of work; what was searched by words stands in one list, the nearest first."""
    if asked.words:
        return (KpiGroup("", tuple(row for _one, row in rows)),) if rows else ()
    grouped = groupby(rows, key=lambda each: queries.domain_of(each[0], domain))
    return tuple(
        KpiGroup(label("domain", name, language) if name else _("Other"), tuple(row for _one, row in each))
        for name, each in grouped
    )


def _activities(
    tagged: Mapping[str, queries.Tagged],
    asked: CatalogueAsked,
    active: Sequence[str],
    values: Mapping[str, queries.KpiValue] | None,
    path: str,
    style: Style,
) -> tuple[Activity, ...]:
    """The KPIs that a business steers by, by creation, communication and operation, and how they stand."""
    about = {
        "creation": _("making what customers value"),
        "communication": _("finding and winning customers"),
        "operation": _("delivering, keeping and earning"),
    }
    found = []
    for name, words in TAGS["value_chain"].items():
        kpis = [tagged[each].kpi for each in active if each in tagged and tagged[each].kpi.value_chain == name]
        states = Counter(_state(kpi, (values or {}).get(kpi.id)) for kpi in kpis) if values is not None else Counter()
        current = dict(asked.chosen).get("value_chain") == name
        found.append(
            Activity(
                words=words.words(style.language),
                about=about[name],
                url=asked.url(path, value_chain="" if current else name),
                current=current,
                active=len(kpis),
                statuses=tuple((kind, states[kind]) for kind in ("good", "watch", "act", "none") if states[kind]),
            )
        )
    return tuple(found)


def _state(kpi: Kpi, told: queries.KpiValue | None) -> str:
    """How a KPI stands; what cannot be judged is on track when it has a value."""
    if told is None or told.value is None:
        return "none"
    found = status(told.value, told.before, kpi.unit, kpi.direction)
    return "good" if found == "plain" else found


# --- one KPI ---


@dataclass(frozen=True)
class BenchmarkRow:
    """A usual range beside the live value."""

    words: str
    range: str
    standing: str
    tone: str
    source: str


@dataclass(frozen=True)
class PartRow:
    """A KPI that belongs to another one, with its value."""

    words: str
    url: str
    value: str = ""


@dataclass(frozen=True)
class FactRow:
    words: str
    there: bool


@dataclass(frozen=True)
class TreeRow:
    """A place in a tree where the KPI stands, and who owns it there."""

    words: str
    node: str
    url: str
    owner: str


@dataclass(frozen=True)
class ImprovementRow:
    words: str
    how: str
    effect: str


@dataclass(frozen=True)
class VersionRow:
    number: int
    since: str
    formula: str
    reason: str
    made: str
    correction: bool


@dataclass(frozen=True)
class SpreadWords:
    """What the mean of a KPI hides, as written."""

    mean: str
    median: str
    middle: str
    count: str
    note: str


@dataclass(frozen=True)
class Expected:
    """The months to come, as written; `how` says by what rule."""

    sentence: str
    rows: tuple[tuple[str, str, str], ...]
    how: str


@dataclass(frozen=True)
class KpiPage:
    title: str
    subtitle: str
    fresh: str
    kpi_id: str
    other_name: str
    aliases: str
    definition: str
    fallback: str
    retired: str
    number: Card
    period: str
    sentence: str
    missing: str
    reasons: tuple[str, ...]
    history: Chart | None
    spread: SpreadWords | None
    expected: Expected | None
    notes: tuple[str, ...]
    formula: SafeString
    source_text: str
    numerator: str
    denominator: str
    choice: str
    rivals: tuple[PartRow, ...]
    parts: tuple[PartRow, ...]
    measures: tuple[str, ...]
    facts: tuple[FactRow, ...]
    supply: str
    source: str
    measurable_words: str
    unmeasurable: tuple[str, ...]
    tags: tuple[tuple[str, tuple[Way, ...]], ...]
    benchmarks: tuple[BenchmarkRow, ...]
    pairs: tuple[PartRow, ...]
    trees: tuple[TreeRow, ...]
    templates: tuple[Way, ...]
    built_on: tuple[Way, ...]
    improvements: tuple[ImprovementRow, ...]
    caution: str
    versions: tuple[VersionRow, ...]
    catalogue_url: str
    edit_url: str
    retire_url: str
    bring_back_url: str
    version: int
    value_url: str
    percent: bool
    data_url: str


@business_page()
@require_safe
def kpi_page(request: HttpRequest, business: Business, kpi: str) -> HttpResponse:
    """What a KPI means, how it is calculated and measured here, where it stands and where it is used."""
    return _show_kpi(request, business, kpi)


def _show_kpi(request: Any, business: Business, kpi_id: str, form: ValueForm | None = None) -> HttpResponse:
    known = queries.known(request.user, business)
    catalogue = queries.catalogue_of(request.user, business)
    if kpi_id not in catalogue.kpis:
        raise Http404
    wished = form or ValueForm(initial={"on": _last_month(business, known), "grain": "month"})
    context = {"page": _kpi_page(request, business, catalogue, catalogue.kpis[kpi_id], known), "form": wished}
    return render(request, "kpis/kpi.html", context, status=422 if form is not None else 200)


def _kpi_page(request: Any, business: Business, catalogue: Catalogue, kpi: Kpi, known: Known) -> KpiPage:
    user = request.user
    one = queries.tagged_kpis(user, business, known)[kpi.id]
    told = queries.kpi_history(user, business, kpi.id, known) if one.supply.way != queries.LACKS else None
    row = queries.own_kpi(user, business, kpi.id)
    style = style_of(business, known)
    language = style.language
    value, before = (told.value, told.before) if told else (None, None)
    parts, measures = queries.built_from(catalogue, kpi)
    rivals = queries.rivals(catalogue, kpi)
    pairs = tuple(catalogue.kpis[name] for name in kpi.pairs_with if name in catalogue.kpis)
    beside = queries.kpi_values(user, business, [each.id for each in (*parts, *rivals, *pairs)], known)
    below = queries.changed_below(catalogue, kpi, told.periods) if told else ()
    may = allows(request.membership.role, EDIT)
    improvements, caution = _playbook(catalogue, kpi.id, style)
    return KpiPage(
        title=kpi_name(kpi, language),
        subtitle=f"{kpi.id} / {_value_words('origin', one.origin, language)}",
        fresh=fresh_on(known.today, style),
        kpi_id=kpi.id,
        other_name=kpi_name(kpi, "en" if style.japanese else "ja") if kpi.ja != kpi.en else "",
        aliases=_comma(style).join(kpi.aliases),
        definition=_definition(kpi, language),
        fallback=_fallback_words(row, style),
        retired=_("Retired since {day}; its history stays.").format(day=_day(kpi.retired, style))
        if kpi.retired
        else "",
        number=card(Compared(kpi_name(kpi, language), value, before, kpi.unit, kpi.direction), style),
        period=business.calendar.label(told.periods[-1], language) if told else "",
        sentence=sentence(Told(value, before, kpi.unit), style) if told else "",
        missing=_missing_words(one.supply, known.today, style),
        reasons=told.reasons[language] if told and value is None else (),
        history=_kpi_chart(business, kpi, told, below, style) if told else None,
        spread=_spread_words(request, business, kpi, told.periods[-1], style) if told and value is not None else None,
        expected=_expected(request, business, kpi, style) if told and value is not None else None,
        notes=_version_notes(business, kpi, told, below, style) if told else (),
        formula=_mathml_of(catalogue, kpi, language),
        source_text=kpi.source,
        numerator=_side_words(catalogue, kpi, "left", language),
        denominator=_side_words(catalogue, kpi, "right", language),
        choice=_choice_words(catalogue, kpi, rivals, language),
        rivals=tuple(_part_row(business, each, beside, style) for each in rivals),
        parts=tuple(_part_row(business, each, beside, style) for each in parts),
        measures=tuple(measure.ja if style.japanese else measure.en for measure in measures),
        facts=tuple(
            FactRow(each.ja if style.japanese else each.en, each.name not in one.supply.missing)
            for each in queries.facts_of(catalogue, kpi.id)
        ),
        supply=_value_words("supply", one.supply.way, language),
        source=source_words(kpi, language),
        measurable_words=_("M: not measurable yet") if queries.unmeasurable(kpi, one.supply) else _("M: measurable"),
        unmeasurable=tuple(_lacking_words()[name] for name in queries.unmeasurable(kpi, one.supply)),
        tags=_tag_rows(business, one, language),
        benchmarks=_benchmarks(kpi, value, style),
        pairs=tuple(_part_row(business, each, beside, style) for each in pairs),
        trees=tuple(
            TreeRow(
                tree.ja if style.japanese else tree.en,
                node.label(language),
                reverse("cockpit:node", kwargs={"business": business.id, "tree": tree.id, "node": node.id}),
                owner_words(node, style),
            )
            for tree, node in queries.used_in(user, business, kpi.id, known)
        ),
        templates=tuple(
            Way(
                each.ja if style.japanese else each.en,
                reverse("kpis:template", kwargs={"business": business.id, "template": each.id}),
            )
            for each in queries.templates_with(user, business, kpi.id)[:8]
        ),
        built_on=tuple(
            Way(kpi_name(each, language), kpi_url(business, each.id)) for each in queries.built_on(catalogue, kpi.id)
        ),
        improvements=improvements,
        caution=caution,
        versions=_version_rows(row, style) if row else (),
        catalogue_url=reverse("kpis:catalogue", kwargs={"business": business.id}),
        edit_url=kpi_url(business, kpi.id, "edit_kpi") if may else "",
        retire_url=kpi_url(business, kpi.id, "retire_kpi")
        if may and row and kpi.retired is None and one.origin != queries.BUILT_IN
        else "",
        bring_back_url=kpi_url(business, kpi.id, "bring_back_kpi") if may and kpi.retired else "",
        version=row.version if row else 0,
        value_url=kpi_url(business, kpi.id, "enter_value") if may and one.supply.way == queries.HAND else "",
        percent=kpi.unit == "ratio",
        data_url=_url("data:data", business) if may else "",
    )


def kpi_url(business: Business, kpi_id: str, name: str = "kpi") -> str:
    """The address of a KPI's page, or of what can be done with it."""
    return reverse(f"kpis:{name}", kwargs={"business": business.id, "kpi": kpi_id})


def kpi_name(kpi: Kpi, language: str) -> str:
    """What a KPI is called."""
    return kpi.ja if language == "ja" else kpi.en


def _definition(kpi: Kpi, language: str) -> str:
    """What a KPI means; nothing where nobody has written more than its name."""
    words = kpi.definition_ja if language == "ja" else kpi.definition_en
    return "" if words in {kpi.ja, kpi.en} else words


def _comma(style: Style) -> str:
    return "、" if style.japanese else ", "


def _day(day: date | None, style: Style) -> str:
    if day is None:
        return ""
    return f"{day:%Y/%m/%d}" if style.japanese else f"{day.day} {day:%b %Y}"


def _last_month(business: Business, known: Known) -> str:
    today = known.today or business.calendar.today()
    return business.calendar.period(Grain.MONTH, today).start.isoformat()


def _spread_words(request: Any, business: Business, kpi: Kpi, period: Period, style: Style) -> SpreadWords | None:
    """Mean and median side by side, for a KPI that is a mean of single values."""
    found = queries.kpi_spread(request.user, business, kpi.id, period)
    if found is None:
        return None
    mean, median, first, third = (
        number(value, kpi.unit, style) for value in (found.mean, found.median, found.first, found.third)
    )
    note = _("A few large values pull the mean up; the median says what is usual.") if found.long_tail else ""
    return SpreadWords(mean, median, f"{first} – {third}", f"{found.count:,}", note)


FORECAST_FROM = 37


def _expected(request: Any, business: Business, kpi: Kpi, style: Style) -> Expected | None:
    """The next three months, when things go on as they do."""
    read = queries.kpi_months(request.user, business, kpi.id, FORECAST_FROM)
    told = forecast(read.periods, read.series(kpi.id))
    if not told.ahead:
        return None
    rows = []
    for each in told.ahead:
        month = business.calendar.label(business.calendar.shift(read.periods[-1], each.ahead), style.language)
        spoken = [number(value, kpi.unit, style) for value in (each.expected, each.low, each.high)]
        rows.append((month, spoken[0], f"{spoken[1]} – {spoken[2]}"))
    first = rows[0]
    sentence = _("{month}: {value} when things go on as they do, most likely {range}.")
    how = (
        _("A straight line through {months} months, times the season of each calendar month; the range holds {level}.")
        if told.seasonal
        else _("A straight line through {months} months; no season shows. The range holds {level}.")
    )
    return Expected(
        sentence.format(month=first[0], value=first[1], range=first[2]),
        tuple(rows),
        how.format(months=told.periods, level=f"{told.rule.level:.0%}"),
    )


def _fallback_words(row: OwnKpi | None, style: Style) -> str:
    """Says so when the words are shown in the other language, because nobody has written them in this one."""
    if row is None or queries.kpi_document(row).get("ja" if style.japanese else "en"):
        return ""
    return (
        _("Nobody has written the English words yet, so the Japanese ones are shown.")
        if not style.japanese
        else _("Nobody has written the Japanese words yet, so the English ones are shown.")
    )


def _missing_words(supply: queries.Supply, today: date | None, style: Style) -> str:
    if today is None:
        return _("There are no numbers yet.")
    names = [queries.fact_words(name, style.language) for name in supply.missing]
    return _("No rows yet: {facts}").format(facts=_comma(style).join(names)) if names else ""


def _lacking_words() -> dict[str, str]:
    return {"formula": _("formula"), "source": _("source"), "method": _("method")}


def _kpi_chart(
    business: Business, kpi: Kpi, told: queries.KpiHistory, below: Sequence[tuple[int, Kpi]], style: Style
) -> Chart | None:
    """The last 13 months; a star marks the month in which another definition began."""
    if all(value is None for value in told.values):
        return None
    stars = {*told.changes, *(place for place, _kpi in below)}
    bars = [
        Bar(
            tick(period, style) + ("*" if place in stars else ""),
            business.calendar.label(period, style.language),
            value,
        )
        for place, (period, value) in enumerate(zip(told.periods, told.values, strict=True))
    ]
    name, words = kpi_name(kpi, style.language), sentence(Told(told.value, told.before, kpi.unit), style)
    drawn = trend(name, words, bars, kpi.unit, style)
    if not told.changes:
        return drawn
    table = drawn.table
    rows = tuple((*row, str(version)) for row, version in zip(table.rows, told.versions, strict=True))
    return replace(drawn, table=Table((*table.head, _("Version")), rows))


def _version_notes(
    business: Business, kpi: Kpi, told: queries.KpiHistory, below: Sequence[tuple[int, Kpi]], style: Style
) -> tuple[str, ...]:
    """Where the definition changed inside the picture, and why."""
    reasons = {one.number: one.reason for one in kpi.earlier} | {kpi.version: kpi.reason}
    notes = []
    for place in told.changes:
        version = told.versions[place]
        month = business.calendar.label(told.periods[place], style.language)
        words = _("* From {month} on by version {version} of the definition.").format(month=month, version=version)
        notes.append(f"{words} {reasons.get(version or 0, '')}".strip())
    for place, one in below:
        month = business.calendar.label(told.periods[place], style.language)
        words = _("* From {month} on “{name}”, which it is calculated from, has another definition.")
        notes.append(words.format(month=month, name=kpi_name(one, style.language)))
    return tuple(notes)


def _names(catalogue: Catalogue, language: str) -> Callable[[Reference], str]:
    def name(reference: Reference) -> str:
        found = catalogue.kpis.get(reference.id) or catalogue.measures.get(reference.id)
        return reference.id if found is None else found.ja if language == "ja" else found.en

    return name


def _mathml_of(catalogue: Catalogue, kpi: Kpi, language: str) -> SafeString:
    return mark_safe(mathml(kpi.formula, label=_names(catalogue, language)))


def _formula_words(catalogue: Catalogue, formula: Formula, language: str) -> str:
    """A formula in one line, with names in the place of ids."""
    name = _names(catalogue, language)
    return queries.renamed(show(formula), {each.id: name(each) for each in references(formula)})


def _side_words(catalogue: Catalogue, kpi: Kpi, side: str, language: str) -> str:
    """What stands above or below the line; "" for a KPI that is no fraction."""
    formula = kpi.formula
    if not (isinstance(formula, Binary) and formula.op == "/"):
        return ""
    return _formula_words(catalogue, getattr(formula, side), language)


def _choice_words(catalogue: Catalogue, kpi: Kpi, rivals: Sequence[Kpi], language: str) -> str:
    """Why the denominator matters."""
    below = _side_words(catalogue, kpi, "right", language)
    if not below:
        return ""
    words = _("Divided by {denominator}; fixed, so that months stay comparable.").format(denominator=below)
    other = _("The same above the line over another denominator is another KPI:")
    return f"{words} {other}" if rivals else words


def _part_row(business: Business, kpi: Kpi, values: Mapping[str, queries.KpiValue], style: Style) -> PartRow:
    told = values.get(kpi.id)
    words = number(told.value, kpi.unit, style) if told and told.value is not None else ""
    return PartRow(kpi_name(kpi, style.language), kpi_url(business, kpi.id), words)


def _tag_rows(business: Business, one: queries.Tagged, language: str) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    """Every tag with links to the KPIs that share it."""
    path = reverse("kpis:catalogue", kwargs={"business": business.id})
    rows: list[tuple[str, tuple[Way, ...]]] = [(_("Unit"), (Way(queries.unit_words(one.kpi.unit, language), ""),))]
    for facet, words in _facet_words().items():
        if facet in {"supply", "origin"}:
            continue
        values = one.kpi.domain if facet == "domain" else one.carries[facet]
        ways = tuple(Way(label(facet, v, language), f"{path}?{urlencode({facet: v})}") for v in values)
        if ways:
            rows.append((words, ways))
    return tuple(rows)


def _benchmarks(kpi: Kpi, value: float | None, style: Style) -> tuple[BenchmarkRow, ...]:
    read = {id(each.benchmark): each.standing for each in benchmark_reading(kpi, value)}
    rows = []
    for one in kpi.benchmarks:
        standing = read.get(id(one))
        good = {"higher": "above", "lower": "below"}.get(str(kpi.direction), "")
        tone = "" if standing is None else "good" if standing in {"inside", good} else "watch"
        rows.append(
            BenchmarkRow(
                words=one.ja if style.japanese else one.en,
                range=range_words(one.low, one.high, kpi.unit, style),
                standing=standing.words(style.language) if standing else "",
                tone=tone,
                source=one.source_ja if style.japanese else one.source_en,
            )
        )
    return tuple(rows)


def range_words(low: float | None, high: float | None, unit: str, style: Style) -> str:
    """A range in words; an open end is left out."""
    if low is not None and high is not None:
        return f"{number(low, unit, style)} – {number(high, unit, style)}"
    return f"≥ {number(low, unit, style)}" if low is not None else f"≤ {number(high, unit, style)}"


def _playbook(catalogue: Catalogue, kpi_id: str, style: Style) -> tuple[tuple[ImprovementRow, ...], str]:
    book = catalogue.playbook(kpi_id)
    if book is None:
        return (), ""
    rows = tuple(
        ImprovementRow(each.ja, each.how_ja, each.effect_ja)
        if style.japanese
        else ImprovementRow(each.en, each.how_en, each.effect_en)
        for each in book.improvements
    )
    return rows, book.caution_ja if style.japanese else book.caution_en


def _version_rows(row: OwnKpi, style: Style) -> tuple[VersionRow, ...]:
    return tuple(
        VersionRow(
            number=each.number,
            since=_day(each.since, style) or _("from the start"),
            formula=each.formula,
            reason=each.reason,
            made=f"{_day(each.made_at.date(), style)} {each.made_by}".strip(),
            correction=each.correction,
        )
        for each in queries.kpi_revisions(row)
    )


# --- a KPI of one's own ---


@dataclass(frozen=True)
class Mistake:
    """Something wrong with a formula; `picture` shows the place."""

    words: str
    picture: str = ""


@dataclass(frozen=True)
class FormulaCheck:
    """What a formula means and gives, or what is wrong with it."""

    mistakes: tuple[Mistake, ...] = ()
    formula: SafeString = mark_safe("")
    words: str = ""
    value: str = ""
    period: str = ""
    months: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class KpiFormPage:
    title: str
    subtitle: str
    intro: str
    action: str
    check_url: str
    names_url: str
    back_url: str
    checked: FormulaCheck | None
    conflict: str = ""
    differing: tuple[tuple[str, str, str], ...] = ()


@business_page(EDIT)
@get_and_post
def define_kpi(request: Any, business: Business) -> HttpResponse:
    """A KPI that the business did not have."""
    return _kpi_form(request, business, None, {}, 0)


@business_page(EDIT)
@get_and_post
def edit_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Another version of a KPI: of one's own, or of a built-in one that means something else here."""
    catalogue = queries.catalogue_of(request.user, business)
    if kpi not in catalogue.kpis:
        raise Http404
    row = queries.own_kpi(request.user, business, kpi)
    document = queries.kpi_document(row) if row else queries.document_of(catalogue.kpis[kpi])
    return _kpi_form(request, business, catalogue.kpis[kpi], document, row.version if row else 0)


def _kpi_form(
    request: Any, business: Business, kpi: Kpi | None, document: Mapping[str, Any], version: int
) -> HttpResponse:
    known = queries.catalogue_of(request.user, business).kpis
    initial = {"version": version, "since": _last_month(business, queries.known(request.user, business))}
    if kpi is not None:
        initial |= KpiForm.initial_of(document)
    elif request.GET.get("formula"):
        initial["formula"] = request.GET["formula"][:LONGEST_FORMULA]
    posted = request.POST or None
    form = KpiForm(posted, initial=initial, known=known, changing=kpi.id if kpi else "")
    checked, conflict = None, ""
    differing: tuple[tuple[str, str, str], ...] = ()
    if posted is not None and "check" in posted:
        checked = _checked(request, business, kpi.id if kpi else "")
        form = KpiForm(initial=_typed(form), known=known, changing=kpi.id if kpi else "")
    elif posted is not None and form.is_valid():
        try:
            saved = _save(request, business, form, kpi, document)
        except EditConflict as error:
            conflict = error.words(get_language() or "ja")
            differing = _differing(form, error.details["theirs"])
            row = queries.own_kpi(request.user, business, kpi.id if kpi else form.cleaned_data["kpi_id"])
            form.data = {**_lists(request.POST), "version": str(row.version if row else 0)}
        except KeikiError as error:
            form.add_error("formula", error.words(get_language() or "ja").split("\n")[0])
            checked = _checked(request, business, kpi.id if kpi else "")
        else:
            messages.success(request, _("Saved as version {number}.").format(number=saved.version))
            return redirect("kpis:kpi", business=business.id, kpi=saved.kpi_id)
    page = _kpi_form_page(business, kpi, checked, conflict, differing)
    code = 409 if conflict else 422 if form.errors else 200
    return render(request, "kpis/kpi_form.html", {"page": page, "form": form}, status=code)


def _save(request: Any, business: Business, form: KpiForm, kpi: Kpi | None, document: Mapping[str, Any]) -> OwnKpi:
    said = form.cleaned_data
    since = said.get("since") if said.get("effective") == "day" else None
    return actions.save_kpi(
        request.user,
        business,
        kpi.id if kpi else said["kpi_id"],
        said["version"],
        dict(document) | form.document,
        since,
        said.get("reason", ""),
    )


def _typed(form: KpiForm) -> dict[str, Any]:
    return {name: form[name].value() for name in form.fields}


def _lists(posted: Any) -> dict[str, Any]:
    """What was posted, with lists where several can be chosen."""
    return {name: posted.getlist(name) if name in KpiForm.LISTED else posted[name] for name in posted}


def _differing(form: KpiForm, theirs: Mapping[str, Any]) -> tuple[tuple[str, str, str], ...]:
    mine = form.document
    return tuple(
        (str(form[name].label), _shown(mine[name]), _shown(theirs.get(name, "")))
        for name in mine
        if mine[name] != theirs.get(name, mine[name])
    )


def _shown(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _kpi_form_page(
    business: Business,
    kpi: Kpi | None,
    checked: FormulaCheck | None,
    conflict: str,
    differing: tuple[tuple[str, str, str], ...],
) -> KpiFormPage:
    here = {"business": business.id}
    language = (get_language() or "ja")[:2]
    if kpi is None:
        title, intro = _("A KPI of our own"), _("Name it, write its formula, see its value at once.")
        action = reverse("kpis:new_kpi", kwargs=here)
    else:
        title = _("Change {name}").format(name=kpi_name(kpi, language))
        intro = _("What you save is one more version. Nothing that was reported before changes by itself.")
        action = kpi_url(business, kpi.id, "edit_kpi")
    return KpiFormPage(
        title=title,
        subtitle=business.name,
        intro=intro,
        action=action,
        check_url=reverse("kpis:check_formula", kwargs=here) + (f"?{urlencode({'kpi': kpi.id})}" if kpi else ""),
        names_url=reverse("kpis:names", kwargs=here),
        back_url=kpi_url(business, kpi.id) if kpi else reverse("kpis:catalogue", kwargs=here),
        checked=checked,
        conflict=conflict,
        differing=differing,
    )


@business_page(EDIT)
@require_POST
def check_formula(request: Any, business: Business) -> HttpResponse:
    """What the formula that is being typed means and gives; nothing is stored."""
    checked = _checked(request, business, request.GET.get("kpi", "") or request.POST.get("kpi_id", ""))
    return render(request, "kpis/check.html", {"checked": checked})


LONGEST_FORMULA = 4_000


def _checked(request: Any, business: Business, kpi_id: str) -> FormulaCheck | None:
    text = request.POST.get("formula", "").strip()[:LONGEST_FORMULA]
    if not text:
        return None
    language = (get_language() or "ja")[:2]
    catalogue = queries.catalogue_of(request.user, business)
    try:
        found = queries.mistakes(business, _draft(catalogue, text, request.POST.get("unit", "number"), kpi_id))
        if found:
            return FormulaCheck(tuple(_mistake(error, language) for error in found))
        told = queries.formula_value(request.user, business, text)
    except KeikiError as error:
        return FormulaCheck((_mistake(error, language),))
    formula = parse(text)
    shown = FormulaCheck(
        formula=mark_safe(mathml(formula, label=_names(catalogue, language))),
        words=_formula_words(catalogue, formula, language),
        notes=(_("The value appears when there are rows, or when people have entered it."),) if told is None else (),
    )
    return shown if told is None else _with_value(request, business, shown, told)


def _draft(catalogue: Catalogue, text: str, unit: str, kpi_id: str) -> dict[str, Any]:
    """A declaration that says nothing but a formula and its unit."""
    free = kpi_id if ID.fullmatch(kpi_id) and kpi_id not in catalogue.measures else "this_formula"
    said = {"id": free, "ja": free, "en": free, "definition_ja": free, "definition_en": free, "formula": text}
    said |= {"unit": unit, "direction": "neutral", "kind": "quality", "layer": "result", "horizon": "mid"}
    return said | {"lead_lag": "lag"}


def _mistake(error: KeikiError, language: str) -> Mistake:
    words, _line, picture = error.words(language).partition("\n")
    return Mistake(words, picture)


def _with_value(request: Any, business: Business, shown: FormulaCheck, told: queries.KpiHistory) -> FormulaCheck:
    unit = request.POST.get("unit", "number")
    style = style_of(business, queries.known(request.user, business))
    recent = list(zip(told.periods, told.values, strict=True))[-3:]
    lacking = [queries.fact_words(name, style.language) for name in told.missing]
    notes = [*told.reasons[style.language]]
    if lacking:
        notes.append(_("No rows yet: {facts}").format(facts=_comma(style).join(lacking)))
    return replace(
        shown,
        value=number(told.value, unit, style),
        period=business.calendar.label(told.periods[-1], style.language),
        months=tuple((business.calendar.label(p, style.language), exact(v, unit, style)) for p, v in recent),
        notes=tuple(notes or [_("No matching rows")]) if told.value is None else (),
    )


@business_page(EDIT)
@require_POST
def retire_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """Nobody should start to use this KPI any more."""
    row = queries.own_kpi(request.user, business, kpi)
    if row is None:
        raise Http404
    version = _version(request)
    _done_or_why_not(
        request, actions.retire_kpi, row, version, business.calendar.today(), request.POST.get("reason", "")[:400]
    )
    return redirect("kpis:kpi", business=business.id, kpi=kpi)


@business_page(EDIT)
@require_POST
def bring_back_kpi(request: Any, business: Business, kpi: str) -> HttpResponse:
    """A retired KPI is used again."""
    row = queries.own_kpi(request.user, business, kpi)
    if row is None:
        raise Http404
    _done_or_why_not(request, actions.bring_back_kpi, row, _version(request))
    return redirect("kpis:kpi", business=business.id, kpi=kpi)


@business_page(EDIT)
@require_POST
def enter_value(request: Any, business: Business, kpi: str) -> HttpResponse:
    """One value that a person knows."""
    tagged = queries.tagged_kpis(request.user, business).get(kpi)
    if tagged is None or tagged.supply.way != queries.HAND:
        raise Http404
    form = ValueForm(request.POST)
    if not form.is_valid():
        return _show_kpi(request, business, kpi, form)
    said = form.cleaned_data
    first = business.calendar.period(Grain(said["grain"]), said["on"]).start
    value = said["value"] / 100 if tagged.kpi.unit == "ratio" else said["value"]  # people type 3.5 for 3.5 %
    _done_or_why_not(
        request, actions.enter_value, business, tagged.kpi, first, said["grain"], value, said["note"], said["source"]
    )
    return redirect("kpis:kpi", business=business.id, kpi=kpi)


def _version(request: Any) -> int:
    text = request.POST.get("version", "")
    return int(text[:9]) if text.isdecimal() else 0


def _done_or_why_not(request: Any, action: Callable[..., Any], *values: Any) -> None:
    try:
        action(request.user, *values)
    except KeikiError as error:
        messages.error(request, error.words(get_language() or "ja"))
    else:
        messages.success(request, _("Saved."))
