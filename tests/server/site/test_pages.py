from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client, RequestFactory
from django.utils import timezone, translation

from keiki.server.accounts import actions
from keiki.server.accounts.forms.people import SetupForm
from keiki.server.accounts.models import Business, Membership, SetupToken, User
from keiki.server.audit.models import Entry
from keiki.server.jobs.models import Run
from keiki.server.site.pages import broken

FORM = {
    "own_name": "Hanako Sato",
    "email": "Hanako@Example.jp",
    "password": "under the cherry tree",
    "start": "own",
    "name": "桜茶屋",
    "currency": "JPY",
    "zone": "Asia/Tokyo",
    "country": "JP",
    "week_start": "6",
    "fiscal_start": "4",
    "closing_day": "20",
    "label_style": "fiscal",
    "tax_included": "True",
    "tax_percent": "8",
}


@pytest.fixture
def token(db: None) -> str:
    issued = actions.issue_setup_token()
    assert issued is not None
    return issued


def test_home_tells_how_to_set_up_while_nobody_has_an_account(db: None, client: Client) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "設定用のアドレス" in page.content.decode()


def test_set_up_makes_owner_and_business_and_signs_in(token: str, client: Client) -> None:
    answer = client.post(f"/setup/{token}/", FORM)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    owner, business = User.objects.get(), Business.objects.get()
    assert (owner.email, owner.name, owner.language) == ("hanako@example.jp", "Hanako Sato", "ja")
    assert owner.check_password("under the cherry tree")
    assert (business.name, business.week_start, business.closing_day) == ("桜茶屋", 6, 20)
    assert (business.label_style, business.tax_included, str(business.tax_rate)) == ("fiscal", True, "0.0800")
    assert Membership.objects.get().role == "owner"
    assert client.get("/you/").status_code == 200
    assert [each.action for each in Entry.objects.order_by("id")] == ["accounts.set_up", "accounts.add_business"]


@pytest.mark.parametrize(("start", "names"), [("own", ["Minato Coffee", "桜茶屋"]), ("demo", ["Minato Coffee"])])
def test_set_up_gives_the_owner_the_demo_company_that_is_ready(
    token: str, client: Client, start: str, names: list[str]
) -> None:
    demo = actions.demo_to_offer("Minato Coffee")
    assert demo is not None
    actions.offer_demo(demo)
    assert actions.demo_to_offer("Minato Coffee") is None
    client.post(f"/setup/{token}/", FORM | {"start": start})
    chosen = Business.objects.get(is_demo=start == "demo")
    assert client.get("/")["Location"] == f"/b/{chosen.id}/", "opens for whoever chose it"
    assert list(User.objects.get().business_set.order_by("name").values_list("name", flat=True)) == names
    assert {each.role for each in Membership.objects.all()} == {"owner"}
    assert Run.objects.filter(kind="success.watch_accounts").count() == 1, "alerts do not wait for the next hour"


def test_set_up_is_gone_afterwards(token: str, client: Client) -> None:
    client.post(f"/setup/{token}/", FORM)
    for method in (client.get, client.post):
        assert method(f"/setup/{token}/").status_code == 404
    assert actions.issue_setup_token() is None
    assert not SetupToken.objects.exists()
    assert User.objects.count() == 1


def test_set_up_needs_the_token(token: str, client: Client) -> None:
    assert client.get(f"/setup/{token[:-1]}x/").status_code == 404
    assert client.post("/setup/guess/", FORM).status_code == 404
    assert not User.objects.exists()


def test_set_up_token_expires(token: str, client: Client) -> None:
    SetupToken.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(f"/setup/{token}/").status_code == 404


def test_set_up_token_is_replaced_by_the_next(token: str, client: Client) -> None:
    later = actions.issue_setup_token()
    assert client.get(f"/setup/{token}/").status_code == 404
    assert client.get(f"/setup/{later}/").status_code == 200


def test_set_up_token_is_kept_as_a_digest(token: str) -> None:
    assert token not in SetupToken.objects.get().digest


def test_set_up_keeps_what_was_typed(token: str, client: Client) -> None:
    page = client.post(f"/setup/{token}/", FORM | {"email": "no address", "password": "short"})
    words = page.content.decode()
    assert page.status_code == 422
    assert 'value="no address"' in words
    assert 'value="桜茶屋"' in words
    assert "short" not in words
    assert not User.objects.exists()


def test_set_up_needs_a_name_an_address_and_a_password_and_nothing_else(token: str, client: Client) -> None:
    answer = client.post(f"/setup/{token}/", FORM | {"name": ""})
    assert answer.status_code == 302
    assert Business.objects.get().name == "自社"


def test_set_up_marks_the_password_that_has_to_be_typed_once_more(token: str, client: Client) -> None:
    errors = client.post(f"/setup/{token}/", FORM | {"email": "no address"}).context["form"].errors
    assert list(errors) == ["email", "password"]
    assert errors["password"] == ["もう一度入れてください。"]


def test_set_up_unfolds_the_settings_when_one_of_them_is_wrong(token: str, client: Client) -> None:
    folded = '<details class="panel">'
    assert folded in client.post(f"/setup/{token}/", FORM | {"email": "no address"}).content.decode()
    assert folded not in client.post(f"/setup/{token}/", FORM | {"tax_percent": "101"}).content.decode()


def test_forms_without_the_csrf_token_change_nothing(token: str) -> None:
    page = Client(enforce_csrf_checks=True).post(f"/setup/{token}/", FORM)
    assert page.status_code == 403
    assert "画面が古くなっています" in page.content.decode()
    assert not User.objects.exists()


def test_home_leads_to_the_business_looked_at_last(cast: Any, browser_of: Any) -> None:
    second = actions.add_business(cast.owner, {"name": "Annex"})
    browser = browser_of(cast.owner)
    browser.get(f"/b/{cast.business.id}/settings/")
    assert browser.get("/")["Location"] == f"/b/{cast.business.id}/"
    browser.get(f"/b/{second.id}/settings/")
    assert browser.get("/")["Location"] == f"/b/{second.id}/"


def test_home_of_a_person_without_business_is_the_own_page(db: None, browser_of: Any) -> None:
    alone = actions._add_user(email="alone@example.jp", name="Alone", password="a fine long sentence")
    assert browser_of(alone).get("/")["Location"] == "/you/"


def test_every_page_is_hardened(db: None, client: Client) -> None:
    headers = client.get("/").headers
    policy = dict(each.strip().split(" ", 1) for each in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "img-src": "'self' data:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"
    assert headers["Cache-Control"] == "private, no-cache"


def test_part_of_a_page_asks_to_sign_in_again_as_a_whole(db: None, client: Client) -> None:
    answer = client.get("/you/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (204, "true")


def test_choose_look_remembers_language_and_colours(db: None, client: Client) -> None:
    client.post("/look/", {"language": "en", "theme": "dark", "palette": "distinct", "next": "/"})
    page = client.get("/", headers={"accept-language": "ja"}).content.decode()
    assert '<html lang="en" data-theme="dark" data-palette="distinct">' in page


def test_choose_look_leads_nowhere_else(db: None, client: Client) -> None:
    for goal in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        assert client.post("/look/", {"theme": "dark", "next": goal})["Location"] == "/"


def test_choose_look_ignores_unknown_values(db: None, client: Client) -> None:
    answer = client.post("/look/", {"theme": "pink", "language": "xx", "palette": "grey"})
    assert list(answer.cookies) == []


@pytest.mark.parametrize(("header", "language"), [("ja", "ja"), ("en-GB,en;q=0.8", "en"), ("fr", "ja")])
def test_language_follows_the_browser(db: None, client: Client, header: str, language: str) -> None:
    page = client.get("/", headers={"accept-language": header})
    assert page.headers["Content-Language"] == language


def test_own_language_wins_over_the_browser(cast: Any, browser_of: Any) -> None:
    actions.change_preferences(cast.owner, {"language": "ja"})
    page = browser_of(cast.owner).get("/you/", headers={"accept-language": "en"})
    assert page.headers["Content-Language"] == "ja"
    assert "名前・言語・配色" in page.content.decode()


def test_health_answers_anybody(db: None, client: Client) -> None:
    assert client.get("/healthz").content == b"ok"


@pytest.mark.parametrize(("language", "words"), [("ja", "エラー番号："), ("en", "Number of this error: ")])
def test_broken_page_needs_no_database_and_has_a_number(language: str, words: str) -> None:
    with translation.override(language):
        page = broken(RequestFactory().get("/anything/"))
    assert page.status_code == 500
    assert re.search(rf"{words}[0-9a-f]{{8}}<", page.content.decode())


def test_not_found_keeps_the_frame_for_members(cast: Any, browser_of: Any) -> None:
    page = browser_of(cast.viewer).get("/nothing/here/")
    assert page.status_code == 404
    assert 'class="sidebar"' in page.content.decode()


def test_address_of_a_form_that_is_opened_as_a_page_says_so(cast: Any, browser_of: Any, client: Client) -> None:
    where = f"/b/{cast.business.id}/views/save/"
    for page in (browser_of(cast.viewer).get(where), client.get("/look/", headers={"accept-language": "en"})):
        assert (page.status_code, page["Allow"]) == (405, "POST")
        assert "This address is where a form is sent" in page.content.decode()


@pytest.mark.parametrize(
    ("language", "words"), [("en", ["Please fill this in."]), ("ja", ["入力してください。"])], ids=["en", "ja"]
)
def test_what_is_left_empty_is_asked_for_in_our_own_words(language: str, words: list[str]) -> None:
    with translation.override(language):
        assert SetupForm({}).errors["email"] == words


def test_not_found_is_a_part_for_htmx(cast: Any, browser_of: Any) -> None:
    page = browser_of(cast.viewer).get("/nothing/here/", headers={"HX-Request": "true"})
    assert page.status_code == 404
    assert "<html" not in page.content.decode()
