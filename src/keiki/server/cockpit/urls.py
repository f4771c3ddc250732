"""Addresses of the morning page, of the KPI tree (one per tree, one per node) and of the design of trees."""

from __future__ import annotations

from django.urls import path

from keiki.server.cockpit import pages

app_name = "cockpit"
urlpatterns = [
    path("b/<slug:business>/today/", pages.today_page, name="today"),
    path("b/<slug:business>/tree/", pages.tree_page, name="tree"),
    path("b/<slug:business>/tree/<slug:tree>/", pages.tree_page, name="tree"),
    path("b/<slug:business>/design/", pages.designs_page, name="designs"),
    path("b/<slug:business>/design/new/", pages.new_tree_page, name="new_tree"),
    path("b/<slug:business>/tree/<slug:tree>/design/", pages.design_page, name="design"),
    path("b/<slug:business>/tree/<slug:tree>/design/file/", pages.tree_file_page, name="tree_file"),
    path("b/<slug:business>/tree/<slug:tree>/<slug:node>/", pages.node_page, name="node"),
]
