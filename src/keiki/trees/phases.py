"""What to watch when the thing a tree is about enters another phase: launch, growth, maturity."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.catalogue.families import PHASES
from keiki.catalogue.load import Catalogue
from keiki.errors import UnknownName
from keiki.trees.document import TreeDocument, tree_document


@dataclass(frozen=True)
class Move:
    """A tree's step into a phase: the template of that phase, the KPIs to add to the tree, those it has already,
    and those that mattered in other phases and may step back."""

    phase: str
    template: TreeDocument
    add: tuple[str, ...]
    has: tuple[str, ...]
    less: tuple[str, ...]


def moved(document: TreeDocument, phase: str, catalogue: Catalogue) -> Move | None:
    """What moving a tree to a phase suggests; None when its family has no template for that phase.

    `UnknownName` for a phase that nobody declared.

    >>> from keiki.catalogue.load import load_catalogue
    >>> from keiki.trees.document import template
    >>> launched = template(load_catalogue(), "om_phase_launch")
    >>> moved(launched, "growth", load_catalogue()).add
    ('page_views', 'pages_per_session', 'avg_session_duration', 'returning_visitor_ratio')
    """
    if phase not in PHASES:
        raise UnknownName(kind="phase", name=phase, known=PHASES)
    of_family = {each.phase: each for each in _phased(document.family, catalogue)}
    if phase not in of_family:
        return None
    mine, wanted = _kpis(document), _kpis(of_family[phase])
    elsewhere = {kpi for name, each in of_family.items() if name != phase for kpi in _kpis(each)}
    return Move(
        phase,
        of_family[phase],
        add=tuple(kpi for kpi in wanted if kpi not in mine),
        has=tuple(kpi for kpi in wanted if kpi in mine),
        less=tuple(kpi for kpi in mine if kpi in elsewhere and kpi not in wanted),
    )


def moves(document: TreeDocument, catalogue: Catalogue) -> tuple[Move, ...]:
    """Every other phase the tree can move to, in the order in which they come."""
    found = (moved(document, phase, catalogue) for phase in PHASES if phase != document.phase)
    return tuple(move for move in found if move is not None)


def _phased(family: str | None, catalogue: Catalogue) -> list[TreeDocument]:
    every = (tree_document(entry) for entry in catalogue.templates.values() if entry.get("phase"))
    return [document for document in every if family is not None and document.family == family]


def _kpis(document: TreeDocument) -> dict[str, None]:
    return dict.fromkeys(node.kpi for node in document.root.walk() if node.kpi)
