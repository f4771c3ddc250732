"""What a company strives for, and the goals (KGIs) that usually say whether it gets there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType

from keiki.facts.vocabulary import Label

AIMS: Mapping[str, tuple[Label, tuple[str, ...]]] = MappingProxyType(
    {
        "sales_growth": (Label("売上を伸ばす", "Grow sales"), ("revenue", "revenue_growth_rate", "revenue_yoy_ratio")),
        "market_share": (Label("市場シェアを広げる", "Win market share"), ("new_customers", "market_share")),
        "profitability": (
            Label("利益率を高める", "Earn more of each sale"),
            ("profit_margin", "aov", "repeat_purchase_rate"),
        ),
        "customer_value": (Label("顧客の価値を高める", "Raise what a customer is worth"), ("ltv", "ltv_cac_ratio")),
        "acquisition": (
            Label("効率よく顧客を獲得する", "Win customers at less cost"),
            ("cac_marketing", "new_customers"),
        ),
        "awareness": (Label("ブランドを知ってもらう", "Become known"), ("brand_awareness_rate",)),
    }
)
"""By id: name, and the KPIs that fit as its goal, the usual one first."""

EXAMPLES: Mapping[str, float] = MappingProxyType(
    {
        "revenue": 500_000_000,
        "revenue_yoy_ratio": 1.2,
        "new_customers": 1_000,
        "market_share": 0.3,
        "ltv": 500_000,
        "cac_marketing": 20_000,
        "brand_awareness_rate": 0.5,
    }
)
"""What a target of such a goal may look like, in the KPI's own unit: an example, no advice."""


def goals_for(aim: str, known: Collection[str]) -> tuple[str, ...]:
    """The KPIs among `known` that fit as the goal of an aim, the usual one first; none for an aim nobody declared.

    >>> goals_for("market_share", {"market_share", "new_customers", "sessions"})
    ('new_customers', 'market_share')
    """
    return tuple(kpi for kpi in AIMS[aim][1] if kpi in known) if aim in AIMS else ()
