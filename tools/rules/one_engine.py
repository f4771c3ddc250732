"""Only keiki.engine runs queries over facts, and sources look at the file they open; all else builds expressions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tools.tree import files

RUNS = frozenset({"execute", "to_pyarrow", "to_pyarrow_batches", "to_pandas", "to_pandas_batches", "to_polars"})


def problems(root: Path) -> Iterator[str]:
    """Every call that runs a query outside the engine; a Django cursor in the server is not one of them."""
    for path in files(root, "src/keiki/*.py"):
        here = path.relative_to(root / "src" / "keiki")
        if here.parts[0] in ("engine", "sources"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in RUNS:
                if here.parts[0] == "server" and ast.unparse(node.func.value).endswith("cursor"):
                    continue
                yield f"src/keiki/{here}:{node.lineno} .{node.func.attr}() runs a query; only keiki.engine does that"
