"""Money in other currencies: converted by the rate in force on its day, or left out and told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

import keiki
from keiki.engine.left_out import LeftOut
from keiki.engine.rates import rate_of, rates_in, read_rates, save_rates
from keiki.errors import RateImpossible, RatesUnreadable

ORDERS = """order_id,customer_id,ordered_at,amount,cost,currency
a,c1,2026-01-31 09:00:00,1000,400,JPY
b,c1,2026-01-31 23:30:00,100.00,40.00,USD
c,c2,2026-02-01 00:30:00,100.00,40.00,usd
d,c2,2026-02-10 09:00:00,0.33,0.10,USD
e,c3,2026-02-10 09:00:00,500,,
f,c4,2025-12-31 09:00:00,70.00,30.00,USD
g,c5,2026-02-10 09:00:00,20.00,5.00,EUR
h,c5,2026-02-11 09:00:00,30.50,5.00,EUR
"""
RATES = "currency,since,rate\nUSD,2026-01-01,150.25\nUSD,2026-02-01,152.5\n"


@pytest.fixture(scope="module")
def business(tmp_path_factory: pytest.TempPathFactory) -> Iterator[keiki.Business]:
    folder = tmp_path_factory.mktemp("rates")
    file = folder / "orders.csv"
    file.write_text(ORDERS, encoding="utf-8")
    with keiki.open(folder / "data", create=True) as made:
        made.load(file, fact="orders")
        made.load([{"spent_on": "2026-02-03", "amount": "10.00", "currency": "USD"}], fact="costs")
        lines = [("b", "p", 60), ("b", "q", 40), ("f", "p", 70), ("a", "p", 1000)]
        made.load(
            [{"order_id": o, "product_id": p, "line_source": "x", "amount": each} for o, p, each in lines],
            fact="order_lines",
        )
    save_rates(folder / "data", rates_in(RATES, "JPY"))
    with keiki.open(folder / "data") as own:
        yield own


def month(business: keiki.Business, number: int) -> keiki.Lens:
    return business.question(
        business.settings.calendar.periods(keiki.Grain.MONTH, date(2026, number, 1), date(2026, number, 2))
    )


@pytest.mark.feature("F-075")
def test_usd_converts_by_the_dated_rate_and_what_has_no_rate_stays_out_and_is_labelled(
    business: keiki.Business,
) -> None:
    # January: ¥1,000 + $100.00 × 150.25 = ¥16,025. 23:30 on the 31st in Tokyo is still January's rate.
    # February: $100.00 × 152.5 + $0.33 × 152.5 (= 50.325) + ¥500 = ¥15,800.325
    january, february = (
        business.measure(["order_revenue"], month(business, each)).value("order_revenue") for each in (1, 2)
    )
    assert (january, february) == (16_025.0, 15_800.325)
    assert keiki.left_out(business) == (
        LeftOut("orders", "EUR", 2, Decimal("50.5000"), date(2026, 2, 10), date(2026, 2, 11)),
        LeftOut("orders", "USD", 1, Decimal("70.0000"), date(2025, 12, 31), date(2025, 12, 31)),
    )


def test_every_amount_of_a_row_is_converted_exactly_and_keeps_what_it_was(business: keiki.Business) -> None:
    orders = business.facts["orders"]
    columns = ("order_id", "amount", "cost", "gross_profit", "original_amount", "exchange_rate")
    rows = business.engine.run(orders.select(*columns).order_by("order_id")).to_pylist()
    assert [(row["order_id"], *(row[name] for name in columns[1:])) for row in rows] == [
        ("a", Decimal(1000), Decimal(400), Decimal(600), Decimal(1000), Decimal(1)),
        ("b", Decimal(15025), Decimal(6010), Decimal(9015), Decimal(100), Decimal("150.25")),
        ("c", Decimal(15250), Decimal(6100), Decimal(9150), Decimal(100), Decimal("152.5")),
        ("d", Decimal("50.325"), Decimal("15.25"), Decimal("35.075"), Decimal("0.33"), Decimal("152.5")),
        ("e", Decimal(500), None, None, Decimal(500), Decimal(1)),
    ]


def test_lines_follow_their_order_and_costs_their_own_day(business: keiki.Business) -> None:
    lines = business.engine.run(business.facts["order_lines"].select("order_id", "amount")).to_pylist()
    assert sorted((row["order_id"], row["amount"]) for row in lines) == [("a", 1000), ("b", 6010), ("b", 9015)]
    costs = business.engine.run(business.facts["costs"].select("amount")).to_pylist()
    assert costs == [{"amount": Decimal(1525)}]


def test_another_rate_gives_another_number_though_answers_are_kept(business: keiki.Business, tmp_path: Path) -> None:
    with keiki.open(tmp_path / "data", create=True) as own:
        row = {"order_id": "a", "customer_id": "c", "ordered_at": "2026-01-10", "amount": "10.00", "currency": "USD"}
        own.load([row], fact="orders")
        assert own.measure(["order_revenue"], month(own, 1)).value("order_revenue") is None
        assert [each.rows for each in keiki.left_out(own)] == [1]
    for rate, revenue in (("150", 1500.0), ("160", 1600.0)):
        save_rates(tmp_path / "data", [rate_of("USD", "JPY", "2026-01-01", rate)])
        with keiki.open(tmp_path / "data") as own:
            assert own.measure(["order_revenue"], month(own, 1)).value("order_revenue") == revenue
            assert keiki.left_out(own) == ()


def test_file_of_rates_comes_back_as_it_was_and_the_last_of_a_day_holds(tmp_path: Path) -> None:
    rates = [rate_of("USD", "JPY", "2026-01-01", each) for each in ("150", "151.12345678")]
    save_rates(tmp_path, [*rates, rate_of("EUR", "JPY", "2026-01-01", "163")])
    assert read_rates(tmp_path) == (rate_of("EUR", "JPY", "2026-01-01", "163"), rates[1])
    assert read_rates(tmp_path / "nothing") == ()


@pytest.mark.parametrize(
    "typed",
    [
        ("US", "JPY", "2026-01-01", "150"),
        ("JPY", "JPY", "2026-01-01", "1"),
        ("USD", "JPY", "2026-02-30", "150"),
        ("USD", "JPY", "2026-01-01", "0"),
        ("USD", "JPY", "2026-01-01", "-3"),
        ("USD", "JPY", "2026-01-01", "NaN"),
        ("USD", "JPY", "2026-01-01", "1.123456789"),
    ],
)
def test_impossible_rate_is_refused(typed: tuple[str, str, str, str]) -> None:
    with pytest.raises(RateImpossible):
        rate_of(*typed)


def test_broken_line_of_a_file_is_named_and_nothing_is_taken() -> None:
    with pytest.raises(RatesUnreadable) as error:
        rates_in(RATES + "USD,2026-03-01,many\n", "JPY")
    assert error.value.details["place"] == "4"
    with pytest.raises(RatesUnreadable):
        rates_in("currency,rate\nUSD,150\n", "JPY")
