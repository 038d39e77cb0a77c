"""PNG and TIFF to grey values by Pillow, JPEG by libjpeg-turbo, and ordinary PNGs faster.

Each file is first taken apart by `png`, `jpeg` or `tiff`; the decoder sees a copy without
metadata, so it neither warns about it nor applies any of it. Pillow's plugins are called by class:
`Image.open` would try every format and apply a process-wide pixel limit.
"""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PIL.PngImagePlugin import PngImageFile
from PIL.TiffImagePlugin import TiffImageFile
from simplejpeg import decode_jpeg

from cxr_severity.imaging import colour
from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.codecs import deep_colour
from cxr_severity.imaging.codecs.jpeg import parse_jpeg
from cxr_severity.imaging.codecs.jpeg_strict import check_data, settled
from cxr_severity.imaging.codecs.png import PngFile, parse_png
from cxr_severity.imaging.codecs.png_gamma import seen, seen_image
from cxr_severity.imaging.codecs.png_pixels import ordinary_samples
from cxr_severity.imaging.codecs.quiet import silence_libtiff
from cxr_severity.imaging.codecs.tiff import UNSUPPORTED_LAYOUT, TiffFile, parse_tiff
from cxr_severity.imaging.errors import (
    DamagedImageError,
    ImageTooLargeError,
    InputRefusedError,
    UnsupportedColourSpaceError,
    UnsupportedFormatError,
)
from cxr_severity.imaging.orientation import exif_orientation, upright
from cxr_severity.imaging.pixel_aspect import SQUARE, exif_aspect, square_size, squared
from cxr_severity.imaging.radiograph import in_unit_range
from cxr_severity.imaging.used_range import without_islands

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cxr_severity.imaging.limits import Limits
    from cxr_severity.imaging.radiograph import Declared

_BAND_PIXELS = 1 << 20
_BYTE = 8
_BASELINE_EXTENDED_PROGRESSIVE = (0xC0, 0xC1, 0xC2)
_DAMAGED_DETAIL = "The picture's data is damaged or incomplete."

silence_libtiff()


class Raster(NamedTuple):
    """`values` (H, W) as in `Radiograph`, upright; the stored `bit_depth`; `colour` in [0, 1] as
    `colour.colourfulness` measures it; the height and width in the file where the picture was
    decoded at a reduced scale; what the file says of itself; `Source.scale`."""

    values: Float32Array | NDArray[np.uint8]
    bit_depth: int
    colour: float = 0.0
    stored: tuple[int, int] | None = None
    declared: Declared = ""
    scale: tuple[float, float] | None = None


def _colour_space(name: str) -> UnsupportedColourSpaceError:
    return UnsupportedColourSpaceError(
        "The file's colour space is {name}. Save the picture as greyscale or RGB.", name=name
    )


def decode_raster(
    data: bytes,
    container: Literal["png", "jpeg", "tiff"],
    limits: Limits,
    enough: int | None = None,
) -> Raster:
    """Grey values of a PNG, JPEG or TIFF file.

    Raises:
        InputRefusedError: one of its subclasses, and nothing else but MemoryError.
    """
    match container:
        case "png":
            return _decode_png(data, limits)
        case "jpeg":
            return _decode_jpeg(data, limits, enough)
        case "tiff":
            return _decode_tiff(data, limits)


def _decode_png(data: bytes, limits: Limits) -> Raster:
    png = parse_png(data, limits)
    orientation = exif_orientation(png.exif)
    samples = ordinary_samples(png)
    samples = None if samples is None else seen(samples, png.gamma)
    if samples is not None and samples.ndim == 2:
        values = samples if samples.dtype == np.uint8 else in_unit_range(samples)
        values = squared(without_islands(values, png.bit_depth), png.pixel_aspect, limits)
        return Raster(upright(values, orientation), png.bit_depth)
    with _decoder(DamagedImageError(_DAMAGED_DETAIL)):
        if png.is_colour_16:
            pixels, found = deep_colour.read_png(png)
        else:
            image = Image.fromarray(samples) if samples is not None else _opened_png(png)
            grey = png.is_grey_alpha_16
            pixels = _grey_alpha_16(image, png.gamma) if grey else _luminance(image)
            found = 0.0 if grey else colour.of_image(image)
    pixels = squared(without_islands(pixels, png.bit_depth), png.pixel_aspect, limits)
    return Raster(upright(pixels, orientation), png.bit_depth, found)


def _opened_png(png: PngFile) -> Image.Image:
    image = PngImageFile(BytesIO(png.clean))
    image.load()
    if png.lacks_rows:
        raise DamagedImageError(_DAMAGED_DETAIL)
    if image.mode == "P" and int(np.asarray(image).max()) >= png.colours:
        raise DamagedImageError(_DAMAGED_DETAIL)
    key = image.info.get("transparency")
    if isinstance(key, int) and image.mode == "L" and png.bit_depth < _BYTE:
        # On the scale of the pixels: Pillow leaves the transparent value as it is stored.
        image.info["transparency"] = key * (255 // (2**png.bit_depth - 1))
    return image if png.is_grey_alpha_16 else seen_image(image, png.gamma)


def _decode_jpeg(data: bytes, limits: Limits, enough: int | None) -> Raster:
    jpeg = parse_jpeg(data, limits)
    if jpeg.precision != _BYTE or jpeg.sof not in _BASELINE_EXTENDED_PROGRESSIVE:
        raise UnsupportedFormatError(
            "The file is of a rare kind of JPEG (lossless, arithmetic or not of 8 bits). "
            "Save it as PNG or as a common JPEG."
        )
    if len(jpeg.component_ids) not in (1, 3):
        raise _colour_space("CMYK or an unusual one")
    with _decoder(DamagedImageError(_DAMAGED_DETAIL)):
        jpeg = settled(jpeg)
        # Strict, which Pillow cannot be: libjpeg only warns of a stream that was cut or has lost
        # bits, and fills in rubble. JPEG stores BT.601 luma beside two planes of colour, and the
        # first alone is decoded.
        luma = decode_jpeg(
            jpeg.clean,
            colorspace="GRAY",
            strict=True,
            # libjpeg takes the smallest scale that keeps both; its pixels are means of blocks.
            min_height=enough or jpeg.height,
            min_width=enough or jpeg.width,
            min_factor=1 if enough is None else 2,
        )
        found = colour.of_jpeg(jpeg.clean) if len(jpeg.component_ids) == 3 else 0.0
    aspect = exif_aspect(jpeg.exif) if jpeg.pixel_aspect == SQUARE else jpeg.pixel_aspect
    orientation = exif_orientation(jpeg.exif)
    stored = None
    if luma.shape[:2] != (jpeg.height, jpeg.width):
        height, width = square_size(jpeg.height, jpeg.width, aspect, limits)
        stored = (width, height) if orientation >= 5 else (height, width)
    values = squared(without_islands(luma[..., 0], _BYTE), aspect, limits)
    return Raster(upright(values, orientation), _BYTE, found, stored)


def _decode_tiff(data: bytes, limits: Limits) -> Raster:
    tiff = parse_tiff(data, limits)
    if tiff.is_colour_16:
        with _decoder(DamagedImageError(_DAMAGED_DETAIL)):
            pixels, found = deep_colour.read_tiff(tiff)
    else:
        pixels, found = _by_pillow(tiff)
    pixels = squared(without_islands(pixels, tiff.bit_depth), tiff.pixel_aspect, limits)
    return Raster(upright(pixels, tiff.orientation), tiff.bit_depth, found)


def _by_pillow(tiff: TiffFile) -> tuple[Float32Array, float]:
    """Grey values, and how colourful the picture is."""
    # The structure was found sound: what Pillow does not open, it does not know.
    with _decoder(UnsupportedFormatError(UNSUPPORTED_LAYOUT)):
        image = TiffImageFile(BytesIO(tiff.clean))
    with _decoder(DamagedImageError(_DAMAGED_DETAIL)):
        width, height = tiff.part_size
        for data, rows in zip(tiff.jpegs(), tiff.part_rows, strict=True):
            jpeg = parse_jpeg(data, keep_transform=False)
            # A picture larger than its part would be allocated, and is none that libtiff reads; of
            # a smaller one it leaves what is lacking black.
            if jpeg.width != width or not rows <= jpeg.height <= height:
                raise DamagedImageError(_DAMAGED_DETAIL)
            check_data(jpeg)
        image.load()
        return _luminance(image, inverted=tiff.inverted), colour.of_image(image)


@contextmanager
def _decoder(refusal: InputRefusedError) -> Iterator[None]:
    """Decoders raise exceptions of any kind on hostile bytes: refuse with `refusal` instead."""
    try:
        yield
    except (InputRefusedError, MemoryError):
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise ImageTooLargeError("The picture has too many pixels.") from None
    except Exception:  # noqa: BLE001 - see above; what went wrong is of no use to the sender
        raise refusal from None


def _luminance(image: Image.Image, *, inverted: bool = False) -> Float32Array:
    """(H, W) float32 in [0, 1] from any of Pillow's grey, palette and RGB modes.

    Works in bands of rows, so that no second copy of the whole picture is held.
    """
    width, height = image.size
    out = np.empty((height, width), np.float32)
    rows = max(1, _BAND_PIXELS // width)
    for top in range(0, height, rows):
        bottom = min(top + rows, height)
        _band(image.crop((0, top, width, bottom)), out[top:bottom], inverted=inverted)
    return out


def _band(image: Image.Image, out: Float32Array, *, inverted: bool) -> None:
    key = image.info.get("transparency")
    if image.mode.startswith("I;16"):
        values = np.asarray(image)
        np.divide(values, 65535, out=out)
        alpha = None if key is None else values != key
    elif image.mode in ("1", "L") and key is None:
        np.divide(np.asarray(image), 1 if image.mode == "1" else 255, out=out, dtype=np.float32)
        alpha = None
    elif image.mode == "La":
        # Premultiplied: it lies on black already, and white is as much as is opaque.
        values = np.asarray(image)
        np.divide(values[..., 0], 255, out=out)
        alpha = None
        if inverted:
            np.clip(values[..., 1] / np.float32(255) - out, 0, 1, out=out)
            return
    elif key is not None or image.mode in ("LA", "PA", "RGBA"):
        if image.mode == "RGB":
            image = image.convert("RGBA")
        values = np.asarray(image.convert("LA"))
        np.divide(values[..., 0], 255, out=out)
        alpha = values[..., 1] / np.float32(255)
    elif image.mode in ("P", "RGB", "YCbCr"):
        np.divide(np.asarray(image.convert("L")), 255, out=out)
        alpha = None
    else:
        raise _colour_space("an unusual one")
    if inverted:
        np.subtract(1, out, out=out)
    if alpha is not None:
        np.multiply(out, alpha, out=out)


def _grey_alpha_16(image: Image.Image, gamma: float) -> Float32Array:
    """Grey on black from a 16-bit grey and alpha PNG that was opened as 8-bit RGBA."""
    pairs = np.asarray(image).view(">u2")
    grey, alpha = seen(pairs[..., 0].astype(np.uint16), gamma), pairs[..., 1]
    out = np.empty(grey.shape, np.float32)
    np.divide(grey, 65535, out=out)
    np.multiply(out, alpha, out=out)
    np.divide(out, 65535, out=out)
    return out
