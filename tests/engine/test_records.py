"""Kept records come back exactly as they were, and nothing but data does."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import keiki
from keiki.customers.classes import ClassRule
from keiki.engine.customer_quality import quality_report
from keiki.engine.records import NotPlain, read, stated
from keiki.periods import Grain, Period

MONTH = Period(date(2026, 7, 1), date(2026, 8, 1), Grain.MONTH)


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        7,
        0.1 + 0.2,
        "茶",
        Decimal("1.2300"),
        date(2026, 7, 1),
        datetime(2026, 7, 1, 9, 30, tzinfo=UTC),
        (1, (2, "a"), ()),
        ["dict", "record"],
        frozenset({"a"}),
        {("a", None): [Decimal(1)], Grain.DAY: {}},
        MONTH,
        ClassRule(),
    ],
)
def test_a_value_comes_back_as_it_was_and_of_the_same_kind(value: Any) -> None:
    again = read(json.loads(json.dumps(stated(value))))
    assert again == value
    assert type(again) is type(value)
    assert repr(again) == repr(value)


@dataclass(frozen=True)
class Foreign:
    """A record of another package."""

    name: str


@pytest.mark.parametrize("value", [float("nan"), object(), Foreign("x"), print, {1, 2}, b"bytes", Path("x")])
def test_what_is_more_than_data_is_not_stated(value: Any) -> None:
    with pytest.raises(NotPlain):
        stated((value,))


@pytest.mark.parametrize(
    "told",
    [
        ["record", "os", "system", "true"],
        ["record", "keiki.engine.business", "open_business", "/"],
        ["record", "keiki.engine.business", "Business", "/"],
        ["enum", "subprocess", "Popen", "x"],
        ["record", "keiki.periods", "Grain", "x"],
    ],
)
def test_a_tampered_file_calls_nothing(told: list[Any]) -> None:
    with pytest.raises(NotPlain):
        read(told)


ORDERS = [
    {"order_id": f"o{n}", "customer_id": f"c{n % 5}", "ordered_at": f"2026-0{1 + n % 6}-10 10:00", "amount": 1000 + n}
    for n in range(40)
]


def asked(folder: Path, rows: Any = None) -> tuple[Any, int]:
    """The quality report of a business opened anew, and how often it had to be worked out."""
    times = 0

    def ask(business: keiki.Business) -> Any:
        nonlocal times
        times += 1
        return quality_report(business)

    with keiki.open(folder, create=True) as business:
        if rows is not None:
            business.load_facts({"orders": rows}, name=str(len(rows)))
        return business.remembered("quality", ask), times


def test_an_answer_is_found_after_a_restart_and_never_one_of_other_data(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    first, times = asked(folder, rows=ORDERS)
    assert times == 1
    assert asked(folder) == (first, 0)
    other, times = asked(folder, rows=[{**ORDERS[0], "order_id": "new", "amount": 500_000}])
    assert times == 1
    assert other != first
    assert asked(folder) == (other, 0)


def test_a_question_without_words_of_its_own_and_an_answer_that_is_no_record_are_asked_each_time(
    tmp_path: Path,
) -> None:
    asked(tmp_path / "shop", rows=ORDERS)
    with keiki.open(tmp_path / "shop") as business:
        times: list[int] = []
        for _ in range(2):
            business.remembered((object(),), lambda _b: times.append(1))
            business.remembered("engine", lambda b: times.append(1) or b.engine)
        assert len(times) == 4
        assert business.remembered("nothing", lambda _b: times.append(1)) is None
        assert business.remembered("nothing", lambda _b: times.append(1)) is None
        assert len(times) == 5, "that nothing was found is an answer too"
