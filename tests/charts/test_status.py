"""How numbers are judged while there are no targets."""

from __future__ import annotations

import pytest

from keiki.charts.format import Style
from keiki.charts.status import Steps, rule, status
from keiki.periods import Grain


@pytest.mark.parametrize(
    ("after", "before", "unit", "direction", "expected"),
    [
        (99, 100, "currency", "higher", "good"),
        (98, 100, "currency", "higher", "watch"),
        (90, 100, "currency", "higher", "act"),
        (150, 100, "currency", "higher", "good"),
        (110, 100, "currency", "lower", "act"),
        (101, 100, "currency", "lower", "good"),
        (0.9, 1.0, "ratio", "higher", "act"),
        (-110, -100, "currency", "higher", "act"),
        (30, 33, "points", "higher", "watch"),
        (1, 0, "count", "higher", "plain"),
        (1, None, "count", "higher", "plain"),
        (1, 2, "count", "neutral", "plain"),
        (None, 2, "count", "higher", "none"),
        (0, 2, "count", "higher", "act"),
    ],
)
def test_status_looks_at_the_loss(
    after: float | None, before: float | None, unit: str, direction: str, expected: str
) -> None:
    assert status(after, before, unit, direction) == expected


def test_status_takes_other_steps() -> None:
    assert status(95, 100, "count", "higher", Steps(0.01, 0.05)) == "act"


def test_rule_names_the_comparison_and_both_steps() -> None:
    ja = "この期間に目標はありません。前年同月より望まない側へ2%以上動いたら注意、10%以上なら要対応。"
    en = "No targets in this period: 2% or more to the wrong side of the same month last year is Watch, "
    en += "10% or more is Act now."
    assert (rule("last_year", Grain.MONTH), rule("last_year", Grain.MONTH, Style("en"))) == (ja, en)
