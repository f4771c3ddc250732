"""The goal all departments share: profit over the long run, which the board of every team has to name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from keiki.catalogue.kpi import Horizon, Kpi
from keiki.catalogue.load import Catalogue, builtin
from keiki.errors import UnsharedBoard
from keiki.trees.build import Node
from keiki.trees.document import BOARD, NodeDocument, Owner, TreeDocument

LONG_TERM_PROFIT: Final = (
    "cumulative_customer_profit",
    "good_revenue",
    "good_revenue_ratio",
    "good_customer_ratio",
    "profit",
    "profit_margin",
    "profit_growth_rate",
    "ltv_margin",
    "ltv_net",
    "ltv_arpa",
    "ltv_b2c_subscription",
    "ltv_discounted",
    "ltv_cac_ratio",
    "cac_payback_months",
    "payback_period_months",
)
"""KPIs of the catalogue that say what a company earns from its customers in the long run, the usual one first."""
NAMED: Final = 3
"""How many of them an error proposes."""


def shared_goals(catalogue: Catalogue) -> tuple[Kpi, ...]:
    """The KPIs of long-term profit that departments may share: those of the catalogue and the business's own ones
    that are declared as profit (domain), long (horizon) and the whole company's (department executive).
    """
    known = [catalogue.kpis[name] for name in LONG_TERM_PROFIT if name in catalogue.kpis]
    own = [kpi for kpi in catalogue.kpis.values() if kpi.id not in builtin().kpis and _declared(kpi)]
    return tuple(dict.fromkeys((*known, *own)))


def _declared(kpi: Kpi) -> bool:
    return kpi.horizon is Horizon.LONG and "profit" in kpi.domain and "executive" in kpi.department


def names_shared_goal(nodes: Iterable[Node | NodeDocument], catalogue: Catalogue) -> bool:
    """Whether one of the nodes is a KPI of long-term profit that counts the whole company, not only some rows."""
    goals = {kpi.id for kpi in shared_goals(catalogue)}
    return any(node.kpi in goals and node.where is None for node in nodes)


def is_shared_goal(node: Node | NodeDocument, catalogue: Catalogue) -> bool:
    """Whether a node is such a KPI."""
    return names_shared_goal((node,), catalogue)


def check_board(document: TreeDocument, catalogue: Catalogue) -> None:
    """Raises `UnsharedBoard` for a team's board that names no long-term profit."""
    if document.kind == BOARD and not names_shared_goal(document.root.walk(), catalogue):
        goals = shared_goals(catalogue)[:NAMED]
        raise UnsharedBoard(
            board=document.en,
            board_ja=document.ja,
            options=", ".join(kpi.en for kpi in goals),
            options_ja="、".join(kpi.ja for kpi in goals),
        )


def below(goal: str, result: NodeDocument) -> NodeDocument:
    """A board's root: the shared goal, on which the team's result has its influence."""
    return NodeDocument(goal, kpi=goal, level="kgi", owner=Owner("executive"), children=(result,))
