"""Bytes to `Radiograph`: the one way in.

The format is read from the bytes and never from a name. Whatever the bytes are, nothing but
`InputRefusedError` leaves `decode`; only a machine short of memory adds `MemoryError`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Protocol

from cxr_severity.imaging.codecs.raster import decode_raster
from cxr_severity.imaging.dicom.elements import begins_a_data_set
from cxr_severity.imaging.dicom.film import decode_dicom
from cxr_severity.imaging.errors import (
    EmptyFileError,
    FileTooLargeError,
    NotAnImageError,
    UnsupportedFormatError,
)
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.imaging.radiograph import Radiograph, Source, SourceFormat

__all__ = ["DEFAULT_LIMITS", "Decode", "Limits", "decode", "sha256", "sniff"]

ACCEPTED = "PNG, JPEG, TIFF and DICOM are accepted."

_DICOM_PREFIX_AT = 128

_KNOWN: tuple[tuple[int, bytes, SourceFormat], ...] = (
    # DICOM first: its preamble may hold any 128 bytes, among them another format's magic.
    (_DICOM_PREFIX_AT, b"DICM", "dicom"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"II\x2a\x00", "tiff"),
    (0, b"MM\x00\x2a", "tiff"),
)

_REFUSED: tuple[tuple[int, bytes, str], ...] = (
    (0, b"II\x2b\x00", "BigTIFF"),
    (0, b"MM\x00\x2b", "BigTIFF"),
    (0, b"GIF87a", "GIF"),
    (0, b"GIF89a", "GIF"),
    (0, b"\x00\x00\x00\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\x00\x00\x00\x0cJXL \r\n\x87\n", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (8, b"WEBP", "WebP"),
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypheim", "HEIC"),
    (4, b"ftypheis", "HEIC"),
    (4, b"ftyphevc", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypmsf1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (4, b"ftyp", "MP4 or a relative of it"),
    (0, b"\x8aMNG\r\n\x1a\n", "MNG"),
    (0, b"%PDF-", "PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"PK\x03\x04", "ZIP"),
    (0, b"PK\x05\x06", "ZIP"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\x00", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (0, b"Rar!\x1a\x07", "RAR"),
    (257, b"ustar", "tar"),
    (344, b"n+1\x00", "NIfTI"),
    (344, b"ni1\x00", "NIfTI"),
    (0, b"NRRD", "NRRD"),
    (0, b"ObjectType =", "MetaImage"),
    (0, b"\x89HDF\r\n\x1a\n", "HDF5"),
    (0, b"\x93NUMPY", "NumPy"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\x76\x2f\x31\x01", "OpenEXR"),
    (0, b"\x00\x00\x01\x00", "ICO"),
    (0, b"qoif", "QOI"),
)


def sniff(data: bytes) -> SourceFormat:
    """The container that `data` begins with.

    Raises:
        UnsupportedFormatError: a format that is known and not accepted; it is named.
        NotAnImageError: none that is known.
    """
    for at, magic, found in _KNOWN:
        if data.startswith(magic, at):
            return found
    if begins_a_data_set(data):
        return "dicom"
    name = next((name for at, magic, name in _REFUSED if data.startswith(magic, at)), None)
    name = name or _sniff_loose(data)
    if name is not None:
        raise UnsupportedFormatError("The file is in the format {name}. " + ACCEPTED, name=name)
    raise NotAnImageError("The file's content is of no image format that is known. " + ACCEPTED)


def _sniff_loose(data: bytes) -> str | None:
    """Formats whose magic is too short, or not at a fixed place."""
    # "BM" alone begins many a text: ask for BMP's size of the second header as well.
    if data.startswith(b"BM") and len(data) > 18 and data[14] in (12, 40, 52, 56, 64, 108, 124):
        return "BMP"
    # "P5\n": Netpbm's letter, digit and white space.
    if len(data) > 2 and data[:1] == b"P" and data[1:2] in b"1234567" and data[2:3] in b" \t\r\n":
        return "Netpbm"
    head = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if head.startswith((b"<?xml", b"<svg", b"<!doctype svg")) and b"<svg" in head:
        return "SVG"
    return None


def sha256(data: bytes) -> str:
    """Lower-case hex digest of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def decode(
    data: bytes,
    limits: Limits = DEFAULT_LIMITS,
    *,
    enough: int | None = None,
    digest: Callable[[], str] | None = None,
) -> Radiograph:
    """Decode one radiograph from a whole file's bytes.

    Samples are scaled from the range that the stored depth can hold, or the film itself uses of it
    beside padding and the like, to [0, 1]; colour becomes luminance by ITU-R BT.601; transparency
    is laid on black; PNG's gAMA, EXIF and TIFF orientation, DICOM's Modality and VOI
    transformations, MONOCHROME1 and Patient Orientation are applied.

    Args:
        data: the file, 1 to `limits.max_bytes` bytes.
        limits: bounds on bytes and pixels; pixels are checked from the header.
        enough: pixels that both sides must keep, where the format can be decoded at a reduced
            scale (JPEG: half, quarter, eighth); each pixel is then a mean of those it stands for.
            By default everything is decoded whole.
        digest: gives `sha256(data)`, where that is computed meanwhile in another thread.

    Raises:
        InputRefusedError: one of its subclasses, whatever the bytes are.
        MemoryError: the machine is short of memory, which says nothing about the picture.
    """
    if not data:
        raise EmptyFileError("The file holds no bytes.")
    if len(data) > limits.max_bytes:
        raise FileTooLargeError(
            "The file has {size:,} bytes; at most {limit:g} MB are accepted.",
            size=len(data),
            limit=limits.max_bytes / 1e6,
        )
    container = sniff(data)
    if container == "dicom":
        raster = decode_dicom(data, limits)
    else:
        raster = decode_raster(data, container, limits, enough)
    found = sha256(data) if digest is None else digest()
    source = Source(
        found, container, raster.bit_depth, raster.colour, raster.declared, raster.scale
    )
    return Radiograph(raster.values, source, raster.stored)


class Decode(Protocol):
    """`decode`, or what does the same elsewhere."""

    def __call__(
        self,
        data: bytes,
        limits: Limits = DEFAULT_LIMITS,
        *,
        enough: int | None = None,
        digest: Callable[[], str] | None = None,
    ) -> Radiograph: ...
