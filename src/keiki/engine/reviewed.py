"""A design held against the data: whether its formulas hold, and which ways to take a number apart give it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from keiki.catalogue.load import Catalogue
from keiki.engine.business import Business
from keiki.periods import Grain
from keiki.trees.build import Tree, build
from keiki.trees.consistency import Proof, in_force_of, proof, proofs
from keiki.trees.decompose import Decomposition, as_document, as_node, decompositions
from keiki.trees.document import NodeDocument
from keiki.trees.findings import Finding
from keiki.trees.review import review
from keiki.trees.smart import Known, of_the_period
from keiki.trees.targets import Target

MONTHS: Final = 12
"""How far back a formula is proved."""


@dataclass(frozen=True)
class OnData:
    """What the data adds to the checks of a design: `findings`, the worst first, and the `proofs` of its formulas."""

    findings: tuple[Finding, ...]
    proofs: tuple[Proof, ...]

    @property
    def proved(self) -> tuple[Proof, ...]:
        """The formulas that the data could be asked about."""
        return tuple(each for each in self.proofs if each.holds is not None)


@dataclass(frozen=True)
class WayOnData:
    """A way to take a number apart, and whether its parts give the number back month by month."""

    way: Decomposition
    proof: Proof


def review_on_data(
    business: Business,
    tree: Tree,
    targets: Mapping[str, Target] | None = None,
    departments: Sequence[str] = (),
    months: int = MONTHS,
) -> OnData:
    """What the last `months` that are over say about a design, beyond what its document tells by itself.

    Every formula is held against the measured value of its number, targets of a month against the best month so far,
    and KPIs against the facts that have rows. `targets` and `departments` as `keiki.trees.review.review` takes them.
    """
    reading = business.tree(tree, business.months_over(months))
    today = business.settings.calendar.today()
    months_past = {node.id: reading.now.as_defined_now(node.id) for node in reading.tree.nodes}
    known = Known(
        facts=business.filled,
        history=of_the_period(months_past, in_force_of(tree, targets), Grain.MONTH),
        today=today,
    )
    by_itself = review(tree, business.catalogue, targets=targets, known=Known(today=today), departments=departments)
    beside = review(
        tree, business.catalogue, targets=targets, known=known, measured=reading.now, departments=departments
    )
    told = {_subject(each) for each in by_itself}
    return OnData(tuple(each for each in beside if _subject(each) not in told), proofs(reading.now))


def _subject(finding: Finding) -> tuple[object, ...]:
    """What a finding is about, whatever words and figures it is told with: the same one is not told twice."""
    return finding.code, finding.tree, finding.node, frozenset(finding.nodes)


def ways_on_data(business: Business, kpi: str, where: str | None = None, months: int = MONTHS) -> tuple[WayOnData, ...]:
    """Every way to take a KPI (narrowed by `where`) apart, proved in the last `months` that are over.

    Raises `UnknownName` for an unknown KPI.
    """
    lens = business.months_over(months)
    return tuple(
        WayOnData(way, proof(business.tree(_apart(way, where, business.catalogue), lens).now))
        for way in decompositions(kpi, business.catalogue)
    )


def _apart(way: Decomposition, where: str | None, catalogue: Catalogue) -> Tree:
    goal = as_node(way, NodeDocument(id=way.kpi, kpi=way.kpi, where=where))
    return build(replace(as_document(way), root=goal), catalogue)
