"""Keywords: every one in one class by the rules of the business, and nothing counted twice or left out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rows import SmallLake

from keiki.journeys.keywords import CLASSES, KeywordRule, keyword_classes
from keiki.measures.choices import read_choices
from keiki.measures.rules import Rules
from keiki.periods import Calendar

RULE = KeywordRule(brand=("Minato", "ミナト"))
WORDS = {
    "minato coffee beans online shop": "brand",
    "ミナト　コーヒー": "brand",
    "コーヒー": "generic",
    "coffee beans": "generic",
    "コーヒー 淹れ方 方法": "problem",
    "How to brew": "problem",
    "浅煎り　エチオピア　通販": "long_tail",
    "light roast ethiopia": "long_tail",
    "  ": "unnamed",
}


@pytest.fixture(scope="module")
def lake() -> SmallLake:
    return SmallLake()


def row(keyword: str | None, clicks: int = 1, **more: Any) -> dict[str, Any]:
    found = {"date": "2026-10-05", "platform": "google", "kind": "search", "keyword": keyword, "clicks": clicks}
    return found | {"impressions": 10 * clicks} | more


def told(lake: SmallLake, rows: list[dict[str, Any]], rule: KeywordRule = RULE) -> dict[str, tuple[int, int, int]]:
    table = keyword_classes(lake.put(media=rows), lake.spans("2026-10-01", "2026-11-01"), rule)
    columns = ("keyword_class", "keywords", "clicks", "impressions")
    return {name: (keywords, clicks, seen) for name, keywords, clicks, seen in lake.rows(table, *columns)}


@pytest.mark.parametrize(("keyword", "expected"), WORDS.items())
def test_keyword_has_the_first_class_that_holds(lake: SmallLake, keyword: str, expected: str) -> None:
    assert list(told(lake, [row(keyword)])) == [expected]


def test_loaded_types_count_and_other_media_do_not(lake: SmallLake) -> None:
    rows = [
        row("abc", 3, keyword_type="brand"),
        row("abc", 2, keyword_type="longtail"),
        row("ABC", 4, keyword_type="generic"),
        row(None, 5),
        row("abc", 9, kind="ad"),
        row("abc", 9, date="2026-11-01"),
    ]
    expected = {"brand": (1, 3, 30), "long_tail": (1, 2, 20), "generic": (1, 4, 40), "unnamed": (0, 5, 50)}
    assert told(lake, rows) == expected


@settings(deadline=None, max_examples=10)
@given(st.lists(st.tuples(st.sampled_from([*WORDS, None]), st.integers(0, 50)), max_size=12))
def test_clicks_of_the_classes_sum_to_all_clicks(lake: SmallLake, given_rows: list[tuple[str | None, int]]) -> None:
    found = told(lake, [row(*each) for each in given_rows])
    assert set(found) <= set(CLASSES)
    assert sum(clicks for _keywords, clicks, _seen in found.values()) == sum(clicks for _keyword, clicks in given_rows)


def test_words_are_rules_of_the_business() -> None:
    own = Rules.of_calendar(Calendar(), own=read_choices({"keywords": {"brand": ["Minato"], "words": 4}}))
    assert own.keywords == KeywordRule(brand=("Minato",), words=4)
