"""Pictures for people: the heatmap alone, and the radiograph with the heatmap over it.

Nothing here feeds the model.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from simplejpeg import encode_jpeg_yuv_planes

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.pictures.grey_png import write_grey_png
from cxr_severity.imaging.pictures.jpeg_strips import join_strips
from cxr_severity.imaging.resample import percentiles, resize

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from cxr_severity.imaging.radiograph import Radiograph

Backdrop = NDArray[np.uint8]
"""(H, W) grey levels, as a radiograph is shown."""

_SAMPLE_PIXELS = 1 << 16
_BAND_PIXELS = 1 << 17
_LOW_PERCENTILE, _HIGH_PERCENTILE = 0.5, 99.5
_QUALITY = 85
"""Quality of the overlay's JPEG: a fifth smaller than at 90, and beside it no different to the
eye."""
_VISIBLE = 0.25
_OPAQUE = 256
"""Opacities are 256ths, so that a shift divides by it; heat never makes one of 1."""
_STRIP_UNIT = 16
"""Rows that JPEG encodes at a time where colours are at half size."""

# Every sixteenth colour of matplotlib's inferno (CC0), and its last.
_INFERNO = (
    (0, 0, 4), (10, 7, 34), (30, 12, 69), (57, 9, 99), (81, 18, 108), (105, 28, 110),
    (130, 37, 103), (154, 45, 95), (180, 54, 79), (203, 65, 60), (224, 83, 42), (238, 106, 26),
    (248, 134, 9), (252, 165, 10), (249, 199, 47), (241, 235, 109), (252, 255, 164),
)  # fmt: skip


def display_window(values: Float32Array | NDArray[np.uint8]) -> tuple[float, float]:
    """Grey values to show as black and as white.

    The whole range, so that a film looks as its sender's window or viewer shows it; only where
    that would hide it (12-bit data in a 16-bit file, say) from the 0.5th to the 99.5th
    percentile. Percentiles, unlike the extremes, are not moved by a burnt-in marker or a border.
    They are taken on a regular grid of about 65 000 pixels, which moves them by less than 0.01
    on a radiograph. A picture of one grey value gets the whole range.

    Args:
        values: (H, W) as in `Radiograph`.

    Returns:
        low < high, in [0, 1].
    """
    step = max(1, int(np.sqrt(values.size / _SAMPLE_PIXELS)))
    sample = values[::step, ::step]
    low, high = percentiles(sample, _LOW_PERCENTILE, _HIGH_PERCENTILE)
    if sample.dtype == np.uint8:
        low, high = low / 255, high / 255
    if high - low >= _VISIBLE or high == low:
        return 0.0, 1.0
    return low, high


def fit_within(height: int, width: int, longest: int = 1024) -> tuple[int, int]:
    """(height, width) scaled down, never up, so that the longer side is `longest` at most."""
    scale = min(1.0, longest / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def resize_map(cam: Float32Array, height: int, width: int) -> Float32Array:
    """Enlarge (gh, gw) `cam` to (height, width) by bicubic interpolation, clipped to [0, 1].

    Cell centres stay where they are; bicubic overshoots at steep edges, hence the clip.
    """
    # In doubles, so that an even map stays even.
    resized = resize(cam.astype(np.float64), height, width, "bicubic").astype(np.float32)
    return np.clip(resized, 0, 1, out=resized)


def heatmap_png(heat: Float32Array) -> bytes:
    """(h, w) float32 in [0, 1] as an 8-bit grey PNG; 255 is 1."""
    return write_grey_png(_to_bytes(heat))


def backdrop(radiograph: Radiograph, longest: int = 1024) -> Backdrop:
    """The radiograph as 8-bit grey, windowed for display and scaled to fit `longest`."""
    return _scaled(radiograph, *fit_within(radiograph.height, radiograph.width, longest))


def overlay_image(ground: Backdrop, heat: Float32Array, beside: Executor | None = None) -> bytes:
    """The radiograph with `heat` laid over it in colour, as a JPEG of the backdrop's size.

    Opacity grows with heat and is 0 where heat is 0, so an unmarked region shows the radiograph
    itself. The colours are inferno's upper four fifths: even steps of heat are even steps
    of perceived brightness, also without colour vision.

    A grey g under a colour of opacity a has the luma (1 - a) g + a Y, and a chroma that does not
    depend on g. So it is drawn in JPEG's own planes, brightness at full and colour at half size,
    a third of the work of drawing in RGB and converting.

    Args:
        ground: (H, W) uint8.
        heat: (h, w) float32 in [0, 1] of any size; it is smooth, and scaled to the backdrop.
        beside: draws the lower half meanwhile; the bytes are the same without it.
    """
    height, width = ground.shape
    # Steps of two pixels in something this smooth are not seen, and take a third of the time.
    smooth = resize(heat, (height + 1) // 2, (width + 1) // 2, "bicubic")
    levels = _to_bytes(np.clip(smooth, 0, 1, out=smooth))
    middle = -(-height // (2 * _STRIP_UNIT)) * _STRIP_UNIT
    if height - middle < 2 or height * width < _BAND_PIXELS:
        return _overlay_strip(ground, levels)
    lower = (ground[middle:], levels[middle // 2 :])
    meanwhile = None if beside is None else beside.submit(_overlay_strip, *lower)
    upper = _overlay_strip(ground[:middle], levels[: middle // 2])
    return join_strips([upper, meanwhile.result() if meanwhile else _overlay_strip(*lower)])


def colour_scale(width: int, height: int) -> bytes:
    """The overlay's colours over black, from 0 on the left to 1, as a JPEG of this size."""
    ramp = np.tile(np.linspace(0, 1, width, dtype=np.float32), (height, 1))
    return overlay_image(np.zeros((height, width), np.uint8), ramp)


def _overlay_strip(ground: Backdrop, levels: Backdrop) -> bytes:
    """(H, W) `ground` under heat of half the size, rounded up, 255 for 1."""
    half = Image.fromarray(levels)
    luma, opacity, blue, red = (
        np.asarray(half.point(table)) for table in (_LUMA, _OPACITY, _BLUE, _RED)
    )
    jpeg: bytes = encode_jpeg_yuv_planes(
        _blended(ground, luma, opacity), blue, red, quality=_QUALITY
    )
    return jpeg


def _blended(
    ground: Backdrop, luma: NDArray[np.uint8], opacity: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """(H, W) `ground` under a grey `luma` of an `opacity`, both of half the size, rounded up.

    Beyond an odd last row or column lies its repetition: the encoder reads whole pairs.
    """
    height, width = ground.shape
    if height % 2 or width % 2:
        ground = np.pad(ground, ((0, height % 2), (0, width % 2)), "edge")
    through = _doubled(np.subtract(_OPAQUE, opacity, dtype=np.uint16))
    marked = np.multiply(luma, opacity, dtype=np.uint16)
    marked += _OPAQUE // 2  # what follows rounds down
    marked = _doubled(marked)
    out = np.empty_like(ground)
    # In bands of pairs of rows that stay in the processor's cache.
    pairs = max(1, _BAND_PIXELS // (2 * ground.shape[1]))
    for at in range(0, len(through), pairs):
        band, rows = slice(at, at + pairs), slice(2 * at, 2 * (at + pairs))
        shape = (len(through[band]), 2, -1)
        mixed = ground[rows].reshape(shape) * through[band, None]  # below 2^16
        mixed += marked[band, None]
        np.right_shift(mixed, 8, out=out[rows].reshape(shape), casting="unsafe")
    return out[:height, :width]


def _doubled(values: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """(h, w) with each value twice in its row: (h, 2w)."""
    pairs = values.astype(np.uint32)
    pairs *= 0x10001
    return pairs.view(np.uint16)


def data_url(media_type: Literal["image/png", "image/jpeg"], data: bytes) -> str:
    """`data` as an RFC 2397 URL."""
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"


def _scaled(radiograph: Radiograph, height: int, width: int) -> Backdrop:
    """The radiograph windowed to 8 bits and scaled, with antialiasing, to (height, width)."""
    low, high = display_window(radiograph.values)
    # Bytes stay bytes where they are shown as they are.
    pixels: NDArray[Any] = radiograph.values if (low, high) == (0, 1) else radiograph.pixels
    if pixels.shape != (height, width):
        pixels = _fitted(pixels, height, width)
    return pixels if pixels.dtype == np.uint8 else _to_bytes(pixels, low, high)


def _fitted(pixels: NDArray[Any], height: int, width: int) -> NDArray[Any]:
    """Scaled down, each pixel is the mean of the area it covers."""
    rows, columns = pixels.shape
    if not (rows >= height and columns >= width):
        image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)
    elif pixels.dtype != np.uint8:
        # Pillow's takes four times as long, half of it to copy floats.
        return resize(pixels, height, width, "box")
    elif rows % height == 0 and columns % width == 0:
        image = Image.fromarray(pixels).reduce((columns // width, rows // height))
    else:
        image = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
    return np.asarray(image)


def _to_bytes(values: Float32Array, low: float = 0, high: float = 1) -> Backdrop:
    """Values from `low` to `high`, and clipped beyond, to 0 to 255, rounded.

    In bands of rows that stay in the processor's cache. Values in [0, 1], as all here are, need
    no clip where the whole range is shown.
    """
    out = np.empty(values.shape, np.uint8)
    # Half of a level more, as the conversion cuts off.
    scale, shift = np.float32(255 / (high - low)), np.float32(0.5 - 255 * low / (high - low))
    rows = max(1, _BAND_PIXELS // values.shape[1])
    band = np.empty((min(rows, len(values)), values.shape[1]), np.float32)
    for top in range(0, len(values), rows):
        part = values[top : top + rows]
        levels = np.multiply(part, scale, out=band[: len(part)])
        levels += shift
        if (low, high) != (0, 1):
            np.clip(levels, 0, 255, out=levels)
        np.copyto(out[top : top + rows], levels, casting="unsafe")
    return out


def _table(stops: tuple[tuple[int, int, int], ...]) -> NDArray[np.uint8]:
    """(256, 3) by linear interpolation between evenly spaced stops."""
    at = np.linspace(0, 1, len(stops))
    # Inferno begins at black, which over a radiograph would darken instead of mark.
    wanted = np.linspace(0.2, 1, 256)
    channels = [np.interp(wanted, at, channel) for channel in zip(*stops, strict=True)]
    table: NDArray[np.uint8] = np.rint(np.stack(channels, axis=1)).astype(np.uint8)
    return table


def _luma_chroma(
    colours: NDArray[np.uint8], opacity: list[int]
) -> tuple[list[int], list[int], list[int]]:
    """Of each level: the colour's luma, and the two chromas of the colour at its opacity, by
    JPEG's matrix (ITU-T T.871)."""
    red, green, blue = colours.T.astype(float)
    luma = 0.299 * red + 0.587 * green + 0.114 * blue
    strength = np.array(opacity) / _OPAQUE
    to_blue = 128 + strength * (blue - luma) * 0.5 / (1 - 0.114)
    to_red = 128 + strength * (red - luma) * 0.5 / (1 - 0.299)
    return tuple(np.rint(table).astype(int).tolist() for table in (luma, to_blue, to_red))


_OPACITY = [round(0.7 * _OPAQUE * level / 255) for level in range(256)]
_LUMA, _BLUE, _RED = _luma_chroma(_table(_INFERNO), _OPACITY)
