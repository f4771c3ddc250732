"""`keiki check`: whether the definitions and the data of a business are sound."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, tell
from keiki.cli.words import language, say
from keiki.errors import KeikiError

if TYPE_CHECKING:
    from keiki.charts.format import Style
    from keiki.engine.business import Business
    from keiki.measures.document import Problem
    from keiki.trees.build import Tree
    from keiki.trees.findings import Finding

HELP = say(
    "Check the KPIs, measures, trees and data of a business.", "事業の KPI・メジャー・ツリー・データを確かめる。"
)


def check(business: BusinessFolder = DEFAULT_BUSINESS, as_json: AsJson = False) -> int:
    """List every problem; 1 when there is an error (✕), 0 with warnings and hints."""
    import keiki

    with keiki.open(business) as own:
        found = list(_problems(own))
        snapshot = own.snapshot
    if as_json:
        show_json({"snapshot": snapshot, "problems": as_json_of(found)})
    else:
        _tell(found, own)
    return 1 if counts_of(found)[0] else 0


def _problems(own: Business) -> Iterator[Problem | Finding]:
    """What cannot be read first; then what to look at in the business's own trees (a template is advice, no design),
    by themselves and beside the data.
    """
    from keiki.engine.reviewed import review_on_data
    from keiki.measures.document import Problem
    from keiki.trees.agreements import between_trees
    from keiki.trees.coverage import departments_expected, goals
    from keiki.trees.document import template
    from keiki.trees.findings import worst_first
    from keiki.trees.review import review

    yield from own.catalogue.check()
    designs: dict[str, Tree] = {}
    for name in sorted({*own.catalogue.templates, *own.catalogue.trees}):
        try:
            tree = own.tree_named(name)
        except KeikiError as error:
            yield Problem(name, error)
        else:
            designs |= {name: tree} if name in own.catalogue.trees else {}
    documents = {name: template(own.catalogue, name) for name in designs}
    for name, tree in designs.items():
        departments = departments_expected(documents[name], documents.values())
        found = review(tree, own.catalogue, departments=departments)
        yield from worst_first([*found, *review_on_data(own, tree, departments=departments).findings])
    yield from goals(designs.values())
    yield from between_trees(tuple(designs.values()), own.catalogue)


MARKS = {"error": "✕", "red": "✕", "warning": "▲", "yellow": "▲", "info": "・"}


def _tell(found: list[Problem | Finding], own: Business) -> None:
    show_found(found, style_of(own))
    kpis, measures = len(own.catalogue.kpis), len(own.catalogue.measures)
    trees = len({*own.catalogue.templates, *own.catalogue.trees})
    wrong, warnings, hints = counts_of(found)
    tell(
        say(
            f"{kpis} KPIs, {measures} measures, {trees} trees. Errors: {wrong}, warnings: {warnings}, hints: {hints}.",
            f"KPI {kpis}、メジャー {measures}、ツリー {trees}。エラー {wrong}、注意 {warnings}、ヒント {hints}。",
        )
    )


def show_found(found: Sequence[Problem | Finding], style: Style) -> None:
    """Print every problem in a line of its own, its mark first."""
    from keiki.charts.format import number
    from keiki.trees.findings import Finding

    for problem in found:
        told = (
            problem.words(language(), lambda value, unit: number(value, unit, style))
            if isinstance(problem, Finding)
            else problem.words(language())
        )
        tell(f"{MARKS[problem.severity]} {told}")


def as_json_of(found: Sequence[Problem | Finding]) -> list[dict[str, str]]:
    """Every problem for a program."""
    return [{"subject": p.subject, "severity": p.severity, "en": p.words("en"), "ja": p.words("ja")} for p in found]


def counts_of(found: Sequence[Problem | Finding]) -> tuple[int, int, int]:
    """How many errors, warnings and hints there are."""
    marks = [MARKS[problem.severity] for problem in found]
    return marks.count("✕"), marks.count("▲"), marks.count("・")
