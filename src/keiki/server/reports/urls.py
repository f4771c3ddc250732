"""Addresses of reports."""

from __future__ import annotations

from django.urls import URLPattern, path

from keiki.server.reports.pages import budget, delivery, executive, letters, stop

app_name = "reports"
REPORTS = "b/<slug:business>/reports/"
urlpatterns: list[URLPattern] = [
    path(REPORTS, delivery.reports_page, name="reports"),
    path(f"{REPORTS}weekly/", letters.weekly_page, name="weekly"),
    path(f"{REPORTS}daily/", letters.daily_page, name="daily"),
    path(f"{REPORTS}executive/", executive.executive_page, name="executive"),
    path(f"{REPORTS}budget/", budget.budget_page, name="budget"),
    path(f"{REPORTS}<slug:cadence>/mail/", letters.mail_page, name="mail"),
    path(f"{REPORTS}<slug:cadence>/send/", delivery.change_delivery_page, name="change_delivery"),
    path(f"{REPORTS}<slug:cadence>/mine/", delivery.choose_mail_page, name="choose_mail"),
    path("reports/stop/<str:token>/", stop.stop_page, name="stop"),
]
