"""One small valid file of each kind that is accepted, by name."""

from __future__ import annotations

from typing import Any

import imagecodecs
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.pixels.encoders.base import RLELosslessEncoder

from . import files

GREY = files.pattern()
GREY_12 = files.pattern(top=4095)
GREY_16 = files.pattern(top=65535)
COLOUR = np.dstack([GREY, GREY[::-1], GREY[:, ::-1]])

RASTER: dict[str, bytes] = {
    "png-1": files.saved(Image.fromarray(GREY).convert("1"), "PNG"),
    "png-8": files.saved(GREY, "PNG"),
    "png-16": files.saved(GREY_16, "PNG"),
    "png-rgb": files.saved(COLOUR, "PNG"),
    "png-palette": files.saved(Image.fromarray(COLOUR).convert("P"), "PNG"),
    "jpeg-grey": files.saved(GREY, "JPEG"),
    "jpeg-colour": files.saved(COLOUR, "JPEG"),
    "jpeg-progressive": files.saved(COLOUR, "JPEG", progressive=True),
    "tiff-8": files.saved(GREY, "TIFF"),
    "tiff-16": files.saved(GREY_16, "TIFF"),
    "tiff-lzw": files.saved(GREY_16, "TIFF", compression="tiff_lzw"),
    "tiff-deflate": files.saved(GREY, "TIFF", compression="tiff_adobe_deflate"),
    "tiff-jpeg": files.saved(COLOUR, "TIFF", compression="jpeg"),
    "tiff-fax": files.saved(Image.fromarray(GREY).convert("1"), "TIFF", compression="group4"),
}


def _rle(values: NDArray[Any], stored: int) -> bytes:
    rows, columns = values.shape
    return RLELosslessEncoder.encode(
        values, rows=rows, columns=columns, samples_per_pixel=1, number_of_frames=1,
        bits_allocated=16, bits_stored=stored, pixel_representation=0,
        photometric_interpretation="MONOCHROME2",
    )  # fmt: skip


def _jpeg(values: NDArray[Any], **options: Any) -> bytes:
    return bytes(imagecodecs.jpeg8_encode(values, **options))


def _jpeg_2000(level: int) -> bytes:
    stream = imagecodecs.jpeg2k_encode(GREY_12, codecformat="j2k", level=level, bitspersample=12)
    return bytes(stream)


# Streams of GREY_12, which all but the last three of them restore exactly.
STREAMS: dict[str, tuple[str, bytes]] = {
    "rle": (files.RLE, _rle(GREY_12, 12)),
    "jpeg-lossless": (files.JPEG_LOSSLESS, _jpeg(GREY_12, lossless=True, bitspersample=12)),
    "jpeg-lossless-6": (
        files.JPEG_LOSSLESS,
        _jpeg(GREY_12, lossless=True, predictor=6, bitspersample=16),
    ),
    "jpeg-lossless-sv1": (
        files.JPEG_LOSSLESS_SV1,
        _jpeg(GREY_12, lossless=True, predictor=1, bitspersample=16),
    ),
    "jpeg-ls": (files.JPEG_LS, bytes(imagecodecs.jpegls_encode(GREY_12))),
    "jpeg-2000-lossless": (
        files.JPEG_2000_LOSSLESS,
        _jpeg_2000(level=0),
    ),
    "jpeg-extended": (files.JPEG_EXTENDED, _jpeg(GREY_12, level=98, bitspersample=12)),
    "jpeg-ls-near": (files.JPEG_LS_NEAR, bytes(imagecodecs.jpegls_encode(GREY_12, level=3))),
    "jpeg-2000": (
        files.JPEG_2000,
        _jpeg_2000(level=60),
    ),
}

DICOM: dict[str, bytes] = {
    "dicom-8": files.dicom(GREY),
    "dicom-16": files.dicom(GREY_12, stored=12),
    "dicom-implicit": files.dicom(GREY_12, stored=12, syntax=files.IMPLICIT),
    "dicom-big": files.dicom(GREY_12, stored=12, syntax=files.BIG),
    "dicom-rgb": files.dicom(COLOUR, photometric="RGB", sop_class=files.CAPTURE),
    "dicom-baseline": files.dicom(GREY, syntax=files.JPEG_BASELINE, stream=_jpeg(GREY)),
} | {
    f"dicom-{name}": files.dicom(GREY_12, stored=12, syntax=syntax, stream=stream)
    for name, (syntax, stream) in STREAMS.items()
}

ALL: dict[str, bytes] = RASTER | DICOM
