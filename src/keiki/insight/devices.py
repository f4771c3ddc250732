"""Whether many come by smartphone and few of them go on: where a page should be mended first."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PhoneRule:
    """From the share `many` of smartphones on, their rate is to be at least `near` times that of the other devices."""

    many: float = 0.5
    near: float = 0.8


@dataclass(frozen=True)
class PhoneGap:
    """Smartphones as a share of all, their rate and that of the other devices."""

    rule: PhoneRule
    share: float
    rate: float
    others: float

    @property
    def calls(self) -> bool:
        """Whether many come by smartphone and too few of them go on.

        >>> phone_gap((12, 600), (16, 400)).calls, phone_gap((12, 400), (16, 600)).calls
        (True, False)
        """
        return self.share >= self.rule.many and self.rate < self.rule.near * self.others


def phone_gap(
    phone: tuple[float, float], others: tuple[float, float], rule: PhoneRule | None = None
) -> PhoneGap | None:
    """Of what smartphones and the other devices count above and below the line; None where nothing came by one of them.

    >>> gap = phone_gap((12, 600), (16, 400))
    >>> gap.share, gap.rate, gap.others
    (0.6, 0.02, 0.04)
    """
    if phone[1] <= 0 or others[1] <= 0:
        return None
    return PhoneGap(rule or PhoneRule(), phone[1] / (phone[1] + others[1]), phone[0] / phone[1], others[0] / others[1])
