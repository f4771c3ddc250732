"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from keiki.cli.words import say

Business = Annotated[
    Path,
    typer.Option(
        "--business",
        "-b",
        envvar="KEIKI_BUSINESS",
        help=say("The folder of the business.", "ビジネスのフォルダー。"),
        show_default=True,
    ),
]
DEFAULT_BUSINESS = Path("keiki-data")

AsJson = Annotated[
    bool, typer.Option("--json", help=say("Print JSON for a program.", "プログラム向けに JSON で出力する。"))
]
When = Annotated[
    str | None,
    typer.Option(
        "--period",
        "-p",
        help=say(
            "Day, week, month, quarter, year or range: 2026-10-31, 2026-W44, 2026-10, 2026-Q4, 2026, 2026-08..2026-10.",
            "日・週・月・四半期・年・範囲：2026-10-31、2026-W44、2026-10、2026-Q4、2026、2026-08..2026-10。",
        ),
    ),
]
Where = Annotated[
    str | None,
    typer.Option(
        "--where",
        "-w",
        help=say(
            "Only rows that meet this condition, such as \"channel = 'email'\".",
            "この条件に合う行だけ。例：\"channel = 'email'\"。",
        ),
    ),
]
