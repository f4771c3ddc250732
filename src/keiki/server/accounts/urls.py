"""Addresses of settings, people and invitations."""

from __future__ import annotations

from django.urls import path

from keiki.server.accounts import pages

app_name = "accounts"
urlpatterns = [
    path("b/<slug:business>/settings/", pages.settings_page, name="settings"),
    path("b/<slug:business>/settings/people/", pages.people_page, name="people"),
    path("b/<slug:business>/settings/people/<int:membership_id>/role/", pages.change_role, name="change_role"),
    path("b/<slug:business>/settings/people/<int:membership_id>/remove/", pages.remove_member, name="remove_member"),
    path(
        "b/<slug:business>/settings/invitations/<int:invitation_id>/withdraw/",
        pages.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("b/<slug:business>/settings/audit/", pages.audit_page, name="audit"),
    path("businesses/add/", pages.add_business_page, name="add_business"),
    path("you/", pages.you_page, name="you"),
    path("invitation/<str:token>/", pages.invitation_page, name="invitation"),
]
