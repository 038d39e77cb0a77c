"""/v2: the Open Inference Protocol, for KServe's and Triton's clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager
from functools import partial
from threading import Event
from typing import Annotated, Any

import anyio
from anyio import to_thread
from fastapi import APIRouter, Path, Request, Response

from cxr_severity import __version__
from cxr_severity.api.access.control import granted
from cxr_severity.api.admission import queued, while_connected
from cxr_severity.api.documented import NOT_KEPT, header
from cxr_severity.api.errors import ApiError, problem_responses
from cxr_severity.api.examples import answers, example_of
from cxr_severity.api.failures import OneOfSeveralError
from cxr_severity.api.oip.asked import read_asked
from cxr_severity.api.oip.judging import Judging
from cxr_severity.api.oip.message import LENGTH, write_message
from cxr_severity.api.oip.model import metadata, outputs_of
from cxr_severity.api.oip.schemas import (
    Inference,
    Live,
    ModelMetadata,
    ModelReady,
    Ready,
    ServerMetadata,
)
from cxr_severity.api.routes import health
from cxr_severity.api.state import State, state_of
from cxr_severity.api.upload import within
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.interop.bodies.kinds import OF_CALLERS, OF_IMAGES
from cxr_severity.model.assessment import Assessment
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.quality import RejectedError
from cxr_severity.service.pipeline import Options

router = APIRouter(prefix="/v2", tags=["open inference protocol"])

Name = Annotated[str, Path(description="The model's name, `cxr-severity`")]
Version = Annotated[str, Path(description="A version from /models")]

_NAMED = [*OF_CALLERS, "unknown-model", "unknown-version", "not-ready"]
_INFER: dict[str, Any] = {
    "summary": "Judge encoded images, or tensors that were prepared by the client",
    "response_class": Response,
    "responses": {
        200: {
            "description": "The outputs, as JSON or with binary tensors behind it",
            "headers": {
                LENGTH: header("Bytes that are JSON, where binary tensors follow", "integer"),
                **NOT_KEPT,
            },
            "content": {
                "application/json": {
                    "schema": {"type": "object", "required": list(Inference.model_fields)},
                    "example": example_of(Inference),
                }
            },
        },
        **problem_responses(
            [
                *_NAMED,
                *OF_IMAGES,
                "malformed-request",
                "invalid-request",
                "unsupported-encoding",
                "rate-limited",
                "upload-too-slow",
                "internal-error",
                "busy",
            ]
        ),
    },
    "openapi_extra": {
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"type": "object"}},
                "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
}


@router.get(
    "",
    operation_id="oipServer",
    summary="The server's name and what it can",
    responses={**answers(ServerMetadata), **problem_responses(OF_CALLERS)},
)
async def server() -> ServerMetadata:
    return ServerMetadata(
        name="cxr-severity", version=__version__, extensions=["binary_tensor_data"]
    )


@router.get(
    "/health/live",
    operation_id="oipLive",
    summary="The process answers",
    responses=answers(Live),
)
async def live() -> Live:
    return Live(live=True)


@router.get(
    "/health/ready",
    operation_id="oipReady",
    summary="The default version can answer",
    responses={**answers(Ready), **problem_responses(["not-ready"])},
)
async def ready(request: Request) -> Ready:
    await health.ready(request)
    return Ready(ready=True)


@router.get(
    "/models/{name}",
    operation_id="oipModel",
    summary="Inputs and outputs of the default version",
    responses={**answers(ModelMetadata), **problem_responses(_NAMED)},
)
def model(request: Request, name: Name) -> ModelMetadata:
    return _metadata(state_of(request), name, None)


@router.get(
    "/models/{name}/versions/{version}",
    operation_id="oipModelVersion",
    summary="Inputs and outputs of a version",
    responses={**answers(ModelMetadata), **problem_responses(_NAMED)},
)
def model_version(request: Request, name: Name, version: Version) -> ModelMetadata:
    return _metadata(state_of(request), name, version)


@router.get(
    "/models/{name}/ready",
    operation_id="oipModelReady",
    summary="The default version can answer",
    responses={**answers(ModelReady), **problem_responses(_NAMED)},
)
def model_ready(request: Request, name: Name) -> ModelReady:
    return _ready(state_of(request), name, None)


@router.get(
    "/models/{name}/versions/{version}/ready",
    operation_id="oipModelVersionReady",
    summary="A version can answer; it is loaded for that",
    responses={**answers(ModelReady), **problem_responses(_NAMED)},
)
def model_version_ready(request: Request, name: Name, version: Version) -> ModelReady:
    return _ready(state_of(request), name, version)


@router.post("/models/{name}/infer", operation_id="oipInfer", **_INFER)
async def infer(request: Request, name: Name) -> Response:
    """Inputs: `image`, BYTES [n], files as `/predict` takes them; or `input`, FP32 [n, 3, S, S],
    prepared as `preprocess` at `/models/{version}` says. In JSON an element of `image` is base64.

    The gate judges both; with the parameter `force` what it rejects is graded all the same. One
    image that is refused refuses the request: `index` in the problem counts from 0 and says which.
    A request holds up to 64 images, in a body of 50.4 MB where `/limits` are the usual ones.
    """
    return await _infer(request, name, None)


@router.post("/models/{name}/versions/{version}/infer", operation_id="oipInferVersion", **_INFER)
async def infer_version(request: Request, name: Name, version: Version) -> Response:
    """The same, of the version that is named."""
    return await _infer(request, name, version)


def _predictor(state: State, name: str, version: str | None) -> Predictor:
    """Blocking."""
    predictor = state.registry.predictor(version)
    if name != predictor.manifest.name:
        raise ApiError("unknown-model", "There is no model {name!r}.", name=name[:40])
    return predictor


def _metadata(state: State, name: str, version: str | None) -> ModelMetadata:
    return metadata(_predictor(state, name, version).manifest, state.registry.versions)


def _ready(state: State, name: str, version: str | None) -> ModelReady:
    state.registry.check_ready()
    _predictor(state, name, version)
    return ModelReady(name=name, ready=True)


async def _infer(request: Request, name: str, version: str | None) -> Response:
    state, caller = state_of(request), granted(request)
    state.admission.check()
    predictor = await to_thread.run_sync(_predictor, state, name, version)
    manifest = predictor.manifest
    body = await within(state.upload_seconds, request.body())
    # In a thread: of a large one, lists of JSON or of elements take a while. One at a time: they
    # take many times the bytes of the body, for as long as they are read.
    asked = await to_thread.run_sync(
        read_asked, body, request.headers.get(LENGTH), manifest.preprocess.size,
        limiter=state.reading,
    )  # fmt: skip
    options = Options(explain=False, force=asked.force)
    images = asked.images
    caller.take_the_rest_or_refuse(len(images))

    judging = Judging(state, caller.caller.name, predictor, options)
    found: list[Assessment | Exception | None] = [None] * len(images)

    # As many at a time as can be worked on: all at once would leave no place for other requests.
    hands = anyio.Semaphore(int(state.limiter.total_tokens))

    async def one(number: int, place: AbstractAsyncContextManager[None], left: Event) -> None:
        image = images[number]

        def work() -> Assessment:
            begin()
            # One alone is counted as at `/predict`.
            caller.begun = len(images) > 1
            return judging.one(image, left)

        try:
            async with queued(partial(judging.unbegun, image)) as begin, hands, place:
                found[number] = await to_thread.run_sync(work, limiter=state.limiter)
        except Exception as error:  # noqa: BLE001 - raised below, when the others have ended
            found[number] = error

    # The first image is admitted or turned away as a request is, and gives its place back when it
    # is done: requests that kept theirs while their other images wait would wait for each other.
    with ExitStack() as first:
        first.enter_context(state.admission.place())
        async with while_connected(request) as left, anyio.create_task_group() as group:
            group.start_soon(one, 0, _closing(first), left)
            for number in range(1, len(images)):
                group.start_soon(one, number, state.admission.place_when_free(), left)
    judged: list[Assessment] = []
    for index, outcome in enumerate(found):
        if isinstance(outcome, Assessment):
            judged.append(outcome)
        elif isinstance(outcome, ApiError | InputRefusedError | RejectedError):
            raise OneOfSeveralError(index, outcome) from outcome
        elif outcome is not None:
            raise outcome
    said = {"model_name": manifest.name, "model_version": manifest.version}
    if asked.id:
        said["id"] = asked.id
    answer, length = write_message(outputs_of(judged, list(asked.wanted)), asked.wanted, **said)
    headers = {"Cache-Control": "no-store"}
    if length is None:
        return Response(answer, media_type="application/json", headers=headers)
    headers[LENGTH] = str(length)
    return Response(answer, media_type="application/octet-stream", headers=headers)


@asynccontextmanager
async def _closing(stack: ExitStack) -> AsyncIterator[None]:
    with stack:
        yield
