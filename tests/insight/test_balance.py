"""New and repeat visitors: the bands at and beside their limits."""

from __future__ import annotations

from decimal import Decimal

import pytest

from keiki.errors import RuleImpossible
from keiki.insight.balance import BalanceRule, Band, balance
from keiki.measures.choices import read_choices
from keiki.measures.rules import Rules
from keiki.periods import Calendar


def test_limits_belong_to_the_outer_bands_and_nothing_is_said_without_a_share() -> None:
    told = {share: balance(share) for share in (0.71, 0.7, 0.69, 0.31, 1 - 0.7, 0.29)}
    assert list(told.values()) == [Band.NEW, Band.NEW, Band.EVEN, Band.EVEN, Band.REPEAT, Band.REPEAT]
    assert balance(0.7, BalanceRule(most=Decimal("0.8"))) is Band.EVEN
    assert balance(None) is None


def test_limits_are_a_setting_and_leave_room_between_them() -> None:
    own = Rules.of_calendar(Calendar(), own=read_choices({"balance": {"most": 0.8, "least": 0.2}}))
    assert own.balance == BalanceRule(Decimal("0.8"), Decimal("0.2"))
    for wrong in ({"most": 0.3}, {"least": 0.7}, {"most": 0.5, "least": 0.5}):
        with pytest.raises(RuleImpossible):
            read_choices({"balance": wrong})
