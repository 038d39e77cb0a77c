"""What pydantic finds wrong with a request, in the words of this service: its own are English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_TRUTH = "`{field}` must be true or false."
_WHOLE = "`{field}` must be a whole number."
_NUMBER = "`{field}` must be a number."
_TEXT = "`{field}` must be text."
_LIST = "`{field}` must be a list."
_OBJECT = "`{field}` must be an object."
_AT_LEAST = "`{field}` must be at least {limit}."
_AT_MOST = "`{field}` must be at most {limit}."
_MORE_THAN = "`{field}` must be more than {limit}."
_LESS_THAN = "`{field}` must be less than {limit}."
_ONE_OF = "`{field}` must be one of these: {choices}."
_MISSING = "`{field}` is missing."
_UNKNOWN = "`{field}` is not known here."
_TOO_SHORT = "`{field}` is too short."
_TOO_LONG = "`{field}` is too long."
_INVALID = "`{field}` is not valid."

_OF_TYPE = {
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "int_parsing": _WHOLE,
    "int_parsing_size": _WHOLE,
    "int_from_float": _WHOLE,
    "int_type": _WHOLE,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "finite_number": _NUMBER,
    "string_type": _TEXT,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "dict_type": _OBJECT,
    "model_type": _OBJECT,
    "model_attributes_type": _OBJECT,
    "greater_than_equal": _AT_LEAST,
    "less_than_equal": _AT_MOST,
    "greater_than": _MORE_THAN,
    "less_than": _LESS_THAN,
    "literal_error": _ONE_OF,
    "enum": _ONE_OF,
    "missing": _MISSING,
    "extra_forbidden": _UNKNOWN,
    "string_too_short": _TOO_SHORT,
    "too_short": _TOO_SHORT,
    "string_too_long": _TOO_LONG,
    "too_long": _TOO_LONG,
}
_BOUNDS = ("ge", "le", "gt", "lt")


def said_of(error: Mapping[str, Any], field: str) -> tuple[str, dict[str, str]]:
    """A sentence about `field`, and the values in it, for one of pydantic's errors."""
    context = error.get("ctx", {})
    values = {"field": field}
    template = _OF_TYPE.get(error["type"], _INVALID)
    if template is _ONE_OF:
        # pydantic joins the last two by an English word.
        values["choices"] = str(context.get("expected", "")).replace(" or ", ", ")
    elif template in (_AT_LEAST, _AT_MOST, _MORE_THAN, _LESS_THAN):
        values["limit"] = str(next((context[name] for name in _BOUNDS if name in context), ""))
    return template, values
