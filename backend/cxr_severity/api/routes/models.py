"""GET /models, its versions and their cards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import PlainTextResponse

from cxr_severity.api.errors import problem_responses
from cxr_severity.api.examples import answers
from cxr_severity.api.prefix import prefix_of
from cxr_severity.api.schemas import ModelDetails, ModelList, ModelSummary
from cxr_severity.api.state import state_of
from cxr_severity.interop.bodies.kinds import OF_CALLERS
from cxr_severity.model.artifact import MODEL_CARD

router = APIRouter(prefix="/models", tags=["models"])

Version = Annotated[str, Path(description="A version from /models", examples=["1.0.0"])]


@router.get(
    "",
    operation_id="listModels",
    summary="Versions that can answer",
    responses={
        **answers(ModelList),
        **problem_responses([*OF_CALLERS, "not-ready"]),
    },
)
def list_models(request: Request) -> ModelList:
    registry = state_of(request).registry
    manifests = registry.manifests()
    if registry.default not in [manifest.version for manifest in manifests]:
        raise registry.not_ready()
    return ModelList(
        default=registry.default,
        models=[
            ModelSummary.build(manifest, default=manifest.version == registry.default)
            for manifest in manifests
        ],
    )


@router.get(
    "/{version}",
    operation_id="getModel",
    summary="Manifest and metrics of a version",
    responses={
        **answers(ModelDetails),
        **problem_responses([*OF_CALLERS, "unknown-version", "not-ready"]),
    },
)
def get_model(request: Request, version: Version) -> ModelDetails:
    manifest = state_of(request).registry.manifest(version)
    return ModelDetails(
        manifest=manifest,
        metrics=manifest.evaluation.metrics,
        card=f"{prefix_of(request)}/models/{version}/card",
    )


@router.get(
    "/{version}/card",
    operation_id="getModelCard",
    summary="Model card of a version, Markdown",
    response_class=PlainTextResponse,
    responses={
        200: {"content": {"text/plain": {"example": "# Model card: version 1.0.0\n…"}}},
        **problem_responses([*OF_CALLERS, "unknown-version", "not-ready"]),
    },
)
def get_model_card(request: Request, version: Version) -> str:
    registry = state_of(request).registry
    registry.manifest(version)
    return (registry.directory(version) / MODEL_CARD).read_text(encoding="utf-8")
