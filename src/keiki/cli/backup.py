"""`keiki backup` and `keiki restore`: everything Keiki keeps in one file, and the way back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from keiki.cli.screen import tell
from keiki.cli.words import say
from keiki.engine.backup import back_up
from keiki.engine.backup import restore as put_back

HELP_BACKUP = say("Save everything Keiki keeps in one file.", "Keiki の全データを1つのファイルに保存する。")
HELP_RESTORE = say("Put a saved file back into an empty folder.", "保存したファイルを空のフォルダーに戻す。")
Folder = Annotated[
    Path,
    typer.Option(
        "--folder",
        envvar="KEIKI_HOME",
        help=say(
            "The folder of Keiki: of the server, or of one business.",
            "Keiki のフォルダー。サーバーのもの、または1つの事業のもの。",
        ),
    ),
]
HOME = Path(".keiki")


def backup(
    file: Annotated[
        Path, typer.Argument(help=say("The file to write, such as keiki.tar.gz.", "書き出すファイル。例：keiki.tar.gz"))
    ],
    folder: Folder = HOME,
) -> None:
    """Works while Keiki runs."""
    done = back_up(folder, file)
    tell(
        say(
            f"{done.files:,} files of {folder} are in {file} ({done.size:,} bytes).",
            f"{folder} の{done.files:,}個のファイルを {file} に保存しました（{done.size:,}バイト）。",
        )
    )


def restore(
    file: Annotated[Path, typer.Argument(help=say("The file of `keiki backup`.", "`keiki backup` のファイル。"))],
    folder: Folder = HOME,
) -> None:
    """The folder must be empty or not there."""
    done = put_back(file, folder)
    tell(
        say(
            f"{done.files:,} files of {file} are back in {folder}; each was checked.",
            f"{file} の{done.files:,}個のファイルを確かめて {folder} に戻しました。",
        )
    )
