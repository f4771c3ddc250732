"""`keiki comments`: what members of a business on the server say about a KPI, to read and to write."""

from __future__ import annotations

from typing import Annotated

import typer

from keiki.charts.format import MISSING
from keiki.cli.control_plane import control_plane
from keiki.cli.options import AsJson
from keiki.cli.screen import complain, show_json, show_table, tell
from keiki.cli.words import say

HELP = say("Comments on KPIs on the server: read and write them.", "サーバー上のKPIへのコメントを読み書きする。")
LIST = say("What members say about a KPI.", "KPIへのコメントを一覧する。")
WRITE = say(
    "Comment on a KPI as a member; @ and a name tells them.", "メンバーとしてKPIにコメントする（@名前で通知）。"
)
BusinessId = Annotated[str, typer.Argument(help=say("The id of the business on the server.", "サーバー上の事業のID。"))]
KpiId = Annotated[str, typer.Argument(help=say("The id of the KPI.", "KPIのID。"))]
Email = Annotated[
    str,
    typer.Option(
        "--as",
        help=say("The address of the member: their rights hold.", "メンバーのメールアドレス（その人の権限で扱う）。"),
    ),
]


def list_comments(business: BusinessId, kpi: KpiId, email: Email, as_json: AsJson = False) -> None:
    """Every comment that the member may read, the oldest first."""
    found = control_plane().comments(email, business, kpi)
    if as_json:
        show_json(found)
        return
    if not found:
        tell(say("Nobody has said anything about it yet.", "まだコメントはありません。"))
        return
    head = (say("Id", "番号"), say("At", "日時"), say("Who", "誰が"), say("Period", "期間"), say("Comment", "コメント"))
    rows = [
        (
            str(each["id"]) if each["answers"] is None else f"{each['id']} ↩ {each['answers']}",
            f"{each['at']:%Y-%m-%d %H:%M}",
            each["author"] or MISSING,
            f"{each['day']} ({each['grain']})",
            each["text"] or MISSING,
        )
        for each in found
    ]
    show_table(head, rows, figures=len(head))


def write(
    business: BusinessId,
    kpi: KpiId,
    text: Annotated[str, typer.Argument(help=say("What you want to say.", "コメントの内容。"))],
    email: Email,
    period: Annotated[
        str | None,
        typer.Option("--period", "-p", help=say("Such as 2026-10; else this month.", "例：2026-10。省くと今月。")),
    ] = None,
    answers: Annotated[
        int | None, typer.Option("--answers", help=say("The id of the comment you answer.", "返信するコメントの番号。"))
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say something about a KPI and see whom it reached."""
    said = control_plane().write_comment(email, business, kpi, text.strip(), period, answers)
    if as_json:
        show_json(said)
        return
    tell(say("Comment {} was kept.", "コメント{}を保存しました。").format(said["comment"]["id"]))
    comma = say(", ", "、")
    if said["told"]:
        tell(say("Told: {}", "通知：{}").format(comma.join(said["told"])))
    if said["closed_to"]:
        words = say("Not told, because they may not see this KPI: {}", "このKPIを見られないため通知していません：{}")
        complain(words.format(comma.join(said["closed_to"])))
    if said["shared"]:
        words = say(
            "Several members are called so, nobody is told: {}", "同じ名前のメンバーが複数いるため通知していません：{}"
        )
        complain(words.format(comma.join(said["shared"])))
