"""The cohort table: who began when, who is there at every age, what they brought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from keiki.charts.format import MISSING, Style, exact, number
from keiki.customers.cohort_table import DIMENSIONS, PER_CUSTOMER, VALUES, TableRule
from keiki.facts import value_words
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.accounts.pages import business_page
from keiki.server.customers.pages.repeat import RepeatPanel, repeat_panel
from keiki.server.customers.queries import cohorts as queries
from keiki.server.kpis import pages as kpis
from keiki.server.kpis import queries as door

if TYPE_CHECKING:
    from keiki.customers.cohort_table import Cohort, CohortTable

HEATS = 8
"""Steps of colour of a cell."""
MOST_SEGMENTS = 6
AGES_SHOWN = 13
COUNTS = {Grain.WEEK: 13, Grain.MONTH: 13, Grain.QUARTER: 9, Grain.YEAR: 6}
LONGEST_NAME = 100


@dataclass(frozen=True)
class Cell:
    """One age of a cohort: what is shown, its exact value, and its step of colour (0 none)."""

    text: str
    exact: str = ""
    heat: int = 0


@dataclass(frozen=True)
class Row:
    label: str
    size: str
    cells: tuple[Cell, ...]
    running: bool = False


@dataclass(frozen=True)
class Grid:
    """One table: its ages, cohorts, the line under them, and what it means in a sentence."""

    title: str
    sentence: str
    ages: tuple[str, ...]
    rows: tuple[Row, ...]
    average: Row


@dataclass(frozen=True)
class CohortsAsked:
    """What the address asks; words it does not know are left out."""

    start: str
    counts: str
    value: str = "share"
    grain: Grain = Grain.MONTH
    or_after: bool = False
    simple: bool = False
    every_status: bool = False
    by: str = ""
    event: str = ""

    @classmethod
    def read(cls, told: QueryDict, start: str) -> CohortsAsked:
        """The question of an address; without one everybody begins with `start`."""
        starts, acts = ("order", "contract", "acquired", "event"), ("order", "contract", "event")
        begun = _known(told, "start", starts, start)
        grain = _known(told, "grain", tuple(each.value for each in COUNTS), Grain.MONTH.value)
        return cls(
            start=begun,
            counts=_known(told, "counts", acts, "order" if begun == "acquired" else begun),
            value=_known(told, "value", VALUES, "share"),
            grain=Grain.named(grain),
            or_after=told.get("mode") == "after",
            simple=told.get("average") == "simple",
            every_status=told.get("orders") == "all",
            by=_known(told, "by", DIMENSIONS, ""),
            event=told.get("event", "")[:LONGEST_NAME],
        )

    @property
    def of_events(self) -> bool:
        """Whether events are the beginning or what counts as being there."""
        return "event" in (self.start, self.counts)

    @property
    def rule(self) -> TableRule:
        """The same as a rule of the model."""
        event = self.event or None
        return TableRule(
            self.grain,
            self.start,
            self.counts,
            start_event=event if self.start == "event" else None,
            event=event if self.counts == "event" else None,
            every_status=self.every_status,
            by=self.by or None,
        )


def _known(told: QueryDict, name: str, words: Iterable[str], otherwise: str) -> str:
    value = told.get(name, "")
    return value if value in tuple(words) else otherwise


@dataclass(frozen=True)
class CohortsPage:
    title: str
    subtitle: str
    empty: kpis.Empty | None = None
    lens: kpis.LensForm = kpis.LensForm(())
    grids: tuple[Grid, ...] = ()
    nobody: str = ""
    notes: tuple[str, ...] = ()
    repeat: RepeatPanel | None = None
    fresh: str = ""


@business_page()
@require_safe
def cohorts_page(request: HttpRequest, business: Business) -> HttpResponse:
    """Cohorts by beginning, value, grain and segment; the address holds the question."""
    known = door.known(request.user, business)
    if known.today is None:
        page = CohortsPage(_("Cohorts"), business.name, kpis.empty_state(request, business))
    else:
        page = _page(request, business, known)
    return render(request, "customers/cohorts.html", {"page": page})


def _page(request: Any, business: Business, known: door.Known) -> CohortsPage:
    style = kpis.style_of(business, known)
    asked = CohortsAsked.read(request.GET, queries.begins_with(request.user, business))
    found = queries.tables(request.user, business, asked.rule, COUNTS[asked.grain])
    grids = tuple(grid(table, asked, style, business) for table in found[:MOST_SEGMENTS])
    return CohortsPage(
        title=_("Cohorts"),
        subtitle=kpis.beside_business(business, start_words(asked.start)),
        lens=kpis.LensForm(choices_of(asked, style, names_of(request.user, business, asked))),
        grids=grids,
        nobody="" if grids else _("Nobody began in these periods. Choose another beginning above."),
        notes=notes(asked, len(found) - len(grids)),
        repeat=repeat_panel(request, business, style),
        fresh=fresh_words(known, style),
    )


def fresh_words(known: door.Known, style: Style) -> str:
    """Up to which day the data speaks."""
    day = known.today
    if day is None:
        return ""
    return _("Data up to {day}").format(day=f"{day:%Y/%m/%d}" if style.japanese else f"{day:%d %b %Y}")


def grid(table: CohortTable, asked: CohortsAsked, style: Style, business: Business) -> Grid:
    """A cohort table as it is shown."""
    ages = min(table.ages, AGES_SHOWN)
    shown = [cohort for cohort in table.cohorts if cohort.size]
    values = [[table.value(c, age, asked.value, or_after=asked.or_after) for age in range(ages)] for c in shown]
    means = [table.average(age, asked.value, or_after=asked.or_after, simple=asked.simple) for age in range(ages)]
    scale = _scale(values, asked)
    rows = tuple(
        _row(business.calendar.label(cohort.period, style.language), cohort, row, scale, asked, style)
        for cohort, row in zip(shown, values, strict=True)
    )
    average = _("Average of cohorts") if asked.simple or asked.value not in PER_CUSTOMER else _("All customers")
    total = number(sum(cohort.size for cohort in shown), "count", style)
    line = Row(average, total, tuple(_cell(mean, 0, asked, style) for mean in means))
    title = cell_words(asked.value)
    if asked.by:
        name = value_words(asked.by, table.segment, style.language) if table.segment else _("(unknown)")
        title = f"{title} — {name}"
    return Grid(title, sentence(table, asked, style, business), tuple(map(str, range(ages))), rows, line)


def _row(
    label: str,
    cohort: Cohort,
    values: list[float | None],
    scale: tuple[float, float],
    asked: CohortsAsked,
    style: Style,
) -> Row:
    cells = tuple(
        _cell(value, heat(value, scale) if age or asked.value != "share" else 0, asked, style)
        if age < len(cohort.cells)
        else Cell("")
        for age, value in enumerate(values)
    )
    return Row(label, number(cohort.size, "count", style), cells, not cohort.cells)


def _scale(values: list[list[float | None]], asked: CohortsAsked) -> tuple[float, float]:
    """The smallest and largest value that colours stand for; the first age of a share is always whole and left out."""
    told = [value for row in values for value in row[asked.value == "share" :] if value is not None]
    return (min(told, default=0.0), max(told, default=0.0))


def heat(value: float | None, scale: tuple[float, float]) -> int:
    """A step of colour from 1 to HEATS; 0 without a value."""
    low, high = scale
    if value is None:
        return 0
    return 1 + round((value - low) / (high - low) * (HEATS - 1)) if high > low else 1


def _cell(value: float | None, heat: int, asked: CohortsAsked, style: Style) -> Cell:
    unit = unit_of(asked.value)
    if value is None:
        return Cell(MISSING)
    return Cell(number(value, unit, style), exact(value, unit, style), heat)


def unit_of(value: str) -> str:
    """The unit of what a cell shows."""
    if value == "share":
        return "ratio"
    return "count" if value in ("customers", "times") else "currency"


def sentence(table: CohortTable, asked: CohortsAsked, style: Style, business: Business) -> str:
    """What the table says: how many are there after one period, and whether the newest cohort does better."""
    mean = table.average(1, asked.value, or_after=asked.or_after)
    newest = next((c for c in reversed(table.cohorts) if c.size and len(c.cells) > 1), None)
    if mean is None or newest is None:
        return _("No cohort has completed a second period yet.")
    unit = unit_of(asked.value)
    value = table.value(newest, 1, asked.value, or_after=asked.or_after)
    words = {
        "mean": number(mean, unit, style),
        "cohort": business.calendar.label(newest.period, style.language),
        "value": number(value, unit, style),
        "what": cell_words(asked.value),
    }
    if asked.value == "share":
        text = _("One period after they began, {mean} of customers are there; of those of {cohort}, {value}.")
    else:
        text = _("{what} one period after the beginning: {mean} on average, {value} for {cohort}.")
    return text.format(**words)


def cell_words(value: str) -> str:
    """What a cell shows, in words."""
    return {
        "share": _("Share still there"),
        "customers": _("Customers there"),
        "times": _("Orders, contracts or events"),
        "revenue": _("Revenue"),
        "revenue_per_customer": _("Revenue per customer"),
        "profit": _("Gross profit"),
        "profit_per_customer": _("Gross profit per customer"),
        "cumulative_profit": _("Gross profit so far"),
        "cumulative_profit_per_customer": _("Gross profit so far per customer"),
    }[value]


def start_words(start: str) -> str:
    """What customers begin with, in words."""
    return {
        "order": _("by first order"),
        "contract": _("by first contract"),
        "acquired": _("by day of acquisition"),
        "event": _("by first event"),
    }[start]


def names_of(user: Any, business: Business, asked: CohortsAsked) -> tuple[str, ...]:
    """The names of events to choose from, with the chosen one; none where no events are asked for."""
    if not asked.of_events:
        return ()
    return tuple(dict.fromkeys((*queries.event_names(user, business), *filter(None, (asked.event,)))))


def choices_of(asked: CohortsAsked, style: Style, names: tuple[str, ...] = ()) -> tuple[kpis.Choice, ...]:
    """The selects above the table, with what is chosen; `names` are those of events, where there are any to choose."""
    starts = tuple((name, start_words(name)) for name in ("order", "contract", "acquired", "event"))
    acts = (("order", _("an order")), ("contract", _("a paid contract")), ("event", _("any event")))
    grains = (("week", _("Week")), ("month", _("Month")), ("quarter", _("Quarter")), ("year", _("Year")))
    modes = (("on", _("at that age")), ("after", _("then or later")))
    averages = (("weighted", _("all customers together")), ("simple", _("every cohort alike")))
    orders = (("completed", _("completed only")), ("all", _("cancelled and returned too")))
    split = (("", _("(no split)")), *((name, kpis.dimension_words(name, style)) for name in DIMENSIONS))
    told = tuple((name, value_words("name", name, style.language, "events")) for name in names)
    events = (kpis.Choice("event", _("Which event"), (("", _("any event")), *told), asked.event),) if names else ()
    return (
        kpis.Choice("start", _("Customers begin"), starts, asked.start),
        kpis.Choice("counts", _("Being there is"), acts, asked.counts),
        *events,
        kpis.Choice("value", _("Cells show"), tuple((name, cell_words(name)) for name in VALUES), asked.value),
        kpis.Choice("grain", _("Periods"), grains, asked.grain.value),
        kpis.Choice("mode", _("Counted"), modes, "after" if asked.or_after else "on"),
        kpis.Choice("average", _("Average of"), averages, "simple" if asked.simple else "weighted"),
        kpis.Choice("orders", _("Orders"), orders, "all" if asked.every_status else "completed"),
        kpis.Choice("by", _("Split by"), split, asked.by),
    )


def notes(asked: CohortsAsked, hidden: int) -> tuple[str, ...]:
    """The rules in force."""
    words = [_("A cell is empty while its period is not over, so that no row falls only because it is young.")]
    if asked.or_after:
        words.append(_("“Then or later” can still rise for late ages: who comes back later is counted for them too."))
    if asked.value.startswith(("profit", "cumulative")):
        words.append(_("Gross profit counts orders whose cost is known; the others add nothing."))
    words.append(_("The oldest cohort also holds customers who came before the data begins, where it does."))
    if hidden > 0:
        words.append(_("{n} smaller segments are left out.").format(n=hidden))
    return tuple(words)
