"""A number that is closed to a person is behind no address: no page, no file, no answer to a program."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client
from tests.browser.test_pages import PAGES
from tests.server.shop import MONTHS
from tests.server.site.test_api import OPERATIONS, ROOT

from keiki.errors import Restricted
from keiki.measures.told import CUSTOMERS, SALES, WORTH
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import Onlooker
from keiki.server.kpis import queries

CLOSED = ("order_revenue", "revenue")
LINK = re.compile(r'(?:href|action|hx-get)="([^"#]+)')
FILE = re.compile(r"file=|\.csv|\.xlsx|/files?/|export")


def sums() -> set[int]:
    """What was sold in one month or several after each other, where no other number of the shop says the same."""
    sold = [count * amount for count, amount in MONTHS.values()]
    found = {sum(sold[start:end]) for start in range(len(sold)) for end in range(start + 1, len(sold) + 1)}
    return {each for each in found if each % 1000}


DIGITS = re.compile("|".join(rf"(?<![\d.,]){each // 1000},?{each % 1000:03}(?!\d|,\d)" for each in sorted(sums())))


def words(answer: Any) -> str:
    """What an answer says, a workbook included."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as book:
            body = b"\n".join(book.read(name) for name in book.namelist() if name.endswith(".xml"))
    return body.decode(errors="replace")


def walked(browser: Client, business: Business) -> Iterator[tuple[str, int, str]]:
    """Every page of the list, every file that a page offers, every answer to a program: address, status, words."""
    home = f"/b/{business.id}/"
    todo = [urljoin(home, path.format(root="revenue")) for path in PAGES.values() if "../" not in path]
    done = set(todo)
    while todo:
        address = todo.pop(0)
        answer = browser.get(address)
        told = words(answer)
        yield address, answer.status_code, told
        offered = (urljoin(address, html.unescape(each)) for each in LINK.findall(told))
        files = {each for each in offered if each.startswith(home) and FILE.search(each)} - done
        done |= files
        todo += sorted(files)
    for method, path in OPERATIONS:
        if method == "get":
            answer = browser.get(f"{ROOT}/{business.id}{path}")
            yield f"{ROOT}{path}", answer.status_code, words(answer)


def restrict(business: Business, *kpis: str) -> None:
    business.restricted = dict.fromkeys(kpis, "editor")
    business.save(update_fields=["restricted"])


TOLD_TO_OWNERS = (
    *("today/", "channels/", "stages/purchase/", "tree/?as=table", "rows/simple_orders/revenue/", "customers/quality/"),
    *("targets/?tree=simple_orders", "reports/executive/?tree=simple_orders", "tree/?file=xlsx"),
)


def test_number_closed_to_a_member_is_on_no_page_in_no_file_and_in_no_answer_to_a_program(
    shop: Any, browser_of: Any
) -> None:
    restrict(shop.business, *CLOSED)
    owner = browser_of(shop.owner)
    assert [bool(DIGITS.search(words(owner.get(f"/b/{shop.business.id}/{path}")))) for path in TOLD_TO_OWNERS] == [
        True for _path in TOLD_TO_OWNERS
    ]
    seen = list(walked(browser_of(shop.viewer), shop.business))
    assert {address: DIGITS.findall(told) for address, _status, told in seen if DIGITS.search(told)} == {}
    status = {address: status for address, status, _told in seen}
    assert set(status.values()) <= {200, 302, 403, 404, 405, 422}
    assert len(status) > 140


def test_page_of_closed_numbers_says_so_and_whom_to_ask_and_leads_on(shop: Any, browser_of: Any) -> None:
    restrict(shop.business, *CLOSED)
    reader, home = browser_of(shop.viewer), f"/b/{shop.business.id}/"
    closed = reader.get(f"{home}customers/cohorts/")
    assert closed.status_code == 403
    said = (
        "Not shown to you: it would tell numbers that “Tea shop” shows to some roles only. Ask Olivia if you need it."
    )
    page = html.unescape(closed.content.decode())
    assert said in page
    assert f"{home}accounts/" in page, "the tabs of the subject are still there"
    campaigns = reader.get(f"{home}campaigns/")
    assert (campaigns.status_code, f"{home}channels/" in campaigns.content.decode()) == (403, True)
    program = reader.get(f"{ROOT}/{shop.business.id}/customers/cohorts")
    assert (program.status_code, program.json()["error"], program.json()["message"]) == (403, "restricted", said)
    beside = {
        "channels": reader.get(f"{home}channels/").context["page"].credit_sentence,
        "trials": reader.get(f"{home}trials/").context["page"].measured_sentence,
        "calculator": reader.get(f"{home}customers/lifetime-value/").context["page"].closed,
        "support": reader.get(f"{home}accounts/support/").context["page"].voices_sentence,
        "advocates": reader.get(f"{home}accounts/advocates/").context["page"].promoters_sentence,
        "alerts": reader.get(f"{home}accounts/alerts/").context["page"].rule,
    }
    assert beside == dict.fromkeys(beside, said)
    assert reader.get(f"{home}channels/").context["page"].mix_sentence != said
    board = reader.get(f"{home}dashboards/campaign/").context["page"]
    assert said in {panel.missing for section in board.sections for panel in section.panels}
    owner = browser_of(shop.owner)
    assert owner.get(f"{home}customers/cohorts/").status_code == 200


def test_only_what_tells_every_part_of_a_closed_number_is_closed(shop: Any, browser_of: Any) -> None:
    """A price per purchase is closed: how many buy again is not, what they paid is where both stand together."""
    reader = browser_of(shop.viewer)
    restrict(shop.business, "aov")
    assert not queries.shows(shop.viewer, shop.business, WORTH)
    assert queries.shows(shop.viewer, shop.business, CUSTOMERS)
    assert queries.shows(shop.viewer, shop.business, SALES)
    assert queries.shows(shop.editor, shop.business, WORTH)
    assert reader.get(f"/b/{shop.business.id}/customers/cohorts/").status_code == 403
    restrict(shop.business, "nps")
    assert reader.get(f"/b/{shop.business.id}/customers/cohorts/").status_code == 200


def test_question_that_does_not_say_what_it_tells_is_taken_to_tell_everything(shop: Any) -> None:
    restrict(shop.business, "aov")
    with pytest.raises(Restricted) as why:
        queries.answered(shop.viewer, shop.business, "anything", lambda numbers: 1)
    assert "Oliviaさんに相談してください" in why.value.words("ja")
    with pytest.raises(Restricted, match="Ask an owner"):
        queries.answered(Onlooker(shop.viewer), shop.business, "anything", lambda numbers: 1)
    assert queries.answered(shop.owner, shop.business, "anything", lambda numbers: 1) == 1
