"""Addresses of the KPI catalogue and of the templates of trees."""

from __future__ import annotations

from django.urls import path

from keiki.server.kpis import pages

app_name = "kpis"
urlpatterns = [
    path("b/<slug:business>/templates/", pages.templates_page, name="templates"),
    path("b/<slug:business>/templates/<slug:template>/", pages.template_page, name="template"),
]
