"""Addresses of data: files, imports, rejected rows, undo."""

from __future__ import annotations

from django.urls import path

from keiki.server.data import pages
from keiki.server.data.pages import audits, issues, rates

app_name = "data"
urlpatterns = [
    path("b/<slug:business>/data/", pages.data_page, name="data"),
    path("b/<slug:business>/settings/answers/", pages.answers_page, name="answers"),
    path("b/<slug:business>/settings/rates/", rates.rates_page, name="rates"),
    path("b/<slug:business>/settings/rates/set/", rates.set_rate, name="set_rate"),
    path("b/<slug:business>/settings/rates/file/", rates.send_rates, name="send_rates"),
    path("b/<slug:business>/settings/rates/remove/", rates.remove_rate, name="remove_rate"),
    path("b/<slug:business>/data/sample/", pages.make_demo, name="make_demo"),
    path("b/<slug:business>/data/audits/", audits.add_audit, name="add_audit"),
    path("b/<slug:business>/data/audits/<int:task>/done/", audits.finish_audit, name="finish_audit"),
    path("b/<slug:business>/data/audits/rules/<int:rule>/end/", audits.end_audit, name="end_audit"),
    path("b/<slug:business>/data/issues/", issues.report_issue, name="report_issue"),
    path("b/<slug:business>/data/issues/<slug:issue>/", issues.issue_page, name="issue"),
    path("b/<slug:business>/data/issues/<slug:issue>/owner/", issues.own_issue, name="own_issue"),
    path("b/<slug:business>/data/issues/<slug:issue>/close/", issues.close_issue, name="close_issue"),
    path("b/<slug:business>/data/issues/<slug:issue>/open/", issues.reopen_issue, name="reopen_issue"),
    path("b/<slug:business>/data/files/<uuid:upload_id>/", pages.upload_page, name="upload"),
    path("b/<slug:business>/data/runs/<uuid:run_id>/", pages.run_page, name="run"),
    path("b/<slug:business>/data/imports/<slug:import_id>/", pages.import_page, name="import"),
    path("b/<slug:business>/data/imports/<slug:import_id>/undo/", pages.undo_page, name="undo"),
    path("b/<slug:business>/data/imports/<slug:import_id>/rejected.csv", pages.rejected_csv, name="rejected_csv"),
]
