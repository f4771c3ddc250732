"""`keiki check`: whether the definitions and the data of a business are sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder
from keiki.cli.screen import show_json, tell
from keiki.cli.words import language, say
from keiki.errors import KeikiError

if TYPE_CHECKING:
    from keiki.engine.business import Business
    from keiki.measures.document import Problem

HELP = say(
    "Check the KPIs, measures, trees and data of a business.", "事業の KPI・メジャー・ツリー・データを確かめる。"
)


def check(business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> int:
    """List every problem; 1 when one of them keeps something from being measured."""
    import keiki

    with keiki.open(business) as own:
        found = list(_problems(own))
        snapshot = own.snapshot
    if as_json:
        plain = [
            {"subject": p.subject, "severity": p.severity, "en": p.words("en"), "ja": p.words("ja")} for p in found
        ]
        show_json({"snapshot": snapshot, "problems": plain})
    else:
        _tell(found, own)
    return 1 if any(problem.severity == "error" for problem in found) else 0


def _problems(own: Business) -> Iterator[Problem]:
    from keiki.measures.document import Problem
    from keiki.trees.check import check as check_tree

    yield from own.catalogue.check()
    for name in sorted({*own.catalogue.templates, *own.catalogue.trees}):
        try:
            tree = own.tree_named(name)
        except KeikiError as error:
            yield Problem(name, error)
        else:
            if (
                name in own.catalogue.trees
            ):  # a template is advice for people to adapt, not yet the business's own design
                yield from check_tree(tree, own.catalogue)


def _tell(found: list[Problem], own: Business) -> None:
    for problem in found:
        mark = "✕" if problem.severity == "error" else "▲"
        tell(f"{mark} {problem.words(language())}")
    kpis, measures = len(own.catalogue.kpis), len(own.catalogue.measures)
    trees = len({*own.catalogue.templates, *own.catalogue.trees})
    errors = sum(problem.severity == "error" for problem in found)
    tell(
        say(
            f"{kpis} KPIs, {measures} measures, {trees} trees: {errors} errors, {len(found) - errors} warnings.",
            f"KPI {kpis}、メジャー {measures}、ツリー {trees}：エラー {errors}、注意 {len(found) - errors}。",
        )
    )
