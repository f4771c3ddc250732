"""Addresses of the morning page, of the KPI tree (one per tree, one per node) and of the design of trees."""

from __future__ import annotations

from django.urls import path

from keiki.server.cockpit.pages import design, designs, node, today, tree, tree_file

app_name = "cockpit"
urlpatterns = [
    path("b/<slug:business>/today/", today.today_page, name="today"),
    path("b/<slug:business>/tree/", tree.tree_page, name="tree"),
    path("b/<slug:business>/tree/<slug:tree>/", tree.tree_page, name="tree"),
    path("b/<slug:business>/design/", designs.designs_page, name="designs"),
    path("b/<slug:business>/design/new/", designs.new_tree_page, name="new_tree"),
    path("b/<slug:business>/tree/<slug:tree>/design/", design.design_page, name="design"),
    path("b/<slug:business>/tree/<slug:tree>/design/file/", tree_file.tree_file_page, name="tree_file"),
    path("b/<slug:business>/tree/<slug:tree>/<slug:node>/", node.node_page, name="node"),
]
