"""Films without a severity, but with masks or boxes that say where lungs and opacities are."""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.evaluation import Drawn
from cxr_severity.model.networks.constants import PLACES
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.archives import member, opened
from cxr_training.csv_files import Row, read_table
from cxr_training.errors import TrainingError
from cxr_training.masks import read_mask

MASK_SIZE = 112
"""Side of the square grid that masks are kept on: eight times the cells of a 224-pixel input."""
DRAWN: tuple[Drawn, ...] = get_args(Drawn)
LABELS = ("negative", "typical", "indeterminate", "atypical", "normal", "other", "covid")
"""Study labels by radiologists (the first four), and what a film with masks shows."""
BOX_SHARE = 0.7
"""What a cell inside a box is taught: boxes are drawn around an opacity, corners included."""

_COLUMNS = (
    "file", "set", "label", "patient", "lung_mask", "opacity_mask", "boxes", "copy_of",
)  # fmt: skip
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Lesion:
    """A film with a label; what was drawn on it, if anything."""

    file: str
    set: Drawn
    label: int
    """Index into `LABELS`."""
    patient: str
    lung_mask: str | None
    opacity_mask: str | None
    boxes: tuple[Box, ...]
    """x0, y0, x1, y1 as shares of width and height."""
    copy_of: str | None
    """`severity/images/…` that this film is a copy of."""

    @property
    def person(self) -> str:
        """The patient; where nobody says who it is, the film is one of its own."""
        return self.patient or self.file

    @property
    def weight(self) -> float:
        """How far what is drawn is to be trusted: boxes also hold what is no opacity."""
        return 0.5 if self.boxes and not self.opacity_mask else 1.0


def read_lesions(root: Path) -> tuple[Lesion, ...]:
    """Read `lesions/labels.csv` below `root`.

    Raises:
        TrainingError: a missing file or column, an unknown set or label, or a box that is none.
    """
    table = read_table(root / "lesions" / "labels.csv", _COLUMNS, may_be_empty=True)
    found = []
    for i, row in enumerate(table.rows):
        drawn = table.word(i, "set", DRAWN)
        label = LABELS.index(table.word(i, "label", LABELS))
        try:
            found.append(_lesion(row, drawn, label))
        except ValueError as error:
            raise table.error(i, str(error)) from error
    return tuple(found)


def _lesion(row: Row, drawn: Drawn, label: int) -> Lesion:
    return Lesion(
        file=row["file"],
        set=drawn,
        label=label,
        patient=row["patient"],
        lung_mask=row["lung_mask"] or None,
        opacity_mask=row["opacity_mask"] or None,
        boxes=tuple(_box(text) for text in row["boxes"].split(";") if text),
        copy_of=f"severity/{row['copy_of']}" if row["copy_of"] else None,
    )


def _box(text: str) -> Box:
    x0, y0, x1, y1 = (float(part) for part in text.split())
    if not (0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1):
        raise ValueError(f"{text!r} is no box inside the image")
    return x0, y0, x1, y1


def load_lesions(
    root: Path, lesions: tuple[Lesion, ...], config: PreprocessConfig
) -> Iterator[tuple[bytes, Float32Array, Float32Array]]:
    """File, grid (S, S) float32 in [0, 1], and shares (3, 112, 112) of right lung, left lung and
    opacity, NaN where nobody drew, of each film in order.

    Raises:
        TrainingError: a film or mask that is missing, broken or of another shape than its film.
    """
    with (
        opened(root / "lesions" / "masks.tar") as masks,
        opened(root / "lesions" / "boxes.tar") as boxes,
    ):
        for lesion in lesions:
            archive = masks if lesion.set == "masks" else boxes
            data = member(archive, lesion.file)
            try:
                film = decode(data)
            except InputRefusedError as error:
                raise TrainingError(f"{lesion.file}: {error.detail}") from error
            yield data, to_grid(film, config), _places(lesion, masks, film)


def _places(lesion: Lesion, archive: tarfile.TarFile, film: Radiograph) -> Float32Array:
    shares = read_places(
        lambda name: member(archive, name), lesion.lung_mask, lesion.opacity_mask, film
    )
    if lesion.opacity_mask:
        return shares
    if LABELS[lesion.label] in ("normal", "negative"):
        shares[2] = 0
        return shares
    if lesion.boxes:
        shares[2] = 0
        for x0, y0, x1, y1 in lesion.boxes:
            rows = slice(round(y0 * MASK_SIZE), round(y1 * MASK_SIZE))
            shares[2, rows, round(x0 * MASK_SIZE) : round(x1 * MASK_SIZE)] = BOX_SHARE
        return shares
    return shares


def read_places(
    read: Callable[[str], bytes], lungs: str | None, opacity: str | None, film: Radiograph
) -> Float32Array:
    """Shares (3, 112, 112) of right lung, left lung and opacity, NaN where nobody drew.

    Args:
        read: the content of a mask's file.

    Raises:
        TrainingError: naming the mask that is none of this film.
    """
    shares = np.full((len(PLACES), MASK_SIZE, MASK_SIZE), np.nan, np.float32)
    size = film.stored_size
    if lungs:
        shares[:2] = split_lungs(read_mask(read(lungs), lungs, MASK_SIZE, size, may_be_empty=False))
    if opacity:
        shares[2] = read_mask(read(opacity), opacity, MASK_SIZE, size)
    return shares


def split_lungs(mask: Float32Array) -> Float32Array:
    """A mask (S, S) of both lungs to (2, S, S), right and left: cut where, near the middle of the
    image, the fewest of its pixels lie in one column."""
    side = mask.shape[1]
    columns = mask.sum(axis=0)
    smooth = np.convolve(columns, np.full(5, 0.2), mode="same")
    # A film whose mediastinum is wide or shifted has its emptiest column off the middle; of several
    # as empty ones the one nearest to the mask's centre is taken.
    centre = float((columns * np.arange(side)).sum() / max(float(columns.sum()), 1e-6))
    low, high = round(0.3 * side), round(0.7 * side)
    distance = np.abs(np.arange(low, high) - centre) / side
    cut = low + int((smooth[low:high] / side + 0.1 * distance).argmin())
    parts = np.zeros((2, side, side), np.float32)
    parts[0, :, :cut], parts[1, :, cut:] = mask[:, :cut], mask[:, cut:]
    return parts
