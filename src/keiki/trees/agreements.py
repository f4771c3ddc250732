"""Targets of one tree that contradict each other beside its formulas: by definition, by growth, as one number."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from keiki.catalogue.expand import growth
from keiki.catalogue.kpi import Direction
from keiki.catalogue.load import Catalogue
from keiki.formula.evaluate import references
from keiki.formula.nodes import Formula, Reference
from keiki.periods import Grain
from keiki.trees.build import Node, Tree
from keiki.trees.consistency import Consistency
from keiki.trees.counted import COUNTS
from keiki.trees.findings import PERIODS, Details, Figure, Finding, Name, named
from keiki.trees.identity import name_of, powers, same
from keiki.trees.shares import looks_back
from keiki.trees.targets import PER_YEAR, Target, adds_up, ends, per

APART = 0.10
"""Relative; targets that differ by less are rounded alike."""

ANY_DAY = date(2026, 1, 1)
"""A span without a first day is measured from here; only its length counts."""

KEPT_OVER_A_YEAR = {"churn_rate_monthly": ("renewal_rate", "customer_retention_rate")}
"""What a monthly loss compounds to, beside KPIs that say how much is kept over a year."""


def disagreements(
    tree: Tree, catalogue: Catalogue, found: Consistency, targets: Mapping[str, Target]
) -> Iterator[Finding]:
    """Every pair of targets that cannot both be meant."""
    yield from _two_levels(tree, found)
    yield from _one_number(tree, found, targets)
    yield from _by_definition(tree, found, targets)
    yield from _by_growth(tree, targets)
    yield from _by_summing(tree, found, targets)
    yield from _by_churn(tree, targets)


def _two_levels(tree: Tree, found: Consistency) -> Iterator[Finding]:
    """A node below the goal whose parts make much more than its own target; a budget need not be spent."""
    for judged in found.nodes[1:]:
        node = tree.by_id[judged.node]
        if judged.verdict != "reaches" or judged.coverage is None or node.direction is Direction.LOWER:
            continue
        if abs(judged.coverage - 1) > APART:
            details: Details = {
                "node": named(node),
                "implied": Figure(judged.implied, node.unit),
                "target": Figure(judged.target, node.unit),
            }
            yield Finding("targets_disagree", node.id, details)


def _one_number(tree: Tree, found: Consistency, targets: Mapping[str, Target]) -> Iterator[Finding]:
    first: dict[object, Node] = {}
    for node in tree.nodes:
        target = targets.get(node.id)
        if node.kpi is None or target is None:
            continue
        earlier = first.setdefault(node.identity, node)
        if earlier is not node and _differ(targets[earlier.id], target, found.sums_over_time[node.id]):
            values = [Figure(targets[earlier.id].value, node.unit), Figure(target.value, node.unit)]
            details: Details = {"node": named(node), "first": values[0], "second": values[1]}
            yield Finding("two_targets", node.id, details, (earlier.id, node.id))


def between_trees(trees: Iterable[Tree], catalogue: Catalogue) -> Iterator[Finding]:
    """The KPIs that have different targets in two trees."""
    first: dict[object, tuple[Tree, Node]] = {}
    for tree in trees:
        for node in tree.nodes:
            if node.kpi is None or node.target is None:
                continue
            earlier, twin = first.setdefault(node.identity, (tree, node))
            if (
                earlier is tree
                or twin.target is None
                or not _differ(twin.target, node.target, adds_up(node.kpi, catalogue))
            ):
                continue
            details: Details = {
                "node": named(node),
                "first": Figure(twin.target.value, node.unit),
                "second": Figure(node.target.value, node.unit),
                "one": Name(earlier.ja, earlier.en),
                "other": Name(tree.ja, tree.en),
            }
            yield Finding("trees_disagree", node.id, details, (node.id,), tree.id)


def _differ(first: Target, second: Target, sums_over_time: bool) -> bool:
    """Whether two targets of one number want different things, months and years brought together."""
    if first.value is None or second.value is None:
        return False
    one, other = (
        per(target.value or 0.0, target.period or Grain.MONTH, Grain.YEAR, sums_over_time) for target in (first, second)
    )
    return not math.isclose(one, other, rel_tol=1e-9)


def _by_definition(tree: Tree, found: Consistency, targets: Mapping[str, Target]) -> Iterator[Finding]:
    """A ratio whose two sides have targets elsewhere in the tree, which give another ratio."""
    told = _written(tree, targets)
    known = _planned(tree, found, told)
    for node_id, names in told.items():
        node, level = tree.by_id[node_id], found.levels.get(node_id)
        if names is None or len(names) < 2 or level is None or any(name not in known for name in names):
            continue
        if node.formula is not None and {known[n][0].id for n in names} <= set(node.factors):
            continue
        values = {name: known[name][1] for name in names}
        if any(values[n] == 0 for n, p in names.items() if p < 0):
            continue
        implied = math.prod(values[name] ** power for name, power in names.items())
        if abs(implied - level) > APART * abs(level):
            parts = tuple(named(known[name][0]) for name in names)
            details: Details = {"node": named(node), "parts": parts, "implied": Figure(implied, node.unit)}
            yield Finding("definition_disagrees", node_id, {**details, "target": Figure(level, node.unit)})


def _written(tree: Tree, targets: Mapping[str, Target]) -> dict[str, dict[str, int] | None]:
    """What the number of every node with a target is made of, where that is a product or a quotient."""
    return {n.id: powers(n.measured) for n in tree.nodes if n.measured is not None and n.id in targets}


def _planned(
    tree: Tree, found: Consistency, told: Mapping[str, Mapping[str, int] | None]
) -> dict[str, tuple[Node, float]]:
    """The plain numbers that have a target, by their names, with what they are to be in the period of `found`."""
    known: dict[str, tuple[Node, float]] = {}
    for node_id, names in told.items():
        level = found.levels.get(node_id)
        if names is not None and list(names.values()) == [1] and level is not None:
            known.setdefault(next(iter(names)), (tree.by_id[node_id], level))
    return known


def _by_growth(tree: Tree, targets: Mapping[str, Target]) -> Iterator[Finding]:
    """A level to reach from a start, and the growth per period planned for the same number."""
    rates = [n for n in tree.nodes if n.id in targets and n.measured is not None and looks_back(n.measured)]
    for node in tree.nodes:
        target = targets.get(node.id)
        if target is None or not target.start or target.value is None or node.measured is None or not rates:
            continue
        grown = growth(node.measured)
        for rate in rates:
            planned = targets[rate.id]
            if planned.value is None or rate.measured is None or not same(rate.measured, grown):
                continue
            grain = planned.period or Grain.MONTH
            periods = _periods(target, grain)
            implied = target.start * (1 + planned.value) ** periods if periods else None
            if implied is None or implied >= target.value * (1 - 1e-9) or periods is None:
                continue
            needed = (target.value / target.start) ** (1 / periods) - 1
            yield Finding(
                "growth_disagrees",
                node.id,
                {
                    "node": named(node),
                    "rate": Figure(planned.value, "ratio"),
                    "period": PERIODS[grain],
                    "implied": Figure(implied, node.unit),
                    "target": Figure(target.value, node.unit),
                    "needed": Figure(needed, "ratio"),
                },
                (rate.id,),
            )


def _by_summing(tree: Tree, found: Consistency, targets: Mapping[str, Target]) -> Iterator[Finding]:
    """A total so far to be reached by a deadline, alone or as a share, and what each period is planned to add to it."""
    told = _written(tree, targets)
    known = _planned(tree, found, told)
    for node_id, names in told.items():
        node, target = tree.by_id[node_id], targets[node_id]
        total = _summed(node.measured) if node.measured is not None else None
        periods = _periods(target, found.grain)
        if names is None or total is None or target.value is None or periods is None:
            continue
        rest = {name: power for name, power in names.items() if name != name_of(total)}
        each = known.get(name_of(replace(total, params=tuple(p for p in total.params if p[0] != "window"))))
        if each is None or names.get(name_of(total)) != 1 or any(not known.get(name, (node, 0.0))[1] for name in rest):
            continue
        share = math.prod(known[name][1] ** power for name, power in rest.items())
        wanted, implied = (target.value - (target.start or 0.0)) / share, each[1] * periods
        if implied >= wanted * (1 - 1e-9):
            continue
        needed = wanted / periods
        details: Details = {
            "node": named(node),
            "target": Figure(target.value, node.unit),
            "part": named(each[0]),
            "planned": Figure(each[1], each[0].unit),
            "period": PERIODS[found.grain],
            "wanted": Figure(wanted, each[0].unit),
            "implied": Figure(implied, each[0].unit),
            "shortfall": Figure(wanted - implied, each[0].unit),
            "share": Figure((wanted - implied) / wanted, "ratio"),
            "needed": Figure(math.ceil(needed - 1e-9) if each[0].unit in COUNTS else needed, each[0].unit),
        }
        yield Finding("sum_falls_short", node_id, details, (each[0].id,))


def _summed(formula: Formula) -> Reference | None:
    """The one number of a formula that is counted from its beginning on."""
    found = [each for each in references(formula) if dict(each.params).get("window") == "to_date"]
    return found[0] if len(found) == 1 else None


def _periods(target: Target, grain: Grain) -> int | None:
    """How many periods lie between the start and the deadline of a target."""
    since = target.since or ANY_DAY
    by = ends(since, target.within) if target.within is not None else target.by
    if by is None or (target.since is None and target.within is None):
        return None
    years = ((by - since).days + 1) / 365.2425
    return round(years * PER_YEAR[grain]) or None


def _by_churn(tree: Tree, targets: Mapping[str, Target]) -> Iterator[Finding]:
    by_kpi = {n.kpi: n for n in tree.nodes if n.kpi is not None and n.id in targets}
    for churn, keepers in KEPT_OVER_A_YEAR.items():
        lost = targets[by_kpi[churn].id].value if churn in by_kpi else None
        for keeper in (by_kpi[k] for k in keepers if k in by_kpi):
            planned = targets[keeper.id].value
            if lost is None or planned is None:
                continue
            kept = (1 - lost) ** 12
            if kept < planned * (1 - 1e-9):
                details: Details = {
                    "rate": Figure(lost, "ratio"),
                    "implied": Figure(kept, "ratio"),
                    "node": named(keeper),
                }
                yield Finding("churn_compounds", keeper.id, {**details, "target": Figure(planned, "ratio")})
