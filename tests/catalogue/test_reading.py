"""Formulas read aloud."""

from __future__ import annotations

import re

import pytest

from keiki.catalogue.load import builtin
from keiki.catalogue.reading import Reader
from keiki.formula import parse, references

JA, EN = Reader(builtin(), "ja"), Reader(builtin(), "en")


@pytest.mark.parametrize(
    ("text", "ja", "en"),
    [
        ("n_orders / n_sessions", "注文数 ÷ セッション数", "Completed orders ÷ Sessions"),
        ("sessions[channel = 'social']", "セッション数（SNS）", "Sessions (Social)"),
        ("leads[is_new = true]", "リード獲得数（初めてのリード）", "Leads acquired (First lead of the person)"),
        ("sessions[is_new_visitor = false]", "セッション数（新規訪問者ではない）", "Sessions (not New visitor)"),
        ("cvr[by channel]", "コンバージョン率（チャネルごと）", "Conversion rate (by Channel)"),
        ("n_orders[window: 12m]", "注文数（直近12か月）", "Completed orders (last 12 months)"),
        (
            "n_stage_entries[pipeline = 'recruiting' and stage = 'passed']",
            "ステージ到達数（書類通過）",
            "Stage entries (Documents passed)",
        ),
        (
            "n_in_stage[pipeline = 'partner' and stage <> 'ended']",
            "ステージ在籍数（パートナー・終了以外）",
            "Subjects in a stage (Partner, other than Ended)",
        ),
        (
            "n_opps_created[kind in ('upsell', 'cross_sell')]",
            "商談数（アップセルまたはクロスセル）",
            "Opportunities (Upsell or Cross-sell)",
        ),
        ("n_orders[perk is not null]", "注文数（特典・クーポンあり）", "Completed orders (with Perk or coupon)"),
        ("n_orders[store = 'ginza']", "注文数（店舗・サイト: ginza）", "Completed orders (Store or site: ginza)"),
        ("retention_rate_12m[at: 60m]", "12ヶ月継続率（60か月後）", "12-month retention rate (after 60 months)"),
        ("growth(revenue)", "(売上高 − 前の期間の売上高) ÷ 前の期間の売上高", None),
        ("1 - (n_orders - n_returns) / n_orders", "1 − (注文数 − 返品・キャンセル数) ÷ 注文数", None),
    ],
)
def test_formula_reads_as_people_say_it(text: str, ja: str, en: str | None) -> None:
    assert JA.formula(parse(text)) == ja
    assert en is None or EN.formula(parse(text)) == en


def test_no_formula_of_the_catalogue_shows_a_raw_filter() -> None:
    raw = re.compile(r"[\[\];=]|[a-z]_[a-z]|this_kpi")
    told = [
        (kpi.id, reader.reference(one))
        for kpi in builtin().kpis.values()
        for one in references(kpi.formula)
        for reader in (JA, EN)
    ]
    assert [each for each in told if raw.search(each[1])] == []


def test_what_nobody_declared_is_read_as_it_is_written() -> None:
    assert EN.formula(parse("bread[oven = 2] / -flour")) == "bread (oven: 2) ÷ −flour"
