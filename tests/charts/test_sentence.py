"""What a reading says in words."""

from __future__ import annotations

import pytest

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
