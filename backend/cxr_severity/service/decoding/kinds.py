"""Which films go to a process.

Those whose decoder may go over its data many times: JPEG 2000, JPEG in many passes, and TIFF with
JPEG or as a fax. The others are filled in once, sample by sample, from data that is read once; what
that costs stands in the header, which has been checked, and to carry twenty megabytes from process
to process costs as much.
"""

from __future__ import annotations

from cxr_severity.imaging.codecs.tiff import IN_ONE_PASS, tiff_compression
from cxr_severity.imaging.decode import sniff
from cxr_severity.imaging.dicom.elements import read_meta
from cxr_severity.imaging.dicom.plugin import JPEG_2000, JPEG_LOSSY

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
            syntax, _ = read_meta(data)
            return syntax not in JPEG_2000 and not (syntax in JPEG_LOSSY and _PROGRESSIVE in data)
        case "jpeg":
            return _PROGRESSIVE not in data
