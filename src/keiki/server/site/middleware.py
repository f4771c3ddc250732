"""Small things done for every request: headers, the person's own language, words for an error."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation

from keiki.errors import KeikiError
from keiki.server.site import pages
from keiki.server.ui.once import one_page

Handler = Callable[[HttpRequest], HttpResponse]


class Headers:
    """No page here needs camera, microphone or place, and what a person sees is kept by no proxy."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handle(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


class SignInAgain:
    """When the session has ended, a part of a page does not become the log-in form: the whole page asks again."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handle(request)
        to_log_in = response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
        if to_log_in and request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return response


class OwnLanguage:
    """The language a person has chosen wins over cookie and browser."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = getattr(request.user, "language", "")
        if not language:
            return self.handle(request)
        request.LANGUAGE_CODE = language
        with translation.override(language):
            response = self.handle(request)
        response.headers["Content-Language"] = language
        return response


class OneAnswer:
    """A page that is only read asks what it needs once, and all of it shows the same state."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.handle(request)
        with one_page():
            return self.handle(request)


class WordsForErrors:
    """An error that the person can mend becomes a page with its words, not a stack trace or an empty one."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handle(request)
        if response.status_code == 405 and not response.content:
            return pages.not_this_way(request, response)
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return pages.mendable(request, error) if isinstance(error, KeikiError) else None
