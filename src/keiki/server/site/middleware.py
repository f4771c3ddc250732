"""Small things done for every request: the person's own language, a header, words for an error."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from keiki.errors import KeikiError
from keiki.server.site import pages

Handler = Callable[[HttpRequest], HttpResponse]


class PermissionsPolicy:
    """Tells the browser that no page here needs camera, microphone or place."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handle(request)
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
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


class WordsForErrors:
    """An error that the person can mend becomes a page with its words, not a stack trace."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.handle(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return pages.mendable(request, error) if isinstance(error, KeikiError) else None
