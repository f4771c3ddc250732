"""Addresses of customer success."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "success"
urlpatterns: list[URLPattern] = []
