"""Addresses of the KPI tree: one per tree, one per node."""

from __future__ import annotations

from django.urls import path

from keiki.server.kpis import pages

app_name = "kpis"
urlpatterns = [
    path("b/<slug:business>/tree/", pages.tree_page, name="tree"),
    path("b/<slug:business>/tree/<slug:tree>/", pages.tree_page, name="tree"),
    path("b/<slug:business>/tree/<slug:tree>/<slug:node>/", pages.node_page, name="node"),
]
