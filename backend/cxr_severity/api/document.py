"""The OpenAPI document: FastAPI's, with what holds for all routes."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from cxr_severity.api.batch.line import SCHEMAS
from cxr_severity.api.documented import RETRY_AFTER, header
from cxr_severity.api.errors import PROBLEM_JSON, problem_responses
from cxr_severity.api.names import first_part
from cxr_severity.api.oip.errors import is_of_the_protocol
from cxr_severity.api.oip.schemas import InferenceProblem
from cxr_severity.api.prefix import STABLE_PREFIX
from cxr_severity.api.revalidation import STEADY
from cxr_severity.interop.bodies.problem import Problem

_TAGS = {
    "prediction": "Judge radiographs, and what they may be.",
    "models": "The versions that can answer, what was measured of them, and their cards.",
    "health": "For whoever supervises the service.",
    "open inference protocol": "The same judgement for clients of KServe and Triton, by tensors.",
    "errors": "Every problem that an answer can name.",
}
_SERVERS = [
    {"url": "/", "description": "The paths as they are"},
    {"url": STABLE_PREFIX, "description": "The same under a prefix that will keep its meaning"},
]


_REQUEST_ID = {"X-Request-ID": header("The caller's, or a new one; it stands in each log line")}
_TAGGED = {
    "ETag": header("Of the content; sent back as `If-None-Match` it saves an answer"),
    "Cache-Control": header("`no-cache`: keep it, and ask whether it is still the same"),
}
_RATE = {
    "RateLimit": header("Where calls are limited: what is left of the images, and until when"),
    "RateLimit-Policy": header(
        "Where they are: images that a caller may send, in how many seconds"
    ),
}
"""Of every answer of a route that counts images, good or not."""
_OF_STATUS = {
    "401": {"WWW-Authenticate": header("How to say who is calling")},
    "403": {"WWW-Authenticate": header("Which scope is needed")},
    "415": {"Accept-Encoding": header("Where the body's encoding is not read: `identity`")},
    "429": RETRY_AFTER,
}


_SCHEMES = {
    "key": {
        "type": "apiKey",
        "in": "header",
        "name": "X-API-Key",
        "description": "A key from `cxr-severity keys add`; also taken as a bearer's credential",
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "description": "A JWT of the identity provider that the service believes",
    },
}
# None of them where the service asks nobody who they are.
_SECURITY: list[dict[str, list[str]]] = [{}, {"key": []}, {"bearer": []}]


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, made once, with this project's one error schema in place of its own."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            license_info=app.license_info,
            servers=_SERVERS,
            tags=[{"name": name, "description": said} for name, said in _TAGS.items()],
        )
        schemas = document["components"]["schemas"]
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                _complete(path, method, operation["responses"])
                if "401" in operation["responses"]:
                    operation["security"] = _SECURITY
        document["components"]["securitySchemes"] = _SCHEMES
        schemas.update(SCHEMAS)
        for problem in (Problem, InferenceProblem):
            schema = problem.model_json_schema(
                mode="serialization", ref_template="#/components/schemas/{model}"
            )
            schemas.update(schema.pop("$defs", {}))
            schemas[problem.__name__] = schema
        for schema in schemas.values():
            if "D" in schema.get("properties", {}):
                _zone_d_last(schema)
        app.openapi_schema = document
    return app.openapi_schema


def _complete(path: str, method: str, responses: dict[str, Any]) -> None:
    # Where every value of a parameter is valid, FastAPI still announces its own 422.
    if "application/json" in responses.get("422", {}).get("content", {}):
        del responses["422"]
    # Of every route (`manners.only_known_parameters`).
    _add_problem(responses, "unknown-parameter")
    if "401" in responses:  # what credentials are checked with may be away (`access.control`)
        _add_problem(responses, "not-ready")
    if is_of_the_protocol(path):
        _as_of_the_protocol(responses)
    if method == "get" and first_part(path) in STEADY:
        tagged = {**responses["200"].get("headers", {}), **_TAGGED}
        responses["200"]["headers"] = tagged
        responses["304"] = {"description": "The same as what the caller has", "headers": tagged}
    rate = _RATE if "429" in responses else {}
    for status, response in responses.items():
        known = response.get("headers", {})
        response["headers"] = {**known, **_OF_STATUS.get(status, {}), **rate, **_REQUEST_ID}


def _add_problem(responses: dict[str, Any], code: str) -> None:
    """To those that the route names itself."""
    ((status, added),) = problem_responses([code]).items()
    known = responses.setdefault(str(status), added)
    examples = known["content"][PROBLEM_JSON]["examples"]
    if code not in examples:
        examples.update(added["content"][PROBLEM_JSON]["examples"])
        known["description"] = f"{known['description']}; {added['description']}"


def _as_of_the_protocol(responses: dict[str, Any]) -> None:
    """As `NamedErrors` has its problems."""
    for response in responses.values():
        if said := response.get("content", {}).get(PROBLEM_JSON):
            said["schema"] = {"$ref": f"#/components/schemas/{InferenceProblem.__name__}"}
            for example in said["examples"].values():
                example["value"]["error"] = example["value"]["detail"]


def _zone_d_last(schema: dict[str, Any]) -> None:
    """openapi-python-client reads an object's fields into variables of their lower-case names, one
    of them `d`, which it also reads them from: what stands behind `D` would be read from a number.
    Six zones there are, so that nothing else is to be read either."""
    properties = schema["properties"]
    properties["D"] = properties.pop("D")
    schema["additionalProperties"] = False
