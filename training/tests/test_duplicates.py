"""Copies of a film are found whatever happened to the file; other films are not taken for one."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from cxr_training.duplicates import (
    BITS,
    SAME_FILM,
    SAME_PATIENT,
    near_duplicates,
    perceptual_hash,
)


def encode(image: Image.Image, kind: str = "PNG", **options: int) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def recompressed(image: Image.Image) -> bytes:
    return encode(image, "JPEG", quality=30)


def resized(image: Image.Image) -> bytes:
    return encode(image.resize((150, 150)))


def windowed(image: Image.Image) -> bytes:
    table = [min(255, max(0, int((value - 20) * 1.2))) for value in range(256)]
    return encode(image.point(table))


def in_colour(image: Image.Image) -> bytes:
    return encode(image.convert("RGB"))


@pytest.mark.parametrize("change", [recompressed, resized, windowed, in_colour])
def test_a_copy_keeps_its_hash(sample_folder: Path, change: Callable[[Image.Image], bytes]) -> None:
    for path in sorted(sample_folder.glob("*.png"))[::3]:
        with Image.open(path) as image:
            copy = perceptual_hash(change(image))
        one, other = perceptual_hash(path.read_bytes())[None], copy[None]
        assert near_duplicates(one, other, SAME_FILM).all(), path.name


def test_a_caption_leaves_a_film_the_same_patients(sample_folder: Path) -> None:
    path = sample_folder / "fff13f3a.png"
    with Image.open(path) as image:
        ImageDraw.Draw(image).rectangle((0, 0, 200, 40), fill=255)
        captioned = perceptual_hash(encode(image))
    assert near_duplicates(perceptual_hash(path.read_bytes())[None], captioned[None],
                           SAME_PATIENT).all()  # fmt: skip


def test_the_samples_are_different_films(sample_folder: Path) -> None:
    """Two of their patients have two films each, of different days."""
    paths = sorted(sample_folder.glob("*.png"))
    hashes = np.stack([perceptual_hash(path.read_bytes()) for path in paths])
    assert len(hashes) == 8
    assert (near_duplicates(hashes, hashes, SAME_PATIENT) == np.eye(8, dtype=bool)).all()


def test_bits_are_counted() -> None:
    rng = np.random.default_rng(0)
    hashes = rng.random((3, BITS)) < 0.5
    others = hashes.copy()
    others[0, :40] ^= True
    others[1, :41] ^= True
    assert near_duplicates(hashes, others, 40).diagonal().tolist() == [True, False, True]
    assert near_duplicates(hashes[:1], others, 41).shape == (1, 3)
