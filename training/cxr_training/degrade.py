"""What happens to films on their way: compression, loss of detail, letters, borders.

Each can tell one hospital from another, and so carry a label by accident. Here every film gets them
at random, whatever its label and source.
"""

from __future__ import annotations

import io

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from cxr_training.config_augment import AugmentConfig

_LETTERS = "LRABDEMPSTUX0123456789"


def degrade(grids: torch.Tensor, config: AugmentConfig, generator: torch.Generator) -> torch.Tensor:
    """(N, S, S) float32 in [0, 1] to the same, each film changed by itself."""
    random = np.random.default_rng(int(torch.randint(2**31, (1,), generator=generator)))
    films = [_one(grid, config, random) for grid in (grids * 255).to(torch.uint8).numpy()]
    return torch.from_numpy(np.stack(films)).float() / 255


def _one(
    grid: NDArray[np.uint8], config: AugmentConfig, random: np.random.Generator
) -> NDArray[np.uint8]:
    image = Image.fromarray(grid)
    side = image.width
    if random.random() < config.borders:
        _frame(image, random)
    if random.random() < config.letters:
        for _ in range(random.integers(1, 4)):
            _write(image, random)
    if random.random() < config.blur:
        # A source of fewer pixels: taken down and up again.
        small = int(side * random.uniform(0.5, 0.95))
        image = image.resize((small, small), Image.Resampling.BILINEAR)
        image = image.resize((side, side), Image.Resampling.BICUBIC)
    if random.random() < config.jpeg:
        buffer = io.BytesIO()
        image.save(buffer, "JPEG", quality=int(random.integers(25, 95)))
        image = Image.open(buffer)
    return np.asarray(image)


def _frame(image: Image.Image, random: np.random.Generator) -> None:
    """A black or white frame over the film's edge; any side may have none."""
    side = image.width
    fill = int(random.choice([0, 0, 0, 255]))
    draw = ImageDraw.Draw(image)
    widths = side * random.uniform(0.01, 0.07, 4) * (random.random(4) < 0.6)
    left, top, right, bottom = (round(width) for width in widths)
    bars = [(0, 0, left, side), (0, 0, side, top), (side - right, 0, side, side),
            (0, side - bottom, side, side)]  # fmt: skip
    for x0, y0, x1, y1 in bars:
        if x1 > x0 and y1 > y0:
            draw.rectangle((x0, y0, x1 - 1, y1 - 1), fill=fill)


def _write(image: Image.Image, random: np.random.Generator) -> None:
    """A few letters in white, or dark on a light field, anywhere but mostly near a border."""
    side = image.width
    text = "".join(random.choice(list(_LETTERS), size=random.integers(1, 9)))
    font = ImageFont.load_default(size=float(random.integers(6, 26)))
    x, y = random.uniform(0, 0.9, 2) * side
    if random.random() < 0.7:
        y = random.choice([0.02, 0.9]) * side
    draw = ImageDraw.Draw(image)
    if random.random() < 0.2:
        draw.rectangle(draw.textbbox((x, y), text, font=font), fill=int(random.integers(150, 256)))
        draw.text((x, y), text, fill=int(random.integers(0, 60)), font=font)
    else:
        draw.text((x, y), text, fill=int(random.integers(180, 256)), font=font)
