"""The catalogue: built-in measures, KPIs and tree templates, a business's own laid over them, and its own trees."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, reduce
from pathlib import Path
from types import MappingProxyType

from keiki.catalogue.check import check
from keiki.catalogue.expand import asked_of, expand
from keiki.catalogue.kpi import (
    Benchmark,
    Direction,
    Horizon,
    JourneyStage,
    Kind,
    Kpi,
    Layer,
    LeadLag,
    ValueChain,
    Version,
)
from keiki.catalogue.playbook import Playbook, read_playbooks
from keiki.catalogue.search import Tag, search
from keiki.catalogue.versions import Dated, dated, reached
from keiki.errors import DeclaredTwice, KeikiError, UnknownName, WrongField
from keiki.facts import vocabulary
from keiki.formula.evaluate import references
from keiki.formula.nodes import Formula, Reference
from keiki.formula.parse import parse
from keiki.measures.document import Entry, Place, Problem, entries, read
from keiki.measures.load import DECLARED, choice, read_measures
from keiki.measures.measure import Asked, Measure
from keiki.measures.units import unit

HERE = Path(__file__).parent
CADENCES = ("daily", "weekly", "monthly", "quarterly", "yearly", "after 1m", "after 3m", "after 6m")
ID = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Catalogue:
    """Every declared measure and KPI, the tree templates that come with Keiki, and the business's own trees, by id.

    `places` says where a KPI or template is declared; `problems` what could not be read.
    """

    kpis: Mapping[str, Kpi]
    measures: Mapping[str, Measure]
    templates: Mapping[str, Entry]
    places: Mapping[str, Place]
    problems: tuple[Problem, ...] = ()
    trees: Mapping[str, Entry] = field(default_factory=dict)
    playbooks: Mapping[str, Playbook] = field(default_factory=dict)

    def kpi(self, kpi_id: str) -> Kpi:
        """The KPI of that id; `UnknownName` suggests the nearest."""
        if kpi_id not in self.kpis:
            raise UnknownName(kind="KPI", name=kpi_id, known=self.kpis)
        return self.kpis[kpi_id]

    def playbook(self, kpi_id: str) -> Playbook | None:
        """What usually moves a KPI, or the KPI that it narrows; None where nothing is known. Raises `UnknownName`."""
        kpi: Kpi | None = self.kpi(kpi_id)
        while kpi is not None and kpi.id not in self.playbooks:
            kpi = self.kpis.get(kpi.base) if kpi.base else None
        return self.playbooks[kpi.id] if kpi else None

    def search(self, words: str = "", language: str = "ja", **tags: Tag) -> tuple[Kpi, ...]:
        """The KPIs with all the words and tags, the nearest first: `search("直帰", stage="interest")`.

        Tags: domain, stage, department, layer, horizon, kind, cadence, value_chain; several values of one: any of them.
        """
        return search(self.kpis.values(), words, language, **tags)

    def expand(self, what: Formula | str) -> Formula:
        """A formula, its text, or the id of a KPI, unfolded until every reference is a measure."""
        return expand(parse(what) if isinstance(what, str) else what, self.kpis, self.measures)

    def dated(self, what: Formula | str) -> Dated:
        """The same unfolded for every time in which the definitions it reaches stayed as they were."""
        return dated(parse(what) if isinstance(what, str) else what, self.kpis, self.measures)

    def asked(self, what: Formula | str) -> frozenset[Asked]:
        """Every measure that a formula or KPI needs, as it asks for it."""
        if isinstance(what, str) and self._has_built_in(what):
            return _asked_built_in(what)
        return frozenset(asked_of(reference) for reference in references(self.expand(what)))

    def _has_built_in(self, name: str) -> bool:
        """Whether a KPI, and everything that it is calculated from, is as it comes with Keiki."""
        given = builtin()
        return (
            self is not given
            and name in given.kpis
            and all(self.kpis.get(each) is given.kpis[each] for each in _reached_built_in(name))
            and self.measures.keys().isdisjoint(_reached_built_in(name))
            and all(self.measures.get(each) is given.measures[each] for each in _measures_built_in(name))
        )

    def check(self, only: Container[str] | None = None) -> tuple[Problem, ...]:
        """What is wrong in the declarations (or in some KPIs), those that could not be read first."""
        astray = [name for name in self.playbooks if name not in self.kpis]
        errors = [UnknownName(kind="KPI", name=name, known=self.kpis) for name in astray]
        told = tuple(Problem("playbook", error, severity="warning") for error in errors)
        return self.problems + check(self.kpis, self.measures, self.places, only) + told


def load_catalogue(folders: Iterable[Path | str] = ()) -> Catalogue:
    """The built-in catalogue with each folder's `measures/`, `kpis/` and `playbooks/` laid over it, and its `trees/`.

    A later folder replaces an earlier one by id. What cannot be read is left out and told by `check()`; nothing is
    raised for it.
    """
    return reduce(_over, (_read(Path(f), Path(f) / "measures", Path(f) / "trees") for f in folders), builtin())


@cache
def builtin() -> Catalogue:
    """The catalogue as it comes with Keiki, read once."""
    found = _read(HERE, DECLARED, HERE / "templates")
    return replace(found, templates=found.trees, trees=MappingProxyType({}))


@cache
def _asked_built_in(name: str) -> frozenset[Asked]:
    """Every measure that a KPI needs as it comes with Keiki."""
    return builtin().asked(name)


@cache
def _measures_built_in(name: str) -> frozenset[str]:
    """The measures that a KPI is calculated from as it comes with Keiki."""
    return frozenset(asked.measure for asked in _asked_built_in(name))


@cache
def _reached_built_in(name: str) -> tuple[str, ...]:
    """Every KPI that one is calculated from, and itself, as they come with Keiki."""
    return reached(Reference(name), builtin().kpis)


def _read(folder: Path, measures: Path, trees: Path) -> Catalogue:
    """What one folder declares."""
    declared, measure_problems = read_measures([measures])
    problems = list(measure_problems)
    places: dict[str, Place] = {}
    kpis = _read_kpis(folder / "kpis", places, problems)
    own = _read_trees(trees, places, problems)
    playbooks = read_playbooks(folder / "playbooks", problems)
    return Catalogue(
        kpis=MappingProxyType(kpis),
        measures=MappingProxyType(declared),
        templates=MappingProxyType({}),
        places=MappingProxyType(places),
        problems=tuple(problems),
        trees=MappingProxyType(own),
        playbooks=MappingProxyType(playbooks),
    )


def _over(below: Catalogue, above: Catalogue) -> Catalogue:
    """One catalogue laid over another, by id."""
    return Catalogue(
        kpis=MappingProxyType({**below.kpis, **above.kpis}),
        measures=MappingProxyType({**below.measures, **above.measures}),
        templates=below.templates,
        places=MappingProxyType({**below.places, **above.places}),
        problems=below.problems + above.problems,
        trees=MappingProxyType({**below.trees, **above.trees}),
        playbooks=MappingProxyType({**below.playbooks, **above.playbooks}),
    )


def _read_kpis(folder: Path, places: dict[str, Place], problems: list[Problem]) -> dict[str, Kpi]:
    found: dict[str, Kpi] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = read(path)
            listed = list(entries(document, "kpis"))
        except KeikiError as error:
            problems.append(Problem(path.name, error))
            continue
        for entry in listed:
            try:
                kpi = kpi_of(entry)
                if kpi.id in found:
                    raise DeclaredTwice(name=kpi.id, first=places[kpi.id])
            except KeikiError as error:
                problems.append(Problem(entry.name, error, entry.at))
                continue
            found[kpi.id] = kpi
            places[kpi.id] = entry.place("formula")
    return found


def _read_trees(folder: Path, places: dict[str, Place], problems: list[Problem]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            document = read(path)
            found[document.text("id")] = document
            places[f"tree {document.text('id')}"] = document.at
        except KeikiError as error:
            problems.append(Problem(path.name, error))
    return found


def kpi_of(entry: Entry) -> Kpi:
    """One KPI from its declaration."""
    kpi_id = entry.text("id")
    if ID.fullmatch(kpi_id) is None:
        raise WrongField(subject=kpi_id, field="id", value=kpi_id, options="a-z 0-9 _")
    source = entry.text("formula")
    return Kpi(
        id=kpi_id,
        ja=entry.text("ja"),
        en=entry.text("en"),
        definition_ja=entry.text("definition_ja"),
        definition_en=entry.text("definition_en"),
        source=source,
        formula=parse(source),
        unit=unit(entry.text("unit")).name,
        direction=choice(entry, "direction", Direction),
        kind=choice(entry, "kind", Kind),
        layer=choice(entry, "layer", Layer),
        horizon=choice(entry, "horizon", Horizon),
        lead_lag=choice(entry, "lead_lag", LeadLag),
        cadence=_listed(entry, "cadence", CADENCES),
        domain=entry.words("domain"),
        journey_stage=choice(entry, "journey_stage", JourneyStage) if entry.get("journey_stage") else JourneyStage.NONE,
        value_chain=choice(entry, "value_chain", ValueChain) if entry.get("value_chain") else ValueChain.NONE,
        department=_listed(entry, "department", tuple(vocabulary("department"))),
        params=entry.pairs("params"),
        base=entry.optional("base"),
        pairs_with=entry.words("pairs_with"),
        benchmarks=tuple(_benchmark(given) for given in entries(entry, "benchmarks")),
        aliases=entry.words("aliases"),
        version=_count(entry, "version"),
        since=_day(entry, "since"),
        reason=entry.optional("reason") or "",
        earlier=tuple(_version(given) for given in entries(entry, "earlier")),
        data_source=entry.optional("data_source") or "",
        procedure=entry.optional("procedure") or "",
        retired=_day(entry, "retired"),
    )


def _version(given: Entry) -> Version:
    source = given.text("formula")
    stated = given.optional("unit")
    return Version(
        number=_count(given, "version"),
        since=_day(given, "since"),
        source=source,
        formula=parse(source),
        unit=unit(stated).name if stated else "",
        params=given.pairs("params"),
        reason=given.optional("reason") or "",
    )


def _count(entry: Entry, field: str) -> int:
    value = entry.get(field, 1)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise WrongField(subject=entry.name, field=field, value=str(value), options="1, 2, 3 …")
    return value


def _day(entry: Entry, field: str) -> date | None:
    value = entry.get(field)
    if value is None or isinstance(value, date):
        return value.date() if isinstance(value, datetime) else value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise WrongField(subject=entry.name, field=field, value=str(value), options="2026-04-01") from None


def _listed(entry: Entry, field: str, options: tuple[str, ...]) -> tuple[str, ...]:
    words = entry.words(field)
    for word in words:
        if word not in options:
            raise WrongField(subject=entry.name, field=field, value=word, options=", ".join(options))
    return words


def _benchmark(given: Entry) -> Benchmark:
    return Benchmark(
        ja=given.text("ja"),
        en=given.text("en"),
        low=_number(given, "low"),
        high=_number(given, "high"),
        source_ja=given.text("source_ja"),
        source_en=given.text("source_en"),
    )


def _number(given: Entry, field: str) -> float | None:
    value = given.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongField(subject=given.name, field=field, value=str(value), options="0.01")
    return float(value)
