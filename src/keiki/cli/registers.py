"""`keiki registers`: what people write down about customers on the server, to read and to write."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from keiki.charts.format import MISSING
from keiki.cli.comments import BusinessId, Email
from keiki.cli.control_plane import control_plane
from keiki.cli.options import AsJson
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import say
from keiki.errors import WrongField

HELP = say(
    "What people write down about customers: offers, requests, plans and more.",
    "顧客についての記録（提案・要望・計画など）を読み書きする。",
)
LIST = say("The newest rows of a register.", "記録簿の新しい行を一覧する。")
ADD = say("Keep a row in a register as a member who may edit.", "編集できるメンバーとして、記録簿に1行を残す。")
RegisterName = Annotated[
    str,
    typer.Argument(
        help=say(
            "items, requests, cases, referrals, articles; of a customer: results, offers, plans, stages, reviews, "
            "onboarding.",
            "items・requests・cases・referrals・articles。顧客ごと：results・offers・plans・stages・reviews・"
            "onboarding。",
        )
    ),
]


def list_rows(
    business: BusinessId,
    register: RegisterName,
    email: Email,
    customer: Annotated[str, typer.Option("--customer", help=say("Only this customer's.", "この顧客だけ。"))] = "",
    as_json: AsJson = False,
) -> None:
    """One line per row, the newest first."""
    _show(control_plane().register_rows(email, business, register, customer), as_json=as_json)


def add(
    business: BusinessId,
    register: RegisterName,
    fields: Annotated[
        list[str],
        typer.Argument(
            help=say("The fields of the row, such as product=Decaf.", "行の項目。例：product=デカフェ。"),
            metavar="FIELD=VALUE…",
        ),
    ],
    email: Email,
    as_json: AsJson = False,
) -> None:
    """Keep a row by the rules of its page, and see the register."""
    told = {}
    for each in fields:
        name, sign, value = each.partition("=")
        if not sign:
            raise WrongField(subject=register, field="FIELD=VALUE", value=each, options="product=Decaf")
        told[name.strip()] = value.strip()
    _show(control_plane().write_in_register(email, business, register, told), as_json=as_json)


def _show(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        show_json(found)
        return
    if not found:
        tell(say("Nothing is written down yet.", "まだ何も記録されていません。"))
        return
    lines = [line for row in found for line in _unfolded(row)]
    rows = [[MISSING if value in (None, "") else str(value) for value in line.values()] for line in lines]
    show_table(list(lines[0]), rows, figures=len(lines[0]))


def _unfolded(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A line for each milestone of a plan, numbered as in the fields that change it; other rows are one line."""
    listed = row.get("metrics")
    if not listed:
        return [dict(row)]
    whole = {name: value for name, value in row.items() if name != "metrics"}
    return [
        whole | {"milestone": n} | {part: each.get(part) for part in ("name", "target", "by", "reached")}
        for n, each in enumerate(listed, start=1)
    ]
