"""Addresses of targets: the overview of a tree, one number's target, what can be done to it, the scorecard."""

from __future__ import annotations

from django.urls import path

from keiki.server.planning.pages import decisions, scorecard, target, targets

app_name = "planning"
urlpatterns = [
    path("b/<slug:business>/targets/", targets.targets_page, name="targets"),
    path("b/<slug:business>/targets/<slug:tree>/<slug:node>/", target.target_page, name="target"),
    path("b/<slug:business>/targets/<slug:tree>/<slug:node>/decide/", decisions.decide, name="decide"),
    path("b/<slug:business>/adopt-targets/<slug:tree>/", decisions.adopt, name="adopt"),
    path("b/<slug:business>/goals/<slug:tree>/activate/", decisions.activate, name="activate"),
    path("b/<slug:business>/scorecard/<slug:tree>/", scorecard.scorecard_page, name="scorecard"),
]
