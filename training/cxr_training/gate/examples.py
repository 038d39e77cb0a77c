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
from scipy.sparse.csgraph import connected_components

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.imaging.radiograph import Radiograph, Source
from cxr_severity.model.gate import KINDS, Kind
from cxr_severity.model.preprocess import PreprocessConfig, to_grid
from cxr_training.cases import Case
from cxr_training.config_gate import GateConfig
from cxr_training.duplicates import SAME_PATIENT, near_duplicates, perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.films import Films
from cxr_training.gate.synthetic import pictures
from cxr_training.gate.unscored import read_sample
from cxr_training.splits import Split

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

    @property
    def sha256(self) -> str:
        """Hash of the images and of what is said about them."""
        digest = hashlib.sha256(repr((self.origins, self.colours)).encode())
        for part in (self.grids.numpy(), self.kinds, self.folds):
            digest.update(np.ascontiguousarray(part).data)
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class _One:
    grid: Float32Array
    kind: Kind
    fold: int
    origin: str
    colour: float = 0.0


def collect(
    films: Films, split: Split, data: Path, config: GateConfig, preprocess: PreprocessConfig
) -> Images:
    """All images that gates are fitted and measured on; no film, patient or near-duplicate stands
    in two folds, as far as names and perceptual hashes tell.

    Raises:
        TrainingError: when a folder of the data or a kind of image is missing, or a file does not
            decode.
    """
    ones: list[_One] = []
    cases = films.dataset.cases
    hashes, folds = films.hashes[: len(cases)], max(split.fold.values()) + 1
    for number, i in enumerate(sampled(cases, config)):
        grid = films.grids[i].numpy().astype(np.float32) / np.float32(255)
        fold = split.fold[cases[i].image]
        ones.append(_One(grid, "frontal", fold, cases[i].set))
        # Not by `i`: those of a collection of which some are taken may all be even.
        if number % 2:
            ones.extend(_turned(grid, fold, cases[i].set))
        else:
            ones.append(_One(_fragment(grid, i), "other", fold, "fragment"))
    sample = list(read_sample(data / "pretrain", config.every, hashes, preprocess))
    people = [_person(name) for name, _ in sample]
    shared = _folds(people, [film.bits for _, film in sample], folds)
    for (name, film), fold in zip(sample, shared, strict=True):
        origin = f"pretrain {name.split('/')[0]}"
        ones.append(_One(film.grid, "frontal", fold, origin))
        if len(ones) % 3 == 0:
            ones.extend(_turned(film.grid, fold, origin))
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


def sampled(cases: Sequence[Case], config: GateConfig) -> list[int]:
    """Indices of the scored films that gates see: all of `severity/`, some of `ralo/`, whose films
    are of one hospital."""
    of_ralo = [i for i, case in enumerate(cases) if case.set == "ralo"]
    return [i for i, case in enumerate(cases) if case.set != "ralo"] + of_ralo[:: config.every_ralo]


def _turned(grid: Float32Array, fold: int, origin: str) -> Iterator[_One]:
    """What a wrong export makes of a film."""
    quarter = np.ascontiguousarray(np.rot90(grid, 1 if grid[0, 0] > grid[-1, -1] else 3))
    yield _One(quarter, "quarter-turn", fold, f"{origin}, turned")
    yield _One(np.ascontiguousarray(np.rot90(grid, 2)), "half-turn", fold, f"{origin}, turned")
    yield _One(1 - grid, "inverted", fold, f"{origin}, inverted")


def _fragment(grid: Float32Array, number: int) -> Float32Array:
    """A part too small to be a film of the chest."""
    side = len(grid)
    part = max(8, side // 3)
    rng = np.random.default_rng(number)
    top, left = rng.integers(0, side - part, 2)
    return _stretched(grid[top : top + part, left : left + part], side)


def damaged(grid: Float32Array, damage: Damage) -> Float32Array:
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
            burnt: Float32Array = np.clip((grid - dark) / max(1e-3, 1 - dark), 0, 1)
            return burnt
        case "under-exposed":
            pale: Float32Array = np.clip(grid / max(1e-3, float(np.quantile(grid, 0.1))), 0, 1)
            return pale


def _strangers(folder: Path, folds: int, config: PreprocessConfig) -> Iterator[_One]:
    """The files of `ood/`."""
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".jpg", ".png"))
    names = [path.name.split("-")[0] for path in paths]
    for path, name in zip(paths, names, strict=True):
        if name not in _KIND_OF:
            raise TrainingError(f"{path}: is of no known kind")
    for name, kind in _KIND_OF.items():
        if name not in names:  # the gate could not learn it
            raise TrainingError(f"{folder}: holds no {name}-*.jpg or .png, images of kind {kind!r}")
    seen: list[tuple[Float32Array, float]] = []
    bits = []
    for path in paths:
        content = path.read_bytes()
        try:
            radiograph = decode(content)
            seen.append((to_grid(radiograph, config), radiograph.source.colour))
            bits.append(perceptual_hash(content))
        except (OSError, InputRefusedError) as error:
            reason = error.detail if isinstance(error, InputRefusedError) else "does not decode"
            raise TrainingError(f"{path}: {reason}") from error
    shared = _folds([path.name for path in paths], bits, folds)
    for name, (grid, colour), fold in zip(names, seen, shared, strict=True):
        yield _One(grid, _KIND_OF[name], fold, name, colour)
        if name == "photo":
            yield _One(grid, _KIND_OF[name], fold, "photo without colour")


def _folds(people: Sequence[str], bits: Sequence[NDArray[np.bool_]], folds: int) -> list[int]:
    """A fold for each of N files; of one person, of near-duplicates, and of whatever is linked by
    such, all are in one.

    Args:
        people: (N,) names of those whom the files show. bits: (N, 256) perceptual hashes.
    """
    if not people:
        return []
    names, hashes = np.asarray(people), np.stack(bits)
    linked = near_duplicates(hashes, hashes, SAME_PATIENT) | (names[:, None] == names)
    _, groups = connected_components(linked, directed=False)
    return [_fold(min(names[groups == group].tolist()), folds) for group in groups]


def _person(name: str) -> str:
    """What a file name of the pretraining set says of whose film it is."""
    found = re.search(r"person\d+|IM-\d+", name)
    return found.group() if found else name


def _fold(name: str, folds: int) -> int:
    return int(hashlib.sha256(name.encode()).hexdigest(), 16) % folds


def _stretched(picture: NDArray[np.floating], side: int) -> Float32Array:
    pixels = np.ascontiguousarray(picture, np.float32)
    return to_grid(Radiograph(pixels, Source("", "png", 8)), PreprocessConfig(size=max(32, side)))
