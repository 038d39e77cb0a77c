"""Reading an upload without letting it touch the disk or grow without bound."""

from __future__ import annotations

import re
from collections.abc import Awaitable
from typing import TypeVar

from anyio import fail_after
from fastapi import Request
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.accept_language import language_of
from cxr_severity.api.errors import ApiError, refused
from cxr_severity.api.names import text_of
from cxr_severity.api.oip.model import longest_body
from cxr_severity.api.preamble import NO_PART, Preamble
from cxr_severity.imaging.errors import OVER_THE_LIMIT, FileTooLargeError

FIELD = "file"
STREAMED = ("/predict/batch",)
"""Paths whose bodies may be of any length: they read them in pieces, as the memory of bodies has
room, and time their senders by themselves."""
_INFER = re.compile("/v2/models/.+/infer")
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

FORM_UNREADABLE = "The form cannot be read: {reason}"
MISSING = "The multipart field `file` is missing."
NO_TYPE = "The request has no Content-Type: send multipart/form-data, or an image as {types}."
OTHER_TYPE = "Send the image as multipart/form-data, or as the whole body, as {types}."
REQUEST_OVER_THE_LIMIT = "The request is over the limit of {limit:g} MB."
NAMELESS = "The form cannot be read: a part of it has no name."
CUT = "The form ends before its last boundary."

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


def described(disposition: bytes) -> tuple[str, str]:
    """Field and file name, which may be empty, of a part with this Content-Disposition.

    Raises:
        ApiError: `malformed-request`: it names no field.
    """
    kind, options = parse_options_header(disposition)
    if kind != b"form-data" or b"name" not in options:
        raise ApiError("malformed-request", NAMELESS)
    field, name = options[b"name"], options.get(b"filename", b"")
    return field.decode("utf-8", "replace"), text_of(name)


class _Form:
    """The field `file` of a multipart form, as its bytes arrive; other fields are passed over.

    Nothing of it is spooled to disk. A part needs no file name to be read, and what stands before
    the first boundary is passed over (RFC 2046, 5.1.1).
    """

    def __init__(self, boundary: bytes) -> None:
        self.files: list[bytearray] = []
        self.preamble = Preamble(boundary)
        self.ended = False
        self._header: tuple[bytearray, bytearray] = bytearray(), bytearray()
        self._disposition = b""
        self._target: bytearray | None = None
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._on_part_begin,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_end": self._on_end,
            },
        )

    def feed(self, data: bytes) -> None:
        """Raises FormParserError or ApiError: what arrives is not such a form."""
        if data := self.preamble.after(data):
            self._parser.write(data)

    def _on_part_begin(self) -> None:
        self._disposition = b""
        self._target = None

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header[0].extend(data[start:end])

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header[1].extend(data[start:end])

    def _on_header_end(self) -> None:
        field, value = self._header
        if field.lower() == b"content-disposition":
            self._disposition = bytes(value)
        self._header = bytearray(), bytearray()

    def _on_headers_finished(self) -> None:
        field, _ = described(self._disposition)
        if field == FIELD:
            self._target = bytearray()
            self.files.append(self._target)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        # A second file is refused whatever it holds.
        if self._target is not None and len(self.files) == 1:
            self._target += memoryview(data)[start:end]

    def _on_end(self) -> None:
        self.ended = True


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
    boundary = parameters.get(b"boundary", b"")
    if not boundary or b'"' in boundary or b"\\" in boundary:
        raise ApiError("malformed-request", "The form cannot be read: it has no valid boundary.")
    try:
        form = _Form(boundary)
        async for chunk in request.stream():
            form.feed(chunk)
    except FormParserError as error:
        reason = f"{str(error).rstrip('.')}."
        raise ApiError("malformed-request", FORM_UNREADABLE, reason=reason) from error
    if len(form.files) > 1:
        raise ApiError("invalid-request", "`file`: send one image in each request.")
    if form.preamble.ended and not form.ended:
        raise ApiError("incomplete-upload", CUT)
    if not form.preamble.ended and not form.preamble.empty:
        raise ApiError("malformed-request", NO_PART)
    if not form.files:
        raise ApiError("missing-field", MISSING)
    return bytes(form.files[0])


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


class BodyLimit:
    """Refuses bodies over the limit: by `Content-Length` before a byte is read, else while
    they arrive. The rest of a refused body is discarded by the server as it comes."""

    def __init__(self, app: ASGIApp, max_file_bytes: int) -> None:
        self._app = app
        self._max_file = max_file_bytes
        self._max_infer = longest_body(max_file_bytes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in STREAMED:
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
