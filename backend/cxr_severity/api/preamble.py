"""What may stand before the first boundary of a multipart form (RFC 2046, 5.1.1)."""

from __future__ import annotations

from cxr_severity.api.errors import ApiError

NO_PART = "The form cannot be read: no part of it begins with its boundary."
LONGEST = 65_536
"""Bytes, within which the first boundary must come."""


class Preamble:
    """Passes over it as the form's bytes arrive."""

    def __init__(self, boundary: bytes) -> None:
        self.ended = False
        """Whether the first boundary has come."""
        self._start = b"--" + boundary
        self._held = b""

    @property
    def empty(self) -> bool:
        """Whether nothing at all has come."""
        return not self._held

    def after(self, data: bytes) -> bytes:
        """What of the next bytes belongs to the parts of the form.

        Raises:
            ApiError: `malformed-request`: there is no boundary where one must be.
        """
        if self.ended:
            return data
        self._held += data
        if self._held.startswith(self._start):
            at = 0
        else:
            line = self._held.find(b"\n" + self._start)
            if line < 0:
                if len(self._held) > LONGEST:
                    raise ApiError("malformed-request", NO_PART)
                return b""
            at = line + 1
        self.ended = True
        return self._held[at:]
