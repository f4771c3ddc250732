"""How a number stands: against its target, and beside the period compared with as long as nobody has set one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keiki.charts.aim import Aim
from keiki.charts.format import ABSOLUTE_CHANGE, JAPANESE, Style, Value, decimal
from keiki.charts.sentence import against
from keiki.periods import Grain
from keiki.trees.targets import ACT_FROM

GOOD, WATCH, ACT, NONE, PLAIN = "good", "watch", "act", "none", "plain"


@dataclass(frozen=True)
class Steps:
    """From which loss on a number calls for a look, and from which for an act; shares of the number compared with."""

    watch: float = 0.02
    act: float = 0.10


STEPS: Final = Steps()
TARGET_STEPS: Final = Steps(watch=0.0, act=ACT_FROM)
"""A target missed at all calls for a look, one missed by a tenth for an act."""


def judged(value: float | None, aim: Aim, unit: str, steps: Steps = TARGET_STEPS) -> str:
    """`good` when the target is reached, else `watch` or `act` by the share of the target that is missing; of points
    and scores by the points of 100; `none` without a value.

    >>> [judged(value, Aim(low=100), "count") for value in (None, 90, 91, 100)]
    ['none', 'act', 'watch', 'good']
    """
    if value is None:
        return NONE
    gap = aim.missing(value)
    if gap == 0:
        return GOOD
    size = 100.0 if unit in ABSOLUTE_CHANGE and unit != "ratio" else abs(aim.bound(value) or 0.0)
    return ACT if size == 0 or gap / size >= steps.act - 1e-9 else WATCH


def status(after: Value, before: Value, unit: str, direction: str, steps: Steps = STEPS) -> str:
    """`good`, `watch` or `act` by how far the value moved to the wrong side; `plain` when there is nothing to judge
    by (no wish in which direction, nothing to compare with); `none` without a value.

    Points and scores have no natural zero, so a step is that share of 100 points.
    """
    new, old = decimal(after), decimal(before)
    if new is None:
        return NONE
    if direction == "neutral" or old is None:
        return PLAIN
    size = 100 if unit in ABSOLUTE_CHANGE and unit != "ratio" else abs(old)
    if size == 0:
        return PLAIN
    loss = float((old - new) / size) * (1 if direction == "higher" else -1)
    return ACT if loss >= steps.act else WATCH if loss >= steps.watch else GOOD


def standing(value: float | None, before: Value, aim: Aim | None, unit: str, direction: str) -> str:
    """How a number stands to its target; without one, beside the value it is compared with. A number with no wished
    direction is judged within a band only: of a single bound nobody can say which side is the wrong one.

    >>> [standing(80, None, Aim(low=100), "count", direction) for direction in ("higher", "neutral")]
    ['act', 'plain']
    """
    if aim is None:
        return status(value, before, unit, direction)
    if direction == "neutral" and value is not None and (aim.low is None or aim.high is None):
        return PLAIN
    return judged(value, aim, unit)


def rule(comparison: str, grain: Grain, style: Style = JAPANESE, steps: Steps = STEPS, targets: bool = False) -> str:
    """The rule in words, to be printed beside what it judged; `targets` when some of the numbers have one."""
    if targets:
        return _rule_of_targets(comparison, grain, style, steps)
    period = against(comparison, grain, style)
    watch, act = f"{steps.watch:.0%}", f"{steps.act:.0%}"
    if style.japanese:
        return f"この期間に目標はありません。{period}より望まない側へ{watch}以上動いたら注意、{act}以上なら要対応。"
    return (
        f"No targets in this period: {watch} or more to the wrong side of {period} is Watch, {act} or more is Act now."
    )


def _rule_of_targets(comparison: str, grain: Grain, style: Style, steps: Steps) -> str:
    period = against(comparison, grain, style)
    miss, watch, act = f"{TARGET_STEPS.act:.0%}", f"{steps.watch:.0%}", f"{steps.act:.0%}"
    if style.japanese:
        return (
            f"目標に届けば順調、届かなければ注意、{miss}以上の不足は要対応。途中の期間は日数分の目標と比べます。"
            f"目標のない数字は{period}より望まない側へ{watch}以上で注意、{act}以上で要対応。"
        )
    return (
        f"Target reached is On track, missed is Watch, missed by {miss} or more is Act now; running periods are held "
        f"against the days gone by. Without a target: {watch} or more to the wrong side of {period} is Watch, "
        f"{act} or more Act now."
    )
