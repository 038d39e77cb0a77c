"""Writes one radiograph in many encodings, and the grey that the service reads at its centre.

Usage: make_films.py FOLDER. Files are the bundled sample in 12 bits, made by the makers of the
backend's own tests; `expected.json` holds the grey, 0 to 255, of the pixel at the middle.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
from PIL import Image, ImageOps

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "backend"))

from cxr_severity.imaging.decode import decode  # noqa: E402
from tests.imaging import files  # noqa: E402
from tests.imaging.corpus import _rle  # noqa: E402

# EXIF: the tag, and the value that has the picture turned clockwise.
ORIENTATION, CLOCKWISE = 0x0112, 6
US, DS, CS, SQ, LO = b"US", b"DS", b"CS", b"SQ", b"LO"


def window(center: float, width: float, function: str | None = None) -> dict[int, Any]:
    extra: dict[int, Any] = {
        0x00281050: (DS, str(center).encode()),
        0x00281051: (DS, str(width).encode()),
    }
    return extra | ({0x00281056: (CS, function.encode())} if function else {})


def encodings(grey: np.ndarray) -> dict[str, bytes]:
    deep = grey.astype(np.uint16) * 16
    signed = deep.astype(np.int16) - 2048

    def lossless(predictor: int) -> bytes:
        options = {"lossless": True, "predictor": predictor, "bitspersample": 16}
        return bytes(imagecodecs.jpeg8_encode(deep, **options))

    def packed(syntax: str, stream: bytes) -> bytes:
        return files.dicom(deep, stored=12, syntax=syntax, stream=stream)

    j2k = bytes(imagecodecs.jpeg2k_encode(deep, codecformat="j2k", level=0, bitspersample=12))
    baseline = bytes(imagecodecs.jpeg8_encode(grey, level=98))
    # A few values of more than 10 bits, in the middle.
    over = grey.astype(np.uint16) * 4
    row, column = grey.shape[0] // 2, grey.shape[1] // 2
    over[row - 2 : row + 3, column - 2 : column + 3] = 1500
    deeper = bytes(imagecodecs.jpeg2k_encode(over, codecformat="j2k", level=0, bitspersample=12))
    marked = deep.copy()
    marked[20:70, 20:70] = 65535
    padded = deep + 8192
    padded[:, :60] = 0
    curve = [min(4095, round(4095 * (step / 4095) ** 0.5)) for step in range(4096)]
    rescale = {0x00281052: (DS, b"-1000"), 0x00281053: (DS, b"2")}
    return {
        "implicit.dcm": files.dicom(deep, stored=12, syntax=files.IMPLICIT),
        "big-endian.dcm": files.dicom(deep, stored=12, syntax=files.BIG),
        "rle.dcm": packed(files.RLE, _rle(deep, 12)),
        "jpeg-lossless.dcm": packed(files.JPEG_LOSSLESS, lossless(6)),
        "jpeg-lossless-sv1.dcm": packed(files.JPEG_LOSSLESS_SV1, lossless(1)),
        "jpeg-ls.dcm": packed(files.JPEG_LS, bytes(imagecodecs.jpegls_encode(deep))),
        "jpeg-2000.dcm": packed(files.JPEG_2000_LOSSLESS, j2k),
        "jpeg-baseline.dcm": files.dicom(grey, syntax=files.JPEG_BASELINE, stream=baseline),
        # Stored as its kind is: high values are dark. The gate rejects a film that is inverted.
        "negative.dcm": files.dicom(4095 - deep, stored=12, photometric="MONOCHROME1"),
        "window.dcm": files.dicom(deep, stored=12, extra=rescale | window(4000.5, 6000)),
        "exact.dcm": files.dicom(deep, stored=12, extra=window(2500, 2000, "LINEAR_EXACT")),
        "sigmoid.dcm": files.dicom(deep, stored=12, extra=window(2000, 1500, "SIGMOID")),
        "voi-lut.dcm": files.dicom(
            deep, stored=12, extra={0x00283010: (SQ, files.lut(0, 12, curve))}
        ),
        # Called unsigned, though its first input is negative.
        "voi-lut-negative.dcm": files.dicom(
            signed,
            stored=12,
            extra={0x00283010: (SQ, files.lut(-2048 & 0xFFFF, 12, curve))},
        ),
        "voi-lut-of-fewer-bits.dcm": files.dicom(
            deep, stored=12, extra={0x00283010: (SQ, files.lut(0, 16, curve))}
        ),
        # More bits in the stream than the object says: the service limits them.
        "j2k-deeper.dcm": files.dicom(
            over, stored=10, syntax=files.JPEG_2000_LOSSLESS, stream=deeper
        ),
        "padded.dcm": files.dicom(padded, stored=14, extra={0x00280120: (US, files.shorts(0))}),
        "marked.png": files.saved(marked, "PNG"),
        "modality-lut.dcm": files.dicom(
            deep, stored=12, extra={0x00283000: (SQ, files.lut(0, 12, curve))}
        ),
        "signed.dcm": files.dicom(signed, stored=12, extra=window(0, 3000)),
        "colour.dcm": files.dicom(tinted(grey), photometric="RGB", sop_class=files.CAPTURE),
        "deep.png": files.saved(grey.astype(np.uint16) * 257, "PNG"),
        "plain.jpg": files.saved(grey, "JPEG", quality=98),
        "deep.tif": files.saved(grey.astype(np.uint16) * 257, "TIFF"),
        "packed.tif": files.saved(grey, "TIFF", compression="tiff_lzw"),
    }


def tinted(grey: np.ndarray) -> np.ndarray:
    """A film base of another colour, so that each channel's weight shows in the grey."""
    offsets = np.array([0, -12, 12])
    return np.clip(grey[..., None].astype(int) + offsets, 0, 255).astype(np.uint8)


def sky_and_grass(size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture in colour, such as a person may choose by mistake."""
    width, height = size
    y = np.linspace(0, 1, height)[:, None, None]
    sky, grass = np.array([90, 160, 235]), np.array([70, 140, 50])
    rng = np.random.default_rng(1)
    scene = np.where(y < 0.6, sky + 90 * y, grass) + rng.normal(0, 12, (height, width, 1))
    return Image.fromarray(np.clip(scene, 0, 255).astype(np.uint8))


def turned(film: Image.Image) -> bytes:
    """On its side as stored, with the tag that says how it is to be turned upright."""
    exif = Image.Exif()
    exif[ORIENTATION] = CLOCKWISE
    on_its_side = film.transpose(Image.Transpose.ROTATE_90)
    return files.saved(np.asarray(on_its_side), "JPEG", quality=95, exif=exif)


def unfit(film: Image.Image) -> dict[str, bytes]:
    """What the gate has to turn away."""
    return {
        "inverted.png": files.saved(np.asarray(ImageOps.invert(film)), "PNG"),
        "on-its-side.png": files.saved(np.asarray(film.rotate(90, expand=True)), "PNG"),
        "upside-down.png": files.saved(np.asarray(film.rotate(180)), "PNG"),
        "holiday.jpg": files.saved(np.asarray(sky_and_grass()), "JPEG", quality=90),
    }


def patient(grey: np.ndarray, day: str) -> bytes:
    """A film with a header that must stay hidden, with its scale and with UIDs of its own."""
    return files.dicom(
        grey,
        extra={
            0x00080018: (b"UI", f"2.25.{day}1".encode()),
            0x0020000D: (b"UI", f"2.25.{day}2".encode()),
            0x0020000E: (b"UI", f"2.25.{day}3".encode()),
            0x00080020: (b"DA", day.encode()),
            0x00100010: (b"PN", b"Doe^Jane"),
            0x00100020: (LO, b"S-4711"),
            0x00181164: (DS, b"0.2\\0.2"),
        },
    )


def main(folder: Path) -> None:
    # Odd in both directions, so that a pixel and not an edge between two lies in the middle.
    grey = np.asarray(Image.open(ROOT / "samples" / "4fed5061.png").convert("L"))[:523, :639]
    expected = {}
    for name, data in encodings(grey).items():
        pixels = decode(data).pixels
        row, column = pixels.shape[0] // 2, pixels.shape[1] // 2
        expected[name] = float(pixels[row, column]) * 255
        (folder / name).write_bytes(data)
    (folder / "expected.json").write_text(json.dumps(expected))
    # What browsers cannot read: JPEG of 12 bits.
    extended = bytes(imagecodecs.jpeg8_encode(grey.astype(np.uint16) * 16, bitspersample=12))
    (folder / "extended.dcm").write_bytes(
        files.dicom(
            grey.astype(np.uint16) * 16, stored=12, syntax=files.JPEG_EXTENDED, stream=extended
        )
    )
    (folder / "visit-1.dcm").write_bytes(patient(grey, "20200301"))
    late = np.asarray(Image.open(ROOT / "samples" / "fd389adb.png").convert("L"))
    (folder / "visit-2.dcm").write_bytes(patient(late, "20200309"))
    film = Image.open(ROOT / "samples" / "fff13f3a.png").convert("L")
    (folder / "turned.jpg").write_bytes(turned(film))
    for name, data in unfit(film).items():
        (folder / name).write_bytes(data)
    large = np.asarray(Image.fromarray(grey).resize((2048, 2048)))
    (folder / "large.png").write_bytes(files.saved(large, "PNG"))


main(Path(sys.argv[1]))
