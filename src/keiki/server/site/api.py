"""The REST API: every app's `router` under one address, one way to ask, one shape of errors."""

from __future__ import annotations

import logging
import re
import secrets
from functools import wraps
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from keiki.errors import EditConflict, FileTooLarge, KeikiError, Restricted, TokenOnlyReads, UnknownName
from keiki.server.accounts.api import PerMinute, Session, Token
from keiki.server.accounts.schemas import ErrorOut
from keiki.server.ui.language import current_language

log = logging.getLogger(__name__)
STATUS = {EditConflict: 409, FileTooLarge: 413, Restricted: 403, TokenOnlyReads: 403}

api = NinjaAPI(
    title="Keiki",
    version="1",
    description="KPIs, trees and data of a business, with the same numbers as the pages.",
    openapi_url=None,
    docs_url=None,
    auth=[Token(), Session()],
    throttle=PerMinute(),
    urls_namespace="api",
)


def only_declared(run: Any) -> Any:
    """An operation that refuses a name in the address that it does not declare, once it knows who asks."""
    operation = run.__self__
    asked = (model for model in operation.models if model.__ninja_param_source__ == "query")
    known = {name for model in asked for name in model.__ninja_flatten_map__}

    @wraps(run)
    def refusing(request: HttpRequest, **path: Any) -> Any:
        unknown = next((name for name in request.GET if name not in known), None)
        if unknown is None:
            return run(request, **path)
        stopped = operation._run_checks(request)
        refused = UnknownName(kind="parameter", name=unknown, known=known)
        return stopped or operation.api.on_exception(request, refused)

    return refusing


api.add_decorator(only_declared, "view")
for _app in settings.PRESENT:
    if _app != "site" and find_spec(f"keiki.server.{_app}.api"):
        module = import_module(f"keiki.server.{_app}.api")
        if hasattr(module, "router"):
            api.add_router("", module.router)


def _answer(error: str, message: str, status: int, **more: Any) -> HttpResponse:
    body = ErrorOut(
        error=error, message=message, id=more.pop("id", secrets.token_hex(4)), fields=more.pop("fields", [])
    )
    return HttpResponse(body.model_dump_json(), status=status, content_type="application/json", **more)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@api.exception_handler(KeikiError)
def mendable(request: HttpRequest, error: KeikiError) -> HttpResponse:
    """What the asker can mend, in words."""
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)
    return _answer(_snake(type(error).__name__), error.words(current_language()), status)


@api.exception_handler(ValidationError)
def does_not_fit(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """A request that is not of the declared form."""
    fields = [{"at": ".".join(map(str, each["loc"])), "message": each["msg"]} for each in error.errors]
    return _answer(
        "does_not_fit", _("The request is not of the declared form. Nothing was changed."), 422, fields=fields
    )


@api.exception_handler(Http404)
def nothing_there(request: HttpRequest, error: Http404) -> HttpResponse:
    """Nothing there, or not for this caller."""
    return _answer("not_found", _("This page does not exist, or it is not open to you."), 404)


@api.exception_handler(PermissionDenied)
def not_allowed(request: HttpRequest, error: PermissionDenied) -> HttpResponse:
    """A member whose role is not enough."""
    return _answer("not_allowed", _("Your role in this business does not allow this."), 403)


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    """A body larger than one request may be."""
    return _answer("too_large", _("The request is too large. Nothing was changed; send it in parts."), 413)


@api.exception_handler(HttpError)
def refused(request: HttpRequest, error: HttpError) -> HttpResponse:
    """Not signed in, too often, or not JSON at all."""
    match error:
        case AuthenticationError():
            message = _("Send a token of Settings, Tokens for programs, in the header Authorization: Bearer.")
            return _answer("not_signed_in", message, 401, headers={"WWW-Authenticate": "Bearer"})
        case Throttled():
            message = _("Too many requests in this minute. Nothing was changed; wait a moment and send it again.")
            return _answer("too_often", message, 429, headers={"Retry-After": str(int(error.wait or 0) + 1)})
        case _ if error.status_code == 403:
            return _answer(
                "stale_form", _("The CSRF token of the page is missing or too old. Nothing was changed."), 403
            )
    return _answer("does_not_fit", _("The request could not be understood."), error.status_code)


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    """Our mistake: the number is in the log beside the stack trace."""
    number = secrets.token_hex(4)
    log.error("Error %s at %s", number, request.path, exc_info=error)
    message = _("Something unexpected happened.") + " " + _("Try again, or give this number to whoever runs Keiki.")
    return _answer("broken", message, 500, id=number)
