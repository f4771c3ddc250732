"""A tree and its values as plain data, so that a browser works out the same what-if with the same formulas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from keiki.formula.nodes import Binary, Call, Formula, Negate, Number, Reference
from keiki.trees.build import Tree
from keiki.trees.simulate import Value


def portable(tree: Tree, values: Mapping[str, Value]) -> dict[str, Any]:
    """What `simulate` needs, ready for JSON.

    `root` is the id of the goal. Each of `nodes`: `id`, `value` (None: undefined), `driver`, `parent`, `formula` over
    the ids of children or None, and `twin`: nodes of one `twin` are one number; None for a node without a KPI.
    A formula is a number, an id, or `[operation, argument, …]` with + - * / , `negate` and the calls of the language.
    """
    twins: dict[object, int] = {}
    nodes = [
        {
            "id": node.id,
            "value": values.get(node.id),
            "driver": node.driver,
            "parent": node.parent,
            "formula": written(node.formula) if node.formula is not None else None,
            "twin": twins.setdefault(node.identity, len(twins)) if node.kpi is not None else None,
        }
        for node in tree.nodes
    ]
    return {"root": tree.root.id, "nodes": nodes}


def written(formula: Formula) -> Any:
    """A formula over children as nested lists.

    >>> from keiki.formula.parse import parse
    >>> written(parse("a * (b - 2) / sum(c, -d)"))
    ['/', ['*', 'a', ['-', 'b', 2.0]], ['sum', 'c', ['negate', 'd']]]
    """
    match formula:
        case Number(value=value):
            return float(value)
        case Reference(id=name):
            return name
        case Negate(operand=operand):
            return ["negate", written(operand)]
        case Binary(op=op, left=left, right=right):
            return [op, written(left), written(right)]
        case Call(name=name, arguments=arguments):
            return [name, *(written(argument) for argument in arguments)]
