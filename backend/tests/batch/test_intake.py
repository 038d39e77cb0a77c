"""What comes in pieces is the same files wherever a network cuts it."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator

import anyio
import pytest

from cxr_severity.api.batch.arriving import Item
from cxr_severity.api.batch.intake import take_in
from cxr_severity.api.body_memory import BodyMemory, Share
from cxr_severity.api.multipart import Begin, Data, Event, Parts

from .sent import zipped

BOUNDARY = b"part"


def _form(content: bytes) -> tuple[bytes, bytes]:
    """A form of one file before its content, and the rest of it."""
    head = b'--part\r\nContent-Disposition: form-data; name="file"; filename="sent"\r\n\r\n'
    return head, content + b"\r\n--part--\r\n"


async def _files(*chunks: bytes) -> list[Item]:
    found: list[Item] = []

    async def events() -> AsyncIterator[Event]:
        parts = Parts(BOUNDARY)
        for chunk in chunks:
            for event in parts.feed(chunk):
                yield event

    async def put(item: Item) -> None:
        found.append(item)

    await take_in(events(), put, 1_000_000, Share(BodyMemory(10**9)))
    return found


@pytest.mark.anyio
@pytest.mark.parametrize("cut", range(8))
async def test_an_archive_is_known_wherever_its_first_bytes_are_cut(cut: int) -> None:
    head, rest = _form(zipped({"a.png": b"first" * 20, "b.png": b"second" * 20}))
    files = await _files(head + rest[:cut], rest[cut:])
    assert [item.name for item in files] == ["a.png", "b.png"]
    one_by_one = [bytes([each]) for each in head + rest]
    assert [item.name for item in await _files(*one_by_one)] == ["a.png", "b.png"]


@pytest.mark.anyio
@pytest.mark.parametrize("content", [b"", b"P", b"PK\x03", b"PK\x03\x05", b"PKK\x03\x04film"])
async def test_what_begins_almost_like_an_archive_is_a_file(content: bytes) -> None:
    head, rest = _form(content)
    for cut in range(len(content) + 1):
        (item,) = await _files(head + rest[:cut], rest[cut:])
        assert (item.name, item.content) == ("sent", content)


def _workers() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if each.name.startswith("AnyIO worker")}


@pytest.mark.anyio
async def test_archives_that_stand_still_take_few_threads_and_the_others_wait_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("cxr_severity.api.body_memory.UNPACKED", 3)
    memory, go_on = BodyMemory(10**9), anyio.Event()
    idle = _workers()  # of loops before this one
    sent, begun = zipped({"a.png": b"film" * 20}), 0
    found: list[str] = []

    async def events() -> AsyncIterator[Event]:
        nonlocal begun
        yield Begin("", alone=True)
        yield Data(sent[:20])
        begun += 1
        await go_on.wait()
        yield Data(sent[20:])

    async def put(item: Item) -> None:
        found.append(item.name)

    async with anyio.create_task_group() as batches:
        for _ in range(8):
            batches.start_soon(take_in, events(), put, 1_000_000, Share(memory))
        while begun < 8 or memory.unpacking.borrowed_tokens < 3:
            await anyio.sleep(0.01)
        await anyio.sleep(0.2)
        assert len(_workers() - idle) == 3
        go_on.set()
    assert found == ["a.png"] * 8
