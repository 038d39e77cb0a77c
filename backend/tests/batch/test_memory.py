"""What batches hold counts as all bodies do; none waits for ever, and none is waited for so."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
from served import connect, read_all, serving
from starlette.types import Message
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.api.batch.arriving import Item
from cxr_severity.api.batch.intake import take_in
from cxr_severity.api.body_memory import BodyMemory, Share
from cxr_severity.api.body_pace import StreamPace
from cxr_severity.api.errors import ApiError
from cxr_severity.api.multipart import Begin, Data, End, Event
from cxr_severity.settings import Settings

from .sent import zipped

in_a_loop = pytest.mark.anyio


async def judged(memory: BodyMemory, seen: list[int], *events: Event) -> list[Item]:
    """One batch, whose items take a moment."""
    found: list[Item] = []
    share = Share(memory)

    async def sent() -> AsyncIterator[Event]:
        for event in events:
            await anyio.sleep(0)
            seen.append(memory.held)
            yield event

    async def judge(item: Item) -> None:
        await anyio.sleep(0.01)
        assert item.part is not None
        item.part.give_back()

    async def put(item: Item) -> None:
        found.append(item)
        hands.start_soon(judge, item)

    async with anyio.create_task_group() as hands:
        await take_in(sent(), put, 5_000_000, share)
    share.close()
    return found


@in_a_loop
@pytest.mark.parametrize("batches", [1, 8])
async def test_batches_whose_files_have_all_come_in_part_go_on_one_by_one(batches: int) -> None:
    """Every file is larger than what they may all take."""
    memory, seen = BodyMemory(40_000), list[int]()
    file: list[Event] = [Begin("a"), *[Data(b"x" * 10_000)] * 3, End()]
    found: list[list[Item]] = []

    async def one() -> None:
        found.append(await judged(memory, seen, *file, *file))

    with anyio.fail_after(20):
        async with anyio.create_task_group() as group:
            for _ in range(batches):
                group.start_soon(one)
    whole = Item("a", b"x" * 30_000)
    assert [[replace(item, part=None) for item in each] for each in found] == [
        [whole] * 2
    ] * batches
    assert memory.held == 0
    # Half of it, a piece of each batch, and the file that goes on alone.
    assert max(seen) <= 20_000 + batches * 10_000 + 30_000


@in_a_loop
async def test_files_of_an_archive_count_as_they_are_unpacked() -> None:
    memory, seen = BodyMemory(4_000_000), list[int]()
    archive = zipped({f"{number}.png": bytes(3_000_000) for number in range(5)})
    assert len(archive) < 50_000
    found: list[list[Item]] = []

    async def one() -> None:
        found.append(await judged(memory, seen, Begin("a"), Data(archive), End()))

    async def watch() -> None:
        while True:
            seen.append(memory.held)
            await anyio.sleep(0)

    with anyio.fail_after(30):
        async with anyio.create_task_group() as group:
            group.start_soon(watch)
            async with anyio.create_task_group() as senders:
                for _ in range(4):
                    senders.start_soon(one)
            group.cancel_scope.cancel()
    assert [len(each) for each in found] == [5] * 4
    assert memory.held == 0
    # Half of it, a piece of each, and the file that goes on alone.
    assert 2_000_000 < max(seen) <= 2_000_000 + 4 * 1_000_000 + 3_000_000, "of 60"


@in_a_loop
async def test_of_a_file_over_the_limit_or_of_a_damaged_archive_nothing_is_kept() -> None:
    memory = BodyMemory(10**9)
    held: list[int] = []
    damaged = zipped({"a.png": bytes(range(256)) * 300})[:-200]

    async def events() -> AsyncIterator[Event]:
        yield Begin("large")
        for _ in range(5):
            yield Data(b"x" * 10_000)
            held.append(memory.held)
        yield End()
        yield Begin("damaged")
        yield Data(damaged[:300] + bytes(20_000))
        yield End()

    async def put(item: Item) -> None:
        assert isinstance(item.content, Exception)

    await take_in(events(), put, 25_000, Share(memory))
    assert held == [10_000, 20_000, 0, 0, 0]
    assert memory.held == 0


@in_a_loop
async def test_a_sender_is_timed_while_it_is_waited_for_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 0.0
    monkeypatch.setattr("cxr_severity.api.body_pace.monotonic", lambda: now)

    async def receive() -> Message:
        nonlocal now
        now += pause
        return {"type": "http.request", "body": body, "more_body": True}

    async def times(number: int) -> None:
        for _ in range(number):
            await pace.receive()

    pace = StreamPace(receive, Share(BodyMemory(1)), rate=1000, patience=60)
    body, pause = b"x" * 1_000_000, 0.0
    await times(1)
    now += 500  # what came is worked on
    body, pause = b"x" * 20_000, 20.0
    await times(10)  # as fast as it should
    body, pause = b"x", 20.0
    await times(3)
    with pytest.raises(ApiError) as caught:  # however much came before
        await times(1)
    assert caught.value.kind.code == "upload-too-slow"


@in_a_loop
async def test_a_sender_of_whom_nothing_comes_is_not_waited_for() -> None:
    async def receive() -> Message:
        await anyio.sleep_forever()
        raise AssertionError

    with pytest.raises(ApiError) as caught:
        await StreamPace(receive, Share(BodyMemory(1)), rate=1000, patience=0.1).receive()
    assert caught.value.kind.code == "upload-too-slow"


@in_a_loop
async def test_a_file_that_goes_on_alone_has_its_time_to_come_whole() -> None:
    memory = BodyMemory(2)
    share = Share(memory)
    part = share.part()

    async def receive() -> Message:
        await anyio.sleep(0.02)
        return {"type": "http.request", "body": b"x" * 1_000, "more_body": True}

    pace = StreamPace(receive, share, rate=1000, patience=0.1)
    await pace.receive()
    await part.grow(1_000)
    assert share.turn is not None

    async def go_on() -> None:
        while True:
            await pace.receive()

    with anyio.fail_after(5), pytest.raises(ApiError) as caught:
        await go_on()
    assert caught.value.kind.code == "upload-too-slow"
    share.drop_unfinished()
    assert memory.held == 0, "what cannot come whole is kept no longer"

    part = share.part()
    await part.grow(1_000)
    part.whole = True
    for _ in range(10):
        await pace.receive()


@in_a_loop
async def test_whoever_waits_for_the_rate_of_its_caller_holds_up_nobody() -> None:
    memory = BodyMemory(2)
    over, other = Share(memory), Share(memory)
    first, second, third = over.part(), over.part(), other.part()
    await first.grow(1_000)
    with over.pause():
        assert over.turn is None
        async with anyio.create_task_group() as group:
            group.start_soon(second.grow, 1_000)
            await anyio.sleep(0.01)
            with anyio.fail_after(5):
                await third.grow(1_000)
            assert other.turn is not None
            group.cancel_scope.cancel()
    for share in (over, other):
        share.close()
    assert memory.held == memory.streamed == 0


def test_batches_turn_no_single_film_away() -> None:
    memory = BodyMemory(1_000)
    part = Share(memory).part()
    part.add(5_000)
    memory.add(400)
    assert not memory.refuses(400)
    memory.add(200)
    assert memory.refuses(200)
    assert not memory.refuses(5_000), "which is longer than the limit"


HEAD = (
    b"POST /predict/batch HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\n"
    b"Content-Length: 999999999\r\n\r\n"
    b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
)


@pytest.fixture
def service(random_version: Path) -> Iterator[tuple[int, Any]]:
    app = create_app(
        Settings.of(weights=random_version.parent, upload_memory=4_000_000, upload_seconds=2)
    )
    with serving(app) as port:
        wait_until(lambda: app.state.registry.failure is None)
        yield port, app


def test_batches_that_stand_still_hold_little_and_not_for_long(service: tuple[int, Any]) -> None:
    port, app = service
    memory: BodyMemory = app.state.service.body_memory

    def sender() -> bytes:
        with connect(port) as connection:
            connection.settimeout(120)  # while others go on alone
            connection.sendall(HEAD + bytes(10_000_000))
            return read_all(connection)

    most = 0
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(sender) for _ in range(4)]
        while not all(answer.done() for answer in answers):
            most = max(most, memory.held)
            time.sleep(0.002)
    assert all(b"upload-too-slow" in answer.result() for answer in answers)
    assert memory.held == 0
    # Half of it, the file that goes on alone, and of each what came at once.
    assert 2_000_000 < most < 2_000_000 + 10_000_000 + 4 * 2_000_000, "of 40"
