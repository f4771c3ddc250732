"""The catalogue: which KPIs there are, how each gets its number here, and what it is worth now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

from keiki.catalogue.expand import asked_of
from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue, builtin
from keiki.catalogue.versions import changes, reached
from keiki.engine.business import Business as Numbers
from keiki.engine.entered_values import EnteredValue, entered_values
from keiki.engine.insight import Expectation, expectation
from keiki.engine.measured import Measured
from keiki.engine.spread import Spread
from keiki.engine.worked import WorkedHere, worked_kpi
from keiki.errors import KeikiError
from keiki.facts import FACTS
from keiki.facts.contract import Fact
from keiki.formula import parse, references, show
from keiki.lens import FINAL
from keiki.measures.check import fact_of
from keiki.measures.measure import Asked, Measure
from keiki.measures.told import NOTHING
from keiki.measures.who_fits import asks_who_fits
from keiki.measures.workspace import WORKSPACE
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.data.actions import Opened
from keiki.server.kpis.models import Verdict, Word
from keiki.server.kpis.queries.access import answered, askable, opened_for
from keiki.server.kpis.queries.kept import kept
from keiki.server.kpis.queries.numbers import Known, Question, TreeNumbers, known, lens_of
from keiki.trees.build import Node, Tree
from keiki.trees.document import TreeDocument, template

DATA, HAND, LACKS = "data", "hand", "lacks"
BUILT_IN, OWN, CHANGED = "built_in", "own", "changed"


@dataclass(frozen=True)
class Supply:
    """How a KPI gets its number in a business: from `data`, entered by `hand`, or it `lacks` the facts of `missing`."""

    way: str
    facts: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tagged:
    """A KPI with what the catalogue page filters it by."""

    kpi: Kpi
    supply: Supply
    origin: str

    @cached_property
    def carries(self) -> Mapping[str, tuple[str, ...]]:
        """The values it has of each facet; a part of a domain counts for the whole, too."""
        kpi = self.kpi
        return {
            "domain": tuple(dict.fromkeys(part for d in kpi.domain for part in (d.partition(":")[0], d))),
            "supply": (self.supply.way,),
            "stage": (str(kpi.journey_stage),) if kpi.journey_stage else (),
            "department": kpi.department,
            "cadence": kpi.cadence,
            "value_chain": (str(kpi.value_chain),) if kpi.value_chain else (),
            "origin": (self.origin,),
        } | {name: (str(getattr(kpi, name)),) for name in ("layer", "horizon", "kind", "lead_lag", "direction")}


@dataclass(frozen=True)
class KpiValue:
    """A KPI in the last complete month and in the month before."""

    period: Period
    value: float | None
    before: float | None


@dataclass(frozen=True, eq=False)
class KpiHistory:
    """A KPI over the last complete periods (13 months, unless asked otherwise) and, when the newest value was entered
    for a later one, up to that; `versions` are the numbers of the definitions that gave the values.

    `missing` are the facts without rows, `reasons` the words, by language, for what cannot be asked of the data.
    """

    periods: tuple[Period, ...]
    values: tuple[float | None, ...]
    before: float | None
    versions: tuple[int | None, ...]
    missing: tuple[str, ...]
    reasons: Mapping[str, tuple[str, ...]]
    completes: tuple[bool, ...] = ()
    certainty: str = FINAL

    @property
    def value(self) -> float | None:
        return self.values[-1]

    @property
    def changes(self) -> tuple[int, ...]:
        """The places of the months in which a new definition began."""
        return tuple(n for n in range(1, len(self.versions)) if self.versions[n] != self.versions[n - 1])


def tagged_kpis(user: Any, business: Business, asked: Known | None = None) -> Mapping[str, Tagged]:
    """Every KPI of a business by id, with how it gets its number here."""
    asked = asked or known(user, business)
    numbers = opened_for(user, business)
    return kept.get((business.id, numbers.mark, asked.snapshot, "tagged"), lambda: _tagged(numbers))


def kpi_values(user: Any, business: Business, ids: Iterable[str], asked: Known | None = None) -> Mapping[str, KpiValue]:
    """The values of KPIs, measured together; each is kept until data or definitions change."""
    asked = asked or known(user, business)
    if asked.today is None:
        return {}
    numbers = opened_for(user, business)
    found = _values(numbers, business, asked)
    wanted = tuple(ids)
    lacking = [name for name in wanted if name not in found]
    if lacking:
        found |= _measured_values(numbers, asked, lacking)
    return {name: found[name] for name in wanted if name in found}


def known_values(
    user: Any, business: Business, ids: Iterable[str], asked: Known | None = None
) -> Mapping[str, KpiValue] | None:
    """The same when all of them have been measured already, at no cost; else None."""
    asked = asked or known(user, business)
    found = _values(opened_for(user, business), business, asked)
    wanted = tuple(ids)
    return {name: found[name] for name in wanted} if all(name in found for name in wanted) else None


def kpi_history(
    user: Any,
    business: Business,
    kpi_id: str,
    asked: Known | None = None,
    grain: Grain = Grain.MONTH,
    on: date | None = None,
) -> KpiHistory | None:
    """A KPI over the last periods of a grain that are over (or up to the one that holds `on`); None while the business
    has no rows at all."""
    asked = asked or known(user, business)
    if asked.today is None:
        return None
    numbers = opened_for(user, business)
    question = Question(grain, on)
    return kept.get(
        (business.id, numbers.mark, asked.snapshot, "history", kpi_id, grain, on),
        lambda: _history(numbers.business.measure([kpi_id], lens_of(numbers, asked, question, "")), kpi_id),
    )


def entered_of(user: Any, business: Business, kpi_id: str, grain: Grain, since: date) -> tuple[EnteredValue, ...]:
    """What was entered for a KPI in periods of a grain from a day on, oldest first."""
    key = ("entered", kpi_id, grain, since)
    return answered(user, business, key, lambda numbers: entered_values(numbers, kpi_id, grain, since), tells=NOTHING)


CADENCES: Final = {
    "daily": Grain.DAY,
    "weekly": Grain.WEEK,
    "monthly": Grain.MONTH,
    "quarterly": Grain.QUARTER,
    "yearly": Grain.YEAR,
}
"""How often a KPI is to have a value; the longest of several is the latest anybody may wait."""


def verdicts(business: Business, kpi_id: str, grain: Grain) -> Mapping[date, Verdict]:
    """What people said about unusual values of a KPI: first day of the period → their word."""
    rows = Verdict.objects.filter(business=business, kpi_id=kpi_id, grain=str(grain)).select_related("said_by")
    return {row.day: row for row in rows}


def excluded_days(business: Business, kpi_id: str, grain: Grain) -> frozenset[date]:
    """The first days of the periods whose value is left out of baselines and forecasts."""
    found = verdicts(business, kpi_id, grain).values()
    return frozenset(row.day for row in found if row.word == Word.EXCLUDED)


def excluded_of(business: Business, node: Node) -> frozenset[date]:
    """The first days of the months that are left out of the baseline of a node: those of its KPI as a whole."""
    return excluded_days(business, node.kpi, Grain.MONTH) if node.kpi and node.where is None else frozenset()


def past_of(business: Business, numbers: TreeNumbers) -> dict[str, list[float | None]]:
    """Node id → its values in the periods that are over, from which a best one can be taken: by its definition of now,
    and without those that people left out."""
    grain, periods = numbers.question.grain, numbers.periods
    rows = Verdict.objects.filter(business=business, grain=str(grain), word=Word.EXCLUDED)
    left_out = set(rows.values_list("kpi_id", "day"))

    def counts(node: Node, place: int) -> bool:
        return numbers.completes[place] and (node.where is not None or (node.kpi, periods[place].start) not in left_out)

    return {
        node.id: [
            value for place, value in enumerate(numbers.reading.now.as_defined_now(node.id)) if counts(node, place)
        ]
        for node in numbers.tree.nodes
    }


def kpi_spread(user: Any, business: Business, kpi_id: str, period: Period) -> Spread | None:
    """How the single values behind a mean lie in a period; None for a KPI that is no mean, and without values."""
    return answered(
        user, business, ("spread", kpi_id, period), lambda numbers: numbers.spread(kpi_id, period), tells=NOTHING
    )


def kpi_worked(user: Any, business: Business, kpi_id: str, asked: Known | None = None) -> WorkedHere | None:
    """A KPI worked out with the business's own figures of the last month that is over; None without them."""
    asked = asked or known(user, business)
    if asked.today is None:
        return None
    numbers = opened_for(user, business)
    return kept.get(
        (business.id, numbers.mark, asked.snapshot, "worked", kpi_id),
        lambda: worked_kpi(numbers.business, kpi_id, lens_of(numbers, asked, Question(), "")),
    )


def kpi_months(user: Any, business: Business, kpi_id: str, count: int) -> Measured:
    """A KPI over the last months up to the last that is over."""
    asked = known(user, business)

    def ask(numbers: Numbers) -> Measured:
        return numbers.measure([kpi_id], lens_of(opened_for(user, business), asked, Question(span=count), ""))

    return answered(user, business, ("months", kpi_id, count), ask, tells=NOTHING)


def expected_months(user: Any, business: Business, kpi_id: str, count: int = 3) -> Expectation:
    """What a KPI is expected to bring in the months to come, without the months that people left out."""
    left_out = tuple(sorted(excluded_days(business, kpi_id, Grain.MONTH)))
    key = ("expected", kpi_id, count, left_out)
    return answered(
        user, business, key, lambda numbers: expectation(numbers, kpi_id, count, left_out=left_out), tells=NOTHING
    )


def formula_value(user: Any, business: Business, text: str, asked: Known | None = None) -> KpiHistory | None:
    """What a formula that nobody has saved gives over the last 13 complete months.

    None while there are no rows, and for what people enter by hand. Raises what the formula language and the catalogue
    raise.
    """
    asked = asked or known(user, business)
    askable(user, business, [text])
    numbers = opened_for(user, business)
    catalogue = numbers.business.catalogue
    formula = parse(text, known=[*catalogue.kpis, *catalogue.measures])
    wanted = catalogue.dated(formula).newest
    by_hand = any(catalogue.measures[reference.id].fact == "observations" for reference in references(wanted))
    if asked.today is None or by_hand:
        return None
    plain = show(formula)
    key = (business.id, numbers.mark, asked.snapshot, "formula", plain)
    return kept.get(
        key, lambda: _history(numbers.business.measure([plain], lens_of(numbers, asked, Question(), "")), plain)
    )


def used_in(user: Any, business: Business, kpi_id: str, asked: Known | None = None) -> tuple[tuple[Tree, Node], ...]:
    """Where a KPI stands in the trees of a business."""
    return tuple(
        (tree, node) for tree in (asked or known(user, business)).trees for node in tree.nodes if node.kpi == kpi_id
    )


def templates_with(user: Any, business: Business, kpi_id: str) -> tuple[TreeDocument, ...]:
    """The templates in which a KPI stands."""
    numbers = opened_for(user, business)
    catalogue = numbers.business.catalogue
    documents = kept.get(
        (business.id, numbers.mark, "templates with"),
        lambda: [template(catalogue, name) for name in catalogue.templates if name not in catalogue.trees],
    )
    return tuple(each for each in documents if any(node.kpi == kpi_id for node in each.root.walk()))


def changed_below(catalogue: Catalogue, kpi: Kpi, periods: Sequence[Period]) -> tuple[tuple[int, Kpi], ...]:
    """The KPIs that a KPI is calculated from whose own definition changed, each with the place of the first period it
    holds for."""
    below = (catalogue.kpis[name] for name in reached(kpi.formula, catalogue.kpis) if name != kpi.id)
    found = []
    for one in below:
        for day in changes(one):
            place = next((n for n, period in enumerate(periods) if n and period.start >= day), None)
            if place is not None and periods[place - 1].start < day:
                found.append((place, one))
    return tuple(found)


def built_from(catalogue: Catalogue, kpi: Kpi) -> tuple[tuple[Kpi, ...], tuple[Measure, ...]]:
    """The KPIs and measures that a KPI's own formula names."""
    ids = tuple(dict.fromkeys(reference.id for reference in references(kpi.formula)))
    kpis = tuple(catalogue.kpis[name] for name in ids if name in catalogue.kpis)
    return kpis, tuple(catalogue.measures[name] for name in ids if name in catalogue.measures)


def follows_fit(catalogue: Catalogue, kpi: Kpi) -> bool:
    """Whether a KPI counts by whether customers fit the ideal one."""
    asked = [asked_of(reference) for reference in references(catalogue.expand(kpi.id))]
    return any(asks_who_fits(catalogue.measures[one.measure], one.where) for one in asked)


def built_on(catalogue: Catalogue, kpi_id: str) -> tuple[Kpi, ...]:
    """The KPIs whose own formula names a KPI."""
    return tuple(
        kpi for kpi in catalogue.kpis.values() if any(reference.id == kpi_id for reference in references(kpi.formula))
    )


def facts_of(catalogue: Catalogue, kpi_id: str) -> tuple[Fact, ...]:
    """The facts that a KPI is calculated from."""
    try:
        asked = catalogue.asked(kpi_id)
    except KeikiError:
        return ()
    names = dict.fromkeys(name for one in sorted(asked, key=repr) for name in catalogue.measures[one.measure].facts)
    return tuple(fact_of(name) for name in names)


def active_kpis(user: Any, business: Business, asked: Known | None = None) -> tuple[str, ...]:
    """The KPIs a business steers by: those that stand in its trees."""
    trees = (asked or known(user, business)).trees
    return tuple(dict.fromkeys(node.kpi for tree in trees for node in tree.nodes if node.kpi))


@dataclass(frozen=True)
class Automation:
    """The KPIs a business steers by: those that every night computes from data, those entered by hand, and those
    that get no number, because facts are missing."""

    computed: tuple[Kpi, ...]
    by_hand: tuple[Kpi, ...]
    lacking: tuple[Kpi, ...]

    @property
    def count(self) -> int:
        """How many KPIs the business steers by."""
        return len(self.computed) + len(self.by_hand) + len(self.lacking)

    @property
    def ratio(self) -> float | None:
        """The share measured without hands; None where no tree names a KPI."""
        return len(self.computed) / self.count if self.count else None


def automation(user: Any, business: Business, asked: Known | None = None) -> Automation:
    """How far the KPIs of a business's trees are measured without hands."""
    tagged = tagged_kpis(user, business, asked)
    active = [tagged[name] for name in active_kpis(user, business, asked) if name in tagged]
    by_way = {way: tuple(one.kpi for one in active if one.supply.way == way) for way in (DATA, HAND, LACKS)}
    return Automation(by_way[DATA], by_way[HAND], by_way[LACKS])


def _tagged(numbers: Opened) -> dict[str, Tagged]:
    catalogue, measurer = numbers.business.catalogue, numbers.business.measurer
    lacking = {asked: measurer.lacking(asked) for name in catalogue.kpis for asked in _asked(catalogue, name)}
    supplies = {name: _supply(catalogue, name, lacking) for name in catalogue.kpis}
    for name in measurer.observed & supplies.keys():
        if supplies[name].way == LACKS:
            supplies[name] = Supply(HAND, supplies[name].facts)
    return {name: Tagged(kpi, supplies[name], _origin(kpi)) for name, kpi in catalogue.kpis.items()}


def _asked(catalogue: Catalogue, name: str) -> tuple[Asked, ...]:
    try:
        return tuple(sorted(catalogue.asked(name), key=repr))
    except KeikiError:  # a definition that cannot be used: its page says why
        return ()


def _supply(catalogue: Catalogue, name: str, lacking: Mapping[Asked, tuple[str, ...]]) -> Supply:
    asked = _asked(catalogue, name)
    measures = [catalogue.measures[one.measure] for one in asked]
    facts = tuple(dict.fromkeys(fact for measure in measures for fact in measure.facts))
    if catalogue.kpis[name].data_source == "manual" or any(m.fact == "observations" for m in measures):
        return Supply(HAND, facts)
    missing = tuple(dict.fromkeys(fact for one in asked for fact in lacking[one]))
    return Supply(LACKS if missing or not asked else DATA, facts, missing)


def _origin(kpi: Kpi) -> str:
    given = builtin().kpis.get(kpi.id)
    if kpi.retired is not None:
        return RETIRED
    return OWN if given is None else BUILT_IN if given == kpi else CHANGED


def _values(numbers: Opened, business: Business, asked: Known) -> dict[str, KpiValue]:
    return kept.get((business.id, numbers.mark, asked.snapshot, "values"), dict)


def _measured_values(numbers: Opened, asked: Known, ids: Sequence[str]) -> dict[str, KpiValue]:
    lens = lens_of(numbers, asked, Question(), "")
    month = replace(lens, periods=lens.periods[-1:])
    sound = [name for name in ids if _asked(numbers.business.catalogue, name)]
    read = numbers.business.measure(sound, month)
    return {name: KpiValue(month.periods[0], read.value(name), read.value(name, back=1)) for name in sound} | {
        name: KpiValue(month.periods[0], None, None) for name in ids if name not in sound
    }


def _history(read: Measured, name: str) -> KpiHistory:
    facts = {*FACTS, *WORKSPACE}
    return KpiHistory(
        periods=read.periods,
        values=read.series(name),
        before=read.value(name, back=1),
        versions=tuple(read.version(name, place) for place in range(len(read.periods))),
        missing=tuple(each for each in read.missing(name) if each in facts),
        completes=tuple(read.lens.complete(place) for place in range(len(read.periods))),
        certainty=read.lens.certainty(len(read.periods) - 1),
        reasons={
            language: tuple(each for each in read.missing(name, language) if each not in facts)
            for language in ("ja", "en")
        },
    )


RETIRED = "retired"
