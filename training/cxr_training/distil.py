"""Films that nobody scored, and what teachers say of them.

A few hundred scored films are soon known by heart. A student also learns the readings that other
networks, its teachers, give to thousands of films, which it sees augmented and they saw plain
(noisy student; Xie et al., CVPR 2020). Teachers of a fold have been trained without its films, as
the student is: nothing of what tests it reaches either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple
from zipfile import BadZipFile

import numpy as np
import torch
from filelock import FileLock
from numpy.typing import NDArray
from tqdm import tqdm

from cxr_severity.model.assessment import HIGHEST_ZONE_SCORE
from cxr_severity.model.network import SeverityNet
from cxr_training.bank import Augmenter, Films, VariantBank
from cxr_training.config import TrainConfig
from cxr_training.data import Case
from cxr_training.errors import TrainingError
from cxr_training.pretext import read_labels, read_sample
from cxr_training.targets import SCORES, Targets

LESSON = "lesson.npz"
"""What the teachers of a fold said, in the fold's folder."""


class Lesson(NamedTuple):
    """Unscored films and what their teachers say of them."""

    source: VariantBank
    targets: Targets


@dataclass(frozen=True)
class Unscored:
    """Films of `data/pretrain`; read, and run through the frozen blocks, when first needed.

    `hashes` (K, 256) are of the scored films, whose copies are left out; `network` holds the
    frozen blocks.
    """

    folder: Path
    labels_sha256: str
    hashes: NDArray[np.bool_]
    network: SeverityNet
    config: TrainConfig

    @classmethod
    def open(
        cls, folder: Path, hashes: NDArray[np.bool_], network: SeverityNet, config: TrainConfig
    ) -> Unscored:
        """Raises TrainingError when the folder holds no films of those that `config` names."""
        labels, digest = read_labels(folder)
        wanted = config.distil.labels if config.distil else ()
        lacking = set(wanted) - set(labels.values())
        if lacking:
            raise TrainingError(f"{folder}: holds no films of {sorted(lacking)[0]}")
        return cls(folder, digest, hashes, network, config)

    @cached_property
    def bank(self) -> VariantBank:
        config = self.config
        assert config.distil is not None  # noqa: S101 - `open` is for recipes that distil
        named = read_sample(
            self.folder, config.distil.every, self.hashes, config.preprocess, config.distil.labels
        )
        found = list(tqdm(named, desc="unscored", unit="image"))
        if not found:
            raise TrainingError(f"{self.folder}: all films to learn from are copies of scored ones")
        names, sample = zip(*found, strict=True)
        films = Films(
            cases=tuple(Case.unscored(name) for name in names),
            grids=torch.from_numpy(np.stack([film.grid for film in sample])),
            # One cell each, which any warp leaves what it is.
            masks=torch.full((len(names), 2, 1, 1), math.nan),
        )
        return VariantBank(
            Augmenter(films, config), self.network, config.frozen_blocks, len(names),
            config.distil.variants, seed=config.seeds[0], plain=True,
        )  # fmt: skip

    def lesson(self, teachers: Sequence[SeverityNet], path: Path, *, keep: bool) -> Lesson:
        """The mean of what the teachers say of each film.

        Kept in `path`: what is found there is taken. Only with `keep` it is written.

        Raises:
            TrainingError: when `path` holds something else.
        """
        if not keep:
            return Lesson(self.bank, _read(path) if path.is_file() else self._ask(teachers))
        # Students of a fold, in processes of their own, come at the same time: the first writes it
        # down for all.
        with FileLock(path.with_suffix(".lock")):
            if path.is_file():
                return Lesson(self.bank, _read(path))
            said = self._ask(teachers)
            partial = path.with_suffix(".partial")
            with partial.open("wb") as file:
                np.savez(file, classes=said.classes.numpy(), zones=said.zones[:, 0].numpy())
            partial.replace(path)
            return Lesson(self.bank, said)

    def _ask(self, teachers: Sequence[SeverityNet]) -> Targets:
        maps, blocks = self.bank.plain(), self.config.frozen_blocks
        classes, zones = [], []
        with torch.no_grad():
            for part in tqdm(torch.split(maps, 16), desc="teachers", unit="batch"):
                x = part.float().contiguous(memory_format=torch.channels_last)
                readings = [teacher.head(teacher.upper(x, blocks)) for teacher in teachers]
                classes.append(torch.stack([one.logits.softmax(1) for one in readings]).mean(0))
                zones.append(torch.stack([one.zones for one in readings]).mean(0))
        return _targets(torch.cat(classes), torch.cat(zones) / HIGHEST_ZONE_SCORE)


def _targets(classes: torch.Tensor, zones: torch.Tensor) -> Targets:
    """(N, 3) probabilities and (N, 6) zone scores as shares, put in the place of both readers'."""
    scores = torch.full((len(zones), len(SCORES)), math.nan)
    scores[:, :2] = zones.mean(dim=1, keepdim=True)
    return Targets(classes, zones.unsqueeze(1).repeat(1, 2, 1), scores)


def _read(path: Path) -> Targets:
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as said:
            return _targets(torch.from_numpy(said["classes"]), torch.from_numpy(said["zones"]))
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise TrainingError(f"{path}: is no lesson") from error
