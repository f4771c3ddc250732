"""Addresses of notices."""

from __future__ import annotations

from django.urls import URLPattern, path

from keiki.server.inbox import pages

app_name = "inbox"
urlpatterns: list[URLPattern] = [
    path("b/<slug:business>/inbox/", pages.inbox_page, name="inbox"),
    path("b/<slug:business>/inbox/read/", pages.read, name="read"),
    path("b/<slug:business>/inbox/choose/", pages.choose, name="choose"),
]
