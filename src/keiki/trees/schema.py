"""The published schema of kpi-tree documents: JSON Schema (draft 2020-12) made from the same fields that read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from keiki.catalogue.load import CADENCES
from keiki.facts import vocabulary
from keiki.trees.bundle import BUNDLE_TABLE, VERSION
from keiki.trees.document import TREE_TABLE
from keiki.trees.fields import LARGEST, LONGEST, Field, Kind, Table

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DAY = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$"
SPAN = r"^[1-9][0-9]{0,3}[dwmy]$"
KPI_ID = r"^[a-z][a-z0-9_]*$"


def _has(*names: str) -> dict[str, Any]:
    return {"required": list(names)}


BEYOND_FIELDS: dict[str, dict[str, Any]] = {
    "node": {"anyOf": [_has("id"), _has("kpi")]},
    "target": {
        "anyOf": [_has("value"), _has("low", "high"), _has("steps"), _has("months")],
        "not": _has("by", "within"),
        "if": {"required": ["shape"], "properties": {"shape": {"const": "manual"}}},
        "then": _has("months"),
    },
    "step": {"oneOf": [_has("by"), _has("within")]},
    "kpi_target": {"oneOf": [_has("kpi"), _has("tree", "node")]},
}
"""What a record must have that is not a matter of one field."""


def schema() -> dict[str, Any]:
    """The JSON Schema of a kpi-tree file: a bundle, or one tree alone."""
    tables = all_tables()
    bundle = _object(BUNDLE_TABLE)
    bundle["properties"] = {"kpi_tree": {"const": VERSION, "description": "1"}, **bundle["properties"]}
    bundle["required"] = ["kpi_tree"]
    return {
        "$schema": DIALECT,
        "$id": f"urn:keiki:kpi-tree:{VERSION}",
        "title": "kpi-tree",
        "description": _described(BUNDLE_TABLE),
        "if": {"required": ["kpi_tree"]},
        "then": {"$ref": "#/$defs/bundle"},
        "else": {"$ref": "#/$defs/tree"},
        "$defs": {"bundle": bundle, **{t.name: _object(t) for t in tables if t is not BUNDLE_TABLE}},
    }


def all_tables() -> tuple[Table, ...]:
    """Every kind of record of a kpi-tree file, the file itself first."""
    found: dict[str, Table] = {}

    def visit(table: Table) -> None:
        if table.name in found:
            return
        found[table.name] = table
        for field in table.fields:
            if field.table is not None:
                visit(field.table())

    visit(BUNDLE_TABLE)
    visit(TREE_TABLE)
    return tuple(found.values())


def _object(table: Table) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": "object",
        "description": _described(table),
        "properties": {field.name: {**_type(table, field), "description": _described(field)} for field in table.fields},
        "additionalProperties": False,
    }
    needed = [field.name for field in table.fields if field.needed]
    return {**shown, **({"required": needed} if needed else {}), **BEYOND_FIELDS.get(table.name, {})}


def _described(said: Table | Field) -> str:
    return f"{said.en} / {said.ja}"


def _type(table: Table, field: Field) -> dict[str, Any]:
    match field.kind:
        case Kind.TEXT:
            return _text(table, field)
        case Kind.WORDS:
            word = {"type": "string", **_listed(table, field)}
            return {"anyOf": [word, {"type": "array", "items": word}]}
        case Kind.FLAG:
            return {"type": "boolean", "default": False}
        case Kind.NUMBER:
            return {"type": "number"}
        case Kind.WHOLE:
            return {"type": "integer", **dict(_bounds(field))}
        case Kind.DATE:
            return {"type": "string", "pattern": DAY}
        case Kind.SPAN:
            return {"type": "string", "pattern": SPAN}
        case Kind.SIGN:
            return {"enum": ["+", "-"]}
        case Kind.SERIES:
            return {"type": "object", "patternProperties": {DAY: {"type": "number"}}, "additionalProperties": False}
        case Kind.PAIRS:
            return {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}}
    inside = {"$ref": f"#/$defs/{field.table().name}"} if field.table is not None else {}
    return inside if field.kind is Kind.RECORD else {"type": "array", "items": inside, "maxItems": LARGEST}


def _text(table: Table, field: Field) -> dict[str, Any]:
    if field.options:
        return {"enum": list(field.options), **({"default": field.default} if field.default else {})}
    if table.name == "kpi" and field.name == "id":
        return {"type": "string", "pattern": KPI_ID}
    return {"type": "string", "minLength": 1, "maxLength": LONGEST}


def _listed(table: Table, field: Field) -> dict[str, Any]:
    """The only words of two fields of a KPI."""
    if table.name == "kpi" and field.name in ("cadence", "department"):
        return {"enum": list(CADENCES if field.name == "cadence" else vocabulary("department"))}
    return {}


def _bounds(field: Field) -> Iterator[tuple[str, int]]:
    yield "minimum", int(field.low or 0)
    if field.high is not None:
        yield "maximum", int(field.high)
