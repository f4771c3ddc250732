"""The first five minutes: types of business, a tree with sample numbers, targets proposed from history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from keiki.catalogue.load import Catalogue
from keiki.formula import evaluate
from keiki.formula.nodes import Reference
from keiki.insight.baseline import Baseline
from keiki.periods import Grain
from keiki.server.accounts.models import Business
from keiki.server.cockpit.models import Beginning
from keiki.server.kpis import queries as door
from keiki.server.kpis.queries import TreeNumbers
from keiki.server.planning.queries import baseline_of, counted, history, plans_of
from keiki.trees.build import FormulaEdge, Node, Tree
from keiki.trees.smart import Judged, Known, scorecards
from keiki.trees.targets import AT_LEAST, AT_MOST, Target

TYPES: Final = (
    "simple_orders",
    "ec",
    "subscription",
    "saas_mid_size_new_contracts",
    "marketing_sales_alignment",
    "corporate_profit",
)
"""The templates that a newcomer chooses from: an order file alone, a shop, contracts, two ways of B2B, the company."""
STEPS: Final = ("type", "tree", "data", "first", "targets", "team")
PROPOSED: Final = 4
MONTHS_AHEAD: Final = 6
STRETCH: Final = 0.05
FEW: Final = 0.04
EACH: Final = 1.4
SAMPLES: Final = {"currency": 4_800.0, "ratio": 0.24, "count": 1_200.0, "days": 12.0, "score": 62.0, "points": 8.0}
TYPICAL: Final = {
    **{"first_time_buyers": 620.0, "earlier_buyers": 380.0, "orders_per_buyer": 1.2, "aov": 4_800.0},
    **{"guest_orders": 60.0, "guest_aov": 4_200.0, "repeat_purchase_rate": 0.32, "return_cancel_rate": 0.025},
    **{"organic": 7_200.0, "paid": 4_000.0, "social": 2_400.0, "email": 1_300.0, "direct": 3_700.0},
    **{"referral": 1_100.0, "other": 300.0, "ad_clicks": 4_600.0, "cpc": 68.0, "purchase_rate": 0.025},
    **{"product_detail_view_rate": 0.62, "add_to_cart_rate": 0.08, "cart_completion_rate": 0.31, "bounce_rate": 0.45},
    **{"items_per_order": 2.1, "related_product_purchase_rate": 0.15, "premium_purchase_ratio": 0.13},
    **{"starting_mrr": 5_000_000.0, "new_mrr": 320_000.0, "reactivation_mrr": 40_000.0, "upsell_rate": 0.012},
    **{"cross_sell_rate": 0.006, "revenue_churn_rate": 0.018, "contraction_rate": 0.006, "nrr": 0.994},
    **{"churn_rate_monthly": 0.021, "nps": 32.0, "support_frequency": 0.3, "overdue_invoice_ratio": 0.015},
    **{"free_trial_signups": 90.0, "leads": 800.0, "mql_rate": 0.25, "mql_count": 200.0, "cost_per_mql": 18_000.0},
    **{"target_account_lead_ratio": 0.4, "mql_to_sql_rate": 0.3, "sql_to_meeting_days": 3.0, "meeting_set_rate": 0.6},
    **{"sql_to_win_rate": 0.22, "win_rate": 0.22, "lead_to_win_days": 75.0, "avg_contract_value": 1_200_000.0},
    **{"marketing_sourced_revenue_ratio": 0.6, "lead_follow_rate": 0.92, "lead_response_time": 4.0},
    **{"lead_time_reduction": 6.0, "customers": 1_200.0, "new_customers": 140.0, "customer_retention_rate": 0.88},
    **{"revenue_per_customer": 9_500.0, "revenue": 11_400_000.0, "cost_of_goods_ratio": 0.38, "marketing": 1_200_000.0},
    **{"sales": 1_400_000.0, "customer_success": 700_000.0, "elsewhere": 1_600_000.0, "cac_marketing": 8_600.0},
    **{"profit_margin": 0.19, "revenue_profit_growth_gap": 0.01},
}
"""Sample numbers that fit each other, by node or KPI of the templates a newcomer chooses from."""


def beginning_of(business: Business) -> Beginning:
    """How far a business has come; a fresh row is not saved yet."""
    return Beginning.objects.filter(business=business).first() or Beginning(business=business)


def sample_values(tree: Tree, catalogue: Catalogue) -> Mapping[str, float | None]:
    """A made-up number for every node that fits its formula: leaves as is typical of them, else by their benchmark or
    unit; the rest worked out.
    """
    found: dict[str, float | None] = {}
    for node in reversed(tree.nodes):
        if node.formula is not None and any(child in found for child in node.children):
            found[node.id] = evaluate(node.formula, lambda reference, _back: _sample_of(reference, found))
        elif counted(node):
            found[node.id] = _sample(node, catalogue)
    return found


def _sample_of(reference: Reference, found: Mapping[str, float | None]) -> float | None:
    return found.get(reference.id)


def _sample(node: Node, catalogue: Catalogue) -> float:
    typical = TYPICAL.get(node.id, TYPICAL.get(node.kpi or ""))
    if typical is not None:
        return typical
    kpi = catalogue.kpis.get(node.kpi or "")
    for benchmark in kpi.benchmarks if kpi else ():
        known = [bound for bound in (benchmark.low, benchmark.high) if bound is not None]
        if known:
            return sum(known) / len(known)
    if node.unit == "ratio" and node.direction == "lower":
        return FEW
    if "_per_" in (node.kpi or "") and node.unit != "currency":
        return EACH
    return SAMPLES.get(node.unit, SAMPLES["count"])


# --- targets proposed from history ---


@dataclass(frozen=True)
class ProposedTarget:
    """A target that history speaks for, with its five SMART marks; `level` is the ordinary month, `best` the best."""

    node: Node
    target: Target
    level: float
    best: float | None
    marks: Mapping[str, Judged]


def proposed_targets(user: Any, business: Business, tree_id: str) -> tuple[ProposedTarget, ...]:
    """Targets for the goal and the numbers right below it that have history and no target yet."""
    numbers = history(user, business, tree_id)
    tree = numbers.tree
    plans = plans_of(user, business, tree)
    by = _deadline(business, numbers)
    targets: dict[str, Target] = {}
    bases: dict[str, Baseline] = {}
    for node in tree.nodes:
        near = node.parent in {None, tree.root.id} and (node.parent is None or isinstance(node.edge, FormulaEdge))
        if not near or not counted(node) or node.id in plans or node.direction == "neutral":
            continue
        base = baseline_of(numbers, node)
        value = proposed_value(base, node.direction)
        if value is not None and len(targets) < PROPOSED:
            compare = AT_MOST if node.direction == "lower" else AT_LEAST
            targets[node.id] = Target(value, compare, period=Grain.MONTH, start=base.level, by=by)
            bases[node.id] = base
    cards = _cards(user, business, numbers, targets)
    return tuple(
        ProposedTarget(tree.node(name), target, bases[name].level or 0.0, bases[name].best, cards.get(name, {}))
        for name, target in targets.items()
    )


def proposed_value(base: Baseline, direction: str) -> float | None:
    """What to aim for in half a year: where natural growth leads, and at least a twentieth better than an ordinary
    month; three figures. None without enough history.
    """
    if not base.level:
        return None
    lower = direction == "lower"
    wished = base.level * (1 - STRETCH if lower else 1 + STRETCH)
    grown = base.expected(MONTHS_AHEAD)
    if grown is None or grown <= 0:
        return _three_figures(wished)
    return _three_figures(min(wished, grown) if lower else max(wished, grown))


def _three_figures(value: float) -> float:
    return float(f"{value:.3g}")


def _deadline(business: Business, numbers: TreeNumbers) -> date:
    """The last day of the sixth month after the one the data speaks of."""
    calendar = business.calendar
    month = calendar.period(Grain.MONTH, numbers.known.today or calendar.today())
    return calendar.shift(month, MONTHS_AHEAD).end - timedelta(days=1)


def _cards(
    user: Any, business: Business, numbers: TreeNumbers, targets: Mapping[str, Target]
) -> Mapping[str, Mapping[str, Judged]]:
    past = door.past_of(business, numbers)
    known = Known(facts=door.facts_with_rows(user, business), history=past, today=business.calendar.today())
    cards = scorecards(numbers.declared, door.catalogue_of(user, business), known, targets)
    return {card.node: card.marks for card in cards}
