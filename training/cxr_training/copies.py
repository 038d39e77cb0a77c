"""Augmented copies of every film through the blocks that stay fixed, computed once for a run.

The lowest blocks cost more than half of a training step and have little to learn from severity
that the pretext has not taught them. Each film is drawn about as often in a training as it has
copies here, so this does not make a training see the same picture more often.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.lib.format import open_memmap
from numpy.typing import NDArray
from torch import nn
from torch.nn.functional import avg_pool2d
from tqdm import tqdm

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.frame import Framer, cut, frame_of
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.convert import compile_module
from cxr_severity.model.reference.tensors import normalise
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.config_augment import AugmentConfig
from cxr_training.degrade import degrade
from cxr_training.films import Films, order_sha256
from cxr_training.whole_file import reserve, write_whole

_CHUNK = 32
STRIDE = 16
"""Pixels of the input to a cell, each way."""
_FINE = 8
"""Masks are warped this many times finer than the cells that they are averaged into."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """Augmented films: `maps` (N, C, h, w) float32, images or what fixed blocks made of them;
    `places` (N, 3, S/16, S/16) float32 shares of right lung, left lung and opacity, valid where
    `known` (N, 3); `mirrored` (N,) bool."""

    maps: torch.Tensor
    places: torch.Tensor
    known: torch.Tensor
    mirrored: torch.Tensor


def augment(
    films: Films, indices: torch.Tensor, size: int, config: AugmentConfig,
    preprocess: PreprocessConfig, generator: torch.Generator, framer: Framer | None = None,
) -> Inputs:  # fmt: skip
    """(N,) int64 indices of films to new normalised images, S = `size`, with their places; of what
    lies in their frames, which `framer` finds on the changed film, where there is one."""
    warp = draw_warp(len(indices), config, generator)
    side = size if framer is None else preprocess.size
    grids = warp(films.grids[indices].unsqueeze(1).float() / 255, side).squeeze(1)
    grids = degrade(change_exposure(grids, config, generator), config, generator)
    images = normalise(grids, preprocess)
    fine = warp(films.places[indices].float() / 255, side // STRIDE * _FINE)
    if framer is not None:
        with torch.no_grad():
            frames = frame_of(framer.lungs(images).sigmoid())
        frames = _moved(frames, config.frame, generator)
        images, fine = cut(images, frames, size), cut(fine, frames, size // STRIDE * _FINE)
    places, known = avg_pool2d(fine, _FINE), films.known[indices]
    # On a mirrored film the right lung is on the other side, and is taught as the left one.
    other = [1, 0, 2]
    swap = warp.mirrored
    return Inputs(
        images,
        torch.where(swap[:, None, None, None], places[:, other], places),
        torch.where(swap[:, None], known[:, other], known),
        swap,
    )


def _moved(frames: torch.Tensor, share: float, generator: torch.Generator) -> torch.Tensor:
    """(N, 4) frames with each side moved a little, the film's borders left where they are."""
    sides = (frames[:, 2:] - frames[:, :2]).repeat(1, 2)
    moved = frames + share * sides * torch.randn(frames.shape, generator=generator)
    return moved.clamp(0, 1)


class _Lower(nn.Module):
    def __init__(self, network: CellNet, blocks: int) -> None:
        super().__init__()
        self.network, self.blocks = network, blocks

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
        return (self.network.lower(x, self.blocks),)


class CopiesOnDisk:
    """Copies in files below `folder`, shared by all processes that train."""

    def __init__(self, folder: Path) -> None:
        self.maps = np.load(folder / "maps.npy", mmap_mode="r")
        self.places = np.load(folder / "places.npy", mmap_mode="r")
        self.mirrored = torch.from_numpy(np.load(folder / "mirrored.npy"))
        self.start = torch.from_numpy(np.load(folder / "start.npy"))
        self.known = torch.from_numpy(np.load(folder / "known.npy"))

    def __call__(self, indices: torch.Tensor, generator: torch.Generator) -> Inputs:
        """(N,) int64 indices of films to one of the copies of each."""
        counts = self.start[indices + 1] - self.start[indices]
        drawn = (torch.rand(len(indices), generator=generator) * counts).long()
        rows = self.start[indices] + drawn
        # In the order of the file, which may not fit into memory.
        order = rows.argsort()
        chosen = rows[order].numpy()
        back = order.argsort()
        return Inputs(
            torch.from_numpy(self.maps[chosen].astype(np.float32))[back],
            torch.from_numpy(self.places[chosen].astype(np.float32) / 255)[back],
            self.known[rows],
            self.mirrored[rows],
        )


def make_copies(
    folder: Path, films: Films, network: CellNet, blocks: int, copies: NDArray[np.int64],
    config: AugmentConfig, preprocess: PreprocessConfig, seed: int,
) -> CopiesOnDisk:  # fmt: skip
    """Fill `folder` with `copies[i]` copies of film i, unless a run has filled it with copies of
    these films already."""
    order = order_sha256(films.dataset.cases, films.lesions)
    if are_of(folder, order):
        return CopiesOnDisk(folder)
    finished = folder / "finished"
    finished.unlink(missing_ok=True)
    folder.mkdir(parents=True, exist_ok=True)
    size = network.config.side(preprocess.size)
    rows = np.repeat(np.arange(len(copies)), copies)
    network.eval()
    example = np.zeros((1, 3, size, size), np.float32)
    # One image at a time, a third of the time of PyTorch's batches.
    lower = compile_module("onnxruntime", _Lower(network, blocks), example,
                           torch.get_num_threads())  # fmt: skip
    shape = lower(example)[0].shape[1:]
    cells = size // STRIDE
    maps = open_memmap(folder / "maps.npy", "w+", np.float16, (len(rows), *shape))
    places = open_memmap(folder / "places.npy", "w+", np.uint8, (len(rows), 3, cells, cells))
    for name in ("maps.npy", "places.npy"):
        reserve(folder / name)
    mirrored, known = np.zeros(len(rows), bool), np.zeros((len(rows), 3), bool)
    generator = torch.Generator().manual_seed(seed)
    for at in tqdm(range(0, len(rows), _CHUNK), desc="copies", unit="batch"):
        part = torch.from_numpy(rows[at : at + _CHUNK])
        made = augment(films, part, size, config, preprocess, generator, network.framer)
        for k, image in enumerate(made.maps.numpy()):
            maps[at + k] = lower(image[None])[0][0]
        end = at + len(part)
        places[at:end] = (made.places * 255).round().to(torch.uint8).numpy()
        mirrored[at:end], known[at:end] = made.mirrored.numpy(), made.known.numpy()
    maps.flush()
    places.flush()
    np.save(folder / "mirrored.npy", mirrored)
    np.save(folder / "known.npy", known)
    np.save(folder / "start.npy", np.concatenate([[0], np.cumsum(copies)]))
    write_whole(finished, order.encode())
    return CopiesOnDisk(folder)


def are_of(folder: Path, order: str) -> bool:
    """Whether a folder has all copies, of the films whose order has this hash (`order_sha256`)."""
    finished = folder / "finished"
    return finished.is_file() and finished.read_text("utf-8") == order
