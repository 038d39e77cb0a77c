"""Reading an upload without letting it touch the disk or grow without bound."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import TypeVar

from anyio import fail_after
from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.accept_language import language_of
from cxr_severity.api.errors import ApiError, refused
from cxr_severity.api.multipart import FIELD, Begin, Data, Parts, boundary_of
from cxr_severity.api.oip.bounds import longest_body
from cxr_severity.imaging.errors import OVER_THE_LIMIT, FileTooLargeError

STREAMED = ("/predict/batch",)
"""Paths whose bodies may be of any length: they read them in pieces, as the memory of bodies has
room, and time their senders by themselves."""
_INFER = re.compile("/v2/models/.+/infer/*")
MULTIPART_OVERHEAD = 65_536
"""Bytes that boundaries and part headers may add to the file itself."""

IMAGE_TYPES = (
    "image/png",
    "image/jpeg",
    "image/jpg",
    "image/tiff",
    "application/dicom",
    "application/octet-stream",
)
"""Media types of a body that is the file itself, without a form. Which one is named does not
matter: the format is read from the bytes."""

NO_TYPE = "The request has no Content-Type: send multipart/form-data, or an image as {types}."
OTHER_TYPE = "Send the image as multipart/form-data, or as the whole body, as {types}."
REQUEST_OVER_THE_LIMIT = "The request is over the limit of {limit:g} MB."

UPLOAD_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "properties": {
                        FIELD: {
                            "type": "string",
                            "format": "binary",
                            "description": "One radiograph: PNG, JPEG, TIFF or DICOM",
                        }
                    },
                }
            },
        },
    }
}
"""The OpenAPI request body of a route that calls `read_upload`. The bodies of `IMAGE_TYPES` stand
in its description alone: beside a form, orval's clients would send any of them as JSON."""


async def read_upload(request: Request) -> bytes:
    """The bytes of the multipart field `file`, or of a body that is the file itself.

    Raises:
        ApiError: `unsupported-media-type`, `malformed-request`, `missing-field`,
            `incomplete-upload`, or `invalid-request` when there is more than one file.
        FileTooLargeError: from `BodyLimit`, while the body is being read.
    """
    content_type = request.headers.get("content-type")
    if content_type is None:
        raise ApiError("missing-field", NO_TYPE, types=", ".join(IMAGE_TYPES))
    media_type, parameters = parse_options_header(content_type)
    if media_type.decode("latin-1") in IMAGE_TYPES:
        return b"".join([chunk async for chunk in request.stream()])
    if media_type != b"multipart/form-data":
        raise ApiError("unsupported-media-type", OTHER_TYPE, types=", ".join(IMAGE_TYPES))
    parts = Parts(boundary_of(parameters))
    files, content = 0, bytearray()
    async for chunk in request.stream():
        for event in parts.feed(chunk):
            if isinstance(event, Begin):
                files += 1
            elif isinstance(event, Data) and files == 1:  # a second is refused whatever it holds
                content += event.content
    if files > 1:
        raise ApiError("invalid-request", "`file`: send one image in each request.")
    parts.check_end()
    return bytes(content)


T = TypeVar("T")


async def within(seconds: float, reading: Awaitable[T]) -> T:
    """What was read of a body.

    Raises:
        ApiError: `upload-too-slow`.
    """
    try:
        with fail_after(seconds):
            return await reading
    except TimeoutError as error:
        raise ApiError(
            "upload-too-slow",
            "The upload was not complete after {seconds} seconds.",
            seconds=f"{seconds:g}",
        ) from error


def streamed(path: str) -> bool:
    """Whether a path is one of `STREAMED`, or leads on to it by a slash too many: what may be of
    any length there is not refused for it on the way."""
    return path.rstrip("/") in STREAMED


class BodyLimit:
    """Refuses bodies over the limit: by `Content-Length` before a byte is read, else while
    they arrive. The rest of a refused body is discarded by the server as it comes."""

    def __init__(self, app: ASGIApp, max_file_bytes: int) -> None:
        self._app = app
        self._max_file = max_file_bytes
        self._max_infer = longest_body(max_file_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or streamed(scope["path"]):
            await self._app(scope, receive, send)
            return
        if _INFER.fullmatch(scope["path"]):
            most = self._max_infer
            refusal = FileTooLargeError(REQUEST_OVER_THE_LIMIT, limit=round(most / 1e6, 1))
        else:
            most = self._max_file + MULTIPART_OVERHEAD
            refusal = FileTooLargeError(OVER_THE_LIMIT, limit=self._max_file / 1e6)
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > most:
            await refused(refusal, language_of(scope))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise refusal
            return message

        await self._app(scope, counted, send)
