"""Who fits the ideal customer follows the profile in force, in every number that asks for it."""

from __future__ import annotations

import importlib.util
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import yaml

import keiki
from keiki.customers.ideal import IdealProfile, Trait
from keiki.engine.settings import FILE
from keiki.errors import IdealProfileImpossible, UnknownName

FOOD = IdealProfile((Trait("industry", ("food", "retail"), 70), Trait("region", ("kanto",), 30)), 60)
CUSTOMERS: list[dict[str, Any]] = [
    {"customer_id": f"c{n}", "acquired_on": f"2026-09-{n + 1:02}", "icp_fit": fit}
    | {"industry": industry, "region": "kansai"}
    for n, (industry, fit) in enumerate(
        [("food", False), ("food", False), ("retail", None), ("mining", True), ("mining", True), (None, None)]
    )
]
LEADS = [
    {
        "pipeline": "lead",
        "stage": "lead",
        "subject_id": f"l{n}",
        "customer_id": f"c{n}",
        "entered_at": "2026-09-20 10:00",
    }
    for n in range(6)
]
ORDERS = [
    {"order_id": f"{day}-{n}", "customer_id": f"c{n}", "ordered_at": f"{day} 10:00", "amount": amount * (n + 1)}
    for day, amount in (("2026-08-21", 10), ("2026-09-21", 100))
    for n in range(6)
]
COSTS = [
    {"spent_on": "2026-09-10", "amount": 10**n, "category": "ad_spend", "department": "marketing"}
    | {"customer_id": f"c{n}"}
    for n in range(6)
] + [
    {"spent_on": "2026-09-11", "amount": 60_000, "category": "ad_spend", "department": "marketing", "customer_id": None}
]
FACTS = {"customers": CUSTOMERS, "stages": LEADS, "orders": ORDERS, "costs": COSTS}
SEPTEMBER = date(2026, 9, 30)
BY_SQL = """
    WITH fitted AS (SELECT *, {fits} AS fits FROM customers)
    SELECT
        (SELECT count(*) FILTER (WHERE fits) / count(*) FROM fitted),
        (SELECT count(*) FILTER (WHERE fits) / count(fits) FROM leads LEFT JOIN fitted USING (customer_id)),
        (SELECT sum(on_others) / sum(amount) FROM (
            SELECT amount, CASE
                WHEN customer_id IS NULL THEN amount * (SELECT avg((NOT coalesce(fits, true))::INT) FROM fitted)
                ELSE amount * (SELECT (NOT coalesce(fits, true))::INT FROM fitted f WHERE f.customer_id = c.customer_id)
            END AS on_others FROM costs c)),
        (SELECT sum(amount) FILTER (WHERE fits) FROM orders LEFT JOIN fitted USING (customer_id)
            WHERE ordered_at >= '2026-09-01')
"""
BY_PROFILE = (
    "70 * (coalesce(industry, '') IN ('food', 'retail'))::INT + 30 * (coalesce(region, '') = 'kanto')::INT >= 60"
)
KPIS = ("icp_fit_rate", "icp_lead_rate", "non_icp_spend_ratio")


@pytest.fixture(params=["duckdb", "spark"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[keiki.Business]:
    spark = request.param == "spark"
    if spark and (importlib.util.find_spec("pyspark") is None or shutil.which("java") is None):
        pytest.skip("Spark needs keiki[spark] and a Java runtime")
    with keiki.open(tmp_path, keiki.Settings(engine="spark://local[2]" if spark else "")) as business:
        business.load_facts(FACTS, name="made")
        yield business


def told(business: keiki.Business) -> list[float | None]:
    """The KPIs that name who fits, and sales narrowed to who fits."""
    found = business.measure(KPIS, business.lens("month", 1, until=SEPTEMBER))
    narrowed = business.lens("month", 1, until=SEPTEMBER, where="customer.icp_fit = true")
    return [*(found.value(name) for name in KPIS), business.measure(("revenue",), narrowed).value("revenue")]


def by_sql(fits: str) -> list[float | None]:
    with duckdb.connect() as database:
        tables = {"customers": CUSTOMERS, "leads": LEADS, "orders": ORDERS, "costs": COSTS}
        for name, rows in tables.items():
            database.register(name, pa.Table.from_pylist(rows))
        (row,) = database.sql(BY_SQL.format(fits=fits)).fetchall()
    return [None if value is None else float(value) for value in row]


def sales(business: keiki.Business) -> dict[Any, float | None]:
    found = business.measure(("revenue",), business.lens("month", 1, until=SEPTEMBER, by=("customer.icp_fit",)))
    return {segment[0]: found.value("revenue", segment=segment) for segment in found.segments}


def test_every_number_follows_the_profile_in_force_and_the_file_without_one(
    shop: keiki.Business, tmp_path: Path
) -> None:
    assert told(shop) == pytest.approx(by_sql("icp_fit"))
    assert told(shop) == pytest.approx([2 / 6, 2 / 4, (11 + 20_000) / 171_111, 900])
    assert sales(shop) == {"true": 900, "false": 300, None: 900}
    replace(shop.settings, ideal=FOOD).save(tmp_path)
    with keiki.open(tmp_path) as fitted:
        assert told(fitted) == pytest.approx(by_sql(BY_PROFILE))
        assert told(fitted) == pytest.approx([3 / 6, 3 / 6, (111_000 + 30_000) / 171_111, 600])
        assert sales(fitted) == {"true": 600, "false": 1500, None: 0}  # the ledger names no customer: it sold nothing
        totals = keiki.fit_totals(fitted, FOOD)
        assert (totals.customers_in, totals.customers_out) == (3, 3)
        assert (totals.spend_in, totals.spend_out, totals.unknown_spend) == (30_111, 141_000, 0)
        assert totals.spend_out_share == pytest.approx(told(fitted)[2])
        split = fitted.explain_by("revenue", "customer.icp_fit", *fitted.lens("month", 2, until=SEPTEMBER).periods)
        assert {part.segment[0]: part.after for part in split.parts} == {"true": 600, "false": 1500, None: 0}
    assert told(shop) == pytest.approx(by_sql("icp_fit"))  # who opened it before reads on by what was in force


def test_without_profile_or_data_nobody_fits_and_nothing_is_0(tmp_path: Path) -> None:
    plain = [{**each, "icp_fit": None} for each in CUSTOMERS]
    with keiki.open(tmp_path, keiki.Settings()) as business:
        business.load_facts({**FACTS, "customers": plain}, name="made")
        assert told(business) == [None] * 4
        found = business.measure((*KPIS, "revenue"), business.lens("month", 1, until=SEPTEMBER))
        assert found.value("revenue") == 2100
        for kpi in KPIS:
            (why,) = found.missing(kpi, "en")
            assert why.startswith("Nobody has said yet who fits the ideal customer")
            assert found.missing(kpi, "ja")[0].startswith("誰が理想の顧客像に合うかがまだ決まっていません")


def test_leads_linked_to_nobody_are_in_no_part_of_the_rate(tmp_path: Path) -> None:
    unlinked = [{**each, "customer_id": None} for each in LEADS]
    with keiki.open(tmp_path, keiki.Settings(ideal=FOOD)) as business:
        business.load_facts({**FACTS, "stages": unlinked}, name="made")
        found = business.measure(("icp_lead_rate", "n_leads"), business.lens("month", 1, until=SEPTEMBER))
        assert (found.value("icp_lead_rate"), found.value("n_leads")) == (None, 6)


@pytest.mark.parametrize(
    "wrong", [{"traits": {"industry": {"values": "food", "weight": 100}}}, {"traits": ["industry"]}, {"threshold": 5}]
)
def test_profile_in_the_settings_that_cannot_be_is_refused(wrong: Any, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(yaml.safe_dump({"name": "Shop", "ideal": wrong}), encoding="utf-8")
    with pytest.raises(IdealProfileImpossible):
        keiki.open(tmp_path)
    (tmp_path / FILE).write_text("ideal: {traits: {colour: {values: [red], weight: 100}}}", encoding="utf-8")
    with pytest.raises(UnknownName):
        keiki.open(tmp_path)


def test_settings_come_back_with_their_profile(tmp_path: Path) -> None:
    keiki.Settings(ideal=FOOD).save(tmp_path)
    assert keiki.Settings.read(tmp_path).ideal == FOOD
