"""What a number is to reach in one period, and how that is written."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.charts.format import JAPANESE, Style, exact, number


@dataclass(frozen=True)
class Aim:
    """What a number is to reach in a period: at least `low`, at most `high`, or both.

    While the period still runs the bounds say where the number should stand by now; `whole` then holds the target of
    the whole period.
    """

    low: float | None = None
    high: float | None = None
    whole: Aim | None = None

    @property
    def full(self) -> Aim:
        """The target of the whole period."""
        return self.whole or self

    def bound(self, value: float | None = None) -> float | None:
        """The bound that a value is measured against: the one it has broken, else the one nearest to it."""
        if self.low is None or self.high is None:
            return self.high if self.low is None else self.low
        if value is None or value < (self.low + self.high) / 2:
            return self.low
        return self.high

    def missing(self, value: float) -> float:
        """How far a value lies on the wrong side, in its own unit; 0 when the target is reached."""
        below = 0.0 if self.low is None else self.low - value
        above = 0.0 if self.high is None else value - self.high
        gap = max(below, above)
        return gap if gap > 1e-9 * max(abs(value), abs(self.low or 0.0), abs(self.high or 0.0)) else 0.0


def bounds(aim: Aim, unit: str, style: Style = JAPANESE, counter: str = "", exactly: bool = False) -> str:
    """The target as written: 1.87億円, 60円以下, 5.0%〜7.0%."""
    write = exact if exactly else number
    if aim.low is not None and aim.high is not None:
        low, high = (write(bound, unit, style, counter) for bound in (aim.low, aim.high))
        return f"{low}〜{high}" if style.japanese else f"{low} to {high}"
    if aim.high is not None:
        most = write(aim.high, unit, style, counter)
        return f"{most}以下" if style.japanese else f"{most} or less"
    return write(aim.low, unit, style, counter)
