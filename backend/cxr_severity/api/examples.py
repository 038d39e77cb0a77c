"""Example bodies for the OpenAPI document, built from the models that describe the real ones.

A field may say what it looks like (`Field(examples=[…])`); else its default, its choices or its
bounds give a value. So an example has every field that a model has, and none that it has not.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

Json = dict[str, Any]

_SHA256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_KNOWN: dict[str, object] = {
    "version": "1.0.0",
    "created": "2026-11-23",
    "sha256": _SHA256,
    "name": "cxr-severity",
    "Estimate": {"value": 0.75, "low": 0.7, "high": 0.8},
    "Scaling.weights": [[1.0 if row == column else 0.0 for column in range(9)] for row in range(3)],
    "confusion_matrix": [[220, 60, 2], [70, 310, 61], [1, 50, 201]],
    "classes": ["mild", "moderate", "severe"],
    "recipe": {"epochs": 30},
}
"""Values by model, by field or by both, for models that know nothing of this document."""


def example_of(model: type[BaseModel]) -> Json:
    """A body as `model` would serialize it.

    Raises:
        ValidationError: the schema says less than the model asks for; then the field needs an
            example of its own.
    """
    schema = model.model_json_schema(mode="serialization")
    body = _Walk(schema.get("$defs", {})).of(schema, model.__name__)
    return model.model_validate(body).model_dump(mode="json", exclude_unset=True)


def answers(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """A route's OpenAPI response when all goes well, with its example."""
    return {200: {"content": {"application/json": {"example": example_of(model)}}}}


class _Walk:
    def __init__(self, definitions: dict[str, Json]) -> None:
        self._definitions = definitions

    def of(self, schema: Json, name: str = "") -> Any:
        if "examples" in schema:
            return schema["examples"][0]
        if "$ref" in schema:
            model = schema["$ref"].rpartition("/")[2]
            return _KNOWN.get(model) or self.of(self._definitions[model], model)
        if "const" in schema:
            return schema["const"]
        if "default" in schema:
            return schema["default"]
        if "enum" in schema:
            return schema["enum"][0]
        if "anyOf" in schema:
            return self.of(schema["anyOf"][0])
        match schema.get("type"):
            case "object":
                return self._object(schema, name)
            case "array" if "prefixItems" in schema:
                return [self.of(item) for item in schema["prefixItems"]]
            case "array":
                return [self.of(schema["items"])] * schema.get("minItems", 1)
            case "boolean":
                return False
            case "integer" | "number":
                return _number(schema)
            case "string":
                return "…"
        return None

    def _object(self, schema: Json, name: str) -> Json:
        if "properties" in schema:
            return {
                field: _known(name, field) or self.of(inner)
                for field, inner in schema["properties"].items()
            }
        names = schema.get("propertyNames", {}).get("enum", [])
        return {name: self.of(schema["additionalProperties"]) for name in names}


def _known(model: str, field: str) -> object:
    return _KNOWN.get(f"{model}.{field}", _KNOWN.get(field))


def _number(schema: Json) -> int | float:
    """Within the schema's bounds; the middle where there are two."""
    low = schema.get("minimum", schema.get("exclusiveMinimum"))
    high = schema.get("maximum", schema.get("exclusiveMaximum"))
    if schema["type"] == "integer":
        if low is None:
            return 1 if high is None else int(high)
        return int(low) + (1 if "exclusiveMinimum" in schema or low == 0 else 0)
    if low is None or high is None:
        return float(low + 1) if low is not None else 0.5
    return float(low + high) / 2
