"""Every way a request can fail, as `application/problem+json` (RFC 9457) with a stable code."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.accept_language import language_headers, language_of
from cxr_severity.api.access.tracing import current
from cxr_severity.api.telemetry.seen import note_problem
from cxr_severity.imaging import errors as imaging
from cxr_severity.interop.bodies.findings import FindingBody
from cxr_severity.interop.bodies.kinds import KINDS, advice_of
from cxr_severity.interop.bodies.problem import Problem, as_problem, as_rejection
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.registry import NotReadyError, UnknownVersionError
from cxr_severity.texts.findings import MESSAGES, REJECTIONS
from cxr_severity.texts.language import ENGLISH, LANGUAGES, Language, say
from cxr_severity.texts.problems import Kind

logger = logging.getLogger(__name__)

SHORT_OF_MEMORY = "The service is short of memory. Try again shortly."
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
    return _response(body, language, headers)


def refused(error: imaging.InputRefusedError, language: Language) -> JSONResponse:
    return problem(error.code, language, error.template, None, **error.values)


def _response(
    body: Problem, language: Language, headers: dict[str, str] | None = None
) -> JSONResponse:
    request = current()
    if request is not None:
        body = body.model_copy(update={"request_id": request.request_id})
    return _Answer(body, {**language_headers(language), **(headers or {})})


class _Answer(JSONResponse):
    """Tells the metrics of its request which problem it is."""

    media_type = PROBLEM_JSON

    def __init__(self, body: Problem, headers: dict[str, str]) -> None:
        super().__init__(body.body(), status_code=body.status, headers=headers)
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
                "headers": {**_LANGUAGE, **_HEADERS.get(kind.status, {})},
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


def _header(description: str, **schema: object) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string", **schema}}


_LANGUAGE = {"Content-Language": _header("Language of title and detail", enum=list(LANGUAGES))}
_HEADERS: dict[int, dict[str, Any]] = {
    405: {"Allow": _header("Methods that are allowed here")},
    503: {"Retry-After": _header("Seconds after which to try again", type="integer")},
}


def install(app: FastAPI) -> None:
    """Give every failure of `app` the one form; must come before other middleware is added."""

    @app.exception_handler(ApiError)
    def _api(request: Request, error: ApiError) -> Response:
        language = language_of(request.scope)
        return problem(error.kind.code, language, error.template, error.headers, **error.values)

    @app.exception_handler(UnknownVersionError)
    def _unknown(request: Request, error: UnknownVersionError) -> Response:
        language = language_of(request.scope)
        return problem("unknown-version", language, error.template, None, **error.values)

    @app.exception_handler(NotReadyError)
    def _not_ready(request: Request, error: NotReadyError) -> Response:
        language = language_of(request.scope)
        # A fault that does not pass by itself is not worth trying again for.
        headers = {"Retry-After": "2"} if error.passing else None
        return problem("not-ready", language, error.template, headers, **error.values)

    @app.exception_handler(MemoryError)
    def _short_of_memory(request: Request, _: MemoryError) -> Response:
        logger.error("short of memory: a request was turned away")
        language = language_of(request.scope)
        return problem("busy", language, SHORT_OF_MEMORY, {"Retry-After": "5"})

    @app.exception_handler(imaging.InputRefusedError)
    def _refused(request: Request, error: imaging.InputRefusedError) -> Response:
        return refused(error, language_of(request.scope))

    @app.exception_handler(RejectedError)
    def _rejected(request: Request, error: RejectedError) -> Response:
        language = language_of(request.scope)
        return _response(as_rejection(error, language), language)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        language = language_of(request.scope)
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
        if where == "target":
            return problem(
                "unknown-target",
                language,
                "`target` is burden, predicted, mild, moderate or severe.",
            )
        code = "missing-field" if first["type"] == "missing" else "invalid-request"
        return problem(code, language, "`{field}`: {reason}.", field=where, reason=first["msg"])

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers) if error.headers else None
        language = language_of(request.scope)
        path, method = request.url.path, request.method
        if error.status_code == 404:
            return problem("not-found", language, "There is no {path} here.", headers, path=path)
        if error.status_code == 405:
            return problem(
                "method-not-allowed", language, "{method} is not allowed here.", headers,
                method=method,
            )  # fmt: skip
        return problem("malformed-request", language, "{reason}", headers, reason=error.detail)

    @app.exception_handler(ClientDisconnect)
    def _gone(_: Request, __: ClientDisconnect) -> Response:
        # Nobody is left to read it; the status only keeps the access log truthful.
        return Response(status_code=499)

    app.add_middleware(_Unforeseen)


class _Unforeseen:
    """Answers for exceptions that nothing expected.

    Starlette's own place for them is outside of all middleware, where the answer would miss its
    security and CORS headers.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception:
            if scope["type"] != "http" or started:
                raise
            logger.exception("%s %s failed", scope["method"], scope["path"])
            response = problem(
                "internal-error",
                language_of(scope),
                "Something failed inside the service; it was logged.",
            )
            await response(scope, receive, send)
