"""One KPI by the attributes of people: counts, rates and sample sizes, and where the gap comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.catalogue.benchmarks import benchmark_reading
from keiki.catalogue.kpi import Direction, Kpi
from keiki.catalogue.load import Catalogue
from keiki.charts.format import ABSOLUTE_CHANGE, MISSING, Style, change, difference, exact, number
from keiki.facts import value_words
from keiki.formula import Formula, Reference, references, show
from keiki.insight.devices import phone_gap
from keiki.insight.rates import NORMAL, Arm, TrialRule, wilson
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.reasons.queries import compare as queries
from keiki.server.reasons.queries.compare import BySegments, Level, Standing

SHOWN = 12
RULE = TrialRule()


@dataclass(frozen=True)
class SegmentLine:
    """One segment as written; `range` is the interval of its rate, `small` says that it counts too few."""

    label: str
    top: str
    bottom: str
    value: str
    exact: str
    share: str
    range: str
    gap: str
    small: bool = False


@dataclass(frozen=True)
class AttributePanel:
    """The KPI by one attribute."""

    id: str
    title: str
    sentence: str = ""
    hint: str = ""
    lines: tuple[SegmentLine, ...] = ()
    total: SegmentLine | None = None
    rest: str = ""
    trouble: str = ""


@dataclass(frozen=True)
class BesideLine:
    """The value beside one other: its difference, and the value in per cent of the other where that says something."""

    words: str
    value: str
    exact: str
    change: str
    share: str = ""
    source: str = ""


@dataclass(frozen=True)
class ComparePage:
    title: str
    subtitle: str
    kpi_url: str = ""
    tree: str = ""
    empty: kpis.Empty | None = None
    fresh: str = ""
    lens_form: kpis.LensForm = kpis.LensForm(())
    name: str = ""
    value: str = ""
    exact: str = ""
    beside: tuple[BesideLine, ...] = ()
    level: str = ""
    above: str = ""
    below: str = ""
    top_head: str = ""
    bottom_head: str = ""
    ways: tuple[kpis.Way, ...] = ()
    lasts: tuple[kpis.Way, ...] = ()
    panels: tuple[AttributePanel, ...] = ()
    rule: str = ""


@business_page()
@require_safe
def compare_page(request: HttpRequest, business: Business, kpi: str) -> HttpResponse:
    """How a KPI stands in each age band, region, and so on; the address holds period and attributes."""
    catalogue = door.catalogue_of(request.user, business)
    if kpi not in catalogue.kpis:
        raise Http404
    known = door.known(request.user, business)
    if known.today is None:
        page = ComparePage(_("By attribute"), business.name, empty=kpis.empty_state(request, business))
        return render(request, "reasons/compare.html", {"page": page})
    return render(request, "reasons/compare.html", {"page": _page(request, business, catalogue, catalogue.kpis[kpi])})


def _page(request: HttpRequest, business: Business, catalogue: Catalogue, kpi: Kpi) -> ComparePage:
    asked = Asked.read(request.GET)
    known = door.known(request.user, business)
    style = kpis.style_of(business, known)
    name = kpis.kpi_name(kpi, style.language)
    possible = queries.attributes(catalogue, kpi.id)
    chosen = [each for each in request.GET.getlist("by") if each in possible] or list(possible[: queries.AT_ONCE])
    days = _days(request)
    stands = queries.standing(request.user, business, kpi.id, asked.question, days)
    period, value, before = stands.period, stands.value, stands.before(asked.comparison)
    level = queries.Level(before, is_target=False)  # targets are set for calendar periods
    if days is None:
        level = queries.level_of(request.user, business, kpi.id, asked.question, before)
    told = queries.by_segments(request.user, business, kpi.id, chosen, period, asked.question, level)
    lines = next((each.told for each in told if each.told is not None), None)
    path = reverse("reasons:compare", kwargs={"business": business.id, "kpi": kpi.id})
    trees = door.used_in(request.user, business, kpi.id, known)
    return ComparePage(
        title=_("{name} by attribute").format(name=name),
        subtitle=kpis.beside_business(business, business.calendar.label(period, style.language)),
        kpi_url=kpis.kpi_url(business, kpi.id),
        tree=trees[0][0].id if trees else "",
        fresh=kpis.fresh_on(known.today, style),
        lens_form=kpis.period_form(
            business, known, asked, period, (("by", each) for each in request.GET.getlist("by"))
        ),
        name=name,
        value=number(value, kpi.unit, style),
        exact=exact(value, kpi.unit, style),
        beside=_beside(kpi, stands, level, style),
        level=_level_words(level, kpi, style),
        above=_line_words(catalogue, lines.above, style) if lines else "",
        below=_line_words(catalogue, lines.below, style) if lines and lines.bottom is not None else "",
        top_head=_head(_("Numerator"), catalogue, lines.above if lines else None, style),
        bottom_head=_head(_("Denominator"), catalogue, lines.below if lines else None, style),
        ways=tuple(_way(path, asked, each, chosen, days, style) for each in possible),
        lasts=tuple(_last(path, asked, chosen, each, days) for each in queries.LAST_DAYS),
        panels=tuple(_panel(each, kpi, level, style) for each in told),
        rule=_(
            "Ranges are 95% intervals (Wilson). A segment of fewer than {fewest} is marked: its rate says little."
        ).format(fewest=RULE.fewest),
    )


def _beside(kpi: Kpi, stands: Standing, level: Level, style: Style) -> tuple[BesideLine, ...]:
    """The value beside its target, the period before, the same period last year, and what is usual in the industry."""
    others = [
        (_("Target"), level.value if level.is_target else None),
        (_("Period before"), stands.previous),
        (_("Same period last year"), stands.last_year),
    ]
    lines = [_beside_line(words, other, stands.value, kpi, style) for words, other in others]
    for each in benchmark_reading(kpi, stands.value):
        mark = each.benchmark
        lines.append(
            BesideLine(
                words=_("Industry: {name}").format(name=mark.ja if style.japanese else mark.en),
                value=kpis.range_words(mark.low, mark.high, kpi.unit, style),
                exact="",
                change=each.standing.words(style.language),
                source=mark.source_ja if style.japanese else mark.source_en,
            )
        )
    return tuple(lines)


def _beside_line(words: str, other: float | None, value: float | None, kpi: Kpi, style: Style) -> BesideLine:
    share = value / other if value is not None and other is not None and other > 0 else None
    return BesideLine(
        words,
        number(other, kpi.unit, style),
        exact(other, kpi.unit, style),
        change(value, other, kpi.unit, style),
        f"{share:.0%}" if share is not None and kpi.unit not in ABSOLUTE_CHANGE else "",
    )


def _days(request: HttpRequest) -> int | None:
    """How many days up to the last one of the data are asked for; None for a calendar period."""
    return next((days for days in queries.LAST_DAYS if request.GET.get("last") == str(days)), None)


def _last(path: str, asked: Asked, chosen: list[str], count: int, days: int | None) -> kpis.Way:
    """A link to the last `count` days, or back to calendar periods."""
    url = _url(path, asked, chosen, None if count == days else count)
    return kpis.Way(_("Last {days} days").format(days=count), url, count == days)


def _way(path: str, asked: Asked, name: str, chosen: list[str], days: int | None, style: Style) -> kpis.Way:
    """A link that adds an attribute or takes it away."""
    wanted = [each for each in chosen if each != name] if name in chosen else [*chosen, name]
    return kpis.Way(_attribute(name, style), _url(path, asked, wanted, days), name in chosen)


def _url(path: str, asked: Asked, attributes: list[str], days: int | None) -> str:
    """The address of the same question by these attributes, of the last days when they are given."""
    url = asked.url(path, by="", table=False)
    for name, value in [*([("last", str(days))] if days else []), *(("by", each) for each in attributes)]:
        url += f"{'&' if '?' in url else '?'}{name}={value}"
    return url


def _attribute(name: str, style: Style) -> str:
    own = {"is_new_visitor": _("New or returning visitor"), "customer_type": _("First or repeat order")}
    plain = name.removeprefix("customer.")
    words = own.get(plain) or kpis.dimension_words(plain, style)
    return _("{attribute} of the customer").format(attribute=words) if plain != name else words


def _segment(dimension: str, value: str | None, style: Style) -> str:
    if value is None:
        return _("(empty)")
    if dimension == "is_new_visitor":
        return _("New") if value == "true" else _("Returning")
    return value_words(dimension.removeprefix("customer."), value, style.language)


def _level_words(level: Level, kpi: Kpi, style: Style) -> str:
    if level.value is None:
        return ""
    words = _("the target, {value}") if level.is_target else _("the period before, {value}")
    return words.format(value=number(level.value, kpi.unit, style))


def _line_words(catalogue: Catalogue, formula: Formula, style: Style) -> str:
    ids = {reference.id for reference in references(formula)}
    names = {i: catalogue.measures[i].ja if style.japanese else catalogue.measures[i].en for i in ids}
    return door.renamed(show(formula), names)


def _head(words: str, catalogue: Catalogue, formula: Formula | None, style: Style) -> str:
    """What stands over a line of a ratio: the name of its one measure, else `words`."""
    return _line_words(catalogue, formula, style) if isinstance(formula, Reference) else words


def _panel(each: BySegments, kpi: Kpi, level: Level, style: Style) -> AttributePanel:
    title = _attribute(each.dimension, style)
    ident = each.dimension.replace(".", "-")
    if each.trouble is not None:
        return AttributePanel(ident, title, trouble=each.trouble.words(style.language))
    told = each.told
    assert told is not None
    if not told.segments:
        return AttributePanel(ident, title, trouble=_("No matching rows"))
    parts = {part.segment[0]: part.part for part in told.gap.parts} if told.gap else {}
    lines = tuple(
        _line(_segment(each.dimension, one.segment, style), one, parts.get(one.segment), told, kpi, style)
        for one in told.segments[:SHOWN]
    )
    total = SegmentLine(
        label=_("All together"),
        top=_count(told.top, style),
        bottom=_count(told.bottom, style),
        value=number(told.value, kpi.unit, style),
        exact=exact(told.value, kpi.unit, style),
        share=number(1.0, "ratio", style),
        range=_range(told.top, told.bottom, told, kpi, style),
        gap=difference(told.gap.change, 0.0, kpi.unit, style) if told.gap else "",
    )
    hidden = len(told.segments) - SHOWN
    return AttributePanel(
        ident,
        title,
        _sentence(each.dimension, told, kpi, style),
        _phone_hint(told, kpi, style) if each.dimension == "device" else "",
        lines,
        total,
        rest=_rest(told, hidden, style),
    )


def _line(label: str, one: Any, gap: float | None, told: Any, kpi: Kpi, style: Style) -> SegmentLine:
    return SegmentLine(
        label=label,
        top=_count(one.top, style),
        bottom=_count(one.bottom, style),
        value=number(one.value, kpi.unit, style),
        exact=exact(one.value, kpi.unit, style),
        share=number(one.share, "ratio", style),
        range=_range(one.top, one.bottom, told, kpi, style),
        gap=MISSING if gap is None else difference(gap, 0.0, kpi.unit, style),
        small=told.counted and one.bottom is not None and one.bottom < RULE.fewest,
    )


def _count(value: float | None, style: Style) -> str:
    return "" if value is None else exact(value, "number", style)


def _range(top: float, bottom: float | None, told: Any, kpi: Kpi, style: Style) -> str:
    """The interval of a rate of counted things; nothing for what is no such rate."""
    if not told.counted or not bottom or not 0 <= top <= bottom or kpi.unit != "ratio":
        return ""
    low, high = wilson(Arm(round(bottom), round(top)), NORMAL.inv_cdf(1 - RULE.alpha / 2))
    return f"{number(low, kpi.unit, style)} – {number(high, kpi.unit, style)}"


def _sentence(dimension: str, told: Any, kpi: Kpi, style: Style) -> str:
    """The segment furthest above and the one furthest below, of those that count enough."""
    if told.bottom is None:
        first = told.segments[0]
        return _("{segment} is the largest: {share} of {all}.").format(
            segment=_segment(dimension, first.segment, style),
            share=number(first.share, "ratio", style),
            all=number(told.value, kpi.unit, style),
        )
    sure = [one for one in told.segments if one.value is not None and (not told.counted or one.bottom >= RULE.fewest)]
    if len(sure) < 2:
        return _("There are not two segments large enough to compare.")
    best, worst = max(sure, key=lambda one: one.value), min(sure, key=lambda one: one.value)
    return _("From {low} ({worst}) to {high} ({best}); all together {value}.").format(
        low=number(worst.value, kpi.unit, style),
        worst=_segment(dimension, worst.segment, style),
        high=number(best.value, kpi.unit, style),
        best=_segment(dimension, best.segment, style),
        value=number(told.value, kpi.unit, style),
    )


def _phone_hint(told: Any, kpi: Kpi, style: Style) -> str:
    """That many come by smartphone and few of them go on, of a rate of counted things that is to be high."""
    if not told.counted or told.bottom is None or kpi.unit != "ratio" or kpi.direction != Direction.HIGHER:
        return ""
    phone = next(((one.top, one.bottom) for one in told.segments if one.segment == "smartphone"), (0.0, 0.0))
    rest = [one for one in told.segments if one.segment != "smartphone"]
    gap = phone_gap(phone, (sum(one.top for one in rest), sum(one.bottom for one in rest)))
    if gap is None or not gap.calls:
        return ""
    words = _(
        "Smartphones bring {share} of all, and their rate is {rate}; other devices have {others}. At their rate it "
        "would be {more} more: look at pages and forms on a smartphone first. Said from a share of {many} on, when the "
        "rate is below {near} of the others’."
    )
    return words.format(
        share=number(gap.share, "ratio", style),
        rate=number(gap.rate, "ratio", style),
        others=number(gap.others, "ratio", style),
        more=number(round(phone[1] * gap.others - phone[0]), "number", style),
        many=f"{gap.rule.many:.0%}",
        near=f"{gap.rule.near:.0%}",
    )


def _rest(told: Any, hidden: int, style: Style) -> str:
    words = []
    if hidden > 0:
        words.append(_("{count} smaller segments are not listed.").format(count=hidden))
    size = told.bottom if told.bottom is not None else told.top
    left = told.rest_bottom if told.rest_bottom is not None else told.rest_top
    if abs(left) > 1e-9 * max(abs(size), 1.0):
        words.append(
            _("Counted in several segments or in none: {rest}.").format(rest=difference(left, 0.0, "number", style))
        )
    return ("" if style.japanese else " ").join(words)
