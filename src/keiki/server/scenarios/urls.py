"""Addresses of what-if and scenarios."""

from __future__ import annotations

from django.urls import path

from keiki.server.scenarios import pages

app_name = "scenarios"
urlpatterns = [
    path("b/<slug:business>/what-if/", pages.what_if_page, name="what_if"),
    path("b/<slug:business>/what-if/<slug:tree>/", pages.what_if_page, name="what_if"),
    path("b/<slug:business>/what-if/<slug:tree>/keep/", pages.keep, name="keep"),
    path("b/<slug:business>/scenarios/<uuid:scenario>/remove/", pages.remove, name="remove"),
]
