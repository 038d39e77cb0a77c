"""Files that the build packed beforehand: no request waits for a compressor.

Beside `x.js` the build of the page leaves `x.js.br` and `x.js.gz` where these are smaller.
"""

from __future__ import annotations

import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import NotModifiedResponse, PathLike, StaticFiles
from starlette.types import Scope

from cxr_severity.api.field_lines import listed, weighted

ENDINGS = {"br": ".br", "gzip": ".gz"}
"""Endings by content coding (RFC 9110, 8.4.1), the smaller first."""


def accepted(header: str) -> frozenset[str]:
    """The content codings that an `Accept-Encoding` names and does not exclude by a weight of 0;
    other weights make no difference."""
    return frozenset(coding for coding, weight in weighted(header) if weight > 0)


def packed_response(file: Path, accept: str, status_code: int = 200) -> FileResponse:
    """The file, or what the build packed of it, in a coding that the caller takes."""
    variants = {coding: Path(f"{file}{ending}") for coding, ending in ENDINGS.items()}
    there = {coding: variant for coding, variant in variants.items() if variant.is_file()}
    if not there:
        return FileResponse(file, status_code=status_code)
    allowed = accepted(accept)
    coding = next((name for name in there if name in allowed), None)
    # The type is guessed from the name, and that knows what is packed.
    response = FileResponse(there[coding] if coding else file, status_code=status_code)
    response.headers["Vary"] = "Accept-Encoding"
    if coding:
        response.headers["Content-Encoding"] = coding
    return response


class PackedFiles(StaticFiles):
    """A folder of such files."""

    def file_response(
        self,
        full_path: PathLike,
        stat_result: os.stat_result,  # noqa: ARG002 - of the file that was asked for, not of the one sent
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        asked = Headers(scope=scope)
        response = packed_response(
            Path(os.fsdecode(full_path)), listed(asked, "accept-encoding"), status_code
        )
        response.set_stat_headers(Path(response.path).stat())
        if self.is_not_modified(response.headers, asked):
            return NotModifiedResponse(response.headers)
        return response
