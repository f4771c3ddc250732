"""Channels as their readers see them: the mix of visits with its weak parts, and the credit of every model."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.server.cockpit.test_files_out import rows_of, sheets_of

from keiki.cli.main import run
from keiki.server.accounts.actions import change_rules, make_api_token
from keiki.server.data.actions import opened

VISITS = {"organic": 40, "paid": 25, "direct": 15, "social": 10, "email": 6, "referral": 4}
SEARCHED = {"tea shop": 50, "tea": 25, "how to brew tea": 15, "light green tea online": 10}
BOUGHT = datetime(2026, 10, 20, 12)
PATH = (("paid", "spring", 15), ("email", None, 10), ("organic", None, 3))
MODELS = ("First touch", "Last touch", "Linear", "Time decay", "Position based (40-20-40)")


def fill(business: Any) -> None:
    """A hundred visits by six channels in October 2026, three of them the way of one customer to one order of 9,000
    with a gross profit of 3,000; a last event in November.
    """
    touched = [
        {"occurred_at": BOUGHT - timedelta(days=days), "channel": channel, "campaign": campaign, "customer_id": "c"}
        | {"session_id": f"way-{channel}"}
        for channel, campaign, days in PATH
    ]
    others = [
        {"occurred_at": datetime(2026, 10, 5, 9), "channel": channel, "visitor_id": f"v-{channel}-{n}"}
        | {"session_id": f"s-{channel}-{n}"}
        for channel, count in VISITS.items()
        for n in range(count - (channel in {each[0] for each in PATH}))
    ]
    others.append({"occurred_at": datetime(2026, 11, 2, 9), "visitor_id": "late", "session_id": "late"})
    events = [{"name": "page_view", **each, "occurred_at": f"{each['occurred_at']}"} for each in (*touched, *others)]
    order = {"order_id": "o", "customer_id": "c", "ordered_at": f"{BOUGHT}", "amount": 9_000, "gross_profit": 3_000}
    media = [
        {"date": "2026-10-06", "platform": "google", "kind": "search", "keyword": keyword, "clicks": clicks}
        | {"impressions": 10 * clicks}
        for keyword, clicks in SEARCHED.items()
    ]
    business.load_facts({"events": events, "orders": [order], "media": media}, name="made")


def asking(cast: Any, path: str, **query: Any) -> Any:
    """What a program with the reading token of a viewer gets."""
    token = make_api_token(cast.viewer, cast.business, "reads", "read", None)
    client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
    answer = client.get(f"/api/v1/businesses/{cast.business.id}/{path}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture
def page(filled: Any, browser_of: Any) -> Any:
    def asked(**query: str) -> Any:
        address = reverse("journeys:channels", kwargs={"business": filled.business.id})
        answer = browser_of(filled.viewer).get(address, query)
        assert answer.status_code == 200
        return answer.context["page"]

    return asked


@pytest.mark.feature("F-135")
@pytest.mark.feature("F-138")
def test_six_channels_sum_to_all_visits_with_a_hint_below_five_per_cent_and_models_stand_side_by_side(
    filled: Any, page: Any
) -> None:
    shown = page()
    assert [(row.channel, row.share, row.weak) for row in shown.mix_rows] == [
        ("Organic search", "40.0%", False),
        ("Paid", "25.0%", False),
        ("Direct", "15.0%", False),
        ("Social", "10.0%", False),
        ("E-mail", "6.00%", False),
        ("Referral site", "4.00%", True),
    ]
    assert shown.mix.table.rows[-1] == ("Total", "100", "100.0%")
    assert shown.mix_rule == "Weak: a channel with less than 5.00% of the visits."
    assert shown.mix_sentence.endswith("Weak channel: Referral site.")

    assert shown.models == MODELS
    told = {row.place: row.by_model for row in shown.credit_rows}
    assert told["Paid"][:3] == ("1.0", "0.0", "0.3")
    assert told["E-mail"][:3] == ("0.0", "0.0", "0.3")
    assert told["Organic search"][:3] == ("0.0", "1.0", "0.3")
    decay = [float(told[name][3]) for name in ("Paid", "E-mail", "Organic search")]
    assert decay == sorted(decay)
    assert shown.credit_total == ("3", *["1.0"] * 5)
    money = page(value="revenue", by="campaign")
    by_campaign = {row.place: row.by_model[:2] for row in money.credit_rows}
    assert by_campaign == {"spring": ("¥9,000", "¥0"), "Not named": ("¥0", "¥9,000")}
    assert money.credit_total == ("3", *["¥9,000"] * 5)
    assert page(value="profit").credit_total[1:] == ("¥3,000",) * 5
    assert "A touch counts in the 90 days before a conversion" in shown.credit_rule

    answer = asking(filled, "channels", by="channel")
    assert sum(each["share"] for each in answer["channels"]) == pytest.approx(1)
    assert (answer["conversions"], answer["revenue"], answer["gross_profit"]) == (1, "9000.0000", "3000.0000")
    for place in range(len(MODELS)):
        assert sum(each["by_model"][place]["conversions"] for each in answer["places"]) == pytest.approx(1)
        assert sum(each["by_model"][place]["revenue"] for each in answer["places"]) == pytest.approx(9_000)


@pytest.mark.feature("F-137")
def test_classes_of_keywords_show_clicks_and_shares_that_sum_to_all_by_words_of_the_business(
    filled: Any, page: Any, capsys: Any
) -> None:
    assert page().keyword_sentence == "100 clicks from search. Name the words of your brand, and its part is told."
    change_rules(filled.owner, filled.business, 1, "keywords", {"brand": ("Tea Shop",)})
    shown = page()
    assert [(row.name, row.keywords, row.clicks, row.share, row.rate) for row in shown.keyword_rows] == [
        ("Brand", "1", "50", "50.0%", "10.0%"),
        ("Generic", "1", "25", "25.0%", "10.0%"),
        ("Problem", "1", "15", "15.0%", "10.0%"),
        ("Long tail", "1", "10", "10.0%", "10.0%"),
    ]
    assert shown.keyword_totals == ("4", "100", "100.0%", "1,000", "10.0%")
    assert shown.keywords.table.rows[-1] == ("Total", "100", "100.0%")
    assert "Brand: has Tea Shop." in shown.keyword_rule
    assert sum(each["clicks"] for each in asking(filled, "channels")["keywords"]) == 100
    assert run(["insight", "channels", "-p", "2026-10", "-b", str(filled.business.folder)]) == 0
    assert "Long tail: 3 words or more." in capsys.readouterr().out


def test_limit_and_window_are_rules_of_the_business_printed_beside_the_numbers(
    filled: Any, page: Any, capsys: Any
) -> None:
    change_rules(filled.owner, filled.business, 1, "traffic", {"weak": Decimal("0.08")})
    change_rules(filled.owner, filled.business, 2, "attribution", {"lookback": "5d", "half_life_days": 3.0})
    shown = page()
    assert [row.channel for row in shown.mix_rows if row.weak] == ["E-mail", "Referral site"]
    assert [(row.place, row.by_model) for row in shown.credit_rows] == [("Organic search", ("1.0",) * 5)]
    assert "in the 5 days before" in shown.credit_rule
    assert "half after each 3 days" in shown.credit_rule
    november = page(on="2026-11-01")
    assert [(row.channel, row.share, row.weak) for row in november.mix_rows] == [("Not named", "100.0%", False)]
    assert november.credit_sentence == "Nobody bought in this period, so there is nothing to share."
    assert run(["insight", "channels", "-p", "2026-10", "-b", str(filled.business.folder)]) == 0
    printed = capsys.readouterr().out
    assert "weak channel" in printed
    assert "1 conversions worth ¥9,000 in each model" in printed
    assert run(["insight", "channels", "--by", "chanel", "-b", str(filled.business.folder)]) == 2


def test_panels_are_files_with_the_numbers_of_the_page_and_nothing_of_few_customers(
    filled: Any, page: Any, browser_of: Any, tmp_path: Path
) -> None:
    def file(panel: str, kind: str = "csv", **query: str) -> Any:
        address = reverse("journeys:channels_file", kwargs={"business": filled.business.id, "panel": panel})
        answer = browser_of(filled.viewer).get(address, {**query, "file": kind})
        assert answer.status_code == 200, panel
        return answer

    def credit(panel: str, **query: str) -> list[tuple[str, ...]]:
        return [tuple(row.values()) for row in rows_of(file(panel, **query))]

    assert credit("credit") == []
    sheets = sheets_of(file("credit", "xlsx"), tmp_path)
    assert "fewer than 5 customers" in dict(row[:2] for row in sheets["Filters"])["Left out"]
    bought = [(f"c{n}", BOUGHT + timedelta(minutes=n)) for n in range(1, 5)]
    events = [
        {"name": "page_view", "occurred_at": f"{at - timedelta(days=days)}", "customer_id": customer}
        | {"session_id": f"{customer}-{channel}", "channel": channel, "campaign": campaign}
        for customer, at in bought
        for channel, campaign, days in PATH
    ]
    orders = [
        {"order_id": f"o{customer}", "customer_id": customer, "ordered_at": f"{at}", "amount": 9_000}
        | {"gross_profit": 3_000}
        for customer, at in bought
    ]
    opened(filled.business).business.load_facts({"events": events, "orders": orders}, name="more")
    shown = page(value="revenue")
    told = {row.place: row.by_model for row in shown.credit_rows}
    assert told["Paid"][0] == told["Organic search"][1] == "¥45,000"
    sheets = sheets_of(file("credit", "xlsx", value="revenue"), tmp_path)
    assert {row[0]: row[2] for row in sheets["Summary"][1:]} == {"Paid": 45_000}, "e-mail has few, organic tells it"
    details = {(row[0], row[1]): row[2:] for row in credit("credit", value="revenue")}
    assert details["Paid", "First touch"] == ("5", "45000", "15000")
    assert "A touch counts in the 90 days" in str(sheets["Definitions"])
    assert ["Split by", "Channel"] in [row[:2] for row in sheets["Filters"]]
    visits = {row.channel: row.visits for row in shown.mix_rows}
    assert {row[0]: row[1] for row in credit("mix")} == visits
    assert sum(int(row[2]) for row in credit("keywords")) == 100
    body = browser_of(filled.viewer).get(reverse("journeys:channels", kwargs={"business": filled.business.id}))
    for panel in ("mix", "credit", "keywords"):
        assert f"/channels/files/{panel}/?file=xlsx" in body.content.decode()
