"""What people of the company wrote down about its offices: requests, case studies, referrals, results, a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np

from keiki.demo.days import Array, Columns, Days
from keiki.demo.usage import OFFICE
from keiki.demo.voices import published_on


@dataclass(frozen=True)
class Words:
    """A text in both languages."""

    ja: str
    en: str


@dataclass(frozen=True)
class Item:
    """Something about the product, how far it is, what is asked for, and by how many offices."""

    name: Words
    status: str
    text: Words
    asked: int


@dataclass(frozen=True)
class Wish:
    """What an office asked for; `item` is the number of the item it is linked to, None for none."""

    item: int | None
    customer_id: str
    text: Words
    on: date


@dataclass(frozen=True)
class Case:
    """A case study or talk of an office."""

    customer_id: str
    kind: str
    title: Words
    status: str
    asked_on: date
    published_on: date | None


@dataclass(frozen=True)
class Recommended:
    """An office that named another one; `deal` is the deal that was won."""

    referrer: str
    referred: Words
    on: date
    status: str
    reward: Decimal | None
    deal: str


@dataclass(frozen=True)
class Result:
    """What an office gained."""

    metric: Words
    unit: Words
    before: Decimal
    after: Decimal
    value: Decimal
    source: Words


@dataclass(frozen=True)
class Offered:
    """What an office was offered, why it fits, and what it said."""

    customer_id: str
    product: Words
    reason: Words
    on: date
    result: str


@dataclass(frozen=True)
class Registers:
    """Everything that is written down. `office` is the one with a plan, a review and `results`."""

    items: tuple[Item, ...]
    wishes: tuple[Wish, ...]
    cases: tuple[Case, ...]
    referrals: tuple[Recommended, ...]
    offers: tuple[Offered, ...]
    office: str
    results: tuple[Result, ...]
    purpose: Words
    metric: Words
    target: Words


ITEMS = (
    Item(
        Words("まとめて編集", "Bulk edit"),
        "planned",
        Words("複数の拠点の注文を一度に変えたい", "Change the orders of several sites at once"),
        7,
    ),
    Item(
        Words("承認のながれ", "Approval of orders"),
        "building",
        Words("上長の承認を経てから注文したい", "Have an order approved before it is sent"),
        4,
    ),
    Item(
        Words("在庫の自動補充", "Automatic refill"),
        "shipped",
        Words("豆が減ったら自動で届けてほしい", "Send beans by itself when they run low"),
        3,
    ),
    Item(
        Words("請求書の一括払い", "One invoice for all sites"), "open", Words("請求を一つにまとめたい", "One bill"), 2
    ),
)
OFFERS = (
    (
        Words("席の追加（5席）", "Five more seats"),
        Words("契約した席のほとんどが毎週使われている", "Nearly all seats it pays for are in use every week"),
    ),
    (
        Words("季節の豆の定期便", "Beans of the season, every month"),
        Words("単品で季節の豆を2回購入している", "It bought beans of the season twice"),
    ),
)
LOOSE = Words("デカフェの定期便がほしい", "A decaf subscription")
RESULTS = (
    Result(
        Words("在庫を数える時間（月）", "Hours of counting stock a month"),
        Words("時間", "h"),
        Decimal(14),
        Decimal(4),
        Decimal(360_000),
        Words("先方の勤務表（1時間3,000円で計算）", "Their time sheets, 3,000 an hour"),
    ),
    Result(
        Words("品切れの日数（月）", "Days without coffee a month"),
        Words("日", "days"),
        Decimal(3),
        Decimal("0.5"),
        Decimal(90_000),
        Words("先方の総務の記録", "Their office log"),
    ),
)


def registers(facts: Mapping[str, Columns], until: date, months: int = 24) -> Registers:
    """What was written down up to the last day of the demo's facts: the same for the same facts."""
    offices = _offices(facts["subscriptions"])
    begin = until - timedelta(days=260)
    asks = [n for n, item in enumerate(ITEMS) for _ in range(item.asked)]
    wishes = [
        Wish(item, offices[(3 * n) % len(offices)], ITEMS[item].text, begin + timedelta(days=13 * n))
        for n, item in enumerate(asks)
    ]
    wishes.append(Wish(None, offices[1], LOOSE, until - timedelta(days=4)))
    return Registers(
        ITEMS,
        tuple(wishes),
        _cases(offices, until, months),
        _referrals(offices, facts["stages"], until),
        _offers(offices, until),
        offices[0],
        RESULTS,
        Words(
            "総務の手間を減らし、どの拠点でもコーヒーを切らさない", "Less work for the office, no site without coffee"
        ),
        Words("品切れの日数（月）", "Days without coffee a month"),
        Words("0日", "0 days"),
    )


def _offices(contracts: Columns) -> list[str]:
    """The offices that pay on the last day, those that have stayed longest first."""
    rows = np.flatnonzero((contracts["plan"] == OFFICE) & np.isnat(contracts["valid_to"]))
    order = np.lexsort((contracts["customer_id"][rows].astype(str), contracts["valid_from"][rows]))
    found: list[str] = contracts["customer_id"][rows[order]].tolist()
    return found


def _cases(offices: list[str], until: date, months: int) -> tuple[Case, ...]:
    """The case studies that the observations count, a talk, one that is asked for and one that was declined."""
    days: list[date] = published_on(Days(until, months)).tolist()
    title = Words("コーヒーで集まるオフィス", "An office that meets over coffee")
    published = [
        Case(offices[n], "case", title, "published", day - timedelta(days=50), day) for n, day in enumerate(days)
    ]
    open_days = [until - timedelta(days=each) for each in (40, 21, 12)]
    return (
        *published,
        Case(offices[8], "talk", Words("総務のくふう", "What our office tried"), "agreed", open_days[0], None),
        Case(offices[9], "case", title, "asked", open_days[1], None),
        Case(offices[10], "case", title, "declined", open_days[2], None),
    )


def _offers(offices: list[str], until: date) -> tuple[Offered, ...]:
    """Two to the office with the plan, and one each to two more."""
    told = (
        (0, 150, OFFERS[0], "accepted"),
        (0, 30, OFFERS[1], "open"),
        (1, 75, OFFERS[0], "declined"),
        (2, 60, OFFERS[1], "accepted"),
    )
    return tuple(Offered(offices[n], *offer, until - timedelta(days=ago), result) for n, ago, offer, result in told)


def _referrals(offices: list[str], stages: Columns, until: date) -> tuple[Recommended, ...]:
    """Two that converted, with the newest deals won, and three on their way."""
    won: Array = stages["subject_id"][stages["stage"] == "won"]
    newest: list[str] = won.tolist()[-2:]
    named = [
        Words("港南設計", "Konan Design"),
        Words("青葉会計", "Aoba Accounting"),
        Words("みどり歯科", "Midori Dental"),
        Words("北辰印刷", "Hokushin Print"),
        Words("東雲法律事務所", "Shinonome Law"),
    ]
    how = ("converted", "converted", "contacted", "named", "lost")
    return tuple(
        Recommended(
            offices[2 + n],
            name,
            until - timedelta(days=90 - 15 * n),
            status,
            Decimal(5_000) if status == "converted" else None,
            newest[n] if status == "converted" else "",
        )
        for n, (name, status) in enumerate(zip(named, how, strict=True))
    )
