"""Units and what arithmetic on them proves."""

from __future__ import annotations

import pytest

from keiki.errors import UnknownName
from keiki.formula import parse
from keiki.measures.units import UNITS, Clash, Dimension, dimension, fits, unit

GIVEN = {"orders": "count", "visits": "count", "revenue": "currency", "cost": "currency", "rate": "ratio"}
GIVEN |= {"days": "days", "hours": "hours", "anything": "number"}


@pytest.mark.parametrize(
    ("formula", "fitting", "impossible"),
    [
        ("revenue / orders", ["currency"], ["ratio", "count", "days"]),
        ("revenue / cost", ["ratio", "count", "months"], ["currency"]),
        ("orders", ["count", "items"], ["ratio", "currency", "days"]),
        ("orders + visits", ["count"], ["ratio", "currency"]),
        ("orders / visits", ["ratio", "count", "seconds"], ["currency"]),
        ("1 - rate", ["ratio"], ["count", "currency"]),
        ("revenue - 5", ["currency"], ["ratio"]),
        ("growth(revenue)", ["ratio"], ["currency", "count"]),
        ("prev(revenue)", ["currency"], ["ratio"]),
        ("days", ["days"], ["hours"]),
        ("rate * 100", ["points", "ratio"], ["currency"]),
        ("revenue * cost", [], ["currency", "ratio"]),
        ("anything * revenue", ["currency", "ratio"], []),
        ("coalesce(revenue, cost)", ["currency"], ["count"]),
        ("-orders", ["count"], ["ratio"]),
    ],
)
def test_fits_refuses_only_what_is_proved(formula: str, fitting: list[str], impossible: list[str]) -> None:
    found = dimension(parse(formula), GIVEN)
    assert [u for u in fitting if not fits(found, u)] == []
    assert [u for u in impossible if fits(found, u)] == []


@pytest.mark.parametrize(
    ("formula", "clash"),
    [
        ("revenue + orders", Clash("currency", "count")),
        ("days - hours", Clash("days", "hours")),
        ("revenue + revenue / orders", None),
        ("max(rate, orders)", Clash("ratio", "count")),
        ("revenue * cost + cost", Clash("currency^2", "currency")),
    ],
)
def test_adding_what_cannot_be_added_is_a_clash(formula: str, clash: Clash | None) -> None:
    clashes: list[Clash] = []
    dimension(parse(formula), GIVEN, clashes)
    assert clashes == ([clash] if clash else [])


def test_number_alone_fits_every_unit() -> None:
    assert [u for u in UNITS if not fits(dimension(parse("3"), {}), u)] == []


def test_every_unit_has_words_in_both_languages() -> None:
    assert [u.name for u in UNITS.values() if not u.ja or not u.en] == []


def test_unknown_unit_suggests_the_nearest() -> None:
    with pytest.raises(UnknownName) as caught:
        unit("currancy")
    assert caught.value.details["near"] == "currency"


def test_dimension_of_an_unknown_name_is_anything() -> None:
    assert dimension(parse("nobody"), GIVEN) == Dimension(None)
