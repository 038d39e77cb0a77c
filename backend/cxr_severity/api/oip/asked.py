"""What a request wants, without what it was sent as: lists of JSON take many times its bytes."""

from __future__ import annotations

from dataclasses import dataclass

from cxr_severity.api.oip.message import read_message
from cxr_severity.api.oip.model import OUTPUT_NAMES, Images, images_of


@dataclass(frozen=True, slots=True)
class Asked:
    id: str
    """The client's own; empty where it gave none."""
    wanted: dict[str, bool]
    """Names of outputs; whether each is to be binary."""
    force: bool
    images: Images


def read_asked(body: bytes, length: str | None, side: int) -> Asked:
    """Blocking: a large body takes up to a second.

    Args:
        length: the value of the header `LENGTH`, or None.
        side: of prepared tensors, in pixels.

    Raises:
        ApiError: `malformed-request`, `invalid-request`.
    """
    message, tensors = read_message(body, length)
    return Asked(
        id=message.id,
        wanted=message.wanted(OUTPUT_NAMES),
        force=message.flag("force"),
        images=images_of(tensors, side),
    )
