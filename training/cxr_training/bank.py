"""Films in memory, and the batches that are made of them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn.functional import avg_pool2d, interpolate
from tqdm import tqdm

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import InputRefusedError
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.engine import Compiled, compile_module
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig, normalise, to_grid
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.config import TrainConfig
from cxr_training.data import Case, Dataset
from cxr_training.errors import TrainingError
from cxr_training.targets import Targets, mirror_zones

STRIDE = 32
"""Pixels of the input to a cell of the last feature map, each way."""
MASK_SIZE = 256
_FINE = 8
"""Masks are warped this many times finer than the cells that they are averaged into."""


class Inputs(NamedTuple):
    """Augmented films: `maps` (N, 3, S, S), or what the frozen blocks made of them; `cells`
    (N, 2, S/32, S/32) shares of lung and of opacity in each cell, NaN where there is no mask;
    `mirrored` (N,) bool."""

    maps: torch.Tensor
    cells: torch.Tensor
    mirrored: torch.Tensor


class Batch(NamedTuple):
    """`Inputs` with their targets, zones already on the side where the film shows them."""

    maps: torch.Tensor
    cells: torch.Tensor
    classes: torch.Tensor
    zones: torch.Tensor
    scores: torch.Tensor


@dataclass(frozen=True, slots=True)
class Films:
    """N films on the network's grid: `grids` (N, S, S) float32 in [0, 1]; `masks`
    (N, 2, 256, 256) float32, lung and opacity, NaN where there is none."""

    cases: tuple[Case, ...]
    grids: torch.Tensor
    masks: torch.Tensor


def load_films(dataset: Dataset, config: PreprocessConfig) -> Films:
    """Decode and scale all films as the service does it.

    Raises:
        TrainingError: naming the image that does not decode.
    """
    grids = np.empty((len(dataset.cases), config.size, config.size), dtype=np.float32)
    masks = np.full((len(dataset.cases), 2, MASK_SIZE, MASK_SIZE), np.nan, dtype=np.float32)
    for i, case in enumerate(tqdm(dataset.cases, desc="decode", unit="image")):
        path = dataset.root / case.image
        try:
            grids[i] = to_grid(decode(path.read_bytes()), config)
        except (OSError, InputRefusedError) as error:
            reason = error.detail if isinstance(error, InputRefusedError) else error.strerror
            raise TrainingError(f"{path}: {reason}") from error
        for kind, name in enumerate((case.lung_mask, case.opacity_mask)):
            if name is None:
                continue
            try:
                with Image.open(dataset.root / name) as mask:
                    scaled = mask.convert("L").resize((MASK_SIZE, MASK_SIZE), Image.Resampling.BOX)
            except OSError as error:
                raise TrainingError(f"{dataset.root / name}: does not decode") from error
            masks[i, kind] = np.asarray(scaled, dtype=np.float32) / 255
    return Films(dataset.cases, torch.from_numpy(grids), torch.from_numpy(masks))


class Augmenter:
    """Makes new `Inputs` of films each time."""

    def __init__(self, films: Films, config: TrainConfig) -> None:
        self._films = films
        self._config = config
        noisy = [case.severity in config.augment.noisy for case in films.cases]
        every = config.augment.noisy == SEVERITIES
        self.size = config.preprocess.size
        """Side of the images that it makes, pixels."""
        self._noisy = torch.tensor([every or one for one in noisy])

    def __call__(self, indices: torch.Tensor, generator: torch.Generator) -> Inputs:
        """(N,) int64 indices of films to normalised images with their masks."""
        config, size = self._config, self._config.preprocess.size
        warp = draw_warp(len(indices), config.augment, generator)
        grids = warp(self._films.grids[indices].unsqueeze(1), size).squeeze(1)
        grids = change_exposure(grids, config.augment, generator, self._noisy[indices])
        fine = warp(self._films.masks[indices], math.ceil(size / STRIDE) * _FINE)
        return Inputs(normalise(grids, config.preprocess), avg_pool2d(fine, _FINE), warp.mirrored)

    def plain(self, indices: torch.Tensor) -> Inputs:
        """(N,) int64 indices of films to them as they are."""
        side = math.ceil(self._config.preprocess.size / STRIDE)
        cells = interpolate(self._films.masks[indices], size=(side, side), mode="area")
        grids = normalise(self._films.grids[indices], self._config.preprocess)
        return Inputs(grids, cells, torch.zeros(len(indices), dtype=torch.bool))


class VariantBank:
    """What the frozen blocks make of `variants` augmented copies of each film, computed once.

    The lowest blocks cost most of a training step and have the least to learn from a few hundred
    films that thousands of others have not taught them already. The copies are made when the first
    is asked for: a run that only gathers finished networks needs none.
    """

    def __init__(
        self, augmenter: Augmenter, network: SeverityNet, blocks: int, films: int, variants: int,
        seed: int, *, plain: bool = False,
    ) -> None:  # fmt: skip
        """With `plain`, there is one more copy of each film, the first: as it is."""
        self._augmenter, self._network, self._blocks = augmenter, network.eval(), blocks
        self._films, self._variants, self._seed, self._plain = films, variants, seed, plain

    @cached_property
    def _inputs(self) -> Inputs:
        generator = torch.Generator().manual_seed(self._seed)
        films = torch.split(torch.arange(self._films), 32)
        # One image at a time, a third of the time of PyTorch's batches of 32.
        size = self._augmenter.size
        lower = compile_module(
            "onnxruntime", _Lower(self._network, self._blocks),
            np.zeros((1, 3, size, size), np.float32), torch.get_num_threads(),
        )  # fmt: skip
        copies = [
            _through(lower, (self._augmenter(part, generator) for part in films))
            for _ in tqdm(range(self._variants), desc="variants", unit="copy")
        ]
        if self._plain:
            copies.insert(0, _through(lower, (self._augmenter.plain(part) for part in films)))
        return Inputs(*(torch.stack(column) for column in zip(*copies, strict=True)))

    def plain(self) -> torch.Tensor:
        """What the frozen blocks make of every film as it is, half precision.

        Raises:
            ValueError: the bank was made without.
        """
        if not self._plain:
            raise ValueError("this bank holds augmented copies alone")
        return self._inputs.maps[0]

    def __call__(self, indices: torch.Tensor, generator: torch.Generator) -> Inputs:
        """(N,) int64 indices of films to one of the variants of each."""
        inputs = self._inputs
        chosen = torch.randint(len(inputs.maps), (len(indices),), generator=generator)
        return Inputs(
            inputs.maps[chosen, indices].float(),
            inputs.cells[chosen, indices],
            inputs.mirrored[chosen, indices],
        )


class _Lower(nn.Module):
    def __init__(self, network: SeverityNet, blocks: int) -> None:
        super().__init__()
        self.network, self.blocks = network, blocks

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.network.lower(x, self.blocks),)


def _through(lower: Compiled, parts: Iterable[Inputs]) -> Inputs:
    """One copy of every film through the frozen blocks, in half precision."""
    maps, cells, mirrored = [], [], []
    for part in parts:
        maps += [torch.from_numpy(lower(one[None])[0]).half() for one in part.maps.numpy()]
        cells.append(part.cells)
        mirrored.append(part.mirrored)
    return Inputs(torch.cat(maps), torch.cat(cells), torch.cat(mirrored))


def make_batch(inputs: Inputs, targets: Targets, indices: torch.Tensor) -> Batch:
    return Batch(
        inputs.maps,
        inputs.cells,
        targets.classes[indices],
        mirror_zones(targets.zones[indices], inputs.mirrored),
        targets.scores[indices],
    )


def class_shares(cases: Sequence[Case]) -> torch.Tensor:
    """(3,) float32 number of films of each class."""
    labels = [case.label for case in cases if case.severity is not None]
    return torch.bincount(torch.tensor(labels), minlength=len(SEVERITIES)).float()
