"""Addresses of data: files, imports, rejected rows, undo."""

from __future__ import annotations

from django.urls import path

from keiki.server.data import pages

app_name = "data"
urlpatterns = [
    path("b/<slug:business>/data/", pages.data_page, name="data"),
    path("b/<slug:business>/settings/answers/", pages.answers_page, name="answers"),
    path("b/<slug:business>/data/sample/", pages.make_demo, name="make_demo"),
    path("b/<slug:business>/data/files/<uuid:upload_id>/", pages.upload_page, name="upload"),
    path("b/<slug:business>/data/runs/<uuid:run_id>/", pages.run_page, name="run"),
    path("b/<slug:business>/data/imports/<slug:import_id>/", pages.import_page, name="import"),
    path("b/<slug:business>/data/imports/<slug:import_id>/undo/", pages.undo_page, name="undo"),
    path("b/<slug:business>/data/imports/<slug:import_id>/rejected.csv", pages.rejected_csv, name="rejected_csv"),
]
