"""What a reading says in words."""

from __future__ import annotations

import pytest

from keiki.charts.aim import Aim
from keiki.charts.format import Style
from keiki.charts.sentence import Driver, Told, against, briefly_against, sentence
from keiki.periods import Grain


@pytest.mark.parametrize(
    ("told", "ja", "en"),
    [
        (
            Told(180_000_000, 187_100_000, "currency", driver=Driver("新規顧客売上", -7_020_000)),
            "前月を3.8%下回る。最も大きく動かしたのは新規顧客売上（−702万円）。",
            "3.8% below the previous month. Moved most by 新規顧客売上 (−¥7.02M).",
        ),
        (
            Told(0.371, 0.42, "ratio", comparison="last_year", driver=Driver("Phones", -0.05)),
            "前年同月より4.9pt低い。最も大きく動かしたのはPhones（−5.0pt）。",
            "4.9pt below the same month last year. Moved most by Phones (−5.0pt).",
        ),
        (
            Told(120, 100, "count", days=20),
            "途中（20日分）の値。前月の同じ20日間を20.0%上回る。",
            "So far (20 days): 20.0% above the same 20 days of the previous month.",
        ),
        (Told(5, 5, "count", Grain.WEEK), "前週と同じ。", "The same as the previous week."),
        (Told(5, None, "count"), "比べる前月の値がありません。", "No value of the previous month to compare with."),
        (Told(5, 0, "count"), "前月より5多い。", "5 above the previous month."),
        (Told(None, 4, "count"), "この期間の値はまだありません。", "No value for this period yet."),
        (
            Told(5, None, "count", days=1),
            "途中（1日分）の値。比べる前月の同じ1日間の値がありません。",
            "So far (1 day): no value of the same day of the previous month to compare with.",
        ),
        (Told(-50, -100, "currency"), "前月を50.0%上回る。", "50.0% above the previous month."),
    ],
)
def test_sentence_says_what_the_value_means(told: Told, ja: str, en: str) -> None:
    assert (sentence(told, Style("ja")), sentence(told, Style("en"))) == (ja, en)


def test_against_names_every_comparison() -> None:
    named = {
        against(c, g, Style(language)) for c in ("previous", "last_year") for g in Grain for language in ("ja", "en")
    }
    assert len(named) == 18


def test_briefly_against_keeps_japanese_and_shortens_english() -> None:
    assert briefly_against("previous", Grain.QUARTER, Style("ja")) == "前四半期"
    assert briefly_against("previous", Grain.QUARTER, Style("en")) == "Prev. quarter"
    assert briefly_against("last_year", Grain.DAY, Style("en")) == "Last year"


@pytest.mark.parametrize(
    ("told", "ja", "en"),
    [
        (
            Told(180_000_000, 187_100_000, "currency", driver=Driver("A", -7_020_000), aim=Aim(low=187_000_000)),
            "目標を3.7%下回る。前月からの変化が最も大きいのはA（−702万円）。",
            "3.7% below the target. Since the previous month, moved most by A (−¥7.02M).",
        ),
        (
            Told(4_502_650, None, "currency", driver=Driver("A", -859_878, of_target=True), aim=Aim(low=5_100_000)),
            "目標を11.7%下回る。最も響いているのはAの未達（−859,878円）。",
            "11.7% below the target. The missed target of A weighs most (−¥859,878).",
        ),
        (
            Told(0.0295, None, "ratio", aim=Aim(low=0.0344)),
            "目標より0.49pt低い。",
            "0.49pt below the target.",
        ),
        (Told(71.8, None, "currency", aim=Aim(high=60)), "目標を19.7%上回る。", "19.7% above the target."),
        (Told(57, 50, "currency", aim=Aim(high=60)), "目標を5.0%下回る（達成）。", "5.0% below the target: reached."),
        (Told(60, 50, "count", aim=Aim(low=60)), "目標どおり。", "Exactly the target."),
        (Told(6, 5, "count", aim=Aim(5, 7)), "目標の範囲内。", "Within the target."),
        (
            Told(30, 28, "count", days=10, aim=Aim(low=40, whole=Aim(low=120))),
            "途中（10日分）の値。ここまでの目標を25.0%下回る。",
            "So far (10 days): 25.0% below the target by now.",
        ),
        (Told(5, 1, "count", aim=Aim(high=0)), "目標を5上回る。", "5 above the target."),
        (Told(None, 1, "count", aim=Aim(low=5)), "この期間の値はまだありません。", "No value for this period yet."),
    ],
)
def test_sentence_speaks_of_the_target(told: Told, ja: str, en: str) -> None:
    assert (sentence(told, Style("ja")), sentence(told, Style("en"))) == (ja, en)
