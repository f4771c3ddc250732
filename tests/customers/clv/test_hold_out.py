from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from tests.customers.clv.cdnow import HELD_OUT_DAYS, everybody, sample

from keiki.customers.clv import bg_nbd
from keiki.customers.clv.bg_nbd import BgNbd
from keiki.customers.clv.grouped import History, Unit
from keiki.customers.clv.hold_out import held_out
from keiki.errors import CustomersImpossible

MODEL = BgNbd(r=0.243, alpha=4.414, a=0.793, b=2.426, unit=Unit.WEEK)
HISTORY = History.of([0, 0, 2, 9], [0, 0, 30, 35], [0, 39, 38, 36], [10, 5, 2, 1], unit="week")


def test_everybody_of_cdnow_is_forecast_better_than_by_the_naive_rate(shared_data: Path) -> None:
    data = everybody(shared_data)
    found = held_out(bg_nbd.fit(data.history), data.history, data.after, HELD_OUT_DAYS / 7)
    assert found.off == pytest.approx(0, abs=0.15)
    assert found.better_by is not None
    assert found.better_by >= 0.2
    assert found.actual == data.after.sum() == 19684
    assert sum(c.customers for c in found.classes) == found.customers == 23570


def test_days_and_weeks_say_the_same(shared_data: Path) -> None:
    weeks, days = sample(shared_data, Unit.WEEK), sample(shared_data, Unit.DAY)
    in_weeks = held_out(MODEL, weeks.history, weeks.after, 39)
    in_days = held_out(MODEL, days.history, days.after, 273)
    assert in_days.expected == pytest.approx(in_weeks.expected, rel=1e-9)
    assert in_days.error == pytest.approx(in_weeks.error, rel=1e-9)


def test_grouped_customers_count_as_each_of_them() -> None:
    rows = np.repeat(np.arange(4), HISTORY.customers.astype(int))
    after = np.array([0.0, 0.0, 1.0, 5.0])
    single = History.of(HISTORY.frequency[rows], HISTORY.recency[rows], HISTORY.age[rows], unit="week")
    grouped, each = held_out(MODEL, HISTORY, after, 39), held_out(MODEL, single, after[rows], 39)
    for name in ("expected", "naive", "actual", "error", "naive_error"):
        assert getattr(grouped, name) == pytest.approx(getattr(each, name), rel=1e-12)
    assert [(c.frequency, c.and_more, c.customers) for c in grouped.classes] == [
        (0, False, 15),
        (2, False, 2),
        (7, True, 1),
    ]


def test_naive_rate_by_hand_and_none_for_those_of_the_last_day() -> None:
    found = held_out(MODEL, HISTORY, [0, 0, 1, 5], 39)
    assert found.naive == pytest.approx(2 * 2 / 38 * 39 + 9 / 36 * 39)


def test_nobody_bought_is_no_share() -> None:
    found = held_out(MODEL, HISTORY, [0, 0, 0, 0], 39)
    assert found.off is None
    assert "0" in found.words("en")


@pytest.mark.parametrize(("after", "english", "japanese"), [(0.5, "below", "小さく"), (4.0, "above", "大きく")])
def test_sentence_says_whether_it_is_better(after: float, english: str, japanese: str) -> None:
    history = History.of([4], [30], [38], unit="week")
    found = held_out(MODEL, history, [after], 39)
    assert english in found.words("en")
    assert japanese in found.words("ja")


def test_purchases_of_another_length_are_refused() -> None:
    with pytest.raises(CustomersImpossible):
        held_out(MODEL, HISTORY, [1, 2], 39)
