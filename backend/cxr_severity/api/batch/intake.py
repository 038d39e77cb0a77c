"""From the body of a request to the files in it, one after the other."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import anyio
from anyio import from_thread, to_thread
from anyio.streams.memory import MemoryObjectReceiveStream
from fastapi import Request
from python_multipart.multipart import parse_options_header

from cxr_severity.api.batch.archive import MAGIC, files_of
from cxr_severity.api.batch.arriving import Arriving, Item
from cxr_severity.api.body_memory import Share
from cxr_severity.api.errors import ApiError
from cxr_severity.api.multipart import Begin, Data, Event, Parts, boundary_of

NO_ARCHIVE = "What was sent as an archive is none."

Put = Callable[[Item], Coroutine[Any, Any, None]]
"""Takes an item once there is room for it; until then nothing more of the body is read."""


def events_of(request: Request) -> AsyncIterator[Event]:
    """The parts of a form, or the whole of an archive as its one part.

    Raises:
        ApiError: `unsupported-media-type` or `malformed-request`; at once, or while it is read.
            `incomplete-upload` or `missing-field` at its end.
    """
    media_type, parameters = parse_options_header(request.headers.get("content-type", ""))
    if media_type in (b"application/zip", b"application/x-zip-compressed"):
        return _whole(request)
    if media_type != b"multipart/form-data":
        raise ApiError(
            "unsupported-media-type", "Send the images as multipart/form-data, or as one ZIP."
        )
    return _form(request, Parts(boundary_of(parameters)))


async def _whole(request: Request) -> AsyncIterator[Event]:
    yield Begin("", alone=True)
    start = b""
    known = False
    async for chunk in request.stream():
        if known:
            yield Data(chunk)
            continue
        start += chunk
        if len(start) >= len(MAGIC[0]):
            if not start.startswith(MAGIC):
                raise ApiError("archive-damaged", NO_ARCHIVE)
            known = True
            yield Data(start)
    if not known:
        raise ApiError("archive-damaged", NO_ARCHIVE)


async def _form(request: Request, parts: Parts) -> AsyncIterator[Event]:
    async for chunk in request.stream():
        for event in parts.feed(chunk):
            yield event
    parts.check_end()


async def take_in(events: AsyncIterator[Event], put: Put, max_bytes: int, share: Share) -> None:
    """Hand each file over, those of archives included; holds one file at a time, as its `share`
    of the memory of bodies lets it.

    Raises:
        ExceptionGroup: of the ApiError that `events` raise, or that an archive which is the whole
            body cannot be read.
    """
    file: Arriving | None = None
    alone = False
    unpacked = anyio.Event()
    async with anyio.create_task_group() as archives:
        chunks = None
        async for event in events:
            if isinstance(event, Data):
                content = event.content
                if file is not None and not file.over and len(file.data) < len(MAGIC[0]):
                    # A network may cut anywhere, and bring the first bytes one by one.
                    start = bytes(file.data) + content
                    if start.startswith(MAGIC):
                        await file.drop()
                        sent_as, content, file = file.name, start, None
                        chunks, arriving = anyio.create_memory_object_stream[bytes](1)
                        unpacked = anyio.Event()
                        archives.start_soon(
                            _unpack, arriving, put, max_bytes, share, sent_as, alone, unpacked
                        )
                if chunks is not None:
                    try:
                        await chunks.send(content)
                    except anyio.BrokenResourceError:  # it could not be read on, and said so
                        continue
                elif file is not None:
                    await file.add(content)
                continue
            if chunks is not None:
                chunks.close()
                chunks = None
                await unpacked.wait()  # what came later is counted later
            if file is not None:
                await put(file.item())
            file = None
            if isinstance(event, Begin):
                file, alone = Arriving(event.name, max_bytes, share), event.alone
        if chunks is not None:
            chunks.close()
        if file is not None:
            await put(file.item())


async def _unpack(
    arriving: MemoryObjectReceiveStream[bytes],
    put: Put,
    max_bytes: int,
    share: Share,
    sent_as: str,
    alone: bool,
    unpacked: anyio.Event,
) -> None:
    def chunks() -> Iterator[bytes]:
        while True:
            try:
                yield from_thread.run(arriving.receive)
            except anyio.EndOfStream:
                return

    def work() -> None:
        for item in files_of(
            chunks(), max_bytes, share, from_thread.run, sent_as=sent_as, alone=alone
        ):
            from_thread.run(put, item)
            del item

    with arriving:
        # A limiter apart from that of the films: this thread waits for theirs, which must never
        # wait for it. Until there is a place nothing more of the body is read.
        await to_thread.run_sync(work, limiter=share.unpacking)
    unpacked.set()
