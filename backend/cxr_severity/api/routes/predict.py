"""POST /predict."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect

from cxr_severity.api.errors import REJECTIONS, ApiError, problem_responses
from cxr_severity.api.examples import PREDICTION
from cxr_severity.api.language import language_headers, language_of
from cxr_severity.api.schemas import Prediction
from cxr_severity.api.service import predict
from cxr_severity.api.state import state_of
from cxr_severity.api.upload import UPLOAD_BODY, read_upload
from cxr_severity.imaging import errors as imaging
from cxr_severity.model.assessment import Target

router = APIRouter(tags=["prediction"])

_PROBLEMS = (
    "malformed-request",
    "unknown-version",
    imaging.FileTooLargeError.code,
    imaging.ImageTooLargeError.code,
    imaging.UnsupportedFormatError.code,
    "unsupported-media-type",
    "missing-field",
    "invalid-request",
    "unknown-target",
    imaging.EmptyFileError.code,
    imaging.NotAnImageError.code,
    imaging.DamagedImageError.code,
    imaging.ImageTooSmallError.code,
    imaging.ImageWithoutContrastError.code,
    imaging.MultiFrameError.code,
    imaging.UnsupportedColourSpaceError.code,
    imaging.DicomNotRadiographError.code,
    imaging.NotFrontalChestError.code,
    *REJECTIONS,
    imaging.DicomForProcessingError.code,
    imaging.DicomWithoutImageError.code,
    imaging.DicomUnsupportedEncodingError.code,
    "internal-error",
    "not-ready",
    "busy",
)


@router.post(
    "/predict",
    operation_id="predict",
    summary="Severity of one radiograph",
    response_model=Prediction,
    responses={
        200: {"content": {"application/json": {"example": PREDICTION}}},
        **problem_responses(_PROBLEMS),
    },
    openapi_extra=UPLOAD_BODY,
)
async def predict_route(
    request: Request,
    explain: Annotated[
        bool, Query(description="`false` gives `explanation: null` and saves its time")
    ] = True,
    target: Annotated[Target, Query(description="The class that the heatmap speaks of")] = (
        "predicted"
    ),
    force: Annotated[
        bool, Query(description="`true` judges also what the gate rejects; `quality` says why")
    ] = False,
    version: Annotated[
        str | None, Query(description="A version from /models; the default one when absent")
    ] = None,
) -> Response:
    """Send a frontal chest radiograph as the multipart field `file`: PNG, JPEG, TIFF or DICOM,
    at most 25 MB and 64 megapixels. Nothing is kept.

    Research software; not a medical device and not a diagnosis.
    """
    state = state_of(request)
    # Before the body is read: a request that will be turned away should not have to send it.
    if (
        state.limiter.available_tokens <= 0
        and state.limiter.statistics().tasks_waiting >= state.queue
    ):
        raise ApiError("busy", "All places are taken. Try again shortly.", {"Retry-After": "1"})
    predictor = await to_thread.run_sync(state.registry.predictor, version)
    data = await read_upload(request)
    language = language_of(request.scope)
    work = partial(
        predict, predictor, data, state.limits,
        target=target, explain=explain, force=force, language=language,
    )  # fmt: skip
    async with state.limiter:
        # Whoever left while waiting is not worked for.
        if await request.is_disconnected():
            raise ClientDisconnect
        prediction = await to_thread.run_sync(work)
    # Serialised by pydantic's own encoder: a second walk over megabytes of base64 buys nothing.
    body = prediction.__pydantic_serializer__.to_json(prediction)
    return Response(
        body,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **language_headers(language)},
    )
