"""Addresses of targets: the overview of a tree, one number's target, what can be done to it, the scorecard."""

from __future__ import annotations

from django.urls import path

from keiki.server.planning import pages

app_name = "planning"
urlpatterns = [
    path("b/<slug:business>/targets/", pages.targets_page, name="targets"),
    path("b/<slug:business>/targets/<slug:tree>/<slug:node>/", pages.target_page, name="target"),
    path("b/<slug:business>/targets/<slug:tree>/<slug:node>/decide/", pages.decide, name="decide"),
    path("b/<slug:business>/adopt-targets/<slug:tree>/", pages.adopt, name="adopt"),
    path("b/<slug:business>/goals/<slug:tree>/activate/", pages.activate, name="activate"),
    path("b/<slug:business>/scorecard/<slug:tree>/", pages.scorecard_page, name="scorecard"),
]
