"""What winning a customer costs and may cost: by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.customers.acquisition_cost import Acquisition, HealthRule, pace, payback
from keiki.errors import AcquisitionImpossible


def test_cost_without_somebody_to_share_it_is_unknown() -> None:
    nobody = Acquisition(1_000, 500, 0, 0)
    assert (nobody.full, nobody.marketing_only, nobody.per_new_visitor) == (None, None, None)
    assert Acquisition(1_000, None, 10).full is None


def test_negative_cost_is_refused() -> None:
    with pytest.raises(AcquisitionImpossible):
        Acquisition(-1)
    with pytest.raises(AcquisitionImpossible):
        payback(100, -1)


def test_customer_that_cost_nothing_has_no_ratio() -> None:
    free = payback(100, 0, 10)
    assert (free.ratio, free.healthy, free.months, free.over) == (None, None, 0, False)


def test_cost_is_never_paid_back_without_a_monthly_profit() -> None:
    assert payback(100, 50, 0).months is None
    assert payback(100, 50, -5).months is None


@given(st.floats(0.1, 1.0), st.floats(0.05, 3.0))
def test_more_spending_never_makes_the_next_customer_cheaper(elasticity: float, more: float) -> None:
    found = pace(1_000_000, 100, 40_000, more=more, elasticity=elasticity)
    assert found.marginal is not None
    assert found.marginal >= 10_000 * (1 - 1e-9)
    assert found.ratio_after <= found.ratio * (1 + 1e-9)


def test_strict_rule_is_an_option() -> None:
    assert payback(28_800, 9_600, rule=HealthRule(strict=True)).healthy is False
