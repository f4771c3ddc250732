"""Why a number moved: the bridge, its parts, the segments."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.bridge import Step, bridge, gathered
from keiki.charts.chart import Chart
from keiki.charts.format import MISSING, Style, change, counter_word, difference, number
from keiki.charts.mix_sentence import mix_sentence
from keiki.charts.sentence import briefly_against
from keiki.errors import KeikiError
from keiki.facts import value_words
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.reasons.pages.asked import numbers_of, path_to, with_pairs
from keiki.server.reasons.queries import why as queries
from keiki.server.reasons.queries.why import PERIOD, SCENARIO, TARGET, Reasons
from keiki.trees.build import InfluenceEdge, Node
from keiki.trees.explanation import Part
from keiki.trees.mix import Split

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
    rest: str = ""
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
    figure: Chart | None = None
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
    numbers = numbers_of(request, business, tree, asked)
    if numbers is None:
        page = WhyPage(_("Why"), business.name, tree or "", kpis.empty_state(request, business))
        return render(request, "reasons/why.html", {"page": page})
    chosen = numbers.tree.root if node is None else numbers.tree.by_id.get(node)
    if chosen is None:
        raise Http404
    against = request.GET.get("against", PERIOD)
    told = queries.reasons(request.user, business, numbers, chosen, against)
    return render(request, "reasons/why.html", {"page": _why_page(request, business, told, asked, against)})


def _why_page(request: HttpRequest, business: Business, told: Reasons, asked: Asked, against: str) -> WhyPage:
    numbers, node = told.numbers, told.node
    style = kpis.style_of(business, numbers.known)
    label = node.label(style.language)
    dimensions = door.dimensions(request.user, business, node)
    by = asked.by if asked.by in dimensions else ""
    path = path_to(business, "why", numbers, node)
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
                kpis.dimension_words(name, style), with_pairs(asked.url(path, by=name), extra) + "#segments", name == by
            )
            for name in dimensions
        ),
        by=_by_segment(request, business, numbers, node, by, asked, style) if by else None,
        rows_url=asked.url(path_to(business, "rows", numbers, node), by=""),
        nodes=tuple(
            kpis.Way(
                each.label(style.language),
                with_pairs(asked.url(path_to(business, "why", numbers, each), by=""), extra),
                each.id == node.id,
            )
            for each in numbers.tree.nodes
            if each.formula is not None and not isinstance(each.edge, InfluenceEdge)
        ),
        node_url=kpis.node_url(business, numbers, node, asked),
    )


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
    sentences = (first, *_mover_words(told, style))
    return ("" if style.japanese else " ").join(sentences)


WORTH_A_WORD: Final = 0.5
"""What worked against the change is told from this share of what worked most for it."""


def _mover_words(told: Reasons, style: Style) -> Iterator[str]:
    """What did most of a change, in its own direction; what no formula tells, where that is more; what worked against
    it."""
    node, moved = told.node, (told.after or 0.0) - (told.before or 0.0)
    parts = [(each.node, each.contribution) for each in _movers(told) if not each.residual and each.node != node.id]
    found = sorted(((part, name) for name, part in parts if part), key=lambda pair: -abs(pair[0]))
    if not found:
        return
    up = moved > 0 if moved else found[0][0] > 0
    rest = sum(each.contribution or 0.0 for each in _movers(told) if each.residual)

    most, against = (next((each for each in found if (each[0] > 0) is way), None) for way in (up, not up))
    if most is not None and (rest > 0) is up and abs(rest) > abs(most[0]):
        largest = _("The largest part, {rest}, no formula tells; of the others {driver} did most: {part}.")
        yield largest.format(rest=difference(rest, 0.0, node.unit, style), **_driver(told, most, style))
    elif most is not None:
        yield _("{driver} did most of it: {part}.").format(**_driver(told, most, style))
    if against is not None and (most is None or abs(against[0]) >= WORTH_A_WORD * abs(most[0])):
        yield _("{driver} worked against it: {part}.").format(**_driver(told, against, style))


def _driver(told: Reasons, moved: tuple[float, str], style: Style) -> dict[str, str]:
    part, name = moved
    label = told.numbers.tree.node(name).label(style.language)
    return {"driver": label, "part": difference(part, 0.0, told.node.unit, style)}


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
        url = asked.url(path_to(business, "rows", told.numbers, node), by="")
        steps.append(Step(node.label(style.language), part.contribution or 0.0, url if node.measured else ""))
    if rest:
        steps.append(Step(_("What no formula tells"), rest))
    return steps


def _movers(told: Reasons) -> list[Part]:
    """What moved the number, the largest first; a residual that is only the rounding of the arithmetic is none."""
    size = max(abs(told.before or 0.0), abs(told.after or 0.0))
    return [each for each in told.told.movers if not each.residual or abs(each.contribution or 0.0) > ROUNDING * size]


def _bridge(business: Business, told: Reasons, asked: Asked, sentence: str, style: Style) -> Chart | None:
    if told.before is None or told.after is None or told.told.change is None:
        return None
    node, label = told.node, told.node.label(style.language)
    steps = gathered(_steps(business, told, asked, style), SHOWN_STEPS, _("All others"))
    wished = {"higher": 1, "lower": -1}.get(node.direction, 0)
    period = business.calendar.label(told.numbers.period, style.language)
    ends = ((_before_label(told, asked, style), told.before), (period, told.after))
    return bridge(label, sentence, ends, steps, node.unit, style, wished)


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
                else asked.url(path_to(business, "rows", told.numbers, node), by=""),
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
    path = path_to(business, "rows", numbers, node)
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
        rest=difference(split.rest, 0.0, node.unit, style) if _matters(split) else "",
        whole=difference(split.after, split.before, node.unit, style),
        trouble=_more(split),
    )


def _matters(split: Split) -> bool:
    """Whether the segments leave more untold than the rounding of the arithmetic."""
    return abs(split.rest or 0.0) > ROUNDING * max(abs(split.before or 0.0), abs(split.after or 0.0))


def _more(split: Split) -> str:
    hidden = len(split.parts) - SHOWN_SEGMENTS
    return _("{count} smaller segments are not listed.").format(count=hidden) if hidden > 0 else ""


def _segment(by: str, value: str | None, style: Style) -> str | None:
    return None if value is None else value_words(by, value, style.language)


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
