"""Adoption among entitled users: the worked figures of the specification, windows, core features."""

from __future__ import annotations

from typing import Any

import pytest
from tests.rows import SmallLake

from keiki.customers.adoption import AdoptionRule, active_people, adoption, feature_use

MAY = ("2026-05-01", "2026-06-01")
WEEKS = ("2026-05-04", "2026-05-11", "2026-05-18")
FULL = AdoptionRule(entitled=("full",))


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


@pytest.fixture(scope="module")
def thousand() -> dict[str, list[dict[str, Any]]]:
    """1,000 seats may use the core feature and 500 may not; 600 of the first do, 100 of the second too."""
    rows = [
        {"subscription_id": plan, "customer_id": plan, "plan": plan, "mrr": 100, "valid_from": "2026-01-01", "seats": n}
        for plan, n in (("full", 1_000), ("lite", 500))
    ]
    events = [
        {
            "customer_id": plan,
            "visitor_id": f"{plan}{n}",
            "occurred_at": f"2026-05-{'05' if n < 200 else '12'} 03:00",
            "name": "feature_use",
            "feature": "order",
            "feature_group": "core",
        }
        for plan, users in (("full", 600), ("lite", 100))
        for n in range(users)
    ]
    return {"subscriptions": rows, "events": events}


@pytest.mark.feature("F-284")
def test_600_of_1000_entitled_users_in_a_month_are_60_percent_and_a_week_counts_anew(
    lake: SmallLake, thousand: dict[str, Any]
) -> None:
    facts = lake.put(**thousand)
    assert lake.rows(adoption(facts, lake.spans(*MAY), FULL), "core", "entitled") == [(600, 1_000)]
    assert lake.rows(adoption(facts, lake.spans(*WEEKS), FULL), "period", "core", "entitled") == [
        (0, 200, 1_000),
        (1, 400, 1_000),
    ]


@pytest.mark.feature("F-286")
def test_users_without_the_entitlement_are_in_neither_half(lake: SmallLake, thousand: dict[str, Any]) -> None:
    table = adoption(lake.put(**thousand), lake.spans(*MAY), FULL)
    ((seats, entitled, core),) = lake.rows(table, "seats", "entitled", "core")
    assert (seats, entitled, core) == (1_500, 1_000, 600)
    assert core / entitled == 0.6
    assert core / seats == 0.4


def test_features_marked_as_core_change_the_adoption(lake: SmallLake, thousand: dict[str, Any]) -> None:
    more = thousand["events"] + [
        {
            "customer_id": "full",
            "visitor_id": f"full{n}",
            "occurred_at": "2026-05-20 03:00",
            "name": "feature_use",
            "feature": "report",
            "feature_group": "other",
        }
        for n in range(700)
    ]
    facts = lake.put(**(thousand | {"events": more}))
    only = AdoptionRule(features=("report",), entitled=("full",))
    both = AdoptionRule(features=("report", "order"), entitled=("full",))
    assert [lake.rows(adoption(facts, lake.spans(*MAY), rule), "core")[0][0] for rule in (FULL, only, both)] == [
        600,
        700,
        700,
    ]
    assert lake.rows(feature_use(facts, lake.spans(*MAY)), "feature", "users", "uses") == [
        ("order", 700, 700),
        ("report", 700, 700),
    ]


def test_people_are_counted_once_in_a_window_whatever_they_do(lake: SmallLake, thousand: dict[str, Any]) -> None:
    again = thousand["events"] + [row | {"name": "login"} for row in thousand["events"]]
    facts = lake.put(**(thousand | {"events": again}))
    assert lake.rows(active_people(facts, lake.spans(*MAY)), "people") == [(700,)]
    assert lake.rows(active_people(facts, lake.spans(*WEEKS)), "period", "people") == [(0, 300), (1, 400)]
