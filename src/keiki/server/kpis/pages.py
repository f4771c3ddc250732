"""What every page about numbers shares: links, selects, cards, sentences, figures; and the gallery of templates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.catalogue.tags import TAGS, label
from keiki.charts.bars import NARROW, WIDTH, Bar, history
from keiki.charts.card import Card, Compared, card
from keiki.charts.chart import Table
from keiki.charts.format import Money, Style, number
from keiki.charts.sentence import Driver, Told, sentence
from keiki.charts.tree import CARD_HEIGHT, CARD_WIDTH, Twig, layout, levels
from keiki.charts.trend import trend
from keiki.facts import FACTS, fact
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page, get_and_post
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import actions, queries
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import Known, TreeNumbers
from keiki.trees.build import Edge, InfluenceEdge, Node, Tree
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


@dataclass(frozen=True)
class Figure:
    """A picture in two widths, of which the page shows the one that fits, and its table."""

    title: str
    wide: SafeString
    narrow: SafeString
    table: Table


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


def owner_words(node: Node, style: Style) -> str:
    """Who looks after a node: person and department; "" while nobody does."""
    if node.owner is None:
        return ""
    return ("・" if style.japanese else ", ").join(word for word in (node.owner.person, node.owner.department) if word)


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


def history_chart(business: Business, reading: TreeNumbers, node: Node, style: Style) -> Figure | None:
    """The node's history as columns, beside its target where it has one; None while it has no value."""
    values = reading.series(node)
    if all(value is None for value in values):
        return None
    bars = [
        Bar(tick(period, style), business.calendar.label(period, style.language), value, complete)
        for period, value, complete in zip(reading.periods, values, reading.completes, strict=True)
    ]
    label, words = node.label(style.language), told(reading, node, style)
    aims = reading.aims.get(node.id)
    wide, narrow = (
        trend(label, words, bars, aims, node.unit, style, width)
        if aims
        else history(label, words, bars, node.unit, style, width)
        for width in (WIDTH, NARROW)
    )
    return Figure(label, mark_safe(wide.svg), mark_safe(narrow.svg), wide.table)


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
    day = reading.known.today
    if day is None:
        return ""
    return _("Data up to {day}").format(day=f"{day:%Y/%m/%d}" if style.japanese else f"{day:%d %b %Y}")


def lens_form(business: Business, reading: TreeNumbers, asked: Asked, trees: bool) -> LensForm:
    """The selects of period, grain, comparison and, where it can be chosen, tree."""
    language = (get_language() or "ja")[:2]
    so_far = _(" (so far)")
    periods = queries.choosable(business, reading.known, asked.grain)
    listed = tuple(
        (
            p.start.isoformat(),
            business.calendar.label(p, language) + ("" if queries.is_over(reading.known, p) else so_far),
        )
        for p in periods
    )
    grains = (
        ("day", _("Day")),
        ("week", _("Week")),
        ("month", _("Month")),
        ("quarter", _("Quarter")),
        ("year", _("Year")),
    )
    versus = (("previous", _("Previous period")), ("last_year", _("Same period last year")))
    choices = [
        Choice("grain", _("By"), grains, asked.grain),
        Choice("on", _("Period"), listed, reading.period.start.isoformat()),
        Choice("versus", _("Compared with"), versus, asked.comparison),
    ]
    if trees:
        named = tuple((tree.id, tree.ja if language == "ja" else tree.en) for tree in reading.known.trees)
        choices.insert(0, Choice("tree", _("Tree"), named, reading.tree.id))
    chosen = {choice.name for choice in choices} | {"flip"}
    return LensForm(tuple(choices), tuple((name, value) for name, value in asked.pairs if name not in chosen))


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


def _url(name: str, business: Business) -> str:
    try:
        return reverse(name, kwargs={"business": business.id})
    except NoReverseMatch:
        return ""


# --- templates ---

SKETCHED = 40
"""Nodes a small drawing shows before it shows fewer levels."""


@dataclass(frozen=True)
class TemplateCard:
    """A built-in tree in the gallery."""

    id: str
    name: str
    about: str
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
def templates_page(request: HttpRequest, business: Business) -> HttpResponse:
    """The gallery of templates by field of work; the address holds words, family and whether the data must be there."""
    words, family, ready = request.GET.get("q", "").strip()[:80], request.GET.get("family", ""), "ready" in request.GET
    language = (get_language() or "ja")[:2]
    every = queries.templates(request.user, business)
    found = [each for each in every if _matches(each, words) and (each.ready or not ready)]
    names = dict.fromkeys(_family(each) for each in every)
    families = {name: label("domain", name, language) for name in TAGS["domain"] if name in names}
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
        new_url=_url("cockpit:new_tree", business) if allows(request.membership.role, EDIT) else "",  # type: ignore[attr-defined]  # set by business_page
    )
    return render(request, "kpis/templates.html", {"page": page})


def _family(shown: queries.Template) -> str:
    named = shown.document.domain[0].partition(":")[0] if shown.document.domain else ""
    return named if named in TAGS["domain"] else "corporate"


def _matches(shown: queries.Template, words: str) -> bool:
    document = shown.document
    nodes = " ".join(f"{node.ja} {node.en}" for node in shown.tree.nodes)
    fields = " ".join(f"{name} {label('domain', name, 'ja')} {label('domain', name, 'en')}" for name in document.domain)
    text = f"{document.id} {document.ja} {document.en} {document.about_ja} {document.about_en} {fields} {nodes}".lower()
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
        about=document.about_ja if language == "ja" else document.about_en,
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
    lines = "".join(f'<path d="{e.path}"{" class=influence" if e.influence else ""}/>' for e in laid.edges)
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
    why: str


@dataclass(frozen=True)
class TemplatePage:
    title: str
    subtitle: str
    about: str
    goal: str
    sketch: SafeString
    size: str
    needs: tuple[tuple[str, bool], ...]
    data_words: str
    rows: tuple[TemplateRow, ...]
    gallery_url: str
    data_url: str
    used_url: str
    design_url: str
    use_url: str


@business_page()
@get_and_post
def template_page(request: HttpRequest, business: Business, template: str) -> HttpResponse:
    """One template with its targets; a POST makes an own tree of it, or leads to the one there is."""
    shown = queries.template_named(request.user, business, template)
    if shown is None:
        raise Http404
    may = allows(request.membership.role, EDIT)  # type: ignore[attr-defined]  # set by business_page
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
        subtitle=_("Template · {field}").format(field=label("domain", _family(shown), style.language)),
        about=document.about_ja if japanese else document.about_en,
        goal=(document.goal_ja if japanese else document.goal_en) or "",
        sketch=sketch(shown.tree),
        size=_("{count} numbers").format(count=len(shown.tree.nodes)),
        needs=_needs(shown, japanese),
        data_words=_("{has} of {all} KPIs can be measured with your data.").format(
            has=shown.measurable, all=len(shown.needs.kpis)
        ),
        rows=tuple(_template_row(shown, node, style) for node in shown.tree.nodes),
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


def _template_row(shown: queries.Template, node: Node, style: Style) -> TemplateRow:
    written = shown.document.node(node.id)
    return TemplateRow(
        label=node.label(style.language),
        level={"kgi": "KGI", "ksf": "KSF"}.get(node.level, ""),
        indent=f"{min(node.depth, 15):x}",
        link=edge_words(node.edge),
        influence=isinstance(node.edge, InfluenceEdge),
        target=target_words(written.target, node.unit, style) if written.target else "",
        why=(node.why_ja if style.japanese else node.why_en) or "",
    )


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
