"""What a request of the protocol may hold."""

from __future__ import annotations

import math

MOST = 64
"""Images in one request."""
WIDEST = 256
"""Pixels a side of a tensor, at most, that a request of `MOST` can hold."""
BESIDE = 65_536
"""Bytes that names and shapes may add to what is sent."""


def longest_body(max_file_bytes: int) -> int:
    """Bytes of a request that hold the largest file as base64, and as many tensors as a request may
    have."""
    return max(4 * math.ceil(max_file_bytes / 3), MOST * 3 * WIDEST * WIDEST * 4) + BESIDE
