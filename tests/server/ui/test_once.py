from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from keiki.server.ui.once import once, one_page


def test_a_page_asks_once_and_the_next_page_again() -> None:
    numbers = count()
    with one_page():
        assert [once("a", lambda: next(numbers)), once("b", lambda: next(numbers)), once("a", int)] == [0, 1, 0]
    with one_page():
        assert once("a", lambda: next(numbers)) == 2


def test_outside_a_page_every_question_is_asked() -> None:
    numbers = count()
    assert [once("a", lambda: next(numbers)) for _ in range(3)] == [0, 1, 2]


def test_what_could_not_be_answered_is_asked_again() -> None:
    with one_page():
        with pytest.raises(ZeroDivisionError):
            once("a", lambda: 1 // 0)
        assert once("a", lambda: 1) == 1


def test_the_morning_page_asks_the_database_nothing_twice(shop: Any, browser_of: Any) -> None:
    browser = browser_of(shop.viewer)
    url = reverse("cockpit:today", kwargs={"business": shop.business.id})
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        browser.get(url)
    questions = Counter(each["sql"] for each in asked.captured_queries)
    assert len(questions) > 5
    assert {sql: times for sql, times in questions.items() if times > 1} == {}
