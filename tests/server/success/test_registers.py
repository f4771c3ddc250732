"""What people register about customers: results, requests, case studies and talks, referrals, promoters."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from tests.server.cockpit.test_files_out import rows_of
from tests.server.conftest import Cast
from tests.server.success.conftest import read
from tests.server.success.test_pages import asking

from keiki.cli.main import run
from keiki.server.accounts.actions import make_api_token
from keiki.server.audit.models import Entry
from keiki.server.data.actions import opened
from keiki.server.kpis import queries as door
from keiki.server.success.forms.named import REGISTERS
from keiki.server.success.models import (
    CaseStudy,
    CustomerResult,
    Offer,
    OnboardingStep,
    ProductItem,
    ProductRequest,
    Referral,
)
from keiki.server.success.queries import registers as queries


def address(cast: Cast, name: str, **more: Any) -> str:
    return reverse(f"success:{name}", kwargs={"business": cast.business.id, **more})


RESULT = {"metric": "Hours of inventory a month", "unit": "h", "before": "40", "before_on": "2025-10-01"}
RESULT |= {"after": "10", "after_on": "2026-06-01", "value": "36000", "source": "Their time sheets, 100 an hour"}


def test_report_shows_numbers_before_and_after_value_and_source(offices: Cast, browser_of: Any) -> None:
    editor, url = browser_of(offices.editor), address(offices, "report", customer="A05")
    assert editor.post(url, RESULT | {"source": ""}).status_code == 422
    assert editor.post(url, RESULT | {"after_on": "2025-09-01"}).status_code == 422
    assert not CustomerResult.objects.exists()
    assert editor.post(url, RESULT).status_code == 302
    page = read(browser_of(offices.viewer), url)
    for words in ("Hours of inventory a month", "40 h", "10 h", "\u221275.0%", "¥36,000", "Their time sheets"):
        assert words in page
    assert "The results are worth ¥36,000 a year" in page
    assert "That is 3.0 times what the customer pays a year (¥12,000)." in page
    assert 'href="' + url in read(editor, address(offices, "account", customer="A05"))


def test_result_is_added_and_taken_out_by_editors_only(offices: Cast, browser_of: Any) -> None:
    url = address(offices, "report", customer="A05")
    assert browser_of(offices.viewer).post(url, RESULT).status_code == 403
    browser_of(offices.editor).post(url, RESULT)
    result = CustomerResult.objects.get()
    drop = address(offices, "drop_result", result=result.pk)
    assert browser_of(offices.viewer).post(drop).status_code == 403
    assert browser_of(offices.editor).post(drop).status_code == 302
    assert not CustomerResult.objects.exists()
    assert Entry.objects.filter(action__in=["success.keep_result", "success.drop_result"]).count() == 2


@pytest.mark.feature("F-299")
def test_request_is_linked_to_a_product_item_with_status_and_counted_there(offices: Cast, browser_of: Any) -> None:
    editor = browser_of(offices.editor)
    assert (
        editor.post(address(offices, "keep_item"), {"item0-name": "Bulk edit", "item0-status": "planned"}).status_code
        == 302
    )
    again = editor.post(address(offices, "keep_item"), {"item0-name": "Bulk edit", "item0-status": "open"})
    assert again.status_code == 422
    item = ProductItem.objects.get()
    asked = {"request0-text": "Change many at once", "request0-on": "2026-06-20", "request0-item": item.pk}
    for customer in ("A01", "A02", "A02"):
        assert (
            editor.post(address(offices, "keep_request"), asked | {"request0-customer_id": customer}).status_code == 302
        )
    loose = asked | {"request0-customer_id": "A03", "request0-item": ""}
    editor.post(address(offices, "keep_request"), loose)
    (counted,) = queries.items(offices.business)
    assert (counted.name, counted.status, counted.wanted, counted.customers) == ("Bulk edit", "planned", 3, 2)
    assert "1 request has no product item yet." in read(editor, address(offices, "voice"))
    row = ProductRequest.objects.get(item=None)
    linked = {f"request{row.pk}-{name.partition('-')[2]}": value for name, value in loose.items()}
    linked |= {f"request{row.pk}-item": item.pk}
    assert editor.post(address(offices, "keep_request", wish=row.pk), linked).status_code == 302
    moved = {f"item{item.pk}-name": "Bulk edit", f"item{item.pk}-status": "shipped"}
    assert editor.post(address(offices, "keep_item", item=item.pk), moved).status_code == 302
    page = read(editor, address(offices, "voice"))
    assert "Most wanted: Bulk edit, asked for 4 times." in page
    assert "Shipped" in page.split('id="items"')[1]


@pytest.mark.feature("F-380")
def test_idea_linked_to_seven_requests_shows_count_days_and_status_and_lists_whom_to_inform_when_it_is_closed(
    offices: Cast, browser_of: Any
) -> None:
    item = ProductItem.objects.create(business=offices.business, name="Bulk edit", status="planned")
    for n in range(7):
        ProductRequest.objects.create(
            business=offices.business, item=item, customer_id=f"A0{n % 6}", text="Many at once", on=date(2026, 3, 1 + n)
        )
    editor, url = browser_of(offices.editor), address(offices, "voice")
    (row,) = editor.get(url).context["page"].items
    assert (row.wanted, row.customers, row.oldest, row.newest) == ("7", "6", "1 Mar 2026", "7 Mar 2026")
    assert (row.status, row.inform) == ("Planned", ())
    closing = {f"item{item.pk}-name": "Bulk edit", f"item{item.pk}-status": "shipped"}
    assert editor.post(address(offices, "keep_item", item=item.pk), closing).status_code == 302
    page = read(editor, url)
    assert "Tell 6 customers who asked for it" in page
    (row,) = editor.get(url).context["page"].items
    assert [customer for customer, _url in row.inform] == [f"A0{n}" for n in range(6)]
    assert all(f'<a href="{link}">{customer}</a>' in page for customer, link in row.inform)
    (told,) = rows_of(editor.get(f"{url}files/items/?file=csv"))
    assert (told["Requests"], told["Customers asking"], told["First asked"]) == ("7", "6", "2026-03-01")
    asked = rows_of(editor.get(f"{url}files/requests/?file=csv"))
    assert [row["Customer"] for row in asked] == [f"A0{n % 6}" for n in range(6, -1, -1)]


def test_item_of_another_business_is_not_offered(offices: Cast, browser_of: Any) -> None:
    strange = ProductItem.objects.create(business=offices.elsewhere, name="Theirs")
    given = {"request0-text": "x", "request0-on": "2026-06-20", "request0-customer_id": "A01"}
    answer = browser_of(offices.editor).post(address(offices, "keep_request"), given | {"request0-item": strange.pk})
    assert answer.status_code == 422
    assert browser_of(offices.editor).post(address(offices, "keep_item", item=strange.pk)).status_code == 404
    assert not ProductRequest.objects.exists()


def case(prefix: str, customer: str, status: str, published: str = "", kind: str = "case") -> dict[str, str]:
    given = {"customer_id": customer, "kind": kind, "title": f"How {customer} did it", "status": status}
    given |= {"asked_on": "2026-04-01", "published_on": published}
    return {f"{prefix}-{name}": value for name, value in given.items()}


@pytest.mark.feature("F-296")
def test_published_case_studies_of_a_month_are_what_the_kpi_says_of_that_month(
    own_offices: Cast, browser_of: Any
) -> None:
    offices, editor = own_offices, browser_of(own_offices.editor)
    url = address(offices, "keep_case")
    assert editor.post(url, case("case0", "A01", "published")).status_code == 422  # without a day
    for customer, status, published, kind in (
        ("A01", "published", "2026-05-10", "case"),
        ("A02", "published", "2026-05-20", "case"),
        ("A03", "published", "2026-06-02", "case"),
        ("A04", "published", "2026-05-20", "talk"),
        ("A05", "asked", "", "case"),
    ):
        assert editor.post(url, case("case0", customer, status, published, kind)).status_code == 302

    def told() -> list[float | None]:
        span = door.Span("2026-05..2026-06")
        return list(
            door.measured_kpis(offices.viewer, offices.business, ("public_case_studies",), span).series(
                "public_case_studies"
            )
        )

    assert told() == [2, 1]
    moved = CaseStudy.objects.get(customer_id="A02")
    prefix = f"case{moved.pk}"
    assert (
        editor.post(
            address(offices, "keep_case", case=moved.pk), case(prefix, "A02", "published", "2026-06-05")
        ).status_code
        == 302
    )
    assert told() == [1, 2]
    months = queries.published_by_month(offices.viewer, offices.business)
    assert [(each.registered, each.measured) for each in months if each.registered] == [(1, 1), (2, 2)]
    assert "How A05 did it" in read(editor, address(offices, "advocates"))
    files = f"{address(offices, 'advocates')}files/"
    by_month = [
        (row["In the register"], row["KPI: published case studies"])
        for row in rows_of(editor.get(f"{files}months/?file=csv"))
    ]
    assert [row for row in by_month if row[0] != "0"] == [("1", "1"), ("2", "2")]
    assert "How A05 did it" in [row["Title"] for row in rows_of(editor.get(f"{files}cases/?file=csv"))]


@pytest.mark.feature("F-297")
def test_referral_has_programme_referrer_day_status_and_reward_and_a_converted_one_its_won_deal(
    offices: Cast, browser_of: Any
) -> None:
    editor, url = browser_of(offices.editor), address(offices, "keep_referral")
    given = {"programme": "Friends", "referrer": "A01", "referred": "Tea House", "on": "2026-05-01"}
    given |= {"status": "converted", "reward": "5000", "deal": ""}

    def post(**more: str) -> int:
        row = {f"referral0-{name}": value for name, value in (given | more).items()}
        return int(editor.post(url, row).status_code)

    assert post() == 422
    assert post(deal="lost deal") == 422
    assert not Referral.objects.exists()
    assert post(deal="won deal") == 302
    kept = Referral.objects.get()
    assert (kept.programme, kept.referrer, kept.on, kept.status, kept.reward, kept.deal) == (
        "Friends",
        "A01",
        date(2026, 5, 1),
        "converted",
        Decimal(5000),
        "won deal",
    )
    page = read(editor, address(offices, "advocates"))
    assert "1 of 1 referrals led to a won deal." in page
    assert "won deal" in page.split('id="referrals"')[1]
    (row,) = rows_of(editor.get(f"{address(offices, 'advocates')}files/referrals/?file=csv"))
    assert (row["Referrer"], row["Reward"], row["Won deal"]) == ("A01", "5000.00", "won deal")


@pytest.mark.feature("F-298")
def test_promoters_are_listed_with_last_contact_and_whether_they_were_asked_for_a_case(
    offices: Cast, browser_of: Any
) -> None:
    editor = browser_of(offices.editor)

    def promoters() -> str:
        return read(editor, address(offices, "advocates")).split('id="promoters-title"')[1]

    before = promoters()
    assert "A00" in before
    assert "1 Jun 2026" in before  # the ticket
    assert "not asked yet" in before
    assert "A01" not in before  # answered 8
    assert CaseStudy.objects.create(
        business=offices.business, customer_id="A00", asked_on=date(2026, 6, 10), status="agreed"
    )
    after = promoters()
    assert "10 Jun 2026 (Agreed)" in after
    assert "not asked yet" not in after
    (row,) = rows_of(editor.get(f"{address(offices, 'advocates')}files/promoters/?file=csv"))
    assert (row["Customer"], row["Answer"], row["Asked for a case"], row["Status"]) == (
        "A00",
        "9",
        "2026-06-10",
        "Agreed",
    )


@pytest.mark.parametrize("name", ["keep_item", "keep_request", "keep_case", "keep_referral"])
def test_viewer_registers_nothing(offices: Cast, browser_of: Any, name: str) -> None:
    assert browser_of(offices.viewer).post(address(offices, name)).status_code == 403


OFFER = {"offer0-product": "Decaf", "offer0-reason": "They ask for it in the evening", "offer0-on": "2026-06-20"}
OFFER |= {"offer0-result": "open"}


@pytest.mark.feature("F-255")
def test_each_offer_stores_customer_product_reason_and_whether_it_was_accepted_or_declined(
    offices: Cast, browser_of: Any
) -> None:
    editor, url = browser_of(offices.editor), address(offices, "keep_offer", customer="A05")
    assert editor.post(url, OFFER | {"offer0-reason": " "}).status_code == 422
    assert editor.post(url, OFFER | {"offer0-result": "perhaps"}).status_code == 422
    assert browser_of(offices.viewer).post(url, OFFER).status_code == 403
    assert not Offer.objects.exists()
    assert editor.post(url, OFFER).status_code == 302
    assert editor.post(url, OFFER | {"offer0-product": "Large bags"}).status_code == 302
    decaf, large = Offer.objects.order_by("pk")
    for offer, result in ((decaf, "accepted"), (large, "declined")):
        change = {f"offer{offer.pk}-{name.partition('-')[2]}": value for name, value in OFFER.items()}
        change |= {f"offer{offer.pk}-result": result, f"offer{offer.pk}-product": offer.product}
        edit = address(offices, "keep_offer", customer="A05", offer=offer.pk)
        assert editor.post(edit, change).status_code == 302
    stored = [(each.customer_id, each.product, each.reason, each.result) for each in Offer.objects.order_by("pk")]
    reason = OFFER["offer0-reason"]
    assert stored == [("A05", "Decaf", reason, "accepted"), ("A05", "Large bags", reason, "declined")]
    account = address(offices, "account", customer="A05")
    page = read(browser_of(offices.viewer), account)
    assert "1 accepted, 1 declined, 0 without an answer." in page
    assert "files/offers/?file=xlsx" in page
    told = rows_of(browser_of(offices.viewer).get(f"{account}files/offers/?file=csv"))
    assert [(row["Product offered"], row["Result"]) for row in told] == [
        ("Large bags", "Declined"),
        ("Decaf", "Accepted"),
    ]
    elsewhere = address(offices, "keep_offer", customer="A06", offer=decaf.pk)
    assert editor.post(elsewhere, OFFER).status_code == 404
    assert Entry.objects.filter(action="success.keep_offer").count() == 4


@pytest.mark.feature("F-293")
def test_article_views_and_helpful_votes_are_counted_and_linked_to_the_topic_of_tickets(
    own_offices: Cast, browser_of: Any
) -> None:
    """Three views and two votes of an article about deliveries, like two tickets; no article is about payment."""
    numbers, at = opened(own_offices.business).business, "2026-06-20 12:00:00"
    about = {"content": "Track a parcel", "occurred_at": at}
    seen = [about | {"visitor_id": f"v{n}", "name": "content_view", "reaction": None} for n in range(3)]
    votes = [
        about | {"visitor_id": f"v{n}", "name": "cta_click", "reaction": reaction}
        for n, reaction in enumerate(("positive", "negative"))
    ]
    tickets = [
        {"ticket_id": f"topic{n}", "opened_at": at, "topic": topic}
        for n, topic in enumerate(("delivery", "delivery", "payment"))
    ]
    numbers.load_facts({"events": seen + votes, "tickets": tickets}, name="help")
    editor, url = browser_of(own_offices.editor), address(own_offices, "keep_article")
    article = {"article0-name": "Track a parcel", "article0-topic": "delivery", "article0-url": ""}
    assert editor.post(url, article | {"article0-topic": ""}).status_code == 422
    assert browser_of(own_offices.viewer).post(url, article).status_code == 403
    assert editor.post(url, article).status_code == 302
    assert editor.post(url, article).status_code == 422, "an article is there once"
    panel = editor.get(address(own_offices, "support")).context["page"].articles
    (row,) = panel.rows
    assert (row.name, row.topic, row.views, row.readers) == ("Track a parcel", "delivery", "3", "3")
    assert (row.votes, row.share, row.tickets, row.before) == ("1 of 2", "50.0%", "2", "0")
    assert panel.uncovered == (("payment", "1"),)
    assert panel.sentence == (
        "Articles were read 3 times; 50.0% of 2 votes say that they helped. "
        "Most asked without an article: payment, 1 tickets."
    )
    listed = rows_of(editor.get(f"{address(own_offices, 'support')}files/articles/?file=csv"))
    numbers_of = [(row["Article"], row["Views"], row["Helped"], row["Tickets on the topic"]) for row in listed]
    assert numbers_of == [("Track a parcel", "3", "0.5", "2"), ("", "", "", "1")]
    (told,) = asking(own_offices)("registers")["articles"]
    assert (told["views"], told["helpful"], told["unhelpful"], told["tickets"]) == (3, 1, 1, 2)


def test_every_register_is_read_and_written_by_programs_and_on_the_command_line_as_on_its_page(
    offices: Cast, capsys: Any
) -> None:
    token = make_api_token(offices.editor, offices.business, "writes", "write", None)
    client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})

    def post(name: str, row: dict[str, str], status: int = 201) -> Any:
        path = f"/api/v1/businesses/{offices.business.id}/registers/{name}"
        answer = client.post(path, json.dumps({"row": row}), content_type="application/json")
        assert answer.status_code == status, answer.content
        return answer.json()

    def keiki(*words: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert run(["registers", *words, "--as", offices.editor.email]) == code
        return capsys.readouterr()

    mine = {"customer_id": "A05"}
    plan = {"version": "0", "purpose": "More in the app", "status": "draft", "ltv_cadence": "quarterly"}
    plan |= {"name-1": "Orders in the app", "target-1": "80%", "by-1": "2026-09-30"}
    rows: dict[str, dict[str, str]] = {
        "items": {"name": "Bulk edit", "status": "planned"},
        "requests": mine | {"text": "Many at once", "on": "2026-06-20"},
        "cases": mine | {"kind": "case", "title": "Less waste", "status": "asked", "asked_on": "2026-06-01"},
        "referrals": {"programme": "Friends", "referrer": "A05", "referred": "Next door", "on": "2026-06-01"}
        | {"status": "named"},
        "articles": {"name": "Track a parcel", "topic": "delivery"},
        "results": mine | RESULT,
        "offers": mine | {"product": "Decaf", "reason": "Evenings", "on": "2026-06-20", "result": "open"},
        "plans": mine | plan,
        "stages": mine | {"stage": "advocacy", "on": "2026-06-29", "reason": "Spoke for us"},
        "reviews": mine
        | {"held_on": "2026-06-01", "attendees": "Two", "results": "Good", "agreed": "More"}
        | {"next_on": "2026-09-01"},
        "onboarding": mine | {"setup-owner": "Emi", "setup-due": "2026-07-31"},
    }
    assert set(rows) == set(REGISTERS)
    business = offices.business.id
    for n, (name, row) in enumerate(rows.items()):
        if n % 2:
            post(name, row)
        else:
            keiki("add", business, name, *(f"{field}={value}" for field, value in row.items()))
        kept = json.loads(keiki("list", business, name, "--json").out)
        path = f"/api/v1/businesses/{business}/registers/{name}"
        assert client.get(path).json() == {"name": name, "rows": kept}
        shared = set(row) & set(kept[0]) - {"version", *RESULT}
        assert {field: str(kept[0][field]) for field in shared} == {field: row[field] for field in shared}, name
    post("onboarding", mine | {"training-owner": "Olivia"})
    steps = {step.step: step.owner for step in OnboardingStep.objects.filter(customer_id="A05")}
    assert (steps["setup"], steps["training"]) == ("Emi", "Olivia"), "steps not told of stay"
    assert post("plans", rows["plans"], 409)["error"] == "edit_conflict"
    more = {"name-2": "All in the app", "target-2": "100%", "by-2": "2027-03-31"}
    added = post("plans", mine | {"version": "1"} | more)["rows"][0]
    assert (added["purpose"], [each["name"] for each in added["metrics"]]) == (
        "More in the app",
        ["Orders in the app", "All in the app"],
    ), "what is not told of stays"
    keiki("add", business, "plans", "customer_id=A05", "version=2", "reached-1=2026-07-01")
    listed = keiki("list", business, "plans", "--customer", "A05").out
    assert [line.split()[-1] for line in listed.splitlines() if "in the app" in line] == ["2026-07-01", "—"]
    (kept,) = client.get(f"/api/v1/businesses/{business}/registers/plans?customer=A05").json()["rows"]
    assert [each["reached"] for each in kept["metrics"]] == ["2026-07-01", None]
    assert "reached-1" in post("plans", mine | {"version": "3", "reached-1": "soon"}, 422)["message"]
    refused = post("offers", rows["offers"] | {"result": "perhaps"}, 422)
    assert refused["message"].startswith("Nothing was kept in the register “offers”. result: ")
    assert post("offers", rows["offers"] | {"customer_id": "nobody"}, 422)["error"] == "unknown_name"
    assert post("offers", rows["offers"] | {"prodcut": "x"}, 422)["message"].endswith("Did you mean “product”?")
    assert "There is no register called “offer”." in keiki("list", business, "offer", code=2).err
    capsys.readouterr()
    assert run(["registers", "add", business, "items", "name=x", "status=open", "--as", offices.viewer.email]) == 2
    assert "may look at this business but not change it" in capsys.readouterr().err
