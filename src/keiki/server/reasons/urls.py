"""Addresses of explanations, of the rows behind a number and of priorities."""

from __future__ import annotations

from django.urls import path

from keiki.server.reasons.pages import compare, first, ideas, links, rows, trials, why

app_name = "reasons"
urlpatterns = [
    path("b/<slug:business>/why/", why.why_page, name="why"),
    path("b/<slug:business>/why/<slug:tree>/", why.why_page, name="why"),
    path("b/<slug:business>/why/<slug:tree>/<slug:node>/", why.why_page, name="why"),
    path("b/<slug:business>/rows/<slug:tree>/<slug:node>/", rows.rows_page, name="rows"),
    path("b/<slug:business>/compare/<slug:kpi>/", compare.compare_page, name="compare"),
    path("b/<slug:business>/links/", links.links_page, name="links"),
    path("b/<slug:business>/links/<slug:tree>/", links.links_page, name="links"),
    path("b/<slug:business>/links/<slug:tree>/<slug:source>/<slug:target>/", links.link_page, name="link"),
    path("b/<slug:business>/trials/", trials.trials_page, name="trials"),
    path("b/<slug:business>/first/", first.first_page, name="first"),
    path("b/<slug:business>/first/<slug:tree>/", first.first_page, name="first"),
    path("b/<slug:business>/first/<slug:tree>/ideas/", first.keep_idea, name="keep_idea"),
    path("b/<slug:business>/first/<slug:tree>/ideas/<uuid:idea>/remove/", ideas.remove_idea, name="remove_idea"),
]
