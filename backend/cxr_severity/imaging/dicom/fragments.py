"""Compressed pixels as they lie in a data set: PS3.5 A.4."""

from __future__ import annotations

from cxr_severity.imaging.dicom.walk import CUT, DAMAGED, ITEM, SEQUENCE_END, UNDEFINED, Walk
from cxr_severity.imaging.errors import DamagedImageError, MultiFrameError


def fragments(value: memoryview) -> list[bytes]:
    """The fragments of one frame, at least one that is not empty, from an encapsulated value that
    begins with its offset table.

    Raises:
        DamagedImageError: the structure is broken or incomplete, or there is no fragment.
        MultiFrameError: the offset table names more than one frame.
    """
    walk = Walk(value.tobytes(), "<")
    found: list[bytes] = []
    pos = 0
    while True:
        if pos == len(walk.data):
            raise DamagedImageError(CUT)
        head = walk.head(pos, implicit=True)
        if head.tag == SEQUENCE_END:
            break
        if head.tag != ITEM or head.length == UNDEFINED:
            raise DamagedImageError(DAMAGED)
        end = walk.end_of(head)
        if not pos and head.length > 4:
            raise MultiFrameError(
                "The DICOM object holds more than one frame. Send a single picture."
            )
        # What the table says is of no use for one frame, and it is often wrong.
        if pos:
            found.append(walk.data[head.at : end])
        pos = end
    if not any(found):
        raise DamagedImageError("The DICOM object's pixel data is empty.")
    return [fragment for fragment in found if fragment]
