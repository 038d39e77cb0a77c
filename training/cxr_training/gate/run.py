"""The gate of a run: measured fold by fold with the fold's network, then fitted on everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_severity.model.gate import KINDS, Gate, Guard
from cxr_severity.model.lungs import LungNet
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.bank import Films
from cxr_training.config import GateConfig
from cxr_training.gate.fit import (
    augmented_descriptions,
    choose_limits,
    fit_gate,
    measure,
)
from cxr_training.gate.images import DAMAGES, Images, damaged
from cxr_training.gate.rows import GATE, GateNote, GateRow, is_of, read_rows, write_rows
from cxr_training.lungs import fit_lungs
from cxr_training.splits import Round


def gate_note(images: Images, config: GateConfig) -> GateNote:
    return GateNote(gate=config, images_sha256=images.sha256)


def measure_round(
    network: SeverityNet, films: Films, part: Round, images: Images, config: GateConfig,
    preprocess: PreprocessConfig, folder: Path, *, resume: bool,
) -> list[GateRow]:  # fmt: skip
    """Fit gate and lung network without a round's test folds and measure those.

    The rows are kept in `folder`; with `resume` finished ones are not made again, unless they are
    of other settings or images, which the identity of a run leaves out.
    """
    path, note = folder / GATE, gate_note(images, config)
    if resume and is_of(path, note):
        return read_rows(path)
    tqdm.write(f"{folder.name}: gate")
    tested = {int(images.folds[i]) for i in part.test}  # the films come first among the images
    inside = np.isin(images.folds, list(tested))
    gate, lungs = _fit(network, films, part.train, images, np.flatnonzero(~inside), config,
                       preprocess)  # fmt: skip
    rows = _rows(gate, network, lungs, images, np.flatnonzero(inside), preprocess)
    rows += _damaged_rows(gate, network, lungs, films, part, preprocess)
    write_rows(path, rows, note)
    return rows


def fit_guard(
    network: SeverityNet, films: Films, images: Images, rows: Sequence[GateRow],
    config: GateConfig, preprocess: PreprocessConfig,
) -> Guard:  # fmt: skip
    """The gate that ships: of the shipped network's features and all images, with limits chosen on
    measurements of images that the measuring gate had not seen."""
    gate, lungs = _fit(
        network, films, range(len(films.cases)), images, np.arange(len(images)), config, preprocess
    )
    limits = choose_limits([row.found for row in rows if row.accepted], config)
    return Guard(replace(gate, limits=limits), lungs)


def _fit(
    network: SeverityNet, films: Films, train: Sequence[int], images: Images,
    members: NDArray[np.int64], config: GateConfig, preprocess: PreprocessConfig,
) -> tuple[Gate, LungNet]:  # fmt: skip
    lungs = fit_lungs(films, train, config.lungs, config.seed)
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    described = augmented_descriptions(network, images, members, config, preprocess)
    return fit_gate(*described, config), lungs


def _rows(
    gate: Gate, network: SeverityNet, lungs: LungNet, images: Images,
    members: NDArray[np.int64], preprocess: PreprocessConfig,
) -> list[GateRow]:  # fmt: skip
    colours = [images.colours[i] for i in members]
    found = measure(gate, network, lungs, images.grids[torch.from_numpy(members)], colours,
                    preprocess)  # fmt: skip
    return [
        GateRow(int(images.folds[i]), images.origins[i], KINDS[images.kinds[i]], one)
        for i, one in zip(members, found, strict=True)
    ]


def _damaged_rows(
    gate: Gate, network: SeverityNet, lungs: LungNet, films: Films, part: Round,
    preprocess: PreprocessConfig,
) -> list[GateRow]:  # fmt: skip
    rows = []
    some = part.test[::2]
    for damage in DAMAGES:
        grids = np.stack([damaged(films.grids[i].numpy(), damage) for i in some])
        found = measure(gate, network, lungs, torch.from_numpy(grids), [0.0] * len(some),
                        preprocess)  # fmt: skip
        rows += [GateRow(part.number, f"damaged: {damage}", "frontal", one) for one in found]
    return rows
