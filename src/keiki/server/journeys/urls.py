"""Addresses of the way to buy."""

from __future__ import annotations

from django.urls import URLPattern, path

from keiki.server.journeys.pages import channels, leads
from keiki.server.journeys.pages.files.page import panel_file

app_name = "journeys"
urlpatterns: list[URLPattern] = [
    path("b/<slug:business>/channels/", channels.channels_page, name="channels"),
    path("b/<slug:business>/channels/files/<slug:panel>/", panel_file, {"page": "channels"}, name="channels_file"),
    path("b/<slug:business>/leads/", leads.leads_page, name="leads"),
    path("b/<slug:business>/leads/files/<slug:panel>/", panel_file, {"page": "leads"}, name="leads_file"),
    path("b/<slug:business>/leads/agree/", leads.agree, name="agree"),
]
