"""Reads about links: what is believed to move what, and how the numbers have moved together."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from keiki.insight.correlation import Correlation, CorrelationRule, LagCorrelation, correlations, lag_correlation
from keiki.periods import Grain, Period
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import Kept, Question, TreeNumbers
from keiki.trees.build import FormulaEdge, InfluenceEdge, Node, Tree

Value = float | None
SPAN: Final = {Grain.DAY: 91, Grain.WEEK: 53, Grain.MONTH: 37, Grain.QUARTER: 17, Grain.YEAR: 11}
"""How many periods correlations rest on at most."""
IN_THE_MATRIX: Final = 8
LONGEST_CHAIN: Final = 12
RULE: Final = CorrelationRule()
_together = Kept(32)


@dataclass(frozen=True)
class Belief:
    """A link as it stands in a tree: `source` is believed to move `target`, up (+1) or down (-1), `lag` periods later.

    `why` are the words for it by language.
    """

    source: Node
    target: Node
    sign: int
    lag: int
    why: Mapping[str, str]


@dataclass(frozen=True)
class Link:
    """A belief beside what the numbers say: at the stated delay, and at every other."""

    belief: Belief
    told: LagCorrelation

    @property
    def stated(self) -> Correlation | None:
        """The correlation at the stated delay."""
        return self.told.at(self.belief.lag)

    @property
    def agrees(self) -> bool | None:
        """Whether the numbers move as believed; None while they do not say."""
        if self.stated is None or not self.stated.clear:
            return None
        return (self.stated.r > 0) == (self.belief.sign > 0)


@dataclass(frozen=True)
class Together:
    """How the numbers of a tree have moved together over the complete periods of its history."""

    numbers: TreeNumbers
    periods: tuple[Period, ...]
    series: Mapping[str, tuple[Value, ...]]
    listed: tuple[Node, ...]
    matrix: Mapping[tuple[str, str], LagCorrelation]
    links: tuple[Link, ...]

    @property
    def chains(self) -> tuple[tuple[Link, ...], ...]:
        """The links as chains from what moves first to what moves last."""
        return chains(self.links)

    def pair(self, source: Node, target: Node) -> LagCorrelation:
        """Any two numbers of the tree."""
        return lag_correlation(self.series[source.id], self.series[target.id], RULE)


def beliefs(tree: Tree) -> tuple[Belief, ...]:
    """Every link of a tree: the influences in it, and those beside it, which say more of the same pair."""
    found: dict[tuple[str, str], Belief] = {}
    for node in tree.nodes:
        if node.parent is not None and isinstance(node.edge, InfluenceEdge):
            why = {"ja": node.why_ja or "", "en": node.why_en or ""}
            found[node.id, node.parent] = Belief(node, tree.node(node.parent), node.edge.sign, node.edge.lag, why)
    for link in tree.links:
        why = {"ja": link.why_ja or "", "en": link.why_en or ""}
        belief = Belief(tree.node(link.source), tree.node(link.target), link.sign, link.lag, why)
        found[link.source, link.target] = belief
    return tuple(found.values())


def chains(links: Sequence[Link]) -> tuple[tuple[Link, ...], ...]:
    """Links joined where one ends and the next begins, the longest first; every link stands in at least one chain."""
    after: dict[str, list[Link]] = {}
    for link in links:
        after.setdefault(link.belief.source.id, []).append(link)
    reached = {link.belief.target.id for link in links}
    found: list[tuple[Link, ...]] = []

    def follow(chain: tuple[Link, ...], seen: frozenset[str]) -> None:
        onward = [each for each in after.get(chain[-1].belief.target.id, []) if each.belief.target.id not in seen]
        if not onward or len(chain) >= LONGEST_CHAIN:
            found.append(chain)
        for each in onward if len(chain) < LONGEST_CHAIN else ():
            follow((*chain, each), seen | {each.belief.target.id})

    for link in links:
        source = link.belief.source.id
        if source not in reached:
            follow((link,), frozenset({source, link.belief.target.id}))
    standing = {id(link) for chain in found for link in chain}
    found += [(link,) for link in links if id(link) not in standing]
    return tuple(sorted(found, key=lambda chain: -len(chain)))


def together(user: Any, business: Business, tree_id: str | None, question: Question) -> Together:
    """The numbers of a tree over a longer history, how each pair correlates, and what its links say."""
    asked = replace(question, span=SPAN[question.grain], comparison="previous")
    numbers = door.measured(user, business, tree_id, asked)
    key: Hashable = numbers
    return _together.get(key, lambda: _together_of(numbers))


def _together_of(numbers: TreeNumbers) -> Together:
    over = [place for place, complete in enumerate(numbers.completes) if complete]
    series = {n.id: tuple(numbers.series(n)[place] for place in over) for n in numbers.tree.nodes}
    listed = _listed(numbers.tree, series)
    return Together(
        numbers=numbers,
        periods=tuple(numbers.periods[place] for place in over),
        series=series,
        listed=listed,
        matrix=correlations({node.id: series[node.id] for node in listed}, RULE),
        links=tuple(
            Link(belief, lag_correlation(series[belief.source.id], series[belief.target.id], _reaching(belief)))
            for belief in beliefs(numbers.tree)
        ),
    )


def _reaching(belief: Belief) -> CorrelationRule:
    return replace(RULE, most=max(RULE.most, belief.lag))


def _listed(tree: Tree, series: Mapping[str, Sequence[Value]]) -> tuple[Node, ...]:
    """The numbers of a tree with history enough, each KPI once, those near the goal first."""
    found: dict[Any, Node] = {}
    for node in sorted(tree.nodes, key=lambda each: each.depth):
        values = [value for value in series[node.id] if value is not None]
        if len(values) >= RULE.fewest and len(set(values)) > 1:
            found.setdefault(node.identity if node.kpi else node.id, node)
    return tuple(found.values())[:IN_THE_MATRIX]


def joined_by_formula(tree: Tree, one: Node, other: Node) -> bool:
    """Whether one is calculated from the other, so that they correlate by arithmetic."""
    return _above(tree, one, other) or _above(tree, other, one)


def _above(tree: Tree, high: Node, low: Node) -> bool:
    here = low
    while here.parent is not None and isinstance(here.edge, FormulaEdge):
        here = tree.node(here.parent)
        if here.id == high.id:
            return True
    return False
