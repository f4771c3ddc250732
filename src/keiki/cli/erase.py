"""`keiki erase`: one customer goes out of everything Keiki keeps; the totals stay."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.control_plane import control_plane
from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder
from keiki.cli.screen import progress, show_json, show_table, tell
from keiki.cli.words import say
from keiki.errors import ErasureNotConfirmed

if TYPE_CHECKING:
    from keiki.engine.erasing import Erased

HELP = say(
    "Erase one customer for good: the person goes, the totals stay.", "顧客1人を完全に消去する（合計は変わらない）。"
)
Also = Annotated[
    list[str] | None,
    typer.Option(
        "--also",
        help=say(
            "Another name or address of theirs to take out of texts; may be repeated.",
            "文中から取り除く、その人のほかの名前や連絡先（繰り返し指定できる）。",
        ),
    ),
]


def erase(
    customer: Annotated[str, typer.Argument(help=say("The id of the customer.", "顧客ID。"))],
    also: Also = None,
    yes: Annotated[bool, typer.Option("--yes", help=say("Do not ask for the id again.", "IDの再入力を省く。"))] = False,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Ask for the id again, erase, and tell what was changed in each fact."""
    if not yes:
        again = say(
            "This cannot be taken back. Type the id again", "元に戻せません。確認のためIDをもう一度入力してください"
        )
        if typer.prompt(again) != customer:
            raise ErasureNotConfirmed
    done = _erased(business, customer, also or [])
    if as_json:
        show_json(vars(done))
        return
    _tell(done)


def _erased(folder: Path, customer: str, also: list[str]) -> Erased:
    """A business on the server is erased from by the server: its registers and notes name customers, too."""
    import keiki
    from keiki.engine.refresh import Words

    with progress(say("Erasing", "消去中")) as move:
        home = folder.resolve().parent.parent
        if folder.resolve().parent.name == "businesses" and (home / "secret.key").exists():
            done: Erased = control_plane().erase_customer(
                home, folder.resolve().name, customer, also, lambda part, en, ja: move(part, Words(en, ja))
            )
            return done
        with keiki.open(folder) as own:
            return own.erase(customer, also, move)


def _tell(done: Erased) -> None:
    from keiki.facts import FACTS

    if done.finished:
        tell(
            say(
                "The customer had been erased before; what an interrupted run had left is deleted now.",
                "この顧客は消去済みです。中断で残っていたものを削除しました。",
            )
        )
    else:
        head = [say("fact", "ファクト"), say("rows changed", "変更した行")]
        show_table(head, [[say(FACTS[f].en, FACTS[f].ja), f"{rows:,}"] for f, rows in done.rows.items()])
        tell(
            say(
                f"The totals stay, under the random id {done.pseudonym}. "
                f"Emptied cells of rejected rows: {done.refused:,}. "
                f"Earlier states deleted: {done.states:,}; imports before now cannot be undone any more.",
                f"合計は無作為なID {done.pseudonym} の下に残ります。"
                f"空にした「取り込めなかった行」の値：{done.refused:,}、"
                f"削除した過去の状態：{done.states:,}（これより前の取り込みは元に戻せません）。",
            )
        )
    tell(
        say(
            "Backups made before still hold the customer until you delete them; after restoring one, erase again. "
            "Later imports refuse rows of this id. Take the customer out of the systems your files come from, too.",
            "これより前のバックアップには、削除するまでこの顧客が残ります。戻したときはもう一度消去してください。"
            "このIDの行は今後の取り込みで受け付けません。元のシステムからもこの顧客を削除してください。",
        )
    )
