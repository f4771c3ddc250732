"""KPIs as a document writes them."""

from __future__ import annotations

from dataclasses import fields

from keiki.catalogue.kpi import Kpi
from keiki.catalogue.load import load_catalogue
from keiki.trees.kpi_document import KPI_TABLE, KpiDocument, declared, kpi_document


def test_every_kpi_of_the_catalogue_is_declared_the_same_by_its_document() -> None:
    kpis = load_catalogue().kpis.values()
    assert [kpi.id for kpi in kpis if declared(kpi_document(kpi)) != kpi] == []


def test_document_has_every_field_of_a_kpi() -> None:
    assert {field.name for field in fields(KpiDocument)} == {field.name for field in fields(Kpi)} - {"source"}
    assert [field.name for field in KPI_TABLE.fields if field.name not in {f.name for f in fields(KpiDocument)}] == []
