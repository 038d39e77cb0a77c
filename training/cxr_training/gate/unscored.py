"""Radiographs without severity labels: `pretrain/labels.csv`, and the tar files beside it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.archives import DAMAGED
from cxr_training.csv_files import read_table
from cxr_training.duplicates import SAME_PATIENT, near_duplicates, perceptual_hash
from cxr_training.errors import TrainingError

LABELS = (
    "normal/normal", "covid/covid", "paediatric/normal", "paediatric/bacterial", "paediatric/viral",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Film:
    """`grid` (S, S) float32 in [0, 1]; `bits` (256,), its perceptual hash."""

    grid: Float32Array
    bits: NDArray[np.bool_]


def read_sample(
    folder: Path,
    every: int,
    exclude: NDArray[np.bool_],
    config: PreprocessConfig,
) -> Iterator[tuple[str, Film]]:
    """Name and film of each `every`-th radiograph that is no copy of an excluded one.

    Raises:
        TrainingError: a missing or damaged file, a missing column, an unknown label, or an image
            that does not decode.
    """
    wanted = set(sorted(read_labels(folder))[::every])
    for name, where, data in _files(folder, wanted):
        film = _film(where, data, exclude, config)
        if film is not None:
            yield name, film


def _film(
    where: str, data: bytes, exclude: NDArray[np.bool_], config: PreprocessConfig
) -> Film | None:
    """None where it is a copy of an excluded one."""
    try:
        bits = perceptual_hash(data)
        if near_duplicates(bits[None], exclude, SAME_PATIENT).any():
            return None
        return Film(to_grid(decode(data), config), bits)
    except InputRefusedError as error:
        raise TrainingError(f"{where} does not decode") from error


def _files(folder: Path, wanted: set[str]) -> Iterator[tuple[str, str, bytes]]:
    """Name, place and content of each wanted file in the folder's tar files, once.

    Raises:
        TrainingError: no tar file, one that is damaged, or a file that is in none.
    """
    archives = sorted(folder.glob("*.tar"))
    if not archives:
        raise TrainingError(f"{folder}: holds no tar file")
    missing = set(wanted)
    for archive in archives:
        try:
            with tarfile.open(archive) as members:
                for member in members:
                    content = members.extractfile(member) if member.name in missing else None
                    if content is not None:
                        missing.remove(member.name)
                        yield member.name, f"{archive}: {member.name}", content.read()
        except DAMAGED as error:
            raise TrainingError(f"{archive}: cannot be read") from error
    if missing:
        raise TrainingError(f"{folder}: no tar file holds {min(missing)}")


def read_labels(folder: Path) -> dict[str, str]:
    """Of each radiograph its folder and label, as in `covid/covid`.

    Raises:
        TrainingError: a missing file or column, or an unknown label.
    """
    path = folder / "labels.csv"
    table = read_table(path, ("file", "label"))
    labels = {row["file"]: f"{row['file'].split('/')[0]}/{row['label']}" for row in table.rows}
    for file, label in labels.items():
        if label not in LABELS:
            raise TrainingError(f"{path}: {file} has the unknown label {label!r}")
    return labels
