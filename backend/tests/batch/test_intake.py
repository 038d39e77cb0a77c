"""What comes in pieces is the same files wherever a network cuts it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from cxr_severity.api.batch.arriving import Item
from cxr_severity.api.batch.intake import take_in
from cxr_severity.api.body_memory import BodyMemory, Share
from cxr_severity.api.multipart import Event, Parts

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
