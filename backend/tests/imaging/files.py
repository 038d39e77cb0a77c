"""Files built in memory for the tests of `cxr_severity.imaging`. Nothing here is a patient's."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image

SAMPLES = sorted((Path(__file__).parents[3] / "samples").glob("*.png"))
PYDICOM_FILES = Path(pydicom.__file__).parent / "data" / "test_files"

IMPLICIT, EXPLICIT, BIG = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
JPEG_BASELINE, JPEG_EXTENDED = "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51"
JPEG_LOSSLESS, JPEG_LOSSLESS_SV1 = "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70"
JPEG_LS, JPEG_LS_NEAR = "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81"
JPEG_2000_LOSSLESS, JPEG_2000 = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91"
CR, DX = "1.2.840.10008.5.1.4.1.1.1", "1.2.840.10008.5.1.4.1.1.1.1"
CAPTURE = "1.2.840.10008.5.1.4.1.1.7"

_UNDEFINED = 0xFFFFFFFF
_LONG = (b"OB", b"OW", b"SQ", b"UN")


def pattern(height: int = 48, width: int = 40, top: int = 255) -> NDArray[Any]:
    """(height, width) slopes and noise over 0 to `top`, uint8 or uint16."""
    slope = np.add.outer(np.linspace(0, 0.7, height), np.linspace(0, 0.2, width))
    noise = np.random.default_rng(height * width).random((height, width)) * 0.1
    values = np.rint((slope + noise) * top)
    values[0, 0], values[-1, -1] = 0, top
    return values.astype(np.uint8 if top < 256 else np.uint16)


def saved(image: Image.Image | NDArray[Any], file_format: str, **options: Any) -> bytes:
    """What Pillow writes."""
    buffer = BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(buffer, file_format, **options)
    return buffer.getvalue()


def png_chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    """(kind, payload) of each chunk."""
    found, pos = [], 8
    while pos < len(data):
        length, kind = struct.unpack_from(">I4s", data, pos)
        found.append((kind, data[pos + 8 : pos + 8 + length]))
        pos += 12 + length
    return found


def png_from(chunks: list[tuple[bytes, bytes]]) -> bytes:
    parts = [b"\x89PNG\r\n\x1a\n"]
    for kind, payload in chunks:
        checksum = zlib.crc32(kind + payload)
        parts.append(struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", checksum))
    return b"".join(parts)


def with_png_header(data: bytes, **fields: int) -> bytes:
    """The PNG with other values in its header, and its checksum right."""
    (kind, payload), *rest = png_chunks(data)
    names = ("width", "height", "depth", "colour", "compression", "filter", "interlace")
    values = dict(zip(names, struct.unpack(">IIBBBBB", payload), strict=True)) | fields
    return png_from([(kind, struct.pack(">IIBBBBB", *values.values())), *rest])


def tiff(
    values: NDArray[Any],
    *,
    order: Literal["<", ">"] = "<",
    photometric: int = 1,
    pages: int = 1,
    tags: Mapping[int, int | tuple[int, ...] | None] | None = None,
) -> bytes:
    """An uncompressed TIFF; `tags` add to the directory, replace entries of it (SHORTs, LONGs where
    one is larger), or with None remove them."""
    height, width, *rest = values.shape
    samples = rest[0] if rest else 1
    body = values.astype(values.dtype.newbyteorder(order)).tobytes()
    depth = 8 * values.itemsize
    given: dict[int, int | tuple[int, ...] | None] = {
        256: width, 257: height, 258: (depth,) * samples, 259: 1, 262: photometric, 273: 8,
        277: samples, 278: height, 279: len(body),
    } | dict(tags or {})  # fmt: skip
    entries = {tag: value for tag, value in given.items() if value is not None}
    at = 8 + len(body) + len(body) % 2
    out = [b"II*\x00" if order == "<" else b"MM\x00*", struct.pack(order + "I", at)]
    out += [body, b"\x00" * (len(body) % 2)]
    for page in range(pages):
        extra = b""
        directory = [struct.pack(order + "H", len(entries))]
        end = at + 2 + 12 * len(entries) + 4
        for tag in sorted(entries):
            value = entries[tag]
            if isinstance(value, int) and value > 65535:
                directory.append(struct.pack(order + "HHII", tag, 4, 1, value))
                continue
            numbers = (value,) if isinstance(value, int) else value
            kind, letter = (4, "I") if max(numbers) > 65535 else (3, "H")
            packed = struct.pack(f"{order}{len(numbers)}{letter}", *numbers)
            if len(packed) > 4:
                packed, extra = struct.pack(order + "I", end + len(extra)), extra + packed
            head = struct.pack(order + "HHI", tag, kind, len(numbers))
            directory.append(head + packed.ljust(4, b"\x00"))
        at = end + len(extra)
        directory.append(struct.pack(order + "I", at if page < pages - 1 else 0))
        out += [*directory, extra]
    return b"".join(out)


def element(tag: int, vr: bytes, value: bytes, *, order: str = "<", explicit: bool = True) -> bytes:
    """One DICOM data element, padded to even length."""
    value += (b"\x00" if vr in (b"UI", *_LONG) else b" ") * (len(value) % 2)
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if not explicit:
        return head + struct.pack(order + "I", len(value)) + value
    if vr in _LONG:
        return head + vr + bytes(2) + struct.pack(order + "I", len(value)) + value
    return head + vr + struct.pack(order + "H", len(value)) + value


def items(*fragments: bytes) -> bytes:
    """Items of defined length, as in a sequence or in encapsulated pixel data."""
    padded = [fragment + bytes(len(fragment) % 2) for fragment in fragments]
    return b"".join(struct.pack("<HHI", 0xFFFE, 0xE000, len(f)) + f for f in padded)


def shorts(*values: int, order: str = "<") -> bytes:
    return struct.pack(f"{order}{len(values)}H", *(value & 0xFFFF for value in values))


def dicom(
    values: NDArray[Any],
    *,
    syntax: str = EXPLICIT,
    sop_class: str = DX,
    stored: int | None = None,
    photometric: str = "MONOCHROME2",
    stream: bytes | None = None,
    extra: Mapping[int, tuple[bytes, bytes] | None] | None = None,
) -> bytes:
    """A DICOM file of `values`, (rows, columns[, samples]).

    `stream` replaces the pixel data by one encapsulated fragment. `extra` adds elements
    {tag: (VR, value)} in the data set's byte order, replaces them, or with None removes them.
    """
    order: Literal["<", ">"] = ">" if syntax == BIG else "<"
    rows, columns, *rest = values.shape
    allocated = 8 * values.itemsize
    stored = stored or allocated

    def us(value: int) -> tuple[bytes, bytes]:
        return b"US", shorts(value, order=order)

    body = values.astype(values.dtype.newbyteorder(order)).tobytes()
    elements: dict[int, tuple[bytes, bytes] | None] = {
        0x00080016: (b"UI", sop_class.encode()), 0x00080060: (b"CS", b"DX"),
        0x00280002: us(rest[0] if rest else 1), 0x00280004: (b"CS", photometric.encode()),
        0x00280010: us(rows), 0x00280011: us(columns),
        0x00280100: us(allocated), 0x00280101: us(stored), 0x00280102: us(stored - 1),
        0x00280103: us(int(values.dtype.kind == "i")),
        0x7FE00010: (b"OB" if allocated == 8 else b"OW", body),
    }  # fmt: skip
    elements.update(extra or {})
    if rest and 0x00280006 not in elements:
        elements[0x00280006] = us(0)
    parts = [bytes(128), b"DICM", element(0x00020010, b"UI", syntax.encode())]
    for tag, entry in sorted(elements.items()):
        if entry is None:
            continue
        if tag == 0x7FE00010 and stream is not None:
            parts.append(struct.pack("<HH2sHI", 0x7FE0, 0x0010, b"OB", 0, _UNDEFINED))
            parts += [items(b"", stream), struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)]
            continue
        parts.append(element(tag, *entry, order=order, explicit=syntax != IMPLICIT))
    return b"".join(parts)


def lut(first: int, bits: int, entries: list[int]) -> bytes:
    """The value of a Modality or VOI LUT Sequence with one item, explicit little endian."""
    return items(
        element(0x00283002, b"SS" if first < 0 else b"US", shorts(len(entries), first, bits))
        + element(0x00283006, b"OW", shorts(*entries))
    )
