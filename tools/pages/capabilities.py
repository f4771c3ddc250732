"""docs/reference/capabilities.md: what works, from the marks of the tests that prove it."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.pages.markdown import page, table
from tools.tree import files


@dataclass(frozen=True)
class Proof:
    """A test that proves a capability."""

    capability: str
    place: str
    title: str


def proofs(root: Path) -> Iterator[Proof]:
    """Every marked test under tests/, in the order of the files."""
    for path in files(root, "tests/*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                continue
            title = (ast.get_docstring(node) or "").split("\n")[0].rstrip(".")
            title = title or node.name.removeprefix("test_").replace("_", " ").capitalize()
            for mark in filter(None, map(_capability, node.decorator_list)):
                yield Proof(mark, f"{path.relative_to(root)}::{node.name}", title)


def pages(root: Path) -> dict[str, str]:
    """The page by file name."""
    by_capability: defaultdict[str, list[Proof]] = defaultdict(list)
    for proof in proofs(root):
        by_capability[proof.capability].append(proof)
    rows = [
        [capability, found[0].title, " · ".join(_link(proof.place) for proof in found)]
        for capability, found in sorted(by_capability.items())
    ]
    lead = (
        f"What works, each proved by a test of its whole acceptance criterion: {len(rows)} capabilities.\n\n"
        f"動作することをテストで証明した機能の一覧です（{len(rows)} 件）。"
    )
    return {"capabilities.md": page("Capabilities / できること", lead, table(["id", "capability", "proved by"], rows))}


def _link(place: str) -> str:
    file, _, name = place.partition("::")
    return f"[{name}](../../{file})"


def _capability(decorator: ast.expr) -> str | None:
    if not (isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "pytest.mark.feature"):
        return None
    if len(decorator.args) == 1 and isinstance(decorator.args[0], ast.Constant):
        return str(decorator.args[0].value)
    raise ValueError(f"a feature mark takes one id: {ast.unparse(decorator)}")
