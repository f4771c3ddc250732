"""Customer value for programs: every subject says the same number as the query behind its page."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.engine.test_customer_forecast import orders as many_orders
from tests.server.customers.test_cohort_pages import ACTS
from tests.server.customers.test_quality_pages import fill as products

from keiki.cli.main import run
from keiki.customers.cohort_table import TableRule
from keiki.customers.ideal import IdealProfile, Trait
from keiki.customers.lives import LifeRule
from keiki.customers.ltv_formulas import FORMULAS, TERMS
from keiki.engine.customer_history import customer_history
from keiki.engine.ideal_customers import CONTACT
from keiki.periods import Grain
from keiki.server.accounts.actions import change_rules, make_api_token
from keiki.server.audit.models import Entry
from keiki.server.customers.actions.ideal import keep_profile
from keiki.server.customers.queries import (
    cohorts,
    forecast,
    ideal,
    lifetime_value,
    quality,
    recurring,
    repeat,
    segments,
)
from keiki.server.customers.schemas import LifetimeValueAsk
from keiki.server.data.actions import opened


def asking(cast: Any, who: str = "viewer") -> Any:
    """What a program with the reading token of a person gets."""
    token = make_api_token(getattr(cast, who), cast.business, "reads", "read", None)
    client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})

    def get(path: str, **query: Any) -> Any:
        answer = client.get(f"/api/v1/businesses/{cast.business.id}/customers/{path}", query)
        assert answer.status_code == 200, answer.content
        return answer.json()

    return get


fill = products


@pytest.fixture
def sold(filled: Any) -> Any:
    """Two products with 40 customers each, one of them bought again."""
    return filled


@pytest.fixture
def contracts(bare: Any) -> Any:
    """Twelve customers with contracts: two plans, ends, a return and a growth."""
    rows = [
        {"subscription_id": f"s{n}", "customer_id": f"c{n}", "plan": ("basic", "pro")[n % 2], "mrr": 1000 + n}
        | {"valid_from": f"2025-{1 + n:02}-05", "valid_to": f"2026-{1 + n:02}-05" if n % 3 == 0 else None}
        for n in range(12)
    ]
    rows.append(
        {"subscription_id": "back", "customer_id": "c0", "plan": "pro", "mrr": 3000}
        | {"valid_from": "2026-04-01", "valid_to": None}
    )
    opened(bare.business).business.load(rows, "subscriptions")
    return bare


def test_cohorts_are_those_of_the_page(sold: Any) -> None:
    told = asking(sold)("cohorts", start="order", value="revenue_per_customer", by="acquisition_channel", last=60)
    rule = TableRule(Grain.MONTH, "order", by="acquisition_channel")
    found = cohorts.tables(sold.viewer, sold.business, rule, 60)
    assert [table["segment"] for table in told["tables"]] == [table.segment for table in found] == ["A", "B"]
    for answer, table in zip(told["tables"], found, strict=True):
        assert [cohort["size"] for cohort in answer["cohorts"]] == [cohort.size for cohort in table.cohorts]
        assert answer["average"] == [table.average(age, "revenue_per_customer") for age in range(table.ages)]
        assert answer["cohorts"][0]["values"] == [
            table.value(table.cohorts[0], age, "revenue_per_customer") for age in range(table.ages)
        ]


def test_cohorts_begin_with_events_of_one_name(bare: Any) -> None:
    named = [{"customer_id": who, "name": name, "occurred_at": at} for who, name, at in ACTS]
    opened(bare.business).business.load(named, "events")
    told = asking(bare)("cohorts", start="event", event="login", grain="year", value="customers")
    sizes = {cohort["period"]["start"]: cohort["size"] for cohort in told["tables"][0]["cohorts"] if cohort["size"]}
    assert sizes == {"2024-04-01": 1, "2025-04-01": 1}


def test_segments_and_their_customers_are_those_of_the_page(sold: Any) -> None:
    get, found = asking(sold), segments.segments(sold.viewer, sold.business)
    told = get("segments")
    assert [(s["segment"], s["customers"], Decimal(s["amount"])) for s in told["segments"]] == [
        (s.segment, s.customers, s.amount) for s in found.segments
    ]
    assert sum(score["customers"] for score in told["scores"]) == told["customers"] == found.customers > 0
    assert {(m["before"], m["after"]): m["customers"] for m in told["moves"]} == dict(found.moves)
    name = max(found.segments, key=lambda each: each.customers).segment
    listed = get(f"segments/{name}", limit=3)
    members = segments.members(sold.viewer, sold.business, name, found.period, 3)
    assert listed["total"] == found.segment(name).customers
    assert [(m["customer_id"], Decimal(m["amount"])) for m in listed["customers"]] == [
        (m.customer_id, m.amount) for m in members
    ]


def test_scores_under_an_earlier_scale_are_told_with_that_scale(own_shop: Any) -> None:
    get, limits = asking(own_shop), [20.0, 24.0, 40.0, 80.0]
    before = get("segments")
    assert [scale["number"] for scale in before["scales"]] == [1]
    change_rules(own_shop.owner, own_shop.business, 1, "rfm", {"recency_limits": limits})
    now, then = get("segments"), get("segments", scale=1)
    assert [(scale["number"], scale["recency_limits"]) for scale in now["scales"]] == [(2, limits), (1, None)]
    assert (now["scale"]["number"], then["scale"]["number"]) == (2, 1)
    assert (then["scores"], then["segments"]) == (before["scores"], before["segments"])
    assert now["scores"] != before["scores"]
    name = max(then["segments"], key=lambda each: each["customers"])["segment"]
    assert len(get(f"segments/{name}", scale=1)["customers"]) == max(s["customers"] for s in then["segments"])


def test_no_address_leaves_with_the_customers_of_a_segment(bare: Any) -> None:
    business = opened(bare.business).business
    row = {"order_id": "1", "customer_id": "mari@example.jp", "ordered_at": "2026-10-01T03:00", "amount": 900}
    business.load([row], "orders")
    business.load([{"customer_id": "mari@example.jp", "name": "mari@example.jp", "email": "m@example.jp"}], "customers")
    get = asking(bare, "owner")
    listed = [get(f"segments/{each['segment']}", on="2026-10-01") for each in get("segments")["segments"]]
    told = [customer for each in listed for customer in each["customers"]]
    assert [(one["customer_id"], one["name"]) for one in told] == [(None, None)]
    assert "example.jp" not in json.dumps(listed)


def test_repeat_is_what_the_engine_says(sold: Any) -> None:
    told, found = asking(sold)("repeat"), repeat.bought_again(sold.viewer, sold.business)
    assert [(rate["definition"], rate["window"], rate["share"], rate["base"]) for rate in told["rates"]] == [
        (rate.definition, rate.window, rate.share, rate.base) for rate in found.rates
    ]
    assert [rate["period"]["end"] for rate in told["rates"]] == [f"{rate.period.end}" for rate in found.rates]
    assert told["interval"]["half_after"] == found.interval.half_after
    assert [Decimal(row["revenue"]) for row in told["by_order"]] == [row.revenue for row in found.by_order]
    assert told["statuses"] == vars(found.statuses)


def test_repeat_takes_a_period_and_windows(sold: Any) -> None:
    told = asking(sold)("repeat", period="2026-08..2026-09", windows=["10d", "2m"])
    found = repeat.bought_again(sold.viewer, sold.business, "2026-08..2026-09", ("10d", "2m"))
    assert [rate["window"] for rate in told["rates"]] == ["10d", "2m", "60d", None, None]
    assert {(rate["period"]["start"], rate["period"]["end"]) for rate in told["rates"]} == {
        ("2026-08-01", "2026-10-01")
    }
    assert [(rate["share"], rate["base"]) for rate in told["rates"]] == [
        (rate.share, rate.base) for rate in found.rates
    ]


def test_recurring_revenue_is_that_of_the_page_by_every_rule(contracts: Any) -> None:
    get = asking(contracts)
    presets = [each["id"] for each in get("recurring/rules")]
    assert presets[0] == "keiki"
    for preset in presets:
        told = get("recurring", rules=preset, last=9)
        found = recurring.movements(contracts.viewer, contracts.business, preset, Grain.MONTH, 9)
        differ = recurring.differences(contracts.viewer, contracts.business, preset, Grain.MONTH, 9)
        assert [(p["mrr_end"], p["net_retention"], p["moved"]) for p in told["periods"]] == [
            (f"{p.mrr_end:f}", p.net_retention, dict(p.moved)) for p in found.periods
        ]
        assert all(Decimal(period["unexplained"]) == 0 for period in told["periods"])
        assert Decimal(told["committed"]["total"]) == found.committed.total
        assert [each["reason"] for each in told["differences"]] == [each.reason for each in differ if preset != "keiki"]
        assert told["preset"]["source"] == found.preset.source


def test_survival_is_that_of_the_page(contracts: Any) -> None:
    told = asking(contracts)("survival", by="plan")
    found = recurring.lives(contracts.viewer, contracts.business, LifeRule(by="plan"))
    assert [(curve["segment"], curve["size"]) for curve in told["curves"]] == [
        (c.segment, c.size) for c in found.curves
    ]
    assert [[step["share"] for step in curve["steps"]] for curve in told["curves"]] == [
        [step.share for step in curve.steps if step.at_risk >= 5] for curve in found.curves
    ]
    assert found.test is not None
    assert told["test"]["p_value"] == found.test.p_value
    assert told["dormancy_days"] == found.rule.retention.dormancy_days == 365
    assert asking(contracts)("survival", of="purchase", dormancy_days=30)["dormancy_days"] == 30


def test_lifetime_value_of_numbers_that_are_sent_has_every_formula_and_its_acquisition_cost(cast: Any) -> None:
    numbers = {"aov": 20_000, "gross_margin": 0.5, "purchase_frequency": 12, "customer_lifetime_years": 3}
    told = asking(cast)(
        "lifetime-value", model="margin", own=False, marketing=800_000, sales=400_000, customers=10, **numbers
    )
    values = {each["id"]: each for each in told["values"]}
    assert (values["ltv_margin"]["value"], values["ltv_margin"]["basis"]) == (360_000, "gross_profit")
    assert (values["ltv_churn"]["value"], bool(values["ltv_churn"]["trouble"])) == (None, True)
    assert values["ltv_margin"]["valid"] == FORMULAS["ltv_margin"].valid("en")
    differ = told["differ"]
    assert (differ["highest"], differ["lowest"], differ["times"], differ["part"]) == ("ltv", "ltv_margin", 2, "share")
    assert differ["reason"] == "one keeps the margin only, the other the whole revenue"
    assert (told["acquisition"]["full"], told["acquisition"]["marketing_only"]) == (120_000, 80_000)
    assert (told["payback"]["ratio"], told["payback"]["healthy"], told["payback"]["months"]) == (3, True, 12)
    assert set(TERMS) <= set(LifetimeValueAsk.model_fields), "every term of a formula can be sent"


def test_lifetime_value_of_own_data_is_that_of_the_page(sold: Any) -> None:
    told = asking(sold)("lifetime-value", on="2025-06-10", cac=1000)
    own = lifetime_value.terms(sold.viewer, sold.business, date(2025, 6, 10))
    assert told["period"] == {"start": "2025-06-01", "end": "2025-07-01"}
    assert {**told["terms"], "cac": None} == {**own.terms, "cac": None}
    assert told["terms"]["aov"] == own.terms["aov"] is not None
    assert told["terms"]["cac"] == 1000, "what is sent counts before own data"


def test_what_groups_brought_is_that_of_the_page_and_small_ones_stand_without_numbers(sold: Any) -> None:
    extra = {"order_id": "one", "customer_id": "one", "ordered_at": "2025-06-01T12:00:00+09:00", "amount": 7}
    opened(sold.business).business.load([extra | {"product": "rare"}], "orders")
    told = {row["group"]: row for row in asking(sold)("worth", by="product")["rows"]}
    found = {row.group: row for row in lifetime_value.worths(sold.viewer, sold.business)["product"].rows}
    assert set(told) == set(found) == {"A", "B", "rare"}
    assert [told[name]["profit"] for name in "AB"] == [f"{found[name].profit:f}" for name in "AB"]
    assert (told["rare"]["shown"], told["rare"]["customers"], told["rare"]["revenue"]) == (False, None, None)


def test_quality_is_that_of_the_page(sold: Any, capsys: Any) -> None:
    get, found = asking(sold), quality.report(sold.viewer, sold.business, Grain.QUARTER)
    told = get("quality")
    assert told["customers"] == dict(found.customers)
    assert [(p["good"], p["bad"], p["margin"]) for p in told["periods"]] == [
        (f"{p.good:f}", f"{p.bad:f}", p.margin) for p in found.periods
    ]
    curves = quality.curves_by(sold.viewer, sold.business, ("product",))["product"]
    capsys.readouterr()
    assert run(["customers", "quality", "--curves", "product", "--json", "-b", str(sold.business.folder)]) == 0
    assert json.loads(capsys.readouterr().out) == get("profit-curves", by="product")
    assert [(c["groups"], c["payback"], c["points"][-1]["profit"]) for c in get("profit-curves", by="product")] == [
        (list(c.group), c.payback, c.last.profit) for c in curves
    ]


def test_curves_of_several_splits_are_crossed_as_on_the_command_line(sold: Any, capsys: Any) -> None:
    told = asking(sold)("profit-curves", by=["channel", "product"])
    assert {tuple(each["groups"]): each["customers"] for each in told} == {("A", "A"): 40, ("B", "B"): 40}
    assert [each["groups"] for each in asking(sold)("profit-curves", by="cohort")] == [["2024-01-01"]]
    capsys.readouterr()
    folder = str(sold.business.folder)
    assert run(["customers", "quality", "--curves", "cohort", "-b", folder]) == 0
    assert "2024-01-01  " in capsys.readouterr().out
    assert run(["customers", "quality", "--curves", "channel", "--curves", "product", "--json", "-b", folder]) == 0
    assert json.loads(capsys.readouterr().out) == told


def test_money_moved_on_the_command_line_is_that_of_the_page(sold: Any, capsys: Any) -> None:
    told = asking(sold)("allocation", by="product", giver="B", taker="A", amount=10_000)
    folder = str(sold.business.folder)
    command = ["customers", "quality", "--by", "product", "--move", "10000", "--from", "B", "--to", "A", "-b", folder]
    capsys.readouterr()
    assert run([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["moved"]["expected"] == told["moved"]["expected"]
    assert run(command) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "Moving ¥10,000 from B to A: ¥12,000 of long-term profit" in printed


def test_allocation_is_that_of_the_page_and_says_what_moving_money_would_bring(sold: Any) -> None:
    get, found = asking(sold), quality.places_by(sold.viewer, sold.business, "product", "product").advice
    told = get("allocation", by="product", giver="B", taker="A", amount=10_000)
    assert [(p["name"], p["action"], p["low"], p["per_spend"]) for p in told["places"]] == [
        (each.place.name, each.action, each.low, each.place.per_spend) for each in found
    ]
    rates = {each.place.name: each.place.per_spend or 0 for each in found}
    assert told["moved"]["expected"] == pytest.approx(10_000 * (rates["A"] - rates["B"]))


def test_forecast_is_that_of_the_page(bare: Any) -> None:
    opened(bare.business).business.load(many_orders(150), "orders")
    told = asking(bare)("forecast", months=24)
    found = forecast.forecast(bare.viewer, bare.business, 24, 0.1, None)
    assert (told["model"], told["customers"], told["purchases"]) == (found.name, found.customers, found.purchases)
    assert (told["worth"], told["alive"]) == (found.worth, list(found.alive))
    assert [each["customer_id"] for each in told["top"]] == [each.customer_id for each in found.top]
    assert told["hold_out"]["off"] == found.hold_out.off


def test_contracts_are_forecast_as_on_the_page_and_on_the_command_line(contracts: Any, capsys: Any) -> None:
    told = asking(contracts)("contracts", months=24)
    found = forecast.contracts(contracts.viewer, contracts.business, 24, 0.1)
    assert (told["model"], told["parameters"]) == (found.choice.name, found.parameters)
    assert (told["customers"], told["mrr"], told["revenue"]) == (found.customers, found.mrr, found.revenue)
    assert (told["told"], told["known"]) == (list(found.told), list(found.known))
    assert any("Few contracts: 12" in words for words in told["cautions"])
    capsys.readouterr()
    command = ["customers", "contracts", "--months", "24", "-b", str(contracts.business.folder)]
    assert run([*command, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    same = ("model", "customers", "mrr", "revenue", "worth", "kept", "told", "known", "parameters")
    assert {name: printed[name] for name in same} == {name: told[name] for name in same}
    assert run(command) == 0
    assert "Few contracts: 12" in capsys.readouterr().out


def test_history_is_that_of_the_library_in_days_and_weeks_and_with_held_out_days(bare: Any, capsys: Any) -> None:
    numbers = opened(bare.business).business
    numbers.load(many_orders(150), "orders")
    get, whole = asking(bare), customer_history(numbers)
    told = get("history", limit=500)
    assert (told["customers"], told["purchases"]) == (whole.history.size, whole.history.frequency.sum())
    by_id = {row["customer_id"]: row for row in told["rows"]}
    for place, name in enumerate(whole.customer_ids):
        row = by_id[name]
        assert (row["frequency"], row["recency"], row["age"]) == tuple(
            getattr(whole.history, each)[place] for each in ("frequency", "recency", "age")
        )
    weeks = {row["customer_id"]: row["age"] for row in get("history", limit=500, unit="week")["rows"]}
    assert weeks == pytest.approx({name: row["age"] / 7 for name, row in by_id.items()})
    split, last = date.fromisoformat(told["until"]) - timedelta(days=90), told["until"]
    held = get("history", until=split.isoformat(), held_out_until=last, limit=500)
    later = {row["customer_id"]: row["purchases_after"] for row in held["rows"]}
    assert {name: by_id[name]["frequency"] for name in later} == {
        row["customer_id"]: row["frequency"] + row["purchases_after"] for row in held["rows"]
    }
    capsys.readouterr()
    command = ["customers", "history", "--until", f"{split}", "--held-out", last, "-b", str(bare.business.folder)]
    assert run([*command, "--limit", "500", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {row["customer_id"]: row["purchases_after"] for row in printed["rows"]} == later
    assert (printed["customers"], printed["repeaters"]) == (held["customers"], held["repeaters"])
    assert run(command) == 0
    assert f"{held['customers']} customers by {split}" in capsys.readouterr().out
    assert run([*command[:4], "--held-out", "2020-01-01", *command[-2:]]) == 2
    assert "leaves nothing to learn from" in capsys.readouterr().err


def test_purchases_once_a_month_are_forecast_as_on_the_page_and_on_the_command_line(
    bare: Any, browser_of: Any, capsys: Any
) -> None:
    opened(bare.business).business.load(many_orders(150), "orders")
    told = asking(bare)("occasions", grain="month", ahead=6)
    found = forecast.occasions(bare.viewer, bare.business, Grain.MONTH, 6, 0.1)
    assert (told["model"], told["parameters"]) == ("BG/BB", found.parameters)
    assert (told["customers"], told["purchases"], told["worth"]) == (found.customers, found.purchases, found.worth)
    capsys.readouterr()
    command = ["customers", "occasions", "-g", "month", "--ahead", "6", "-b", str(bare.business.folder)]
    assert run([*command, "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert {name: printed[name] for name in ("first", "last", "model", "cautions")} == {
        name: told[name] for name in ("first", "last", "model", "cautions")
    }
    for name in ("customers", "purchases", "present", "worth", "margin", "parameters"):
        assert printed[name] == pytest.approx(told[name]), name
    for name in ("expected", "actual", "error"):
        assert printed["hold_out"][name] == pytest.approx(told["hold_out"][name]), name
    assert run(command) == 0
    assert f"purchases expected: {round(found.purchases)}." in capsys.readouterr().out
    address = reverse("customers:forecast", kwargs={"business": bare.business.id})
    answer = browser_of(bare.viewer).get(address, {"occasions": "month", "months": "6"})
    page = answer.context["page"]
    assert "/files/occasions/?" in answer.content.decode()
    assert page.occasions.purchases == str(round(found.purchases))
    assert (page.occasions.model, page.model) == ("BG/BB", "")


def test_ideal_customer_is_that_of_the_page(sold: Any) -> None:
    get = asking(sold)
    before = get("ideal")
    assert (before["version"], before["profile"], before["outside"]) == (None, None, [])
    profile = IdealProfile((Trait("acquisition_channel", ("A",), 100),))
    keep_profile(sold.editor, sold.business, profile)
    told, totals = get("ideal"), ideal.totals(sold.viewer, sold.business, profile)
    assert (told["version"], told["profile"]["threshold"]) == (1, 60)
    assert told["totals"] == {
        each.name: f"{value:f}" if isinstance(value := getattr(totals, each.name), Decimal) else value
        for each in fields(totals)
    } | {"spend_out_share": totals.spend_out_share}
    assert (told["nurtured"], told["left_out"]) == ideal.counts(sold.viewer, sold.business, profile) == (40, 40)
    learned = ideal.learned(sold.viewer, sold.business).lessons
    assert [(each["value"], each["share"]) for each in told["lessons"]] == [
        (each.value, each.share) for each in learned
    ]


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("cohorts?value=sheare", 422, "does_not_fit"),
        ("segments/best", 404, "not_found"),
        ("segments?on=1999-01-01", 404, "not_found"),
        ("survival?by=moon", 422, "unknown_name"),
        ("lifetime-value?aov=much", 422, "does_not_fit"),
        ("lifetime-value?customers=-1", 422, "does_not_fit"),
        ("forecast?discount=5", 422, "does_not_fit"),
        ("forecast?split=1999-01-01", 422, "split_impossible"),
        ("repeat?period=then", 422, "unreadable_period"),
        ("repeat?windows=60d&windows=soon", 422, "unreadable_window"),
        ("allocation?giver=nobody&taker=web&amount=5", 404, "not_found"),
    ],
)
def test_what_cannot_be_asked_of_customers_is_said_in_words(shop: Any, path: str, status: int, error: str) -> None:
    token = make_api_token(shop.viewer, shop.business, "reads", "read", None)
    client = Client(headers={"authorization": f"Bearer {token}"})
    answer = client.get(f"/api/v1/businesses/tea-shop/customers/{path}")
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]


def test_before_there_are_rows_there_is_nothing(bare: Any) -> None:
    token = make_api_token(bare.viewer, bare.business, "reads", "read", None)
    client = Client(headers={"authorization": f"Bearer {token}"})
    paths = ("cohorts", "segments", "repeat", "recurring", "survival", "worth", "quality", "forecast", "ideal")
    found = {path: client.get(f"/api/v1/businesses/tea-shop/customers/{path}").status_code for path in paths}
    assert found == dict.fromkeys(paths, 404)


def test_a_program_puts_a_profile_in_force_with_the_rights_of_its_person(sold: Any) -> None:
    address = f"/api/v1/businesses/{sold.business.id}/customers/ideal"
    profile = {"traits": [{"attribute": "acquisition_channel", "values": ["A"], "weight": 100}], "threshold": 60}

    def send(who: str, scope: str, body: Any) -> Any:
        token = make_api_token(getattr(sold, who), sold.business, "writes", scope, None)
        client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
        return client.post(address, json.dumps(body), content_type="application/json")

    assert [send(*who, profile).status_code for who in (("viewer", "write"), ("editor", "read"))] == [403, 403]
    assert asking(sold)("ideal")["version"] is None
    wrong = profile | {"traits": [{"attribute": "acquisition_channel", "values": ["A"], "weight": 90}]}
    refused = send("editor", "write", wrong)
    assert (refused.status_code, "The weights sum to 90" in refused.content.decode()) == (422, True)
    answer = send("editor", "write", profile)
    assert (answer.status_code, answer.json()["version"], answer.json()["nurtured"]) == (201, 1, 40)
    sold.business.refresh_from_db()
    assert opened(sold.business).business.rules.ideal == IdealProfile((Trait("acquisition_channel", ("A",), 100),))


def test_files_of_contacts_for_programs_have_addresses_for_owners_alone(sold: Any) -> None:
    def file(which: str, who: str) -> Any:
        token = make_api_token(getattr(sold, who), sold.business, "reads", "read", None)
        client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
        return client.get(f"/api/v1/businesses/{sold.business.id}/customers/ideal/contacts/{which}")

    assert file("nurture", "owner").status_code == 404  # no profile is in force
    keep_profile(sold.editor, sold.business, IdealProfile((Trait("acquisition_channel", ("A",), 100),)))
    people = [{"customer_id": "x1", "acquisition_channel": "A", "email": "x1@example.jp", "name": "x1@example.jp"}]
    opened(sold.business).business.load(people, "customers", name="people")
    assert file("everybody", "owner").status_code == 422
    theirs, ours = (file("nurture", who).getvalue().decode("utf-8-sig").splitlines() for who in ("viewer", "owner"))
    assert (len(theirs), theirs[0], ours[0]) == (42, "customer_id,name,acquired_on,score", ",".join(CONTACT))
    assert [line for line in ours if line.startswith("x1")] == ["x1,x1@example.jp,x1@example.jp,,100"]
    assert [line for line in theirs if line.startswith("x1")] == ["x1,＊＊＊,,100"]
    assert len(file("exclude", "owner").getvalue().decode().splitlines()) == 41
    assert Entry.objects.filter(action="customers.export_nurtured").count() == 2
    assert file("nurture", "outsider").status_code == 401  # a token lives as long as the membership


def test_groups_of_fewer_than_five_are_told_to_no_program(sold: Any) -> None:
    few, enough = [f"few{n}" for n in range(4)], [f"five{n}" for n in range(5)]
    people = [{"customer_id": each, "acquired_on": "2024-01-05", "segment": each[:-1]} for each in (*few, *enough)]
    bought = [
        {"order_id": each, "customer_id": each, "ordered_at": "2024-01-05T12:00:00+09:00", "amount": 98_765}
        for each in (*few, *enough)
    ]
    opened(sold.business).business.load_facts({"customers": people, "orders": bought}, name="groups")
    get = asking(sold)
    lessons = [each for each in get("ideal")["lessons"] if each["attribute"] == "segment"]
    assert lessons == []  # all customers less the five would tell the four
    curves = get("survival", of="purchase", by="segment")["curves"]
    sizes = {each["segment"]: each["size"] for each in curves}
    assert sizes == {None: 80}
    more = [{"customer_id": f"more{n}", "acquired_on": "2024-01-05", "segment": "more"} for n in range(9)]
    opened(sold.business).business.load(more, "customers", name="more")
    lessons = [each for each in get("ideal")["lessons"] if each["attribute"] == "segment"]
    assert [(each["value"], each["customers"]) for each in lessons] == [("more", 9)]
    assert len(ideal.learned(sold.viewer, sold.business).lessons) > len(get("ideal")["lessons"])  # the page shows them
