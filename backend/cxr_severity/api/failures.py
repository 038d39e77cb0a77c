"""From an exception to the problem that it is: the one place for requests and lines of batches."""

from __future__ import annotations

import logging

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.accept_language import language_of
from cxr_severity.api.errors import ApiError, answer, problem
from cxr_severity.api.field_lines import elements
from cxr_severity.api.response_headers import HEADERS
from cxr_severity.api.validation import said_of
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.interop.bodies.problem import (
    Problem,
    as_problem,
    as_rejection,
    rejection_code,
)
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.registry import NotReadyError, UnknownVersionError
from cxr_severity.texts.language import Language, say

logger = logging.getLogger(__name__)

SHORT_OF_MEMORY = "The service is short of memory. Try again shortly."
UNFORESEEN = "Something failed inside the service; it was logged."

FORESEEN = (
    ApiError,
    InputRefusedError,
    RejectedError,
    UnknownVersionError,
    NotReadyError,
    MemoryError,
)
"""What an image or a request may fail with; anything else is a fault of the service."""


class OneOfSeveralError(Exception):
    """What one image of a request failed with, where the answer is about all of them."""

    def __init__(self, index: int, error: Exception) -> None:
        """`error`: one of `FORESEEN`."""
        self.index = index
        self.error = error
        super().__init__(str(error))


def code_of(error: BaseException) -> str:
    """Of the problem that an exception is."""
    match error:
        case RejectedError():
            return rejection_code(error)
        case ApiError():
            return error.kind.code
        case InputRefusedError():
            return error.code
        case UnknownVersionError():
            return "unknown-version"
        case NotReadyError():
            return "not-ready"
        case MemoryError():
            return "busy"
        case _:
            return "internal-error"


def problem_of(error: Exception, language: Language) -> tuple[Problem, dict[str, str] | None]:
    """The problem that an exception is, and the headers of an answer that is that problem alone.

    What is none of `FORESEEN` is `internal-error`; whoever calls this has logged it.
    """
    headers: dict[str, str] | None = None
    match error:
        case RejectedError():
            return as_rejection(error, language), None
        case ApiError():
            said, headers = say(error.template, language, **error.values), error.headers
        case InputRefusedError() | UnknownVersionError():
            said = say(error.template, language, **error.values)
        case NotReadyError():
            said = say(error.template, language, **error.values)
            # A fault that does not pass by itself is not worth trying again for.
            headers = {"Retry-After": "2"} if error.passing else None
        case MemoryError():
            logger.error("short of memory: an image was turned away")
            said, headers = say(SHORT_OF_MEMORY, language), {"Retry-After": "5"}
        case _:
            said = say(UNFORESEEN, language)
    return as_problem(code_of(error), said, language), headers


def install(app: FastAPI) -> None:
    """Give every failure of `app` the one form; must come before other middleware is added.

    None of the handlers blocks, and all are coroutines: for another one Starlette takes a thread,
    and those are gone just when most is turned away.
    """

    async def _foreseen(request: Request, error: Exception) -> Response:
        language = language_of(request.scope)
        body, headers = problem_of(error, language)
        return answer(body, language, headers)

    for kind in FORESEEN:
        app.add_exception_handler(kind, _foreseen)

    @app.exception_handler(OneOfSeveralError)
    async def _one_of_several(request: Request, error: OneOfSeveralError) -> Response:
        language = language_of(request.scope)
        body, headers = problem_of(error.error, language)
        return answer(body, language, headers, index=error.index)

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
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
        template, values = said_of(first, where)
        return problem(code, language, template, None, **values)

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers) if error.headers else None
        language = language_of(request.scope)
        path, method = request.url.path, request.method
        if error.status_code == 404:
            return problem("not-found", language, "There is no {path} here.", headers, path=path)
        if error.status_code == 405:
            headers = {"Allow": _with_head((headers or {}).get("Allow", "GET"))}
            return problem(
                "method-not-allowed", language, "{method} is not allowed here.", headers,
                method=method,
            )  # fmt: skip
        return problem("malformed-request", language, "{reason}", headers, reason=error.detail)

    @app.exception_handler(ClientDisconnect)
    async def _gone(_: Request, __: ClientDisconnect) -> Response:
        # Nobody is left to read it; the status only keeps the access log truthful.
        return Response(status_code=499)

    @app.exception_handler(Exception)
    async def _outermost(request: Request, _: Exception) -> Response:
        # Of what is outside of every `Unforeseen`; the server logs it.
        return problem("internal-error", language_of(request.scope), UNFORESEEN, {**HEADERS})

    app.add_middleware(Unforeseen)


def _with_head(allowed: str) -> str:
    """Methods of a route, which knows nothing of `Head`."""
    methods = elements(allowed)
    return ", ".join([*methods, *(["HEAD"] if "GET" in methods and "HEAD" not in methods else [])])


class Unforeseen:
    """Answers for exceptions that nothing expected.

    Starlette's own place for them is outside of all middleware, where the answer would miss its
    security and CORS headers. One stands around the routes, where it gets the headers of every
    middleware, and one around those middlewares that may fail.
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
            response = problem("internal-error", language_of(scope), UNFORESEEN)
            await response(scope, receive, send)
