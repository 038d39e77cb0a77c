"""That colour in DICOM is found as it is in PNG, so that the gate can speak of it."""

from __future__ import annotations

from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.pictures.render import backdrop, overlay_image

from . import files
from .corpus import COLOUR, GREY, GREY_12


def _overlay() -> NDArray[np.uint8]:
    """What this service answers with, as (H, W, 3)."""
    film = decode(files.SAMPLES[0].read_bytes())
    heat = np.zeros((7, 7), np.float32)
    heat[3:6, 1:3] = 1
    jpeg = overlay_image(backdrop(film), heat)
    return np.ascontiguousarray(imagecodecs.jpeg8_decode(jpeg))


OVERLAY = _overlay()


def in_png(rgb: NDArray[Any]) -> float:
    return decode(files.saved(rgb, "PNG")).source.colour


def captured(values: NDArray[Any], **options: Any) -> float:
    return decode(files.dicom(values, sop_class=files.CAPTURE, **options)).source.colour


def test_an_overlay_that_was_captured_is_as_colourful_as_its_png() -> None:
    expected = in_png(OVERLAY)
    assert expected > 0.05
    assert captured(OVERLAY, photometric="RGB") == pytest.approx(expected, rel=1e-3)
    deep = OVERLAY.astype(np.uint16) * 257
    assert captured(deep, photometric="RGB") == pytest.approx(expected, rel=1e-3)


def test_planes_and_compressed_colour_are_as_colourful() -> None:
    planes = {
        0x00280006: (b"US", files.shorts(1)),
        0x7FE00010: (b"OB", OVERLAY.transpose(2, 0, 1).tobytes()),
    }
    got = captured(OVERLAY, photometric="RGB", extra=planes)
    assert got == pytest.approx(in_png(OVERLAY), rel=1e-3)
    streams = {
        files.JPEG_BASELINE: imagecodecs.jpeg8_encode(OVERLAY, level=98),
        files.JPEG_LOSSLESS: imagecodecs.jpeg8_encode(
            OVERLAY, lossless=True, colorspace="RGB", outcolorspace="RGB"
        ),
        files.JPEG_2000_LOSSLESS: imagecodecs.jpeg2k_encode(OVERLAY, codecformat="j2k", level=0),
    }
    for syntax, stream in streams.items():
        got = captured(OVERLAY, syntax=syntax, photometric="RGB", stream=bytes(stream))
        assert got == pytest.approx(in_png(OVERLAY), abs=0.005)


@pytest.mark.parametrize("photometric", ["YBR_FULL", "YBR_FULL_422"])
def test_luma_and_chroma_are_as_colourful(photometric: str) -> None:
    ybr = np.asarray(Image.fromarray(OVERLAY).convert("YCbCr"))
    extra = {}
    if photometric == "YBR_FULL_422":
        ybr = ybr[:, : ybr.shape[1] // 2 * 2]
        y, cb, cr = ybr[..., 0], ybr[:, ::2, 1], ybr[:, ::2, 2]
        pairs = np.dstack([y[:, ::2], y[:, 1::2], cb, cr])
        extra = {0x7FE00010: (b"OB", pairs.tobytes())}
    got = captured(ybr, photometric=photometric, extra=extra)
    assert got == pytest.approx(in_png(OVERLAY), abs=0.01)


def test_a_palette_is_as_colourful() -> None:
    indexed = Image.fromarray(OVERLAY).quantize(256)
    table = np.zeros((256, 3), np.uint8)
    used = np.array(indexed.getpalette(), np.uint8).reshape(-1, 3)
    table[: len(used)] = used
    extra: dict[int, tuple[bytes, bytes] | None] = {}
    for channel in range(3):
        extra[0x00281101 + channel] = (b"US", files.shorts(256, 0, 8))
        extra[0x00281201 + channel] = (b"OW", table[:, channel].tobytes())
    codes = np.asarray(indexed)
    got = captured(codes, photometric="PALETTE COLOR", extra=extra)
    assert got == pytest.approx(in_png(table[codes]), rel=1e-3)


def test_grey_is_not_colourful_however_it_is_stored() -> None:
    assert captured(GREY_12, stored=12) == 0
    assert captured(np.dstack([GREY] * 3), photometric="RGB") == 0
    neutral = np.full_like(GREY, 128)
    assert captured(np.dstack([GREY, neutral, neutral]), photometric="YBR_FULL") == 0
    assert in_png(COLOUR) > 0.05
