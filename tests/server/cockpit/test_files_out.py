"""Pages as files: the same numbers as on the page, in the API and on the command line; what may leave and what not."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from python_calamine import CalamineWorkbook

import keiki
from keiki.charts.files_out import Flow, Sheet, csv_lines, parcels
from keiki.cli.main import run
from keiki.periods import Grain
from keiki.server.accounts import actions
from keiki.server.audit.queries import log
from keiki.server.data.actions import opened

TREE = {"tree": "simple_orders"}
FILES = ("csv", "cp932", "xlsx")


def pages(business: Any) -> dict[str, str]:
    here = {"business": business.id, **TREE}
    return {
        "tree": reverse("cockpit:tree", kwargs=here),
        "table": reverse("cockpit:tree", kwargs=here) + "?as=table",
        "node": reverse("cockpit:node", kwargs=here | {"node": "revenue"}),
        "rows": reverse("reasons:rows", kwargs=here | {"node": "revenue"}),
        "catalogue": reverse("kpis:catalogue", kwargs={"business": business.id}) + "?q=order",
    }


def file_of(browser: Any, url: str, kind: str) -> Any:
    return browser.get(f"{url}{'&' if '?' in url else '?'}file={kind}")


def rows_of(answer: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(body(answer).decode("utf-8-sig"))))


def body(answer: Any) -> bytes:
    """All of a file, also of one that is sent in parcels."""
    return b"".join(answer)


def sheets_of(answer: Any, folder: Path) -> dict[str, list[list[Any]]]:
    path = folder / "book.xlsx"
    path.write_bytes(answer.content)
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.feature("F-213")
def test_exported_values_are_imported_again_without_loss(shop: Any, browser_of: Any, tmp_path: Path) -> None:
    """The CSV of KPI values, loaded into an empty business, gives every KPI the value it had."""
    file = tmp_path / "values.csv"
    file.write_bytes(file_of(browser_of(shop.viewer), pages(shop.business)["tree"], "csv").content)
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"))))
    numbers = opened(shop.business).business
    with keiki.open(tmp_path / "empty", create=True) as empty:
        done = empty.load(file)
        assert (done.added, done.rejected) == (len(rows), 0)
        kpis = sorted({row["metric"] for row in rows} & set(numbers.catalogue.kpis))
        lens = numbers.lens("month", 13, numbers.today)
        there, here = numbers.measure(kpis, lens), empty.measure(kpis, empty.question(lens.periods))
    exported = {(row["metric"], row["date"]) for row in rows}
    compared = 0
    for kpi in kpis:
        for place, period in enumerate(lens.periods):
            if (kpi, period.start.isoformat()) in exported:
                assert here.value(kpi, place) == there.value(kpi, place)
                compared += 1
    assert compared >= 3 * len(kpis)


def test_a_number_is_the_same_on_page_table_csv_excel_api_and_command_line(
    shop: Any, browser_of: Any, tmp_path: Path, capsys: Any
) -> None:
    browser = browser_of(shop.owner)
    where = pages(shop.business)
    said = {card.id: card.number.exact for card in browser.get(where["table"]).context["page"].cards}
    on_tree = {card.id: card.number.exact for card in browser.get(where["tree"] + "?open=all").context["page"].cards}
    assert on_tree == {name: said[name] for name in on_tree}
    csv_rows = {
        row["note"]: row for row in rows_of(file_of(browser, where["table"], "csv")) if row["date"] == "2026-10-01"
    }
    summary = sheets_of(file_of(browser, where["table"], "xlsx"), tmp_path)["Summary"]
    month = summary[0].index("Oct 2026")
    excel_rows = {row[0]: row[month] for row in summary[1:]}
    token = actions.make_api_token(shop.viewer, shop.business, "t", "read", None)
    asked = browser_of(None).get(
        f"/api/v1/businesses/{shop.business.id}/trees/simple_orders?when=2026-10",
        headers={"authorization": f"Bearer {token}"},
    )
    capsys.readouterr()
    assert run(["tree", "simple_orders", "--period", "2026-10", "--json", "-b", str(shop.business.folder)]) == 0
    told = json.loads(capsys.readouterr().out)
    nodes, cli = (each["periods"][0]["nodes"] for each in (asked.json(), told))
    assert nodes == cli
    for node in nodes:
        value = node["value"]
        if value is None:
            assert node["en"] not in csv_rows
            assert (excel_rows[node["en"]], said[node["id"]]) == ("", "—")
            continue
        assert float(csv_rows[node["en"]]["value"]) == excel_rows[node["en"]] == value
        shown = Decimal("".join(sign for sign in said[node["id"]] if sign.isdigit() or sign == "."))
        assert abs(shown - Decimal(str(value))) < Decimal("0.01")


@pytest.mark.parametrize("name", ["tree", "table", "node", "rows", "catalogue"])
def test_every_page_with_numbers_is_a_file_with_its_filters(
    shop: Any, browser_of: Any, tmp_path: Path, name: str
) -> None:
    url = pages(shop.business)[name]
    browser = browser_of(shop.viewer)
    page = browser.get(url).content.decode()
    assert all(f"file={kind}" in page for kind in FILES)
    answers = [file_of(browser, url, kind) for kind in FILES]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert body(answers[0]).startswith(b"\xef\xbb\xbf")
    body(answers[1]).decode("cp932")
    sheets = sheets_of(answers[2], tmp_path)
    assert list(sheets) == ["Summary", "Details", "Filters", "Definitions"]
    assert ["Business", "Tea shop"] in [row[:2] for row in sheets["Filters"]]
    assert file_of(browser_of(shop.outsider), url, "csv").status_code == 404


def test_a_segment_on_the_page_is_a_segment_in_the_file(shop: Any, browser_of: Any, tmp_path: Path) -> None:
    url = pages(shop.business)["tree"] + "?segment=channel:email&on=2026-10-01"
    answer = file_of(browser_of(shop.viewer), url, "xlsx")
    sheets = sheets_of(answer, tmp_path)
    assert ["Segment", "Channel: E-mail"] in [row[:2] for row in sheets["Filters"]]
    revenue = next(row for row in sheets["Summary"] if row[0] == "Order revenue")
    assert revenue[sheets["Summary"][0].index("Oct 2026")] == 7_200, "half of the orders of October"


@pytest.mark.feature("F-365")
def test_a_viewers_file_holds_no_address_and_an_owners_is_logged(own_shop: Any, browser_of: Any) -> None:
    """Exports by a viewer contain no e-mail address; only an owner's does, and the log says so."""
    row = {"order_id": "m1", "customer_id": "hanako@example.jp", "ordered_at": "2026-10-20 10:00", "amount": 500}
    opened(own_shop.business).business.load_facts({"orders": [row]}, name="mail")
    url = pages(own_shop.business)["rows"] + "?on=2026-10-01"
    found = {
        who: [body(file_of(browser_of(getattr(own_shop, who)), url, kind)) for kind in ("csv", "xlsx")]
        for who in ("viewer", "editor", "owner")
    }
    kept = [line.action for line in log(own_shop.business.id).lines]
    assert kept.count("accounts.export_addresses") == 2
    assert b"hanako@example.jp" in found["owner"][0]
    for who in ("viewer", "editor"):
        assert b"hanako" not in found[who][0]
        assert "＊＊＊" in found[who][0].decode("utf-8-sig")
    book = Path(own_shop.business.folder) / "viewer.xlsx"
    book.write_bytes(found["viewer"][1])
    sheets = CalamineWorkbook.from_path(book)
    assert not any("hanako@" in str(sheets.get_sheet_by_name(name).to_python()) for name in sheets.sheet_names)


def test_shift_jis_shows_what_it_cannot_hold_before_it_is_sent(own_shop: Any, browser_of: Any) -> None:
    row = {"order_id": "x1", "customer_id": "C😀", "ordered_at": "2026-10-20 10:00", "amount": 500}
    opened(own_shop.business).business.load_facts({"orders": [row]}, name="emoji")
    url = pages(own_shop.business)["rows"] + "?on=2026-10-01"
    browser = browser_of(own_shop.viewer)
    page = file_of(browser, url, "cp932").content.decode()
    assert "😀" in page
    assert "anyway=1" in page
    assert "C〓" in body(browser.get(f"{url}&file=cp932&anyway=1")).decode("cp932")


def test_rows_flow_into_a_csv_without_a_limit_and_stop_with_whoever_takes_them(
    own_shop: Any, browser_of: Any, monkeypatch: Any, parts_asked: list[int], tmp_path: Path
) -> None:
    """With room for two rows in memory and in a workbook, the CSV of October has all sixteen; the workbook says so."""
    monkeypatch.setattr("keiki.server.reasons.pages.rows.IN_EXCEL", 2)
    monkeypatch.setattr("keiki.server.accounts.pages.files_out.PARCEL", 1)
    seen = parts_asked
    url, browser = pages(own_shop.business)["rows"] + "?on=2026-10-01", browser_of(own_shop.viewer)
    rows = rows_of(file_of(browser, url, "csv"))
    assert (len(rows), len({row["Order ID"] for row in rows})) == (16, 16)
    assert max(seen) <= 2
    seen.clear()
    sent = file_of(browser, url, "csv").streaming_content
    head = [next(sent) for _part in range(3)]
    assert (head[0], len(seen)) == ("\ufeff".encode(), 1), "a mark, the names, the first row: one part was asked for"
    assert (len(list(sent)), seen) == (15, [2] * 8 + [-1])
    numbers = opened(own_shop.business).business
    every = numbers.every_row_behind("order_revenue", numbers.settings.calendar.period(Grain.MONTH, date(2026, 10, 1)))
    assert every is not None
    seen.clear()
    lines = parcels(csv_lines(Sheet(every.columns, Flow(lambda: iter(every)))), 1)
    assert len([next(lines) for _part in range(3)]) == 3
    lines.close()
    assert seen == [2, -1], "the query ended with whoever took its rows"
    book = sheets_of(file_of(browser, url, "xlsx"), tmp_path)
    assert len(book["Details"]) == 1 + 2
    words = "A workbook holds the newest 2 rows; the CSV of this page has all 16."
    assert ["Left out", words] in [row[:2] for row in book["Filters"]]
