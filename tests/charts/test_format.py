"""The number format, value by value."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keiki.charts.format import Money, Style, change, counter_word, difference, exact, number, written

JA, EN = Style("ja"), Style("en")


@pytest.mark.parametrize(
    ("value", "ja", "en"),
    [
        (180_213_400, "1.80億円", "¥180M"),
        (25_860_000, "2,586万円", "¥25.9M"),
        (435_000, "435,000円", "¥435,000"),
        (1_000_000, "100万円", "¥1.00M"),
        (999_999, "999,999円", "¥999,999"),
        (999_999.6, "100万円", "¥1.00M"),
        (99_994_999, "9,999万円", "¥100M"),
        (99_995_000, "1.00億円", "¥100M"),
        (999_600_000, "10.0億円", "¥1.00B"),
        (9_994_000_000, "99.9億円", "¥9.99B"),
        (9_996_000_000, "100億円", "¥10.0B"),
        (123_456_000_000, "1,235億円", "¥123B"),
        (1_234_567_000_000, "1.23兆円", "¥1.23T"),
        (71.83, "71.8円", "¥71.8"),
        (60, "60円", "¥60"),
        (99.96, "100円", "¥100"),
        (6019.4, "6,019円", "¥6,019"),
        (0, "0円", "¥0"),
        (-3_420_000, "−342万円", "−¥3.42M"),
        (-0.001, "0円", "¥0"),
        (Decimal("2586.50"), "2,587円", "¥2,587"),
        (None, "—", "—"),
        (float("nan"), "—", "—"),
    ],
)
def test_number_writes_money(value: float | None, ja: str, en: str) -> None:
    assert (number(value, "currency", JA), number(value, "currency", EN)) == (ja, en)


@pytest.mark.parametrize(
    ("money", "value", "ja", "en"),
    [
        (Money.YEN, 180_213_400, "180,213,400円", "¥180,213,400"),
        (Money.THOUSAND, 180_213_400, "180,213千円", "¥180,213K"),
        (Money.MAN, 180_213_400, "18,021万円", "¥180,213K"),
        (Money.MILLION, 180_213_400, "180百万円", "¥180M"),
        (Money.OKU, 180_213_400, "1.80億円", "¥180M"),
        (Money.MILLION, 2_586_000, "2.59百万円", "¥2.59M"),
        (Money.OKU, 25_860_000, "25,860,000円", "¥25.9M"),
        (Money.MAN, 71.8, "71.8円", "¥71.8"),
    ],
)
def test_number_keeps_the_money_unit_of_the_business(money: Money, value: float, ja: str, en: str) -> None:
    assert number(value, "currency", Style("ja", money=money)) == ja
    assert number(value, "currency", Style("en", money=money)) == en


@pytest.mark.parametrize(
    ("currency", "value", "ja", "en"),
    [
        ("USD", 1234.5, "1,234.50ドル", "$1,234.50"),
        ("USD", 25_860_000, "2,586万ドル", "$25.9M"),
        ("EUR", 12_345.67, "12,346ユーロ", "€12,346"),
        ("CHF", 80, "80.00CHF", "CHF 80.00"),
    ],
)
def test_number_writes_other_currencies(currency: str, value: float, ja: str, en: str) -> None:
    assert number(value, "currency", Style("ja", currency)) == ja
    assert number(value, "currency", Style("en", currency)) == en


@pytest.mark.parametrize(
    ("value", "unit", "counter", "ja", "en"),
    [
        (0.0295, "ratio", "", "2.95%", "2.95%"),
        (0.371, "ratio", "", "37.1%", "37.1%"),
        (0.09994, "ratio", "", "9.99%", "9.99%"),
        (0.09996, "ratio", "", "10.0%", "10.0%"),
        (0, "ratio", "", "0.00%", "0.00%"),
        (-0.051, "ratio", "", "−5.10%", "−5.10%"),
        (12.5, "ratio", "", "1,250.0%", "1,250.0%"),
        (4296, "count", "人", "4,296人", "4,296"),
        (145_835, "count", "人", "145,835人", "145,835"),
        (2_345_678, "count", "人", "235万人", "2.35M"),
        (0.534, "count", "回", "0.53回", "0.53"),
        (17.62, "count", "", "17.6", "17.6"),
        (1234.56, "number", "", "1,235", "1,235"),
        (32.46, "points", "", "32.5", "32.5"),
        (-4, "points", "", "−4.0", "−4.0"),
        (72.34, "score", "", "72.3点", "72.3"),
        (1, "days", "", "1日", "1 day"),
        (12.345, "days", "", "12.3日", "12.3 days"),
        (3, "business_days", "", "3営業日", "3 business days"),
        (8, "hours", "", "8時間", "8 h"),
        (95.2, "minutes", "", "95.2分", "95.2 min"),
        (45, "seconds", "", "45秒", "45 s"),
        (6.5, "months", "", "6.50か月", "6.50 months"),
        (2, "years", "", "2年", "2 years"),
        (2.4, "per_year", "", "2.40回/年", "2.40 per year"),
        (3, "items", "", "3点", "3 items"),
        (4.2, "rank", "", "4.20位", "4.20"),
        (None, "ratio", "", "—", "—"),
    ],
)
def test_number_writes_every_unit(value: float | None, unit: str, counter: str, ja: str, en: str) -> None:
    assert (number(value, unit, JA, counter), number(value, unit, EN, counter)) == (ja, en)


def test_number_is_ascii_and_empty_in_files() -> None:
    file = Style("en", currency="CHF", files=True)
    assert number(-1_234, "currency", file) == "-CHF 1,234.00"
    assert number(None, "currency", file) == ""
    assert change(90, 100, "count", file) == "-10.0%"
    assert change(100, 100, "count", file) == "0.0%"
    assert exact(None, "count", file) == ""


def test_written_gives_pieces() -> None:
    piece = written(-25_860_000, "currency", EN)
    assert (piece.before, piece.figure, piece.after) == ("−¥", "25.9", "M")


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (180_213_400, "currency", "180,213,400円"),
        (Decimal("71.8341"), "currency", "71.83円"),
        (0.0295134, "ratio", "2.9513%"),
        (0.5, "ratio", "50%"),
        (-4296, "count", "−4,296"),
        (12.5, "days", "12.5日"),
        (None, "days", "—"),
    ],
)
def test_exact_hides_no_digit(value: float | None, unit: str, shown: str) -> None:
    assert exact(value, unit, JA) == shown


@pytest.mark.parametrize(
    ("after", "before", "unit", "shown"),
    [
        (0.0295, 0.0345, "ratio", "−0.50pt"),
        (0.371, 0.42, "ratio", "−4.9pt"),
        (0.0362, 0.034, "ratio", "+0.22pt"),
        (0.5, 0.49004, "ratio", "+1.0pt"),
        (0.4, 0.4, "ratio", "±0.00pt"),
        (90, 100, "count", "−10.0%"),
        (103.6, 100, "currency", "+3.6%"),
        (-50, -100, "currency", "+50.0%"),
        (100.01, 100, "currency", "±0.0%"),
        (1500, 100, "count", "+1,400%"),
        (34.6, 32.5, "points", "+2.1"),
        (70, 72.5, "score", "−2.5"),
        (5, 0, "count", "—"),
        (None, 4, "count", "—"),
        (4, None, "ratio", "—"),
    ],
)
def test_change_is_relative_but_absolute_for_ratios_and_scores(
    after: float | None, before: float | None, unit: str, shown: str
) -> None:
    assert change(after, before, unit, JA) == shown


@pytest.mark.parametrize(
    ("after", "before", "unit", "ja", "en"),
    [
        (103_420_000, 100_000_000, "currency", "+342万円", "+¥3.42M"),
        (96_580_000, 100_000_000, "currency", "−342万円", "−¥3.42M"),
        (4_296, 4_096, "count", "+200", "+200"),
        (5, 5, "days", "±0日", "±0 days"),
        (None, 5, "days", "—", "—"),
    ],
)
def test_difference_keeps_the_unit(after: float | None, before: float | None, unit: str, ja: str, en: str) -> None:
    assert (difference(after, before, unit, JA), difference(after, before, unit, EN)) == (ja, en)


@pytest.mark.parametrize(
    ("label", "word"),
    [
        ("新規顧客数", "人"),
        ("サイト訪問者数", "人"),
        ("注文数", "件"),
        ("購入頻度（月）", "回"),
        ("広告流入数", "回"),
        ("問い合わせ数", "件"),
        ("フォロワー", ""),
    ],
)
def test_counter_word_reads_the_end_of_the_label(label: str, word: str) -> None:
    assert counter_word(label) == word


@given(
    st.decimals(min_value=-(10**14), max_value=10**14, allow_nan=False, places=4),
    st.sampled_from(["currency", "ratio", "count", "points", "days"]),
    st.sampled_from(["ja", "en"]),
    st.sampled_from(list(Money)),
)
def test_number_mirrors_its_sign(value: Decimal, unit: str, language: str, money: Money) -> None:
    style = Style(language, money=money)
    plain = number(abs(value), unit, style)
    shown = number(value, unit, style)
    assert shown.replace("−", "") == plain
    assert ("−" in shown) == (value < 0 and any(digit in "123456789" for digit in plain))


@given(st.integers(min_value=1_000_000, max_value=10**14))
def test_number_of_large_money_is_within_half_a_unit_of_the_third_digit(value: int) -> None:
    text = number(value, "currency", JA)
    scale = {"万": 10**4, "億": 10**8, "兆": 10**12}[text[-2]]
    shown = Decimal(text[:-2].replace(",", "")) * scale
    assert abs(shown - value) * 200 <= shown


def test_the_largest_floats_are_written_too() -> None:
    assert number(1e300, "count").endswith("兆")
    assert change(1e300, 1e-300, "count").endswith("%")
