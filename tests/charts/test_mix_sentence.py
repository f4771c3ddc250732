"""The sentence on rate and mix, as a manager reads it aloud."""

from __future__ import annotations

from keiki.charts.format import Style
from keiki.charts.mix_sentence import mix_sentence
from keiki.trees.mix import Cell, split_amount, split_ratio

ENGLISH = Style(language="en")
BEFORE = {("pc",): Cell(1_500, 60_000), ("phone",): Cell(900, 60_000)}


def test_simpsons_case_is_said_in_words() -> None:
    after = {("pc",): Cell(1_080, 40_000), ("phone",): Cell(1_440, 90_000)}
    split = split_ratio(BEFORE, after, 2_400 / 120_000, 2_520 / 130_000)
    assert mix_sentence("CVR", split, "ratio", ENGLISH) == (
        "CVR fell by 0.06pt, from 2.00% to 1.94%. Every segment by itself went up (+0.14pt together), but pc went from "
        "50.0% to 30.8% of the whole, and that mix made −0.20pt."
    )
    assert mix_sentence("CVR", split, "ratio") == (
        "CVRは2.00%から1.94%へ0.06pt下がりました。どの内訳も値は上がりましたが（合わせて+0.14pt）、"
        "pcの割合が50.0%から30.8%に変わったため、構成の変化で−0.20ptです。"
    )


def test_both_effects_are_named_with_their_largest_segment() -> None:
    after = {("pc",): Cell(1_000, 40_000), ("phone",): Cell(1_440, 80_000)}
    split = split_ratio(BEFORE, after, 2_400 / 120_000, 2_440 / 120_000)
    assert mix_sentence("CVR", split, "ratio", ENGLISH) == (
        "CVR rose by 0.03pt, from 2.00% to 2.03%. The segments' own values added 0.17pt (most of all phone, 1.50% to "
        "1.80%) and the mix took 0.14pt (most of all pc, 50.0% to 33.3% of the whole)."
    )


def test_small_effect_is_left_out() -> None:
    first, second = (
        {("a",): Cell(4e6, 1000), ("b",): Cell(9e6, 1000)},
        {("a",): Cell(5e6, 1000), ("b",): Cell(9e6, 1000)},
    )
    assert mix_sentence("客単価", split_ratio(first, second, 6500, 7000), "currency") == (
        "客単価は6,500円から7,000円へ500円上がりました。内訳ごとの値の変化は+500円（最も大きいのはa、4,000円→5,000円）です。"
    )


def test_amount_names_what_moved_most() -> None:
    split = split_amount({("a",): 4e6}, {("a",): 5e6, (None,): 2e5}, 4e6, 5.2e6)
    assert mix_sentence("Revenue", split, "currency", ENGLISH) == (
        "Revenue rose by ¥1.20M, from ¥4.00M to ¥5.20M. a moved most (+¥1.00M)."
    )


def test_no_change_and_no_value_are_said() -> None:
    assert mix_sentence("売上", split_amount({}, {}, 5.0, 5.0), "currency") == "売上は5円で、変わっていません。"
    assert (
        mix_sentence("Revenue", split_amount({}, {}, None, 5.0), "currency", ENGLISH) == "Revenue cannot be compared."
    )


def test_segment_named_moved_the_way_of_all_and_one_without_a_base_is_told() -> None:
    """b alone moves further, but down; together they go up, and c has no visits to be a share of."""
    first = {("a",): Cell(10, 100), ("b",): Cell(10, 100), ("d",): Cell(10, 100), ("c",): Cell(0, 0)}
    second = {("a",): Cell(16, 100), ("b",): Cell(3, 100), ("d",): Cell(15, 100), ("c",): Cell(6, 0)}
    split = split_ratio(first, second, 0.10, 0.40 / 3)
    assert mix_sentence("CVR", split, "ratio", ENGLISH) == (
        "CVR rose by 3.3pt, from 10.0% to 13.3%. The segments' own values added 1.3pt (most of all a, 10.0% to 16.0%) "
        "and segments without a base added 2.0pt (most of all c)."
    )
    assert mix_sentence("CVR", split, "ratio").endswith(
        "内訳ごとの値の変化は+1.3pt（最も大きいのはa、10.0%→16.0%）、分母のない内訳の分は+2.0pt（最も大きいのはc）です。"
    )
