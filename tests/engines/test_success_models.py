"""The models of customer success give the same rows on Spark as on DuckDB."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest
from tests.engines.conftest import Run
from tests.engines.test_models import _plain
from tests.made_up import made_up_rows
from tests.rows import fact_rows, span_rows

from keiki.customers.account_alerts import AlertRule, account_alerts
from keiki.customers.account_book import (
    BookRule,
    Placed,
    account_book,
    order_of,
    renewals_ahead,
    with_stages_by_hand,
)
from keiki.customers.adoption import AdoptionRule, account_adoption, active_people, adoption, feature_use
from keiki.customers.churn import Leaving, grouped_outcomes, outcomes
from keiki.customers.lifecycle import LifecycleRule, current_stages, lifecycle, milestones
from keiki.customers.paging import page_of
from keiki.customers.self_help import article_use
from keiki.customers.success_return import SuccessRule, success_accounts
from keiki.customers.support import complaint_causes, satisfaction_by_team, ticket_statistics, ticket_times
from keiki.customers.timeline import timeline
from keiki.customers.user_events import user_events
from keiki.customers.voices import voices, voices_by_group
from keiki.engine.customer_success import Accounting
from keiki.facts import FACTS

Facts = Mapping[str, ir.Table]
UNTIL = date(2025, 9, 30)
NOW = datetime(2025, 9, 30, 15)
LEAVING = Leaving(
    0.5,
    {"usage": 1.5, "support": 0.5, "payment": 1.0},
    {"usage": 0.5, "support": 0.5, "payment": 0.9},
)
EVENTS = ("login", "feature_use", "feature_use", "referral", "email_opened", "meeting_held", "page_view")
ROWS = {"events": 900, "subscriptions": 160, "tickets": 200, "surveys": 150, "stages": 200, "orders": 150}

MODELS: dict[str, Callable[[Facts, ir.Table], ir.Table]] = {
    "milestones": lambda facts, spans: milestones(
        facts, LifecycleRule(habit_weeks=2, growth=Decimal("0.25"), renewal=False), UNTIL
    ),
    "lifecycle": lambda facts, spans: lifecycle(facts, LifecycleRule(habit_weeks=2)),
    "current_stages": lambda facts, spans: current_stages(facts, None, UNTIL),
    "account_adoption": lambda facts, spans: account_adoption(facts, spans),
    "adoption": lambda facts, spans: adoption(facts, spans, AdoptionRule(features=("alpha",), entitled=("beta",))),
    "feature_use": lambda facts, spans: feature_use(facts, spans),
    "active_people": lambda facts, spans: active_people(facts, spans),
    "outcomes": lambda facts, spans: outcomes(facts, spans, None, UNTIL),
    "grouped_outcomes": lambda facts, spans: grouped_outcomes(outcomes(facts, spans)),
    "account_book": lambda facts, spans: account_book(facts, spans, UNTIL, BookRule(), LEAVING),
    "with_stages_by_hand": lambda facts, spans: with_stages_by_hand(
        account_book(facts, spans, UNTIL), [Placed("c3", "advocacy", UNTIL), Placed("c5", "adoption", date(2020, 1, 1))]
    ),
    "account_alerts": lambda facts, spans: account_alerts(
        facts, account_book(facts, spans, UNTIL), UNTIL, NOW, date(2024, 4, 1), AlertRule(days=900)
    ),
    "renewals_ahead": lambda facts, spans: renewals_ahead(facts, date(2024, 3, 1), date(2025, 9, 1)),
    "ticket_times": lambda facts, spans: ticket_times(facts, NOW),
    "ticket_statistics": lambda facts, spans: ticket_statistics(ticket_times(facts, NOW), spans),
    "satisfaction_by_team": lambda facts, spans: satisfaction_by_team(
        {**facts, "surveys": facts["surveys"].mutate(kind=ibis.literal("csat"), team=ibis._.customer_id)}, UNTIL
    ),
    "complaint_causes": lambda facts, spans: complaint_causes(facts, spans),
    "article_use": lambda facts, spans: article_use(
        {**facts, "events": facts["events"].mutate(reaction=ibis.literal("positive"))},
        {name: name for name in ("alpha", "beta", "nobody reads this")},
        UNTIL,
    ),
    "timeline": lambda facts, spans: timeline(facts, "c3"),
    "user_events": lambda facts, spans: user_events(
        {**facts, "events": facts["events"].mutate(name=_step(facts["events"]), campaign_kind=ibis.literal("webinar"))},
        UNTIL,
    ),
    "voices": lambda facts, spans: voices(facts, UNTIL),
    "voices_by_group": lambda facts, spans: voices_by_group(voices(facts, UNTIL)),
    "success_accounts": lambda facts, spans: success_accounts(facts, spans),
}


def _step(events: ir.Table) -> ir.Value:
    """Some events become steps of an event for users, all others use."""
    return ibis.cases((events.name == "referral", "attended"), (events.name == "page_view", "invited"), else_="login")


def rows_of(fact: str) -> list[dict[str, Any]]:
    columns = made_up_rows(fact, ROWS.get(fact, 60))
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for n, row in enumerate(rows):
        if fact == "events":
            row |= {"name": EVENTS[n % len(EVENTS)], "customer_id": f"c{n % 9}", "visitor_id": f"v{n % 23}"}
        if fact == "stages" and n % 3 == 0:
            row |= {"pipeline": "onboarding", "stage": ("kickoff", "first_value")[n % 2], "customer_id": f"c{n % 9}"}
        if fact == "subscriptions":
            row |= {"customer_id": f"c{n % 12}", "valid_to": row["valid_to"] if n % 2 else None}
        if fact == "tickets" and n % 2:
            row |= {"category": "complaint", "customer_id": f"c{n % 9}"}
    return rows


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    spans = span_rows("2025-06-01", "2025-07-01", "2025-08-01")
    return {name: fact_rows(name, rows_of(name)) for name in FACTS} | {"spans": spans}


def answered(run: Run, model: str, tables: Mapping[str, ir.Table]) -> list[tuple[Any, ...]]:
    table = MODELS[model](tables, tables["spans"])
    names = sorted(table.columns)
    rows = [tuple(_plain(row[name]) for name in names) for row in run(table).to_pylist()]
    return sorted(rows, key=str)


@pytest.mark.parametrize("model", MODELS)
def test_models_of_customer_success_are_the_same_on_spark(
    model: str, by_spark: Run, duck: Any, on_duck: dict[str, ir.Table], on_spark: dict[str, ir.Table]
) -> None:
    expected = answered(duck.to_pyarrow, model, on_duck)
    assert expected, "the made-up rows must reach the model"
    assert answered(by_spark, model, on_spark) == expected


def test_kept_profit_and_the_cost_of_customer_success_are_the_same_on_spark_and_neither_is_nothing(
    by_spark: Run, duck: Any, on_duck: dict[str, ir.Table], on_spark: dict[str, ir.Table]
) -> None:
    """The profit centre as the page adds it up, at a margin of a half; the costs are made those of the department."""

    def accounted(run: Run, facts: Mapping[str, ir.Table]) -> tuple[Accounting, list[tuple[Any, ...]]]:
        ours = {**facts, "costs": facts["costs"].mutate(department=ibis.literal("customer_success"))}
        rows = tuple(run(success_accounts(ours, facts["spans"]).order_by("period")).to_pylist())
        names = ("period", "cost", "mrr_start", "lost", "kept", "expansion")
        return Accounting((), rows, 0.5, SuccessRule()), [tuple(row[name] for name in names) for row in rows]

    (there, expected), (here, found) = accounted(duck.to_pyarrow, on_duck), accounted(by_spark, on_spark)
    assert found == expected
    told = (there.total("cost"), there.kept, there.grown, there.back_with_kept)
    assert told == (here.total("cost"), here.kept, here.grown, here.back_with_kept)
    assert min(there.total("cost"), there.kept or 0, there.total("lost")) > 0


@pytest.fixture(scope="module")
def books(
    spark: Any, duck: Any, on_duck: dict[str, ir.Table], on_spark: dict[str, ir.Table]
) -> Iterator[list[tuple[Any, ir.Table]]]:
    """The accounts on either engine, worked out once for all orders."""
    with ExitStack() as kept:
        yield [
            (backend, kept.enter_context(account_book(facts, facts["spans"], UNTIL, BookRule(), LEAVING).cache()))
            for backend, facts in ((duck, on_duck), (spark, on_spark))
        ]


@pytest.mark.parametrize("sort", ["loss", "gain", "mrr", "score", "name"])
def test_pages_of_accounts_are_in_the_same_order_on_spark(sort: str, books: list[tuple[Any, ir.Table]]) -> None:
    expected, found = (
        [row["customer_id"] for row in backend.to_pyarrow(page_of(book, order_of(book, sort), 1, 5)).to_pylist()]
        for backend, book in books
    )
    assert len(expected) == 5
    assert found == expected
