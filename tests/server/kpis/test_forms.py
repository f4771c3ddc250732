"""The question in an address."""

from __future__ import annotations

from datetime import date

import pytest

from keiki.periods import Grain
from keiki.server.kpis.forms import Asked


def test_read_takes_every_part() -> None:
    query = {
        "grain": "week",
        "on": "2026-10-05",
        "versus": "last_year",
        "segment": "channel:a:b",
        "open": "all",
        "flip": "x,y",
        "as": "table",
        "by": "device",
    }
    assert Asked.read(query) == Asked(
        Grain.WEEK, date(2026, 10, 5), "last_year", ("channel", "a:b"), "all", frozenset({"x", "y"}), True, "device"
    )


@pytest.mark.parametrize(
    "query",
    [
        {"grain": "century"},
        {"on": "2026-13-40"},
        {"versus": "tomorrow"},
        {"segment": "channel"},
        {"segment": "1=1:x"},
        {"open": "none"},
        {"as": "picture"},
        {"by": "a b"},
    ],
)
def test_read_falls_back_on_what_nobody_can_mean(query: dict[str, str]) -> None:
    assert Asked.read(query) == Asked()


def test_url_leaves_defaults_out_and_keeps_an_order() -> None:
    assert Asked().url("/t/") == "/t/"
    asked = Asked(flips=frozenset({"b", "a"}), segment=("channel", "e mail"))
    assert asked.url("/t/", grain=Grain.DAY) == "/t/?grain=day&segment=channel%3Ae+mail&flip=a%2Cb"


def test_url_reads_back_to_the_same_question() -> None:
    asked = Asked(Grain.QUARTER, date(2026, 7, 1), "last_year", ("device", "pc"), "two", frozenset({"n"}), True, "plan")
    assert Asked.read(dict(asked.pairs)) == asked


def test_flipped_opens_and_closes() -> None:
    assert Asked().flipped("a").flipped("b").flipped("a").flips == {"b"}
