"""Exports of the marketing tools: a small realistic file of each becomes rows of a fact, with our words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

import keiki
from keiki.facts.casts import Reading
from keiki.facts.conform import conform
from keiki.facts.vocabulary import vocabulary
from keiki.sources import guess, open_source
from keiki.sources.exports import EXPORTS, Tool, recognise

HERE: Final = Path(__file__).parent
TABLE: Final = {
    "web_analytics": {"Google Analytics", "Adobe Analytics"},
    "marketing_automation": {"HubSpot", "Marketo", "Pardot"},
    "crm": {"Salesforce", "Zoho CRM", "HubSpot CRM"},
    "social_analytics": {"Hootsuite Analytics", "Sprout Social"},
    "bi": {"Tableau", "Power BI", "Looker"},
}
"""The tool table of the specification."""

Row = tuple[Any, ...]
WANTED: dict[str, tuple[tuple[str, ...], list[Row]]] = {
    "google_analytics": (
        ("date", "grain", "channel", "metric", "value"),
        [
            (date(2026, 5, 1), "day", "organic", "n_conversions", 3.0),
            (date(2026, 5, 1), "day", "organic", "n_pageviews", 340.0),
            (date(2026, 5, 1), "day", "organic", "n_sessions", 120.0),
            (date(2026, 5, 1), "day", "paid", "n_conversions", 4.0),
            (date(2026, 5, 1), "day", "paid", "n_pageviews", 190.0),
            (date(2026, 5, 1), "day", "paid", "n_sessions", 100.0),
            (date(2026, 5, 2), "day", "(not set)", "n_conversions", 0.0),
            (date(2026, 5, 2), "day", "(not set)", "n_pageviews", 6.0),
            (date(2026, 5, 2), "day", "(not set)", "n_sessions", 5.0),
        ],
    ),
    "adobe_analytics": (
        ("date", "grain", "channel", "metric", "value"),
        [
            (date(2026, 5, 1), "month", "organic", "n_pageviews", 3000.0),
            (date(2026, 5, 1), "month", "organic", "n_sessions", 1200.0),
            (date(2026, 5, 1), "month", "paid", "n_pageviews", 700.0),
            (date(2026, 5, 1), "month", "paid", "n_sessions", 300.0),
        ],
    ),
    "hubspot_contacts": (
        ("pipeline", "subject_id", "stage", "entered_at", "channel", "owner"),
        [
            ("lead", "101", "lead", datetime(2026, 5, 1, 0), "organic", "Ito"),
            ("lead", "101", "mql", datetime(2026, 5, 3, 1), "organic", "Ito"),
            ("lead", "101", "sql", datetime(2026, 5, 6, 2), "organic", "Ito"),
            ("lead", "102", "lead", datetime(2026, 5, 2, 0), "paid", "Ito"),
        ],
    ),
    "marketo_people": (
        ("subject_id", "stage", "entered_at", "channel", "campaign", "score"),
        [
            ("7001", "lead", datetime(2026, 5, 1), "event", "Spring webinar", 35.0),
            ("7002", "lead", datetime(2026, 5, 2), "event", "Expo 2026", 80.0),
            ("7002", "mql", datetime(2026, 5, 9), "event", "Expo 2026", 80.0),
        ],
    ),
    "pardot_prospects": (
        ("subject_id", "stage", "entered_at", "channel", "campaign", "score", "owner"),
        [
            ("11", "lead", datetime(2026, 5, 1), "paid", "Whitepaper", 120.0, "Ito"),
            ("11", "sal", datetime(2026, 5, 4), "paid", "Whitepaper", 120.0, "Ito"),
            ("12", "lead", datetime(2026, 5, 2), "word_of_mouth", "Whitepaper", 10.0, None),
        ],
    ),
    "salesforce_opportunities": (
        ("pipeline", "subject_id", "stage", "entered_at", "customer_id", "amount", "channel"),
        [
            ("deal", "0061", "opportunity", datetime(2026, 4, 30, 15), "森商事", Decimal(1_200_000), "event"),
            ("deal", "0061", "won", datetime(2026, 6, 19, 15), "森商事", Decimal(1_200_000), "event"),
            ("deal", "0062", "opportunity", datetime(2026, 5, 1, 15), "安部工業", Decimal(800_000), "partner"),
            ("deal", "0062", "proposal", datetime(2026, 5, 19, 15), "安部工業", Decimal(800_000), "partner"),
            ("deal", "0063", "opportunity", datetime(2026, 5, 2, 15), "林物産", Decimal(500_000), "Web"),
        ],
    ),
    "zoho_deals": (
        ("subject_id", "stage", "entered_at", "amount", "channel", "reason"),
        [
            ("zcrm_1", "opportunity", datetime(2026, 5, 1), Decimal(300_000), "offline", None),
            ("zcrm_1", "won", datetime(2026, 5, 31, 15), Decimal(300_000), "offline", None),
            ("zcrm_2", "lost", datetime(2026, 6, 1, 15), Decimal(200_000), "partner", "Price"),
            ("zcrm_2", "opportunity", datetime(2026, 5, 2), Decimal(200_000), "partner", "Price"),
        ],
    ),
    "hubspot_deals": (
        ("subject_id", "stage", "entered_at", "customer_id", "amount", "owner"),
        [
            ("901", "opportunity", datetime(2026, 5, 1), "55", Decimal(300_000), "Ito"),
            ("901", "won", datetime(2026, 6, 1), "55", Decimal(300_000), "Ito"),
            ("902", "opportunity", datetime(2026, 5, 2), "56", Decimal(100_000), "Ito"),
        ],
    ),
    "hootsuite_posts": (
        ("date", "platform", "kind", "content", "impressions", "reach", "likes", "clicks", "published_on"),
        [
            (date(2026, 5, 1), "instagram", "social", "p1", 1500, 1200, 90, 12, date(2026, 5, 1)),
            (date(2026, 5, 2), "facebook", "social", "p2", 700, 600, 20, 30, date(2026, 5, 2)),
        ],
    ),
    "sprout_posts": (
        ("date", "platform", "content", "content_kind", "impressions", "likes", "shares", "clicks", "views"),
        [
            (date(2026, 5, 1), "x", "s1", "video", 900, 30, 5, 9, 400),
            (date(2026, 5, 2), "linkedin", "s2", "feed", 300, 10, 1, 4, None),
        ],
    ),
    "tableau": (
        ("metric", "date", "grain", "value"),
        [
            ("n_sessions", date(2026, 5, 1), "month", 12_000.0),
            ("page_load_time", date(2026, 5, 1), "month", 0.8),
        ],
    ),
    "power_bi": (
        ("metric", "date", "grain", "value"),
        [("n_sessions", date(2026, 5, 1), "day", 400.0), ("n_sessions", date(2026, 5, 2), "day", 380.0)],
    ),
    "looker": (
        ("metric", "date", "grain", "value"),
        [("n_sessions", date(2026, 5, 1), "month", 12_000.0), ("n_sessions", date(2026, 6, 1), "month", 13_000.0)],
    ),
    "google_ads": (
        ("date", "platform", "kind", "campaign", "content", "impressions", "clicks", "cost", "conversions"),
        [
            (date(2026, 5, 1), "google_ads", "ad", "Brand", "Exact", 1000, 50, Decimal(5200), 4),
            (date(2026, 5, 2), "google_ads", "ad", "Brand", "Exact", 900, 40, Decimal(4100), 2),
        ],
    ),
    "meta_ads": (
        ("date", "platform", "campaign", "content", "impressions", "reach", "clicks", "cost"),
        [
            (date(2026, 5, 1), "meta_ads", "春の新茶", "関東 / 動画A", 6000, 4000, 120, Decimal(9000)),
            (date(2026, 5, 1), "meta_ads", "春の新茶", "関東 / 静止画B", 2500, 2000, 30, Decimal(3000)),
        ],
    ),
}
PEOPLE = ("hana", "ken", "@", "tea,")


def imported(name: str, connection: Any, rows: Callable[..., Any]) -> tuple[str | None, list[Row], list[str]]:
    """The export that a file of that tool was taken for, its rows, and why others were refused."""
    found = guess(open_source(HERE / "tools" / f"{name}.csv", connection=connection))
    (part,) = found.parts
    read = rows(conform(part.table, part.mapping, Reading()).table)
    refused = [problem["reason"] for row in read for problem in row["_problems"] or ()]
    good = [row for row in read if not row["_problems"]]
    assert not [word for word in PEOPLE if word in str(good).lower()]
    return found.export, sorted((tuple(row[c] for c in WANTED[name][0]) for row in good), key=str), refused


@pytest.mark.feature("F-054")
def test_a_csv_file_of_each_tool_of_the_tool_table_comes_in(connection: Any, rows: Callable[..., Any]) -> None:
    """Adapters exist for each tool of the tool table: web analytics, MA, CRM, social and BI; and for advertising"""
    tools = {name: one for name, one in EXPORTS.items() if isinstance(one, Tool)}
    assert {kind: {one.tool for one in tools.values() if one.category == kind} for kind in TABLE} == TABLE
    assert set(WANTED) == set(tools)
    for name, (_columns, wanted) in WANTED.items():
        lost_without_day = ["required_empty"] if name == "salesforce_opportunities" else []
        assert imported(name, connection, rows) == (name, sorted(wanted, key=str), lost_without_day)


def test_words_of_tools_become_words_that_we_know() -> None:
    for tool in (one for one in EXPORTS.values() if isinstance(one, Tool)):
        for target, rule in tool.mapping.rules.items():
            domain = {"channel": "channel", "platform": "platform", "content_kind": "content_kind"}.get(target)
            if domain and rule.values:
                assert set(rule.values.values()) <= set(vocabulary(domain)), (tool.name, target)
        assert {step.stage for step in tool.steps} <= set(vocabulary("stage")), tool.name


def test_a_table_of_ones_own_is_no_export_of_a_tool() -> None:
    assert recognise(["Date", "Campaign", "Impressions", "Clicks", "Cost"]) is None
    assert recognise(["注文番号", "会員ID", "日付", "金額"]) is None
    assert recognise(["metric", "date", "grain", "value"]) is None


@pytest.mark.parametrize(
    ("header", "lines", "cost"),
    [
        (
            "Day,Campaign,Device,Impr.,Clicks,Cost",
            ("2026-05-01,beans,Mobile,10,5,1200", "2026-05-01,beans,Computer,5,2,800"),
            Decimal(2000),
        ),
        (
            "日,キャンペーン名,年齢,性別,インプレッション,消化金額 (JPY)",
            ("2026-05-01,春,25-34,女性,10,1200", "2026-05-01,春,25-34,男性,5,800", "2026-05-01,春,35-44,男性,5,50"),
            Decimal(2050),
        ),
    ],
)
def test_a_report_split_by_device_or_people_keeps_every_row(
    header: str, lines: tuple[str, ...], cost: Decimal, tmp_path: Path
) -> None:
    (tmp_path / "ads.csv").write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    with keiki.open(tmp_path / "business", create=True) as business:
        business.load(str(tmp_path / "ads.csv"))
        media = business.facts["media"]
        assert media.count().execute() == len(lines)
        assert media.cost.sum().execute() == cost
