"""The settings of a business as a file: its own rules change its numbers, and what cannot be is refused by name."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

import keiki
from keiki.engine.settings import FILE
from keiki.errors import RuleImpossible, RuleUnknown

ORDERS = [
    {"order_id": "o1", "customer_id": "c1", "ordered_at": "2026-09-01 10:00", "amount": 4200},
    {"order_id": "o2", "customer_id": "c2", "ordered_at": "2026-09-02 10:00", "amount": 5900},
    {"order_id": "o3", "customer_id": "c1", "ordered_at": "2026-09-03 10:00", "amount": 900},
    {"order_id": "o4", "customer_id": "c1", "ordered_at": "2026-09-30 10:00", "amount": 6100},
]
DEALS = [
    {"pipeline": "deal", "subject_id": "d1", "stage": "won", "entered_at": "2026-09-01", "amount": 3_000_000},
    {"pipeline": "deal", "subject_id": "d2", "stage": "won", "entered_at": "2026-09-02", "amount": 2_999_999},
    {"pipeline": "deal", "subject_id": "d3", "stage": "won", "entered_at": "2026-09-03", "amount": 5_000_000},
]
KPIS = ("avg_order_value_near_line", "large_deals_won")


def measured(folder: Path, **own: Any) -> tuple[float | None, ...]:
    with keiki.open(folder, keiki.Settings(name="Shop", rules={"shop": own} if own else {})) as business:
        if not business.imports():
            business.load_facts({"orders": ORDERS, "stages": DEALS}, name="rows")
        found = business.measure(KPIS, business.lens("month", 1, date(2026, 9, 30)))
        return tuple(found.value(kpi) for kpi in KPIS)


def test_own_rules_of_a_business_change_its_numbers(tmp_path: Path) -> None:
    assert measured(tmp_path)[0] is None, "no line of free shipping is set"
    line = {"free_shipping_line": 5000, "large_deal": 3_000_000}
    assert measured(tmp_path, **line) == ((4200 + 5900) / 2, 2)
    assert measured(tmp_path, **line, free_shipping_band=0.17) == (4200, 2)


def test_rules_are_kept_in_the_file_as_a_person_would_write_them(tmp_path: Path) -> None:
    with keiki.open(tmp_path, keiki.Settings(rules={"retention": {"dormancy_days": 180}})):
        pass
    written = yaml.safe_load((tmp_path / FILE).read_text(encoding="utf-8"))
    assert written["rules"] == {"retention": {"dormancy_days": 180}}
    with keiki.open(tmp_path) as business:
        assert business.rules.retention.dormancy_days == 180


@pytest.mark.parametrize(
    ("text", "error", "words"),
    [
        ("rules: {retension: {dormancy_days: 180}}", RuleUnknown, "Did you mean “retention”"),
        ("rules: {retention: {dormancy: 180}}", RuleUnknown, "Did you mean “retention.dormancy_days”"),
        ("rules: {retention: {dormancy_days: long}}", RuleImpossible, "a whole number from 1 to 3,650"),
    ],
)
def test_rules_that_cannot_be_are_refused_by_name(tmp_path: Path, text: str, error: Any, words: str) -> None:
    (tmp_path / FILE).write_text(f"name: Shop\n{text}\n", encoding="utf-8")
    with pytest.raises(error) as raised:
        keiki.open(tmp_path)
    assert words in str(raised.value)
