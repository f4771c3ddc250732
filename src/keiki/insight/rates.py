"""Two rates beside each other: how many it takes to tell them apart, and whether a difference is more than chance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, exp, log, sqrt
from statistics import NormalDist

from keiki.errors import ImpossibleTrial

NORMAL = NormalDist()


@dataclass(frozen=True)
class TrialRule:
    """When a difference of two rates is told: at the two-sided level `alpha`, and when both groups are large enough.

    `fewest` units and `fewest_each` expected successes and failures in each group; below, the normal approximation
    and any winner would be a guess. `power` is the chance that a trial of the planned size finds the wished effect.
    A split is off when it differs from the planned one at the level `split_alpha`.
    """

    alpha: float = 0.05
    power: float = 0.80
    fewest: int = 100
    fewest_each: float = 5.0
    split_alpha: float = 0.001


class Verdict(StrEnum):
    """What a trial says."""

    TOO_SMALL = "too_small"
    BETTER = "better"
    WORSE = "worse"
    OPEN = "open"


@dataclass(frozen=True)
class Arm:
    """A group: how many units were in it, and how many of them reached the goal."""

    units: int
    successes: int

    @property
    def rate(self) -> float | None:
        """The share that reached the goal; None of an empty group."""
        return self.successes / self.units if self.units else None


@dataclass(frozen=True)
class Trial:
    """A treatment beside its control. Rates and their difference are shares; `uplift` is treatment ÷ control − 1.

    The intervals are two-sided at 1 − alpha: of the difference by Newcombe's square-and-add of Wilson's intervals
    (Newcombe 1998, method 10), of the uplift by the logarithm of the ratio (Katz 1978). `p` is that of the two-sided
    z test with the pooled rate. None where a group gives nothing to divide by.
    """

    rule: TrialRule
    control: Arm
    treatment: Arm
    difference: float | None
    low: float | None
    high: float | None
    uplift: float | None
    uplift_low: float | None
    uplift_high: float | None
    p: float | None
    split_p: float
    verdict: Verdict

    @property
    def split_is_off(self) -> bool:
        """Whether the units fell into the groups otherwise than planned: then the rates are not to be trusted."""
        return self.split_p < self.rule.split_alpha


def sample_size(base: float, wished: float, rule: TrialRule | None = None) -> int:
    """Units in each group to find a rate of `wished` beside one of `base`, by the two-sided z test (Fleiss 1981).

    Raises `ImpossibleTrial` for rates outside 0–1 or without a difference.

    >>> sample_size(0.02, 0.025)
    13809
    """
    rule = rule or TrialRule()
    if not (0 < base < 1 and 0 < wished < 1) or base == wished:
        raise ImpossibleTrial(base=base, wished=wished)
    middle = (base + wished) / 2
    alone = NORMAL.inv_cdf(1 - rule.alpha / 2) * sqrt(2 * middle * (1 - middle))
    apart = NORMAL.inv_cdf(rule.power) * sqrt(base * (1 - base) + wished * (1 - wished))
    return ceil(((alone + apart) / (wished - base)) ** 2)


def duration(size: int, units_a_day: float, groups: int = 2) -> int | None:
    """Days until every group has its units; None when nobody comes. Whole weeks, so that every weekday counts alike.

    >>> duration(13_809, 2_000)
    14
    """
    return ceil(ceil(size * groups / units_a_day) / 7) * 7 if units_a_day > 0 else None


def trial(control: Arm, treatment: Arm, rule: TrialRule | None = None, share: float = 0.5) -> Trial:
    """What two groups say about a change; `share` of the units was to be in the treatment."""
    rule = rule or TrialRule()
    c, t = control.rate, treatment.rate
    if c is None or t is None:
        return Trial(rule, control, treatment, None, None, None, None, None, None, None, 1.0, Verdict.TOO_SMALL)
    low, high = _newcombe(control, treatment, rule)
    uplift = _uplift(control, treatment, rule)
    p = _pooled_p(control, treatment)
    split_p, verdict = _split_p(control, treatment, share), _verdict(control, treatment, p, rule)
    return Trial(rule, control, treatment, t - c, low, high, *uplift, p, split_p, verdict)


def wilson(arm: Arm, z: float) -> tuple[float, float]:
    """The interval of one rate (Wilson 1927)."""
    n, p = arm.units, arm.successes / arm.units
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def _newcombe(control: Arm, treatment: Arm, rule: TrialRule) -> tuple[float, float]:
    z = NORMAL.inv_cdf(1 - rule.alpha / 2)
    (c_low, c_high), (t_low, t_high) = wilson(control, z), wilson(treatment, z)
    c, t = control.successes / control.units, treatment.successes / treatment.units
    return (
        t - c - sqrt((t - t_low) ** 2 + (c_high - c) ** 2),
        t - c + sqrt((t_high - t) ** 2 + (c - c_low) ** 2),
    )


def _uplift(control: Arm, treatment: Arm, rule: TrialRule) -> tuple[float | None, float | None, float | None]:
    if not control.successes:
        return None, None, None
    ratio = (treatment.successes / treatment.units) / (control.successes / control.units)
    if not treatment.successes:
        return ratio - 1, None, None
    spread = sqrt(1 / treatment.successes - 1 / treatment.units + 1 / control.successes - 1 / control.units)
    reach = NORMAL.inv_cdf(1 - rule.alpha / 2) * spread
    return ratio - 1, exp(log(ratio) - reach) - 1, exp(log(ratio) + reach) - 1


def _pooled_p(control: Arm, treatment: Arm) -> float | None:
    pooled = (control.successes + treatment.successes) / (control.units + treatment.units)
    spread = sqrt(pooled * (1 - pooled) * (1 / control.units + 1 / treatment.units))
    if spread == 0:
        return None
    apart = treatment.successes / treatment.units - control.successes / control.units
    return _two_sided(apart / spread)


def _split_p(control: Arm, treatment: Arm, share: float) -> float:
    every = control.units + treatment.units
    return _two_sided((treatment.units - every * share) / sqrt(every * share * (1 - share)))


def _two_sided(z: float) -> float:
    return 2 * NORMAL.cdf(-abs(z))


def _verdict(control: Arm, treatment: Arm, p: float | None, rule: TrialRule) -> Verdict:
    pooled = (control.successes + treatment.successes) / (control.units + treatment.units)
    least = min(control.units, treatment.units)
    if p is None or least < rule.fewest or least * min(pooled, 1 - pooled) < rule.fewest_each:
        return Verdict.TOO_SMALL
    if p >= rule.alpha:
        return Verdict.OPEN
    better = treatment.successes * control.units > control.successes * treatment.units
    return Verdict.BETTER if better else Verdict.WORSE
