from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine
from allauth.mfa.totp.internal import auth as totp
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from keiki.server.accounts import actions
from keiki.server.accounts.models import Business, Invitation, Membership, User
from keiki.server.site import create_password_link

SETTINGS = {
    "name": "Tea house",
    "currency": "USD",
    "zone": "Europe/Berlin",
    "country": "DE",
    "week_start": "0",
    "fiscal_start": "1",
    "closing_day": "",
    "label_style": "calendar",
    "tax_included": "False",
    "tax_percent": "19",
    "version": "1",
}
PASSWORD = "a fine long sentence"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of an authenticator app
OUTSIDE = ("login/", "signup/", "password/reset/", "password/reset/done/")
INSIDE = ("password/change/", "second-factor/", "logout/")


def url(name: str, business: Business, **ids: int) -> str:
    return reverse(f"accounts:{name}", kwargs={"business": business.id, **ids})


def test_settings_are_saved(cast: Any, browser_of: Any) -> None:
    answer = browser_of(cast.owner).post(url("settings", cast.business), SETTINGS)
    assert answer.status_code == 302
    now = Business.objects.get(pk=cast.business.pk)
    assert (now.name, now.currency, now.zone, str(now.tax_rate)) == ("Tea house", "USD", "Europe/Berlin", "0.1900")
    assert (now.fiscal_start, now.closing_day, now.version) == (1, None, 2)


def test_money_is_shown_in_the_unit_that_the_business_reads(cast: Any, browser_of: Any) -> None:
    browser_of(cast.owner).post(url("settings", cast.business), SETTINGS | {"currency": "JPY", "money": "thousand"})
    assert Business.objects.get(pk=cast.business.pk).money == "thousand"
    browser_of(cast.owner).post(url("settings", cast.business), SETTINGS | {"money": "sen", "version": "2"})
    assert Business.objects.get(pk=cast.business.pk).money == "thousand"


def test_settings_keep_what_was_typed(cast: Any, browser_of: Any) -> None:
    page = browser_of(cast.owner).post(url("settings", cast.business), SETTINGS | {"tax_percent": "-1"})
    assert page.status_code == 422
    assert 'value="Tea house"' in page.content.decode()
    assert 'value="-1"' in page.content.decode()
    assert list(page.context["form"].errors) == ["tax_percent"]
    assert Business.objects.get(pk=cast.business.pk).name == "Tea shop"


def test_settings_show_both_values_of_a_conflict(cast: Any, browser_of: Any) -> None:
    actions.change_business(cast.owner, cast.business, 1, {"name": "Theirs"})
    browser = browser_of(cast.owner)
    page = browser.post(url("settings", cast.business), SETTINGS)
    assert page.status_code == 409
    assert ("Name of the business", "Tea house", "Theirs") in page.context["conflict"]["differing"]
    again = {field.name: field.value() if field.value() is not None else "" for field in page.context["form"]}
    assert browser.post(url("settings", cast.business), again).status_code == 302
    assert Business.objects.get(pk=cast.business.pk).name == "Tea house"


@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_settings_are_read_only_for_others(cast: Any, browser_of: Any, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    assert "Only an owner can change these settings." in browser.get(url("settings", cast.business)).content.decode()
    assert browser.post(url("settings", cast.business), SETTINGS).status_code == 403
    assert Business.objects.get(pk=cast.business.pk).name == "Tea shop"


@pytest.mark.parametrize("who", ["editor", "viewer"])
@pytest.mark.parametrize("name", ["people", "change_role", "remove_member", "withdraw_invitation"])
def test_people_are_changed_by_owners_only(cast: Any, browser_of: Any, who: str, name: str) -> None:
    actions.invite(cast.owner, cast.business, "new@example.jp", "viewer")
    ids = {"people": {}, "withdraw_invitation": {"invitation_id": Invitation.objects.get().pk}}
    address = url(name, cast.business, **ids.get(name, {"membership_id": cast.membership("viewer").pk}))
    answer = browser_of(getattr(cast, who)).post(address, {"email": "x@example.jp", "role": "owner"})
    assert answer.status_code == 403
    assert Invitation.objects.count() == 1
    assert sorted(Membership.objects.filter(business=cast.business).values_list("role", flat=True)) == [
        "editor",
        "owner",
        "viewer",
    ]


@pytest.mark.parametrize("name", ["change_role", "remove_member"])
def test_members_of_other_businesses_do_not_exist(cast: Any, browser_of: Any, name: str) -> None:
    strange = Membership.objects.get(user=cast.outsider)
    address = url(name, cast.business, membership_id=strange.pk)
    assert browser_of(cast.owner).post(address, {"role": "viewer"}).status_code == 404
    assert Membership.objects.get(user=cast.outsider).role == "owner"


def test_invitations_of_other_businesses_do_not_exist(cast: Any, browser_of: Any) -> None:
    actions.invite(cast.outsider, cast.elsewhere, "new@example.jp", "viewer")
    address = url("withdraw_invitation", cast.business, invitation_id=Invitation.objects.get().pk)
    assert browser_of(cast.owner).post(address).status_code == 404
    assert Invitation.objects.count() == 1


def test_invitation_from_link_to_member(cast: Any, browser_of: Any) -> None:
    page = browser_of(cast.owner).post(url("people", cast.business), {"email": "nori@example.jp", "role": "editor"})
    link = page.context["page"].link
    guest = Client(headers={"accept-language": "en"})
    assert "Olivia invites you as Editor." in guest.get(link).content.decode()
    answer = guest.post(link, {"name": "Nori", "password": PASSWORD})
    assert answer["Location"] == f"/b/{cast.business.id}/"
    assert guest.get(url("settings", cast.business)).status_code == 200
    assert User.objects.get(name="Nori").memberships.get().role == "editor"
    assert Client().get(link).status_code == 404


@pytest.mark.parametrize("password", ["short", "1234567890", "password123", "nori@example.jp"])
def test_invitation_refuses_a_weak_password(cast: Any, password: str) -> None:
    token = actions.invite(cast.owner, cast.business, "nori@example.jp", "editor")
    page = Client().post(f"/invitation/{token}/", {"name": "Nori", "password": password})
    assert page.status_code == 422
    assert list(page.context["form"].errors) == ["password"]
    assert not User.objects.filter(name="Nori").exists()


def test_invitation_of_a_known_address_asks_to_sign_in(cast: Any, browser_of: Any) -> None:
    token = actions.invite(cast.owner, cast.business, cast.outsider.email, "viewer")
    link = f"/invitation/{token}/"
    assert Client().post(link, {"name": "Thief", "password": PASSWORD})["Location"] == f"/account/login/?next={link}"
    assert browser_of(cast.outsider).post(link)["Location"] == f"/b/{cast.business.id}/"
    assert Membership.objects.get(user=cast.outsider, business=cast.business).role == "viewer"


def test_member_can_be_given_another_role(cast: Any, browser_of: Any) -> None:
    address = url("change_role", cast.business, membership_id=cast.membership("viewer").pk)
    browser_of(cast.owner).post(address, {"role": "editor"})
    assert cast.membership("viewer").role == "editor"


def test_last_owner_is_told_why(cast: Any, browser_of: Any) -> None:
    address = url("change_role", cast.business, membership_id=cast.membership("owner").pk)
    page = browser_of(cast.owner).post(address, {"role": "viewer"}, follow=True)
    assert "“Tea shop” needs at least one owner." in page.content.decode()


def test_removing_a_member_is_asked_first(cast: Any, browser_of: Any) -> None:
    browser = browser_of(cast.owner)
    address = url("remove_member", cast.business, membership_id=cast.membership("viewer").pk)
    assert "Remove Vera from Tea shop?" in browser.get(address).content.decode()
    assert Membership.objects.filter(user=cast.viewer).exists()
    browser.post(address)
    assert not Membership.objects.filter(user=cast.viewer).exists()
    assert browser_of(cast.viewer).get(url("settings", cast.business)).status_code == 404


@pytest.mark.parametrize("more", [0, 2])
def test_people_cost_the_same_queries_for_one_and_three(
    cast: Any, browser_of: Any, more: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(more):
        user = User.objects.create_user(f"p{number}@example.jp", name=f"P{number}")
        Membership.objects.create(user=user, business=cast.business, role="viewer")
        actions.invite(cast.owner, cast.business, f"i{number}@example.jp", "viewer")
    browser = browser_of(cast.owner)
    browser.get(url("people", cast.business))
    with django_assert_num_queries(7):
        browser.get(url("people", cast.business))


def test_preferences_change_language_and_colours(cast: Any, browser_of: Any) -> None:
    browser = browser_of(cast.viewer)
    browser.post("/you/", {"name": "ヴェラ", "language": "ja", "theme": "dark", "palette": "distinct"})
    assert '<html lang="ja" data-theme="dark" data-palette="distinct">' in browser.get("/you/").content.decode()


def test_audit_page_tells_who_did_what(cast: Any, browser_of: Any) -> None:
    actions.change_business(cast.owner, cast.business, 1, {"tax_included": True})
    words = " ".join(browser_of(cast.owner).get(url("audit", cast.business)).content.decode().split())
    assert "Changed the settings of the business" in words
    assert "Amounts in our files include tax: </span>No → Yes" in words


@pytest.mark.parametrize("before", ["", "x", "-1", "9" * 40])
def test_audit_page_reads_on_from_anywhere(cast: Any, browser_of: Any, before: str) -> None:
    assert browser_of(cast.owner).get(url("audit", cast.business), {"before": before}).status_code == 200


def test_log_in_and_out(cast: Any) -> None:
    browser = Client(headers={"accept-language": "en"})
    answer = browser.post("/account/login/", {"login": "OLIVIA@example.jp", "password": PASSWORD})
    assert answer["Location"] == "/"
    page = browser.get("/you/")
    assert (page.status_code, list(page.context["messages"])) == (200, [])
    browser.post("/account/logout/")
    assert browser.get("/you/").status_code == 302


def test_log_in_says_the_same_for_wrong_password_and_unknown_person(cast: Any) -> None:
    texts = []
    for login in ("olivia@example.jp", "nobody@example.jp"):
        page = Client(headers={"accept-language": "en"}).post("/account/login/", {"login": login, "password": "wrong"})
        assert page.status_code == 200
        texts.append(list(page.context["form"].non_field_errors()))
    assert texts == [["The email address and/or password you specified are not correct."]] * 2


def test_log_in_is_slowed_down_after_five_failures(cast: Any) -> None:
    browser = Client(headers={"accept-language": "en"})
    for _ in range(5):
        browser.post("/account/login/", {"login": "olivia@example.jp", "password": "wrong"})
    page = browser.post("/account/login/", {"login": "olivia@example.jp", "password": PASSWORD})
    assert page.status_code == 200
    assert "_auth_user_id" not in browser.session


def test_log_in_gives_a_fresh_session(cast: Any) -> None:
    browser = Client()
    browser.post("/look/", {"theme": "dark"})
    session = browser.session
    session["planted"] = True
    session.save()
    browser.cookies["keiki"] = session.session_key
    browser.post("/account/login/", {"login": "olivia@example.jp", "password": PASSWORD})
    assert browser.session.session_key != session.session_key


def test_nobody_signs_up_without_an_invitation(db: None, client: Client) -> None:
    client.post("/account/signup/", {"email": "x@example.jp", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.exists()


@pytest.mark.parametrize("path", [*OUTSIDE, *INSIDE])
@pytest.mark.parametrize("language", ["ja", "en"])
def test_account_pages_have_our_look(cast: Any, browser_of: Any, path: str, language: str) -> None:
    actions.change_preferences(cast.viewer, {"language": language})
    page = browser_of(cast.viewer if path in INSIDE else None).get(
        f"/account/{path}", headers={"accept-language": language}
    )
    assert page.status_code == 200
    assert 'class="brand"' in page.content.decode()
    assert page.headers["Content-Language"] == language


def test_owner_adds_a_business(cast: Any, browser_of: Any) -> None:
    values = {name: value for name, value in SETTINGS.items() if name != "version"}
    browser = browser_of(cast.owner)
    answer = browser.post("/businesses/add/", values | {"start": "own", "name": "Annex"})
    assert answer["Location"] == "/b/annex/"
    assert Membership.objects.get(user=cast.owner, business="annex").role == "owner"
    refused = browser.post("/businesses/add/", values | {"start": "own", "name": ""})
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["name"])


@pytest.mark.parametrize("who", ["editor", "viewer"])
def test_business_is_added_by_owners_only(cast: Any, browser_of: Any, who: str) -> None:
    browser = browser_of(getattr(cast, who))
    assert browser.get("/businesses/add/").status_code == 404
    assert browser.post("/businesses/add/", SETTINGS | {"start": "own"}).status_code == 404
    assert Business.objects.count() == 2


def test_password_link_lets_the_person_choose_once(cast: Any) -> None:
    link = create_password_link("VERA@example.jp")
    assert link is not None
    browser = Client(headers={"accept-language": "en"})
    form = browser.get(link, follow=True)
    assert form.status_code == 200
    answer = browser.post(
        form.request["PATH_INFO"], {"password1": "moon over the river", "password2": "moon over the river"}
    )
    assert answer.status_code == 302
    assert User.objects.get(pk=cast.viewer.pk).check_password("moon over the river")
    again = Client(headers={"accept-language": "en"}).get(link, follow=True)
    assert b'name="password1"' not in again.content


def test_password_link_of_an_unknown_person_is_none(db: None) -> None:
    assert create_password_link("nobody@example.jp") is None


def test_second_factor_is_asked_after_the_password(cast: Any) -> None:
    totp.TOTP.activate(cast.owner, SECRET)
    browser = Client(headers={"accept-language": "en"})
    answer = browser.post("/account/login/", {"login": cast.owner.email, "password": PASSWORD})
    assert answer["Location"] == "/account/second-factor/authenticate/"
    assert browser.get("/you/").status_code == 302
    wrong = browser.post("/account/second-factor/authenticate/", {"code": "000000"})
    assert "_auth_user_id" not in wrong.wsgi_request.session
    with time_machine.travel(time.time(), tick=False) as clock:
        code = totp.format_hotp_value(totp.hotp_value(SECRET, int(time.time()) // 30))
        clock.shift(60)
        late = browser.post("/account/second-factor/authenticate/", {"code": code})
        assert "_auth_user_id" not in late.wsgi_request.session
        clock.shift(-30)  # it was typed as its half minute ended
        assert browser.post("/account/second-factor/authenticate/", {"code": code})["Location"] == "/"
        assert browser.get("/you/").status_code == 200
