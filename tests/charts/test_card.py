"""What a number's card says."""

from __future__ import annotations

import pytest

from keiki.charts.aim import Aim
from keiki.charts.card import Bullet, Compared, bullet, card
from keiki.charts.format import Style


def test_card_says_everything_in_japanese() -> None:
    told = card(Compared("新規顧客数", 4296, 5373, "count"))
    assert (told.value, told.change, told.beside, told.status) == ("4,296人", "−20.0%", "前月 5,373人", "act")
    assert told.spoken == "新規顧客数、4,296人、−20.0%、前月 5,373人、要対応"
    assert (told.exact, told.before_exact) == ("4,296人", "5,373人")


def test_card_of_a_running_period_says_so() -> None:
    told = card(Compared("Revenue", 1_000_000, 990_000, "currency", comparison="last_year", part=True), Style("en"))
    assert told.beside == "So far · Last year ¥990,000"
    assert told.part


def test_card_without_a_value_gives_the_reason() -> None:
    told = card(Compared("欠品率", None, 0.1, "ratio", "lower"), reason="行動イベントがありません")
    assert (told.value, told.change, told.beside, told.status) == ("—", "", "行動イベントがありません", "none")
    assert told.bullet is None


@pytest.mark.parametrize(
    ("value", "before", "expected"),
    [
        (50, 100, Bullet("48", "96")),
        (100, 50, Bullet("96", "48")),
        (100, None, Bullet("96", "")),
        (-1, 100, None),
        (0, 0, None),
        (None, 5, None),
    ],
)
def test_bullet_shares_one_scale(value: float | None, before: float | None, expected: Bullet | None) -> None:
    assert bullet(value, before) == expected


def test_card_with_a_target_is_judged_by_it() -> None:
    told = card(Compared("月間売上高", 180_000_000, 170_000_000, "currency", aim=Aim(low=187_000_000), owner="佐藤"))
    assert (told.change, told.against, told.beside, told.status) == ("−3.7%", "目標との差", "目標 1.87億円", "watch")
    assert (told.target, told.target_exact, told.owner) == ("1.87億円", "187,000,000円", "佐藤")
    assert told.bullet == Bullet("92.41", "96")


def test_card_of_a_running_period_is_held_against_the_days_gone_by() -> None:
    aim = Aim(low=40, whole=Aim(low=120))
    told = card(Compared("Orders", 42, 30, "count", part=True, aim=aim), Style("en"))
    assert (told.beside, told.change, told.status) == ("So far · Target by now 40", "+5.0%", "good")
    assert (told.target, told.by_now) == ("120", "40")
    assert told.bullet == Bullet("33.6", "96")  # the bar runs to the target of the whole month


def test_card_without_a_target_says_what_it_is_compared_with() -> None:
    assert card(Compared("客数", 1, 2, "count")).against == "前月比"
    assert card(Compared("Buyers", 1, 2, "count"), Style("en")).against == "vs prev. month"


@pytest.mark.parametrize(
    ("unit", "value", "aim", "gap", "change"),
    [
        ("count", 80, Aim(low=100), "−20", "−20.0%"),
        ("currency", 120, Aim(high=100), "+20円", "+20.0%"),
        ("ratio", 0.08, Aim(low=0.10), "", "−2.0pt"),
        ("count", None, Aim(low=100), "", ""),
    ],
)
def test_card_with_a_target_says_the_distance_and_the_share(
    unit: str, value: float | None, aim: Aim, gap: str, change: str
) -> None:
    told = card(Compared("数", value, None, unit, aim=aim))
    assert (told.gap, told.change) == (gap, change)


def test_number_without_a_wish_is_judged_in_a_band_only() -> None:
    assert card(Compared("在庫", 80, None, "count", "neutral", aim=Aim(low=100))).status == "plain"
    assert card(Compared("在庫", 80, None, "count", "neutral", aim=Aim(low=100, high=120))).status == "act"
