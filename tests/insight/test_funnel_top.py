"""The top of the funnel, by hand."""

from __future__ import annotations

import pytest

from keiki.insight.funnel_top import funnel_top


@pytest.mark.parametrize(
    ("visits", "leads", "in_vain"),
    [
        ((1000, 1200), (50, 50), True),
        ((1000, 1200), (50, 40), True),
        ((1000, 1200), (50, 60), False),
        ((1000, 1190), (50, 50), False),
        ((1000, 800), (50, 20), False),
        ((1000, 1300), (0, 0), True),
    ],
)
def test_wider_top_without_more_fitting_leads_is_in_vain(
    visits: tuple[float, float], leads: tuple[float, float], in_vain: bool
) -> None:
    told = funnel_top(*visits, *leads)
    assert told is not None
    assert told.in_vain is in_vain


def test_unknown_numbers_say_nothing() -> None:
    assert funnel_top(None, 1200, 50, 50) is None
    assert funnel_top(0, 1200, 50, 50) is None
    assert funnel_top(1000, 1200, 50, None) is None
