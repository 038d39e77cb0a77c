"""Changes of a radiograph that should not matter to a reader, and some that may.

Models of COVID-19 radiographs have been found to read markers and borders instead of lungs (DeGrave
et al., Nature Machine Intelligence 2021). Each change here works on the pixels of the file, before
any preprocessing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cxr_severity.imaging.arrays import Float32Array

"""(H, W) float32 in [0, 1]."""


@dataclass(frozen=True, slots=True)
class Change:
    name: str
    matters: bool
    """Whether it takes away or displaces what a reader may use: heart, shoulders, lungs."""
    apply: Callable[[Float32Array, Float32Array], Float32Array]
    """From pixels and the lung mask, (H, W) float32 in [0, 1], to pixels."""


def _unit(values: NDArray[np.floating]) -> Float32Array:
    clipped: Float32Array = np.clip(values, 0, 1).astype(np.float32)
    return clipped


def _image(pixels: Float32Array) -> Image.Image:
    return Image.fromarray(np.rint(pixels * 255).astype(np.uint8))


def _pixels(image: Image.Image) -> Float32Array:
    values: Float32Array = np.asarray(image, dtype=np.float32) / np.float32(255)
    return values


def _jpeg(quality: int) -> Callable[[Float32Array, Float32Array], Float32Array]:
    def apply(pixels: Float32Array, _: Float32Array) -> Float32Array:
        buffer = BytesIO()
        _image(pixels).save(buffer, "JPEG", quality=quality)
        return _pixels(Image.open(buffer))

    return apply


def _resized(longest: int) -> Callable[[Float32Array, Float32Array], Float32Array]:
    def apply(pixels: Float32Array, _: Float32Array) -> Float32Array:
        scale = longest / max(pixels.shape)
        size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
        return _unit(np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC)))

    return apply


def _rotated(degrees: float) -> Callable[[Float32Array, Float32Array], Float32Array]:
    def apply(pixels: Float32Array, _: Float32Array) -> Float32Array:
        turned = Image.fromarray(pixels).rotate(degrees, Image.Resampling.BILINEAR)
        return _unit(np.asarray(turned))

    return apply


def _cropped(top: float, right: float, bottom: float, left: float) -> Callable[..., Float32Array]:
    def apply(pixels: Float32Array, _: Float32Array) -> Float32Array:
        height, width = pixels.shape
        rows = slice(round(top * height), height - round(bottom * height))
        return np.ascontiguousarray(
            pixels[rows, round(left * width) : width - round(right * width)]
        )

    return apply


def _lettered(
    text: str, x: float, y: float
) -> Callable[[Float32Array, Float32Array], Float32Array]:
    def apply(pixels: Float32Array, _: Float32Array) -> Float32Array:
        image = _image(pixels)
        height, width = pixels.shape
        font = ImageFont.load_default(size=max(10, height / 16))
        ImageDraw.Draw(image).text((x * width, y * height), text, fill=255, font=font)
        return _pixels(image)

    return apply


def _blotted(pixels: Float32Array, lungs: Float32Array) -> Float32Array:
    """A black strip along each border, but not over lung: markers and text stand there."""
    height, width = pixels.shape
    rows, columns = np.arange(height)[:, None] / height, np.arange(width)[None, :] / width
    strip = (np.minimum(rows, 1 - rows) < 0.12) | (np.minimum(columns, 1 - columns) < 0.08)
    return np.where(strip & (lungs < 0.5), np.float32(0), pixels)


def _border_alone(pixels: Float32Array, lungs: Float32Array) -> Float32Array:
    """A grey box over the lungs: nothing in it, not even their outline."""
    rows, columns = np.nonzero(lungs > 0.5)
    out = pixels.copy()
    if len(rows):
        (top, bottom), (left, right) = (np.quantile(i, (0.01, 0.99)) for i in (rows, columns))
        out[int(top) : int(bottom) + 1, int(left) : int(right) + 1] = pixels.mean()
    return out


def _lungs_alone(pixels: Float32Array, lungs: Float32Array) -> Float32Array:
    return np.where(lungs > 0.5, pixels, pixels.mean()).astype(np.float32)


def _level(
    change: Callable[[Float32Array], NDArray[np.floating]],
) -> Callable[[Float32Array, Float32Array], Float32Array]:
    return lambda pixels, _: _unit(change(pixels))


CHANGES: tuple[Change, ...] = (
    Change("darker by 20%", False, _level(lambda p: p * 0.8)),
    Change("brighter by 20%", False, _level(lambda p: p * 1.2)),
    Change("contrast 0.75", False, _level(lambda p: (p - p.mean()) * 0.75 + p.mean())),
    Change("contrast 1.25", False, _level(lambda p: (p - p.mean()) * 1.25 + p.mean())),
    Change("gamma 0.8", False, _level(lambda p: p**0.8)),
    Change("gamma 1.25", False, _level(lambda p: p**1.25)),
    *(Change(f"JPEG quality {q}", False, _jpeg(q)) for q in (30, 60, 95)),
    *(Change(f"resized to {side}", False, _resized(side)) for side in (256, 1024, 2048)),
    Change("cropped by 5% all around", False, _cropped(0.05, 0.05, 0.05, 0.05)),
    Change("cropped by 5%, top and left", False, _cropped(0.05, 0, 0, 0.05)),
    Change("cropped by 5%, bottom and right", False, _cropped(0, 0.05, 0.05, 0)),
    Change("rotated by 5 degrees", False, _rotated(5)),
    Change("rotated by -5 degrees", False, _rotated(-5)),
    Change("letters added, top left", False, _lettered("AP SUPINE", 0.03, 0.02)),
    Change("letters added, bottom right", False, _lettered("ICU 3", 0.75, 0.9)),
    Change("mirrored", True, lambda p, _: np.ascontiguousarray(p[:, ::-1])),
    Change("borders blotted out", True, _blotted),
    Change("lungs alone", True, _lungs_alone),
    Change("border alone, lungs boxed out", True, _border_alone),
)
