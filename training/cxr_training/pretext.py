"""Radiographs without severity labels: `pretrain/labels.csv`, and the tar files beside it."""

from __future__ import annotations

import tarfile
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.data import read_csv
from cxr_training.duplicates import SAME_PATIENT, near_duplicates, perceptual_hash
from cxr_training.errors import TrainingError

ADULTS = ("normal/normal", "covid/covid")
CHILDREN = ("paediatric/normal", "paediatric/bacterial", "paediatric/viral")
SOURCE_SIZE = 224
"""Side of the stored radiographs, pixels; augmentation samples from it at the training size."""
NOT_OF_THIS_HEAD = -100


@dataclass(frozen=True, slots=True)
class Pretext:
    """`grids` (N, 224, 224) uint8; `adult` and `child` (N,) int64, -100 where another head's."""

    grids: torch.Tensor
    adult: torch.Tensor
    child: torch.Tensor
    sha256: str


def read_pretext(folder: Path, exclude: NDArray[np.bool_], limit: int | None = None) -> Pretext:
    """Read the tar files that `folder/labels.csv` labels, without films that look like excluded.

    Args:
        exclude: (K, 256) perceptual hashes of the severity films; their copies are left
            out, so that no film of a test fold is seen before, as far as hashes tell.

    Raises:
        TrainingError: a missing or damaged file, a missing column, an unknown label, an image that
            does not decode, or nothing but copies.
    """
    labels, digest = read_labels(folder)
    grids: list[NDArray[np.uint8]] = []
    classes: list[str] = []
    config = PreprocessConfig(size=SOURCE_SIZE)
    with tqdm(total=limit or len(labels), desc="decode", unit="image") as progress:
        for name, where, data in _files(folder, set(labels)):
            if len(grids) == limit:
                break
            progress.update()
            film = _film(where, data, exclude, config)
            if film is not None:
                grids.append(np.round(film.grid * 255).astype(np.uint8))
                classes.append(labels[name])
    if not grids:
        raise TrainingError(f"{folder}: holds nothing but copies of severity films")
    return Pretext(
        torch.from_numpy(np.stack(grids)),
        torch.tensor([_index(ADULTS, label) for label in classes]),
        torch.tensor([_index(CHILDREN, label) for label in classes]),
        digest,
    )


@dataclass(frozen=True, slots=True)
class Film:
    """`grid` (S, S) float32 in [0, 1]; `bits` (256,), its perceptual hash."""

    grid: NDArray[np.float32]
    bits: NDArray[np.bool_]


def read_sample(
    folder: Path,
    every: int,
    exclude: NDArray[np.bool_],
    config: PreprocessConfig,
    labels: Collection[str] = ADULTS + CHILDREN,
) -> Iterator[tuple[str, Film]]:
    """Name and film of each `every`-th radiograph that has one of the labels and is no copy of an
    excluded one.

    Raises:
        TrainingError: as `read_pretext` does.
    """
    found, _ = read_labels(folder)
    wanted = set(sorted(name for name, label in found.items() if label in labels)[::every])
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
    except (OSError, InputRefusedError) as error:
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
        except (OSError, EOFError, tarfile.TarError) as error:
            raise TrainingError(f"{archive}: cannot be read") from error
    if missing:
        raise TrainingError(f"{folder}: no tar file holds {min(missing)}")


def read_labels(folder: Path) -> tuple[dict[str, str], str]:
    """Of each radiograph its folder and label, as in `covid/covid`, and the table's sha256.

    Raises:
        TrainingError: a missing file or column, or an unknown label.
    """
    path = folder / "labels.csv"
    rows, digest = read_csv(path, ("file", "label"))
    labels = {row["file"]: f"{row['file'].split('/')[0]}/{row['label']}" for row in rows}
    for file, label in labels.items():
        if label not in ADULTS + CHILDREN:
            raise TrainingError(f"{path}: {file} has the unknown label {label!r}")
    return labels, digest


def _index(classes: Sequence[str], label: str) -> int:
    return classes.index(label) if label in classes else NOT_OF_THIS_HEAD
