"""Every error a person can cause has Japanese and English words about the same things."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from tools.tree import files

JAPANESE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
ROOT_CLASS = "KeikiError"


def blanks(template: str) -> set[str]:
    """The things a message names, without the mark of the language.

    >>> sorted(blanks("{kind_ja}「{name}」"))
    ['kind', 'name']
    """
    names = (name for _, name, _, _ in Formatter().parse(template) if name)
    return {re.split(r"[.\[]", name)[0].removesuffix("_ja").removesuffix("_en") for name in names}


def problems(root: Path) -> Iterator[str]:
    """Every error without words in one language, with different blanks, or declared outside errors.py."""
    home = root / "src" / "keiki" / "errors.py"
    family = {ROOT_CLASS}
    for node in ast.parse(home.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and _bases(node) & family:
            family.add(node.name)
            yield from (f"src/keiki/errors.py:{node.lineno} {node.name} {what}" for what in _words(node))
    for path in files(root, "src/keiki/*.py"):
        if path == home:
            continue
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(found, ast.ClassDef) and _bases(found) & family:
                yield f"{path.relative_to(root)}:{found.lineno} {found.name} belongs in src/keiki/errors.py"


def _bases(node: ast.ClassDef) -> set[str]:
    return {ast.unparse(base).split(".")[-1] for base in node.bases}


def _words(node: ast.ClassDef) -> Iterator[str]:
    texts = {}
    for line in node.body:
        if (
            isinstance(line, ast.Assign)
            and isinstance(line.targets[0], ast.Name)
            and line.targets[0].id in ("en", "ja")
        ):
            texts[line.targets[0].id] = str(ast.literal_eval(line.value))
    if set(texts) != {"en", "ja"}:
        yield "needs both `en` and `ja`"
        return
    if blanks(texts["en"]) != blanks(texts["ja"]):
        yield "names different things in `en` and `ja`"
    plain = {language: re.sub(r"{[^}]*}", "", text) for language, text in texts.items()}
    if JAPANESE.search(plain["en"]) or (re.search(r"\w", plain["ja"]) and not JAPANESE.search(plain["ja"])):
        yield "has a text in the wrong language"
