"""A line of a batch's answer, for the OpenAPI document: no media type of it has lines of JSON."""

from __future__ import annotations

from typing import Any

_COMMON = {
    "index": {
        "type": "integer",
        "minimum": 0,
        "description": "Counts the images in the order in which they came; no two lines share one",
    },
    "name": {
        "type": "string",
        "description": "Of the file, as it was sent; empty where it had none. Several may share it",
    },
}


def _line(member: str, schema: str) -> dict[str, Any]:
    properties = {**_COMMON, member: {"$ref": f"#/components/schemas/{schema}"}}
    return {"type": "object", "properties": properties, "required": list(properties)}


SCHEMAS: dict[str, dict[str, Any]] = {
    "BatchResult": _line("result", "Prediction"),
    "BatchError": _line("error", "Problem"),
    "BatchLine": {
        "description": "One line of what `/predict/batch` answers",
        "anyOf": [
            {"$ref": "#/components/schemas/BatchResult"},
            {"$ref": "#/components/schemas/BatchError"},
        ],
    },
}
