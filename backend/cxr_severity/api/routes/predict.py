"""POST /predict."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response

from cxr_severity.api.accept_language import language_headers, language_of
from cxr_severity.api.access.audit import judgement, unbegun
from cxr_severity.api.access.control import granted
from cxr_severity.api.admission import check_waiting, queued, unless_left, while_connected
from cxr_severity.api.documented import NOT_KEPT, SPOKEN
from cxr_severity.api.errors import problem_responses
from cxr_severity.api.examples import answers
from cxr_severity.api.field_lines import listed
from cxr_severity.api.negotiation import MEDIA_TYPES, DicomObject, form_of, media_type_of
from cxr_severity.api.state import state_of
from cxr_severity.api.upload import UPLOAD_BODY, read_upload, within
from cxr_severity.imaging.limits import Limits
from cxr_severity.interop.bodies.kinds import OF_CALLERS, OF_IMAGES
from cxr_severity.interop.bodies.prediction import Prediction
from cxr_severity.interop.dicom.uids import Uids
from cxr_severity.interop.forms import Form, as_form
from cxr_severity.interop.making import Making
from cxr_severity.model.assessment import Target
from cxr_severity.service.pipeline import ENOUGH, Options, judge

router = APIRouter(tags=["prediction"])

_PROBLEMS = (
    "malformed-request",
    "unknown-version",
    "unsupported-media-type",
    "missing-field",
    "invalid-request",
    "unknown-target",
    "incomplete-upload",
    "unsupported-encoding",
    "not-acceptable",
    *OF_IMAGES,
    *OF_CALLERS,
    "rate-limited",
    "upload-too-slow",
    "internal-error",
    "not-ready",
    "busy",
)
# In words alone: of an answer with several media types, openapi-fetch's and orval's clients make
# one that may be any of them, so that who asks for JSON would have to prove that it is.
_FORMS = f"The judgement, as JSON unless `Accept` asks otherwise: {', '.join(MEDIA_TYPES)}"


@router.post(
    "/predict",
    operation_id="predict",
    summary="Severity of one radiograph",
    response_model=Prediction,
    responses={
        200: {**answers(Prediction)[200], "description": _FORMS, "headers": SPOKEN | NOT_KEPT},
        **problem_responses(_PROBLEMS),
    },
    openapi_extra=UPLOAD_BODY,
)
async def predict_route(
    request: Request,
    explain: Annotated[
        bool, Query(description="`false` gives `explanation: null` and saves its time")
    ] = True,
    target: Annotated[
        Target,
        Query(
            description="What the heatmap speaks of: `burden`, the expected Brixia total; "
            "`predicted`, the most probable class; or a class. Versions before 2.0.0 explain "
            "classes alone, and give the predicted one for `burden`"
        ),
    ] = "burden",
    force: Annotated[
        bool, Query(description="`true` judges also what the gate rejects; `quality` says why")
    ] = False,
    size: Annotated[
        int,
        Query(
            ge=64,
            le=ENOUGH,
            description="Longest side of the overlay in pixels, at most; a smaller one is drawn "
            "and sent in less time",
        ),
    ] = ENOUGH,
    version: Annotated[
        str | None, Query(description="A version from /models; the default one when absent")
    ] = None,
    dicom_object: Annotated[
        DicomObject,
        Query(
            alias="object",
            description="Of `Accept: application/dicom`: structured report, secondary capture or "
            "grayscale presentation state. Only a DICOM object can be answered with one",
        ),
    ] = "sr",
) -> Response:
    """Send a frontal chest radiograph as the multipart field `file`: PNG, JPEG, TIFF or DICOM,
    at most as large as `/limits` says. Nothing is kept. The file may also be the whole body, as
    `image/png`, `image/jpeg` (or `image/jpg`), `image/tiff`, `application/dicom` or
    `application/octet-stream`.

    The answer is JSON. `Accept` asks for another form: `application/dicom` (a structured report, or
    what `object` names), `application/fhir+json` (an R4 Bundle), `application/pdf`, `text/csv`,
    `application/x-ndjson`; what is none of these is answered 406.

    Research software; not a medical device and not a diagnosis.
    """
    state = state_of(request)
    form = form_of(listed(request.headers, "accept"), dicom_object)
    draws = isinstance(form, Form) and form.draws
    caller = granted(request).caller.name
    # Before the body is read: a request that will be turned away should not have to send it.
    state.admission.check()
    registry = state.registry
    if registry.is_loaded(version):
        predictor = registry.predictor(version)
    else:
        predictor = await to_thread.run_sync(registry.predictor, version)
    data = await within(state.upload_seconds, read_upload(request))
    language = language_of(request.scope)
    film = caller, predictor.manifest.version, data, state.metrics
    # Only after the body: a slow sender holds no place.
    with state.admission.place():
        async with while_connected(request) as left:

            def finish(limits: Limits) -> bytes:
                with judgement(*film) as known:
                    with state.batcher.ticket() as ticket:
                        judged = judge(
                            predictor,
                            data,
                            Options(target, explain or draws, force, ENOUGH if draws else size),
                            limits=limits,
                            submit=unless_left(left, ticket.submit),
                            decode=state.decoding.decode,
                        )
                    check_waiting(left)
                    known.end_with(judged)
                if isinstance(form, Form):
                    making = Making(datetime.now(UTC), Uids(state.uid_root), language, state.font)
                    return as_form(form, judged.assessment, judged.radiograph, data, making)
                line = Prediction.build(judged, language).as_json()
                return line + b"\n" if form == "lines" else line

            def work() -> bytes:
                begin()
                # Given back when `finish` has let go of the film, not before.
                waiting = partial(check_waiting, left)
                with state.running.one(), state.film_memory.share(state.limits, waiting) as limits:
                    return finish(limits)

            async with queued(partial(unbegun, *film)) as begin:
                body = await to_thread.run_sync(work, limiter=state.limiter)
    return Response(
        body,
        media_type=media_type_of(form),
        headers={
            "Cache-Control": "no-store",
            **language_headers(language),
            "Vary": "Accept, Accept-Language",
        },
    )
