"""`keiki explain`: what moved the goal of a tree from one period to another; the parts sum to the change."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, Where, style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.segments import show_split
from keiki.cli.shortfalls import show_shortfalls
from keiki.cli.tree import tree_named
from keiki.cli.words import language, say
from keiki.lens import period_of

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.periods import Calendar, Period
    from keiki.trees.explanation import Explanation, Part

HELP = say(
    "Explain what moved the goal of a tree between two periods.", "2つの期間の間でツリーの目標を動かしたものを示す。"
)


class Method(StrEnum):
    """How the change of a formula is shared among its parts."""

    SHAPLEY = "shapley"
    LMDI = "lmdi"


def explain(
    tree: Annotated[
        str,
        typer.Argument(
            help=say(
                "Id of a tree, or a YAML file with one; with --by also a KPI.",
                "ツリーの ID、またはツリーの YAML ファイル。--by を付けると KPI でもよい。",
            )
        ),
    ],
    before: Annotated[
        str,
        typer.Option(
            "--before",
            help=say(
                "The earlier period, such as 2026-09, or the word target: what the targets of the tree want.",
                "前の期間。例：2026-09。target と書くと、ツリーの目標と比べる。",
            ),
        ),
    ],
    after: Annotated[
        str, typer.Option("--after", help=say("The later period, such as 2026-10.", "後の期間。例：2026-10。"))
    ],
    where: Where = None,
    method: Annotated[
        Method, typer.Option(help=say("How a product is shared among its factors.", "積の変化を要因に分ける方法。"))
    ] = Method.SHAPLEY,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            help=say(
                "A dimension such as device: what changed inside its segments, and what their mix did.",
                "切り口（例：device）。内訳ごとの値の変化と、構成の変化に分ける。",
            ),
        ),
    ] = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """Every node's part of the change, in the unit of the goal."""
    import keiki

    with keiki.open(business) as own:
        calendar = own.settings.calendar
        if before == "target":
            show_shortfalls(own, tree_named(tree), period_of(after, calendar), where=where, as_json=as_json)
            return
        periods = period_of(before, calendar), period_of(after, calendar)
        if by is not None:
            show_split(own, tree, by, *periods, where=where, as_json=as_json)
            return
        told = own.explain(tree_named(tree), *periods, where=where, method=method.value)
        if as_json:
            show_json(told.as_dict(*periods))
        else:
            _show(told, style_of(own), calendar, *periods)


def _show(told: Explanation, style: Style, calendar: Calendar, before: Period, after: Period) -> None:
    from keiki.charts.format import MISSING, change, difference, number

    root = told.tree.root
    names = [calendar.label(period, language()) for period in (before, after)]
    values = [number(value, root.unit, style) for value in (told.before, told.after)]
    moved = difference(told.after, told.before, root.unit, style)
    tell(
        say(
            f"{root.en}: {values[0]} ({names[0]}) → {values[1]} ({names[1]}), {moved}",
            f"{root.ja}：{values[0]}（{names[0]}）→ {values[1]}（{names[1]}）、{moved}",
        )
    )
    rows = []
    for part in told.parts:
        if part.residual and not _counts(part, told):
            continue
        node = told.tree.node(part.node)
        if part.residual:
            name, own, shift = say("not told by the formula", "式で説明できない分"), "", ""
        else:
            name = node.label(language())
            own = f"{number(part.before, node.unit, style)} → {number(part.after, node.unit, style)}"
            shift = change(part.after, part.before, node.unit, style)
        effect = MISSING if part.contribution is None else difference(part.contribution, 0, root.unit, style)
        share = MISSING if part.share is None else number(part.share, "ratio", style)
        rows.append(["  " * (node.depth + part.residual) + name, own, shift, effect, share])
    head = [
        "",
        say("own value", "値"),
        say("change", "変化"),
        say("effect on the goal", "目標への影響"),
        say("share", "割合"),
    ]
    show_table(head, rows)
    for gap in told.gaps:
        tell(_gap(told, gap.node, gap.reason, gap.missing))
    for place in told.instead:
        tell(_instead(told, place.node, place.reason))


def _counts(part: Part, told: Explanation) -> bool:
    """Whether a remainder is more than the rounding of the sum."""
    goal = max(abs(told.before or 0.0), abs(told.after or 0.0))
    return part.contribution is None or abs(part.contribution) > 1e-9 * goal


GAPS = {
    "undefined": ("there is no value for {missing}", "{missing}の値がありません"),
    "undefined_between": ("its formula has no value on the way", "途中で式の値が決まりません"),
    "looks_back": ("its formula reads another period", "式が別の期間を参照しています"),
    "too_many": ("it has too many factors", "要因が多すぎます"),
}


def _gap(told: Explanation, node_id: str, reason: str, missing: tuple[str, ...]) -> str:
    label = told.tree.node(node_id).label(language())
    lacking = say(", ", "、").join(told.tree.node(name).label(language()) for name in missing)
    why = say(*GAPS[reason]).format(missing=lacking)
    return say(f"{label} is not taken further: {why}.", f"{label}はこれ以上分けられません。{why}。")


INSTEAD = {
    "not_a_product": ("its formula is neither a sum nor a product", "式が足し算だけでも掛け算だけでもない"),
    "not_positive": ("one of its numbers is not above 0", "0以下の数がある"),
    "above": ("a node above it was shared out by Shapley", "上の項目を Shapley で分けた"),
}


def _instead(told: Explanation, node_id: str, reason: str) -> str:
    label = told.tree.node(node_id).label(language())
    why = say(*INSTEAD[reason])
    return say(
        f"LMDI does not apply to {label} ({why}); Shapley was used there.",
        f"{label}には LMDI を使えないため（{why}）、Shapley で分けました。",
    )
