"""Pictures that are no radiographs at all: documents, screens, noise, patterns."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from cxr_severity.imaging.arrays import Float32Array

_SIDE = 256
_EACH = 24


def document(rng: np.random.Generator) -> Float32Array:
    """A page of text, as a scan or a screenshot shows it."""
    dark = bool(rng.random() < 0.3)
    image = Image.new("L", (_SIDE, _SIDE), 20 if dark else 245)
    draw = ImageDraw.Draw(image)
    y = int(rng.integers(8, 40))
    while y < _SIDE - 10:
        x, right = int(rng.integers(10, 30)), int(rng.integers(120, _SIDE - 10))
        while x < right:
            width = int(rng.integers(6, 30))
            draw.rectangle((x, y, min(x + width, right), y + 4), fill=220 if dark else 40)
            x += width + int(rng.integers(3, 7))
        y += int(rng.integers(8, 20))
    return _floats(image)


def screen(rng: np.random.Generator) -> Float32Array:
    """Windows, bars and buttons."""
    image = Image.new("L", (_SIDE, _SIDE), int(rng.integers(0, 255)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(6, 25))):
        x, y = (int(v) for v in rng.integers(0, _SIDE - 20, 2))
        w, h = (int(v) for v in rng.integers(10, _SIDE // 2, 2))
        draw.rectangle((x, y, x + w, y + h), fill=int(rng.integers(0, 255)),
                       outline=int(rng.integers(0, 255)))  # fmt: skip
    return _floats(image)


def chart(rng: np.random.Generator) -> Float32Array:
    """Axes with lines or bars."""
    image = Image.new("L", (_SIDE, _SIDE), 255)
    draw = ImageDraw.Draw(image)
    draw.line((30, 20, 30, 226, 240, 226), fill=0, width=2)
    heights = 226 - rng.random(12) * 190
    for i, height in enumerate(heights):
        x = 40 + i * 16
        if rng.random() < 0.5:
            draw.rectangle((x, float(height), x + 10, 226), fill=int(rng.integers(30, 200)))
        elif i:
            draw.line((x - 16, float(heights[i - 1]), x, float(height)), fill=60, width=2)
    return _floats(image)


def noise(rng: np.random.Generator) -> Float32Array:
    """White noise, smoothed a little or much."""
    values = rng.random((_SIDE, _SIDE)) * 255
    image = Image.fromarray(values.astype(np.uint8))
    return _floats(image.filter(ImageFilter.GaussianBlur(float(rng.choice([0, 1, 3, 8, 20])))))


def gradient(rng: np.random.Generator) -> Float32Array:
    """A smooth change across an empty picture."""
    y, x = np.mgrid[-1 : 1 : _SIDE * 1j, -1 : 1 : _SIDE * 1j]
    a, b, c, d = rng.normal(size=4)
    values = a * x + b * y + c * x * y + d * (x**2 + y**2)
    scaled: Float32Array = ((values - values.min()) / max(np.ptp(values), 1e-6)).astype(np.float32)
    return scaled


def shapes(rng: np.random.Generator) -> Float32Array:
    """Blurred discs, as a phantom, an ultrasound or a scene at night might show."""
    image = Image.new("L", (_SIDE, _SIDE), int(rng.integers(0, 80)))
    draw = ImageDraw.Draw(image)
    for _ in range(int(rng.integers(2, 12))):
        x, y = (int(v) for v in rng.integers(-30, _SIDE, 2))
        w, h = (int(v) for v in rng.integers(15, 140, 2))
        draw.ellipse((x, y, x + w, y + h), fill=int(rng.integers(0, 255)))
    return _floats(image.filter(ImageFilter.GaussianBlur(float(rng.uniform(0, 6)))))


def _floats(image: Image.Image) -> Float32Array:
    return np.asarray(image, dtype=np.float32) / np.float32(255)


_MAKERS: tuple[Callable[[np.random.Generator], Float32Array], ...] = (
    document, screen, chart, noise, gradient, shapes,
)  # fmt: skip


def pictures() -> list[tuple[str, Float32Array]]:
    """Name and (256, 256) float32 pixels in [0, 1]; always the same ones."""
    return [
        (f"synthetic {make.__name__}", make(np.random.default_rng((i, number))))
        for number in range(_EACH)
        for i, make in enumerate(_MAKERS)
    ]
