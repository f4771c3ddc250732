"""How long the customers of a business stay: one grouped query, then the curve."""

from __future__ import annotations

from dataclasses import dataclass, replace

from keiki.customers.lives import LifeRule, grouped_lives
from keiki.customers.survival import LogRank, Survival, curves, log_rank
from keiki.engine.business import Business


@dataclass(frozen=True)
class SurvivalAnswer:
    """One curve, or with `by` in the rule one per segment (the largest first) and whether they differ."""

    rule: LifeRule
    curves: tuple[Survival, ...]
    test: LogRank | None


def survival(business: Business, rule: LifeRule | None = None, dormancy_days: int | None = None) -> SurvivalAnswer:
    """How long customers stay, up to the last day of the data. Raises UnknownName for an unknown word of the rule.

    Pauses, sales and silence are those of the business; `dormancy_days` is another silence that ends a life.
    """
    retention = business.rules.retention
    if dormancy_days is not None:
        retention = replace(retention, dormancy_days=dormancy_days)
    rule = replace(rule or LifeRule(), as_of=business.today, retention=retention)
    found = curves(business.engine.run(grouped_lives(business.facts, rule)).to_pylist())
    return SurvivalAnswer(rule, found, log_rank(found))
