"""Addresses of the KPI catalogue and of the templates of trees."""

from __future__ import annotations

from django.urls import path

from keiki.server.kpis.api import names
from keiki.server.kpis.pages import (
    catalogue,
    commenting,
    entered,
    glossary,
    kpi,
    own_kpi,
    restricted,
    retire,
    templates,
    together,
    unusual,
    value_chain,
)

app_name = "kpis"
urlpatterns = [
    path("b/<slug:business>/kpis/", catalogue.catalogue_page, name="catalogue"),
    path("b/<slug:business>/kpis/new/", own_kpi.define_kpi, name="new_kpi"),
    path("b/<slug:business>/kpis/glossary/", glossary.glossary_page, name="glossary"),
    path("b/<slug:business>/kpis/value-chain/", value_chain.value_chain_page, name="value_chain"),
    path("b/<slug:business>/kpis/value-chain/score/", value_chain.score_activity, name="score_activity"),
    path("b/<slug:business>/kpis/value-chain/mix/", value_chain.write_mix, name="write_mix"),
    path("b/<slug:business>/kpis/names/", names.names, name="names"),
    path("b/<slug:business>/kpis/check/", own_kpi.check_formula, name="check_formula"),
    path("b/<slug:business>/kpis/<slug:kpi>/", kpi.kpi_page, name="kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/edit/", own_kpi.edit_kpi, name="edit_kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/retire/", retire.retire_kpi, name="retire_kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/bring-back/", own_kpi.bring_back_kpi, name="bring_back_kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/who/", restricted.restrict_kpi, name="restrict_kpi"),
    path("b/<slug:business>/kpis/<slug:kpi>/value/", kpi.enter_value, name="enter_value"),
    path("b/<slug:business>/kpis/<slug:kpi>/entered/", entered.entered_file, name="entered_file"),
    path("b/<slug:business>/kpis/<slug:kpi>/word/", unusual.say_of_value, name="say_of_value"),
    path("b/<slug:business>/kpis/<slug:kpi>/comment/", commenting.write_comment, name="write_comment"),
    path("b/<slug:business>/comments/<int:comment>/", commenting.change_comment, name="change_comment"),
    path("b/<slug:business>/comments/<int:comment>/back/", commenting.take_back_comment, name="take_back_comment"),
    path("b/<slug:business>/together/", together.together_page, name="together"),
    path("b/<slug:business>/templates/", templates.templates_page, name="templates"),
    path("b/<slug:business>/templates/<slug:template>/", templates.template_page, name="template"),
]
