"""Addresses of the KPI catalogue and of the templates of trees."""

from __future__ import annotations

from django.urls import path

from keiki.server.kpis import pages
from keiki.server.kpis.api import names

app_name = "kpis"
urlpatterns = [
    path("b/<slug:business>/kpis/", pages.catalogue_page, name="catalogue"),
    path("b/<slug:business>/kpis/new/", pages.define_kpi, name="new_kpi"),
    path("b/<slug:business>/kpis/names/", names.names, name="names"),
    path("b/<slug:business>/kpis/check/", pages.check_formula, name="check_formula"),
    path("b/<slug:business>/kpis/<slug:kpi>/", pages.kpi_page, name="kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/edit/", pages.edit_kpi, name="edit_kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/retire/", pages.retire_kpi, name="retire_kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/bring-back/", pages.bring_back_kpi, name="bring_back_kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/value/", pages.enter_value, name="enter_value"),
    path("b/<slug:business>/templates/", pages.templates_page, name="templates"),
    path("b/<slug:business>/templates/<slug:template>/", pages.template_page, name="template"),
]
