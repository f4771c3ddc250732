"""docs/reference/kpi-tree.schema.json, and kpi-tree.md with every field in both languages."""

from __future__ import annotations

import json
from pathlib import Path

from keiki.trees.fields import Field, Kind, Table
from keiki.trees.schema import all_tables, schema
from tools.pages.markdown import page, table

KINDS = {
    Kind.TEXT: "text",
    Kind.WORDS: "words",
    Kind.FLAG: "true / false",
    Kind.NUMBER: "number",
    Kind.WHOLE: "whole number",
    Kind.DATE: "2026-04-01",
    Kind.SPAN: "6m, 90d, 2w, 1y",
    Kind.SIGN: "+ / -",
    Kind.SERIES: "{2026-04: number}",
    Kind.PAIRS: "{name: value}",
}
LEAD = (
    "One file, YAML or JSON, holds trees, own KPIs and targets. It begins with `kpi_tree: 1`; a file with one tree "
    "alone has no such line. The schema for editors and other programs: "
    "[kpi-tree.schema.json](kpi-tree.schema.json). How to use it: "
    "[KPI trees as code](../guides/kpi-tree-as-code.md).\n\n"
    "一つのファイル（YAML か JSON）に、ツリー・独自のKPI・目標を書きます。先頭は `kpi_tree: 1` です。"
    "ツリー一つだけのファイルにはこの行は要りません。エディターや他のプログラム向けのスキーマ："
    "[kpi-tree.schema.json](kpi-tree.schema.json)。使い方："
    "[KPIツリーをコードで扱う](../guides/kpi-tree-as-code.ja.md)。"
)


def pages(root: Path) -> dict[str, str]:
    """The schema and its page by file name."""
    return {
        "kpi-tree.schema.json": json.dumps(schema(), ensure_ascii=False, indent=2) + "\n",
        "kpi-tree.md": page("kpi-tree", LEAD, *(_section(record) for record in all_tables())),
    }


def _section(record: Table) -> str:
    head = ("field / 項目", "value / 値", "meaning", "意味")
    rows = [
        [f"`{field.name}`{' *' if field.needed else ''}", _kind(field), field.en, field.ja] for field in record.fields
    ]
    return f"## {record.name}\n\n{record.en}\n\n{record.ja}\n\n{table(head, rows)}\n\n\\* needed / 必須"


def _kind(field: Field) -> str:
    if field.table is not None:
        name = field.table().name
        return f"[{name}](#{name})" if field.kind is Kind.RECORD else f"list of [{name}](#{name})"
    if field.options:
        return ", ".join(f"`{option}`" for option in field.options)
    if field.kind is Kind.WHOLE and field.high is not None:
        return f"{field.low or 0:g} – {field.high:g}"
    return KINDS[field.kind]
