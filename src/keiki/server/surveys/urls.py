"""Addresses of surveys."""

from __future__ import annotations

from django.urls import path

from keiki.server.surveys import pages

app_name = "surveys"
urlpatterns = [
    path("b/<slug:business>/surveys/", pages.surveys_page, name="surveys"),
    path("b/<slug:business>/surveys/<int:survey>/close/", pages.close_survey, name="close_survey"),
    path("answer/<str:token>/", pages.answer_page, name="answer"),
]
