"""What a typed target means, and what the form asks back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from keiki.charts.format import Style
from keiki.periods import Calendar, Grain
from keiki.server.planning.forms import Basis, TargetForm
from keiki.trees.targets import Step

SEASON = {month: 1.5 if month == 12 else 10.5 / 11 for month in range(1, 13)}
RATE = Basis("ratio", 0.10, False, "lower", {}, Calendar(), Style("en"))
MONEY = Basis("currency", 1_000_000.0, True, "higher", SEASON, Calendar(), Style("en"))
GIVEN = {
    "value": "1,200,000",
    "compare": "at_least",
    "period": "month",
    "since": "2026-11-01",
    "by": "2027-10-31",
    "shape": "level",
    "way": "",
    "reason": "",
    "version": "0",
}
MONTHS = {
    f"month_{month.start:%Y_%m_%d}" for month in Calendar().periods(Grain.MONTH, date(2026, 11, 1), date(2027, 11, 1))
}


def form(basis: Basis = MONEY, **given: Any) -> TargetForm:
    return TargetForm(GIVEN | given, basis=basis)


def test_value_is_read_as_a_target() -> None:
    filled = form()
    assert filled.is_valid()
    target = filled.proposal.target
    assert (target.value, target.compare, target.period) == (1_200_000, "at_least", Grain.MONTH)
    assert (target.since, target.by, target.start) == (date(2026, 11, 1), date(2027, 10, 31), 1_000_000)


@pytest.mark.feature("F-044")
def test_minus_five_percent_on_ten_percent_offers_both_meanings() -> None:
    asked = form(RATE, value="-5%")
    assert not asked.is_valid()
    assert [(each.kind, round(each.value, 6)) for each in asked.readings] == [("relative", 0.095), ("points", 0.05)]
    assert list(asked.errors) == ["value"]
    for kind, value in (("relative", 0.095), ("points", 0.05)):
        chosen = form(RATE, value="-5%", reading=kind)
        assert chosen.is_valid()
        assert chosen.proposal.target.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("text", "value"), [("+10%", 1_100_000), ("1.2倍", 1_200_000), ("120万円", 1_200_000), ("¥1,200,000", 1_200_000)]
)
def test_one_meaning_is_taken_without_asking(text: str, value: float) -> None:
    filled = form(value=text)
    assert filled.is_valid()
    assert filled.proposal.target.value == pytest.approx(value)


@pytest.mark.parametrize(("basis", "text", "unit"), [(RATE, "¥1,200", "％"), (MONEY, "80%", "金額")])
def test_sign_of_another_unit_is_refused_with_an_example(basis: Basis, text: str, unit: str) -> None:
    for given, name in (({"value": text}, "value"), ({"compare": "between", "low": text, "high": "900"}, "low")):
        with translation.override("ja"):
            filled = form(basis, **given)
            assert filled.errors[name][0].startswith(f"「{text}」は単位が合いません。ここの単位は{unit}です。")
        assert filled.readings == ()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"value": ""}, "value"),
        ({"value": "a lot"}, "value"),
        ({"by": "2026-10-01"}, "by"),
        ({"since": "1800-01-01", "by": "1801-01-01"}, "since"),
        ({"by": "9999-12-31"}, "by"),
        ({"value": "999999999999999999"}, "value"),
        ({"compare": "between", "low": "5", "high": ""}, "high"),
        ({"compare": "between", "low": "9", "high": "5"}, "low"),
        ({"shape": "even", "by": ""}, "by"),
        ({"shape": "manual"}, "shape"),
        ({"stage_1": "many", "stage_1_months": "3"}, "stage_1"),
        ({"stage_1": "18"}, "stage_1_months"),
        ({"since": "soon"}, "since"),
        ({"version": "x"}, "version"),
        ({"period": "decade"}, "period"),
        ({"shape": "seasonal"}, "shape"),  # a monthly value has no year to share out
    ],
)
def test_form_says_what_is_missing(given: dict[str, str], field: str) -> None:
    wrong = form(**given)
    assert not wrong.is_valid()
    assert field in wrong.errors


def test_band_needs_no_single_value() -> None:
    filled = form(RATE, value="", compare="between", low="5%", high="7%")
    assert filled.is_valid()
    target = filled.proposal.target
    assert (target.value, target.low, target.high, target.compare) == (None, 0.05, 0.07, "between")


def test_stages_end_on_the_last_day_of_their_month() -> None:
    filled = form(
        RATE, value="23%", compare="at_least", stage_1="18%", stage_1_months="3", stage_2="20%", stage_2_months="6"
    )
    assert filled.is_valid()
    assert filled.proposal.target.steps == (Step(0.18, by=date(2027, 1, 31)), Step(0.20, by=date(2027, 4, 30)))


def test_months_of_a_year_have_to_sum_to_it() -> None:
    hundred = dict.fromkeys(MONTHS, "100,000")
    wrong = form(value="1,500,000", period="year", shape="manual", **hundred)
    assert not wrong.is_valid()
    assert "¥1,200,000" in str(wrong.errors["value"])
    right = form(period="year", shape="manual", **hundred)
    assert right.is_valid()
    assert len(right.proposal.target.months) == 12
    assert sum(value for _month, value in right.proposal.target.months) == 1_200_000


def test_season_shares_out_the_year() -> None:
    filled = form(period="year", shape="seasonal")
    assert filled.is_valid()
    weights = dict(filled.proposal.target.months)
    assert weights[date(2026, 12, 1)] == 1.5
    assert sum(weights.values()) == pytest.approx(12, abs=1e-4)


def test_season_needs_a_year_of_history() -> None:
    assert "shape" in form(RATE, value="5%", shape="seasonal").errors


def test_written_values_are_read_back() -> None:
    for basis, value in ((RATE, 0.0305), (MONEY, 1_234_567.0)):
        again = form(basis, value=basis.written(value))
        assert again.is_valid()
        assert again.proposal.target.value == pytest.approx(value)
