"""All addresses. An app's pages join as soon as its `urls.py` is there."""

from __future__ import annotations

from importlib.util import find_spec

from django.conf import settings
from django.urls import include, path

from keiki.server.site import api_pages, pages
from keiki.server.site.api import api

handler400 = pages.bad_request
handler403 = pages.not_allowed
handler404 = pages.not_found
handler500 = pages.broken

urlpatterns = [
    path("", pages.home, name="home"),
    path("setup/<str:token>/", pages.set_up, name="set_up"),
    path("look/", pages.choose_look, name="choose_look"),
    path("healthz", pages.health, name="health"),
    path("b/<slug:business>/", pages.business, name="business"),
    path("api/v1/openapi.json", api_pages.openapi, name="openapi"),
    path("api/v1/docs/", api_pages.reference, name="api_reference"),
    path("api/v1/", api.urls),
    path("account/", include("allauth.account.urls")),
    path("account/second-factor/", include("allauth.mfa.urls")),
    *(
        path("", include(f"keiki.server.{app}.urls"))
        for app in settings.PRESENT
        if app != "site" and find_spec(f"keiki.server.{app}.urls")
    ),
]
