"""Pages of other origins, where some are allowed."""

from __future__ import annotations

from fastapi import Response
from fastapi.middleware.cors import CORSMiddleware
from starlette.datastructures import Headers

from cxr_severity.api.accept_language import negotiate
from cxr_severity.api.errors import problem
from cxr_severity.api.field_lines import listed
from cxr_severity.api.oip.message import LENGTH

REFUSED = "A page of that origin may not send such a request (CXR_CORS_ORIGINS)."
EXPOSED = (
    "X-Request-ID",
    "ETag",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "WWW-Authenticate",
    LENGTH,
)
"""Headers of answers that such pages may read, beside those that every page may."""
_FAILED = 400


class OtherOrigins(CORSMiddleware):
    """As Starlette's, but a preflight that is refused is a problem as every error is."""

    def preflight_response(self, request_headers: Headers) -> Response:
        answer = super().preflight_response(request_headers)
        if answer.status_code < _FAILED:
            return answer
        kept = {
            name: value
            for name, value in answer.headers.items()
            if name == "vary" or name.startswith("access-control-")
        }
        language = negotiate(listed(request_headers, "accept-language"))
        return problem("invalid-request", language, REFUSED, kept)
