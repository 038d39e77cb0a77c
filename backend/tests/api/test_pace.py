"""Slow senders hold no place, and bodies together are bounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import anyio
import pytest
from held import FILM, HEAD, Caller, held
from problems import assert_problem, send
from waiting import wait_until

from cxr_severity.api.body_memory import BodyMemory
from cxr_severity.api.body_pace import UploadPace
from cxr_severity.api.errors import ApiError

SCOPE = {"type": "http", "path": "/predict"}


async def take(pace: UploadPace, chunks: Sequence[bytes], pause: float = 0) -> None:
    """Send a body in chunks through the middleware, whose application reads it whole."""
    left = list(chunks)

    async def receive() -> Any:
        await anyio.sleep(pause)
        return {"type": "http.request", "body": left.pop(0), "more_body": bool(left)}

    async def ignore(_: Any) -> None: ...

    await pace(SCOPE, receive, ignore)


async def read_all(_: Any, receive: Any, __: Any) -> None:
    while (await receive())["more_body"]:
        pass


@pytest.mark.parametrize(("chunks", "pause"), [([b"x"] * 20, 0.05), ([b"x", b"x"], 30)])
def test_a_body_that_trickles_or_stands_still_is_let_go(chunks: list[bytes], pause: float) -> None:
    memory = BodyMemory(10**9)
    pace = UploadPace(read_all, rate=1000, memory=memory, grace=0.1)
    with pytest.raises(ApiError) as caught:
        anyio.run(take, pace, chunks, pause)
    assert caught.value.kind.code == "upload-too-slow"
    assert memory.held == 0


def test_a_body_that_comes_at_the_rate_is_read_and_given_back() -> None:
    memory = BodyMemory(10**9)
    pace = UploadPace(read_all, rate=100, memory=memory, grace=0.1)
    anyio.run(take, pace, [b"x" * 1000] * 4, 0.05)
    assert memory.held == 0


def test_bodies_together_are_bounded_and_a_single_one_is_not() -> None:
    refused: list[str] = []

    async def wait(scope: Any, receive: Any, send: Any) -> None:
        await read_all(scope, receive, send)
        await anyio.sleep(0.2)

    memory = BodyMemory(1000)
    pace = UploadPace(wait, rate=1000, memory=memory)

    async def second() -> None:
        try:
            await take(pace, [b"x"])
        except ApiError as error:
            refused.append(error.kind.code)

    async def both() -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(take, pace, [b"x" * 5000])
            await anyio.sleep(0.05)
            tasks.start_soon(second)

    anyio.run(both)
    assert refused == ["busy"]
    assert memory.held == 0


def test_slow_senders_hold_no_place(random_version: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with held(random_version, monkeypatch, concurrency=1, queue=0, upload_seconds=2) as service:
        service.finish.set()
        senders = [Caller(service, whole=False) for _ in range(38)]
        wait_until(lambda: service.bytes_held == 38 * len(HEAD))
        assert service.taken == 0
        assert send(service.client, FILM).status_code == 200
        for sender in senders:
            sender.done.result(30)
            assert sender.status == 408
        wait_until(lambda: service.taken == 0)


def test_who_comes_when_all_places_are_taken_need_not_send(
    random_version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(random_version, monkeypatch, concurrency=1, queue=0) as service:
        worked_on = Caller(service)
        assert service.started.acquire(timeout=30)
        unsent = Caller(service, whole=False)
        unsent.done.result(30)
        assert unsent.status == 503
        assert_problem(send(service.client, FILM), 503, "busy")
        service.finish.set()
        worked_on.done.result(30)
        assert worked_on.status == 200


def test_where_no_thread_can_work_the_service_is_not_ready(
    random_version: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(random_version, monkeypatch, concurrency=1, queue=1, stuck_seconds=0.05) as service:
        caught = Caller(service)
        assert service.started.acquire(timeout=30)
        wait_until(lambda: service.client.get("/health/ready").status_code == 503)
        body = assert_problem(service.client.get("/health/ready"), 503, "not-ready")
        assert "every thread" in body["detail"]
        service.finish.set()
        caught.done.result(30)
        assert service.client.get("/health/ready").status_code == 200
