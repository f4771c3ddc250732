"""`keiki import`: a file becomes facts; rows that cannot be read are listed, nothing is lost."""

from __future__ import annotations

import csv
from collections.abc import Mapping as AnyMapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
import yaml

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder
from keiki.cli.rates import tell_left_out
from keiki.cli.screen import progress, show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.errors import UnreadableMappingFile

if TYPE_CHECKING:
    from keiki.engine.imports import Import
    from keiki.facts.mapping import Mapping

HELP = say(
    "Import a file: CSV, TSV, Excel, Parquet, also compressed. The same file twice changes nothing.",
    "ファイルを取り込む（CSV・TSV・Excel・Parquet、圧縮も可）。同じファイルを2回入れても結果は変わらない。",
)
SHOWN = 20
"""How many rejected cells are listed in the terminal; `--rejected` writes all of them."""

Cell = AnyMapping[str, Any]


class Mode(StrEnum):
    """What happens to rows that are there already."""

    UPSERT = "upsert"
    APPEND = "append"
    REPLACE = "replace"


def import_file(
    file: Annotated[
        str, typer.Argument(help=say("The file, or the address of a table.", "ファイル、またはテーブルのアドレス。"))
    ],
    fact: Annotated[
        str | None,
        typer.Option(
            "--fact",
            "-f",
            help=say("What the rows are, when it is not guessed.", "行の種類。推定に任せないときに指定する。"),
        ),
    ] = None,
    mapping: Annotated[
        Path | None,
        typer.Option(
            "--mapping",
            "-m",
            help=say("A YAML file that says which column is what.", "列の対応を書いた YAML ファイル。"),
        ),
    ] = None,
    mode: Annotated[
        Mode,
        typer.Option(
            help=say(
                "Rows with a known key: overwrite them, leave them, or replace the whole fact.",
                "同じキーの行の扱い：上書き、そのまま、ファクトごと入れ替え。",
            )
        ),
    ] = Mode.UPSERT,
    rejected: Annotated[
        Path | None,
        typer.Option(
            "--rejected",
            help=say("Write the rejected cells into this CSV file.", "取り込めなかったセルをこの CSV に書き出す。"),
        ),
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> int:
    """Import and tell what came in; 1 when rows were rejected. The business is made when it is not there."""
    import keiki

    plan, options = _mapping(mapping) if mapping else (None, {})
    with keiki.open(business, create=True) as own:
        with progress(say("Importing", "取り込み中")) as move:
            done = own.load(file, fact, plan, mode=mode.value, progress=move, **options)
        cells: list[Cell] = own.rejected(done.id).to_pylist()
        if rejected:
            _write(rejected, cells)
        if as_json:
            show_json(_plain(done, cells))
        else:
            _tell(done, cells, rejected)
            tell_left_out(own)
    return 1 if done.rejected else 0


def _mapping(path: Path) -> tuple[Mapping, dict[str, Any]]:
    """The mapping of a YAML file, and how its source is read (`source:`, such as widths of columns)."""
    from keiki.facts.mapping import Mapping

    try:
        stated = yaml.safe_load(path.read_text(encoding="utf-8"))
        return Mapping.from_dict(stated), dict(stated.get("source", {}))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableMappingFile(path=path, detail=str(error).splitlines()[0]) from error


def _tell(done: Import, cells: list[Cell], written: Path | None) -> None:
    if done.already:
        tell(
            say(
                f"{done.source} was imported before; nothing was changed.",
                f"{done.source} は取り込み済みです。何も変わっていません。",
            )
        )
        return
    counts = ("added", "changed", "unchanged", "removed", "rejected")
    head = [
        say("fact", "ファクト"),
        say("added", "追加"),
        say("changed", "変更"),
        say("unchanged", "同じ"),
        say("removed", "削除"),
        say("rejected", "取り込めない行"),
    ]
    show_table(head, [[_fact(part.fact), *(f"{getattr(part, name):,}" for name in counts)] for part in done.parts])
    if cells:
        _tell_rejected(cells, written)


def _tell_rejected(cells: list[Cell], written: Path | None) -> None:
    head = [say("row", "行"), say("column", "列"), say("value", "値"), say("reason", "理由")]
    rows = [[f"{c['row']:,}", c["column"] or "", c["value"] or "", _reason(c)] for c in cells[:SHOWN]]
    show_table(head, rows, figures=len(head))
    if written:
        tell(say(f"All of them are in {written}.", f"すべて {written} に書き出しました。"))
    elif len(cells) > SHOWN:
        tell(
            say(
                f"{len(cells) - SHOWN:,} more; --rejected FILE writes all.",
                f"ほかに {len(cells) - SHOWN:,} 件あります。--rejected FILE ですべて書き出せます。",
            )
        )
    tell(
        say(
            "Mend these rows in the file and import it again; the others are taken and stay as they are.",
            "ファイルでこれらの行を直して、もう一度取り込んでください。ほかの行は取り込み済みで、そのまま残ります。",
        )
    )


def _fact(name: str) -> str:
    from keiki.facts import FACTS

    return say(FACTS[name].en, FACTS[name].ja)


def _reason(cell: Cell) -> str:
    from keiki.facts.reasons import reason_words

    return reason_words(cell["reason"], language())


def _write(path: Path, cells: list[Cell]) -> None:
    """Cells as CSV that Excel opens; a text that Excel would run as a formula gets a quote in front."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow(["fact", "row", "column", "value", "reason"])
        for cell in cells:
            value = str(cell["value"] or "")
            harmless = (
                f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")) else value
            )
            out.writerow([cell["fact"], cell["row"], cell["column"], harmless, _reason(cell)])


def _plain(done: Import, cells: list[Cell]) -> dict[str, Any]:
    counts = ("fact", "added", "changed", "unchanged", "removed", "rejected")
    return {
        "id": done.id,
        "source": done.source,
        "mode": done.mode,
        "snapshot": done.snapshot,
        "already": done.already,
        "parts": [{name: getattr(part, name) for name in counts} for part in done.parts],
        "rejected": cells,
    }
