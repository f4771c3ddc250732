"""docs/reference/exports.md: the files of other tools that are known by their header."""

from __future__ import annotations

from pathlib import Path

from keiki.sources.exports import EXPORTS, Export, Tool
from tools.pages.markdown import page, table

CATEGORIES = {
    "web_analytics": "Web analytics / アクセス解析",
    "marketing_automation": "Marketing automation / MA",
    "crm": "CRM",
    "social_analytics": "Social / SNS分析",
    "bi": "BI",
    "ads": "Advertising / 広告",
}


def pages(root: Path) -> dict[str, str]:
    """The page by its file name."""
    return {"exports.md": _exports()}


def _exports() -> str:
    lead = (
        "Files that Keiki recognises by their header, so that no column has to be mapped: on the page **Data**, with "
        "`keiki import` and through the API alike. Columns that are not named here stay out; names, e-mail addresses "
        "and telephone numbers of leads never enter the lake (an e-mail address only as its hash). Any other table "
        "comes in too, with its columns mapped once.\n\n"
        "見出しで見分けるので、列の対応づけが要らないファイルです。"
        "「データ」の画面でも `keiki import` でも API でも同じです。ここにない列は取り込みません。"
        "リードの氏名・メールアドレス・電話番号は入りません（メールアドレスはハッシュだけ）。"
        "これ以外の表も、列を一度対応づければ取り込めます。"
    )
    tools = [one for one in EXPORTS.values() if isinstance(one, Tool)]
    shops = [[f"`{one.name}`", one.en, one.ja] for one in EXPORTS.values() if isinstance(one, Export)]
    parts = ["## Shops and payments / ショップと決済", table(["name", "English", "日本語"], shops)]
    for kind, words in CATEGORIES.items():
        parts += [f"## {words}", *(_tool(one) for one in tools if one.category == kind)]
    return page("Exports of other tools / ほかのツールのエクスポート", lead, *parts)


def _tool(one: Tool) -> str:
    date = {"date": tuple(way for ways in one.date.values() for way in ways)} if one.date else {}
    rows = [
        [f"`{name}`", ", ".join(f"`{way}`" for way in ways), "needed" if name in one.needed else ""]
        for name, ways in {**date, **one.columns}.items()
    ]
    words = [
        f"`{target}`: " + ", ".join(f"{theirs} → `{ours}`" for theirs, ours in rule.values.items())
        for target, rule in one.mapping.rules.items()
        if rule.values
    ]
    return "\n\n".join(
        [
            f"### {one.tool}: `{one.name}`",
            f"{one.report_en}. Becomes [{one.fact}](facts.md#{one.fact}).",
            f"{one.report_ja}。",
            table(["column", "in the file", ""], rows),
            *words,
        ]
    )
