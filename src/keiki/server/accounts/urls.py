"""Addresses of settings, people and invitations."""

from __future__ import annotations

from django.urls import path

from keiki.server.accounts.pages import calculation, people, tokens

app_name = "accounts"
urlpatterns = [
    path("b/<slug:business>/settings/", people.settings_page, name="settings"),
    path("b/<slug:business>/settings/rules/", calculation.rules_page, name="rules"),
    path("b/<slug:business>/settings/tokens/", tokens.tokens_page, name="tokens"),
    path("b/<slug:business>/settings/tokens/<int:token_id>/revoke/", tokens.revoke_token, name="revoke_token"),
    path("b/<slug:business>/settings/people/", people.people_page, name="people"),
    path("b/<slug:business>/settings/people/<int:membership_id>/role/", people.change_role, name="change_role"),
    path("b/<slug:business>/settings/people/<int:membership_id>/limit/", people.limit_member, name="limit_member"),
    path("b/<slug:business>/settings/people/<int:membership_id>/remove/", people.remove_member, name="remove_member"),
    path(
        "b/<slug:business>/settings/invitations/<int:invitation_id>/withdraw/",
        people.withdraw_invitation,
        name="withdraw_invitation",
    ),
    path("b/<slug:business>/settings/audit/", people.audit_page, name="audit"),
    path("businesses/add/", people.add_business_page, name="add_business"),
    path("you/", people.you_page, name="you"),
    path("invitation/<str:token>/", people.invitation_page, name="invitation"),
]
