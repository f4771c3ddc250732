"""Addresses of background work."""

from __future__ import annotations

from django.urls import path

from keiki.server.jobs import pages

app_name = "jobs"
urlpatterns = [path("runs/<uuid:run_id>/", pages.run_page, name="run")]
