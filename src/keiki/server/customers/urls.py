"""Addresses of customer value."""

from __future__ import annotations

from django.urls import URLPattern, path

from keiki.server.customers.pages import lifetime_value

app_name = "customers"
BUSINESS = "b/<slug:business>/customers/"
urlpatterns: list[URLPattern] = [
    path(f"{BUSINESS}lifetime-value/", lifetime_value.lifetime_value_page, name="lifetime_value"),
]
