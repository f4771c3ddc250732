"""The formulas of the built-in trees hold on rows, as the engine measures them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from tests.rows import SmallLake
from tests.trees.made import MEASURED, built_in

from keiki.engine.measure import Measurer
from keiki.lens import Lens
from keiki.measures.load import load_measures
from keiki.periods import Calendar, Grain
from keiki.trees.evaluate import EvaluatedTree, evaluate
from keiki.trees.explain import explain

CALENDAR = Calendar(zone="Asia/Tokyo")
LENS = Lens(tuple(CALENDAR.periods(Grain.MONTH, date(2025, 2, 1), date(2025, 8, 1))), CALENDAR)
PARTITIONED = ("om_phase_launch", "industry_saas")
"""Trees whose parts are rows told apart: that they are the whole can be seen on rows only."""

CHANNELS = ("organic", "paid", "social", "email", "direct", "referral", "portal", None)


class OnSmallLake:
    """The engine's verbs over the small lake."""

    together = 1

    def __init__(self, lake: SmallLake) -> None:
        self.lake = lake

    def table(self, fact: str, snapshot: int | None = None) -> ir.Table:
        return self.lake.connection.table(fact)

    def compile(self, expression: ir.Expr) -> str:
        return str(ibis.to_sql(expression, dialect="duckdb"))

    def run(self, query: ir.Expr | str) -> pa.Table:
        sql = query if isinstance(query, str) else self.compile(query)
        return self.lake.connection.con.execute(sql).to_arrow_table()

    def close(self) -> None:
        self.lake.connection.disconnect()


def made_rows(chance: Random) -> dict[str, list[dict[str, Any]]]:
    """A small shop with subscriptions over eight months: guests, returns, gaps and empty channels included."""
    first = datetime(2025, 1, 1)

    def moment() -> datetime:
        return first + timedelta(minutes=chance.randrange(240 * 24 * 60))

    def day() -> date:
        return moment().date()

    orders = [
        {
            "order_id": f"o{n}",
            "customer_id": None if chance.random() < 0.2 else f"c{chance.randrange(60)}",
            "ordered_at": moment(),
            "amount": chance.randrange(500, 20_000),
            "cost": chance.randrange(100, 500),
            "status": chance.choice(["completed"] * 9 + ["returned"]),
            "channel": chance.choice(CHANNELS),
        }
        for n in range(400)
    ]
    events = [
        {"occurred_at": moment(), "name": "page_view", "visitor_id": f"v{n % 90}", "session_id": f"s{n}",
         "channel": chance.choice(CHANNELS)}
        for n in range(900)
    ]  # fmt: skip
    costs = [
        {"spent_on": day(), "amount": chance.randrange(100, 9_000), "category": chance.choice(["ad_spend", "cogs"]),
         "department": chance.choice(["marketing", "field_sales", "customer_success", "finance", None])}
        for _ in range(80)
    ]  # fmt: skip
    customers = [{"customer_id": f"c{n}", "acquired_on": date(2025, 1, 1)} for n in range(60)]
    spans = []
    for account in range(40):
        start = day()
        for step in range(chance.randrange(1, 4)):
            end = start + timedelta(days=chance.randrange(20, 90))
            spans.append({"subscription_id": f"x{account}", "customer_id": f"c{account}", "plan": f"p{step}",
                          "product": f"q{step % 2}", "mrr": chance.randrange(1, 30) * 100, "valid_from": start,
                          "valid_to": end})  # fmt: skip
            start = end + timedelta(days=chance.choice([0, 0, 45]))
    return {"orders": orders, "events": events, "costs": costs, "customers": customers, "subscriptions": spans}


@pytest.fixture(scope="module", params=(*MEASURED, *PARTITIONED))
def measured(request: pytest.FixtureRequest) -> EvaluatedTree:
    lake = SmallLake()
    facts = lake.put(**made_rows(Random(7)))
    made = built_in(request.param)
    return evaluate(made, Measurer(OnSmallLake(lake), facts, load_measures()).read(made.asked, LENS))


def test_every_formula_gives_what_its_kpi_measures(measured: EvaluatedTree) -> None:
    whole = [n for n in measured.tree.nodes if n.formula is not None]
    for node in whole:
        for period in range(len(LENS.periods)):
            value = measured.value(node.id, period)
            assert value is not None, node.id
            assert measured.formula_value(node.id, period) == pytest.approx(value, rel=1e-9, abs=1e-6), node.id


def test_explanation_reaches_the_leaves_and_sums_to_the_change(measured: EvaluatedTree) -> None:
    told = explain(measured, LENS.periods[2], LENS.periods[3])
    assert told.gaps == ()
    assert told.change is not None
    assert sum(p.contribution or 0.0 for p in told.leaves) == pytest.approx(
        told.change, abs=1e-9 * abs(told.after or 0)
    )
