"""SMART, node by node: specific, measurable, achievable, relevant, time-bound, each with its reasons."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from keiki.catalogue.kpi import Direction, JourneyStage, Kpi
from keiki.catalogue.load import Catalogue
from keiki.formula.evaluate import references
from keiki.periods import Grain
from keiki.trees.build import Node, Tree
from keiki.trees.findings import Detail, Figure, Name, Said, named
from keiki.trees.needs import needs
from keiki.trees.targets import Target, ends

FAR_ABOVE_BEST = 3.0
"""A target this many times the best value so far gets a caution."""

FAR = 2
"""Stages of the journey between a KPI and its goal from which a written reason is asked for."""

CADENCE_DAYS = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91, "half_yearly": 182, "yearly": 365}
BY_HAND = ("observations", "surveys")
STAGES = [stage for stage in JourneyStage if stage]

FIGURES = re.compile(r"\d|[一二三四五六七八九十百千]+(?:万|億|兆|割|倍|件|人|円|社)")
WISHES = """
a an the our my more better best raise increase improve grow boost lift reduce lower cut strengthen expand get make do
to of in on for by per from at and sales revenue profit customers results performance business numbers as much up down
possible month year week day monthly yearly weekly daily
"""
VAGUE_EN = frozenset(WISHES.split())
VAGUE_JA = re.compile(
    r"(?:もっと|さらに|大きく|できるだけ|売上高?|売り上げ|利益|顧客|お客様|業績|成果|数字|を|の|に|へ|が|は|で|も|と|から|まで|"
    r"月間|年間|毎月|毎年|月|年|週|日|上げる|上げたい|伸ばす|増やす|高める|向上|改善|強化|拡大|する|させる|したい|達成|目指す|"
    r"下げる|減らす|円|件|人|社|以上|以下|万|億|千|兆|割|倍|%)"
)


class Mark(StrEnum):
    PASS = "pass"
    CAUTION = "caution"
    FAIL = "fail"


@dataclass(frozen=True)
class Judged:
    """One letter: its mark, why, and what is missing (`value`, `source`, `deadline`, …)."""

    mark: Mark
    reasons: tuple[Said, ...]
    missing: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scorecard:
    """The five marks of one node (or of a KPI that stands in no tree), by letter, as of a day."""

    node: str
    marks: Mapping[str, Judged]
    on: date | None = None

    @property
    def passed(self) -> int:
        """How many of the five pass."""
        return sum(judged.mark is Mark.PASS for judged in self.marks.values())

    @property
    def missing(self) -> tuple[str, ...]:
        """Everything that is missing, in the order of the letters."""
        return tuple(piece for judged in self.marks.values() for piece in judged.missing)


@dataclass(frozen=True)
class Known:
    """What is known beside the design.

    `facts`: those with rows, None when nobody has looked. `history`: past values by node id, oldest first.
    `natural`: where a number is heading by itself, in the target's period. `today`: the day the marks are for.
    """

    facts: Collection[str] | None = None
    history: Mapping[str, Sequence[float | None]] = field(default_factory=dict)
    natural: Mapping[str, float] = field(default_factory=dict)
    today: date | None = None


NOTHING = Known()


def of_the_period(
    history: Mapping[str, Sequence[float | None]], targets: Mapping[str, Target], grain: Grain
) -> dict[str, Sequence[float | None]]:
    """The past values that targets can be held against: a target for a year says nothing about a best month."""
    other = {node for node, target in targets.items() if target.period not in (None, grain)}
    return {node: past for node, past in history.items() if node not in other}


def scorecards(
    tree: Tree, catalogue: Catalogue, known: Known = NOTHING, targets: Mapping[str, Target] | None = None
) -> tuple[Scorecard, ...]:
    """The scorecard of every node that has a KPI or a target, in the order of the tree."""
    return tuple(
        scorecard(node, tree, catalogue, known, targets)
        for node in tree.nodes
        if node.kpi is not None or node.target is not None
    )


def scorecard(
    node: Node,
    tree: Tree | None,
    catalogue: Catalogue,
    known: Known = NOTHING,
    targets: Mapping[str, Target] | None = None,
) -> Scorecard:
    """The five marks of one node; without a tree it has no path to a goal."""
    target = targets.get(node.id) if targets is not None else node.target
    marks = {
        "S": _specific(node, target),
        "M": _measurable(node, tree, catalogue, known),
        "A": _achievable(node, target, catalogue, known),
        "R": relevance(node, tree, catalogue),
        "T": _time_bound(node, target, catalogue, known),
    }
    return Scorecard(node.id, marks, known.today)


# --- S ---


def specific_text(text: str) -> Judged:
    """Whether a goal in words says what and how much.

    >>> specific_text("raise sales").mark.value, specific_text("EC sales of 10M yen per month").mark.value
    ('fail', 'pass')
    >>> specific_text("売上を上げる").mark.value, specific_text("ECの売上を月1,000万円にする").mark.value
    ('fail', 'pass')
    """
    plain = unicodedata.normalize("NFKC", text)
    missing = [*(["number"] if FIGURES.search(plain) is None else []), *(["object"] if not _object(plain) else [])]
    if not missing:
        return Judged(Mark.PASS, (Said("says_what_and_how_much"),))
    mark = Mark.FAIL if "number" in missing else Mark.CAUTION
    return Judged(mark, tuple(Said(f"lacks_{piece}") for piece in missing), tuple(missing))


def _object(plain: str) -> bool:
    """Whether any word is left that says of what: “EC” in “EC sales”."""
    words = [w for w in re.findall(r"[A-Za-z][A-Za-z'&-]*", plain) if w.lower() not in VAGUE_EN]
    currencies = {"yen", "jpy", "usd", "eur", "m", "k", "bn", "million", "billion", "thousand", "dollars", "euros"}
    if [w for w in words if w.lower() not in currencies]:
        return True
    japanese = re.sub(r"[A-Za-z0-9.,、。・\s¥$%〇一二三四五六七八九十百千]", "", plain)
    return bool(VAGUE_JA.sub("", japanese))


def _specific(node: Node, target: Target | None) -> Judged:
    value = target is not None and (target.value is not None or target.low is not None or bool(target.months))
    if node.kpi is not None and value:
        return Judged(Mark.PASS, (Said("has_metric_and_value"),))
    if node.kpi is not None:
        return Judged(Mark.CAUTION, (Said("lacks_value"),), ("value",))
    both = [specific_text(text) for text in (node.ja, node.en)]
    best = next((judged for judged in both if judged.mark is Mark.PASS), both[0])
    if best.mark is Mark.PASS or value:
        return best if best.mark is Mark.PASS else Judged(Mark.CAUTION, (Said("lacks_metric"),), ("metric",))
    return Judged(Mark.FAIL, (Said("lacks_metric"), *best.reasons), ("metric", *best.missing))


# --- M ---


def _measurable(node: Node, tree: Tree | None, catalogue: Catalogue, known: Known) -> Judged:
    if node.measured is None:
        if node.formula is not None:
            return Judged(Mark.PASS, (Said("formula_known"),))
        return Judged(Mark.FAIL, (Said("lacks_formula"),), ("formula",))
    reads = _reads(node, catalogue)
    if known.facts is not None and (missing := needs_of(node, catalogue, known.facts)):
        return Judged(Mark.FAIL, (Said("lacks_source", {"facts": missing}),), ("source",))
    if by_hand(node, catalogue):
        return Judged(Mark.CAUTION, (Said("by_hand", {"facts": tuple(sorted(reads))}),))
    return Judged(Mark.PASS, (Said("formula_and_source" if known.facts is not None else "formula_known"),))


def needs_of(node: Node, catalogue: Catalogue, facts: Collection[str]) -> tuple[str, ...]:
    """The facts a node's KPI waits for when these have rows."""
    alone = Tree("", "", "", "", "", (node,))
    return needs(alone, catalogue).missing(facts)


def by_hand(node: Node, catalogue: Catalogue) -> bool:
    """Whether people have to enter or answer something for every value of it."""
    return any(fact.startswith(BY_HAND) for fact in _reads(node, catalogue))


def _reads(node: Node, catalogue: Catalogue) -> set[str]:
    told = references(node.measured) if node.measured is not None else ()
    return {name for reference in told for name in catalogue.measures[reference.id].facts}


# --- A ---


def _achievable(node: Node, target: Target | None, catalogue: Catalogue, known: Known) -> Judged:
    value = _wanted(target, node)
    if value is None:
        return Judged(Mark.FAIL, (Said("lacks_target"),), ("target",))
    past = [v for v in known.history.get(node.id, ()) if v is not None]
    cautions = [*_against_past(node, value, past), *_against_nature(node, value, known)]
    cautions += _against_benchmark(node, value, catalogue)
    if cautions:
        return Judged(Mark.CAUTION, tuple(cautions))
    if not past:
        return Judged(Mark.CAUTION, (Said("lacks_history"),), ("history",))
    return Judged(Mark.PASS, (Said("within_reach", {"best": Figure(best_of(node, past), node.unit)}),))


def best_of(node: Node, past: Sequence[float]) -> float:
    """The best value so far: the lowest where less is better."""
    return min(past) if node.direction is Direction.LOWER else max(past)


def times_best(node: Node, value: float, past: Sequence[float]) -> float | None:
    """How many times better than the best value so far a target is, None where that means nothing."""
    best = best_of(node, past)
    if best <= 0 or value <= 0:
        return None
    return best / value if node.direction is Direction.LOWER else value / best


def _against_past(node: Node, value: float, past: list[float]) -> list[Said]:
    if not past:
        return []
    times = times_best(node, value, past)
    if times is not None and times >= FAR_ABOVE_BEST * (1 - 1e-9):
        details: dict[str, Detail] = {"times": Figure(times), "best": Figure(best_of(node, past), node.unit)}
        return [Said("three_times_best", details)]
    now, lower = past[-1], node.direction is Direction.LOWER
    reached = now <= value if lower else now >= value
    if reached and node.direction is not Direction.NEUTRAL:
        return [Said("already_reached", {"now": Figure(now, node.unit)})]
    return []


def _against_nature(node: Node, value: float, known: Known) -> list[Said]:
    natural = known.natural.get(node.id)
    if natural is None or node.direction is Direction.NEUTRAL:
        return []
    below = value >= natural if node.direction is Direction.LOWER else value <= natural
    return [Said("below_natural_growth", {"natural": Figure(natural, node.unit)})] if below else []


def _against_benchmark(node: Node, value: float, catalogue: Catalogue) -> list[Said]:
    kpi = catalogue.kpis.get(node.kpi or "")
    ranges = [b for b in kpi.benchmarks if b.low is not None and b.high is not None] if kpi else []
    lower = node.direction is Direction.LOWER
    beyond = [b for b in ranges if (value < (b.low or 0.0) if lower else value > (b.high or 0.0))]
    if not ranges or len(beyond) < len(ranges):
        return []
    first = ranges[0]
    return [Said("beyond_benchmark", {"low": Figure(first.low, node.unit), "high": Figure(first.high, node.unit)})]


def _wanted(target: Target | None, node: Node) -> float | None:
    if target is None:
        return None
    band = target.low if node.direction is Direction.LOWER else target.high
    steps = target.steps[-1].value if target.steps else None
    series = max((value for _, value in target.months), default=None)
    return next((v for v in (target.value, band, steps, series) if v is not None), None)


# --- R ---


def relevance(node: Node, tree: Tree | None, catalogue: Catalogue) -> Judged:
    """Whether a node has a path to the goal of its tree that holds: by formula, by a written reason, by nearness."""
    if tree is None or tree.root.level != "kgi" or node.id not in tree.by_id:
        return Judged(Mark.FAIL, (Said("no_path_to_goal"),), ("path",))
    goal: dict[str, Detail] = {"goal": named(tree.root)}
    if node.id == tree.root.id:
        return Judged(Mark.PASS, (Said("is_the_goal"),))
    way = [node, *tree.above(node.id)][:-1]
    if tree.leads_to_goal(node.id):
        return Judged(Mark.PASS, (Said("calculated_into_goal", goal),))
    if any(step.why_ja or step.why_en for step in way):
        return Judged(Mark.PASS, (Said("reason_written", goal),))
    far = stages_between(node, tree.root, catalogue)
    if far is not None and far < FAR:
        return Judged(Mark.PASS, (Said("near_the_goal", goal),))
    return Judged(Mark.CAUTION, (Said("far_from_goal", goal),), ("reason",))


def stages_between(node: Node, goal: Node, catalogue: Catalogue) -> int | None:
    """How many stages of the customer's way a KPI lies before the goal, None when one of them has no stage.

    What comes after the goal's stage, such as repeat purchases for a sales goal, is near it.
    """
    first, second = _stage(node, catalogue), _stage(goal, catalogue)
    return None if first is None or second is None else max(STAGES.index(second) - STAGES.index(first), 0)


def _stage(node: Node, catalogue: Catalogue) -> JourneyStage | None:
    kpi = catalogue.kpis.get(node.kpi or "")
    return kpi.journey_stage if kpi is not None and kpi.journey_stage in STAGES else None


# --- T ---

SPANS = {"d": Name("日", "days"), "w": Name("週間", "weeks"), "m": Name("か月", "months"), "y": Name("年", "years")}


def _day(day: date) -> Name:
    return Name(f"{day:%Y/%m/%d}", f"{day.day} {day:%b %Y}")


def _span(span: str) -> Name:
    """A time such as `6m` in words."""
    count, unit = span[:-1], SPANS[span[-1]]
    return Name(f"{count}{unit.ja}", f"{count} {unit.en.removesuffix('s') if count == '1' else unit.en}")


def _time_bound(node: Node, target: Target | None, catalogue: Catalogue, known: Known) -> Judged:
    if target is None:
        return Judged(Mark.FAIL, (Said("lacks_target"),), ("target", "deadline"))
    cadence = cadence_days(catalogue.kpis.get(node.kpi or ""))
    last = target.steps[-1] if target.steps else None
    by, within = target.by or (last.by if last else None), target.within or (last.within if last else None)
    if by is None and within is None:
        return Judged(Mark.FAIL, (Said("lacks_deadline"),), ("deadline",))
    days = days_left(target, by, within, known.today)
    if days is not None and days < 0 and by is not None:
        return Judged(Mark.CAUTION, (Said("deadline_passed", {"deadline": _day(by)}),))
    if days is not None and days < cadence:
        return Judged(Mark.CAUTION, (Said("shorter_than_cadence", {"days": days, "cadence": cadence}),))
    if by is not None:
        return Judged(Mark.PASS, (Said("has_deadline", {"deadline": _day(by), "cadence": cadence}),))
    return Judged(Mark.PASS, (Said("has_span", {"span": _span(str(within)), "cadence": cadence}),))


def days_left(target: Target, by: date | None, within: str | None, today: date | None) -> int | None:
    """Days until the deadline, from today or from when the target holds, whichever is later; None without a start."""
    begins = max([day for day in (target.since, today) if day is not None], default=None)
    if by is None and within is not None:
        start = target.since or date(2001, 1, 1)  # any day: only the length counts
        ending = ends(start, within)
        return (ending - (begins if target.since and begins else start)).days + 1
    return (by - begins).days + 1 if by is not None and begins is not None else None


def cadence_days(kpi: Kpi | None) -> int:
    """How many days lie between two values of a KPI, by the shortest of its rhythms; a month when it has none."""
    found = [CADENCE_DAYS[name] for name in (kpi.cadence if kpi is not None else ()) if name in CADENCE_DAYS]
    return min(found, default=CADENCE_DAYS["monthly"])
