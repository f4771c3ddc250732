"""The value chain: every KPI and every kind of cost has its place."""

from __future__ import annotations

from keiki.catalogue.load import builtin
from keiki.catalogue.value_chain import ACTIVITIES, activities_of, activity_of_cost
from keiki.facts import vocabulary


def test_every_built_in_kpi_is_in_an_activity_and_each_activity_but_technology_of_products_has_some() -> None:
    placed = {kpi.id: activities_of(kpi) for kpi in builtin().kpis.values()}
    assert [name for name, activities in placed.items() if not activities] == []
    assert {name for activities in placed.values() for name in activities} == {each.id for each in ACTIVITIES}


def test_every_department_and_every_category_of_cost_belongs_to_exactly_one_activity() -> None:
    assert sorted(d for each in ACTIVITIES for d in each.departments) == sorted(vocabulary("department"))
    assert sorted(c for each in ACTIVITIES for c in each.categories) == sorted(vocabulary("cost_category"))


def test_department_decides_before_category() -> None:
    assert activity_of_cost("customer_success", "ad_spend") == "service"
    assert activity_of_cost("bakery", "cogs") == "delivery"
    assert activity_of_cost("", "") is None
