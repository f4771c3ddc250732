"""Attribution: shares of worked paths by every model, who is meant, and the same from plain SQL."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

import ibis
import ibis.expr.types as ir
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.customers.postings import PostingRule, conversions
from keiki.errors import UnknownName
from keiki.journeys.attribution import MODELS, AttributionRule, credited, side_by_side

BOUGHT = datetime(2026, 3, 1, 12)


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def touch(channel: str | None, days_before: float, **more: Any) -> dict[str, Any]:
    row = {"occurred_at": BOUGHT - timedelta(days=days_before), "name": "page_view", "customer_id": "c"}
    return row | {"channel": channel} | more


def order(number: int = 1, customer: str = "c", at: datetime = BOUGHT, **more: Any) -> dict[str, Any]:
    row = {"order_id": f"o{number}", "customer_id": customer, "ordered_at": at, "amount": 1000, "gross_profit": 400}
    return row | more


def shares(lake: SmallLake, events: list[dict[str, Any]], rule: AttributionRule | str = "position_based") -> Any:
    """Credit by channel, in the order of the path."""
    facts = lake.put(events=events, orders=[order()])
    rule = AttributionRule(rule) if isinstance(rule, str) else rule
    table = credited(facts, conversions(facts, PostingRule()), rule)
    return {channel: credit for _, channel, credit in lake.rows(table, "place", "channel", "credit")}


PATH = [touch("paid", 20), touch("email", 10), touch("organic", 3)]


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("first", {"paid": 1, "email": 0, "organic": 0}),
        ("last", {"paid": 0, "email": 0, "organic": 1}),
        ("linear", {"paid": 1 / 3, "email": 1 / 3, "organic": 1 / 3}),
        ("position_based", {"paid": 0.4, "email": 0.2, "organic": 0.4}),
    ],
)
def test_path_of_three_is_shared_by_model(lake: SmallLake, model: str, expected: dict[str, float]) -> None:
    assert shares(lake, PATH, model) == pytest.approx(expected)


def test_time_decay_halves_with_every_half_life(lake: SmallLake) -> None:
    found = shares(lake, [touch("paid", 21), touch("email", 14), touch("organic", 7)], "time_decay")
    assert found == pytest.approx({"paid": 1 / 7, "email": 2 / 7, "organic": 4 / 7})
    slow = shares(lake, [touch("paid", 37), touch("organic", 7)], AttributionRule("time_decay", half_life_days=30))
    assert slow == pytest.approx({"paid": 1 / 3, "organic": 2 / 3})


@pytest.mark.feature("F-135")
def test_path_of_ad_mail_and_search_is_shared_side_by_side_by_every_model(lake: SmallLake) -> None:
    facts = lake.put(events=PATH, orders=[order()])
    table = side_by_side(facts, conversions(facts, PostingRule()))
    columns = [f"{model}_credit" for model in MODELS]
    told = {place: dict(zip(MODELS, credit, strict=True)) for place, *credit in lake.rows(table, "place", *columns)}
    ad, mail, search = told["paid"], told["email"], told["organic"]
    assert [each["first"] for each in (ad, mail, search)] == [1, 0, 0]
    assert [each["last"] for each in (ad, mail, search)] == [0, 0, 1]
    assert [each["linear"] for each in (ad, mail, search)] == pytest.approx([1 / 3, 1 / 3, 1 / 3])
    assert ad["time_decay"] < mail["time_decay"] < search["time_decay"]
    assert [each["position_based"] for each in (ad, mail, search)] == pytest.approx([0.4, 0.2, 0.4])
    for model in MODELS:
        assert sum(each[model] for each in told.values()) == pytest.approx(1)


@pytest.mark.feature("F-136")
def test_position_based_gives_a_path_of_four_40_10_10_40(lake: SmallLake) -> None:
    path = [touch("paid", 20), touch("email", 10), touch("social", 5), touch("organic", 3)]
    found = shares(lake, path, "position_based")
    assert found == pytest.approx({"paid": 0.4, "email": 0.1, "social": 0.1, "organic": 0.4})
    assert sum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize(("path", "expected"), [(PATH[:1], {"paid": 1}), (PATH[:2], {"paid": 0.5, "email": 0.5})])
def test_position_based_shares_short_paths_in_proportion(
    lake: SmallLake, path: list[dict[str, Any]], expected: dict[str, float]
) -> None:
    assert shares(lake, path) == pytest.approx(expected)


def test_direct_counts_only_where_there_is_nothing_else(lake: SmallLake) -> None:
    assert shares(lake, [touch("direct", 20), touch("email", 10), touch("direct", 1)]) == {"email": 1}
    assert shares(lake, [touch("direct", 20)]) == {"direct": 1}
    assert shares(lake, []) == {"direct": 1}


def test_touch_counts_inside_the_lookback_and_before_the_sale(lake: SmallLake) -> None:
    path = [touch("paid", 91), touch("email", 90), touch("social", -1), touch(None, 5)]
    assert shares(lake, path) == {"email": 1}
    assert shares(lake, path, AttributionRule(lookback="30d")) == {"direct": 1}


def test_visit_of_many_pages_is_one_touch(lake: SmallLake) -> None:
    path = [touch("paid", 20, session_id="a"), touch("paid", 19.99, session_id="a"), touch("email", 1, session_id="b")]
    assert shares(lake, path, "linear") == pytest.approx({"paid": 0.5, "email": 0.5})
    facts = lake.put(events=path, orders=[order()])
    each = credited(facts, conversions(facts, PostingRule()), AttributionRule("linear", each_event=True))
    assert [row[0] for row in lake.rows(each, "place")] == [1, 2, 3]


def test_visitor_known_as_one_customer_is_that_customer(lake: SmallLake) -> None:
    known = [
        touch("paid", 20, customer_id=None, visitor_id="v"),
        touch(None, 1, visitor_id="v"),
        touch("email", 20, customer_id=None, visitor_id="shared"),
        touch(None, 1, visitor_id="shared"),
        touch(None, 1, visitor_id="shared", customer_id="d"),
    ]
    assert shares(lake, known) == {"paid": 1}


def test_revenue_and_profit_are_shared_like_the_credit(lake: SmallLake) -> None:
    facts = lake.put(events=PATH, orders=[order(), order(2, gross_profit=None, cost=None), order(3, status="returned")])
    table = credited(facts, conversions(facts, PostingRule()), AttributionRule())
    rows = lake.rows(table, "conversion_id", "place", "revenue", "profit")
    assert [row[:2] for row in rows] == [("o1", 1), ("o1", 2), ("o1", 3), ("o2", 1), ("o2", 2), ("o2", 3)]
    assert [row[2] for row in rows] == pytest.approx([400, 200, 400, 400, 200, 400])
    assert [row[3] for row in rows[:3]] == pytest.approx([160, 80, 160])
    assert [row[3] for row in rows[3:]] == [None, None, None]


def test_won_deals_are_the_conversions_of_a_business_without_orders(lake: SmallLake) -> None:
    won = {"pipeline": "deal", "stage": "won", "subject_id": "d", "customer_id": "c", "amount": 500}
    stages = [won | {"entered_at": BOUGHT}, won | {"entered_at": BOUGHT + timedelta(days=9)}]
    bill = {"invoice_id": "i", "customer_id": "c", "issued_on": "2026-03-05", "amount": 500}
    facts = lake.put(stages=stages, events=PATH, invoices=[bill])
    assert lake.rows(conversions(facts, PostingRule()), "conversion_id", "converted_at") == [("d", BOUGHT)]
    facts = lake.put(stages=stages, events=PATH, orders=[order()])
    assert lake.rows(conversions(facts, PostingRule()), "conversion_id") == [("o1",)]


def test_side_by_side_says_what_each_model_says_alone_by_any_column_of_touches(lake: SmallLake) -> None:
    path = [touch("paid", 20, campaign="spring"), touch("email", 10), touch("paid", 3)]
    facts = lake.put(events=path, orders=[order(), order(2, customer="d", gross_profit=None, cost=None)])
    sold = conversions(facts, PostingRule())
    columns = [f"{model}_revenue" for model in MODELS]
    for by in ("channel", "campaign"):
        side = {place: money for place, *money in lake.rows(side_by_side(facts, sold, by), "place", *columns)}
        for number, model in enumerate(MODELS):
            alone: dict[str | None, float] = defaultdict(float)
            for place, revenue in lake.rows(credited(facts, sold, AttributionRule(model)), by, "revenue"):
                alone[place] += revenue
            assert {place: money[number] for place, money in side.items()} == pytest.approx(dict(alone))
    unknown = lake.rows(side_by_side(facts, sold), "place", "touches", "profit_unknown")
    assert sorted(unknown) == [("direct", 1, 1), ("email", 1, 0), ("paid", 2, 0)]
    with pytest.raises(UnknownName, match="Did you mean “channel”"):
        side_by_side(facts, sold, "chanel")


def test_unknown_model_is_an_error_with_a_suggestion(lake: SmallLake) -> None:
    facts = lake.put()
    with pytest.raises(UnknownName, match="Did you mean “linear”"):
        credited(facts, conversions(facts, PostingRule()), AttributionRule("liner"))


TOUCHED = """
with met as (
    select o.order_id, e.channel, e.occurred_at, o.ordered_at,
        max(case when e.channel <> 'direct' then 1 else 0 end) over (partition by o.order_id) other
    from orders o join events e on e.customer_id = o.customer_id
        and e.occurred_at <= o.ordered_at and e.occurred_at >= o.ordered_at - interval 90 day),
path as (
    select *, row_number() over (partition by order_id order by occurred_at, channel) n,
        count(*) over (partition by order_id) size
    from (select distinct * from met) where other = 0 or channel <> 'direct')
select order_id, n, channel, case $model
    when 'first' then case when n = 1 then 1 else 0 end
    when 'last' then case when n = size then 1 else 0 end
    when 'linear' then 1 / size
    when 'time_decay' then power(0.5, epoch(ordered_at - occurred_at) / 604800)
        / sum(power(0.5, epoch(ordered_at - occurred_at) / 604800)) over (partition by order_id)
    else case when size = 1 then 1 when size = 2 then 0.5 when n in (1, size) then 0.4 else 0.2 / (size - 2) end end
from path
union all
select order_id, 1, 'direct', 1 from orders where order_id not in (select order_id from path)
"""
CHANNELS = ["paid", "email", "direct", "organic"]


@pytest.mark.feature("F-134")
@settings(deadline=None, max_examples=12)
@given(
    st.lists(st.tuples(st.sampled_from("cd"), st.sampled_from(CHANNELS), st.integers(-2, 95 * 24)), max_size=8),
    st.lists(st.tuples(st.sampled_from("cde"), st.integers(0, 600)), min_size=1, max_size=4),
)
def test_credits_sum_to_1_in_each_model_and_agree_with_plain_sql(
    lake: SmallLake, touched: list[tuple[str, str, int]], bought: list[tuple[str, int]]
) -> None:
    events = [touch(channel, hours / 24, customer_id=who) for who, channel, hours in touched]
    orders = [order(n, who, BOUGHT + timedelta(hours=h)) for n, (who, h) in enumerate(bought)]
    facts = lake.put(events=events, orders=orders)
    sold = conversions(facts, PostingRule())
    every = {model: credited(facts, sold, AttributionRule(model)) for model in MODELS}
    named: list[ir.Table] = [
        t.select("conversion_id", "place", "channel", "credit", m=ibis.literal(m)) for m, t in every.items()
    ]
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    for *row, model in lake.rows(ibis.union(*named)):
        found[model].append(tuple(row))
    names = ("credit", "revenue", "profit")
    side = side_by_side(facts, sold).aggregate(
        **{f"{m}_{name}": ibis._[f"{m}_{name}"].sum() for m in MODELS for name in names}
    )
    together = {"credit": len(orders), "revenue": 1000 * len(orders), "profit": 400 * len(orders)}
    for model in MODELS:
        [sums_of_model] = lake.rows(side, *(f"{model}_{name}" for name in names))
        assert sums_of_model == pytest.approx(tuple(together.values()))
        sums: dict[str, float] = defaultdict(float)
        for conversion, _, _, credit in found[model]:
            sums[conversion] += credit
        assert sums == pytest.approx({row["order_id"]: 1.0 for row in orders})
        wanted = lake.sql(TOUCHED.replace("$model", f"'{model}'"))
        assert [row[:3] for row in found[model]] == [row[:3] for row in wanted]
        assert [row[3] for row in found[model]] == pytest.approx([float(row[3]) for row in wanted])
