"""One KPI: what it means, how it is measured here, where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from keiki.catalogue.benchmarks import benchmark_reading
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.playbook import Improvement
from keiki.catalogue.reading import Reader
from keiki.catalogue.sources import source_words
from keiki.catalogue.tags import label
from keiki.charts.card import Card, Compared, card
from keiki.charts.certainty import certainty_words
from keiki.charts.chart import Chart, Table
from keiki.charts.format import Style, change, exact, number
from keiki.charts.rule_words import ideal_words, rule_words
from keiki.charts.sentence import Told, sentence
from keiki.charts.trend import Bar, trend
from keiki.charts.trend import Expected as Ahead
from keiki.errors import KeikiError
from keiki.formula import Binary, Formula, mathml
from keiki.insight.balance import Band, balance
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.accounts.queries import rules_of
from keiki.server.accounts.rules import EDIT, allows
from keiki.server.kpis import actions, queries
from keiki.server.kpis.forms import ValueForm
from keiki.server.kpis.models import Measurement, OwnKpi
from keiki.server.kpis.pages.catalogue import facet_words, value_words
from keiki.server.kpis.pages.comments import Talk, Typed, talk_of
from keiki.server.kpis.pages.entered import EnteredPanel, entered_panel
from keiki.server.kpis.pages.literacy import Example, PitfallRow, example_of, pitfall_rows
from keiki.server.kpis.pages.numbers import (
    Way,
    comma,
    day_words,
    definition,
    fresh_on,
    kpi_name,
    kpi_url,
    owner_words,
    page_url,
    range_words,
    style_of,
)
from keiki.server.kpis.pages.restricted import Sight, sight_of
from keiki.server.kpis.pages.unusual import (
    Beside,
    OddLine,
    beside_history,
    cadence_words,
    odd_rule,
    overdue_words,
    without,
)
from keiki.server.kpis.queries import Known
from keiki.server.ui.language import current_language
from keiki.server.ui.templatetags.ui import gap


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
class PastRow:
    """What we did and what came of it; `url` leads to everything about it."""

    words: str
    result: str
    url: str = ""


@dataclass(frozen=True)
class ImprovementRow:
    words: str
    how: str
    effect: str
    past: tuple[PastRow, ...] = ()
    write_url: str = ""


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
    ahead: tuple[tuple[Period, Ahead], ...] = ()


@dataclass(frozen=True)
class NightRow:
    """A value as the calculation of a night stored it."""

    period: str
    value: str
    exact: str
    version: str
    stored: str


@dataclass(frozen=True)
class BalanceWords:
    """Whether new and repeat visitors are in balance, what to do, and by which limits."""

    words: str
    tone: str
    rule: str
    rule_url: str


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
    target: str
    period: str
    certainty: str
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
    example: Example
    pitfalls: tuple[PitfallRow, ...]
    rivals: tuple[PartRow, ...]
    parts: tuple[PartRow, ...]
    measures: tuple[str, ...]
    facts: tuple[FactRow, ...]
    supply: str
    source: str
    procedure: str
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
    past: tuple[PastRow, ...]
    versions: tuple[VersionRow, ...]
    catalogue_url: str
    edit_url: str
    retire_url: str
    bring_back_url: str
    version: int
    value_url: str
    percent: bool
    data_url: str
    grains: tuple[Way, ...]
    overdue: str
    cadence: str
    odd: tuple[OddLine, ...]
    odd_rule: str
    odd_url: str
    grain: str
    sight: Sight
    talk: Talk
    entered: EnteredPanel | None = None
    nights: tuple[NightRow, ...] = ()
    balance: BalanceWords | None = None
    fit_rule: str = ""
    fit_url: str = ""


@business_page()
@require_safe
def kpi_page(request: HttpRequest, business: Business, kpi: str) -> HttpResponse:
    """What a KPI means, how it is calculated and measured here, where it stands and where it is used."""
    return show_kpi(request, business, kpi)


def show_kpi(
    request: Any, business: Business, kpi_id: str, form: ValueForm | None = None, typed: Typed | None = None
) -> HttpResponse:
    """The page of a KPI; with 422 where a form on it could not be kept, and what was typed is still there."""
    known = queries.known(request.user, business)
    catalogue = queries.catalogue_of(request.user, business)
    if kpi_id not in catalogue.kpis:
        raise Http404
    kpi = catalogue.kpis[kpi_id]
    grain = _grain_asked(request, kpi)
    wished = form or ValueForm(initial={"on": last_period(business, known, grain), "grain": str(grain)})
    context = {"page": _kpi_page(request, business, catalogue, kpi, known, grain, typed), "form": wished}
    return render(request, "kpis/kpi.html", context, status=422 if form is not None or typed is not None else 200)


def _grain_asked(request: Any, kpi: Kpi) -> Grain:
    """The grain of the address; else the month, or the cadence of a KPI that is looked at less or more often."""
    text = request.GET.get("grain") or request.POST.get("grain") or ""
    if text in {each.value for each in Grain}:
        return Grain(text)
    return Grain.MONTH


def _history_asked(request: Any, business: Business, kpi: Kpi, known: Known, grain: Grain) -> queries.KpiHistory | None:
    """The periods that are over, and those after them up to the newest value that somebody has entered."""
    told = queries.kpi_history(request.user, business, kpi.id, known, grain)
    if told is None:
        return None
    entered = queries.entered_of(request.user, business, kpi.id, grain, told.periods[-1].end)
    return queries.kpi_history(request.user, business, kpi.id, known, grain, entered[-1].day) if entered else told


def _kpi_page(
    request: Any,
    business: Business,
    catalogue: Catalogue,
    kpi: Kpi,
    known: Known,
    grain: Grain,
    typed: Typed | None = None,
) -> KpiPage:
    user = request.user
    one = queries.tagged_kpis(user, business, known)[kpi.id]
    told = _history_asked(request, business, kpi, known, grain) if one.supply.way != queries.LACKS else None
    row = queries.own_kpi(user, business, kpi.id)
    style = style_of(business, known)
    language = style.language
    value, before = (told.value, told.before) if told else (None, None)
    parts, measures = queries.built_from(catalogue, kpi)
    rivals = queries.rivals(catalogue, kpi)
    pairs = tuple(catalogue.kpis[name] for name in kpi.pairs_with if name in catalogue.kpis)
    values = queries.kpi_values(user, business, [each.id for each in (*parts, *rivals, *pairs)], known)
    by_fit = queries.follows_fit(catalogue, kpi)
    below = queries.changed_below(catalogue, kpi, told.periods) if told else ()
    may = allows(request.membership.role, EDIT)
    beside = beside_history(request, business, kpi, told, grain, style) if told else None
    expected = _expected(request, business, kpi, style) if value is not None and grain is Grain.MONTH else None
    improvements, others, caution = _playbook(request, business, catalogue, kpi, known, style)
    aimed = told is not None and queries.judged_by_target(user, business, kpi.id, told.periods[-1].end)
    direction = "neutral" if aimed else kpi.direction
    return KpiPage(
        title=kpi_name(kpi, language),
        subtitle=f"{kpi.id} / {value_words('origin', one.origin, language)}",
        fresh=fresh_on(known.today, style),
        kpi_id=kpi.id,
        other_name=kpi_name(kpi, "en" if style.japanese else "ja") if kpi.ja != kpi.en else "",
        aliases=comma(style).join(kpi.aliases),
        definition=definition(kpi, language),
        fallback=_fallback_words(row, style),
        retired=_("Retired since {day}; its history stays.").format(day=day_words(kpi.retired, style))
        if kpi.retired
        else "",
        number=card(Compared(kpi_name(kpi, language), value, before, kpi.unit, direction, grain), style),
        target=_("It has a target: the trees that use it say how it stands to it.") if aimed else "",
        period=business.calendar.label(told.periods[-1], language) if told else "",
        certainty=certainty_words(told.certainty, style) if told else "",
        sentence=sentence(Told(value, before, kpi.unit, grain), style) if told else "",
        missing=_missing_words(one.supply, known.today, style),
        reasons=told.reasons[language] if told and value is None else (),
        history=_kpi_chart(business, kpi, told, below, style, beside, expected) if told and beside else None,
        spread=_spread_words(request, business, kpi, told.periods[-1], style) if told and value is not None else None,
        expected=expected,
        notes=_version_notes(business, kpi, told, below, style) if told else (),
        formula=formula_picture(catalogue, kpi.formula, language),
        source_text=kpi.source,
        numerator=_side_words(catalogue, kpi, "left", language),
        denominator=_side_words(catalogue, kpi, "right", language),
        example=example_of(request, business, catalogue, one, known, style),
        pitfalls=pitfall_rows(catalogue, kpi, language),
        choice=_choice_words(catalogue, kpi, rivals, language),
        rivals=tuple(_part_row(business, each, values, style) for each in rivals),
        parts=tuple(_part_row(business, each, values, style) for each in parts),
        measures=tuple(measure.ja if style.japanese else measure.en for measure in measures),
        facts=tuple(
            FactRow(each.ja if style.japanese else each.en, each.name not in one.supply.missing)
            for each in queries.facts_of(catalogue, kpi.id)
        ),
        supply=value_words("supply", one.supply.way, language),
        source=source_words(kpi, language),
        procedure=kpi.procedure,
        measurable_words=_("M: not measurable yet") if queries.unmeasurable(kpi, one.supply) else _("M: measurable"),
        unmeasurable=tuple(_lacking_words()[name] for name in queries.unmeasurable(kpi, one.supply)),
        tags=_tag_rows(business, one, language),
        benchmarks=_benchmarks(kpi, value, style),
        pairs=tuple(_part_row(business, each, values, style) for each in pairs),
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
        past=others,
        versions=_version_rows(row, style) if row else (),
        catalogue_url=reverse("kpis:catalogue", kwargs={"business": business.id}),
        edit_url=kpi_url(business, kpi.id, "edit_kpi") if may else "",
        retire_url=kpi_url(business, kpi.id, "retire_kpi")
        if may and row and kpi.retired is None and one.origin != queries.BUILT_IN
        else "",
        bring_back_url=kpi_url(business, kpi.id, "bring_back_kpi") if may and kpi.retired else "",
        version=row.version if row else 0,
        value_url=kpi_url(business, kpi.id, "enter_value") if may and kpi.retired is None else "",
        percent=kpi.unit == "ratio",
        data_url=page_url("data:data", business) if may else "",
        sight=sight_of(request, business, kpi, style),
        entered=entered_panel(request, business, kpi, grain, style) if known.today else None,
        talk=talk_of(request, business, kpi.id, _talked_of(business, known, told, grain), style, typed=typed),
        nights=tuple(_night_row(business, each, kpi, style) for each in queries.measurements_of(business, kpi.id)),
        grains=_grains(business, kpi, grain) if told else (),
        overdue=overdue_words(request, business, kpi, known, style) if told else "",
        cadence=cadence_words(business, kpi, style),
        balance=_balance(business, kpi, value, style),
        fit_rule=ideal_words(rules_of(business).ideal, style) if by_fit else "",
        fit_url=page_url("customers:ideal", business) if by_fit else "",
        odd=beside.lines if beside else (),
        odd_rule=odd_rule(),
        odd_url=kpi_url(business, kpi.id, "say_of_value") if may else "",
        grain=str(grain),
    )


def _balance(business: Business, kpi: Kpi, value: float | None, style: Style) -> BalanceWords | None:
    """The band of the share of new or of repeat visitors; None for any other KPI, and without a value."""
    shares = {"new_visitor_ratio": value, "returning_visitor_ratio": None if value is None else 1 - value}
    rules = rules_of(business)
    band = balance(shares.get(kpi.id), rules.balance)
    if band is None:
        return None
    words, tone = {
        Band.NEW: (
            _("Many new visitors, few who return: feed newsletters and the quality of what they find."),
            "watch",
        ),
        Band.REPEAT: (_("Few new visitors: those who know you return, so feed advertising and search."), "watch"),
        Band.EVEN: (_("New and repeat visitors are in balance."), "good"),
    }[band]
    return BalanceWords(words, tone, rule_words(rules, "balance", style), page_url("accounts:rules", business))


def _grains(business: Business, kpi: Kpi, grain: Grain) -> tuple[Way, ...]:
    """The history by days, weeks, months, quarters or years."""
    names = {"day": _("Day"), "week": _("Week"), "month": _("Month"), "quarter": _("Quarter"), "year": _("Year")}
    path = kpi_url(business, kpi.id)
    return tuple(Way(words, f"{path}?grain={name}", name == str(grain)) for name, words in names.items())


def _talked_of(business: Business, known: Known, told: queries.KpiHistory | None, grain: Grain) -> tuple[Period, ...]:
    """The periods that a comment can be about: those that are shown, else the one that the data has reached."""
    return told.periods if told else (business.calendar.period(grain, known.today or business.calendar.today()),)


def last_period(business: Business, known: Known, grain: Grain = Grain.MONTH) -> str:
    """The first day of the period the data has reached."""
    today = known.today or business.calendar.today()
    return business.calendar.period(grain, today).start.isoformat()


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


def _expected(request: Any, business: Business, kpi: Kpi, style: Style) -> Expected | None:
    """The next three months, when things go on as they do."""
    found = queries.expected_months(request.user, business, kpi.id)
    told = found.told
    if not told.ahead:
        return None
    rows, ahead = [], []
    for period, each in zip(found.ahead, told.ahead, strict=True):
        month = business.calendar.label(period, style.language)
        ahead.append((period, Ahead(each.expected, each.low, each.high)))
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
        tuple(ahead),
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
    return _("No rows yet: {facts}").format(facts=comma(style).join(names)) if names else ""


def _lacking_words() -> dict[str, str]:
    return {"formula": _("formula"), "source": _("source"), "method": _("method")}


def _kpi_chart(
    business: Business,
    kpi: Kpi,
    told: queries.KpiHistory,
    below: Sequence[tuple[int, Kpi]],
    style: Style,
    beside: Beside,
    expected: Expected | None,
) -> Chart | None:
    """The history with who entered what, without the values that are left out, led on by what is expected; a star
    marks the period in which another definition began."""
    if all(value is None for value in told.values):
        return None
    stars = {*told.changes, *(place for place, _kpi in below)}
    bars = [
        Bar(
            business.calendar.short(period, style.language) + ("*" if place in stars else ""),
            business.calendar.label(period, style.language),
            value,
            told.completes[place],
        )
        for place, (period, value) in enumerate(zip(told.periods, without(told.values, beside.left_out), strict=True))
    ]
    ahead = [each for each in (expected.ahead if expected else ()) if each[0].start >= told.periods[-1].end]
    bars += [
        Bar(business.calendar.short(period, style.language), business.calendar.label(period, style.language), None)
        for period, _one in ahead
    ]
    lead = [*([None] * len(told.periods)), *(one for _period, one in ahead)]
    name = kpi_name(kpi, style.language)
    words = sentence(Told(told.value, told.before, kpi.unit, told.periods[-1].grain or Grain.MONTH), style)
    drawn = trend(name, words, bars, kpi.unit, style, expected=lead, happened=beside.marks)
    if not told.changes:
        return drawn
    table = drawn.table
    versions = [*(str(version) for version in told.versions), *([""] * len(ahead))]
    rows = tuple((*row, version) for row, version in zip(table.rows, versions, strict=True))
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


def formula_picture(catalogue: Catalogue, formula: Formula, language: str) -> SafeString:
    """A formula with fractions, names in the place of ids, and what narrows them in words below."""
    reader = Reader(catalogue, language)
    return mark_safe(mathml(formula, label=reader.name, beneath=reader.narrowing))


def formula_words(catalogue: Catalogue, formula: Formula, language: str) -> str:
    """A formula in one line, with names in the place of ids."""
    return Reader(catalogue, language).formula(formula)


def _side_words(catalogue: Catalogue, kpi: Kpi, side: str, language: str) -> str:
    """What stands above or below the line; "" for a KPI that is no fraction."""
    formula = kpi.formula
    if not (isinstance(formula, Binary) and formula.op == "/"):
        return ""
    return formula_words(catalogue, getattr(formula, side), language)


def _choice_words(catalogue: Catalogue, kpi: Kpi, rivals: Sequence[Kpi], language: str) -> str:
    """Why the denominator matters."""
    below = _side_words(catalogue, kpi, "right", language)
    if not below:
        return ""
    words = _("Divided by {denominator}; fixed, so that months stay comparable.").format(denominator=below)
    other = _("The same above the line over another denominator is another KPI:")
    return f"{words}{gap()}{other}" if rivals else words


def _part_row(business: Business, kpi: Kpi, values: Mapping[str, queries.KpiValue], style: Style) -> PartRow:
    told = values.get(kpi.id)
    words = number(told.value, kpi.unit, style) if told and told.value is not None else ""
    return PartRow(kpi_name(kpi, style.language), kpi_url(business, kpi.id), words)


def _night_row(business: Business, stored: Measurement, kpi: Kpi, style: Style) -> NightRow:
    period = business.calendar.period(Grain(stored.grain), stored.day)
    return NightRow(
        business.calendar.label(period, style.language),
        number(stored.value, kpi.unit, style),
        exact(stored.value, kpi.unit, style),
        str(stored.version or 1),
        timezone.localtime(stored.measured_at).strftime("%Y-%m-%d %H:%M"),
    )


def _tag_rows(business: Business, one: queries.Tagged, language: str) -> tuple[tuple[str, tuple[Way, ...]], ...]:
    """Every tag with links to the KPIs that share it."""
    path = reverse("kpis:catalogue", kwargs={"business": business.id})
    rows: list[tuple[str, tuple[Way, ...]]] = [(_("Unit"), (Way(queries.unit_words(one.kpi.unit, language), ""),))]
    for facet, words in facet_words().items():
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


def _playbook(
    request: Any, business: Business, catalogue: Catalogue, kpi: Kpi, known: Known, style: Style
) -> tuple[tuple[ImprovementRow, ...], tuple[PastRow, ...], str]:
    """The improvements known for a KPI, each with what came of it here; what else we did; what to beware of."""
    past = queries.past_results(request.user, business, kpi.id, known)
    book = catalogue.playbook(kpi.id)
    if book is None:
        return (), tuple(_past_row(business, each, kpi, style) for each in past), ""
    write_url = _write_url(request, business, kpi, known)
    rows = tuple(
        ImprovementRow(
            words=each.ja if style.japanese else each.en,
            how=each.how_ja if style.japanese else each.how_en,
            effect=each.effect_ja if style.japanese else each.effect_en,
            past=tuple(_past_row(business, done, kpi, style) for done in past if _tells_of(done, each)),
            write_url=f"{write_url}&{urlencode({'text': each.ja if style.japanese else each.en})}" if write_url else "",
        )
        for each in book.improvements
    )
    others = [done for done in past if not any(_tells_of(done, each) for each in book.improvements)]
    caution = book.caution_ja if style.japanese else book.caution_en
    return rows, tuple(_past_row(business, done, kpi, style) for done in others), caution


def _tells_of(done: queries.PastResult, improvement: Improvement) -> bool:
    """Whether people wrote down an action by the name of an improvement."""
    return any(name.casefold() in done.text.casefold() for name in (improvement.ja, improvement.en))


def _past_row(business: Business, done: queries.PastResult, kpi: Kpi, style: Style) -> PastRow:
    words, told = f"{day_words(done.on, style)} {done.text}", done.told
    url = reverse("cockpit:change", kwargs={"business": business.id, "annotation": done.id})
    if told is None or told.before is None or told.after is None:
        return PastRow(words, _("no months before and after it yet"), url)
    result = _("{before} → {after} ({change}), {months} months after it").format(
        before=number(told.before, kpi.unit, style),
        after=number(told.after, kpi.unit, style),
        change=change(told.after, told.before, kpi.unit, style),
        months=told.periods_after,
    )
    return PastRow(words, result if told.clear else _("{result}; not certain").format(result=result), url)


def _write_url(request: Any, business: Business, kpi: Kpi, known: Known) -> str:
    """Where people write down that they did something about a KPI of their trees."""
    used = queries.used_in(request.user, business, kpi.id, known)
    if not used or not allows(request.membership.role, EDIT):
        return ""
    tree, node = next(((t, n) for t, n in used if n.where is None), used[0])
    asked = urlencode({"number": f"{tree.id}/{node.id}", "kind": "action"})
    return f"{page_url('cockpit:annotations', business)}?{asked}"


def _version_rows(row: OwnKpi, style: Style) -> tuple[VersionRow, ...]:
    return tuple(
        VersionRow(
            number=each.number,
            since=day_words(each.since, style) or _("from the start"),
            formula=each.formula,
            reason=each.reason,
            made=f"{day_words(each.made_at.date(), style)} {each.made_by}".strip(),
            correction=each.correction,
        )
        for each in queries.kpi_revisions(row)
    )


@business_page(EDIT)
@require_POST
def enter_value(request: Any, business: Business, kpi: str) -> HttpResponse:
    """One value that a person knows."""
    tagged = queries.tagged_kpis(request.user, business).get(kpi)
    if tagged is None or tagged.kpi.retired is not None:
        raise Http404
    form = ValueForm(request.POST)
    if not form.is_valid():
        return show_kpi(request, business, kpi, form)
    said = form.cleaned_data
    first = business.calendar.period(Grain(said["grain"]), said["on"]).start
    value = said["value"] / 100 if tagged.kpi.unit == "ratio" else said["value"]  # people type 3.5 for 3.5 %
    done_or_why_not(
        request,
        actions.enter_value,
        business,
        tagged.kpi,
        first,
        said["grain"],
        value,
        said["note"],
        said["source"],
        said["evidence"],
    )
    answer = redirect("kpis:kpi", business=business.id, kpi=kpi)
    answer["Location"] += f"?grain={said['grain']}"
    return answer


def posted_version(request: Any) -> int:
    """The number of the version that a form was made from."""
    text = request.POST.get("version", "")
    return int(text[:9]) if text.isdecimal() else 0


def done_or_why_not(request: Any, action: Callable[..., Any], *values: Any) -> None:
    """Do it and say so, or say why not."""
    try:
        action(request.user, *values)
    except KeikiError as error:
        messages.error(request, error.words(current_language()))
    else:
        messages.success(request, _("Saved."))
