"""Reading an upload without letting it touch the disk or grow without bound."""

from __future__ import annotations

from fastapi import Request
from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cxr_severity.api.errors import ApiError, refused
from cxr_severity.api.language import language_of
from cxr_severity.imaging.errors import OVER_THE_LIMIT, FileTooLargeError

FIELD = "file"
MULTIPART_OVERHEAD = 65_536
"""Bytes that boundaries and part headers may add to the file itself."""

FORM_UNREADABLE = "The form cannot be read: {reason}"

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
            }
        },
    }
}
"""The OpenAPI request body of a route that calls `read_upload`."""


class _InMemoryParser(MultiPartParser):
    # 0 switches off the spooling that would write uploads over 1 MB to a temporary file.
    spool_max_size = 0


async def read_upload(request: Request) -> bytes:
    """The bytes of the multipart field `file`.

    Raises:
        ApiError: `unsupported-media-type`, `malformed-request`, `missing-field`, or
            `invalid-request` when there is more than one file.
        FileTooLargeError: from `BodyLimit`, while the body is being read.
    """
    content_type = request.headers.get("content-type")
    if content_type is None:
        raise ApiError("missing-field", "The multipart field `file` is missing.")
    media_type, parameters = parse_options_header(content_type)
    if media_type != b"multipart/form-data":
        raise ApiError("unsupported-media-type", "Send the image as multipart/form-data.")
    boundary = parameters.get(b"boundary", b"")
    if not boundary or b'"' in boundary or b"\\" in boundary:
        raise ApiError("malformed-request", "The form cannot be read: it has no valid boundary.")
    # The boundary alone: a `charset` would decide, or break, how the field's name is read.
    clean = b'multipart/form-data; boundary="' + boundary + b'"'
    headers = Headers(raw=[(b"content-type", clean)])
    parser = _InMemoryParser(headers, request.stream(), max_files=2, max_fields=16)
    try:
        form = await parser.parse()
    except MultiPartException as error:
        raise ApiError("malformed-request", FORM_UNREADABLE, reason=error.message) from error
    try:
        parts = form.getlist(FIELD)
        if not parts:
            raise ApiError("missing-field", "The multipart field `file` is missing.")
        if len(parts) > 1:
            raise ApiError("invalid-request", "`file`: send one image in each request.")
        if not isinstance(parts[0], UploadFile):
            raise ApiError("missing-field", "`file` must be a file part, with a file name.")
        return await parts[0].read()
    finally:
        await form.close()


class BodyLimit:
    """Refuses bodies over the limit: by `Content-Length` before a byte is read, else while
    they arrive. The rest of a refused body is discarded by the server as it comes."""

    def __init__(self, app: ASGIApp, max_file_bytes: int) -> None:
        self._app = app
        self._max_body = max_file_bytes + MULTIPART_OVERHEAD
        self._limit = max_file_bytes / 1e6

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        declared = dict(scope["headers"]).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self._max_body:
            refusal = FileTooLargeError(OVER_THE_LIMIT, limit=self._limit)
            await refused(refusal, language_of(scope))(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_body:
                raise FileTooLargeError(OVER_THE_LIMIT, limit=self._limit)
            return message

        await self._app(scope, counted, send)
