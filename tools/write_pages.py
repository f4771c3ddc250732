"""Writes the generated pages of docs/reference (`--write`), or tells which are out of date."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from tools import pages

ROOT = Path(__file__).resolve().parents[1]


def wanted(root: Path) -> dict[Path, str]:
    """Every generated page and its text."""
    texts: dict[Path, str] = {}
    for module in pkgutil.iter_modules(pages.__path__):
        writer = importlib.import_module(f"tools.pages.{module.name}")
        if hasattr(writer, "pages"):
            texts |= {root / "docs" / "reference" / name: text for name, text in writer.pages(root).items()}
    return texts


def stale(texts: dict[Path, str]) -> list[Path]:
    """The pages whose file is missing or says something else."""
    return [path for path, text in texts.items() if not path.is_file() or path.read_text(encoding="utf-8") != text]


def main(arguments: list[str]) -> int:
    """Write the stale pages, or name them and return 1."""
    texts = wanted(ROOT)
    outdated = stale(texts)
    for path in outdated:
        if arguments == ["--write"]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(texts[path], encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
        else:
            print(f"{path.relative_to(ROOT)} is out of date; `make docs` writes it")
    return 1 if outdated and arguments != ["--write"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
