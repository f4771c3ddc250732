"""A business's own values for the rules: read, checked, written, and where they take effect."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import yaml

from keiki.errors import KeikiError, RuleImpossible, RuleUnknown
from keiki.measures.choices import CHOICES, SUBJECTS, plain_choices, read_choices
from keiki.measures.rules import Rules, value_in
from keiki.periods import Calendar

OWN: dict[str, Any] = {
    "postings": {"orders": False, "invoice_kinds": ["recurring"], "deals": "always"},
    "classes": {"purchases": 3, "renewal": False, "profit_above": "5000"},
    "retention": {"dormancy_days": 180},
    "rfm": {"recency_limits": [30, 60, 90, 180], "lookback": "12m"},
    "contracts": {"gap_days": 7},
    "attribution": {"model": "time_decay", "half_life_days": 30},
    "sessions": {"gap_minutes": 45, "goals": ["purchase"]},
    "health": {"usage": 40, "bands": [80, 50]},
    "accounts": {"core_share": 0.5, "fall": 15},
    "activity": {"entitlements": {"Basic": ["report", "export"]}},
    "stages": {"working_days": [1, 2, 3, 4, 5], "days_off": ["2026-12-29"], "holidays_off": False},
    "shop": {"free_shipping_line": "5000", "free_shipping_band": 0.1, "large_deal": 3_000_000},
}


def test_every_default_can_be_written_and_read_again() -> None:
    defaults = Rules.of_calendar(Calendar())
    values: dict[str, dict[str, Any]] = {}
    for choice in CHOICES:
        value = value_in(defaults, choice)
        if value is not None:
            values.setdefault(choice.subject, {})[choice.name] = value
    read = read_choices(yaml.safe_load(yaml.safe_dump(plain_choices(values))))
    assert Rules.of_calendar(Calendar(), own=read) == defaults


def test_the_calendar_reaches_the_rules_that_count_by_it() -> None:
    rules = Rules.of_calendar(Calendar("Asia/Seoul", country="KR", closing_day=20))
    assert (rules.zone, rules.stages.country, rules.classes.profit.retention.postings.closing_day) == (
        "Asia/Seoul",
        "KR",
        20,
    )


def test_own_values_reach_every_rule_that_uses_them() -> None:
    rules = Rules.of_calendar(Calendar(), read_choices(OWN))
    assert rules.classes.profit.retention == rules.retention == rules.cohorts.retention
    assert (rules.retention.dormancy_days, rules.retention.postings.orders) == (180, False)
    gaps = (rules.movements, rules.retention, rules.lifetime, rules.health, rules.activity)
    assert [rule.gap_days for rule in gaps] == [7] * 5
    assert (rules.sessions.gap_minutes, rules.repeat.gap_minutes) == (45, 45)
    assert (rules.health.weights.usage, rules.health.weights.support) == (40, 20)
    assert (rules.accounts.core_share, rules.accounts.fall) == (0.5, 15)
    assert rules.stages.days_off == (date(2026, 12, 29),)
    assert rules.stages.country == ""
    assert (rules.free_shipping_line, rules.free_shipping_band) == (Decimal(5000), Decimal("0.1"))


def test_own_values_survive_being_written() -> None:
    read = read_choices(OWN)
    assert read_choices(yaml.safe_load(yaml.safe_dump(plain_choices(read)))) == read


def test_every_subject_has_choices() -> None:
    assert {one.subject for one in CHOICES} == {each.name for each in SUBJECTS}


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"clases": {"purchases": 3}}, RuleUnknown, "“clases”. Did you mean “classes”?"),
        ({"classes": {"purchase": 3}}, RuleUnknown, "“classes.purchase”. Did you mean “classes.purchases”?"),
        ({"classes": {"purchases": 0}}, RuleImpossible, "a whole number from 1 to 100"),
        ({"classes": {"purchases": True}}, RuleImpossible, "a whole number from 1 to 100"),
        ({"classes": {"renewal": "no"}}, RuleImpossible, "true, false"),
        ({"retention": 180}, RuleImpossible, "classes: {purchases: 3}"),
        ({"rfm": {"recency_limits": [90, 60, 30, 10]}}, RuleImpossible, "4 numbers, the smallest first"),
        ({"rfm": {"lookback": "24 moons"}}, RuleImpossible, "a length such as 30d"),
        ({"attribution": {"model": "magic"}}, RuleImpossible, "time_decay"),
        ({"sessions": {"goals": []}}, RuleImpossible, "purchase"),
        ({"health": {"usage": 0, "support": 0, "payment": 0}}, RuleImpossible, "above 0"),
        ({"health": {"bands": None}}, RuleImpossible, "2 numbers, the largest first"),
        ({"movements": {"cross_sell": ["upsell"], "upsell": ["upsell"]}}, RuleImpossible, "not in cross_sell"),
        ({"shop": {"free_shipping_line": "-1"}}, RuleImpossible, "an amount of 0 or more"),
        ({"shop": {"large_deal": "NaN"}}, RuleImpossible, "an amount of 0 or more"),
        ({"stages": {"days_off": ["29 December"]}}, RuleImpossible, "2026-12-29"),
        ({"stages": {"working_days": [7]}}, RuleImpossible, "0 (Monday) to 6 (Sunday)"),
        ({"activity": {"entitlements": {"Basic": "all"}}}, RuleImpossible, "plans, each with a list of features"),
    ],
)
def test_what_cannot_be_is_refused_in_words(wrong: Any, error: type[KeikiError], words: str) -> None:
    with pytest.raises(error) as raised:
        read_choices(wrong)
    assert words in str(raised.value)
    assert raised.value.words("ja") != str(raised.value)
