"""One panel of a dashboard: its title, the sentence that says what it means, its picture, and its table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from keiki.charts.attainment import attainment_words, tone, went
from keiki.charts.card import Card
from keiki.charts.chart import Chart, short
from keiki.charts.format import MISSING, Style, change, difference, exact, number
from keiki.charts.heat import heat
from keiki.charts.lines import Line, lines
from keiki.charts.meaning import heat_sentence, stacked_sentence
from keiki.charts.stacked import Column, stacked_share
from keiki.charts.status import rule
from keiki.charts.weeks import weeks
from keiki.errors import Restricted
from keiki.facts import value_words
from keiki.formula import Binary
from keiki.server.accounts.models import Business
from keiki.server.cockpit.models import SPLIT, PanelKind, Refresh
from keiki.server.cockpit.pages.campaigns import CampaignLine, campaign_lines
from keiki.server.cockpit.pages.happened import happened_to
from keiki.server.cockpit.pages.plan_actual import plan_told
from keiki.server.cockpit.queries import dashboards as queries
from keiki.server.cockpit.queries.campaigns import Judged, campaigns
from keiki.server.cockpit.queries.courses import Courses, courses
from keiki.server.cockpit.queries.courses import shareable as told_by_link
from keiki.server.cockpit.queries.dashboards import Spec, Weekly
from keiki.server.cockpit.queries.people import Behind, people_behind
from keiki.server.cockpit.queries.refresh import POLLED, DayState, state_of_day
from keiki.server.cockpit.queries.screens import FEWEST
from keiki.server.cockpit.queries.today import Lever, levers
from keiki.server.cockpit.queries.views import imported_at, is_stale
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door
from keiki.server.kpis.forms import Asked
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import counted, key_of, measured
from keiki.server.ui.templatetags.ui import moment
from keiki.trees.build import FormulaEdge, Node

LONGEST_TABLE = 40
"""Rows that a table on a dashboard shows before it leads to the whole tree."""
PLAN_ROWS = 10
FROM_DAYS = 72
COUNTS = frozenset({"count", "items"})
OF_ONE_NUMBER = frozenset({PanelKind.NUMBER, PanelKind.LINE, PanelKind.TREND, *SPLIT})
MOST_PARTS = 5
"""Parts that have a colour of their own in columns of shares; the others are one together."""


@dataclass(frozen=True)
class Act:
    """One thing to look at: the number, and what it did to the goal."""

    number: Card
    effect: str
    url: str


@dataclass(frozen=True)
class Row:
    """A number in a table: its cells as written, its status, and where it leads."""

    label: str
    cells: tuple[str, ...]
    status: str = ""
    url: str = ""
    owner: str = ""
    chart: SafeString = field(default_factory=lambda: mark_safe(""))
    mark: str = ""


@dataclass(frozen=True)
class Group:
    """Rows under one heading."""

    label: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class BarRow:
    """A bar of 100 with its words."""

    label: str
    value: str
    beside: str
    width: str
    url: str = ""
    worst: bool = False


@dataclass(frozen=True)
class PanelView:
    """Everything a panel shows; what its kind does not need stays empty."""

    spec: Spec
    title: str
    sentence: str = ""
    url: str = ""
    number: Card | None = None
    attained: str = ""
    arrow: str = ""
    arrow_tone: str = ""
    age: str = ""
    stale: bool = False
    figure: Chart | None = None
    bars: tuple[BarRow, ...] = ()
    head: tuple[str, ...] = ()
    groups: tuple[Group, ...] = ()
    foot: tuple[str, ...] = ()
    acts: tuple[Act, ...] = ()
    campaigns: tuple[CampaignLine, ...] = ()
    rule: str = ""
    text: str = ""
    missing: str = ""
    as_of: str = ""
    poll: int = 0
    said: int = 0

    @property
    def tables(self) -> tuple[tuple[str, tuple[tuple[Row, tuple[tuple[str, str], ...]], ...]], ...]:
        """The groups with their rows, every cell beside the head it stands under."""
        return tuple(
            (
                group.label,
                tuple(
                    (row, tuple(zip(self.head[2 if row.chart else 1 :], row.cells, strict=False))) for row in group.rows
                ),
            )
            for group in self.groups
        )

    @property
    def id(self) -> str:
        """A name for links and labels on the page."""
        where = self.spec.key if self.spec.key is not None else f"{self.spec.tree}-{self.spec.node}-{self.spec.by}"
        return f"panel-{self.spec.kind}-{where}"


@dataclass(frozen=True)
class Section:
    """Panels under one heading; the first section of a dashboard has none."""

    heading: str
    panels: tuple[PanelView, ...]


@dataclass(frozen=True, eq=False)
class Desk:
    """Who looks, at what and how: everything the panels of a page share. `shared` leaves out what could name people."""

    user: Any
    business: Business
    asked: Asked
    main: TreeNumbers
    shared: bool = False
    state: DayState | None = None

    @cached_property
    def style(self) -> Style:
        """How numbers are written for this reader."""
        return kpis.style_of(self.business, self.main.known)

    def people(self, numbers: TreeNumbers) -> Mapping[str, Behind]:
        """How many people stand behind the amounts of parts of the business; empty for the business's own people."""
        return people_behind(self.user, self.business, numbers) if self.shared else {}

    def numbers(self, tree: str) -> TreeNumbers | None:
        """The numbers of a tree for the question of the page; None when there is no such tree any more."""
        if tree in {"", self.main.tree.id}:
            return self.main
        if tree not in {each.id for each in self.main.known.trees}:
            return None
        return measured(self.user, self.business, tree, self.asked.question)

    @cached_property
    def hours(self) -> float | None:
        """How many hours ago data last came in."""
        at = self.state.at if self.state else imported_at(self.user, self.business)
        return None if at is None else (timezone.now() - at).total_seconds() / 3600

    @cached_property
    def daily(self) -> Desk:
        """The same desk on the data with which the day began."""
        state = state_of_day(self.user, self.business)
        if state is None:
            return self
        with door.as_of(self.business, state.snapshot):
            main = measured(self.user, self.business, self.main.tree.id, self.asked.question)
        return replace(self, main=main, state=state)

    @cached_property
    def comments(self) -> Mapping[tuple[str, str], int]:
        """How many comments there are about the period of the page, by KPI and condition; a link shows none."""
        return {} if self.shared else door.comment_counts(self.user, self.business, self.main.period)

    def cadence(self, node: Node) -> tuple[str, ...]:
        """How often a number is meant to be looked at; every day while a campaign for it runs."""
        kpi = door.catalogue_of(self.user, self.business).kpis.get(node.kpi or "")
        if kpi is None:
            return ()
        return ("daily",) if kpi.id in self.campaigned else kpi.cadence

    @cached_property
    def campaigned(self) -> frozenset[str]:
        """The KPIs for which a campaign runs."""
        return frozenset(door.running_campaigns(self.business, self.business.calendar.today()))

    def words(self, dimension: str, value: str | None) -> str:
        """What a value of a dimension is called."""
        return _("(empty)") if value is None else value_words(dimension, value, self.style.language)


def shown(desk: Desk, spec: Spec) -> PanelView:
    """A panel as it is drawn; what it was about may be gone, then it says so."""
    if spec.refresh == Refresh.DAILY and spec.kind != PanelKind.NOTE and desk.daily.state is not None:
        state = desk.daily.state
        with door.as_of(desk.business, state.snapshot):
            drawn = _shown(desk.daily, spec)
        words = _("Once a day: data as it was at {moment}").format(moment=moment(state.at))
        drawn = replace(drawn, as_of=words)
    else:
        drawn = _shown(desk, spec)
    if spec.refresh == Refresh.MINUTES:
        words = _("Every 5 minutes: as of {moment}").format(moment=moment(timezone.now()))
        drawn = replace(drawn, as_of=words, poll=POLLED)
    return without_links(drawn) if desk.shared else drawn


def without_links(drawn: PanelView) -> PanelView:
    """The panel for whoever is not signed in: no way to a page that asks for that, no word of comments."""
    return replace(
        drawn,
        url="",
        said=0,
        bars=tuple(replace(bar, url="") for bar in drawn.bars),
        groups=tuple(replace(g, rows=tuple(replace(row, url="") for row in g.rows)) for g in drawn.groups),
        acts=tuple(replace(act, url="") for act in drawn.acts),
        campaigns=tuple(replace(line, url="") for line in drawn.campaigns),
    )


def _shown(desk: Desk, spec: Spec) -> PanelView:
    try:
        return _asked_for(desk, spec)
    except Restricted as why:
        return PanelView(spec, spec.title or str(PanelKind(spec.kind).label), missing=why.words(desk.style.language))


def _asked_for(desk: Desk, spec: Spec) -> PanelView:
    if spec.kind == PanelKind.NOTE:
        return PanelView(spec, spec.title or _("Note"), text=spec.text)
    if spec.kind == PanelKind.CAMPAIGNS:
        return _campaigns(desk, spec)
    if spec.kind == PanelKind.FUNNEL:
        return _funnel(desk, spec)
    numbers = desk.numbers(spec.tree)
    node = None if numbers is None else numbers.tree.by_id.get(spec.node) if spec.node else numbers.tree.root
    if numbers is None or node is None:
        gone = _("The number of this panel is no longer in a tree.")
        return PanelView(spec, spec.title or spec.node or spec.tree, missing=gone)
    if desk.shared and spec.kind in COURSES and _few_once(desk, numbers, node):
        gone = _("There were fewer than {count} in some of these periods, so they are not shown by a link.")
        return PanelView(spec, spec.title or node.label(desk.style.language), missing=gone.format(count=FEWEST))
    drawn = DRAWN[PanelKind(spec.kind)](desk, spec, numbers, node)
    said = said_of(desk.comments, numbers, node) if spec.kind in OF_ONE_NUMBER else 0
    return replace(drawn, title=spec.title or drawn.title, said=said)


def said_of(comments: Mapping[tuple[str, str], int], numbers: TreeNumbers, node: Node) -> int:
    """How many of the comments are about a node's KPI, as its tree counts it."""
    kpi, where, _tree, _node = key_of(numbers.tree, node)
    return comments.get((kpi, where), 0) if kpi else 0


# --- numbers and trends ---


def few(value: float | None, unit: str) -> bool:
    """Whether a number counts so few that it could speak of persons."""
    return value is not None and unit in COUNTS and 0 < value < FEWEST


def few_behind(value: float | None, people: float | None) -> bool:
    """Whether an amount of a part of the business comes from so few, or nobody knows from how many."""
    return bool(value) and (people is None or people < FEWEST)


def few_now(desk: Desk, numbers: TreeNumbers, node: Node) -> bool:
    """Whether a number speaks of fewer than five in the period or the one it is compared with."""
    now, before = numbers.value(node), numbers.value_before(node)
    behind = desk.people(numbers).get(node.id)
    if behind is None:
        return few(now, node.unit) or few(before, node.unit)
    return few_behind(now, behind.each[-1] if behind.each else None) or few_behind(before, behind.before)


def told_of_few(desk: Desk, numbers: TreeNumbers) -> frozenset[str]:
    """The nodes that whoever holds a link is not told: counts of fewer than five in the period or the one before, and
    amounts that so few paid, with everything in their formula and beside them in that of their parent, from which they
    could be worked out.
    """
    if not desk.shared:
        return frozenset()
    tree, people = numbers.tree, desk.people(numbers)
    found = {
        node.id
        for node in tree.nodes
        if node.id in people or not isinstance(node.measured, Binary)  # an average does not say how many there are
        if few_now(desk, numbers, node)
    }
    parts = [node for node in tree.nodes if isinstance(node.edge, FormulaEdge)]
    parents = {node.parent for node in parts if node.id in found}
    found |= {node.id for node in parts if node.parent in parents}
    for node in parts:  # parents stand before their children
        if node.parent in found:
            found.add(node.id)
    return frozenset(found)


def shareable(desk: Desk, card: Card, numbers: TreeNumbers, node: Node) -> Card:
    """A card for whoever holds a link: a number of fewer than five people is not told, nor what would give it away."""
    if not desk.shared or not few_now(desk, numbers, node):
        return card
    told = _("fewer than {count}").format(count=FEWEST)
    return replace(
        card, value=told, exact=told, change="", moved="", beside="", bullet=None, before_exact="", spoken=""
    )


def _told(desk: Desk, numbers: TreeNumbers, node: Node) -> str:
    """The sentence of a number; whoever holds a link is told none that names a count of fewer than five."""
    if not desk.shared:
        return kpis.told(numbers, node, desk.style)
    mover = numbers.mover if node.parent is None else None
    hidden = told_of_few(desk, numbers).intersection((node.id, *([mover.node] if mover is not None else ())))
    return "" if hidden else kpis.told(numbers, node, desk.style)


def _number(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> PanelView:
    value, before = numbers.value(node), numbers.value_before(node)
    direction, hidden = went(value, before), desk.shared and few_now(desk, numbers, node)
    return PanelView(
        spec,
        node.label(desk.style.language),
        sentence=_told(desk, numbers, node),
        url=kpis.node_url(desk.business, numbers, node, desk.asked),
        number=shareable(desk, kpis.number_card(numbers, node, desk.style), numbers, node),
        attained="" if hidden else attainment_words(value, numbers.aim(node), desk.style),
        arrow=direction,
        arrow_tone=tone(direction, node.direction),
        age=_age_words(desk.hours),
        stale=desk.hours is not None and is_stale(desk.hours, desk.cadence(node)),
    )


def _age_words(hours: float | None) -> str:
    """How long ago data last came in; "" within the last hour."""
    if hours is None or hours < 1:
        return ""
    if hours < FROM_DAYS:
        return _("{hours} h old").format(hours=int(hours))
    return _("{days} days old").format(days=int(hours // 24))


def _trend(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> PanelView:
    happened = () if desk.shared else happened_to(desk.user, desk.business, numbers, node, desk.style)
    figure, told = kpis.history_chart(desk.business, numbers, node, desk.style, happened), _told(desk, numbers, node)
    figure = replace(figure, sentence=told) if figure is not None else None
    return PanelView(
        spec,
        node.label(desk.style.language),
        sentence=told,
        url=kpis.node_url(desk.business, numbers, node, desk.asked),
        figure=figure,
        missing="" if figure else kpis.missing_words(numbers, node, desk.style),
    )


def _line(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> PanelView:
    """The course of a number as a line beside its target, with what happened; a period that still runs has no point."""
    style, over = desk.style, sum(numbers.completes)
    values, aims = numbers.series(node)[:over], (numbers.aims.get(node.id) or ())[:over]
    bounds = tuple(None if aim is None else aim.full.bound(value) for aim, value in zip(aims, values, strict=False))
    label, sentence = node.label(style.language), _told(desk, numbers, node)
    drawn = [Line(label, values), *([Line(_("Target"), bounds)] if any(bounds) else [])]
    ticks = [desk.business.calendar.short(period, style.language) for period in numbers.periods[:over]]
    happened = () if desk.shared else happened_to(desk.user, desk.business, numbers, node, style)
    known = any(value is not None for value in values)
    return PanelView(
        spec,
        label,
        sentence=sentence,
        url=kpis.node_url(desk.business, numbers, node, desk.asked),
        figure=lines(label, sentence, drawn, ticks, node.unit, style, happened=happened) if known else None,
        rule="" if over == len(numbers.periods) else _("The period that still runs is not drawn."),
        missing="" if known else kpis.missing_words(numbers, node, style),
    )


# --- parts ---


def _bars(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> PanelView:
    style, by = desk.style, spec.by
    label = _("{name} by {dimension}").format(
        name=node.label(style.language), dimension=kpis.dimension_words(by, style)
    )
    url = kpis.node_url(desk.business, numbers, node, desk.asked, by=by)
    if by not in door.dimensions(desk.user, desk.business, node):
        return PanelView(spec, label, missing=_("This number cannot be split this way."))
    found = queries.parts(desk.user, desk.business, numbers, node, by)
    if desk.shared:
        people = queries.people_by(desk.user, desk.business, numbers, node, by)
        found = queries.suppressed(found, node.unit in COUNTS, people)
    if not found.segments:
        return PanelView(spec, label, url=url, missing=kpis.missing_words(numbers, node, style))
    longest = max((abs(each.now or 0.0) for each in found.segments), default=0.0) or 1.0
    path = kpis.tree_url(desk.business, numbers.tree.id)
    bars, rows = [], []
    for each in found.segments:
        name, value = desk.words(by, each.value), exact(each.now, node.unit, style)
        moved = change(each.now, each.before, node.unit, style)
        leads = desk.asked.url(path, segment=(by, each.value), by="") if each.value is not None else ""
        share = "" if not found.whole or each.now is None else f"{each.now / found.whole:.0%}"
        written = number(each.now, node.unit, style)
        beside = " · ".join(words for words in (share, moved) if words and words != MISSING)
        bars.append(BarRow(name, written, beside, short(max(each.now or 0.0, 0.0) / longest * 100), leads))
        rows.append(Row(name, (value, share or MISSING, moved), url=leads))
    foot = () if found.whole is None else (_("Total"), exact(found.whole, node.unit, style), "100%", "")
    return PanelView(
        spec,
        label,
        sentence=_parts_sentence(desk, node, by, found),
        url=url,
        bars=tuple(bars),
        head=(kpis.dimension_words(by, style), _("Value"), _("Share"), _("Movement")),
        groups=(Group("", tuple(rows)),),
        foot=foot,
    )


def _parts_sentence(desk: Desk, node: Node, by: str, found: queries.Parts) -> str:
    """Which part is largest, and whether the parts make a whole."""
    first = found.segments[0]
    name, value = desk.words(by, first.value), number(first.now, node.unit, desk.style)
    if found.whole and first.now is not None:
        words = _("{name} brings most: {value}, {share} of the whole.")
        return words.format(name=name, value=value, share=f"{first.now / found.whole:.0%}")
    return _("{name} is highest with {value}. The parts do not add up to the whole, so there is no total.").format(
        name=name, value=value
    )


def _split(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> tuple[PanelView, Courses | None]:
    """The head of a panel of a number by segment over time, and its courses; None where it cannot be split this way."""
    style, by = desk.style, spec.by
    words = (
        _("Shares of {name} by {dimension}") if spec.kind == PanelKind.SHARES else _("{name} by {dimension} over time")
    )
    label = words.format(name=node.label(style.language), dimension=kpis.dimension_words(by, style))
    view = PanelView(spec, label, url=kpis.node_url(desk.business, numbers, node, desk.asked, by=by))
    if by not in door.dimensions(desk.user, desk.business, node):
        return replace(view, url="", missing=_("This number cannot be split this way.")), None
    found = courses(desk.user, desk.business, numbers, node, by)
    if desk.shared:
        found = told_by_link(desk.user, desk.business, numbers, node, by, found)
    if not found.segments:
        return replace(view, missing=kpis.missing_words(numbers, node, style)), None
    running = "" if len(found.periods) and all(numbers.completes) else _("The period that still runs is not drawn.")
    return replace(view, rule=running), found


def _heat(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> PanelView:
    """A number by segment and period: the larger, the darker."""
    view, found = _split(desk, spec, numbers, node)
    if found is None:
        return view
    style, ticks = desk.style, _ticks(desk, found)
    rows = [(desk.words(spec.by, value), values) for value, values in found.segments]
    labels = [desk.business.calendar.label(period, style.language) for period in found.periods]
    sentence, over = heat_sentence(rows, labels, node.unit, style), kpis.dimension_words(spec.by, style)
    figure = heat(view.title, sentence, ticks, rows, node.unit, style, over, latest=True)
    few = _("Cells of fewer than {count} people, and what would give them away, are empty.").format(count=FEWEST)
    rule = few if found.hidden else view.rule
    return replace(view, sentence=sentence, figure=figure, rule=rule)


def _shares(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> PanelView:
    """What a number is made of in every period, as shares of the whole."""
    view, found = _split(desk, spec, numbers, node)
    if found is None:
        return view
    if found.hidden:
        gone = _("There were fewer than {count} in some of these periods, so they are not shown by a link.")
        return replace(view, rule="", missing=gone.format(count=FEWEST))
    if found.wholes is None:
        return replace(view, rule="", missing=_("The parts do not add up to the whole, so they have no shares of it."))
    style, own = desk.style, found.segments[:MOST_PARTS]
    rest = [values for _value, values in found.segments[MOST_PARTS:]]
    names = [(desk.words(spec.by, value), "") for value, _values in own]
    parts = [*names, *([(_("All others"), "none")] if rest else [])]
    columns = [
        Column(
            desk.business.calendar.short(period, style.language),
            desk.business.calendar.label(period, style.language),
            (
                *(values[place] or 0.0 for _value, values in own),
                *([sum(values[place] or 0.0 for values in rest)] if rest else []),
            ),
        )
        for place, period in enumerate(found.periods)
    ]
    sentence = stacked_sentence(columns, parts, style)
    return replace(view, sentence=sentence, figure=stacked_share(view.title, sentence, columns, parts, style))


def _ticks(desk: Desk, found: Courses) -> list[str]:
    """Short names of periods; with the year where two would have the same one."""
    calendar, language = desk.business.calendar, desk.style.language
    names = [calendar.short(period, language) for period in found.periods]
    twice = len(set(names)) < len(names)
    return [calendar.short(period, language, year=True) for period in found.periods] if twice else names


def _funnel(desk: Desk, spec: Spec) -> PanelView:
    style = desk.style
    names = {
        "visit": _("Visit"),
        "product_view": _("Product viewed"),
        "add_to_cart": _("Put in the cart"),
        "checkout": _("Checkout begun"),
        "purchase": _("Bought"),
    }
    steps = queries.funnel(desk.user, desk.business, desk.asked.question)
    known = [step for step in steps if step.people is not None and not (desk.shared and few(step.people, "count"))]
    title = spec.title or _("The way to a purchase")
    if len([step for step in known if step.people]) < 2:
        return PanelView(spec, title, missing=_("No visits or events in this period."))
    longest = max(step.people or 0.0 for step in known) or 1.0
    kept = [None, *(_share(after.people, before.people) for before, after in pairwise(known))]
    worst = min((n for n, share in enumerate(kept) if share is not None), key=lambda n: kept[n] or 0.0, default=0)
    bars, rows = [], []
    for place, step in enumerate(known):
        share = kept[place]
        lost = None if not place else (known[place - 1].people or 0.0) - (step.people or 0.0)
        beside = "" if share is None else _("{share} of the step before").format(share=f"{share:.1%}")
        words = number(step.people, "count", style)
        width = short((step.people or 0.0) / longest * 100)
        bars.append(BarRow(names[step.name], words, beside, width, worst=place == worst and share is not None))
        cells = (exact(step.people, "count", style), MISSING if share is None else f"{share:.1%}")
        gone = MISSING if lost is None or (desk.shared and few(lost, "count")) else exact(-lost, "count", style)
        rows.append(Row(names[step.name], (*cells, gone)))
    sentence = _("Most people are lost between “{before}” and “{after}”.").format(
        before=names[known[worst - 1].name], after=names[known[worst].name]
    )
    return PanelView(
        spec,
        title,
        sentence=sentence if worst else "",
        bars=tuple(bars),
        head=(pgettext("funnel", "Step"), pgettext("how many", "People"), _("Of the step before"), _("Lost")),
        groups=(Group("", tuple(rows)),),
        rule=_("People counted once per step in the period, in whatever order they took them."),
    )


def _share(after: float | None, before: float | None) -> float | None:
    return after / before if after is not None and before else None


# --- tables ---


def _table(desk: Desk, spec: Spec, numbers: TreeNumbers, node: Node) -> PanelView:
    hidden = told_of_few(desk, numbers)
    nodes = [each for each in _below(numbers, node) if counted(each) and each.id not in hidden]
    rows = tuple(_table_row(desk, numbers, each) for each in nodes[:LONGEST_TABLE])
    good = sum(row.status == "good" for row in rows)
    path = kpis.tree_url(desk.business, numbers.tree.id)
    return PanelView(
        spec,
        _("Numbers of “{name}”").format(name=node.label(desk.style.language)),
        sentence=_("{good} of {count} are on track.").format(good=good, count=len(rows)),
        url=desk.asked.url(path, table=True),
        head=(_("KPI"), _("Actual"), _("Target"), _("Attained"), _("Movement"), _("Status")),
        groups=(Group("", rows),),
        rule=rule(desk.asked.comparison, desk.asked.grain, desk.style, targets=bool(numbers.aims)),
    )


def _below(numbers: TreeNumbers, node: Node) -> tuple[Node, ...]:
    """A node and everything under it, in the order of the tree."""
    wanted = {node.id}
    for each in numbers.tree.nodes:
        if each.parent in wanted:
            wanted.add(each.id)
    return tuple(each for each in numbers.tree.nodes if each.id in wanted)


def _table_row(desk: Desk, numbers: TreeNumbers, node: Node) -> Row:
    shown = kpis.number_card(numbers, node, desk.style)
    attained = attainment_words(numbers.value(node), numbers.aim(node), desk.style, named=False)
    return Row(
        shown.label,
        (shown.value, shown.target or MISSING, attained or MISSING, shown.moved or MISSING),
        shown.status,
        kpis.node_url(desk.business, numbers, node, desk.asked),
        shown.owner,
    )


def _weekly(desk: Desk, spec: Spec, numbers: TreeNumbers, _node: Node) -> PanelView:
    asked = queries.week_question(desk.asked.question)
    weekly = measured(desk.user, desk.business, numbers.tree.id, asked)
    owned = queries.weekly(desk.user, desk.business, weekly)
    nobody = _("Nobody in charge yet")
    if desk.shared:
        owned = _without_few(desk, weekly, owned)
    groups = tuple(
        Group(
            value_words("department", each.owner, desk.style.language) if each.owner else nobody,
            tuple(_week_row(desk, row) for row in each.rows),
        )
        for each in owned
    )
    marks = sum(bool(row.mark) for group in groups for row in group.rows)
    acts = sum(row.status == "act" for group in groups for row in group.rows)
    return PanelView(
        spec,
        _("This week by owner"),
        sentence=_("To act on: {acts}, overdue: {marks}. Last {weeks} weeks, the target as a line.").format(
            acts=acts, marks=marks, weeks=queries.WEEKS
        ),
        url=replace(desk.asked, grain=asked.grain).url(kpis.tree_url(desk.business, numbers.tree.id), table=True),
        head=(
            _("KPI"),
            _("Last {weeks} weeks").format(weeks=queries.WEEKS),
            _("Latest week"),
            _("Target"),
            _("Movement"),
            "",
        ),
        groups=groups,
        rule=rule(asked.comparison, asked.grain, desk.style, targets=bool(weekly.aims)),
        missing="" if groups else _("No number of this tree has a value in the last weeks."),
    )


def _without_few(desk: Desk, weekly: TreeNumbers, owned: tuple[queries.Owned, ...]) -> tuple[queries.Owned, ...]:
    """The weekly numbers without those that count fewer than five in any week shown."""
    hidden = told_of_few(desk, weekly)

    def told(row: Weekly) -> bool:
        return row.node.id not in hidden and not _few_once(desk, weekly, row.node)

    kept = (replace(each, rows=tuple(row for row in each.rows if told(row))) for each in owned)
    return tuple(each for each in kept if each.rows)


def _few_once(desk: Desk, numbers: TreeNumbers, node: Node) -> bool:
    """Whether a number speaks of fewer than five in any period of its history; an average of everybody of nobody."""
    behind = desk.people(numbers).get(node.id)
    if behind is not None:
        values = numbers.series(node)
        people = behind.each or (None,) * len(values)
        return any(few_behind(value, each) for value, each in zip(values, people, strict=True))
    counts = not isinstance(node.measured, Binary)
    return counts and any(few(value, node.unit) for value in numbers.series(node))


def _week_row(desk: Desk, row: Weekly) -> Row:
    numbers, node, style = row.numbers, row.node, desk.style
    marks = {"value": _("Overdue: no value"), "deadline": _("Overdue: target date passed")}
    labels = [desk.business.calendar.short(period, style.language) for period in numbers.periods]
    aims = numbers.aims.get(node.id) or (None,) * len(labels)
    label = node.label(style.language)
    chart = weeks(label, labels, numbers.series(node), aims, node.unit, style, numbers.completes)
    shown = kpis.number_card(numbers, node, style)
    asked = replace(desk.asked, grain=numbers.question.grain)
    return Row(
        label,
        (shown.value, shown.target or MISSING, shown.moved or MISSING),
        shown.status,
        kpis.node_url(desk.business, numbers, node, asked),
        chart=mark_safe(chart.svg),
        mark=marks.get(row.overdue, ""),
    )


def _plan(desk: Desk, spec: Spec, numbers: TreeNumbers, _node: Node) -> PanelView:
    told = plan_told(desk.user, desk.business, numbers, desk.asked, desk.style)
    hidden = told_of_few(desk, numbers)
    labels = {numbers.tree.node(name).label(desk.style.language) for name in hidden}
    rows = tuple(
        Row(line.label, (line.plan, line.actual, line.landing, line.gap), line.status, line.url)
        for line in told.lines
        if (line.plan != MISSING or line.actual != MISSING) and line.label not in labels
    )
    return PanelView(
        spec,
        _("Plan and actual"),
        sentence="" if numbers.tree.root.id in hidden else told.sentence,
        url=desk.asked.url(reverse("cockpit:plan", kwargs={"business": desk.business.id, "tree": numbers.tree.id})),
        head=(_("KPI"), _("Plan"), _("Actual"), _("Landing"), _("Gap to plan"), _("Status")),
        groups=(Group("", rows[:PLAN_ROWS]),),
        rule=told.rule,
    )


# --- lists ---


def _acts(desk: Desk, spec: Spec, numbers: TreeNumbers, _node: Node) -> PanelView:
    goal = numbers.tree.root.label(desk.style.language)
    acts = tuple(act_of(desk.business, numbers, lever, desk.asked, desk.style) for lever in levers_for(desk, numbers))
    return PanelView(
        spec,
        _("Where to act now"),
        sentence=_("by effect on {goal}").format(goal=goal) if acts else nothing_to_act(numbers, goal),
        acts=acts,
        rule=rule(desk.asked.comparison, desk.asked.grain, desk.style, targets=bool(numbers.aims)),
    )


def levers_for(desk: Desk, numbers: TreeNumbers) -> tuple[Lever, ...]:
    """Where to act; whoever holds a link is not told of numbers that count fewer than five."""
    hidden = told_of_few(desk, numbers)
    return tuple(lever for lever in levers(numbers) if lever.node.id not in hidden)


def act_of(business: Business, numbers: TreeNumbers, lever: Lever, asked: Asked, style: Style) -> Act:
    """One thing to look at, in words."""
    root = numbers.tree.root
    goal, amount = root.label(style.language), difference(lever.effect, 0.0, root.unit, style)
    if lever.effect is None:
        effect = _("Misses its target; influences {goal} without a formula").format(goal=goal)
    else:
        words = _("At its target, {goal} would move by {amount}") if lever.to_target else _("Moved {goal} by {amount}")
        effect = words.format(goal=goal, amount=amount)
    return Act(
        kpis.number_card(numbers, lever.node, style), effect, kpis.node_url(business, numbers, lever.node, asked)
    )


def nothing_to_act(numbers: TreeNumbers, goal: str) -> str:
    """Why there is nothing to do."""
    if numbers.aims:
        return _("No number misses its target or moved {goal} to the wrong side.").format(goal=goal)
    if numbers.explanation is None:
        return _("There is nothing to compare {goal} with yet.").format(goal=goal)
    return _("No number in trouble moved {goal} to the wrong side.").format(goal=goal)


def _campaigns(desk: Desk, spec: Spec) -> PanelView:
    period = desk.main.period
    found = campaigns(desk.user, desk.business, period)
    if desk.shared:
        found = replace(found, rows=tuple(each for each in found.rows if not _of_few(each)))
    told = campaign_lines(desk.business, found, desk.asked, desk.style)
    return PanelView(
        spec,
        spec.title or _("Campaigns"),
        sentence=told.sentence,
        url=desk.asked.url(reverse("cockpit:campaigns", kwargs={"business": desk.business.id})),
        campaigns=told.lines,
        rule=told.rule,
        missing="" if told.lines else told.sentence,
    )


def _of_few(judged: Judged) -> bool:
    each = judged.campaign
    return any(few(float(count), "count") for count in (each.leads, each.new_customers, each.wins))


DRAWN: Mapping[PanelKind, Callable[[Desk, Spec, TreeNumbers, Node], PanelView]] = {
    PanelKind.NUMBER: _number,
    PanelKind.LINE: _line,
    PanelKind.TREND: _trend,
    PanelKind.BARS: _bars,
    PanelKind.HEAT: _heat,
    PanelKind.SHARES: _shares,
    PanelKind.TABLE: _table,
    PanelKind.WEEKLY: _weekly,
    PanelKind.PLAN: _plan,
    PanelKind.ACTS: _acts,
}
COURSES = (PanelKind.TREND, PanelKind.LINE)
"""Kinds that show every period of a number."""
