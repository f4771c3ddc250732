"""docs/reference/trees.md: the trees that come with Keiki, as outlines."""

from __future__ import annotations

from pathlib import Path

from keiki.catalogue.load import Catalogue, load_catalogue
from keiki.trees.build import FormulaEdge, Node, Tree, build
from keiki.trees.document import template
from tools.pages.markdown import page


def pages(root: Path) -> dict[str, str]:
    """The page by file name."""
    catalogue = load_catalogue()
    trees = [build(template(catalogue, name), catalogue) for name in sorted(catalogue.templates)]
    lead = (
        "Show one with `keiki tree ID`. A sign (+ − × ÷) says what a number does in the one above it, "
        "· that it is part of its formula in another way, ⇢ that it is believed to move it.\n\n"
        "`keiki tree ID` で表示できます。記号（+ − × ÷）は上の数字の中での役割、· はそれ以外の形で式に入っていること、"
        "⇢ は影響が疑われることを表します。"
    )
    return {"trees.md": page("Trees / ツリー", lead, *(_tree(tree, catalogue) for tree in trees))}


def _tree(tree: Tree, catalogue: Catalogue) -> str:
    lines = "\n".join(_line(node, catalogue) for node in tree.nodes)
    return f"## {tree.id}\n\n**{tree.ja} / {tree.en}**\n\n{tree.about_ja}\n\n{tree.about_en}\n\n{lines}"


def _line(node: Node, catalogue: Catalogue) -> str:
    sign = ""
    if node.edge is not None:
        sign = f"{node.edge.operator or '·'} " if isinstance(node.edge, FormulaEdge) else "⇢ "
    link = f" [`{node.kpi}`](kpis.md#{node.kpi})" if node.kpi in catalogue.kpis else ""
    return f"{'  ' * node.depth}- {sign}{node.ja} / {node.en}{link}"
