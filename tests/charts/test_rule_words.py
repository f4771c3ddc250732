"""The rules in force, said in both languages."""

from __future__ import annotations

import pytest

from keiki.charts.format import Style
from keiki.charts.rule_words import rule_words
from keiki.errors import RuleUnknown
from keiki.measures.choices import SUBJECTS, read_choices
from keiki.measures.rules import Rules
from keiki.periods import Calendar

OWN = Rules.of_calendar(
    Calendar(),
    own=read_choices(
        {
            "classes": {"purchases": 1, "renewal": False, "profit_above": 5000},
            "rfm": {"recency_limits": [30, 60, 90, 180]},
            "attribution": {"model": "time_decay", "half_life_days": 30},
            "shop": {"free_shipping_line": 5000, "large_deal": 3_000_000},
        }
    ),
)


@pytest.mark.parametrize(
    ("rules", "subject", "ja", "en"),
    [
        (
            Rules(),
            "classes",
            "良い：購入2回以上または契約更新1回以上で、累積利益が0円を超える。悪い：解約または休眠で、累積利益が0円以下。ほかは判定中。",
            "Good: at least 2 purchases or a renewed contract, and a profit so far above ¥0. "
            "Bad: churned or dormant with a profit so far of ¥0 or less. Others are undetermined.",
        ),
        (
            OWN,
            "classes",
            "良い：購入1回以上で、累積利益が5,000円を超える。悪い：解約または休眠で、累積利益が5,000円以下。ほかは判定中。",
            "Good: at least 1 purchase, and a profit so far above ¥5,000. "
            "Bad: churned or dormant with a profit so far of ¥5,000 or less. Others are undetermined.",
        ),
        (
            OWN,
            "rfm",
            "直近24か月に購入した顧客。頻度と金額は直近12か月。区切り：最終購入 30 / 60 / 90 / 180。ほかは5等分。",
            "Customers with a purchase in the last 24 months; frequency and money over the last 12 months. "
            "Limits: recency 30 / 60 / 90 / 180; the rest in fifths.",
        ),
        (
            OWN,
            "attribution",
            "時間減衰で配分、半減期30日。成果の前90日の接点が対象。",
            "Time decay, half-life 30 days; touches in the 90 days before a conversion count.",
        ),
        (
            OWN,
            "shop",
            "送料無料：5,000円から（前後20%を「近く」とみなす）。大型案件：300万円から。",
            "Free shipping: from ¥5,000 (near means within 20%). Large deal: from ¥3.00M.",
        ),
    ],
)
def test_rule_is_said_as_it_is_in_force(rules: Rules, subject: str, ja: str, en: str) -> None:
    assert (rule_words(rules, subject, Style("ja")), rule_words(rules, subject, Style("en"))) == (ja, en)


def test_every_subject_can_be_said() -> None:
    said = {
        each.name: (rule_words(OWN, each.name, Style("ja")), rule_words(OWN, each.name, Style("en")))
        for each in SUBJECTS
    }
    assert all(ja and en and ja != en for ja, en in said.values())
    with pytest.raises(RuleUnknown, match="Did you mean “retention”"):
        rule_words(OWN, "retension", Style("en"))
