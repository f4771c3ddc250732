"""The ideal customer as people of the business use it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse

from keiki.cli.main import run
from keiki.customers.ideal import IdealProfile, Trait
from keiki.engine.settings import Settings
from keiki.server.accounts.actions import make_api_token
from keiki.server.audit.models import Entry
from keiki.server.customers.models import FitException, IdealVersion
from keiki.server.data.actions import opened

FORM = {"attribute-0": "industry", "values-0": "food、retail", "weight-0": "70"}
FORM |= {"attribute-1": "region", "values-1": "kanto", "weight-1": "30", "threshold": "60"}


def fill(business: Any) -> None:
    """Forty food makers who buy twice, forty others who buy once and leave, and four prospects."""
    customers: list[dict[str, Any]] = []
    orders: list[dict[str, Any]] = []
    for n in range(80):
        good = n < 40
        customers.append(
            {"customer_id": f"c{n:02}", "acquired_on": "2024-01-10", "industry": "food" if good else "mining"}
            | {"name": f"Firm {n}", "region": "kanto", "nurture_excluded": n == 0}
        )
        for day in ("2024-01-10", "2025-06-10") if good else ("2024-01-10",):
            orders.append(
                {"order_id": f"{n}{day}", "customer_id": f"c{n:02}", "amount": 1000, "cost": 500}
                | {"ordered_at": f"{day}T12:00:00+09:00"}
            )
    customers += [
        {"customer_id": f"lead{n}", "name": f"Lead {n}", "industry": ("food", "mining")[n % 2]} for n in range(4)
    ]
    costs = [{"spent_on": "2024-01-02", "amount": 56_000, "category": "ad_spend"}]
    business.load_facts({"customers": customers, "orders": orders, "costs": costs}, name="made")


@pytest.fixture
def site(filled: Any, browser_of: Any) -> Any:
    class Site:
        people, business = filled, filled.business
        address = reverse("customers:ideal", kwargs={"business": filled.business.id})

        def page(self, who: str = "editor", **query: str) -> Any:
            answer = browser_of(getattr(filled, who)).get(self.address, query)
            assert answer.status_code == 200
            return answer.context["page"]

        def send(self, name: str = "ideal", who: str = "editor", **data: str) -> Any:
            address = reverse(f"customers:{name}", kwargs={"business": filled.business.id})
            return browser_of(getattr(filled, who)).post(address, data)

    return Site()


def rows(answer: Any) -> list[str]:
    return [line.split(",")[0] for line in answer.getvalue().decode("utf-8-sig").splitlines()[1:]]


@pytest.mark.feature("F-273")
def test_lead_below_the_threshold_is_flagged_and_left_out_of_nurturing_unless_a_reason_is_given(site: Any) -> None:
    site.send(**FORM)
    flagged = [row.id for row in site.page().outside]
    assert flagged[:2] == ["lead1", "lead3"]
    assert "lead1" not in rows(site.send("nurtured_csv"))
    site.send("except_contact", customer="lead1", reason=" ")
    assert FitException.objects.count() == 0
    site.send("except_contact", customer="lead1", reason="Partner of our largest customer")
    kept = next(row for row in site.page().outside if row.id == "lead1")
    assert (kept.reason, kept.by) == ("Partner of our largest customer", "Emi")
    assert "lead1" in rows(site.send("nurtured_csv"))
    site.send("withdraw", customer="lead1")
    assert "lead1" not in rows(site.send("nurtured_csv"))
    kinds = set(Entry.objects.values_list("action", flat=True))
    assert {"customers.except_customer", "customers.withdraw_exception", "customers.export_nurtured"} <= kinds


@pytest.mark.feature("F-274")
def test_list_for_nurturing_holds_nobody_excluded_and_the_count_removed_is_shown(
    site: Any, parts_asked: list[int]
) -> None:
    site.send(**FORM)
    found = rows(site.send("nurtured_csv"))
    assert parts_asked == [2] * 20 + [1, -1], "it flows: the list is never in memory"
    assert found == [*(f"c{n:02}" for n in range(1, 40)), "lead0", "lead2"]
    assert site.page().csv_words == "41 contacts in the list, 43 removed."


def test_list_of_exclusions_holds_everybody_else_and_an_exception_leaves_it(site: Any) -> None:
    site.send(**FORM)
    kept, removed = rows(site.send("nurtured_csv")), rows(site.send("excluded_csv"))
    assert removed == ["lead1", "lead3", *(f"c{n}" for n in range(40, 80)), "c00"]
    assert not set(kept) & set(removed)
    assert len(kept) + len(removed) == 84
    site.send("except_contact", customer="lead1", reason="Partner of our largest customer")
    assert "lead1" not in rows(site.send("excluded_csv"))
    assert Entry.objects.filter(action="customers.export_excluded").count() == 2


def test_lists_for_marketing_tools_have_addresses_for_owners_alone(site: Any) -> None:
    site.send(**FORM)
    people = [{"customer_id": "x1", "industry": "food", "email": "x1@example.jp"}]
    people.append({"customer_id": "x2", "industry": "mining", "email": "x2@example.jp"})
    opened(site.business).business.load(people, "customers", name="people")
    for name, address in (("nurtured_csv", "x1@example.jp"), ("excluded_csv", "x2@example.jp")):
        assert address in site.send(name, "owner").getvalue().decode()
        assert address not in site.send(name, "editor").getvalue().decode()


def test_profile_learned_from_profit_fills_the_form_and_names_its_uncertainty(site: Any) -> None:
    page = site.page(use="learned")
    assert (page.rows[0].attribute, page.rows[0].values, page.rows[0].weight) == ("industry", "food", "100")
    assert page.lessons_sentence.startswith("Of 40 customers with")
    assert "100.0% are good (91.2% to 100.0%)" in page.lessons_sentence
    assert page.targets.endswith("food")
    assert page.exclusions.endswith("mining")


def test_money_on_those_who_do_not_fit_is_shown(site: Any) -> None:
    site.send(**FORM)
    page = site.page()
    assert page.fit_sentence == "50.0% of what was spent on winning customers went to those who do not fit."
    assert [kpi.name for kpi in page.kpis] == [
        "Spend on non-ICP customers",
        "ICP fit rate of acquired customers",
        "ICP-fit lead rate",
    ]


def test_page_kpi_api_and_command_line_say_one_number(site: Any, capsys: Any) -> None:
    """January 2024: 56,000 among the 80 customers of the month; 9,000 of March, which won nobody, fall on nobody."""
    own = opened(site.business).business
    own.load([{"spent_on": "2024-03-02", "amount": 9_000, "category": "ad_spend"}], "costs", name="late")
    site.send(**FORM)
    site.business.refresh_from_db()
    own = opened(site.business).business
    year = own.measure(("non_icp_spend_ratio",), own.lens("year", 3))  # costs are of 2024 alone
    share = year.value("non_icp_spend_ratio", 0)
    assert share == pytest.approx(28_000 / 65_000)
    assert own.measure(("non_icp_spend_ratio",), own.lens("month", 1, until=date(2024, 1, 9))).value(
        "non_icp_spend_ratio"
    ) == pytest.approx(0.5)
    assert site.page().fit_sentence == (
        "43.1% of what was spent on winning customers went to those who do not fit. ¥9,000 fell on nobody who can be "
        "judged: its month won no customer, or the list does not have them."
    )
    token = make_api_token(site.people.viewer, site.business, "reads", "read", None)
    address = f"/api/v1/businesses/{site.business.id}/customers/ideal"
    totals = Client(headers={"authorization": f"Bearer {token}"}).get(address).json()["totals"]
    assert totals["spend_out_share"] == pytest.approx(share)
    spent = [float(totals[name]) for name in ("spend_in", "spend_out", "unknown_spend")]
    assert spent == [28_000, 28_000, 9_000]
    assert run(["customers", "ideal", "-b", str(site.business.folder), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["totals"]["spend_out_share"] == pytest.approx(share)


def test_new_profile_is_a_new_version_and_a_wrong_one_keeps_what_was_typed(site: Any) -> None:
    site.send(**FORM)
    answer = site.send(**(FORM | {"weight-1": "40"}))
    assert answer.status_code == 422
    page = answer.context["page"]
    assert "sum to 110" in page.error
    assert page.rows[1].weight == "40"
    site.send(**(FORM | {"threshold": "70"}))
    assert [(v.number, v.threshold) for v in IdealVersion.objects.filter(business=site.business)] == [(2, 70), (1, 60)]


def test_profile_is_withdrawn_and_its_versions_stay(site: Any) -> None:
    assert site.send("withdraw_profile").status_code == 302  # none is in force: it says so
    assert IdealVersion.objects.count() == 0
    site.send(**FORM)
    assert site.send("withdraw_profile", who="viewer").status_code == 403
    answer = site.send("withdraw_profile")
    told = [str(each) for each in get_messages(answer.wsgi_request)]
    assert told[-1] == (
        "The profile is withdrawn (version 2). Who fits is as the customers' data says again; where it says nothing, "
        "KPIs that ask who fits have no value."
    )
    page = site.page()
    assert page.fit_sentence.startswith("The profile was withdrawn. Who fits is as")
    assert (page.version[:9], page.totals, page.withdraw_url) == ("Withdrawn", (), "")
    assert [row.profile[:30] for row in page.versions] == ["", "Ideal customer: 70 points for "]
    site.business.refresh_from_db()
    own = opened(site.business).business
    assert own.rules.ideal is None
    found = own.measure(("icp_fit_rate",), own.lens("year", 3))
    assert (found.value("icp_fit_rate", 0), len(found.missing("icp_fit_rate"))) == (None, 1)
    assert site.send("nurtured_csv").status_code == 404
    assert Entry.objects.filter(action="customers.withdraw_profile", target="2").count() == 1
    again = site.page(use="1")
    assert (again.rows[0].values, again.rows[1].weight, again.threshold) == ("food, retail", "30", "60")
    site.send(**FORM)
    assert [version.number for version in IdealVersion.objects.filter(business=site.business)] == [3, 2, 1]


def test_exceptions_are_read_and_set_by_page_api_and_command_line(site: Any, capsys: Any) -> None:
    site.send(**FORM)
    base = f"/api/v1/businesses/{site.business.id}/customers/ideal"

    def api(method: str, customer: str, body: Any = None, who: str = "editor") -> Any:
        token = make_api_token(getattr(site.people, who), site.business, "writes", "write", None)
        client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
        data = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(client, method)(f"{base}/exceptions/{customer}", **data)

    def keiki(*words: str) -> tuple[int, str, str]:
        capsys.readouterr()
        return run(
            ["customers", "exceptions", site.business.id, "--as", site.people.editor.email, *words]
        ), *capsys.readouterr()

    assert api("put", "lead1", {"reason": "Partner"}, who="viewer").status_code == 403
    assert api("put", "lead1", {"reason": " "}).json()["error"] == "reason_needed"
    assert api("put", "laed1", {"reason": "Partner"}).json()["error"] == "no_such_customer"
    assert FitException.objects.count() == 0
    kept = api("put", "lead1", {"reason": "Partner"}).json()
    assert [(each["customer_id"], each["reason"], each["made_by"]) for each in kept] == [("lead1", "Partner", "Emi")]
    code, out, _err = keiki("c79", "--reason", "Reference customer", "--json")
    assert (code, [each["customer_id"] for each in json.loads(out)]) == (0, ["c79", "lead1"])
    assert [row.customer for row in site.page().exceptions] == ["c79", "lead1"]
    assert {"lead1", "c79"} <= set(rows(site.send("nurtured_csv")))
    code, out, _err = keiki("lead1", "--withdraw")
    assert (code, "Reference customer" in out, "Partner" in out) == (0, True, False)
    assert keiki("lead1", "--withdraw")[0] == 2
    assert api("delete", "lead1").json()["error"] == "no_such_exception"
    assert api("delete", "c79").json() == []
    assert keiki()[1].startswith("There are no exceptions")
    assert Entry.objects.filter(action="customers.withdraw_exception").count() == 2


def test_profile_is_withdrawn_by_api_and_command_line(site: Any, tmp_path: Path, capsys: Any) -> None:
    token = make_api_token(site.people.editor, site.business, "writes", "write", None)
    client = Client(headers={"authorization": f"Bearer {token}", "accept-language": "en"})
    address = f"/api/v1/businesses/{site.business.id}/customers/ideal"
    refused = client.delete(address)
    assert (refused.json()["error"], IdealVersion.objects.count()) == ("no_profile", 0)
    site.send(**FORM)
    told = client.delete(address).json()
    assert (told["version"], told["profile"], told["totals"]) == (2, None, None)
    assert [(each["number"], each["profile"] is None) for each in told["versions"]] == [(2, True), (1, False)]
    site.send(**FORM)
    assert run(["customers", "withdraw-ideal", "-b", site.business.id, "--as", site.people.editor.email]) == 0
    assert "The profile is withdrawn (version 4)." in capsys.readouterr().out
    assert run(["customers", "withdraw-ideal", "-b", str(site.business.folder)]) == 2  # the server keeps it
    ideal = IdealProfile((Trait("industry", ("food",), 100),))
    Settings(ideal=ideal).save(tmp_path)
    assert run(["customers", "withdraw-ideal", "-b", str(tmp_path)]) == 0
    assert Settings.read(tmp_path).ideal is None
    assert run(["customers", "withdraw-ideal", "-b", str(tmp_path)]) == 2


def test_viewer_reads_and_changes_nothing(site: Any) -> None:
    assert site.page("viewer").may_edit is False
    assert site.send(who="viewer", **FORM).status_code == 404
    assert site.send("except_contact", who="viewer", customer="x", reason="y").status_code == 403
    assert site.send("withdraw", customer="nobody").status_code == 404
    assert IdealVersion.objects.count() == 0


def test_kpis_follow_the_profile_from_the_moment_it_is_in_force(site: Any, browser_of: Any) -> None:
    business = site.business
    page = reverse("kpis:kpi", kwargs={"business": business.id, "kpi": "icp_fit_rate"})

    def told() -> Any:
        return browser_of(site.people.viewer).get(page, {"grain": "year"}).context["page"]

    lens = {"grain": "year", "count": 3}
    rate = opened(business).business.measure(("icp_fit_rate",), opened(business).business.lens(**lens)).value
    assert rate("icp_fit_rate", 0) is None  # the file says of nobody whether it fits
    assert told().fit_rule.startswith("No profile of the ideal customer is in force")
    site.send(**FORM)
    business.refresh_from_db()
    rate = opened(business).business.measure(("icp_fit_rate",), opened(business).business.lens(**lens)).value
    assert rate("icp_fit_rate", 0) == 40 / 80
    assert told().fit_rule == (
        "Ideal customer: 70 points for industry food or retail, 30 points for region kanto; fits from 60 points."
    )
    assert told().fit_url == site.address


def test_command_line_keeps_a_profile_and_takes_lists_as_a_member(site: Any, tmp_path: Path, capsysbinary: Any) -> None:
    def keiki(*words: str) -> tuple[int, list[str], str]:
        capsysbinary.readouterr()
        code = run(["customers", *words])
        out, err = capsysbinary.readouterr()
        return code, out.decode("utf-8-sig").splitlines(), err.decode()

    file = tmp_path / "ideal.yaml"
    file.write_text("threshold: 60\ntraits:\n  industry: {values: [food, retail], weight: 100}\n", encoding="utf-8")
    here, folder = ("-b", site.business.id), ("-b", str(site.business.folder))
    viewer, editor, owner = (getattr(site.people, who).email for who in ("viewer", "editor", "owner"))
    code, _out, err = keiki("contacts", "nurture", *here, "--as", editor)
    assert (code, "No profile of the ideal customer is in force" in err) == (2, True)
    assert keiki("keep-ideal", str(file), *here, "--as", viewer)[0] == 2
    assert keiki("keep-ideal", str(file), *folder)[0] == 2  # the server keeps it, with its versions
    assert IdealVersion.objects.count() == 0
    code, out, _err = keiki("keep-ideal", str(file), *here, "--as", editor)
    assert (code, out) == (
        0,
        ["Version 1 is in force.", "Ideal customer: 100 points for industry food or retail; fits from 60 points."],
    )
    people = [{"customer_id": "x1", "industry": "food", "email": "x1@example.jp"}]
    opened(site.business).business.load(people, "customers", name="people")
    for who, told in ((owner, "x1,,x1@example.jp,,100"), (editor, "x1,,,100")):
        _code, out, _err = keiki("contacts", "nurture", *here, "--as", who)
        assert out[-1] == told
        assert len(out) == 1 + 39 + 2 + 1
    assert Entry.objects.filter(action="customers.export_nurtured").count() == 2
    assert keiki("keep-ideal", "learned", *here, "--as", editor)[1][0] == "Version 2 is in force."
