"""The REST API: who may ask, what it says, and that it says the same as the pages."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.test import Client
from django.utils import timezone
from schemathesis.specs.openapi.checks import response_schema_conformance, status_code_conformance

from keiki.server.accounts import actions
from keiki.server.accounts.models import ApiToken, Membership
from keiki.server.audit.queries import log
from keiki.server.kpis import queries
from keiki.server.site.api_pages import document, operations
from keiki.server.site.wsgi import application

ROOT = "/api/v1/businesses"


class Program:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(f"{ROOT}{path}", query)

    def post(self, path: str, body: Any) -> Any:
        return self.client.post(f"{ROOT}{path}", json.dumps(body), content_type="application/json")


def program(cast: Any, who: str = "editor", scope: str = "write", days: int | None = None) -> Program:
    return Program(actions.make_api_token(getattr(cast, who), cast.business, "nightly", scope, days))


@pytest.mark.feature("F-214")
def test_a_measurement_is_posted_and_read_by_token(own_shop: Any) -> None:
    """A value is written with a token and the KPI reads it with the same token."""
    own = program(own_shop)
    sent = {"observations": [{"metric": "nps", "date": "2026-08-01", "grain": "month", "value": 37.5}]}
    answer = own.post("/tea-shop/observations", sent)
    assert (answer.status_code, answer.json()["added"], answer.json()["rejected"]) == (201, 1, 0)
    read = own.post("/tea-shop/measure", {"kpis": ["nps"], "when": "2026-08"}).json()
    assert [row["value"] for row in read["rows"]] == [37.5]
    again = own.post("/tea-shop/observations", sent).json()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1), "the same twice changes nothing"


def test_numbers_are_those_of_the_pages(shop: Any) -> None:
    own = program(shop, "viewer", "read")
    ask = {"kpis": ["purchases", "revenue / purchases"], "when": "2026-07..2026-10", "by": ["channel"]}
    found = own.post("/tea-shop/measure", ask).json()
    span = queries.Span("2026-07..2026-10")
    measured = queries.measured_kpis(shop.viewer, shop.business, ask["kpis"], span, by=["channel"])
    assert found["rows"] == json.loads(json.dumps(measured.rows()))
    assert found["snapshot"] == measured.snapshot
    reading = own.get("/tea-shop/trees/simple_orders", when="2026-10").json()
    numbers = queries.measured(shop.viewer, shop.business, "simple_orders", queries.Question(on=None))
    assert numbers.period.start.isoformat() == reading["periods"][0]["start"]
    by_id = {node["id"]: (node["value"], node["before"]) for node in reading["periods"][0]["nodes"]}
    assert by_id == {n.id: (numbers.value(n), numbers.value_before(n)) for n in numbers.tree.nodes}


def test_explanation_sums_to_the_change(shop: Any) -> None:
    own = program(shop, "viewer", "read")
    told = own.get("/tea-shop/trees/simple_orders/explanation", before="2026-09", after="2026-10").json()
    leaves = sum(part["contribution"] for part in told["parts"] if part["leaf"])
    assert (told["before"], told["after"], told["change"]) == (20_000, 14_400, -5_600)
    assert leaves == pytest.approx(told["change"], abs=1e-6)


def test_catalogue_is_searched_and_a_kpi_says_what_it_needs(shop: Any) -> None:
    own = program(shop, "viewer", "read")
    found = own.get("/tea-shop/kpis", search="cvr", limit=3).json()
    assert len(found["kpis"]) == 3 <= found["total"]
    assert own.get("/tea-shop/kpis/mrr").json()["missing"] == ["subscriptions"]
    assert own.get("/tea-shop/kpis/no_such").status_code == 404
    assert own.get("/tea-shop/trees/no_such").status_code == 404
    assert {"simple_orders", "ec"} <= {tree["id"] for tree in own.get("/tea-shop/trees").json()}


def test_a_file_is_sent_read_and_listed(own_shop: Any) -> None:
    own = program(own_shop)
    text = "order_id,customer_id,ordered_at,amount\nx1,C1,2026-10-30 10:00,500\nx2,C2,2026-10-31 10:00,700\n"
    sent = own.client.post(f"{ROOT}/tea-shop/imports?name=more.csv", text, content_type="application/octet-stream")
    assert (sent.status_code, sent.json()["status"]) == (202, "queued")
    assert own.get(f"/tea-shop/imports/{sent.json()['id']}").json()["progress"] == 0
    refused = own.client.post(f"{ROOT}/tea-shop/imports?name=more.exe", text, content_type="application/octet-stream")
    assert (refused.status_code, refused.json()["error"]) == (422, "unknown_file_kind")
    empty = own.client.post(f"{ROOT}/tea-shop/imports?name=more.csv", b"", content_type="application/octet-stream")
    assert (empty.status_code, empty.json()["error"]) == (422, "empty_file")
    assert [each["source"] for each in own.get("/tea-shop/imports").json()] == ["orders.csv"]


OPERATIONS = (
    ("get", ""),
    ("get", "/kpis"),
    ("get", "/kpis/purchases"),
    ("get", "/kpis/purchases/attributes?by=channel"),
    ("get", "/kpis/purchases/forecast"),
    ("post", "/measure"),
    ("get", "/together?kpi=purchases"),
    ("get", "/trees"),
    ("get", "/trees/simple_orders"),
    ("get", "/trees/simple_orders/targets"),
    ("get", "/trees/simple_orders/explanation?before=2026-09&after=2026-10"),
    ("post", "/trees/simple_orders/what-if"),
    ("get", "/trees/simple_orders/check"),
    ("post", "/observations"),
    ("post", "/imports?name=a.csv"),
    ("post", "/erasures"),
    ("get", "/imports"),
    ("get", "/imports/6f1c1b9e-0000-4000-8000-000000000000"),
    ("post", "/drivers"),
    ("get", "/before-after?kpi=purchases&since=2026-10-01"),
    ("get", "/side-effects?since=2026-10-01"),
    ("get", "/changes"),
    ("get", "/budget-basis"),
    ("get", "/trials"),
    ("get", "/accounts"),
    ("get", "/accounts/C1"),
    ("get", "/renewals"),
    ("get", "/voices"),
    ("get", "/health"),
    ("get", "/alerts"),
    ("get", "/success"),
    ("get", "/registers"),
    ("get", "/registers/offers"),
    ("post", "/registers/offers"),
    ("get", "/customers/cohorts"),
    ("get", "/customers/segments"),
    ("get", "/customers/segments/loyal"),
    ("get", "/customers/repeat"),
    ("get", "/customers/recurring"),
    ("get", "/customers/recurring/rules"),
    ("get", "/customers/survival"),
    ("get", "/customers/lifetime-value"),
    ("get", "/customers/worth"),
    ("get", "/customers/quality"),
    ("get", "/customers/profit-curves"),
    ("get", "/customers/allocation"),
    ("get", "/customers/forecast"),
    ("get", "/customers/contracts"),
    ("get", "/customers/occasions?grain=month"),
    ("get", "/customers/history"),
    ("get", "/customers/whole"),
    ("get", "/channels"),
    ("get", "/leads"),
    ("get", "/customers/ideal"),
    ("post", "/customers/ideal"),
    ("delete", "/customers/ideal"),
    ("put", "/customers/ideal/exceptions/C1"),
    ("delete", "/customers/ideal/exceptions/C1"),
    ("get", "/customers/ideal/contacts/nurture"),
    ("get", "/kpis/purchases/entered"),
    ("get", "/issues"),
    ("post", "/issues/x/close"),
    ("get", "/rates"),
    ("post", "/rates"),
    ("get", "/kpis/purchases/comments"),
    ("post", "/kpis/purchases/comments"),
    ("get", "/notices"),
)
NAMED = {"/kpis/purchases": "kpi", "/trees/simple_orders": "tree", "/accounts/C1": "customer"}
NAMED |= {"/issues/x": "issue", "/registers/offers": "name"}
NAMED |= {"/customers/segments/loyal": "segment", "/customers/ideal/contacts/nurture": "file"}
NAMED |= {"/customers/ideal/exceptions/C1": "customer"}
NAMED |= {"/imports/6f1c1b9e-0000-4000-8000-000000000000": "run_id"}
BODIES = {
    "/issues/x/close": {"resolution": "explained", "note": "A holiday"},
    "/registers/offers": {"row": {}},
    "/rates": {"rates": [{"currency": "USD", "since": "2026-08-01", "rate": "150"}]},
    "/kpis/purchases/comments": {"text": "Half the team was away"},
    "/erasures": {"customer_id": "C1"},
    "/measure": {"kpis": ["purchases"]},
    "/customers/ideal": {"traits": [{"attribute": "segment", "values": ["home"], "weight": 100}]},
    "/customers/ideal/exceptions/C1": {"reason": "A pilot customer"},
    "/drivers": {"outcome": "purchases", "drivers": ["aov"]},
    "/observations": {"observations": [{"metric": "nps", "date": "2026-08-01", "grain": "month", "value": 1}]},
}


def _declared(path: str) -> str:
    """A path as the document has it: names of things are parameters."""
    for start, name in NAMED.items():
        if path.startswith(start):
            return f"{start.rpartition('/')[0]}/{{{name}}}{path.removeprefix(start)}"
    return path


def test_every_operation_of_a_business_is_tried_by_strangers() -> None:
    """The list below is the whole API, so that a new operation cannot be forgotten."""
    places = {("{" in one.path and one.method, one.path) for one in operations(document())}
    named = {(method.upper(), f"{ROOT}/{{business}}{_declared(path.partition('?')[0])}") for method, path in OPERATIONS}
    assert {place for place in places if "{business}" in place[1]} == named


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_a_stranger_and_the_token_of_another_business_find_nothing(cast: Any, method: str, path: str) -> None:
    elsewhere = Program(actions.make_api_token(cast.outsider, cast.elsewhere, "theirs", "write", None))
    session = Client(headers={"accept-language": "en"})
    session.force_login(cast.outsider, backend="allauth.account.auth_backends.AuthenticationBackend")
    body = json.dumps(BODIES.get(path.partition("?")[0], {}))
    found = [
        getattr(client, method)(f"{ROOT}/tea-shop{path}", body, content_type="application/json")
        if method != "get"
        else client.get(f"{ROOT}/tea-shop{path}")
        for client in (elsewhere.client, session, Client())
    ]
    assert [answer.status_code for answer in found] == [404, 404, 401]
    assert {"error", "message", "id", "fields"} == set(found[0].json())


def test_who_only_reads_changes_nothing(cast: Any) -> None:
    body = BODIES["/observations"]
    reader = program(cast, "editor", "read").post("/tea-shop/observations", body)
    viewer = program(cast, "viewer", "write").post("/tea-shop/observations", body)
    assert (reader.status_code, reader.json()["error"]) == (403, "token_only_reads")
    assert (viewer.status_code, viewer.json()["error"]) == (403, "not_allowed")


def test_only_owners_erase_a_customer(shop: Any) -> None:
    sent = ("/tea-shop/erasures", BODIES["/erasures"])
    assert [program(shop, who, "write").post(*sent).status_code for who in ("viewer", "editor")] == [403, 403]
    nobody = program(shop, "owner", "write").post("/tea-shop/erasures", {"customer_id": "C99"})
    assert (nobody.status_code, nobody.json()["error"]) == (422, "no_such_customer")
    queued = program(shop, "owner", "write").post(*sent)
    assert (queued.status_code, queued.json()["status"]) == (202, "queued")


def test_a_token_ends_when_it_is_withdrawn_expired_or_its_person_leaves(cast: Any) -> None:
    tokens = [program(cast, days=days) for days in (None, 30, None)]
    assert [each.get("").status_code for each in tokens] == [200, 200, 200]
    newest, middle, oldest = ApiToken.objects.all()
    actions.revoke_api_token(cast.owner, oldest)
    ApiToken.objects.filter(pk=middle.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert [each.get("").status_code for each in tokens] == [401, 401, 200]
    Membership.objects.filter(user=newest.user).delete()
    assert [each.get("").status_code for each in tokens] == [401, 401, 401]
    assert "keiki_" not in json.dumps(list(ApiToken.objects.values_list("digest", "name", "ending")))
    kept = [line.action for line in log(cast.business.id).lines]
    assert kept.count("accounts.make_api_token") == 3
    assert kept.count("accounts.revoke_api_token") == 1


def test_a_name_that_an_operation_does_not_declare_is_refused_with_the_nearest_one(shop: Any) -> None:
    own = program(shop, "viewer", "read")
    for path, wrong in (("/tea-shop/kpis", "serch"), ("/tea-shop", "limit"), ("/tea-shop/customers/cohorts", "moon")):
        answer = own.get(path, **{wrong: "1"})
        assert (answer.status_code, answer.json()["error"]) == (422, "unknown_name"), path
        assert f"“{wrong}”" in answer.json()["message"]
    assert "“search”" in own.get("/tea-shop/kpis", serch="1").json()["message"]
    assert own.get("/tea-shop/kpis", search="revenue").status_code == 200
    assert Program("keiki_of_nobody").get("/tea-shop/kpis", serch="1").status_code == 401


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        ({"kpis": ["purchasez"]}, 422, "unknown_name"),
        ({"kpis": ["purchases"], "kpi": "purchases"}, 422, "does_not_fit"),
        ({"kpis": "purchases"}, 422, "does_not_fit"),
        ({"kpis": []}, 422, "does_not_fit"),
        ({"kpis": ["purchases"], "when": "last month"}, 422, "unreadable_period"),
        ({"kpis": ["purchases"], "when": "2020..2026", "grain": "day"}, 422, "too_many_periods"),
        ({"kpis": ["purchases"], "where": "channel ="}, 422, "formula_error"),
        ({"kpis": ["purchases"], "by": ["moon"]}, 422, "unknown_name"),
        ([], 422, "does_not_fit"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(shop: Any, body: Any, status: int, error: str) -> None:
    answer = program(shop, "viewer", "read").post("/tea-shop/measure", body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "37.5"},
        {"value": True},
        {"value": None},
        {"date": "2026-13-01"},
        {"grain": "decade"},
        {"metric": 7},
        {"metrik": "nps"},
    ],
)
def test_values_of_the_wrong_kind_are_refused_and_nothing_is_written(cast: Any, wrong: Any) -> None:
    right = BODIES["/observations"]["observations"][0]  # type: ignore[index]
    answer = program(cast).post("/tea-shop/observations", {"observations": [right, right | wrong]})
    assert (answer.status_code, answer.json()["error"]) == (422, "does_not_fit")
    assert answer.json()["fields"][0]["at"].startswith("body.")


def test_too_many_requests_in_a_minute_are_told_when_to_come_again(cast: Any, settings: Any) -> None:
    settings.API_PER_MINUTE = 2
    cache.clear()
    own = program(cast)
    assert own.get("").status_code == 200
    settings.API_PER_MINUTE = 0
    late = own.get("")
    assert (late.status_code, late.json()["error"]) == (429, "too_often")
    assert 0 < int(late["Retry-After"]) <= 60


def test_a_person_who_is_signed_in_asks_without_a_token_but_writes_with_the_csrf_token(cast: Any) -> None:
    browser = Client(headers={"accept-language": "en"}, enforce_csrf_checks=True)
    browser.force_login(cast.editor, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert [each["id"] for each in browser.get(ROOT).json()] == ["tea-shop"]
    body = json.dumps(BODIES["/observations"])
    answer = browser.post(f"{ROOT}/tea-shop/observations", body, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (403, "stale_form")


def test_reference_is_for_people_who_are_signed_in_and_loads_nothing_from_elsewhere(cast: Any, browser_of: Any) -> None:
    for path in ("/api/v1/docs/", "/api/v1/openapi.json"):
        assert browser_of(None).get(path).status_code == 302
    words = browser_of(cast.viewer).get("/api/v1/docs/").content.decode()
    assert "Measure KPIs over periods and segments" in words
    assert "cdn" not in words
    found = browser_of(cast.viewer).get("/api/v1/openapi.json").json()
    assert found["openapi"].startswith("3.")


def test_api_answers_as_its_own_document_says(shop: Any, settings: Any, monkeypatch: Any) -> None:
    """Requests made from the OpenAPI document, right and wrong ones: no error of ours, every answer as declared."""
    settings.API_PER_MINUTE = 10**9
    token = actions.make_api_token(shop.viewer, shop.business, "tries", "read", None)
    schema = schemathesis.openapi.from_dict(json.loads(json.dumps(document())))
    schema.app = application
    for signal in (request_started, request_finished):
        monkeypatch.setattr(signal, "send", lambda **_: [])  # they close the connection that holds the test's rows
    few = hypothesis.settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    tried = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @few
        @hypothesis.given(case=operation.as_strategy())
        def answers(case: Any) -> None:
            if "business" in case.path_parameters:
                case.path_parameters["business"] = shop.business.id
            answer = case.call(headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code < 500
            case.validate_response(answer, checks=[status_code_conformance, response_schema_conformance])

        answers()
        tried.append(operation.label)
    assert len(tried) == len(tuple(operations(document())))
