"""What a network of the first round says of films that nobody scored: targets of the next round.

A student that learns from its teacher's readings of many more films, under changes that its teacher
did not see, reads unseen films better than its teacher (noisy student; Xie et al., CVPR 2020). The
teacher of a fold never saw that fold's films, so its student learns nothing of them either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import torch
from torch import nn

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.convert import compile_module
from cxr_severity.model.reference.tensors import normalise
from cxr_training.lesions import Lesion, load_lesions
from cxr_training.targets import Targets
from cxr_training.whole_file import write_whole


class _Answer(nn.Module):
    def __init__(self, network: CellNet) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        output = self.network.read(self.network.features(x))
        return output.logits.softmax(dim=1), output.zones


def write_readings(
    path: Path, network: CellNet, root: Path, lesions: Sequence[Lesion], config: PreprocessConfig
) -> None:
    """Read films with masks or boxes, and keep what was said of them by file.

    Raises:
        TrainingError: naming the film that does not decode.
    """
    example = np.zeros((1, 3, config.size, config.size), np.float32)
    # One image at a time, a third of the time of PyTorch's batches.
    answer = compile_module("onnxruntime", _Answer(network), example, torch.get_num_threads())
    grids = (grid for _, grid, _ in load_lesions(root, tuple(lesions), config))
    said = [answer(normalise(torch.from_numpy(grid)[None], config).numpy()) for grid in grids]

    def write(partial: Path) -> None:
        np.savez_compressed(
            partial, files=np.array([one.file for one in lesions]),
            probabilities=np.concatenate([grades for grades, _ in said]),
            zones=np.concatenate([zones for _, zones in said]),
        )  # fmt: skip

    write_whole(path, write)


def read_readings(path: Path, lesions: Sequence[Lesion]) -> Targets:
    """What was said of `lesions`, in their order; NaN of those that were not read."""
    with np.load(path) as stored:
        row = {str(file): i for i, file in enumerate(stored["files"])}
        probabilities, zones = stored["probabilities"], stored["zones"]
    said = Targets.unknown(len(lesions))
    read = [k for k, one in enumerate(lesions) if one.file in row]
    rows = [row[lesions[k].file] for k in read]
    given = Targets.of_reading(torch.from_numpy(probabilities[rows]), torch.from_numpy(zones[rows]))
    for field in fields(Targets):
        getattr(said, field.name)[read] = getattr(given, field.name)
    return said
