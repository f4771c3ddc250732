"""The balance of new and repeat visitors: whether one side has grown too large, and which side to feed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Band(StrEnum):
    """Which side of the balance is too large."""

    NEW = "new"
    EVEN = "even"
    REPEAT = "repeat"


@dataclass(frozen=True)
class BalanceRule:
    """The share of new visitors from which (`most`) they are many, and down to which (`least`) they are few."""

    most: Decimal = Decimal("0.7")
    least: Decimal = Decimal("0.3")


def balance(share: float | None, rule: BalanceRule | None = None) -> Band | None:
    """The band of a share of new visitors; None without one. The limits belong to the outer bands.

    >>> [str(balance(share)) for share in (0.7, 0.5, 0.3)]
    ['new', 'even', 'repeat']
    """
    rule = rule or BalanceRule()
    if share is None:
        return None
    told = round(share, 9)  # 1 - 0.7 is a little more than 0.3
    return Band.NEW if told >= float(rule.most) else Band.REPEAT if told <= float(rule.least) else Band.EVEN
