"""What people of the company wrote down as having happened, beside the truths planted in its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from keiki.demo.registers import Words
from keiki.demo.truths import planted


@dataclass(frozen=True)
class Happening:
    """Something that happened: what kind, from which day to which, to which KPI ("" for none), what the data calls it
    when it is a campaign, and which value was expected after how many months.
    """

    kind: str
    kpi: str
    text: Words
    on: date
    until: date | None = None
    campaign: str = ""
    expected: Mapping[int, float] = field(default_factory=lambda: MappingProxyType({}))


def happenings(until: date) -> tuple[Happening, ...]:
    """What was written down up to the last day of the data: three of the planted truths as people saw them, a campaign
    that still runs, and an action that nobody measures.
    """
    truths = {truth.id: truth for truth in planted(until)}
    prices, phones, boxes = (truths[name] for name in ("price_change", "weak_phones", "stronger_boxes"))
    return (
        Happening(
            "price",
            "aov",
            Words("コーヒー豆を10%値上げした", "The beans cost 10 % more"),
            prices.start,
            expected=MappingProxyType({1: 4_000.0, 3: 4_200.0, 6: 4_800.0}),
        ),
        Happening(
            "action",
            "support_frequency",
            Words("配送の箱を強くした", "Stronger boxes for deliveries"),
            boxes.start,
            expected=MappingProxyType({1: 0.016, 3: 0.015, 6: 0.014}),
        ),
        Happening(
            "incident",
            "purchase_rate",
            Words("スマートフォンの購入画面に不具合があった", "A fault in the phone checkout"),
            phones.start,
            phones.end - timedelta(days=1),
        ),
        Happening(
            "campaign",
            "paid_sessions",
            Words("冬の豆フェア（検索広告）", "Winter beans in search ads"),
            until - timedelta(days=12),
            until + timedelta(days=18),
            "google_beans",
        ),
        Happening(
            "action",
            "",
            Words("オフィスに紹介カードを配り始めた", "Offices are given cards to pass on"),
            until - timedelta(days=20),
        ),
    )
