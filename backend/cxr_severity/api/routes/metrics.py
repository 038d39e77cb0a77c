"""GET /metrics: for Prometheus."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4

from cxr_severity.api.state import state_of

router = APIRouter()


# Not in the API's document: the format and its stability are Prometheus' own.
@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    # On the loop, as the gauges are read from what only the loop changes; it takes 2 ms.
    return Response(state_of(request).metrics.text(), media_type=CONTENT_TYPE_PLAIN_0_0_4)
