"""POST /predict/batch."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from threading import Event
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from cxr_severity.api.accept_language import language_headers, language_of
from cxr_severity.api.access.audit import judgement, unbegun
from cxr_severity.api.access.control import granted
from cxr_severity.api.admission import check_waiting, unless_left
from cxr_severity.api.batch.ahead import Ahead
from cxr_severity.api.batch.intake import events_of
from cxr_severity.api.batch.stream import NDJSON, Lines
from cxr_severity.api.body_memory import Share
from cxr_severity.api.body_pace import StreamPace
from cxr_severity.api.documented import NOT_KEPT, SPOKEN
from cxr_severity.api.errors import problem_responses
from cxr_severity.api.field_lines import listed
from cxr_severity.api.negotiation import lines_alone
from cxr_severity.api.state import state_of
from cxr_severity.imaging.limits import Limits
from cxr_severity.interop.bodies.kinds import OF_CALLERS
from cxr_severity.interop.bodies.prediction import Prediction
from cxr_severity.model.assessment import Target
from cxr_severity.service.pipeline import Options, judge

router = APIRouter(tags=["prediction"])

MOST_ITEMS = 10_000
AFTER_BODY = "X-Answer-After-Body"
"""A header of proxies that send no more of a request once its answer has begun, as nginx does."""

_LINES = {
    "schema": {"type": "string", "description": "JSON Lines, each of them a `BatchLine`"},
    "example": '{"index": 0, "name": "a.png", "result": {…}}\n'
    '{"index": 1, "name": "b.txt", "error": {"code": "not-an-image", …}}\n',
}
_BINARY = {"type": "string", "format": "binary"}
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "array", "minItems": 1, "items": _BINARY}},
                }
            },
        },
    }
}


@router.post(
    "/predict/batch",
    operation_id="predictBatch",
    summary="Severity of many radiographs, a line for each",
    response_class=Response,
    responses={
        200: {
            "description": "A line for each image",
            "headers": SPOKEN | NOT_KEPT,
            "content": {NDJSON: _LINES},
        },
        **problem_responses(
            [
                "malformed-request",
                "incomplete-upload",
                "unsupported-media-type",
                "unsupported-encoding",
                "not-acceptable",
                "archive-damaged",
                "archive-too-large",
                "unknown-version",
                "missing-field",
                "invalid-request",
                "unknown-target",
                *OF_CALLERS,
                "rate-limited",
                "upload-too-slow",
                "not-ready",
            ]
        ),
    },
    openapi_extra=_BODY,
)
async def predict_batch(
    request: Request,
    explain: Annotated[
        bool, Query(description="`true` adds the pictures; then read the lines while you send")
    ] = False,
    target: Annotated[
        Target, Query(description="What the heatmap speaks of, as at `/predict`")
    ] = "burden",
    force: Annotated[
        bool, Query(description="`true` judges also what the gate rejects; `quality` says why")
    ] = False,
    version: Annotated[
        str | None, Query(description="A version from /models; the default one when absent")
    ] = None,
) -> Response:
    """Send up to 10,000 radiographs as parts of a form, as ZIP archives among them, or one ZIP as
    the body. The answer is NDJSON: `{"index", "name", "result"}` or `{"index", "name", "error"}`
    for each image, as it is ready. `index` counts the images in the order in which they came.

    An error is a line, and the others go on; what cannot be read as a batch before its first image
    is a problem. Folders and a DICOMDIR in an archive have no line.
    """
    state = state_of(request)
    lines_alone(listed(request.headers, "accept"))
    ahead = Ahead(request.receive)
    share = Share(state.body_memory)
    pace = StreamPace(ahead.receive, share, rate=state.upload_rate, patience=state.upload_seconds)
    events = events_of(Request(request.scope, pace.receive))
    predictor = await to_thread.run_sync(state.registry.predictor, version)
    caller = granted(request)
    language = language_of(request.scope)
    options = Options(target, explain, force)
    by, left = (caller.caller.name, predictor.manifest.version), Event()

    async def judged(number: int, data: bytes, begin: Callable[[], None]) -> bytes:
        if number:  # the request itself has counted as one
            with share.pause():
                await caller.take_or_wait()

        def answer(limits: Limits) -> bytes:
            with judgement(*by, data, state.metrics) as known:
                with state.batcher.ticket() as ticket:
                    found = judge(
                        predictor,
                        data,
                        options,
                        limits=limits,
                        submit=unless_left(left, ticket.submit),
                        decode=state.decoding.decode,
                    )
                check_waiting(left)
                known.end_with(found)
            prediction = Prediction.build(found, language)
            return prediction.as_json()

        def work() -> bytes:
            begin()
            waiting = partial(check_waiting, left)
            with state.running.one(), state.film_memory.share(state.limits, waiting) as limits:
                return answer(limits)

        async with state.admission.place_when_free():
            return await to_thread.run_sync(work, limiter=state.limiter)

    return Lines(
        events,
        judged,
        ahead=ahead,
        hands=int(state.limiter.total_tokens),
        max_bytes=state.limits.max_bytes,
        max_items=MOST_ITEMS,
        share=share,
        patience=state.upload_seconds,
        language=language,
        headers={"Cache-Control": "no-store", **language_headers(language)},
        left=left,
        after_body=AFTER_BODY in request.headers,
        unbegun=lambda data: unbegun(*by, data, state.metrics),
        count=lambda code: state.metrics.problems.labels(code).inc(),
    )
