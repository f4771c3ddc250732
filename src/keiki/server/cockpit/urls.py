"""Addresses of the morning page and of the KPI tree: one per tree, one per node."""

from __future__ import annotations

from django.urls import path

from keiki.server.cockpit import pages

app_name = "cockpit"
urlpatterns = [
    path("b/<slug:business>/today/", pages.today_page, name="today"),
    path("b/<slug:business>/tree/", pages.tree_page, name="tree"),
    path("b/<slug:business>/tree/<slug:tree>/", pages.tree_page, name="tree"),
    path("b/<slug:business>/tree/<slug:tree>/<slug:node>/", pages.node_page, name="node"),
]
