"""The reference of the REST API for people, made from its OpenAPI document, and the document itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja.responses import NinjaJSONEncoder

from keiki.server.accounts.schemas import ErrorOut
from keiki.server.site.api import api

ADDRESS: Final = "/api/v1"
Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Field:
    """One value that is sent or received."""

    name: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True)
class Operation:
    """One thing a program can ask."""

    id: str
    method: str
    path: str
    summary: str
    tag: str
    fields: tuple[Field, ...]
    status: str
    answer: tuple[Field, ...]


@dataclass(frozen=True)
class ReferencePage:
    title: str
    subtitle: str
    address: str
    operations: tuple[Operation, ...]


def document() -> dict[str, Any]:
    """The OpenAPI document: every operation, its errors, and how to sign in."""
    found = dict(api.get_openapi_schema(path_prefix=f"{ADDRESS}/"))
    error = {
        "description": "Error",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorOut"}}},
    }
    for _path, methods in found["paths"].items():
        for operation in methods.values():
            for status in ("401", "403", "404", "409", "413", "422", "429"):
                operation["responses"].setdefault(status, error)
    found["components"]["schemas"]["ErrorOut"] = ErrorOut.model_json_schema()
    return found


@login_required
@require_safe
def openapi(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document, for people who are signed in."""
    return JsonResponse(document(), encoder=NinjaJSONEncoder, json_dumps_params={"ensure_ascii": False, "indent": 1})


@login_required
@require_safe
def reference(request: HttpRequest) -> HttpResponse:
    """What programs can ask, on one page."""
    page = ReferencePage(
        _("REST API"),
        _("The same numbers as the pages, for programs."),
        request.build_absolute_uri(ADDRESS),
        tuple(operations(document())),
    )
    return render(request, "site/api_reference.html", {"page": page})


def operations(found: Schema) -> Iterator[Operation]:
    """The operations of an OpenAPI document in the reader's language, by address."""
    schemas = found["components"]["schemas"]
    for path, methods in found["paths"].items():
        for method, one in methods.items():
            status = next(iter(one["responses"]))
            yield Operation(
                id=one["operationId"],
                method=method.upper(),
                path=path,
                summary=_(one["summary"]),
                tag=_(one["tags"][0]),
                fields=(*_parameters(one, schemas), *_body(one, schemas)),
                status=status,
                answer=tuple(_fields(_json(one["responses"][status]), schemas)),
            )


def _parameters(one: Schema, schemas: Schema) -> Iterator[Field]:
    for each in one.get("parameters", ()):
        if each["in"] == "query":
            about = each.get("description") or each["schema"].get("description", "")
            yield Field(each["name"], _kind(each["schema"], schemas), bool(each.get("required")), about and _(about))


def _body(one: Schema, schemas: Schema) -> Iterator[Field]:
    body = one.get("requestBody")
    if body is None:
        return
    if "application/json" not in body["content"]:
        yield Field("", _("the bytes of the file"), True, "")
        return
    yield from _fields(_json(body), schemas)


def _json(part: Schema) -> Schema:
    found: Schema = part.get("content", {}).get("application/json", {}).get("schema", {})
    return found


def _fields(schema: Schema, schemas: Schema, prefix: str = "") -> Iterator[Field]:
    """The fields of a schema; those of lists and of records inside are named by their path."""
    schema = _resolved(schema, schemas)
    if schema.get("type") == "array":
        yield from _fields(schema["items"], schemas, f"{prefix}[]." if not prefix.endswith(".") else prefix)
        return
    for name, each in schema.get("properties", {}).items():
        inside = _resolved(each, schemas)
        about = each.get("description", "")
        required = name in schema.get("required", ())
        yield Field(f"{prefix}{name}", _kind(each, schemas), required, about and _(about))
        if inside.get("type") == "array" and _resolved(inside["items"], schemas).get("properties"):
            yield from _fields(inside["items"], schemas, f"{prefix}{name}[].")
        elif inside.get("properties"):
            yield from _fields(inside, schemas, f"{prefix}{name}.")


def _resolved(schema: Schema, schemas: Schema) -> Schema:
    if "allOf" in schema and len(schema["allOf"]) == 1:
        schema = schema["allOf"][0]
    if "$ref" in schema:
        found: Schema = schemas[schema["$ref"].rpartition("/")[2]]
        return found
    return schema


def _kind(schema: Schema, schemas: Schema) -> str:
    if "anyOf" in schema:
        return " | ".join(_kind(each, schemas) for each in schema["anyOf"])
    schema = _resolved(schema, schemas)
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_kind(schema['items'], schemas)}[]"
    return str(schema.get("format") or schema.get("type") or "any")
