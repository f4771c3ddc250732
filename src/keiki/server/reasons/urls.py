"""Addresses of explanations, of the rows behind a number and of priorities."""

from __future__ import annotations

from django.urls import path

from keiki.server.reasons import pages

app_name = "reasons"
urlpatterns = [
    path("b/<slug:business>/why/", pages.why_page, name="why"),
    path("b/<slug:business>/why/<slug:tree>/", pages.why_page, name="why"),
    path("b/<slug:business>/why/<slug:tree>/<slug:node>/", pages.why_page, name="why"),
    path("b/<slug:business>/rows/<slug:tree>/<slug:node>/", pages.rows_page, name="rows"),
    path("b/<slug:business>/first/", pages.first_page, name="first"),
    path("b/<slug:business>/first/<slug:tree>/", pages.first_page, name="first"),
]
