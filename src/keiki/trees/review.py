"""Everything a design should be looked at for, told node by node while it is edited: units, targets, SMART, gaps."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from keiki.catalogue.load import Catalogue
from keiki.errors import NothingToMove, UnitClash, UnitMismatch, UnknownName
from keiki.measures.document import Problem
from keiki.periods import Grain
from keiki.trees.agreements import disagreements
from keiki.trees.build import Node, Tree
from keiki.trees.check import check
from keiki.trees.consistency import Consistency, NodeConsistency, Verdict, consistency, in_force_of, proofs
from keiki.trees.counted import COUNTS, mixed_counts
from keiki.trees.coverage import left_out
from keiki.trees.evaluate import EvaluatedTree
from keiki.trees.findings import PERIODS, Detail, Figure, Finding, Name, Severity, listed, named, of_error, worst_first
from keiki.trees.smart import NOTHING, Known, Scorecard, scorecards
from keiki.trees.targets import Target


def review(
    tree: Tree,
    catalogue: Catalogue,
    *,
    targets: Mapping[str, Target] | None = None,
    known: Known = NOTHING,
    measured: EvaluatedTree | None = None,
    departments: Sequence[str] = (),
) -> tuple[Finding, ...]:
    """Everything to look at in a design, the worst first; what `keiki.trees.check.check` finds is part of it.

    `targets` (node id → target) take the place of those in the tree, as on the server. `known` holds past values,
    the facts with rows and the day; `measured` the tree on data, to prove its formulas; `departments` those that
    should answer for something. Nothing is queried here.
    """
    own = in_force_of(tree, targets)
    found = [
        *(_of_problem(tree, problem) for problem in check(tree, catalogue)),
        *mixed_counts(tree, catalogue),
        *reach(tree, catalogue, own),
        *_smart(tree, catalogue, own, known),
        *left_out(tree, catalogue, departments),
        *(_proofs(measured) if measured is not None else ()),
    ]
    return worst_first([replace(finding, tree=tree.id) for finding in found])


RED = (UnitClash, UnitMismatch, UnknownName)


def _of_problem(tree: Tree, problem: Problem) -> Finding:
    severity = Severity.RED if isinstance(problem.error, RED) else Severity.YELLOW
    if isinstance(problem.error, NothingToMove):
        severity = Severity.INFO
    return of_error(problem.subject if problem.subject in tree.by_id else None, problem.error, severity)


# --- do the targets reach the goal ---


def reach(tree: Tree, catalogue: Catalogue, targets: Mapping[str, Target]) -> Iterator[Finding]:
    """Whether the targets of a tree reach its goal, and where they contradict each other.

    A tree without any target is only asked for one at its goal.
    """
    if not targets:
        yield Finding("goal_without_any_target", tree.root.id, {"node": named(tree.root)})
        return
    found = consistency(tree, catalogue, targets)
    for judged in found.nodes:
        yield from _judged(tree, judged, found)
    yield from disagreements(tree, catalogue, found, targets)
    yield from _assumed(tree, catalogue, found, targets)


def _assumed(tree: Tree, catalogue: Catalogue, found: Consistency, targets: Mapping[str, Target]) -> Iterator[Finding]:
    """What the last missing part would have to be if the counts hung below another one were that count."""
    judged = found.goal
    if judged.reason != "no_target" or judged.target is None:
        return
    for node in (tree.by_id[i] for i in judged.without):
        clashes = [f for f in mixed_counts(tree, catalogue) if f.nodes == (node.id,) and f.node in targets]
        others = [f.node for f in clashes]
        levels = [level for i in others if i and (level := found.levels.get(i)) is not None]
        if not levels:
            continue
        tried = consistency(tree, catalogue, {**targets, node.id: Target(sum(levels), period=found.grain)}).goal
        if tried.needed and tried.reason == "no_target":
            details: dict[str, Detail] = {
                **_figures(tree, tried, found),
                "assumed": Figure(sum(levels), node.unit),
                "parts": tuple(named(tree.by_id[i]) for i in others if i),
                "thing": clashes[0].details["thing"],
            }
            yield Finding("assumed_from_other_counts", tree.root.id, details, tuple(tried.needed))


def _judged(tree: Tree, judged: NodeConsistency, found: Consistency) -> Iterator[Finding]:
    node = tree.by_id[judged.node]
    details = _figures(tree, judged, found)
    if judged.verdict is Verdict.INSUFFICIENT:
        over = judged.shortfall is not None and judged.shortfall < 0
        code = "exceeded" if over else "insufficient" if judged.needed else "insufficient_alone"
        yield Finding(code, node.id, details, tuple(judged.needed))
    elif judged.reason == "undefined" and judged.target is not None:
        yield Finding("undefined_by_targets", node.id, details)
    elif judged.reason == "no_target" and judged.target is not None:
        several = len(judged.without) > 1 or not judged.needed
        code = "parts_without_target" if several else "part_without_target"
        yield Finding(code, node.id, details, judged.without)
    elif node.parent is None and judged.target is None:
        code = "goal_without_any_target" if judged.implied is None else "goal_without_target"
        yield Finding(code, node.id, details)
    elif node.parent is None and judged.reason == "no_formula":
        yield Finding("goal_without_formula", node.id, details)


def _figures(tree: Tree, judged: NodeConsistency, found: Consistency) -> dict[str, Detail]:
    node = tree.by_id[judged.node]
    summed = found.sums_over_time.get(node.id, False)
    missing = abs(judged.shortfall) if judged.shortfall is not None else None
    share = abs(judged.missing_share) if judged.missing_share is not None else None
    return {
        "node": named(node),
        "implied": Figure(judged.implied, node.unit),
        "target": Figure(judged.target, node.unit),
        "shortfall": Figure(missing, node.unit),
        "share": Figure(share, "ratio"),
        "period": _span(judged) if summed else Name("", ""),
        "without": tuple(named(tree.by_id[i]) for i in judged.without),
        "needed": tuple(d for i, v in judged.needed.items() for d in (_needed(tree.by_id[i], v, found),)),
    }


def _needed(node: Node, value: float, found: Consistency) -> Detail:
    """“visits 166,667 a month”: what a part would have to be; what is counted in whole pieces is rounded up."""
    summed = found.sums_over_time.get(node.id, False)
    if summed and node.unit in COUNTS:
        value = math.ceil(value - 1e-9 * abs(value))
    return Figure(value, node.unit, named(node), _period(found.grain) if summed else Name("", ""))


def _span(judged: NodeConsistency) -> Name:
    if judged.months is None:
        return _period(judged.period)
    return Name(f"{judged.months}か月で", f"in {judged.months} months")


def _period(grain: Grain) -> Name:
    word = PERIODS[grain]
    return Name(word.ja, f"a {word.en}")


# --- SMART and data ---


def _smart(tree: Tree, catalogue: Catalogue, targets: Mapping[str, Target], known: Known) -> Iterator[Finding]:
    cards = [c for c in scorecards(tree, catalogue, known, targets) if c.node in targets]
    late = [tree.by_id[c.node] for c in cards if "deadline" in c.marks["T"].missing]
    if late:
        details: dict[str, Detail] = {"count": len(late), "nodes": listed(late)}
        yield Finding("no_deadline", None, details, tuple(node.id for node in late))
    for card in cards:
        yield from _of_card(tree.by_id[card.node], card, targets[card.node])


def _of_card(node: Node, card: Scorecard, target: Target) -> Iterator[Finding]:
    name: dict[str, Detail] = {"node": named(node)}
    for reason in (*card.marks["A"].reasons, *card.marks["T"].reasons):
        if reason.code == "shorter_than_cadence":
            yield Finding("deadline_too_near", node.id, {**name, **reason.details})
        elif reason.code == "three_times_best":
            details = {**name, **reason.details, "target": Figure(target.value, node.unit)}
            yield Finding("far_above_best", node.id, details)


def _proofs(measured: EvaluatedTree) -> Iterator[Finding]:
    for proof in proofs(measured):
        if proof.holds is False:
            node = measured.tree.by_id[proof.node]
            details: dict[str, Detail] = {"node": named(node), "worst": Figure(proof.worst, "ratio")}
            yield Finding("formula_does_not_hold", node.id, details)


def due_again(last: date, today: date, days: int = 91) -> bool:
    """Whether a design checked on `last` should be looked at again: once a quarter."""
    return (today - last).days >= days
