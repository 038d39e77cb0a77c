"""Masks are read as segmentation tools write them, and what is none of its film is told."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.cases import read_cases
from cxr_training.errors import TrainingError
from cxr_training.films import load_films
from cxr_training.masks import read_mask
from cxr_training.prepare.images import read_mask as read_any

INSIDE = np.zeros((96, 80), np.uint8)
INSIDE[20:70, 10:50] = 1


def png(pixels: Image.Image) -> bytes:
    content = io.BytesIO()
    pixels.save(content, "PNG")
    return content.getvalue()


def coloured(rgba: tuple[int, ...], ground: tuple[int, ...]) -> Image.Image:
    return Image.fromarray(np.where(INSIDE[..., None], rgba, ground).astype(np.uint8))


def labelled() -> Image.Image:
    palette = Image.fromarray(INSIDE, "P")
    palette.putpalette([0, 0, 0, 10, 200, 30] + [0] * 762)
    return palette


FORMS: dict[str, Callable[[], Image.Image]] = {
    "1 bit": lambda: Image.fromarray(INSIDE * 255).convert("1"),
    "0 and 255": lambda: Image.fromarray(INSIDE * 255),
    "0 and 1": lambda: Image.fromarray(INSIDE),
    "0 and 1 in 16 bits": lambda: Image.fromarray(INSIDE.astype(np.uint16)),
    "0 and 65535": lambda: Image.fromarray(INSIDE.astype(np.uint16) * 65535),
    "a palette": labelled,
    "red on black": lambda: coloured((255, 0, 0), (0, 0, 0)),
    "red on transparent": lambda: coloured((255, 0, 0, 255), (0, 0, 0, 0)),
    "black on transparent": lambda: coloured((0, 0, 0, 255), (0, 0, 0, 0)),
    "half transparent": lambda: coloured((0, 90, 0, 100), (255, 255, 255, 0)),
    "white on black, half transparent all over": lambda: coloured(
        (255, 255, 255, 90), (0, 0, 0, 90)
    ),
    "white on opaque black": lambda: coloured((255, 255, 255, 255), (0, 0, 0, 255)),
}


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_a_mask_marks_the_same(tmp_path: Path, form: str) -> None:
    data = png(FORMS[form]())
    wanted = read_mask(png(FORMS["1 bit"]()), "m.png", 112, (192, 160))
    assert wanted.mean() == pytest.approx(INSIDE.mean(), abs=0.01)
    np.testing.assert_array_equal(read_mask(data, "m.png", 112, (192, 160)), wanted)
    (tmp_path / "m.png").write_bytes(data)
    np.testing.assert_array_equal(read_any(tmp_path / "m.png"), INSIDE.astype(bool))


@pytest.mark.parametrize(
    ("mask", "message"),
    [
        (Image.fromarray(INSIDE + (np.arange(80) > 30)), "one value outside and one inside"),
        (Image.fromarray(INSIDE * 0), "marks nothing"),
        (Image.fromarray(INSIDE * 0 + 1), "marks the whole film"),
        (Image.fromarray(INSIDE.T.copy()), "another aspect than its film"),
    ],
)
def test_what_is_no_mask_of_its_film_is_told(mask: Image.Image, message: str) -> None:
    with pytest.raises(TrainingError, match=rf"m\.png: .*{message}"):
        read_mask(png(mask), "m.png", 112, (192, 160), may_be_empty=False)


@pytest.mark.parametrize(
    "mask",
    [Image.fromarray(INSIDE * 0), Image.new("RGBA", (80, 96), (255, 255, 255, 0))],
    ids=["black", "transparent"],
)
def test_a_film_without_opacity_may_have_a_mask_that_says_so(
    tmp_path: Path, mask: Image.Image
) -> None:
    assert not read_mask(png(mask), "m.png", 112, (192, 160)).any()
    (tmp_path / "m.png").write_bytes(png(mask))
    assert not read_any(tmp_path / "m.png").any()


def test_what_does_not_decode_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = png(FORMS["0 and 255"]())
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 80)  # more than twice of it is an error
    for data in (b"none", whole[:60], whole):
        with pytest.raises(TrainingError, match=r"m\.png: does not decode"):
            read_mask(data, "m.png", 112)


def test_films_are_learned_by_labels_of_0_and_1_as_by_1_bit(
    small_data: Path, tmp_path: Path
) -> None:
    data = shutil.copytree(small_data, tmp_path / "data")
    config = PreprocessConfig(size=96)
    before = load_films(read_cases(data), config)
    for path in sorted((data / "severity" / "masks").iterdir()):
        with Image.open(path) as image:
            labels = np.asarray(image.convert("L")) // 255
        Image.fromarray(labels.astype(np.uint16)).save(path)
    assert load_films(read_cases(data), config).sha256 == before.sha256
    lungs = data / "severity" / "masks" / "03.lung.png"
    with Image.open(lungs) as image:
        image.resize((500, 90), Image.Resampling.NEAREST).save(lungs)
    with pytest.raises(TrainingError, match=r"03\.lung\.png: has another aspect"):
        load_films(read_cases(data), config)
