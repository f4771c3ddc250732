"""`keiki rates`: dated exchange rates, and the rows of money that no rate converts."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import say
from keiki.errors import RatesUnreadable

if TYPE_CHECKING:
    from keiki.engine.business import Business

HELP = say("Exchange rates, each from a day on.", "日付つきの為替レート。")
HELP_SET = say("Set one rate into the currency of the business.", "事業の通貨へのレートを1つ決める。")
HELP_LOAD = say("Take rates from a CSV: currency, since, rate.", "CSV（currency・since・rate）からレートを取り込む。")
HELP_LIST = say("The rates, and what none of them converts.", "レートの一覧と、どのレートでも換算できない行。")


def set_rate(
    currency: Annotated[str, typer.Argument(help=say("The currency of rows, such as USD.", "行の通貨。例：USD。"))],
    rate: Annotated[str, typer.Argument(help=say("What one unit is worth.", "1単位の値段。"))],
    since: Annotated[str, typer.Option("--since", help=say("From this day on.", "この日から。"))],
    business: BusinessFolder = DEFAULT_BUSINESS,
) -> None:
    """A rate of the same currency and day is replaced."""
    import keiki
    from keiki.engine.rates import rate_of

    with keiki.open(business) as own:
        one = rate_of(currency, own.settings.currency, since, rate)
        keiki.save_rates(own.folder, [*keiki.read_rates(own.folder), one])
    tell(f"1 {one.currency} = {one.rate:f} {one.into} ({one.since})")


def load_rates(
    file: Annotated[Path, typer.Argument(help=say("The CSV.", "CSV ファイル。"))],
    business: BusinessFolder = DEFAULT_BUSINESS,
) -> None:
    """All of the file is taken, or nothing: a line that cannot be read is named."""
    import keiki
    from keiki.engine.rates import rates_in

    with keiki.open(business) as own:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise RatesUnreadable(place="1", detail=str(error)) from error
        rates = rates_in(text, own.settings.currency)
        keiki.save_rates(own.folder, [*keiki.read_rates(own.folder), *rates])
    tell(say(f"{len(rates):,} rates are set.", f"{len(rates):,} 件のレートを取り込みました。"))


def list_rates(business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> None:
    """Rates by currency and day; then rows without a rate, which are in no number of money."""
    import keiki

    with keiki.open(business) as own:
        rates, left = keiki.read_rates(own.folder), keiki.left_out(own)
        if as_json:
            show_json({"rates": [asdict(one) for one in rates], "left_out": [asdict(each) for each in left]})
            return
        head = [say("currency", "通貨"), say("from", "この日から"), say("into", "換算先"), say("rate", "レート")]
        show_table(head, [[one.currency, str(one.since), one.into, f"{one.rate:f}"] for one in rates], figures=3)
        tell_left_out(own)


def tell_left_out(own: Business) -> None:
    """A line for each currency of a fact that is in no number of money, because no rate converts it."""
    import keiki
    from keiki.facts import FACTS

    for each in keiki.left_out(own):
        fact, rows = FACTS[each.fact], "row" if each.rows == 1 else "rows"
        tell(
            say(
                f"{fact.en}: {each.currency} {each.amount:,.2f} ({each.rows:,} {rows}): no rate on its day; "
                "it is in no number of money.",
                f"{fact.ja}：{each.currency} {each.amount:,.2f}（{each.rows:,}行）にはその日のレートがなく、"
                "金額の数字に入っていません。",
            )
        )
