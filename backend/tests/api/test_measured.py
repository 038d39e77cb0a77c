"""How a request is counted that does not simply get its whole answer."""

from __future__ import annotations

from asyncio import CancelledError

import anyio
import pytest
from starlette.types import Message, Receive, Scope, Send

from cxr_severity.api.telemetry.counters import Metrics
from cxr_severity.api.telemetry.measured import Measured, Routes

START: Message = {"type": "http.response.start", "status": 200, "headers": []}
SCOPE: Scope = {"type": "http", "path": "/predict", "method": "POST", "headers": []}
DRAINED = 0.3


def body(*, more: bool) -> Message:
    return {"type": "http.response.body", "body": b"x", "more_body": more}


async def receive() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}


async def send(message: Message) -> None:
    if not message.get("more_body", True):
        await anyio.sleep(DRAINED)  # as for what is left of a body that was answered early


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("last", "fault", "status"),
    [
        (body(more=False), None, "200"),
        (body(more=True), None, "499"),
        (body(more=True), CancelledError(), "499"),
        (body(more=True), RuntimeError(), "200"),
        (body(more=False), RuntimeError(), "200"),
    ],
)
async def test_an_answer_that_does_not_end_is_none_and_its_time_is_that_of_the_service(
    last: Message, fault: BaseException | None, status: str
) -> None:
    async def answers(scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        await send(last)
        if fault is not None:
            raise fault

    metrics = Metrics()
    measured = Measured(answers, metrics, Routes([], []))
    if fault is None:
        await measured(SCOPE, receive, send)
    else:
        with pytest.raises(type(fault)):
            await measured(SCOPE, receive, send)
    counted = {
        sample.labels["status"]: sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.name == "cxr_http_requests_total"
    }
    assert counted == {status: 1}
    labels = {"route": "other"}
    took = metrics.registry.get_sample_value("cxr_http_request_duration_seconds_sum", labels)
    assert took is not None
    assert took < DRAINED / 2
