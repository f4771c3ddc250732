"""The browser writes numbers as the server does, over 40,000 values."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page
from tests.browser.conftest import ROOT

from keiki.charts.format import UNIT_WORDS, Money, Style, change, difference, number

MODULE = ROOT / "src/keiki/server/ui/static/ui/format.js"
RUN = """async ([source, cases]) => {
  const address = URL.createObjectURL(new Blob([source], {type: "text/javascript"}));
  const { number, difference, change } = await import(address);
  return cases.map(([value, other, unit, style, counter]) =>
    [number(value ?? NaN, unit, style, counter), difference(value ?? NaN, other ?? NaN, unit, style),
     change(value ?? NaN, other ?? NaN, unit, style)]);
}"""
EDGES = (0.0, -0.0, 0.5, 0.005, 0.0005, 0.0995, 0.1, 0.09995, 9.995, 99.95, 999.5, 1.005, 2.675, 1e-9, 5e-7)
LARGE = (999_499.5, 999_999.5, 1e6, 99_994_999.0, 99_995_000.0, 99_999_999.0, 1e8, 999_999_999.0, 1e12, 9.995e11, 1e15)
STYLES = tuple(
    Style(language, currency, money)
    for language in ("ja", "en")
    for currency in ("JPY", "USD", "CHF")
    for money in Money
)
Case = tuple[float | None, float | None, str, Style, str]


@pytest.fixture
def empty_page(chromium: Browser) -> Iterator[Page]:
    page = chromium.new_page()
    yield page
    page.close()


def cases(count: int) -> list[Case]:
    chance = random.Random(20_261_125)

    def value() -> float | None:
        kind = chance.random()
        if kind < 0.02:
            return None
        if kind < 0.25:
            return chance.choice(EDGES + LARGE) * chance.choice((1, -1))
        if kind < 0.5:
            return float(chance.randint(-(10**9), 10**9))
        if kind < 0.75:
            return round(chance.uniform(-1, 1) * 10 ** chance.randint(-3, 10), chance.randint(0, 6))
        return chance.uniform(-1, 1) * 10 ** chance.uniform(-8, 15)

    units = ("currency", "ratio", *UNIT_WORDS)
    return [
        (value(), value(), chance.choice(units), chance.choice(STYLES), chance.choice(("", "人", "件")))
        for _ in range(count)
    ]


def sent(case: Case) -> list[Any]:
    style = {"language": case[3].language, "currency": case[3].currency, "money": str(case[3].money)}
    return [case[0], case[1], case[2], style, case[4]]


def test_browser_and_server_write_the_same_numbers(empty_page: Page) -> None:
    wanted = cases(40_000)
    told = empty_page.evaluate(RUN, [MODULE.read_text(), [sent(case) for case in wanted]])
    differing = []
    for (value, other, unit, style, counter), found in zip(wanted, told, strict=True):
        right = [
            number(value, unit, style, counter),
            difference(value, other, unit, style),
            change(value, other, unit, style),
        ]
        if right != found:
            differing.append((value, other, unit, style, right, found))
    assert differing[:5] == []
