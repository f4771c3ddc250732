"""`keiki tree`: a KPI tree in the terminal, every node with its value and its change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.tree import Tree as Drawing

from keiki.cli.options import (
    DEFAULT_BUSINESS,
    Against,
    AsJson,
    BusinessFolder,
    When,
    Where,
    lens_of,
    period_labels,
    reason_words,
    style_of,
)
from keiki.cli.screen import console, show_json, show_table, tell
from keiki.cli.words import language, say
from keiki.errors import UnreadableTreeFile

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.engine.measured import TreeReading
    from keiki.trees.build import Node
    from keiki.trees.document import TreeDocument

HELP = say(
    "Show a KPI tree with values and changes; without a name, list the trees.",
    "KPIツリーを値と変化つきで表示する。名前を省くとツリーの一覧を表示する。",
)
TreeName = Annotated[
    str | None,
    typer.Argument(help=say("Id of a tree, or a YAML file with one.", "ツリーの ID、またはツリーの YAML ファイル。")),
]


def tree(
    tree: TreeName = None,
    when: When = None,
    where: Where = None,
    against: Against = None,
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One period of a tree, the last of the data when none is named."""
    import keiki

    with keiki.open(business) as own:
        if tree is None:
            _list(own, as_json)
            return
        reading = own.tree(tree_named(tree), lens_of(own, when, None, 1, where, against))
        if as_json:
            show_json(reading.as_dict())
        else:
            _draw(reading, style_of(own))


def tree_named(name: str) -> str | TreeDocument:
    """The id as it is, or the document of a YAML file; `UnreadableTreeFile` when that cannot be opened."""
    if not name.endswith((".yaml", ".yml")):
        return name
    from keiki.trees.document import from_yaml

    try:
        return from_yaml(Path(name).read_text(encoding="utf-8"), name)
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableTreeFile(path=name, detail=error) from error


def _list(own: Business, as_json: bool) -> None:
    trees = [own.tree_named(name) for name in sorted({*own.catalogue.templates, *own.catalogue.trees})]
    if as_json:
        show_json([{"id": t.id, "ja": t.ja, "en": t.en, "nodes": len(t.nodes)} for t in trees])
        return
    head = [say("tree", "ツリー"), say("name", "名前"), say("nodes", "ノード数")]
    show_table(head, [[t.id, t.ja if language() == "ja" else t.en, str(len(t.nodes))] for t in trees], figures=2)


def _draw(reading: TreeReading, style: Style) -> None:
    names = period_labels(reading.lens)
    for index, name in enumerate(names):
        before = reading.lens.calendar.label(reading.lens.period(index, back=1), language())
        tell(say(f"{name}, changes against {before}", f"{name}（{before}との比較）"))
        drawings: dict[str | None, Drawing] = {}
        for node in reading.tree.nodes:
            line = _line(reading, node, index, style)
            parent = drawings.get(node.parent)
            drawings[node.id] = parent.add(line) if parent else Drawing(line)
        console().print(drawings[reading.tree.root.id])
    _tell_missing(reading)


def _line(reading: TreeReading, node: Node, index: int, style: Style) -> str:
    from keiki.charts.format import change, counter_word, number

    label = node.label(language())
    now, before = reading.now.value(node.id, index), reading.before.value(node.id, index)
    counter = counter_word(node.ja) if style.japanese else ""
    moved = change(now, before, node.unit, style)
    return f"{_edge(node)}{escape(label)}  [bold]{escape(number(now, node.unit, style, counter))}[/]  {moved}"


def _edge(node: Node) -> str:
    from keiki.trees.build import FormulaEdge

    if node.edge is None:
        return ""
    if isinstance(node.edge, FormulaEdge):
        return f"{node.edge.operator or '·'} "
    return "⇢ "


def _tell_missing(reading: TreeReading) -> None:
    reasons = [reason for node in reading.tree.nodes for reason in reading.missing(node.id, language())]
    for reason in dict.fromkeys(reasons):
        tell(f"—: {reason_words(reason)}")
