"""Every way a request can fail, as `application/problem+json` (RFC 9457) with a stable code.

`failures` says which exception is which problem.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from cxr_severity.api.accept_language import language_headers
from cxr_severity.api.access.tracing import current
from cxr_severity.api.documented import RETRY_AFTER, SPOKEN, header
from cxr_severity.api.telemetry.seen import note_problem
from cxr_severity.imaging import errors as imaging
from cxr_severity.interop.bodies.findings import FindingBody
from cxr_severity.interop.bodies.kinds import KINDS, advice_of
from cxr_severity.interop.bodies.problem import Problem, as_problem
from cxr_severity.texts.findings import MESSAGES, REJECTIONS
from cxr_severity.texts.language import ENGLISH, Language, say
from cxr_severity.texts.problems import Kind

PROBLEM_JSON = "application/problem+json"


class ApiError(Exception):
    """A failure of the request rather than of the image."""

    def __init__(
        self,
        code: str,
        template: str,
        headers: dict[str, str] | None = None,
        **values: str | float,
    ) -> None:
        self.kind = KINDS[code]
        self.template = template
        self.values = values
        self.headers = headers
        super().__init__(say(template, ENGLISH, **values))


def problem(
    code: str,
    language: Language,
    template: str,
    headers: dict[str, str] | None = None,
    **values: str | float,
) -> JSONResponse:
    body = as_problem(code, say(template, language, **values), language)
    return answer(body, language, headers)


def response_of(error: ApiError, language: Language) -> JSONResponse:
    return problem(error.kind.code, language, error.template, error.headers, **error.values)


def refused(error: imaging.InputRefusedError, language: Language) -> JSONResponse:
    return problem(error.code, language, error.template, None, **error.values)


def answer(
    body: Problem,
    language: Language,
    headers: dict[str, str] | None = None,
    **more: object,
) -> JSONResponse:
    """`more`: members that this problem has beside those of all (RFC 9457, 3.2)."""
    request = current()
    if request is not None:
        body = body.model_copy(update={"request_id": request.request_id})
    return _Answer(body, {**language_headers(language), **(headers or {})}, more)


class _Answer(JSONResponse):
    """Tells the metrics of its request which problem it is."""

    media_type = PROBLEM_JSON

    def __init__(self, body: Problem, headers: dict[str, str], more: dict[str, object]) -> None:
        super().__init__({**body.body(), **more}, status_code=body.status, headers=headers)
        self._code = body.code

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        note_problem(scope, self._code)
        await super().__call__(scope, receive, send)


def problem_responses(codes: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses for a route's possible problems, one example for each code."""
    responses: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        kind = KINDS[code]
        response = responses.setdefault(
            kind.status,
            {
                "description": "",
                "headers": {**SPOKEN, **_HEADERS.get(kind.status, {})},
                "content": {
                    PROBLEM_JSON: {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                        "examples": {},
                    }
                },
            },
        )
        titles = [response["description"], kind.title]
        response["description"] = "; ".join(title for title in titles if title)
        response["content"][PROBLEM_JSON]["examples"][code] = {"value": _example(kind).body()}
    return responses


def _example(kind: Kind) -> Problem:
    if kind.code not in REJECTIONS:
        return as_problem(kind.code, advice_of(kind, ENGLISH))
    code = kind.code
    finding = FindingBody(code=code, level="reject", message=MESSAGES[code], value=0.9, limit=0.5)
    return as_problem(code, finding.message).model_copy(update={"findings": [finding]})


_HEADERS: dict[int, dict[str, Any]] = {
    405: {"Allow": header("Methods that are allowed here")},
    503: RETRY_AFTER,
}
