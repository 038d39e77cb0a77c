"""GET /limits: what may be sent."""

from __future__ import annotations

from fastapi import APIRouter, Request

from cxr_severity.api.errors import problem_responses
from cxr_severity.api.examples import answers
from cxr_severity.api.schemas import InputLimits
from cxr_severity.api.state import state_of
from cxr_severity.interop.bodies.kinds import OF_CALLERS

router = APIRouter(tags=["prediction"])


@router.get(
    "/limits",
    operation_id="getLimits",
    summary="How large a file may be, and in which formats",
    responses={**answers(InputLimits), **problem_responses(OF_CALLERS)},
)
async def get_limits(request: Request) -> InputLimits:
    return InputLimits.build(state_of(request).limits)
