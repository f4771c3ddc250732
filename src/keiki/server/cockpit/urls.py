"""Address of the morning page."""

from __future__ import annotations

from django.urls import path

from keiki.server.cockpit import pages

app_name = "cockpit"
urlpatterns = [path("b/<slug:business>/today/", pages.today_page, name="today")]
