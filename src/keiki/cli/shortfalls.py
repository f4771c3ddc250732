"""`keiki explain --before target`: how far the numbers of a tree are from their targets, and what that costs."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from keiki.cli.options import style_of
from keiki.cli.screen import show_json, show_table, tell
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.engine.business import Business
    from keiki.periods import Period
    from keiki.trees.document import TreeDocument


def show_shortfalls(
    own: Business, name: str | TreeDocument, period: Period, *, where: str | None, as_json: bool
) -> None:
    """Every number with a target below the goal, the one with the largest effect on the goal first."""
    from keiki.charts.format import MISSING, change, difference, number

    tree = own.tree_named(name)
    rows = own.shortfalls(tree, period, where=where)
    if as_json:
        show_json({"tree": tree.id, "start": period.start, "end": period.end, "rows": [asdict(row) for row in rows]})
        return
    if not rows:
        tell(say("No number below the goal has a target.", "目標の下に、目標値のある項目がありません。"))
        return
    style = style_of(own)
    written = []
    for row in rows:
        node = tree.node(row.node)
        written.append(
            [
                node.label(language()),
                number(row.value, node.unit, style),
                number(row.wanted, node.unit, style),
                change(row.value, row.wanted, node.unit, style),
                MISSING if row.effect is None else difference(row.effect, 0.0, tree.root.unit, style),
            ]
        )
    head = say("effect on {goal}", "「{goal}」への影響").format(goal=tree.root.label(language()))
    show_table(["", say("value", "値"), say("target", "目標"), say("gap", "差"), head], written)
