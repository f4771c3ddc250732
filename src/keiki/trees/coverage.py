"""What a set of KPIs leaves out: quality, horizons, stages of the customer's way, channels, departments, owners."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from keiki.catalogue.kpi import Horizon, JourneyStage, Kind, Kpi, Layer
from keiki.catalogue.load import Catalogue
from keiki.facts.vocabulary import vocabulary
from keiki.formula.evaluate import references
from keiki.formula.nodes import Both, Compare, Condition, Either, OneOf, Reference, Text
from keiki.trees.build import Node, Tree
from keiki.trees.document import BOARD, TreeDocument
from keiki.trees.findings import Details, Finding, Name, listed, named
from keiki.trees.shared_goal import NAMED, is_shared_goal, names_shared_goal, shared_goals
from keiki.trees.smart import Mark, by_hand, relevance

MOST_ON_A_BOARD, FEWEST_ON_A_BOARD = 5, 3
MOST_GOALS = 3
CHANNELS = ("organic", "paid", "social", "referral", "email")
"""The channels one can work on; direct visits and the like come of themselves."""

SHORT_CADENCES = ("daily", "weekly")
STAGE_NAMES = {
    JourneyStage.AWARENESS: Name("認知", "awareness"),
    JourneyStage.INTEREST: Name("興味・関心", "interest"),
    JourneyStage.CONSIDERATION: Name("検討", "consideration"),
    JourneyStage.PURCHASE: Name("購入・契約", "purchase"),
    JourneyStage.ONBOARDING: Name("導入", "onboarding"),
    JourneyStage.ADOPTION: Name("活用", "adoption"),
    JourneyStage.RETENTION: Name("継続", "retention"),
    JourneyStage.EXPANSION: Name("拡大", "expansion"),
    JourneyStage.ADVOCACY: Name("推奨", "advocacy"),
}
LAYER_NAMES = {
    Layer.ACTION: Name("行動", "action"),
    Layer.INTERMEDIATE: Name("途中経過", "intermediate"),
    Layer.RESULT: Name("成果", "result"),
}
HORIZON_CODES = {Horizon.SHORT: "short_only", Horizon.MID: "mid_only", Horizon.LONG: "long_only"}


@dataclass(frozen=True)
class Coverage:
    """Which nodes look at each stage of the customer's way, channel and department; empty: no KPI."""

    stages: Mapping[str, tuple[str, ...]]
    channels: Mapping[str, tuple[str, ...]]
    departments: Mapping[str, tuple[str, ...]]

    @property
    def empty_stages(self) -> tuple[str, ...]:
        return tuple(name for name, nodes in self.stages.items() if not nodes)

    @property
    def empty_channels(self) -> tuple[str, ...]:
        return tuple(name for name, nodes in self.channels.items() if not nodes)

    @property
    def empty_departments(self) -> tuple[str, ...]:
        return tuple(name for name, nodes in self.departments.items() if not nodes)


def coverage(tree: Tree, catalogue: Catalogue, departments: Sequence[str] = ()) -> Coverage:
    """The matrix of a tree: stages, channels and the `departments` that should answer for something."""
    stages: dict[str, list[str]] = {stage.value: [] for stage in STAGE_NAMES}
    channels: dict[str, list[str]] = {channel: [] for channel in CHANNELS}
    answering: dict[str, list[str]] = {department: [] for department in departments}
    for node in tree.nodes:
        kpi = catalogue.kpis.get(node.kpi or "")
        if kpi is not None and kpi.journey_stage.value in stages:
            stages[kpi.journey_stage.value].append(node.id)
        for channel in channels_of(node) & channels.keys():
            channels[channel].append(node.id)
        if node.owner is not None and node.owner.department in answering:
            answering[node.owner.department].append(node.id)
    return Coverage(*({name: tuple(ids) for name, ids in each.items()} for each in (stages, channels, answering)))


def channels_of(node: Node) -> set[str]:
    """The channels a node's number is narrowed to."""
    if node.measured is None:
        return set()
    return {value for r in references(node.measured) for value in _channels(r.where)}


def _channels(where: Condition | None) -> Iterator[str]:
    match where:
        case Both(left=left, right=right) | Either(left=left, right=right):
            yield from _channels(left)
            yield from _channels(right)
        case Compare(op="=", left=Reference(id="channel"), right=Text(value=value)):
            yield value
        case OneOf(operand=Reference(id="channel"), options=options):
            yield from (option.value for option in options if isinstance(option, Text))


def left_out(tree: Tree, catalogue: Catalogue, departments: Sequence[str] = ()) -> Iterator[Finding]:
    """What the KPIs of a tree or board leave out, and which of them lead astray."""
    kpis = kpis_of(tree, catalogue)
    yield from _owners(tree)
    yield from _quantities(tree, kpis, catalogue)
    yield from _horizons(tree, kpis)
    yield from _by_hand(kpis, catalogue)
    yield from _weak_links(tree, kpis, catalogue)
    if tree.kind == BOARD:
        yield from _board(tree, kpis, catalogue)
    else:
        yield from _gaps(tree, catalogue, kpis, departments)


def kpis_of(tree: Tree, catalogue: Catalogue) -> dict[str, tuple[Node, Kpi]]:
    """The nodes that have a KPI of the catalogue, each number once; of a tree without its goal."""
    found: dict[object, tuple[Node, Kpi]] = {}
    for node in tree.nodes:
        kpi = catalogue.kpis.get(node.kpi or "")
        if kpi is not None and (node.parent is not None or tree.kind == BOARD):
            found.setdefault(node.identity, (node, kpi))
    return {node.id: (node, kpi) for node, kpi in found.values()}


def _owners(tree: Tree) -> Iterator[Finding]:
    without = without_owner(tree)
    if without:
        details: Details = {"nodes": listed([tree.by_id[i] for i in without]), "count": len(without)}
        yield Finding("no_owner", None, details, without)


def without_owner(tree: Tree) -> tuple[str, ...]:
    """The nodes nobody answers for, success factors and KPIs alike."""
    return tuple(n.id for n in tree.nodes if n.owner is None or not (n.owner.department or n.owner.person))


def _quantities(tree: Tree, kpis: Mapping[str, tuple[Node, Kpi]], catalogue: Catalogue) -> Iterator[Finding]:
    there = [kpi for _, kpi in kpis.values()]
    if len(there) > 1 and all(kpi.kind is Kind.QUANTITY for kpi in there):
        yield Finding("quantity_only_board", None, {}, tuple(kpis))
    ids = {kpi.id for kpi in there}
    rated = {name for node, kpi in kpis.values() if kpi.kind is Kind.QUALITY for name in _measures(node)}
    for node, kpi in kpis.values():
        if kpi.kind is not Kind.QUANTITY or not kpi.pairs_with or ids & set(kpi.pairs_with):
            continue
        if node.level == "kgi" or kpi.layer is Layer.ACTION:
            continue
        if rated & _measures(node):
            continue
        pairs = tuple(Name(p.ja, p.en) for i in kpi.pairs_with if (p := catalogue.kpis.get(i)) is not None)
        if pairs:
            yield Finding("quantity_only", node.id, {"node": named(node), "pairs": pairs})


def _measures(node: Node) -> set[str]:
    return {reference.id for reference in references(node.measured)} if node.measured is not None else set()


def _horizons(tree: Tree, kpis: Mapping[str, tuple[Node, Kpi]]) -> Iterator[Finding]:
    there = [kpi for _, kpi in kpis.values()]
    if len(there) < 2:
        return
    horizons = {kpi.horizon for kpi in there}
    weekly = all(kpi.cadence and set(kpi.cadence) <= set(SHORT_CADENCES) for kpi in there)
    if len(horizons) == 1 or weekly:
        code = "short_only" if weekly else HORIZON_CODES[horizons.pop()]
        yield Finding(code, None, {}, tuple(kpis))


def _by_hand(kpis: Mapping[str, tuple[Node, Kpi]], catalogue: Catalogue) -> Iterator[Finding]:
    for node, _ in kpis.values():
        if by_hand(node, catalogue):
            yield Finding("hard_to_measure", node.id, {"node": named(node)})


def _weak_links(tree: Tree, kpis: Mapping[str, tuple[Node, Kpi]], catalogue: Catalogue) -> Iterator[Finding]:
    if tree.root.kpi is None:
        return
    for node, kpi in kpis.values():
        if tree.kind == BOARD and kpi.layer is Layer.ACTION:
            continue  # a team's own doing is on its board to be done, whatever it leads to
        if relevance(node, tree, catalogue).mark is Mark.CAUTION:
            yield Finding("weak_link", node.id, {"node": named(node), "goal": named(tree.root)})


def _board(tree: Tree, kpis: Mapping[str, tuple[Node, Kpi]], catalogue: Catalogue) -> Iterator[Finding]:
    if not names_shared_goal(tree.nodes, catalogue):
        goals = tuple(Name(kpi.ja, kpi.en) for kpi in shared_goals(catalogue)[:NAMED])
        yield Finding("goal_not_shared", None, {"goals": goals})
    count = len(kpis) - is_shared_goal(tree.root, catalogue)
    if count > MOST_ON_A_BOARD:
        yield Finding("too_many_kpis", None, {"count": count}, tuple(kpis))
    elif count < FEWEST_ON_A_BOARD:
        yield Finding("too_few_kpis", None, {"count": count}, tuple(kpis))
    missing = [name for layer, name in LAYER_NAMES.items() if layer not in {kpi.layer for _, kpi in kpis.values()}]
    if missing:
        yield Finding("layers_missing", None, {"layers": tuple(missing)})


def _gaps(
    tree: Tree, catalogue: Catalogue, kpis: Mapping[str, tuple[Node, Kpi]], departments: Sequence[str]
) -> Iterator[Finding]:
    if len(kpis) < 2:
        return
    matrix = coverage(tree, catalogue, departments)
    if 0 < len(matrix.empty_stages) < len(matrix.stages):
        stages = tuple(STAGE_NAMES[JourneyStage(stage)] for stage in matrix.empty_stages)
        yield Finding("journey_gaps", None, {"stages": stages})
    if 0 < len(matrix.empty_channels) < len(matrix.channels):
        labels = vocabulary("channel")
        channels = tuple(Name(labels[c].ja, labels[c].en) for c in matrix.empty_channels)
        yield Finding("channel_gaps", None, {"channels": channels})
    if matrix.empty_departments:
        known = vocabulary("department")
        words = tuple(Name(known[d].ja, known[d].en) if d in known else Name(d, d) for d in matrix.empty_departments)
        yield Finding("department_gaps", None, {"departments": words})


# --- over all trees of a business ---


def goals(trees: Iterable[Tree]) -> Iterator[Finding]:
    """More than three goals for one unit, and several goals without an order of importance."""
    by_team: dict[str, list[Tree]] = {}
    for tree in trees:
        if tree.kind != BOARD:
            by_team.setdefault(tree.team or "", []).append(tree)
    for team, own in by_team.items():
        if not team:
            continue
        if len(own) > MOST_GOALS:
            yield Finding("too_many_goals", None, {"team": team, "count": len(own)})
        ranks = [tree.rank for tree in own]
        if len(own) > 1 and (None in ranks or len(set(ranks)) < len(ranks)):
            names = tuple(Name(tree.ja, tree.en) for tree in own)
            yield Finding("goals_without_rank", None, {"team": team, "goals": names})


def areas_without_kpi(areas: Iterable[str], trees: Iterable[Tree]) -> Iterator[Finding]:
    """The key result areas that no KPI of any tree is filed under."""
    served = {node.kra for tree in trees for node in tree.nodes if node.kra and node.kpi}
    for area in areas:
        if area not in served:
            yield Finding("kra_without_kpi", None, {"kra": area})


def departments_expected(document: TreeDocument, others: Iterable[TreeDocument]) -> tuple[str, ...]:
    """The departments that should answer for something in a tree: those that do in any tree of the business.

    None for the tree of one team.
    """
    if document.team:
        return ()
    owners = (node.owner for each in (document, *others) for node in each.root.walk())
    return tuple(dict.fromkeys(owner.department for owner in owners if owner is not None and owner.department))
