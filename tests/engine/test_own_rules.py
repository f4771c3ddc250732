"""Every answer about customers follows the rules that a business has set: its pauses, its sales, its silence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

import keiki
from keiki.customers.cohort_table import TableRule
from keiki.customers.lives import LifeRule
from keiki.engine.campaigns import campaigns_of
from keiki.periods import Grain

RULES: dict[str, dict[str, Any]] = {
    "contracts": {"gap_days": 45},
    "retention": {"dormancy_days": 40},
    "postings": {"deals": "always", "invoice_kinds": ["recurring"]},
}
CONTRACTS = [
    {"subscription_id": "s1", "customer_id": "pauses", "valid_from": "2026-01-01", "valid_to": "2026-03-01"},
    {"subscription_id": "s1", "customer_id": "pauses", "valid_from": "2026-04-01", "valid_to": ""},
    {"subscription_id": "s2", "customer_id": "stays", "valid_from": "2026-01-01", "valid_to": ""},
]
ORDERS = [("o1", "buyer", "2026-01-10"), ("o2", "buyer", "2026-02-01"), ("o3", "buyer", "2026-06-20")]
WON = ("d1", "dealt", "2026-02-15")


def shop(folder: Any, rules: dict[str, dict[str, Any]]) -> keiki.Business:
    made = keiki.open(folder, keiki.Settings(name="Shop", rules=rules))
    made.load([each | {"mrr": 1000, "plan": "p"} for each in CONTRACTS], "subscriptions")
    made.load(
        [
            {"order_id": order, "customer_id": customer, "ordered_at": f"{day}T12:00:00+09:00", "amount": 500}
            for order, customer, day in ORDERS
        ],
        "orders",
    )
    deal, customer, day = WON
    won = {"subject_id": deal, "pipeline": "deal", "stage": "won", "customer_id": customer, "amount": 9000}
    made.load([won | {"entered_at": f"{day}T12:00:00+09:00"}], "stages")
    made.load(
        [{"customer_id": customer, "acquired_on": day, "acquisition_campaign": "spring"}],
        "customers",
    )
    made.load(
        [
            {"invoice_id": "i1", "customer_id": "buyer", "issued_on": "2026-01-20", "amount": 70, "kind": "one_off"},
            {"invoice_id": "i2", "customer_id": "buyer", "issued_on": "2026-01-20", "amount": 30, "kind": "recurring"},
        ],
        "invoices",
    )
    return made


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    with shop(tmp_path_factory.mktemp("own"), RULES) as made:
        yield made


@pytest.fixture(scope="module")
def default(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    with shop(tmp_path_factory.mktemp("default"), {}) as made:
        yield made


def there(business: keiki.Business, rule: TableRule) -> dict[int, int]:
    """Customers of the cohorts of 2026 who are there, by age."""
    (table,) = keiki.cohort_table(business, rule)
    found: dict[int, int] = {}
    for cohort in table.cohorts:
        for age, cell in enumerate(cohort.cells):
            found[age] = found.get(age, 0) + (cell.customers if cell is not None else 0)
    return found


def test_pause_that_is_none_is_none_in_cohorts(own: keiki.Business, default: keiki.Business) -> None:
    """The last day of the data is 20 June: months 0 (January) to 4 (May) are over. March has a pause of 31 days."""
    rule = TableRule(Grain.MONTH, start="contract")
    assert [there(own, rule)[age] for age in range(5)] == [2, 2, 2, 2, 2]
    assert [there(default, rule)[age] for age in range(5)] == [2, 2, 1, 2, 2]


def test_deals_begin_a_cohort_where_they_are_sales(own: keiki.Business, default: keiki.Business) -> None:
    rule = TableRule(Grain.MONTH)
    assert (there(own, rule)[0], there(default, rule)[0]) == (2, 1)


def test_our_preset_bridges_the_pauses_of_the_business(own: keiki.Business, default: keiki.Business) -> None:
    """Both sides of a difference are the movements that are shown: no preset differs from itself or from its page."""
    march = (own.settings.calendar.period(Grain.MONTH, date(2026, 3, 15)),)
    for business, churned in ((own, 0), (default, 1000)):
        (told,) = keiki.recurring(business, march).periods
        rows = keiki.recurring_differences(business, "keiki", "chartmogul", march)
        assert told.move("churned") == churned
        theirs = keiki.recurring(business, march, "chartmogul").periods[0].move("churned")
        assert sum(row.left["churned"] - row.right["churned"] for row in rows) == churned - theirs


def test_life_ends_after_the_silence_of_the_business(own: keiki.Business, default: keiki.Business) -> None:
    """From 1 February the buyer is silent for 139 days; another silence can be asked for."""
    rule = LifeRule("purchase", "day")
    ended = [sum(step.ended for step in keiki.survival(each, rule).curves[0].steps) for each in (own, default)]
    assert ended == [2, 0]
    assert sum(step.ended for step in keiki.survival(own, rule, dormancy_days=300).curves[0].steps) == 0


def test_campaign_is_paid_back_by_the_sales_of_the_business(own: keiki.Business, default: keiki.Business) -> None:
    for business, back in ((own, 9000.0), (default, 0.0)):
        (campaign,) = campaigns_of(business, date(2026, 1, 1), date(2026, 7, 1)).rows
        assert (campaign.name, campaign.new_customers, campaign.gains[-1:]) == ("spring", 1, (back,) if back else ())
