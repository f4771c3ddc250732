"""Addresses of customer value."""

from __future__ import annotations

from django.urls import URLPattern, path

from keiki.server.customers.pages import (
    cohorts,
    forecast,
    ideal,
    lifetime_value,
    overview,
    quality,
    recurring,
    segments,
    whole,
)
from keiki.server.customers.pages.files.page import panel_file

app_name = "customers"
BUSINESS = "b/<slug:business>/customers/"
urlpatterns: list[URLPattern] = [
    path(BUSINESS, overview.overview_page, name="customers"),
    path(f"{BUSINESS}whole/", whole.whole_page, name="whole"),
    path(f"{BUSINESS}cohorts/", cohorts.cohorts_page, name="cohorts"),
    path(f"{BUSINESS}recurring/", recurring.recurring_page, name="recurring"),
    path(f"{BUSINESS}segments/", segments.segments_page, name="segments"),
    path(f"{BUSINESS}segments/<slug:segment>.csv", segments.segment_csv, name="segment_csv"),
    path(f"{BUSINESS}lifetime-value/", lifetime_value.lifetime_value_page, name="lifetime_value"),
    path(f"{BUSINESS}quality/", quality.quality_page, name="quality"),
    path(f"{BUSINESS}forecast/", forecast.forecast_page, name="forecast"),
    path(f"{BUSINESS}files/<slug:panel>/", panel_file, name="overview_file"),
    path(f"{BUSINESS}<slug:page>/files/<slug:panel>/", panel_file, name="panel_file"),
    path(f"{BUSINESS}ideal/", ideal.ideal_page, name="ideal"),
    path(f"{BUSINESS}ideal/except/", ideal.except_contact, name="except_contact"),
    path(f"{BUSINESS}ideal/withdraw/", ideal.withdraw, name="withdraw"),
    path(f"{BUSINESS}ideal/withdraw-profile/", ideal.withdraw_profile, name="withdraw_profile"),
    path(f"{BUSINESS}ideal/nurture.csv", ideal.nurtured_csv, name="nurtured_csv"),
    path(f"{BUSINESS}ideal/exclude.csv", ideal.excluded_csv, name="excluded_csv"),
]
