"""Images that the gate should let pass, and images of every kind that it should stop."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from numpy.typing import NDArray

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.radiograph import Radiograph, Source
from cxr_severity.model.gate import KINDS, Kind
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.bank import Films
from cxr_training.config import GateConfig
from cxr_training.duplicates import SAME_PATIENT, near_duplicates, perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.gate.synthetic import pictures
from cxr_training.pretrain import read_sample

Damage = Literal["cut off", "too small", "over-exposed", "under-exposed"]
DAMAGES: tuple[Damage, ...] = get_args(Damage)
_KIND_OF: dict[str, Kind] = {"ct": "cross-section", "lateral": "lateral", "photo": "other"}


@dataclass(frozen=True, slots=True)
class Images:
    """N images on the network's grid: `grids` (N, S, S) float32 in [0, 1]; `kinds` (N,) indices
    into `KINDS`; `folds` (N,); where they are from, and how colourful their files are."""

    grids: torch.Tensor
    kinds: NDArray[np.int64]
    folds: NDArray[np.int64]
    origins: tuple[str, ...]
    colours: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.origins)


@dataclass(frozen=True, slots=True)
class _One:
    grid: NDArray[np.float32]
    kind: Kind
    fold: int
    origin: str
    colour: float = 0.0


def collect(
    films: Films, fold_of: Sequence[int], hashes: NDArray[np.bool_], data: Path,
    config: GateConfig, preprocess: PreprocessConfig,
) -> Images:  # fmt: skip
    """All images that gates are fitted and measured on; no film, patient or near-duplicate stands
    in two folds, as far as names and perceptual hashes tell.

    Raises:
        TrainingError: when a folder of the data is missing or a file does not decode.
    """
    ones: list[_One] = []
    folds = max(fold_of) + 1
    # The films come first, in their order.
    for i, fold in enumerate(fold_of):
        ones.append(_One(films.grids[i].numpy(), "frontal", fold, "severity"))
    for i, fold in enumerate(fold_of):
        grid = films.grids[i].numpy()
        if i % 2:
            ones.extend(_turned(grid, fold, "severity"))
        else:
            ones.append(_One(_fragment(grid, i), "other", fold, "fragment"))
    for name, grid in read_sample(data / "pretrain", config.every, hashes, preprocess):
        fold = _fold(_person(name), folds)
        origin = f"pretrain {name.split('/')[0]}"
        ones.append(_One(grid, "frontal", fold, origin))
        if len(ones) % 3 == 0:
            ones.extend(_turned(grid, fold, origin))
    ones.extend(_strangers(data / "ood", folds, preprocess))
    for number, (name, picture) in enumerate(pictures()):
        ones.append(_One(_stretched(picture, preprocess.size), "other", number % folds, name))
    return Images(
        grids=torch.from_numpy(np.stack([one.grid for one in ones])),
        kinds=np.array([KINDS.index(one.kind) for one in ones]),
        folds=np.array([one.fold for one in ones]),
        origins=tuple(one.origin for one in ones),
        colours=tuple(one.colour for one in ones),
    )


def _turned(grid: NDArray[np.float32], fold: int, origin: str) -> Iterator[_One]:
    """What a wrong export makes of a film."""
    quarter = np.ascontiguousarray(np.rot90(grid, 1 if grid[0, 0] > grid[-1, -1] else 3))
    yield _One(quarter, "quarter-turn", fold, f"{origin}, turned")
    yield _One(np.ascontiguousarray(np.rot90(grid, 2)), "half-turn", fold, f"{origin}, turned")
    yield _One(1 - grid, "inverted", fold, f"{origin}, inverted")


def _fragment(grid: NDArray[np.float32], number: int) -> NDArray[np.float32]:
    """A part too small to be a film of the chest."""
    side = len(grid)
    part = max(8, side // 3)
    rng = np.random.default_rng(number)
    top, left = rng.integers(0, side - part, 2)
    return _stretched(grid[top : top + part, left : left + part], side)


def damaged(grid: NDArray[np.float32], damage: Damage) -> NDArray[np.float32]:
    """A film that was taken or cut badly, in the network's own grey scale."""
    side = len(grid)
    match damage:
        case "cut off":
            return _stretched(grid[:, : side * 2 // 3], side)
        case "too small":
            small = _stretched(grid, side // 3)
            out = np.zeros_like(grid)
            out[side // 3 : side // 3 + len(small), side // 3 : side // 3 + len(small)] = small
            return out
        case "over-exposed":
            dark = float(np.quantile(grid, 0.5))
            burnt: NDArray[np.float32] = np.clip((grid - dark) / max(1e-3, 1 - dark), 0, 1)
            return burnt
        case "under-exposed":
            pale: NDArray[np.float32] = np.clip(
                grid / max(1e-3, float(np.quantile(grid, 0.1))), 0, 1
            )
            return pale


def _strangers(folder: Path, folds: int, config: PreprocessConfig) -> Iterator[_One]:
    """The files of `ood/`; near-duplicates share a fold."""
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".jpg", ".png"))
    if not paths:
        raise TrainingError(f"{folder}: holds no images that are no frontal radiographs")
    data = [path.read_bytes() for path in paths]
    hashes = np.stack([perceptual_hash(content) for content in data])
    alike = near_duplicates(hashes, hashes, SAME_PATIENT)
    for path, content, row in zip(paths, data, alike, strict=True):
        name = path.name.split("-")[0]
        if name not in _KIND_OF:
            raise TrainingError(f"{path}: is of no known kind")
        fold = _fold(paths[int(row.argmax())].name, folds)
        try:
            radiograph = decode(content)
        except InputRefusedError as error:
            raise TrainingError(f"{path}: {error.detail}") from error
        grid, colour = to_grid(radiograph, config), radiograph.source.colour
        yield _One(grid, _KIND_OF[name], fold, name, colour)
        if name == "photo":
            yield _One(grid, _KIND_OF[name], fold, "photo without colour")


def _person(name: str) -> str:
    """What a file name of the pretraining set says of whose film it is."""
    found = re.search(r"person\d+|IM-\d+", name)
    return found.group() if found else name


def _fold(name: str, folds: int) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds


def _stretched(picture: NDArray[np.floating], side: int) -> NDArray[np.float32]:
    pixels = np.ascontiguousarray(picture, np.float32)
    return to_grid(Radiograph(pixels, Source("", "png", 8)), PreprocessConfig(size=max(32, side)))
