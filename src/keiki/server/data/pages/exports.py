"""The exports of other tools that are known by their header: what they are called, and which report to take."""

from __future__ import annotations

from dataclasses import dataclass

from keiki.facts import fact
from keiki.server.ui.language import current_language
from keiki.sources.exports import EXPORTS, Tool


@dataclass(frozen=True)
class KnownExport:
    """A file that needs no mapping: its name, which report it is, and what its rows become."""

    name: str
    report: str
    fact: str


def known_exports() -> tuple[KnownExport, ...]:
    """The exports of marketing tools, in the order in which they are declared."""
    japanese = current_language() == "ja"
    return tuple(
        KnownExport(
            one.ja if japanese else one.en,
            one.report_ja if japanese else one.report_en,
            fact(one.fact).ja if japanese else fact(one.fact).en,
        )
        for one in EXPORTS.values()
        if isinstance(one, Tool)
    )


def export_words(name: str) -> str:
    """What a known export is called in the language of the page."""
    return EXPORTS[name].ja if current_language() == "ja" else EXPORTS[name].en
