"""How much of its target a number has reached, and in which direction it went: what a card says beside the value."""

from __future__ import annotations

from keiki.charts.aim import Aim
from keiki.charts.format import JAPANESE, Style, Value, decimal

UP, DOWN, SAME = "up", "down", "same"


def attainment(value: float | None, aim: Aim | None) -> float | None:
    """The share of the target that is reached: value ÷ target, target ÷ value where less is better.

    None without a value or a target, within a band, and where a share means nothing (a bound of 0 or below it).

    >>> attainment(0.42, Aim(low=0.50)), attainment(12_000, Aim(high=15_000))
    (0.84, 1.25)
    """
    if value is None or aim is None or (aim.low is not None and aim.high is not None):
        return None
    wanted, reached = (aim.low, value) if aim.low is not None else (value, aim.high)
    if wanted is None or reached is None or wanted <= 0 or reached < 0:
        return None
    return reached / wanted


def attainment_words(value: float | None, aim: Aim | None, style: Style = JAPANESE, named: bool = True) -> str:
    """The share as written; where less is better only whether the target is reached; "" without one.

    Not `named` below the head of a column, which says already that it is the share of the target.

    >>> from keiki.charts.format import Style
    >>> attainment_words(0.42, Aim(low=0.50), Style("en")), attainment_words(12_000, Aim(high=15_000), Style("en"))
    ('84% of target', 'Target reached')
    """
    if value is None or aim is None:
        return ""
    if aim.low is None or aim.high is not None:
        reached = aim.missing(value) == 0
        words = ("目標達成", "目標未達") if style.japanese else ("Target reached", "Target missed")
        return words[0] if reached else words[1]
    share = attainment(value, aim)
    if share is None:
        return ""
    percent = _whole_percent(share)
    if not named:
        return percent
    return f"達成率 {percent}" if style.japanese else f"{percent} of target"


def _whole_percent(share: float) -> str:
    """Whole per cent; never 100 % for a target that is missed."""
    rounded = round(share * 100)
    return f"{99 if rounded == 100 and share < 1 else rounded}%"


def went(after: Value, before: Value) -> str:
    """`up`, `down` or `same`; "" where one of the two is missing."""
    new, old = decimal(after), decimal(before)
    if new is None or old is None:
        return ""
    return SAME if new == old else UP if new > old else DOWN


def tone(direction: str, wished: str) -> str:
    """The tone of a movement: `good` when it went the wished way, `act` the other way, `plain` without a wish.

    >>> tone("up", "higher"), tone("up", "lower"), tone("up", "neutral"), tone("same", "higher")
    ('good', 'act', 'plain', 'plain')
    """
    if direction not in {UP, DOWN} or wished not in {"higher", "lower"}:
        return "plain"
    return "good" if (direction == UP) == (wished == "higher") else "act"
