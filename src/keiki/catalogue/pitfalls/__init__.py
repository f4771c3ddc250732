"""What people get wrong with a KPI: mistakes of its kind, by rules, and mistakes of its own, written by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from keiki.catalogue.kpi import Kind, Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.worked import unfolded
from keiki.errors import KeikiError
from keiki.formula.evaluate import references
from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.measures.measure import Aggregation, Timing

Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
MOST: Final = 3
"""So many are shown; one more for a KPI that has mistakes of its own."""

MATCHED: Final = ("ids", "measures", "facts", "params", "units", "shapes")
COSTS: Final = ("sum_marketing_cost", "sum_cost", "sum_ad_cost", "sum_sales_cost", "sum_cs_cost")


@dataclass(frozen=True)
class Pitfall:
    """What goes wrong and what to do instead; `rule` names the kind of KPI it belongs to, "" for a KPI's own."""

    ja: str
    en: str
    instead_ja: str
    instead_en: str
    rule: str = ""

    def words(self, language: str) -> tuple[str, str]:
        """The mistake and what to do instead, in one language."""
        return (self.ja, self.instead_ja) if language.startswith("ja") else (self.en, self.instead_en)


@dataclass(frozen=True)
class Rule:
    """A mistake and which KPIs it is made with: for each key named, one of its patterns must fit."""

    pitfall: Pitfall
    patterns: tuple[tuple[str, tuple[str, ...]], ...]

    def fits(self, traits: Mapping[str, frozenset[str]]) -> bool:
        return all(
            any(fnmatchcase(trait, one) for one in wanted for trait in traits[key]) for key, wanted in self.patterns
        )


def pitfalls_of(catalogue: Catalogue, kpi: Kpi) -> tuple[Pitfall, ...]:
    """Two to four common mistakes: those of the KPI itself or of the one it narrows, then those of its kind."""
    known, rules = _known()
    line = tuple(_line(catalogue, kpi))
    own = next((known[each.id] for each in line if each.id in known), ())
    traits = _traits(catalogue, kpi)
    kinds = tuple(rule.pitfall for rule in rules if rule.fits(traits))
    return (*own, *kinds)[: MOST + (1 if own else 0)]


def known_by_hand() -> tuple[str, ...]:
    """The KPIs that have mistakes of their own."""
    return tuple(_known()[0])


@cache
def _known() -> tuple[Mapping[str, tuple[Pitfall, ...]], tuple[Rule, ...]]:
    folder = files("keiki.catalogue.pitfalls")
    rules = yaml.load(folder.joinpath("rules.yaml").read_text(encoding="utf-8"), Loader=Loader)["rules"]
    own = yaml.load(folder.joinpath("kpis.yaml").read_text(encoding="utf-8"), Loader=Loader)["kpis"]
    return (
        {entry["kpi"]: tuple(_pitfall(each) for each in entry["pitfalls"]) for entry in own},
        tuple(Rule(_pitfall(each), tuple((key, tuple(each[key])) for key in MATCHED if key in each)) for each in rules),
    )


def _pitfall(given: Mapping[str, Any]) -> Pitfall:
    return Pitfall(given["ja"], given["en"], given["instead_ja"], given["instead_en"], given.get("id", ""))


def _line(catalogue: Catalogue, kpi: Kpi) -> Iterator[Kpi]:
    """A KPI and those that it narrows or renames, by `base` or by a formula that only points at another."""
    seen: set[str] = set()
    while kpi.id not in seen:
        yield kpi
        seen.add(kpi.id)
        below = kpi.formula.id if isinstance(kpi.formula, Reference) else kpi.base
        kpi = catalogue.kpis.get(below or "", kpi)


def _traits(catalogue: Catalogue, kpi: Kpi) -> Mapping[str, frozenset[str]]:
    """What a KPI is, by the keys of rules."""
    try:
        asked = references(catalogue.expand(kpi.id))
        formula = unfolded(catalogue, kpi)
    except KeikiError:  # a definition that cannot be used: only what holds for every KPI
        asked, formula = (), kpi.formula
    measures = [catalogue.measures[one.id] for one in asked if one.id in catalogue.measures]
    return {
        "ids": frozenset((kpi.id,)),
        "measures": frozenset(each.id for each in measures),
        "facts": frozenset(fact for each in measures for fact in each.facts),
        "params": frozenset(name for one in asked for name, _value in one.params),
        "units": frozenset((kpi.unit,)),
        "shapes": frozenset(_shapes(catalogue, kpi, formula, asked)),
    }


def _shapes(catalogue: Catalogue, kpi: Kpi, formula: Formula, asked: Iterable[Reference]) -> Iterator[str]:
    """Of what shape a KPI is: `division` (`rate` of one to the other, `share` of a whole, `unit_cost`, `cost_return`),
    `growth`, `product`, `sum`, `difference`; `one` measured number (`flow`, `stock`, `mean`, `distinct`, `entered`);
    `split` by groups; `quantity` with a quality beside it; `any`."""
    yield "any"
    if any(one.by for one in asked):
        yield "split"
    if kpi.kind is Kind.QUANTITY and kpi.pairs_with:
        yield "quantity"
    if any(call.name in {"prev", "growth"} for call in _calls(formula)):
        yield "growth"
    if isinstance(formula, Reference):
        yield from _single(catalogue, kpi, formula)
        return
    core = _core(formula)
    if isinstance(core, Binary):
        yield {"/": "division", "*": "product", "+": "sum", "-": "difference"}[core.op]
        if core.op == "/":
            yield from _division(kpi, core)


def _division(kpi: Kpi, core: Binary) -> Iterator[str]:
    above, below = references(core.left), references(core.right)
    if kpi.unit == "currency" and any(each.id in COSTS for each in above):
        yield "unit_cost"
    if kpi.unit == "ratio":
        yield "cost_return" if any(each.id in COSTS for each in below) else "rate"
    if len(above) == len(below) == 1 and above[0].id == below[0].id and below[0].where is None:
        yield "share"


def _single(catalogue: Catalogue, kpi: Kpi, reference: Reference) -> Iterator[str]:
    yield "one"
    measure = catalogue.measures.get(reference.id)
    if kpi.observed or measure is None:
        yield "entered"
    elif measure.aggregation is Aggregation.AVG or measure.id.startswith(("avg_", "cohort_")):
        yield "mean"
    elif measure.timing is Timing.STOCK:
        yield "stock"
    else:
        yield "flow"
        if measure.aggregation is Aggregation.COUNT_DISTINCT or measure.id.startswith("u_"):
            yield "distinct"


def _core(formula: Formula) -> Formula:
    """The formula without a number that only scales it or stands before it: 1 − a ÷ b, a ÷ b × 100."""
    while isinstance(formula, Binary | Negate):
        if isinstance(formula, Negate):
            formula = formula.operand
        elif isinstance(formula.right, Number):
            formula = formula.left
        elif isinstance(formula.left, Number):
            formula = formula.right
        else:
            return formula
    return formula


def _calls(formula: Formula) -> Iterator[Call]:
    match formula:
        case Call(arguments=arguments):
            yield formula
            for each in arguments:
                yield from _calls(each)
        case Binary(left=left, right=right):
            yield from _calls(left)
            yield from _calls(right)
        case Negate(operand=operand):
            yield from _calls(operand)
