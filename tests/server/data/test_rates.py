"""Exchange rates on the page and for programs; what no rate converts is told above the numbers."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from tests.server.cockpit.test_screens import make
from tests.server.data.test_pages import url
from tests.server.shop import orders

from keiki.server.audit.models import Entry
from keiki.server.data.actions import opened
from keiki.server.kpis import queries

OCTOBER = 16 * 900
"""The revenue of the shop in October, without the order in dollars."""


@pytest.fixture
def abroad(own_shop: Any) -> Any:
    """The shop with an order of $12.50 in October."""
    row = {"order_id": "usd", "customer_id": "C1", "ordered_at": "2026-10-03 12:00:00", "currency": "USD"}
    numbers = opened(own_shop.business).business
    numbers.load([row | {"amount": "12.50"}], fact="orders")
    return own_shop


def revenue(cast: Any) -> float | None:
    told = queries.kpi_history(cast.viewer, cast.business, "order_revenue")
    assert told is not None
    return told.values[[period.start for period in told.periods].index(date(2026, 10, 1))]


def test_dollars_are_labelled_above_the_numbers_until_they_have_a_rate(abroad: Any, browser_of: Any) -> None:
    assert len(orders()) == 66
    browser = browser_of(abroad.editor)
    today = reverse("cockpit:today", kwargs={"business": abroad.business.id})
    label = "USD 12.50 in 1 row has no exchange rate on its day and is in no number of money."
    assert label in browser_of(abroad.viewer).get(today).content.decode()
    assert revenue(abroad) == OCTOBER
    set_it = {"currency": "usd", "since": "2026-10-01", "rate": "150.25"}
    assert browser.post(url("set_rate", abroad.business), set_it).status_code == 302
    assert revenue(abroad) == OCTOBER + 1878.125
    assert "no exchange rate" not in browser.get(today).content.decode()
    page = browser.get(url("rates", abroad.business)).context["page"]
    assert [(line.words, line.since.isoformat(), line.until) for line in page.lines] == [
        ("1 USD = 150.25 JPY", "2026-10-01", "")
    ]
    browser.post(url("set_rate", abroad.business), set_it | {"rate": "160"})
    assert revenue(abroad) == OCTOBER + 2000
    gone = {"currency": "USD", "into": "JPY", "since": "2026-10-01"}
    browser.post(url("remove_rate", abroad.business), gone)
    assert revenue(abroad) == OCTOBER
    told = Entry.objects.filter(action__in=("data.set_rates", "data.remove_rate")).order_by("id")
    day = "USD → JPY 2026-10-01"
    assert [(each.old, each.new) for each in told] == [
        ({}, {day: "150.25"}),
        ({day: "150.25"}, {day: "160"}),
        ({day: "160"}, {}),
    ]


@pytest.mark.parametrize("kind", ["share", "device"])
def test_screen_and_shared_link_say_which_money_is_in_no_number_and_not_how_much(
    abroad: Any, browser_of: Any, kind: str
) -> None:
    path = make(abroad, browser_of, kind=kind, dashboards=["executive"])
    label = "Money in USD without an exchange rate on its day is in no number."
    body = Client().get(path).content.decode()
    assert (label in body, "12.50" in body) == (True, False)
    browser_of(abroad.editor).post(
        url("set_rate", abroad.business), {"currency": "USD", "since": "2026-10-01", "rate": "150"}
    )
    assert "exchange rate" not in Client().get(path).content.decode()


def test_file_of_rates_is_taken_whole_or_not_at_all(abroad: Any, browser_of: Any) -> None:
    browser = browser_of(abroad.editor)

    def send(text: str) -> Any:
        return browser.post(url("send_rates", abroad.business), {"file": SimpleUploadedFile("r.csv", text.encode())})

    broken = send("currency,since,rate\nUSD,2026-10-01,150\nUSD,2026-13-01,151\n")
    assert broken.status_code == 422
    assert "Line 3 of the rates cannot be read" in broken.content.decode()
    assert browser.get(url("rates", abroad.business)).context["page"].lines == ()
    assert send("currency,since,rate\nUSD,2026-10-01,150\nUSD,2026-10-04,999\n").status_code == 302
    assert revenue(abroad) == OCTOBER + 1875
    lines = b"".join(browser.get(url("rates", abroad.business), {"file": "csv"})).decode("utf-8-sig").splitlines()
    assert lines == ["currency,into,since,rate", "USD,JPY,2026-10-01,150", "USD,JPY,2026-10-04,999"]


def test_programs_set_rates_and_are_told_what_is_left_out(abroad: Any, browser_of: Any) -> None:
    browser, way = browser_of(abroad.editor), f"/api/v1/businesses/{abroad.business.id}"
    ask = {"kpis": ["order_revenue"], "when": "2026-10"}

    def measured() -> tuple[Any, Any]:
        told = browser.post(f"{way}/measure", ask, content_type="application/json").json()
        return told["rows"][0]["value"], [(each["currency"], each["amount"]) for each in told["left_out"]]

    assert measured() == (OCTOBER, [("USD", "12.5000")])
    wrong = {"rates": [{"currency": "USD", "since": "2026-10-01", "rate": "0"}]}
    assert browser.post(f"{way}/rates", wrong, content_type="application/json").status_code == 422
    right = {"rates": [{"currency": "USD", "since": "2026-10-01", "rate": "150.25"}]}
    told = browser.post(f"{way}/rates", right, content_type="application/json").json()
    assert told == {
        "rates": [{"currency": "USD", "into": "JPY", "since": "2026-10-01", "rate": "150.25"}],
        "left_out": [],
    }
    assert measured() == (OCTOBER + 1878.125, [])


def test_only_editors_set_rates(abroad: Any, browser_of: Any) -> None:
    typed = {"currency": "USD", "since": "2026-10-01", "rate": "150"}
    for name in ("set_rate", "send_rates", "remove_rate"):
        assert browser_of(abroad.viewer).post(url(name, abroad.business), typed).status_code == 403
        assert browser_of(abroad.outsider).post(url(name, abroad.business), typed).status_code == 404
    assert browser_of(abroad.viewer).get(url("rates", abroad.business)).status_code == 200
    assert browser_of(abroad.editor).post(url("set_rate", abroad.business), typed | {"rate": "x"}).status_code == 422
