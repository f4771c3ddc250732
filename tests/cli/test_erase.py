"""Erasing a customer from the command line."""

from __future__ import annotations


def test_erase_asks_for_the_id_and_tells_what_was_changed(own_shop, monkeypatch):
    monkeypatch.setattr("typer.prompt", lambda _words: "C2")
    wrong = own_shop("erase", "C1")
    assert (wrong.code, "not that of the customer" in wrong.err) == (2, True)
    monkeypatch.setattr("typer.prompt", lambda _words: "C1")
    done = own_shop("erase", "C1")
    assert (done.code, ["Orders", "2"] in done.lines, "Backups made before" in done.out) == (0, True, True)
    assert own_shop("measure", "order_revenue", "-p", "2026-09..2026-10", "--json").json["rows"][0]["value"] == 4000
    again = own_shop("erase", "C1", "--yes", language="ja")
    assert (again.code, "この顧客は消去済みです" in again.out) == (0, True)
    nobody = own_shop("erase", "C9", "--yes", "--json")
    assert (nobody.code, "C9" in nobody.err) == (2, True)
