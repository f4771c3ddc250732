"""Alerts posted to another system: what arrives, how often it is tried, where it may go and who may set it."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from django.urls import reverse
from tests.server.conftest import Cast
from tests.server.success.conftest import TODAY, read

from keiki.errors import AddressNotAllowed
from keiki.server.audit.models import Entry
from keiki.server.jobs.actions import carry_out, start
from keiki.server.jobs.models import Run, Status
from keiki.server.success.actions import alerts, webhook
from keiki.server.success.actions.outgoing import NotTaken, post, resolved, target_of
from keiki.server.success.models import Alert, Webhook


class Endpoint:
    """A server on this machine that writes down what it gets and answers as it is told, the last answer for ever."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.answers = [200]
        endpoint = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                endpoint.got.append((dict(self.headers), body))
                self.send_response(endpoint.answers.pop(0) if len(endpoint.answers) > 1 else endpoint.answers[0])
                self.send_header("Location", f"{endpoint.url}elsewhere")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Answering)
        self.host = f"127.0.0.1:{self.server.server_port}"
        self.url = f"http://{self.host}/hook?key=secret"


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    made = Endpoint()
    settings.WEBHOOK_HOSTS = [made.host]
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    yield made
    made.server.shutdown()
    thread.join()
    made.server.server_close()


def worked() -> list[str]:
    """Do what is queued until nothing is; gives how each run ended."""
    runs = Run.objects.filter(kind=webhook.POST_JOB)
    while run := runs.filter(status=Status.QUEUED).order_by("queued_at").first():
        live = start(run.pk, run.attempt)
        assert live is not None
        carry_out(live)
    return list(runs.order_by("queued_at").values_list("status", flat=True))


def raised(cast: Cast) -> int:
    alerts.raise_alerts(cast.owner, cast.business, TODAY)
    return webhook.queue_alerts(cast.business)


@pytest.mark.feature("F-215")
def test_alerts_are_posted_as_json_to_a_local_endpoint_and_tried_three_times_more_on_an_error(
    offices: Cast, endpoint: Endpoint
) -> None:
    webhook.set_webhook(offices.owner, offices.business, endpoint.url)
    count = raised(offices)
    assert count == Alert.objects.count() > 0
    endpoint.answers = [500, 503, 404, 200]
    assert worked() == [Status.DONE]
    assert len(endpoint.got) == 4
    assert len({(headers["X-Keiki-Delivery"], body) for headers, body in endpoint.got}) == 1
    headers, body = endpoint.got[-1]
    message = json.loads(body)
    hook = Webhook.objects.get()
    key = webhook.signing_key(hook).encode()
    assert headers["X-Keiki-Signature"] == f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"
    assert (message["event"], message["business"]) == ("alerts", {"id": "tea-shop", "name": "Tea shop"})
    assert {each["id"] for each in message["alerts"]} == set(Alert.objects.values_list("pk", flat=True))
    fell = next(each for each in message["alerts"] if each["kind"] == "use_fell")
    assert (fell["customer_id"], fell["amount"], fell["why"]["value"]) == ("A00", "1000.0000", "\u221275.0%")
    assert fell["what"] in message["text"]
    assert (hook.taken_at is None, hook.refused_at) == (False, None)


def test_message_that_never_arrives_is_tried_four_times_in_all_and_nothing_is_posted_twice(
    offices: Cast, endpoint: Endpoint
) -> None:
    webhook.set_webhook(offices.owner, offices.business, endpoint.url)
    raised(offices)
    endpoint.answers = [500]
    assert worked() == [Status.FAILED]
    assert len(endpoint.got) == 4
    assert Webhook.objects.get().refused_at is not None
    assert raised(offices) == 0
    endpoint.answers = [302]
    webhook.try_webhook(offices.owner, offices.business)
    worked()
    assert len(endpoint.got) == 8, "a redirect is an error and not followed"


def test_only_alerts_raised_after_the_address_was_set_are_posted(offices: Cast, endpoint: Endpoint) -> None:
    raised(offices)
    webhook.set_webhook(offices.owner, offices.business, endpoint.url)
    assert raised(offices) == 0
    webhook.drop_webhook(offices.owner, offices.business)
    assert raised(offices) == 0
    entries = Entry.objects.filter(action__in=["success.set_webhook", "success.drop_webhook"])
    assert entries.count() == 2
    assert "secret" not in json.dumps(list(entries.values_list("new", "old")))


@pytest.mark.parametrize(
    "url",
    [
        "http://93.184.216.34/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[64:ff9b::a00:1]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://0x7f000001/",
        "https://2130706433/",
        "https://10.0.0.5:8443/",
        "https://[fe80::1]/",
        "https://224.0.0.1/",
        "https://me:word@93.184.216.34/",
        "https://93.184.216.34:99999/",
        "https://93.184.216.34/ HTTP/1.1",
        "https:///path",
        "ftp://93.184.216.34/",
        "file:///etc/passwd",
    ],
)
def test_address_inside_the_own_network_or_of_another_kind_is_refused(url: str) -> None:
    with pytest.raises(AddressNotAllowed):
        resolved(target_of(url))


def test_host_is_looked_up_once_and_connected_to_where_it_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, reached = [], []

    def look_up(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34" if len(asked) == 1 else "10.0.0.1", port))]

    def connect(address: tuple[str, int], *_: Any) -> Any:
        reached.append(address)
        raise TimeoutError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotTaken):
        post("https://hooks.example.jp/x", b"{}", {})
    assert (asked, reached) == (["hooks.example.jp"], [("93.184.216.34", 443)])


def test_owner_sets_the_webhook_on_the_page_of_alerts_and_nobody_else_sees_it(
    offices: Cast, browser_of: Any, endpoint: Endpoint
) -> None:
    page = reverse("success:alerts", kwargs={"business": offices.business.id})
    url = reverse("success:set_webhook", kwargs={"business": offices.business.id})
    owner = browser_of(offices.owner)
    for other in (offices.editor, offices.viewer):
        assert browser_of(other).post(url, {"url": endpoint.url}).status_code == 403
        assert "Alerts to another system" not in read(browser_of(other), page)
    assert "Alerts are posted nowhere yet." in read(owner, page)
    refused = owner.post(url, {"wish": "set", "url": "https://192.168.0.1/hook"})
    assert refused.status_code == 422
    assert "cannot be posted to “192.168.0.1”" in refused.content.decode()
    assert not Webhook.objects.exists()
    assert owner.post(url, {"wish": "set", "url": endpoint.url}).status_code == 302
    shown = read(owner, page)
    assert "Alerts are posted to 127.0.0.1." in shown
    assert "secret" not in shown
    assert "secret" not in Webhook.objects.get().address
    assert owner.post(url, {"wish": "try"}).status_code == 302
    assert worked() == [Status.DONE]
    assert json.loads(endpoint.got[0][1])["event"] == "test"
    assert owner.post(url, {"wish": "drop"}).status_code == 302
    assert not Webhook.objects.exists()
