"""How a number stands beside the one it is compared with, as long as nobody has set a target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keiki.charts.format import ABSOLUTE_CHANGE, JAPANESE, Style, Value, decimal
from keiki.charts.sentence import against
from keiki.periods import Grain

GOOD, WATCH, ACT, NONE, PLAIN = "good", "watch", "act", "none", "plain"


@dataclass(frozen=True)
class Steps:
    """From which loss on a number calls for a look, and from which for an act; shares of the number compared with."""

    watch: float = 0.02
    act: float = 0.10


STEPS: Final = Steps()


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


def rule(comparison: str, grain: Grain, style: Style = JAPANESE, steps: Steps = STEPS) -> str:
    """The rule in words, to be printed beside what it judged."""
    period = against(comparison, grain, style)
    watch, act = f"{steps.watch:.0%}", f"{steps.act:.0%}"
    if style.japanese:
        return f"目標はまだありません。{period}より望まない側へ{watch}以上動いたら注意、{act}以上なら要対応。"
    return f"No targets yet: {watch} or more to the wrong side of {period} is Watch, {act} or more is Act now."
