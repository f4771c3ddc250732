"""Exchange rates from the command line."""

from __future__ import annotations

from pathlib import Path

ORDERS = """order_id,customer_id,ordered_at,amount,currency
a,c,2026-09-10 12:00:00,1000,
b,c,2026-09-11 12:00:00,10.00,USD
c,c,2026-09-12 12:00:00,20.00,EUR
"""


def test_rates_convert_what_is_measured_and_what_has_none_is_told(keiki):
    Path("orders.csv").write_text(ORDERS, encoding="utf-8")
    assert keiki("import", "orders.csv", "--fact", "orders").code == 0
    Path("rates.csv").write_text("currency,since,rate\nUSD,2026-09-01,140\n", encoding="utf-8")
    assert keiki("rates", "import", "rates.csv").out == "1 rates are set.\n"
    assert keiki("rates", "set", "usd", "150.25", "--since", "2026-09-11").out == "1 USD = 150.25 JPY (2026-09-11)\n"
    measured = keiki("measure", "order_revenue", "--period", "2026-09", "--json").json
    assert measured["rows"][0]["value"] == 2502.5
    assert [(each["currency"], each["rows"]) for each in measured["left_out"]] == [("EUR", 1)]
    assert "EUR 20.00" in keiki("measure", "order_revenue", "--period", "2026-09", language="ja").out
    listed = keiki("rates", "list", "--json").json
    assert [(each["since"], each["rate"]) for each in listed["rates"]] == [
        ("2026-09-01", "140"),
        ("2026-09-11", "150.25"),
    ]
    wrong = keiki("rates", "set", "dollars", "150", "--since", "2026-09-11")
    assert (wrong.code, "DOLLARS" in wrong.err) == (2, True)
