"""What helps to read a KPI: an example worked out, and what people get wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import Catalogue
from keiki.catalogue.pitfalls import pitfalls_of
from keiki.charts.format import Style
from keiki.charts.worked import example_words, worked_words
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries
from keiki.server.kpis.queries import Known


@dataclass(frozen=True)
class Example:
    """A KPI worked out with made-up figures, and with the business's own ("" without them)."""

    made_up: str
    own: str = ""
    period: str = ""


@dataclass(frozen=True)
class PitfallRow:
    """A common mistake and what to do instead."""

    words: str
    instead: str


def example_of(
    request: Any, business: Business, catalogue: Catalogue, one: queries.Tagged, known: Known, style: Style
) -> Example:
    """How the formula of a KPI becomes its number."""
    made_up = example_words(catalogue, one.kpi, style)
    here = queries.kpi_worked(request.user, business, one.kpi.id, known) if one.supply.way != queries.LACKS else None
    if here is None:
        return Example(made_up)
    return Example(
        made_up, worked_words(here.worked, catalogue, style), business.calendar.label(here.period, style.language)
    )


def pitfall_rows(catalogue: Catalogue, kpi: Kpi, language: str) -> tuple[PitfallRow, ...]:
    """The common mistakes with a KPI, the most telling first."""
    return tuple(PitfallRow(*each.words(language)) for each in pitfalls_of(catalogue, kpi))
