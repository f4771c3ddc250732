"""Every panel of customer value: the same number on the page, as CSV, as Excel, by the API and on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests.server.cockpit.test_files_out import rows_of, sheets_of
from tests.server.customers.test_customer_api import asking
from tests.server.customers.test_quality_pages import fill as products

from keiki.cli.main import run
from keiki.server.customers.pages.files.page import OVERVIEW, PAGES
from keiki.server.data.actions import opened

Row = tuple[str, Any, Any, Any, Any]
"""A number on the page in words, and as CSV, Excel, API and command line give it."""


def put_contracts(business: Any) -> None:
    """Twenty customers with contracts of two plans; every fourth ended, one came back; one also bought twice."""
    rows = [
        {"subscription_id": f"s{n}", "customer_id": f"c{n}", "plan": ("basic", "pro")[n % 2], "mrr": 1000 + n}
        | {"valid_from": f"2024-{1 + n % 3:02}-05", "valid_to": f"2025-{1 + n // 4:02}-05" if n % 4 == 0 else None}
        for n in range(20)
    ]
    rows.append(
        {"subscription_id": "back", "customer_id": "c0", "plan": "pro", "mrr": 3000}
        | {"valid_from": "2025-04-01", "valid_to": None}
    )
    orders = [
        {"order_id": f"o{month}", "customer_id": "c1", "ordered_at": f"2025-{month}-10T12:00:00+09:00"}
        | {"amount": 10_000, "cost": 4_000}
        for month in ("03", "04")
    ]
    opened(business).business.load_facts({"subscriptions": rows, "orders": orders}, name="contracts")


def put_shop(business: Any) -> None:
    """Customers of two products, and six who bought for the first time lately and came again."""
    products(opened(business).business)
    days = [(n, "2025-03-05") for n in range(6)] + [(n, "2025-05-05") for n in range(6)]
    orders = [
        {"order_id": f"new{n}{day}", "customer_id": f"new{n}", "ordered_at": f"{day}T12:00:00+09:00"}
        | {"amount": 1_200, "cost": 500, "product": "A"}
        for n, day in days
    ]
    opened(business).business.load(orders, "orders")


@dataclass(frozen=True)
class Doors:
    """The ways by which a number leaves a business."""

    cast: Any
    browser: Any
    capsys: Any
    folder: Path

    def address(self, page: str) -> str:
        begin = reverse("customers:customers", kwargs={"business": self.cast.business.id})
        return begin if page == OVERVIEW else f"{begin}{page}/"

    def page(self, page: str, **query: str) -> Any:
        answer = self.browser.get(self.address(page), query)
        assert answer.status_code == 200
        return answer.context["page"]

    def file(self, page: str, panel: str, kind: str, **query: str) -> Any:
        answer = self.browser.get(f"{self.address(page)}files/{panel}/", {**query, "file": kind})
        assert answer.status_code == 200, (page, panel)
        return answer

    def csv(self, page: str, panel: str, **query: str) -> list[dict[str, str]]:
        return rows_of(self.file(page, panel, "csv", **query))

    def excel(self, page: str, panel: str, **query: str) -> dict[str, list[list[Any]]]:
        return sheets_of(self.file(page, panel, "xlsx", **query), self.folder)

    def api(self, path: str, **query: Any) -> Any:
        return asking(self.cast)(path, **query)

    def cli(self, *command: str) -> Any:
        self.capsys.readouterr()
        assert run(["customers", *command, "--json", "-b", str(self.cast.business.folder)]) == 0
        return json.loads(self.capsys.readouterr().out)


def cohort_table(doors: Doors) -> list[Row]:
    asked = {"start": "order", "counts": "order", "grain": "quarter", "value": "revenue_per_customer"}
    (shown,) = doors.page("cohorts", **asked).grids
    csv = doors.csv("cohorts", "table", **asked)
    excel = doors.excel("cohorts", "table", **asked)["Summary"]
    api = doors.api("cohorts", start="order", counts="order", grain="quarter", value=asked["value"], last=9)
    (command,) = doors.cli("cohorts", "--grain", "quarter", "--value", asked["value"], "--last", "9")
    told = next(each for each in api["tables"][0]["cohorts"] if each["size"])
    printed = next(each for each in command["cohorts"] if each["customers"])
    line = next(row for row in excel if row[0] == shown.rows[0].label)
    return [
        (cell.text, csv[age]["Revenue per customer"], line[2 + age], told["values"][age], printed["values"][age])
        for age, cell in enumerate(shown.rows[0].cells)
        if cell.text
    ]


def repeat_rates(doors: Doors) -> list[Row]:
    shown = doors.page("cohorts").repeat.rates
    csv = [row for row in doors.csv("cohorts", "repeat") if row["Table"] == "Repeat rates"]
    excel = doors.excel("cohorts", "repeat")["Summary"][1:]
    api, command = doors.api("repeat")["rates"], doors.cli("repeat")["rates"]
    places = range(len(shown))
    return [
        (shown[n].share, csv[n]["Value"], excel[n][3], api[n]["share"], command[n]["share"])
        for n in places
        if excel[n][3] != ""
    ]


def rfm(doors: Doors) -> list[Row]:
    shown = doors.page("segments").rows
    csv = doors.csv("segments", "segments")
    excel = doors.excel("segments", "segments")["Summary"][1:]
    api, command = doors.api("segments")["segments"], doors.cli("rfm")["segments"]
    return [
        (row.revenue, csv[n]["Revenue"], excel[n][4], api[n]["amount"], command[n]["amount"])
        for n, row in enumerate(shown)
        if excel[n][1] != ""
    ]


def score_table(doors: Doors) -> list[Row]:
    shown = doors.page("segments").scores
    excel = doors.excel("segments", "scores")["Summary"][1:]
    csv = {(row["Recency"], row["Frequency"]): row["Customers"] for row in doors.csv("segments", "scores")}
    api = {(each["r"], each["f"]): each["customers"] for each in doors.api("segments")["scores"]}
    command = {(each["r"], each["f"]): each["customers"] for each in doors.cli("rfm")["scores"]}
    return [
        (cell.text, csv[row.name, str(f)], excel[n][f], api[int(row.name), f], command[int(row.name), f])
        for n, row in enumerate(shown)
        for f, cell in enumerate(row.cells, 1)
        if csv[row.name, str(f)] != ""
    ]


def movements(doors: Doors) -> list[Row]:
    shown = next(line for line in doors.page("recurring").lines if line.name == "End")
    csv = doors.csv("recurring", "periods")[-7:]
    excel = next(row for row in doors.excel("recurring", "periods")["Summary"] if row[0] == "End")[1:]
    api = doors.api("recurring")["periods"][-7:]
    command = doors.cli("movements", "--last", "7")["periods"]
    return [(shown.cells[n][0], csv[n]["End"], excel[n], api[n]["mrr_end"], command[n]["mrr_end"]) for n in range(7)]


def survival(doors: Doors) -> list[Row]:
    figure = doors.page("recurring").lives.table.rows
    csv = [row for row in doors.csv("recurring", "lives") if row["Still there"]]
    excel = [row for row in doors.excel("recurring", "lives")["Summary"][1:] if row[6] != ""]
    (api,), (command,) = doors.api("survival")["curves"], doors.cli("survival")["curves"]
    told = [{step["length"]: step["share"] for step in each["steps"]} for each in (api, command)]
    words = {re.sub(r"\D", "", str(row[0])): row[1] for row in figure}
    return [
        (words[row["Months"]], row["Still there"], excel[n][6], *(each[int(row["Months"])] for each in told))
        for n, row in enumerate(csv)
        if row["Months"] in words
    ]


def classes(doors: Doors) -> list[Row]:
    shown = {row.name: row.revenue for row in doors.page("quality").classes}
    csv = {row["Class"]: row["Revenue so far"] for row in doors.csv("quality", "classes")}
    excel = {row[0]: row[3] for row in doors.excel("quality", "classes")["Summary"][1:]}
    api, command = doors.api("quality"), doors.cli("quality")
    told = {"Good": "good", "Bad": "bad", "Undetermined": "undetermined"}
    known = api["revenue"] if "revenue" in api else command["revenue"]
    return [
        (shown[name], csv[name], excel[name], known[told[name]], command["revenue"][told[name]])
        for name in shown
        if csv[name]
    ]


def quality_periods(doors: Doors) -> list[Row]:
    shown = doors.page("quality", grain="year").rows
    csv = doors.csv("quality", "periods", grain="year")
    excel = doors.excel("quality", "periods", grain="year")["Summary"][1:]
    api = doors.api("quality", grain="year")["periods"][::-1]
    command = doors.cli("quality", "--grain", "year")["periods"][::-1]
    return [
        (row.profit, csv[n]["After customer costs"], excel[n][9], api[n]["profit"], command[n]["profit"])
        for n, row in enumerate(shown)
    ]


def curves(doors: Doors) -> list[Row]:
    shown = doors.page("quality", curves="product").curves
    excel = doors.excel("quality", "curves", curves="product")["Summary"][1:]
    csv = doors.csv("quality", "curves", curves="product")
    api, command = doors.api("profit-curves", by="product"), doors.cli("quality", "--curves", "product")
    last = {row["First product"]: row["Profit of a customer so far"] for row in csv}
    return [
        (row.last, last[row.names[0]], excel[n][3], api[n]["points"][-1]["profit"], command[n]["points"][-1]["profit"])
        for n, row in enumerate(shown)
    ]


def places(doors: Doors) -> list[Row]:
    shown = doors.page("quality", places="product").places
    excel = doors.excel("quality", "places", places="product")["Summary"][1:]
    csv = doors.csv("quality", "places", places="product")
    api = doors.api("allocation", by="product")["places"]
    command = [each["place"] for each in doors.cli("quality", "--by", "product")["places"]]
    return [
        (row.revenue, csv[n]["Revenue"], excel[n][2], api[n]["revenue"], command[n]["revenue"])
        for n, row in enumerate(shown)
    ]


def formulas(doors: Doors) -> list[Row]:
    shown = doors.page("lifetime-value").rows
    csv = doors.csv("lifetime-value", "formulas")
    excel = doors.excel("lifetime-value", "formulas")["Summary"][1:]
    api = {each["id"]: each["value"] for each in doors.api("lifetime-value")["values"]}
    command = {each["formula"]: each["value"] for each in doors.cli("ltv")["values"]}
    return [
        (row.value, csv[n]["Lifetime value"], excel[n][6], api[row.id], command[row.id])
        for n, row in enumerate(shown)
        if row.value
    ]


def forecast(doors: Doors) -> list[Row]:
    shown, csv = doors.page("forecast"), {row["Number"]: row["Value"] for row in doors.csv("forecast", "totals")}
    excel = {row[0]: row[1] for row in doors.excel("forecast", "totals")["Summary"][1:]}
    api, command = doors.api("forecast"), doors.cli("forecast")
    return [
        (shown.worth, csv["Worth today"], excel["Worth today"], api["worth"], command["worth"]),
        (shown.customers, csv["Customers"], excel["Customers"], api["customers"], command["customers"]),
    ]


def contracts(doors: Doors) -> list[Row]:
    shown = doors.page("forecast").contracts
    excel = {row[0]: row[1] for row in doors.excel("forecast", "contracts")["Summary"][1:]}
    csv = doors.csv("forecast", "contracts")
    api, command = doors.api("contracts"), doors.cli("contracts")
    curve = shown.curve.table.rows[6][2]
    whole = excel["Revenue expected"]
    return [
        (shown.revenue, whole, whole, api["revenue"], command["revenue"]),
        (curve, csv[6][api["model"]], api["told"][6], api["told"][6], command["told"][6]),
    ]


def occasions(doors: Doors) -> list[Row]:
    shown = doors.page("forecast", occasions="month", months="6").occasions
    excel = {
        row[0]: row[1] for row in doors.excel("forecast", "occasions", occasions="month", months="6")["Summary"][1:]
    }
    csv = {row["Number"]: row["Value"] for row in doors.csv("forecast", "occasions", occasions="month", months="6")}
    api = doors.api("occasions", grain="month", ahead="6")
    command = doors.cli("occasions", "--grain", "month", "--ahead", "6")
    return [
        (shown.worth, csv["Worth today"], excel["Worth today"], api["worth"], command["worth"]),
        (str(command["customers"]), csv["Customers"], excel["Customers"], api["customers"], command["customers"]),
    ]


def whole(doors: Doors) -> list[Row]:
    shown = {row.name: row.value for row in doors.page("whole").rows}
    csv = {row["Number"]: row["Everybody"] for row in doors.csv("whole", "numbers")}
    excel = {row[0]: row[1] for row in doors.excel("whole", "numbers")["Summary"][1:]}
    api, command = doors.api("whole")["values"], doors.cli("whole")["values"]
    names = {"Net revenue retention": "nrr", "Gross revenue retention": "grr", "Profit margin": "profit_margin"}
    return [(shown[name], csv[name], excel[name], api[id], command[id]) for name, id in names.items()]


def lessons(doors: Doors) -> list[Row]:
    shown = doors.page("ideal").lessons
    csv, excel = doors.csv("ideal", "lessons"), doors.excel("ideal", "lessons")["Summary"][1:]
    api, command = doors.api("ideal")["lessons"], doors.cli("ideal")["lessons"]
    return [
        (row.share, csv[n]["Share of good customers"], excel[n][4], api[n]["share"], command[n]["share"])
        for n, row in enumerate(shown)
    ]


def overview_cohorts(doors: Doors) -> list[Row]:
    """Who stays, and what a customer brought: the first cohort of five or more in either table."""
    page, found = doors.page(OVERVIEW), []
    for panel, grid, value, column in (
        ("stays", page.grid, "share", "Share still there"),
        ("profit", page.profit, "cumulative_profit_per_customer", "Gross profit so far per customer"),
    ):
        told = doors.api("cohorts", value=value)["tables"][0]["cohorts"]
        place = next(n for n, each in enumerate(told) if each["size"] >= 5)
        printed = doors.cli("cohorts", "--value", value)[0]["cohorts"]
        shown = next(row.cells for row in grid.rows if row.size == str(told[place]["size"]))
        line = next(row for row in doors.excel(OVERVIEW, panel)["Summary"] if row[1] == told[place]["size"])
        csv = [row for row in doors.csv(OVERVIEW, panel) if row["Customers"] == str(told[place]["size"])]
        found += [
            (
                cell.text,
                csv[age][column],
                line[2 + age],
                *(each[place]["values"][age] for each in (told, printed)),
            )
            for age, cell in enumerate(shown)
            if cell.text
        ]
    return found


def overview_numbers(doors: Doors) -> list[Row]:
    """The one number of a further page is that page's own."""
    name = "Good and bad revenue"
    shown = {small.title: small.value for small in doors.page(OVERVIEW).smalls}
    csv = {row["Subject"]: row["Value"] for row in doors.csv(OVERVIEW, "subjects")}
    excel = {row[0]: row[1] for row in doors.excel(OVERVIEW, "subjects")["Summary"][1:]}
    told = [doors.api("quality", grain="quarter")["periods"], doors.cli("quality", "--grain", "quarter")["periods"]]
    values = [next(each for each in reversed(periods) if each["complete"])["good_share"] for periods in told]
    return [(shown[name], csv[name], excel[name], *values)]


def overview_month(doors: Doors) -> list[Row]:
    """The last whole month of recurring revenue; the picture's table has the same ends."""
    drawn = {row[0]: row[1] for row in doors.page(OVERVIEW).waterfall.table.rows}
    csv = {row["Movement"]: row["Value"] for row in doors.csv(OVERVIEW, "waterfall")}
    excel = {row[0]: row[1] for row in doors.excel(OVERVIEW, "waterfall")["Summary"][1:]}
    told = [doors.api("recurring")["periods"], doors.cli("movements", "--last", "7")["periods"]]
    ends = [next(each for each in reversed(periods) if each["complete"]) for periods in told]
    names = {"Start": "mrr_start", "End": "mrr_end"}
    return [(drawn[name], csv[name], excel[name], *(each[field] for each in ends)) for name, field in names.items()]


SHOP: tuple[Callable[[Doors], list[Row]], ...] = (
    *(cohort_table, repeat_rates, rfm, score_table, classes, quality_periods, curves, places, forecast, occasions),
    *(lessons, overview_cohorts, overview_numbers),
)
SUBSCRIBERS: tuple[Callable[[Doors], list[Row]], ...] = (
    movements,
    survival,
    contracts,
    whole,
    formulas,
    overview_month,
)


def wrong(rows: list[Row]) -> list[Row]:
    """The numbers that are not the same everywhere; a page shortens them, a file and a program do not."""

    def number(value: Any) -> float | None:
        return None if value is None or value == "" else float(value)

    found = []
    for words, *values in rows:
        known = [number(value) for value in values]
        written = re.search(r"[\d,]+(?:\.\d+)?", words)
        if written is None or known[0] is None:
            apart = written is not None or any(value is not None for value in known)
        else:
            shown = float(written[0].replace(",", "")) * (0.01 if "%" in words else 1) * (-1 if words[0] in "−-" else 1)
            shown *= 1e6 if words.endswith("M") else 1
            apart = any(value != pytest.approx(known[0], rel=1e-9) for value in known)
            apart |= shown != pytest.approx(known[0], rel=0.006, abs=0.0006 if "%" in words else 0.6)
        if apart:
            found.append((words, *values))
    return found


@pytest.mark.parametrize(
    ("put", "panels"), [(put_shop, SHOP), (put_contracts, SUBSCRIBERS)], ids=["shop", "subscribers"]
)
def test_every_panel_of_customers_gives_one_number_on_page_csv_excel_api_and_command_line(
    put: Any, panels: tuple[Callable[[Doors], list[Row]], ...], bare: Any, browser_of: Any, capsys: Any, tmp_path: Path
) -> None:
    put(bare.business)
    doors = Doors(bare, browser_of(bare.viewer), capsys, tmp_path)
    found = {panel.__name__: panel(doors) for panel in panels}
    assert [name for name, rows in found.items() if not rows] == []
    assert {name: wrong(rows) for name, rows in found.items() if wrong(rows)} == {}


ALONE = {
    "cohorts": {
        "start": "order",
        "counts": "order",
        "grain": "quarter",
        "value": "revenue",
        "by": "acquisition_channel",
    },
    "quality": {"curves": "product", "places": "product"},
    "lifetime-value": {"by": "product"},
    "recurring": {"by": "plan"},
}
"""Questions in which the one customer with a product and a channel of their own would stand alone."""


WHEN_ASKED = ("differences", "occasions")
"""Panels that a page shows to a question only."""


def test_every_panel_is_a_file_with_its_filters_and_nothing_of_few_customers(
    bare: Any, browser_of: Any, tmp_path: Path
) -> None:
    numbers = opened(bare.business).business
    products(numbers)
    numbers.load(
        [{"order_id": "one", "customer_id": "one", "ordered_at": "2025-05-01T12:00:00+09:00", "amount": 7}], "orders"
    )
    put_contracts(bare.business)
    doors = Doors(bare, browser_of(bare.viewer), None, tmp_path)
    for page, panels in PAGES.items():
        shown = doors.browser.get(doors.address(page)).content.decode()
        for panel in panels:
            sheets = doors.excel(page, panel, **ALONE.get(page, {}))
            told = [sheets["Summary"], sheets["Details"], doors.csv(page, panel, **ALONE.get(page, {}))]
            assert "98765" not in str(told), (page, panel)
            assert list(sheets) == ["Summary", "Details", "Filters", "Definitions"]
            filters = dict(row[:2] for row in sheets["Filters"])
            assert filters["Business"] == "Tea shop"
            assert len(sheets["Definitions"]) > len(sheets["Details"][0]) // 2
            assert f"/files/{panel}/?file=xlsx" in shown or panel in WHEN_ASKED, (page, panel)
    plain = reverse("customers:panel_file", kwargs={"business": bare.business.id, "page": "cohorts", "panel": "table"})
    assert doors.browser.get(plain)["Content-Type"] == "text/csv; charset=utf-8"
    api = asking(bare)
    for path in ("worth", "profit-curves", "allocation"):
        assert "98765" not in json.dumps(api(path, by="product")), path
    asked = {"start": "order", "counts": "order", "grain": "quarter", "value": "revenue"}
    sheets = doors.excel("cohorts", "table", **asked)
    assert ["Periods", "Quarter"] in [row[:2] for row in sheets["Filters"]]
    page = doors.page("cohorts", **asked)
    small = next(row.label for row in page.grids[0].rows if row.size == "1")
    line = next(row for row in sheets["Summary"] if row[0] == small)
    assert set(line[1:]) == {""}, "people of the house see the cohort of one, the file holds nothing of it"
    assert not any(row[0] == "Average of cohorts" for row in sheets["Summary"])
    assert any(row[0] == "Left out" for row in sheets["Filters"])
    outsider = browser_of(bare.outsider)
    assert outsider.get(f"{doors.address('cohorts')}files/table/?file=csv").status_code == 404
    assert doors.browser.get(f"{doors.address('cohorts')}files/nothing/?file=csv").status_code == 404
