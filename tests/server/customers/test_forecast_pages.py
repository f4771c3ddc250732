"""The page of the forecast as a person uses it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from tests.customers.clv.online_retail import invoices
from tests.engine.test_contract_forecast import contracts
from tests.engine.test_customer_forecast import orders
from tests.server.customers.test_customer_api import asking

from keiki.cli.main import run
from keiki.server.data.actions import opened


def fill(business: Any) -> None:
    business.load(orders(150), "orders")


@pytest.fixture
def page(filled: Any, browser_of: Any) -> Any:
    def asked(**query: str) -> Any:
        address = reverse("customers:forecast", kwargs={"business": filled.business.id})
        answer = browser_of(filled.viewer).get(address, query)
        assert answer.status_code == 200
        return answer.context["page"]

    return asked


def test_forecast_says_what_it_expects_whether_it_was_right_and_its_limits(page: Any) -> None:
    shown = page()
    assert shown.sentence.startswith("150 customers are expected to buy")
    assert "there were" in shown.held_sentence
    assert [row.chosen for row in shown.candidates].count(True) == 1
    assert len(shown.top) == 20
    assert shown.tracked.table.head == ("4 weeks", "Actual", "Forecast")
    assert sum(int(row[1]) for row in shown.alive.table.rows) == 150


def test_model_months_and_discount_can_be_chosen(page: Any) -> None:
    shown = page(model="MBG/NBD", months="24", discount="5%")
    assert (shown.model, shown.reason) == ("MBG/NBD", "Chosen by hand.")
    assert "24 months" in shown.sentence
    assert "5.00% a year" in shown.basis


def test_who_never_came_again_counts_as_alive_in_bg_nbd_and_page_program_and_command_line_say_so(
    page: Any, filled: Any, capsys: Any
) -> None:
    begin = "This model takes every customer who bought once"
    (words,) = [each for each in page(model="BG/NBD").cautions if each.startswith(begin)]
    assert words in asking(filled)("forecast?model=BG/NBD")["cautions"]
    assert not [each for each in page(model="MBG/NBD").cautions if each.startswith(begin)]
    capsys.readouterr()
    assert run(["customers", "forecast", "--model", "BG/NBD", "-b", str(filled.business.folder)]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert words in told
    assert "BG/NBD: Chosen by hand." in told
    assert run(["customers", "forecast", "--model", "BG", "-b", str(filled.business.folder)]) == 2


def test_split_is_chosen_alike_on_page_by_program_and_by_command_line(page: Any, filled: Any, capsys: Any) -> None:
    shown, told = page(split="2025-06-30"), asking(filled)("forecast", split="2025-06-30")
    capsys.readouterr()
    folder = str(filled.business.folder)
    assert run(["customers", "forecast", "--split", "2025-06-30", "--json", "-b", folder]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert shown.split == told["split"] == printed["split"] == "2025-06-30"
    assert shown.held_sentence.startswith("It knew purchases up to 30 Jun 2025 only. It would have told ")
    assert told["hold_out"] == pytest.approx(printed["hold_out"])
    assert f"there were {told['hold_out']['actual']:,.0f} " in shown.held_sentence


def test_split_that_leaves_nothing_is_said_and_the_usual_one_is_taken(page: Any, filled: Any, capsys: Any) -> None:
    shown = page(split="1999-01-01")
    assert (shown.split, "Choose a day from 2024-" in shown.split_error) == ("1999-01-01", True)
    assert shown.held_sentence == page().held_sentence
    folder = str(filled.business.folder)
    assert run(["customers", "forecast", "--split", "1999-01-01", "-b", folder]) == 2


def test_discount_that_cannot_be_is_said_and_kept(page: Any) -> None:
    shown = page(discount="500%")
    assert (shown.discount, bool(shown.discount_error)) == ("500%", True)
    assert "10.0% a year" in shown.basis


def test_business_of_contracts_gets_their_model_with_its_reason_instead_of_a_refusal(
    bare: Any, browser_of: Any
) -> None:
    numbers = opened(bare.business).business
    numbers.load(contracts(date(2025, 1, 1)), "subscriptions")
    numbers.load([{"occurred_at": "2025-08-15T03:00", "name": "login", "customer_id": "c0"}], "events")
    address = reverse("customers:forecast", kwargs={"business": bare.business.id})
    shown = browser_of(bare.viewer).get(address).context["page"]
    assert (shown.trouble, shown.model) == ("", "")
    panel = shown.contracts
    assert panel.sentence.startswith("241 customers with ¥241,000 a month are expected to bring ¥")
    assert panel.model in {"sBG", "BdW"}
    assert "Customers have contracts that can end on any day." in panel.reason
    assert [row.chosen for row in panel.models].count(True) == 1
    assert panel.curve.table.rows[1][1] == "63.1%"


def test_real_data_that_do_not_settle_who_leaves_say_so_on_the_page_to_programs_and_on_the_command_line(
    bare: Any, browser_of: Any, shared_data: Path, capsys: Any
) -> None:
    """Online Retail: hardly anybody leaves after a purchase, so the parameters of leaving can be almost anything."""
    opened(bare.business).business.load(invoices(shared_data), "orders")
    address = reverse("customers:forecast", kwargs={"business": bare.business.id})
    shown = browser_of(bare.viewer).get(address)
    (words,) = [each for each in shown.context["page"].cautions if each.startswith("The data does not settle")]
    assert words in shown.content.decode()
    assert words in asking(bare)("forecast")["cautions"]
    capsys.readouterr()
    assert run(["customers", "forecast", "-b", str(bare.business.folder)]) == 0
    assert words in " ".join(capsys.readouterr().out.split())
