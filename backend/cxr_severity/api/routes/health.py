"""GET /health/*: for orchestrators and load balancers."""

from __future__ import annotations

from fastapi import APIRouter, Request

from cxr_severity.api.errors import problem_responses
from cxr_severity.api.examples import answers
from cxr_severity.api.schemas import Health
from cxr_severity.api.state import state_of

router = APIRouter(prefix="/health", tags=["health"])


@router.get(
    "/live",
    operation_id="getLiveness",
    summary="The process answers",
    responses=answers(Health),
)
async def live() -> Health:
    return Health(status="live")


@router.get(
    "/ready",
    operation_id="getReadiness",
    summary="The default version is loaded, checked and warm",
    responses={
        **answers(Health),
        **problem_responses(["not-ready"]),
    },
)
async def ready(request: Request) -> Health:
    state_of(request).check_ready()
    return Health(status="ready")
