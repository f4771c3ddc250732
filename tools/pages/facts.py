"""docs/reference/facts.md and vocabulary.md: what rows must look like."""

from __future__ import annotations

from pathlib import Path

from keiki.facts import FACTS, Column, Fact, Role, vocabulary
from keiki.facts.vocabulary import domains
from tools.pages.markdown import page, table

ROLES = {Role.CORE: "", Role.EXTRA: "extra", Role.DERIVED: "computed"}


def pages(root: Path) -> dict[str, str]:
    """Both pages by file name."""
    return {"facts.md": _facts(), "vocabulary.md": _vocabulary()}


def _facts() -> str:
    lead = (
        "The kinds of rows that Keiki knows, with the columns of each. A column that is *needed* may not be empty; "
        "an *extra* column is used when it is there; a *computed* column is worked out after loading. "
        "Any other column of a file becomes a dimension of the business.\n\n"
        "Keiki が扱う行の種類と列です。*needed* は空にできない列、*extra* はあれば使う列、"
        "*computed* は読み込み後に計算する列です。それ以外の列は会社独自の切り口になります。"
    )
    return page("Facts / ファクト", lead, *(_fact(fact) for fact in FACTS.values()))


def _fact(fact: Fact) -> str:
    key = ", ".join(f"`{name}`" for name in fact.key) or "none"
    about = f"{fact.grain_en} / {fact.grain_ja}. Key: {key}. Time: `{fact.time}`."
    rows = [
        [
            f"`{c.name}`",
            c.ja,
            c.en,
            c.kind,
            _needed(c),
            f"[{c.vocabulary}](vocabulary.md#{c.vocabulary})" if c.vocabulary else "",
        ]
        for c in fact.columns
    ]
    return f"## {fact.name}\n\n{fact.en} / {fact.ja}: {about}\n\n" + table(
        ["column", "日本語", "English", "type", "", "values"], rows
    )


def _needed(column: Column) -> str:
    if column.required:
        return f"needed unless `{column.unless}`" if column.unless else "needed"
    return ROLES[column.role]


def _vocabulary() -> str:
    lead = (
        "Known values of columns, with their words. Other values are kept as they are.\n\n"
        "列の既知の値と表示名です。ここにない値はそのまま残ります。"
    )
    sections = []
    for domain in domains():
        rows = [
            [f"`{value}`", label.ja, label.en, ", ".join(label.flags)] for value, label in vocabulary(domain).items()
        ]
        sections.append(f"## {domain}\n\n" + table(["value", "日本語", "English", "counts as"], rows))
    return page("Vocabulary / 語彙", lead, *sections)
