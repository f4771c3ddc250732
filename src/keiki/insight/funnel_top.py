"""Whether the top of the funnel widens without more of the people we look for coming in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class TopRule:
    """Visits that rise by `wide` or more are to bring at least the share `along` of that rise in fitting leads."""

    wide: float = 0.20
    along: float = 0.25


@dataclass(frozen=True)
class FunnelTop:
    """How visits and fitting leads moved, as shares of what they were; `leads` is None where there were none before."""

    rule: TopRule
    visits: float
    leads: float | None

    @property
    def in_vain(self) -> bool:
        """Whether more came and hardly more of them fit: widening the top is not the goal.

        >>> funnel_top(1_000, 1_200, 50, 50).in_vain, funnel_top(1_000, 1_200, 50, 58).in_vain
        (True, False)
        """
        return self.visits >= self.rule.wide and (self.leads is None or self.leads < self.rule.along * self.visits)


def funnel_top(
    visits_before: float | None,
    visits_after: float | None,
    leads_before: float | None,
    leads_after: float | None,
    rule: TopRule | None = None,
) -> FunnelTop | None:
    """Visits and leads that fit the ideal customer, of two periods; None where visits or the leads now are unknown."""
    if not visits_before or visits_after is None or leads_after is None:
        return None
    moved = (leads_after - leads_before) / leads_before if leads_before else None
    return FunnelTop(rule or TopRule(), (visits_after - visits_before) / visits_before, moved)
