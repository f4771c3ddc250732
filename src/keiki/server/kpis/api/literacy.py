"""What helps to read a KPI, for programs: the same words as on its page."""

from __future__ import annotations

from typing import Any

from keiki.catalogue.pitfalls import pitfalls_of
from keiki.catalogue.reading import Reader
from keiki.charts.format import Style
from keiki.charts.worked import example_words, worked_words
from keiki.server.accounts.models import Business
from keiki.server.kpis import queries


def told_kpi(user: Any, business: Business, one: queries.Tagged) -> dict[str, Any]:
    """The formula in words, an example with made-up and with own figures, and the common mistakes."""
    catalogue = queries.catalogue_of(user, business)
    here = queries.kpi_worked(user, business, one.kpi.id) if one.supply.way != queries.LACKS else None
    told: dict[str, Any] = {"pitfalls": [vars(each) for each in pitfalls_of(catalogue, one.kpi)]}
    for language in ("ja", "en"):
        style = Style(language, business.currency)
        told[f"reads_{language}"] = Reader(catalogue, language).formula(one.kpi.formula)
        told[f"example_{language}"] = example_words(catalogue, one.kpi, style)
        told[f"own_example_{language}"] = None if here is None else worked_words(here.worked, catalogue, style)
    return told
