"""Addresses of the KPI catalogue and of the templates of trees."""

from __future__ import annotations

from django.urls import URLPattern

app_name = "kpis"
urlpatterns: list[URLPattern] = []
