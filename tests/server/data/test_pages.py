"""The data pages: sending, confirming, results, rejected rows, undo, and who may."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.server.data.test_actions import CSV, ORDERS, receive, work_off

from keiki.charts.files_out import harmless
from keiki.server.data import actions
from keiki.server.data.models import Upload
from keiki.server.jobs.models import Run


def url(name: str, business: Any, **ids: Any) -> str:
    return reverse(f"data:{name}", kwargs={"business": business.id, **ids})


def send(browser: Any, cast: Any, name: str = "orders.csv", text: str = CSV, **headers: str) -> Any:
    file = SimpleUploadedFile(name, text.encode())
    return browser.post(url("data", cast.business), {"file": file}, headers=headers)


def imported(cast: Any, text: str = CSV) -> str:
    run = work_off(actions.start_import(cast.editor, receive(cast, text=text), ORDERS, "upsert"))
    return str(run.result["import_id"])


def test_sent_file_leads_to_its_columns(bare: Any, browser_of: Any) -> None:
    answer = send(browser_of(bare.editor), bare)
    upload = Upload.objects.get()
    assert answer["Location"] == url("upload", bare.business, upload_id=upload.pk)
    page = browser_of(bare.editor).get(answer["Location"]).context["page"]
    assert (page.fact, page.doubtful, page.certainty) == ("orders", 1, "3 of 4 columns are sure")
    assert page.warnings == ("Orders, column “amount”: this is not a number (1 rows)",)


def test_sent_file_tells_htmx_where_to_go(bare: Any, browser_of: Any) -> None:
    answer = send(browser_of(bare.editor), bare, **{"HX-Request": "true"})
    upload = Upload.objects.get()
    assert (answer.status_code, answer["HX-Redirect"]) == (204, url("upload", bare.business, upload_id=upload.pk))


def test_wrong_file_is_refused_in_words(bare: Any, browser_of: Any) -> None:
    answer = send(browser_of(bare.editor), bare, "photo.png")
    assert answer.status_code == 422
    assert "“photo.png” is not a kind of file that can be read" in answer.context["page"].error
    none = browser_of(bare.editor).post(url("data", bare.business))
    assert none.context["page"].error == "Choose a file first."


def test_upload_beyond_the_limit_is_stopped_while_it_arrives(bare: Any, browser_of: Any, settings: Any) -> None:
    settings.UPLOAD_LIMIT = 100_000
    answer = send(browser_of(bare.editor), bare, text="x" * 300_000)
    assert (answer.status_code, Upload.objects.count()) == (422, 0)
    assert answer.context["page"].error.startswith("The file is larger than")


def test_upload_needs_the_secret_of_the_form(bare: Any) -> None:
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(bare.editor, backend="allauth.account.auth_backends.AuthenticationBackend")
    file = SimpleUploadedFile("orders.csv", CSV.encode())
    assert strict.post(url("data", bare.business), {"file": file}).status_code == 403


def test_viewer_sees_but_cannot_send(bare: Any, browser_of: Any) -> None:
    browser = browser_of(bare.viewer)
    page = browser.get(url("data", bare.business))
    assert b'type="file"' not in page.content
    assert send(browser, bare).status_code == 403
    assert browser.post(url("make_demo", bare.business)).status_code == 403


def test_confirmed_columns_start_the_import(bare: Any, browser_of: Any) -> None:
    upload = receive(bare)
    browser, here = browser_of(bare.editor), url("upload", bare.business, upload_id=upload.pk)
    answer = browser.post(here, {"do": "import", "mode": "upsert", "fact": "orders"})
    assert answer["Location"] == here
    upload.refresh_from_db()
    assert upload.reading["mapping"]["rules"]["amount"]["sources"] == ["amount"]
    watching = browser.get(here)
    assert b'http-equiv="refresh"' in watching.content
    work_off(Run.objects.get())
    upload.refresh_from_db()
    assert browser.get(here)["Location"] == url("import", bare.business, import_id=upload.import_id)


def test_missing_column_keeps_the_choices_and_says_what_lacks(bare: Any, browser_of: Any) -> None:
    upload = receive(bare)
    here = url("upload", bare.business, upload_id=upload.pk)
    answer = browser_of(bare.editor).post(here, {"do": "import", "fact": "orders", "column-3": ""})
    assert (answer.status_code, Run.objects.count()) == (422, 0)
    assert "amount" in answer.context["page"].error
    assert answer.context["page"].parts[0].columns[3].chosen == ""


def test_result_lists_the_rejected_rows(bare: Any, browser_of: Any) -> None:
    page = browser_of(bare.viewer).get(url("import", bare.business, import_id=imported(bare))).context["page"]
    assert page.sums == (("Added", "1"), ("Rejected", "1"))
    (row,) = page.rejected.rows
    assert (row.number, row.column, row.value, row.reason) == ("2", "amount", "many", "this is not a number")
    assert page.undo_url == ""


def test_rejected_rows_come_as_a_file_without_formulas(bare: Any, browser_of: Any) -> None:
    text = CSV + 'A3,C1,2026-10-03,"=cmd|""x"""\n'
    done = imported(bare, text)
    answer = browser_of(bare.viewer).get(url("rejected_csv", bare.business, import_id=done))
    body = b"".join(answer.streaming_content)
    assert body.startswith(b"\xef\xbb\xbf")
    assert body.decode("utf-8-sig").splitlines() == [
        "Data,Row,Column,Value,Reason",
        "Orders,2,amount,many,this is not a number",
        'Orders,3,amount,"\'=cmd|""x""",this is not a number',
    ]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1", "＋1", "－1", "＠x"])
def test_harmless_marks_every_beginning_of_a_formula(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_rejected_rows_come_in_pages(bare: Any, browser_of: Any) -> None:
    head = CSV.splitlines()[0]
    lines = [f"A{n},C1,2026-10-01,many" for n in range(150)]
    done = imported(bare, "\n".join([head, *lines, "B,C1,2026-10-01,5"]) + "\n")
    browser, here = browser_of(bare.viewer), url("import", bare.business, import_id=done)
    first, second = (browser.get(f"{here}?page={n}").context["page"].rejected for n in (1, 2))
    assert (len(first.rows), first.before_url, first.after_url) == (100, "", f"{here}?page=2")
    assert (len(second.rows), second.before_url, second.after_url) == (50, f"{here}?page=1", "")
    assert (second.rows[-1].number, second.place) == ("150", "101 – 150")


def test_undo_is_asked_and_then_done(bare: Any, browser_of: Any) -> None:
    done = imported(bare)
    browser, here = browser_of(bare.editor), url("undo", bare.business, import_id=done)
    page = browser.get(here).context["page"]
    assert page.question == "Take back the import of orders.csv?"
    assert page.consequence == "1 added rows go, 0 changed rows get their earlier values back."
    answer = browser.post(here)
    run = work_off(Run.objects.get(kind=actions.UNDO_JOB))
    assert answer["Location"] == url("run", bare.business, run_id=run.pk)
    assert browser.get(answer["Location"])["Location"] == url(
        "import", bare.business, import_id=run.result["import_id"]
    )
    history = browser.get(url("data", bare.business)).context["page"].history
    assert [(line.words, line.undone) for line in history] == [("Taken back: orders.csv", False), ("orders.csv", True)]


def test_pages_of_another_business_do_not_exist(bare: Any, browser_of: Any) -> None:
    upload, done = receive(bare), imported(bare)
    browser = browser_of(bare.outsider)
    for address in (
        url("upload", bare.elsewhere, upload_id=upload.pk),
        url("import", bare.elsewhere, import_id=done),
        url("undo", bare.elsewhere, import_id=done),
        url("rejected_csv", bare.elsewhere, import_id=done),
    ):
        assert browser.get(address).status_code == 404


def test_sample_data_is_queued_once_and_only_for_an_empty_business(bare: Any, browser_of: Any) -> None:
    browser, here = browser_of(bare.editor), url("make_demo", bare.business)
    first, second = browser.post(here), browser.post(here)
    run = Run.objects.get(kind=actions.DEMO_JOB)
    assert first["Location"] == second["Location"] == url("run", bare.business, run_id=run.pk)
    run.delete()
    imported(bare)
    assert browser.post(here)["Location"] == url("data", bare.business)


def test_data_page_lists_the_same_in_the_same_number_of_queries(
    bare: Any, browser_of: Any, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser, here = browser_of(bare.owner), url("data", bare.business)
    receive(bare)
    browser.get(here)
    with CaptureQueriesContext(connection) as one:
        browser.get(here)
    receive(bare)
    receive(bare)
    with django_assert_num_queries(len(one)):
        page = browser.get(here)
    assert len(re.findall("Check the columns", page.content.decode())) == 3
