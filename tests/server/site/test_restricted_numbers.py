"""A number that is closed to a person is behind no address: no page, no file, no answer to a program."""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin

import pytest
from django.test import Client
from django.urls import resolve
from tests.browser.test_pages import PAGES
from tests.server.shop import MONTHS
from tests.server.site.test_api import BODIES, OPERATIONS, ROOT

from keiki.errors import Restricted
from keiki.measures.told import CUSTOMERS, SALES, WORTH
from keiki.server.accounts.models import Business
from keiki.server.accounts.rules import Onlooker
from keiki.server.kpis import actions, queries
from keiki.trees.document import Influence, NodeDocument, TreeDocument

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


@dataclass
class Form:
    """A form as a browser would send it, its blanks filled in and its first button pressed."""

    action: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    pressed: bool = False

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        """The page that takes it, and what it asks for."""
        return resolve(self.action.partition("?")[0]).view_name, tuple(sorted(self.fields))


FILLED = {"number": "1", "date": "2026-10-31", "month": "2026-10", "email": "new@example.jp", "url": ""}
"""What is typed into a blank, by its kind."""


class Forms(HTMLParser):
    """The forms of a page that are posted to this site."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.found: list[Form] = []
        self.form: Form | None = None
        self.chosen = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            posted = said.get("method", "").lower() == "post"
            self.form = Form(urljoin(self.address, said.get("action", "")).partition("#")[0]) if posted else None
            self.found += [self.form] if self.form else []
        name = said.get("name", "")
        if self.form is None or "disabled" in said:
            return
        if tag == "select":
            self.chosen = name
        elif tag == "option" and self.chosen and ("selected" in said or not self.form.fields.get(self.chosen)):
            self.form.fields[self.chosen] = [said.get("value", "")]
        elif tag == "textarea" and name:
            self.form.fields.setdefault(name, ["Words"])
        elif tag == "button" and not self.form.pressed:
            self.form.pressed = True
            self._fill(self.form, name, said.get("value", ""))
        elif tag == "input":
            kind = said.get("type", "text")
            if kind not in {"checkbox", "radio"} or "checked" in said or name not in self.form.fields:
                self._fill(self.form, name, said.get("value") or FILLED.get(kind, "Words"))

    def handle_endtag(self, tag: str) -> None:
        self.form, self.chosen = (None if tag == "form" else self.form), "" if tag == "select" else self.chosen

    @staticmethod
    def _fill(form: Form, name: str, value: str) -> None:
        if name:
            form.fields.setdefault(name, []).append(value)


ENDS_THE_WALK = {"data:undo", "success:erase", "data:make_demo", "accounts:remove_member"}
"""Forms that take away the numbers, or the person who looks for them."""


def walked(browser: Client, business: Business) -> Iterator[tuple[str, int, str]]:
    """Every page of the list, every file that a page offers, every form on it, every answer to a program: address,
    status, words."""
    home = f"/b/{business.id}/"
    forms: dict[Any, Form] = {}
    paths = [path.format(root="purchases") for path in PAGES.values() if "../" not in path]
    named = (each.replace("simple_orders", BESIDE.id).replace("/revenue/", "/purchases/") for each in paths)
    todo = [urljoin(home, each) for each in named]
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
        page = Forms(address)
        page.feed(told)
        own = [each for each in page.found if each.action.startswith(home) and each.kind[0] not in ENDS_THE_WALK]
        forms = {each.kind: each for each in own} | forms
    for form in forms.values():
        answer = browser.post(form.action, form.fields, follow=True)
        yield f"POST {form.action} {sorted(form.fields)}", answer.status_code, words(answer)
    for method, path in OPERATIONS:
        body = {"content_type": "application/json", "data": BODIES.get(path.partition("?")[0], {})}
        answer = getattr(browser, method)(f"{ROOT}/{business.id}{path}", **(body if method == "post" else {}))
        yield f"{method} {ROOT}{path}", answer.status_code, words(answer)


def restrict(business: Business, *kpis: str, to: str = "editor") -> None:
    business.restricted = dict.fromkeys(kpis, to)
    business.save(update_fields=["restricted"])


TOLD_TO_OWNERS = (
    *("today/", "channels/", "stages/purchase/", "tree/?as=table", "rows/simple_orders/revenue/", "customers/quality/"),
    *("targets/?tree=simple_orders", "reports/executive/?tree=simple_orders", "tree/?file=xlsx"),
)


BESIDE = TreeDocument(
    id="beside",
    ja="購入",
    en="Purchases",
    about_ja="試し",
    about_en="A trial",
    root=NodeDocument(
        "purchases",
        kpi="purchases",
        children=tuple(
            NodeDocument(kpi, kpi=kpi, influence=Influence(1)) for kpi in ("order_revenue", "aov", "buyers")
        ),
    ),
)
"""A tree whose goal is open and that has a closed number: its pages are there, without the number."""
ASKED_FOR = (
    ("/measure", {"kpis": ["order_revenue"], "when": "2026-07..2026-10"}),
    ("/measure", {"kpis": ["purchases * aov"], "when": "2026-07..2026-10"}),
    ("/measure", {"kpis": ["purchases * revenue / purchases"], "when": "2026-07..2026-10", "by": ["channel"]}),
    ("/drivers", {"outcome": "order_revenue", "drivers": ["purchases"]}),
    ("/drivers", {"outcome": "purchases", "drivers": ["order_revenue"]}),
)


def test_number_closed_to_a_member_is_on_no_page_in_no_file_and_in_no_answer_to_a_form_or_a_program(
    own_shop: Any, browser_of: Any, django_capture_on_commit_callbacks: Any
) -> None:
    """As an editor, who may send nearly every form."""
    restrict(own_shop.business, *CLOSED, to="owner")
    home, owner, editor = f"/b/{own_shop.business.id}/", browser_of(own_shop.owner), browser_of(own_shop.editor)
    assert [path for path in TOLD_TO_OWNERS if not DIGITS.search(words(owner.get(f"{home}{path}")))] == []
    with django_capture_on_commit_callbacks(execute=True):
        actions.add_tree(own_shop.owner, own_shop.business, BESIDE, {"what": "edit"})
    seen = list(walked(editor, own_shop.business))
    assert {address: DIGITS.findall(told) for address, _status, told in seen if DIGITS.search(told)} == {}
    status = {address: status for address, status, _told in seen}
    assert set(status.values()) <= {200, 201, 202, 302, 403, 404, 405, 422}
    assert status[f"{home}what-if/{BESIDE.id}/"] == status[f"{home}targets/{BESIDE.id}/purchases/"] == 200
    assert sum(each.startswith("POST ") for each in status) > 60
    assert len(status) > 200
    for path, body in ASKED_FOR:
        asked = (f"{ROOT}/{own_shop.business.id}{path}", body)
        refused, told = (each.post(*asked, content_type="application/json") for each in (editor, owner))
        assert (refused.status_code, told.status_code) == (422, 200), body
        assert DIGITS.search(words(refused)) is None


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
