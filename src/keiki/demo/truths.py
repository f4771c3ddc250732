"""What was planted in the demo company's data: when, where and how big, to check an analysis against."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

BAD_CHANNEL = "partner"
PARTNER_COST = 4_500
"""Yen paid to the point site for each new customer."""


@dataclass(frozen=True)
class Truth:
    """Something that really happens in the made-up data.

    It holds from `start` up to but not including `end`, for the rows named by `where` (column, value).
    `change` is the relative change it makes to `number`: -0.4 is a fall by 40 %.
    """

    id: str
    ja: str
    en: str
    start: date
    end: date
    where: tuple[tuple[str, str], ...]
    number: str
    change: float


def planted(until: date, months: int = 24) -> tuple[Truth, ...]:
    """The truths of a demo whose last day is `until`: a bad channel, a weak month on phones, a price change,
    offices that fall silent before they leave, and a cause of complaints that was removed.
    """
    this_month = np.datetime64(until, "M")
    begin = _day(this_month - months)
    return (
        Truth(
            "bad_channel",
            "ポイントサイト経由の顧客は一度しか買わず、獲得費用が回収できない",
            "Customers from the point site buy once and never earn back what they cost",
            max(begin, _day(this_month - 15)),
            _day(this_month - 6),
            (("acquisition_channel", BAD_CHANNEL),),
            "repeat purchase rate",
            -0.9,
        ),
        Truth(
            "price_change",
            "値上げで平均注文単価が上がり、注文数は少し減った",
            "A price rise lifted the average order and cost a few orders",
            max(begin, _day(this_month - 9)),
            until,
            (),
            "price",
            0.10,
        ),
        Truth(
            "weak_phones",
            "スマートフォンの購入画面の不具合で、1か月のあいだ購入率が下がった",
            "A fault in the phone checkout lowered the purchase rate for one month",
            max(begin, _day(this_month - 4)),
            _day(this_month - 3),
            (("device", "smartphone"),),
            "purchase rate",
            -0.40,
        ),
        Truth(
            "quiet_offices",
            "解約する法人の多くは、その前の3か月に注文アプリの利用が大きく減っている",
            "Most offices that leave use the ordering app far less in the three months before",
            begin,
            until,
            (("plan", "office"),),
            "people using the app",
            -0.65,
        ),
        Truth(
            "stronger_boxes",
            "箱を強くしてから、「箱つぶれ」の苦情は1件もない",
            "Since the boxes are stronger nobody complains of a crushed one",
            max(begin, _day(this_month - 5)),
            until,
            (("root_cause", "crushed_box"),),
            "complaints",
            -1.0,
        ),
    )


ORDERS_LOST_TO_PRICE = 0.05
"""Share of orders that the price change costs."""


def _day(month: np.datetime64) -> date:
    first: date = month.astype("datetime64[D]").item()
    return first
