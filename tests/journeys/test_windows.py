"""Lengths of time in words."""

from __future__ import annotations

from datetime import datetime

import ibis
import pytest

from keiki.errors import UnreadableWindow
from keiki.journeys.windows import window


@pytest.mark.parametrize(
    ("text", "after"),
    [
        ("36h", datetime(2024, 2, 1, 12)),
        ("60d", datetime(2024, 3, 31)),
        ("2w", datetime(2024, 2, 14)),
        ("1m", datetime(2024, 2, 29)),
        ("1y", datetime(2025, 1, 31)),
    ],
)
def test_window_is_added_by_the_calendar(text: str, after: datetime) -> None:
    end = ibis.timestamp("2024-01-31 00:00:00") + window(text)
    assert ibis.duckdb.connect().to_pyarrow(end).as_py() == after


@pytest.mark.parametrize("text", ["", "60", "d60", "6 months", "-3d", "1e3d"])
def test_window_says_what_it_cannot_read(text: str) -> None:
    with pytest.raises(UnreadableWindow) as caught:
        window(text)
    assert text in caught.value.words("ja")
