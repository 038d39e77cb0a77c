"""The gate of a run: measured fold by fold with the fold's network, then fitted on everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_severity.model.gate import KINDS, Gate
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.config_gate import GateConfig
from cxr_training.films import Films
from cxr_training.gate.examples import DAMAGES, Images, damaged, sampled
from cxr_training.gate.fit import augmented_descriptions, choose_limits, fit_gate, measure
from cxr_training.gate.rows import GateNote, GateRow, is_of, read_rows, write_rows
from cxr_training.splits import Split

_EVERY_DAMAGED = 4
"""One in this many of a fold's sampled films is damaged in every way."""


def gate_note(images: Images, config: GateConfig) -> GateNote:
    return GateNote(gate=config, images_sha256=images.sha256)


def measure_fold(
    network: CellNet, films: Films, split: Split, fold: int, images: Images, config: GateConfig,
    preprocess: PreprocessConfig, path: Path,
) -> list[GateRow]:  # fmt: skip
    """Fit a gate without a fold's images and measure those.

    The rows are kept at `path`; finished ones are not made again, unless they are of other settings
    or images, which the identity of a run leaves out.
    """
    note = gate_note(images, config)
    if is_of(path, note):
        return read_rows(path)
    tqdm.write(f"gate of fold {fold}")
    inside = images.folds == fold
    gate = _fit(network, images, np.flatnonzero(~inside), config, preprocess)
    rows = _rows(gate, network, images, np.flatnonzero(inside), preprocess)
    rows += _damaged_rows(gate, network, films, split, fold, config, preprocess)
    write_rows(path, rows, note)
    return rows


def fit_guard(
    network: CellNet, images: Images, rows: Sequence[GateRow], config: GateConfig,
    preprocess: PreprocessConfig,
) -> Gate:  # fmt: skip
    """The gate that ships: of the shipped network's features and all images, with limits chosen on
    measurements of images that the measuring gate had not seen."""
    gate = _fit(network, images, np.arange(len(images)), config, preprocess)
    limits = choose_limits([row.found for row in rows if row.accepted], config)
    return replace(gate, limits=limits)


def _fit(
    network: CellNet, images: Images, members: NDArray[np.int64], config: GateConfig,
    preprocess: PreprocessConfig,
) -> Gate:  # fmt: skip
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    described = augmented_descriptions(network, images, members, config, preprocess)
    return fit_gate(*described, config)


def _rows(
    gate: Gate, network: CellNet, images: Images, members: NDArray[np.int64],
    preprocess: PreprocessConfig,
) -> list[GateRow]:  # fmt: skip
    colours = [images.colours[i] for i in members]
    found = measure(gate, network, images.grids[torch.from_numpy(members)], colours, preprocess)
    return [
        GateRow(int(images.folds[i]), images.origins[i], KINDS[images.kinds[i]], one)
        for i, one in zip(members, found, strict=True)
    ]


def _damaged_rows(
    gate: Gate, network: CellNet, films: Films, split: Split, fold: int, config: GateConfig,
    preprocess: PreprocessConfig,
) -> list[GateRow]:  # fmt: skip
    rows = []
    cases = films.dataset.cases
    tested = [i for i in sampled(cases, config) if split.fold[cases[i].image] == fold]
    some = films.grids[tested[::_EVERY_DAMAGED]].numpy().astype(np.float32) / np.float32(255)
    for damage in DAMAGES:
        grids = np.stack([damaged(grid, damage) for grid in some])
        found = measure(gate, network, torch.from_numpy(grids), [0.0] * len(some), preprocess)
        rows += [GateRow(fold, f"damaged: {damage}", "frontal", one) for one in found]
    return rows
