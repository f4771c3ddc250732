"""`keiki kpis show`: what a KPI means, how it is calculated, an example, and what people get wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from keiki.cli.options import DEFAULT_BUSINESS, AsJson, BusinessFolder, style_of
from keiki.cli.screen import show_json, tell
from keiki.cli.tree_files import catalogue_of
from keiki.cli.words import language, say

if TYPE_CHECKING:
    from keiki.catalogue.kpi import Kpi
    from keiki.catalogue.load import Catalogue
    from keiki.catalogue.pitfalls import Pitfall
    from keiki.charts.format import Style

HELP = say("What KPIs mean.", "KPI の意味を調べる。")
SHOW = say("Meaning, formula, example and common mistakes.", "意味・式・例・よくある間違いを見る。")


def show_kpi(
    kpi: Annotated[str, typer.Argument(help=say("Id of the KPI.", "KPI の ID。"))],
    business: BusinessFolder = DEFAULT_BUSINESS,
    as_json: AsJson = False,
) -> None:
    """One KPI, told so that somebody new can read it; with rows, its own last complete month too."""
    from keiki.catalogue.pitfalls import pitfalls_of
    from keiki.charts.worked import example_words

    catalogue = catalogue_of(business)
    declared = catalogue.kpi(kpi)
    style, own = _own_example(business, catalogue, declared)
    example, pitfalls = example_words(catalogue, declared, style), pitfalls_of(catalogue, declared)
    if as_json:
        show_json(_plain(catalogue, declared, example, own, pitfalls))
        return
    _show(catalogue, declared, example, own, pitfalls)


def _own_example(business: Any, catalogue: Catalogue, kpi: Kpi) -> tuple[Style, str]:
    """How the reader writes numbers, and the example with the figures of the business ("" without them)."""
    import keiki
    from keiki.charts.format import Style
    from keiki.charts.worked import worked_words

    if not (business / "business.yaml").exists():
        return Style(language()), ""
    with keiki.open(business) as numbers:
        style, here = style_of(numbers), keiki.worked_kpi(numbers, kpi.id)
        if here is None:
            return style, ""
        month = numbers.settings.calendar.label(here.period, language())
        return style, say("{}: {}", "{}：{}").format(month, worked_words(here.worked, catalogue, style))


def _reads(catalogue: Catalogue, kpi: Kpi) -> str:
    from keiki.catalogue.reading import Reader

    return Reader(catalogue, language()).formula(kpi.formula)


def _plain(catalogue: Catalogue, kpi: Kpi, example: str, own: str, pitfalls: tuple[Pitfall, ...]) -> dict[str, object]:
    japanese = language() == "ja"
    told = {"id": kpi.id, "name": kpi.ja if japanese else kpi.en}
    told |= {"meaning": kpi.definition_ja if japanese else kpi.definition_en}
    told |= {"formula": kpi.source, "reads": _reads(catalogue, kpi), "unit": kpi.unit, "example": example}
    mistakes = [dict(zip(("mistake", "instead"), each.words(language()), strict=True)) for each in pitfalls]
    return {**told, "own_example": own or None, "common_mistakes": mistakes}


def _show(catalogue: Catalogue, kpi: Kpi, example: str, own: str, pitfalls: tuple[Pitfall, ...]) -> None:
    japanese = language() == "ja"
    tell(f"{kpi.ja if japanese else kpi.en} ({kpi.id})")
    tell(kpi.definition_ja if japanese else kpi.definition_en)
    tell("")
    tell(f"{say('Formula', '式')}: {_reads(catalogue, kpi)}")
    tell(f"{say('Example', '例')}: {example}")
    if own:
        tell(f"{say('Here', '自社')}: {own}")
    tell("")
    tell(say("Common mistakes", "よくある間違い"))
    for place, each in enumerate(pitfalls, 1):
        mistake, instead = each.words(language())
        tell(f"{place}. {mistake}\n   → {instead}")
