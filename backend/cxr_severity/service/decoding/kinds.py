"""Which films go to a process.

Those whose decoder may go over its data many times: JPEG 2000, JPEG in many passes, and TIFF with
JPEG or as a fax. The others are filled in once, sample by sample, from data that is read once; what
that costs stands in the header, which has been checked, and to carry twenty megabytes from process
to process costs as much.
"""

from __future__ import annotations

from cxr_severity.imaging.codecs.tiff import IN_ONE_PASS, tiff_compression
from cxr_severity.imaging.decode import sniff
from cxr_severity.imaging.dicom.elements import read_elements, read_meta
from cxr_severity.imaging.dicom.fragments import fragments
from cxr_severity.imaging.dicom.plugin import JPEG_2000, JPEG_LOSSY
from cxr_severity.imaging.errors import InputRefusedError

_PROGRESSIVE = b"\xff\xc2"
"""Marks a JPEG in many passes. In another JPEG it can stand within metadata alone."""


def in_one_pass(data: bytes) -> bool:
    """Whether a file's decoder goes over its data once and fills in each sample once.

    Raises:
        InputRefusedError: it is no file that is read at all.
    """
    match sniff(data):
        case "png":
            return True
        case "tiff":
            return tiff_compression(data) in IN_ONE_PASS
        case "dicom":
            syntax, start = read_meta(data)
            if syntax in JPEG_LOSSY:
                return _PROGRESSIVE not in _stream(data, start)
            return syntax not in JPEG_2000
        case "jpeg":
            return _PROGRESSIVE not in data


def _stream(data: bytes, start: int) -> bytes:
    """The JPEG in a DICOM object whose data set begins at `start`, as it is decoded: the marker may
    lie half in one fragment and half in the next. Empty where no decoder comes to it."""
    try:
        pixels = read_elements(data, start, big_endian=False, wanted=()).pixels
        return b"".join(fragments(pixels.value)) if pixels is not None else b""
    except InputRefusedError:
        return b""
