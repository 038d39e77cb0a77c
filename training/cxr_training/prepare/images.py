"""Films and masks as the data folder holds them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from cxr_training.errors import TrainingError
from cxr_training.grey import eight_bit
from cxr_training.masks import mask_values

LONGEST_SIDE = 512
FILM_QUALITY, THUMBNAIL_QUALITY = 92, 85
THUMBNAIL_SIDE = 224

Mask = NDArray[np.bool_]


def read_film(path: Path) -> Image.Image:
    """An image in 8-bit grey.

    Raises:
        TrainingError: the file is no image, or cut.
    """
    with _opened(path) as image:
        return eight_bit(image)


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as image:
            image.load()
            yield image
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise TrainingError(f"{path}: is no image that can be read ({error})") from error


def film_jpeg(film: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """The film as JPEG, its longest side at most 512 px (never enlarged), and its size."""
    reduced = film.copy()
    reduced.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    return _jpeg(reduced, FILM_QUALITY), reduced.size


def thumbnail_jpeg(film: Image.Image) -> bytes:
    """The film at 224x224, whatever its aspect, as JPEG."""
    return square_jpeg(film, THUMBNAIL_SIDE)


def square_jpeg(film: Image.Image, side: int) -> bytes:
    """The film as a square, whatever its aspect, as JPEG."""
    return _jpeg(film.resize((side, side), Image.Resampling.LANCZOS), THUMBNAIL_QUALITY)


def read_mask(path: Path) -> Mask:
    """(H, W), true where a mask is nearer to its own white than to black.

    Raises:
        TrainingError: the file is no image.
    """
    with _opened(path) as image:
        grey = mask_values(image)
    # Collections write 1 or 255 for white; an all-black mask has none.
    brightest = grey.max()
    marked: Mask = grey > brightest / 2 if brightest else np.zeros(grey.shape, np.bool_)
    return marked


def mask_png(mask: Mask, size: tuple[int, int]) -> bytes:
    """The mask as 1-bit PNG of (width, height) `size`."""
    grey = Image.fromarray(mask.astype(np.uint8) * 255)
    # Averaged, then halved: the boundary stays where it is, as nearest neighbours would not.
    reduced = grey.resize(size, Image.Resampling.BOX).point(lambda value: 255 * (value >= 128))
    buffer = io.BytesIO()
    reduced.convert("1", dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _jpeg(image: Image.Image, quality: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()
