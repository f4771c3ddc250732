"""The mix of channels that visits come by: the share of each, which are weak, and how many carry the whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import fsum


@dataclass(frozen=True)
class TrafficRule:
    """A channel with a smaller share of the visits than `weak` is weak."""

    weak: Decimal = Decimal("0.05")


@dataclass(frozen=True)
class ChannelShare:
    """One channel (None: visits that name none): its visits, its share of all, and whether that is a weak one."""

    channel: str | None
    visits: float
    share: float
    weak: bool


@dataclass(frozen=True)
class TrafficMix:
    """The channels of a period, the largest first; their shares sum to 1."""

    rule: TrafficRule
    visits: float
    channels: tuple[ChannelShare, ...]

    @property
    def weak(self) -> tuple[ChannelShare, ...]:
        """The channels that are weak."""
        return tuple(each for each in self.channels if each.weak)

    @property
    def carrying(self) -> float | None:
        """How many channels of equal size would be as diverse: 1 ÷ the sum of the squared shares; None without visits.

        Hill number of order 2 (Hill 1973): 1 where one channel brings everything.
        """
        return 1 / fsum(each.share**2 for each in self.channels) if self.channels else None


def traffic_mix(visits: Mapping[str | None, float], rule: TrafficRule | None = None) -> TrafficMix:
    """Of visits by channel (None: visits that name none); what brings nothing is no channel of the mix.

    >>> mix = traffic_mix({"organic": 60, "paid": 36, "email": 4})
    >>> [(each.channel, each.share, each.weak) for each in mix.channels]
    [('organic', 0.6, False), ('paid', 0.36, False), ('email', 0.04, True)]
    >>> round(mix.carrying, 2)
    2.04
    """
    rule = rule or TrafficRule()
    told = {channel: count for channel, count in visits.items() if count > 0}
    whole = fsum(told.values())
    ordered = sorted(told.items(), key=lambda each: (-each[1], each[0] is None, each[0] or ""))
    return TrafficMix(
        rule,
        whole,
        tuple(
            ChannelShare(channel, count, count / whole, channel is not None and count / whole < float(rule.weak))
            for channel, count in ordered
        ),
    )
