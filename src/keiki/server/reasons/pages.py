"""Why a number moved, the rows behind it, and which number to work on first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.bars import NARROW, WIDTH
from keiki.charts.bridge import Step, bridge, gathered
from keiki.charts.chart import Table
from keiki.charts.format import MISSING, Style, change, counter_word, difference, exact, number
from keiki.charts.mix_sentence import mix_sentence
from keiki.charts.sentence import briefly_against
from keiki.errors import KeikiError
from keiki.facts import FACTS, fact
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning import queries as planning
from keiki.server.reasons import queries
from keiki.server.reasons.queries import PERIOD, SCENARIO, TARGET, Reasons
from keiki.trees.build import InfluenceEdge, Node
from keiki.trees.explanation import Part
from keiki.trees.mix import Split
from keiki.trees.priority import Priority

ROUNDING = 1e-9  # of the value: below it a residual is arithmetic, not news
SHOWN_STEPS = 9
SHOWN_SEGMENTS = 12


@dataclass(frozen=True)
class SegmentRow:
    label: str
    before: str
    after: str
    share_before: str
    share_after: str
    rate: str
    mix: str
    part: str
    url: str


@dataclass(frozen=True)
class BySegment:
    """A change by the segments of a dimension: the sentence, the rows, or why it cannot be told."""

    dimension: str
    sentence: str = ""
    is_ratio: bool = False
    turned: bool = False
    rows: tuple[SegmentRow, ...] = ()
    rate: str = ""
    mix: str = ""
    whole: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class PartRow:
    label: str
    before: str
    after: str
    change: str
    part: str
    share: str
    url: str


@dataclass(frozen=True)
class WhyPage:
    title: str
    subtitle: str
    tree: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    label: str = ""
    sentence: str = ""
    notes: tuple[str, ...] = ()
    figure: kpis.Figure | None = None
    rows: tuple[PartRow, ...] = ()
    before_label: str = ""
    dimensions: tuple[kpis.Way, ...] = ()
    by: BySegment | None = None
    rows_url: str = ""
    nodes: tuple[kpis.Way, ...] = ()
    node_url: str = ""


@business_page()
@require_safe
def why_page(
    request: HttpRequest, business: Business, tree: str | None = None, node: str | None = None
) -> HttpResponse:
    """What moved a number; the address holds tree, number, period, what it is compared with, and the dimension."""
    asked = Asked.read(request.GET)
    numbers = _numbers(request, business, tree, asked)
    if numbers is None:
        page = WhyPage(_("Why"), business.name, tree or "", kpis.empty_state(request, business))
        return render(request, "reasons/why.html", {"page": page})
    chosen = numbers.tree.root if node is None else numbers.tree.by_id.get(node)
    if chosen is None:
        raise Http404
    against = request.GET.get("against", PERIOD)
    told = queries.reasons(request.user, business, numbers, chosen, against)
    return render(request, "reasons/why.html", {"page": _why_page(request, business, told, asked, against)})


def _numbers(request: HttpRequest, business: Business, tree: str | None, asked: Asked) -> TreeNumbers | None:
    known = door.known(request.user, business)
    chosen = request.GET.get("tree") or tree
    if chosen is not None and chosen not in {each.id for each in known.trees}:
        raise Http404
    return None if known.today is None else planning.measured(request.user, business, chosen, asked.question)


def _why_page(request: HttpRequest, business: Business, told: Reasons, asked: Asked, against: str) -> WhyPage:
    numbers, node = told.numbers, told.node
    style = kpis.style_of(business, numbers.known)
    label = node.label(style.language)
    dimensions = door.dimensions(request.user, business, node)
    by = asked.by if asked.by in dimensions else ""
    path = _path(business, "why", numbers, node)
    extra = (("against", against),) if against != PERIOD else ()
    sentence = _sentence(told, asked, style)
    return WhyPage(
        title=_("Why"),
        subtitle=kpis.subtitle(business, numbers, style),
        tree=numbers.tree.id,
        fresh=kpis.fresh_words(numbers, style),
        lens_form=_lens_form(request, business, numbers, asked, told, style),
        label=label,
        sentence=sentence,
        notes=_notes(told, style),
        figure=_bridge(business, told, asked, sentence, style),
        rows=_parts(business, told, asked, style),
        before_label=_before_label(told, asked, style),
        dimensions=tuple(
            kpis.Way(
                kpis.dimension_words(name, style), _with(asked.url(path, by=name), extra) + "#segments", name == by
            )
            for name in dimensions
        ),
        by=_by_segment(request, business, numbers, node, by, asked, style) if by else None,
        rows_url=asked.url(_path(business, "rows", numbers, node), by=""),
        nodes=tuple(
            kpis.Way(
                each.label(style.language),
                _with(asked.url(_path(business, "why", numbers, each), by=""), extra),
                each.id == node.id,
            )
            for each in numbers.tree.nodes
            if each.formula is not None and not isinstance(each.edge, InfluenceEdge)
        ),
        node_url=kpis.node_url(business, numbers, node, asked),
    )


def _path(business: Business, name: str, numbers: TreeNumbers, node: Node) -> str:
    return reverse(f"reasons:{name}", kwargs={"business": business.id, "tree": numbers.tree.id, "node": node.id})


def _with(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    for name, value in pairs:
        url += f"{'&' if '?' in url else '?'}{name}={value}"
    return url


def _lens_form(
    request: HttpRequest, business: Business, numbers: TreeNumbers, asked: Asked, told: Reasons, style: Style
) -> kpis.LensForm:
    form = kpis.lens_form(business, numbers, asked, trees=True)
    options = [(PERIOD, _("Another period"))]
    if numbers.aims:
        options.append((TARGET, _("Targets")))
    named = queries.scenario_names(request.user, business, numbers)
    options += [(f"{SCENARIO}:{key}", _("Scenario “{name}”").format(name=name)) for key, name in named]
    kept = {PERIOD: PERIOD, TARGET: TARGET}.get(told.against.kind)
    chosen = kept or next((key for key, _words in options if key == request.GET.get("against")), PERIOD)
    choice = kpis.Choice("against", _("Beside"), tuple(options), chosen)
    return replace(form, choices=(*form.choices, choice))


def _before_label(told: Reasons, asked: Asked, style: Style) -> str:
    if told.against.kind == TARGET:
        return _("Target")
    if told.against.kind == SCENARIO:
        return told.against.name
    return briefly_against(asked.comparison, asked.grain, style)


def _sentence(told: Reasons, asked: Asked, style: Style) -> str:
    """What a manager can read aloud: how far, and what did most of it."""
    node = told.node
    label = node.label(style.language)
    if told.before is None or told.after is None:
        return _("{name} cannot be compared: one of the two values is missing.").format(name=label)
    counter = counter_word(label)
    moved = difference(told.after, told.before, node.unit, style)
    names = {
        "name": label,
        "value": number(told.after, node.unit, style, counter),
        "before": number(told.before, node.unit, style, counter),
        "beside": _beside_words(told, asked, style),
        "change": moved,
        "share": change(told.after, told.before, node.unit, style),
    }
    first = _("{name} is {value}: {change} ({share}) against {beside} ({before}).").format(**names)
    movers = [part for part in told.told.movers if not part.residual and part.contribution and part.node != node.id]
    if not movers:
        return first
    driver = told.numbers.tree.node(movers[0].node)
    most = _("{driver} did most of it: {part}.").format(
        driver=driver.label(style.language), part=difference(movers[0].contribution, 0.0, node.unit, style)
    )
    return first + ("" if style.japanese else " ") + most


def _beside_words(told: Reasons, asked: Asked, style: Style) -> str:
    if told.against.kind == TARGET:
        return _("the target")
    if told.against.kind == SCENARIO:
        return _("the scenario “{name}”").format(name=told.against.name)
    words = briefly_against(asked.comparison, asked.grain, style)
    return words if style.japanese else words[:1].lower() + words[1:]


def _notes(told: Reasons, style: Style) -> tuple[str, ...]:
    """Where the explanation had to stop, in words."""
    tree = told.numbers.tree
    notes = []
    for gap in told.told.gaps:
        missing = ("、" if style.japanese else ", ").join(tree.node(i).label(style.language) for i in gap.missing)
        label = tree.node(gap.node).label(style.language)
        if gap.reason == "undefined":
            notes.append(_("{name} is not taken further: {missing} has no value.").format(name=label, missing=missing))
        else:
            notes.append(_("{name} is not taken further: its formula cannot be shared out.").format(name=label))
    if told.against.apart:
        words = _("The targets below do not add up to the target of {name}; the gap is a step of its own.")
        notes.append(words.format(name=told.node.label(style.language)))
    return tuple(notes)


def _steps(business: Business, told: Reasons, asked: Asked, style: Style) -> list[Step]:
    tree = told.numbers.tree
    steps = []
    if told.against.apart:
        steps.append(Step(_("Not shared out to targets below"), -told.against.apart))
    rest = 0.0
    for part in _movers(told):
        if part.residual:
            rest += part.contribution or 0.0
            continue
        node = tree.node(part.node)
        url = asked.url(_path(business, "rows", told.numbers, node), by="")
        steps.append(Step(node.label(style.language), part.contribution or 0.0, url if node.measured else ""))
    if rest:
        steps.append(Step(_("What no formula tells"), rest))
    return steps


def _movers(told: Reasons) -> list[Part]:
    """What moved the number, the largest first; a residual that is only the rounding of the arithmetic is none."""
    size = max(abs(told.before or 0.0), abs(told.after or 0.0))
    return [each for each in told.told.movers if not each.residual or abs(each.contribution or 0.0) > ROUNDING * size]


def _bridge(business: Business, told: Reasons, asked: Asked, sentence: str, style: Style) -> kpis.Figure | None:
    if told.before is None or told.after is None or told.told.change is None:
        return None
    node, label = told.node, told.node.label(style.language)
    steps = gathered(_steps(business, told, asked, style), SHOWN_STEPS, _("All others"))
    wished = {"higher": 1, "lower": -1}.get(node.direction, 0)
    period = business.calendar.label(told.numbers.period, style.language)
    ends = ((_before_label(told, asked, style), told.before), (period, told.after))
    wide, narrow = (
        bridge(label, sentence, ends, steps, node.unit, style, wished=wished, width=width) for width in (WIDTH, NARROW)
    )
    return kpis.Figure(label, mark_safe(wide.svg), mark_safe(narrow.svg), wide.table)


def _parts(business: Business, told: Reasons, asked: Asked, style: Style) -> tuple[PartRow, ...]:
    rows = []
    for part in _movers(told):
        node = told.numbers.tree.node(part.node)
        counter = counter_word(node.label(style.language))
        label = node.label(style.language)
        if part.residual:
            label = _("{name}: not told by its formula").format(name=label)
        before, after = (
            (MISSING, MISSING)
            if part.residual
            else (
                number(part.before, node.unit, style, counter),
                number(part.after, node.unit, style, counter),
            )
        )
        rows.append(
            PartRow(
                label,
                before,
                after,
                "" if part.residual else change(part.after, part.before, node.unit, style),
                difference(part.contribution, 0.0, told.node.unit, style),
                _relative(told, part, style),
                ""
                if part.residual or not node.measured
                else asked.url(_path(business, "rows", told.numbers, node), by=""),
            )
        )
    return tuple(rows)


def _relative(told: Reasons, part: Part, style: Style) -> str:
    """A part as a percentage of the number compared with; the parts of a fall by 10 % sum to −10 %."""
    share = told.told.relative(part)
    return MISSING if share is None else change(1 + share, 1.0, "number", style)


# --- by segment ---


def _by_segment(
    request: HttpRequest,
    business: Business,
    numbers: TreeNumbers,
    node: Node,
    by: str,
    asked: Asked,
    style: Style,
) -> BySegment:
    dimension = kpis.dimension_words(by, style)
    try:
        split = door.split_of(request.user, business, numbers, node, by)
    except KeikiError as error:
        return BySegment(dimension, trouble=error.words(style.language))
    label = node.label(style.language)
    named = replace(
        split,
        parts=tuple(replace(part, segment=(_segment(by, part.segment[0], style),)) for part in split.parts),
    )
    path = _path(business, "rows", numbers, node)
    return BySegment(
        dimension,
        sentence=mix_sentence(label, named, node.unit, style),
        is_ratio=split.rate is not None,
        turned=split.turned_by_mix,
        rows=tuple(
            _segment_row(part, named.parts[place].segment[0] or "", by, node, asked, path, style)
            for place, part in enumerate(split.parts[:SHOWN_SEGMENTS])
        ),
        rate=difference(split.rate, 0.0, node.unit, style),
        mix=difference(split.mix, 0.0, node.unit, style),
        whole=difference(split.after, split.before, node.unit, style),
        trouble=_more(split),
    )


def _more(split: Split) -> str:
    hidden = len(split.parts) - SHOWN_SEGMENTS
    return _("{count} smaller segments are not listed.").format(count=hidden) if hidden > 0 else ""


def _segment(by: str, value: str | None, style: Style) -> str | None:
    return None if value is None else door.value_label(by, value, style.language)


def _segment_row(part: Any, label: str, by: str, node: Node, asked: Asked, path: str, style: Style) -> SegmentRow:
    value = part.segment[0]
    counter = counter_word(node.label(style.language))
    return SegmentRow(
        label=label or _("(empty)"),
        before=number(part.before, node.unit, style, counter),
        after=number(part.after, node.unit, style, counter),
        share_before=number(part.share_before, "ratio", style),
        share_after=number(part.share_after, "ratio", style),
        rate=MISSING if part.rate is None else difference(part.rate, 0.0, node.unit, style),
        mix=MISSING if part.mix is None else difference(part.mix, 0.0, node.unit, style),
        part=difference(part.part, 0.0, node.unit, style),
        url=asked.url(path, by="", segment=(by, value)) if value is not None else "",
    )


# --- rows ---


@dataclass(frozen=True)
class RowsOf:
    """The rows that one measure counted."""

    measure: str
    fact: str
    sentence: str
    table: Table | None


@dataclass(frozen=True)
class RowsPage:
    title: str
    subtitle: str
    tree: str
    fresh: str
    lens_form: kpis.LensForm
    value: str
    exact: str
    chips: tuple[kpis.Chip, ...]
    lists: tuple[RowsOf, ...]
    why_url: str


@business_page()
@require_safe
def rows_page(request: HttpRequest, business: Business, tree: str, node: str) -> HttpResponse:
    """The rows behind a number of one period, narrowed to a segment when the address names one."""
    asked = Asked.read(request.GET)
    numbers = _numbers(request, business, tree, asked)
    chosen = numbers.tree.by_id.get(node) if numbers is not None else None
    if numbers is None or chosen is None:
        raise Http404
    style = kpis.style_of(business, numbers.known)
    label = chosen.label(style.language)
    behind = door.rows_behind(request.user, business, numbers, chosen)
    lists = _alike(_rows_of(business, one, request, style) for one in behind)
    chips = []
    if asked.segment is not None:
        dimension, value = asked.segment
        words = f"{kpis.dimension_words(dimension, style)}: {door.value_label(dimension, value, style.language)}"
        chips.append(kpis.Chip(words, "accent", asked.url(_path(business, "rows", numbers, chosen), segment=None)))
    page = RowsPage(
        title=_("Rows behind {name}").format(name=label),
        subtitle=kpis.subtitle(business, numbers, style),
        tree=numbers.tree.id,
        fresh=kpis.fresh_words(numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=False),
        value=number(numbers.value(chosen), chosen.unit, style, counter_word(label)),
        exact=exact(numbers.value(chosen), chosen.unit, style, counter_word(label)),
        chips=tuple(chips),
        lists=lists,
        why_url=asked.url(_path(business, "why", numbers, chosen), by="", segment=None),
    )
    return render(request, "reasons/rows.html", {"page": page})


def _alike(lists: Iterable[RowsOf]) -> tuple[RowsOf, ...]:
    """Measures that counted the very same rows share one list."""
    found: dict[tuple[str, str, Table | None], list[str]] = {}
    for each in lists:
        found.setdefault((each.fact, each.sentence, each.table), []).append(each.measure)
    return tuple(RowsOf(" · ".join(names), *key) for key, names in found.items())


def _rows_of(business: Business, one: Any, request: HttpRequest, style: Style) -> RowsOf:
    measure = door.catalogue_of(request.user, business).measures[one.asked.measure]
    name = measure.ja if style.japanese else measure.en
    source = _source(one.source, style)
    if one.rows is None:
        words = _("It is worked out over all of {fact} at once; there is no list of rows that adds up to it.")
        return RowsOf(name, source, words.format(fact=source), None)
    if not one.rows:
        return RowsOf(name, source, _("No row of {fact} was counted in this period.").format(fact=source), None)
    shown = (
        _("{count} rows of {fact}; the newest {shown} are listed.")
        if one.count > len(one.rows)
        else _("{count} rows of {fact}.")
    )
    sentence = shown.format(count=f"{one.count:,}", fact=source, shown=len(one.rows))
    head = tuple(_column(one.source, column, style) for column in one.columns)
    body = tuple(tuple(_cell(column, row[column], style) for column in one.columns) for row in one.rows)
    return RowsOf(name, source, sentence, Table(head, body))


def _source(name: str, style: Style) -> str:
    if name not in FACTS:
        return name
    return fact(name).ja if style.japanese else fact(name).en


def _column(source: str, name: str, style: Style) -> str:
    column = FACTS[source].column(name) if source in FACTS else None
    return name if column is None else column.ja if style.japanese else column.en


def _cell(column: str, value: Any, style: Style) -> str:
    """A cell as a person reads it; words of a vocabulary by their names, times in the zone of the business."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, datetime):
        aware = value if value.tzinfo else timezone.make_aware(value, timezone.get_fixed_timezone(0))
        return f"{timezone.localtime(aware):%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal | float):
        return f"{Decimal(str(value)).normalize():,f}"
    return f"{value:,}" if isinstance(value, int) else door.value_label(column, str(value), style.language)


# --- what first ---


@dataclass(frozen=True)
class FirstRow:
    place: int
    label: str
    now: str
    reachable: str
    effect: str
    bar: str
    control: int
    reasons: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class FirstPage:
    title: str
    subtitle: str
    tree: str
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    goal: str = ""
    sentence: str = ""
    rows: tuple[FirstRow, ...] = ()


@business_page()
@require_safe
def first_page(request: HttpRequest, business: Business, tree: str | None = None) -> HttpResponse:
    """Which number to work on first: its effect on the goal, the room it has, and how far we control it."""
    asked = Asked.read(request.GET)
    numbers = _numbers(request, business, tree, asked)
    if numbers is None:
        page = FirstPage(_("What first"), business.name, tree or "", kpis.empty_state(request, business))
        return render(request, "reasons/first.html", {"page": page})
    style = kpis.style_of(business, numbers.known)
    found = queries.first_of(request.user, business, numbers)
    most = max((abs(each.score) for each in found), default=0.0) or 1.0
    goal = numbers.tree.root.label(style.language)
    page = FirstPage(
        title=_("What first"),
        subtitle=kpis.subtitle(business, numbers, style),
        tree=numbers.tree.id,
        fresh=kpis.fresh_words(numbers, style),
        lens_form=kpis.lens_form(business, numbers, asked, trees=True),
        goal=goal,
        sentence=_first_sentence(numbers, found, goal, style),
        rows=tuple(
            _first_row(business, numbers, each, place, most, asked, style) for place, each in enumerate(found, 1)
        ),
    )
    return render(request, "reasons/first.html", {"page": page})


def _first_sentence(numbers: TreeNumbers, found: tuple[Priority, ...], goal: str, style: Style) -> str:
    if not found or found[0].score <= 0:
        return _("No number below {goal} has room that history, targets or benchmarks can show.").format(goal=goal)
    first = numbers.tree.node(found[0].node)
    return _("{driver} comes first: within reach it is worth {effect} of {goal}.").format(
        driver=first.label(style.language),
        effect=difference(found[0].effect, 0.0, numbers.tree.root.unit, style),
        goal=goal,
    )


def _first_row(
    business: Business, numbers: TreeNumbers, each: Priority, place: int, most: float, asked: Asked, style: Style
) -> FirstRow:
    node = numbers.tree.node(each.node)
    label = node.label(style.language)
    counter = counter_word(label)
    return FirstRow(
        place=place,
        label=label,
        now=number(each.value, node.unit, style, counter),
        reachable=number(each.reachable, node.unit, style, counter),
        effect=difference(each.effect, 0.0, numbers.tree.root.unit, style),
        bar=f"{max(each.score, 0.0) / most * 100:.1f}",
        control=each.control,
        reasons=tuple(
            said.words(style.language, lambda value, unit: number(value, unit, style)) for said in each.reasons
        ),
        url=kpis.node_url(business, numbers, node, asked),
    )
