"""All films of a run in memory, as the network's grid sees them."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.networks.constants import PLACES
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.archives import member, opened
from cxr_training.cases import Case, Dataset
from cxr_training.duplicates import perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.lesions import (
    MASK_SIZE,
    Lesion,
    load_lesions,
    read_lesions,
    read_places,
)


@dataclass(frozen=True, slots=True)
class Films:
    """N scored films, then M with masks or boxes.

    `grids` (N + M, S, S) uint8, the network's grid in steps of 1/255. `places`
    (N + M, 3, 112, 112) uint8 shares in steps of 1/255, valid where `known` (N + M, 3).
    `hashes` (N + M, 256) bool.
    """

    dataset: Dataset
    lesions: tuple[Lesion, ...]
    grids: torch.Tensor
    places: torch.Tensor
    known: torch.Tensor
    hashes: NDArray[np.bool_]

    @property
    def sha256(self) -> str:
        """Hash of the films in their order, and of what is drawn on and said of them; labels of the
        scored ones have their own."""
        digest = hashlib.sha256(order_sha256(self.dataset.cases, self.lesions).encode())
        for part in (self.grids, self.places, self.known):
            digest.update(part.numpy().data)
        return digest.hexdigest()


def order_sha256(cases: Sequence[Case], lesions: Sequence[Lesion]) -> str:
    """Hash of which film has which number, and of what the tables say of those without a score."""
    names = ([case.image for case in cases], [astuple(lesion) for lesion in lesions])
    return hashlib.sha256(json.dumps(names).encode()).hexdigest()


def read_files(dataset: Dataset, cases: Sequence[Case]) -> Iterator[bytes]:
    """The files of films, in order; those of `ralo/` lie in one archive.

    Raises:
        TrainingError: naming the one that is missing.
    """
    archive: tarfile.TarFile | None = None
    with ExitStack() as stack:
        for case in cases:
            if case.set == "severity":
                yield _read(dataset.root / case.image)
                continue
            if archive is None:
                archive = stack.enter_context(opened(dataset.root / "ralo" / "images.tar"))
            yield member(archive, case.image.replace("ralo/", "images/", 1))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrainingError(f"{path}: {error.strerror}") from error


def radiographs(dataset: Dataset, cases: Sequence[Case]) -> Iterator[tuple[bytes, Radiograph]]:
    """The file of each film, and the film as the service reads it.

    Raises:
        TrainingError: naming the film that does not decode.
    """
    for case, data in zip(cases, read_files(dataset, cases), strict=True):
        try:
            film = decode(data)
        except InputRefusedError as error:
            raise TrainingError(f"{case.image}: {error.detail}") from error
        yield data, film


def exact_grids(
    dataset: Dataset, cases: Sequence[Case], config: PreprocessConfig
) -> Iterator[Float32Array]:
    """Each film's grid (S, S) float32 in [0, 1], exactly as the service makes it.

    Raises:
        TrainingError: naming the film that does not decode.
    """
    for _, film in radiographs(dataset, cases):
        yield to_grid(film, config)


def load_films(dataset: Dataset, config: PreprocessConfig) -> Films:
    """Decode and scale everything that a run learns from.

    Raises:
        TrainingError: naming what does not decode.
    """
    lesions = read_lesions(dataset.root)
    count = len(dataset.cases) + len(lesions)
    grids = np.empty((count, config.size, config.size), np.uint8)
    places = np.zeros((count, len(PLACES), MASK_SIZE, MASK_SIZE), np.uint8)
    known = np.zeros((count, len(PLACES)), bool)
    hashes = np.zeros((count, 256), bool)

    def keep(i: int, data: bytes, grid: Float32Array) -> None:
        grids[i] = np.rint(grid * 255)
        hashes[i] = perceptual_hash(data)

    def draw(i: int, shares: Float32Array) -> None:
        drawn = ~np.isnan(shares).any(axis=(1, 2))
        known[i] |= drawn
        places[i][drawn] = np.rint(shares[drawn] * 255)

    scored = radiographs(dataset, dataset.cases)
    for i, (data, film) in enumerate(tqdm(scored, "scored", len(dataset.cases), unit="film")):
        case = dataset.cases[i]
        keep(i, data, to_grid(film, config))
        draw(i, read_places(
            lambda name: _read(dataset.root / name), case.lung_mask, case.opacity_mask, film
        ))  # fmt: skip
    where = {case.image: i for i, case in enumerate(dataset.cases)}
    drawn = load_lesions(dataset.root, lesions, config)
    for k, (data, grid, found) in enumerate(tqdm(drawn, "lesions", len(lesions), unit="film")):
        i = len(dataset.cases) + k
        keep(i, data, grid)
        draw(i, found)
        original = lesions[k].copy_of
        if original is not None and original in where and lesions[k].set == "masks":
            # A film takes from its copy the masks that it lacks.
            missing = found.copy()
            missing[known[where[original]]] = np.nan
            draw(where[original], missing)
    return Films(
        dataset, lesions, torch.from_numpy(grids), torch.from_numpy(places),
        torch.from_numpy(known), hashes,
    )  # fmt: skip
