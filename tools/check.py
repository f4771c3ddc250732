"""Runs every rule of tools/rules and prints each breach with its place: `python -m tools.check`."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from pathlib import Path

from tools import rules

ROOT = Path(__file__).resolve().parents[1]


def breaches(root: Path) -> list[str]:
    """A line for every breach of every rule, in the order of the rules' names."""
    lines = []
    for module in pkgutil.iter_modules(rules.__path__):
        rule = importlib.import_module(f"tools.rules.{module.name}")
        lines += [f"{module.name}: {problem}" for problem in rule.problems(root)]
    return lines


def main() -> int:
    """Print the breaches; exit code 1 when there are any."""
    lines = breaches(ROOT)
    for line in lines:
        print(line)
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
