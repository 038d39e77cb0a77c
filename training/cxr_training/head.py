"""The last course: the head alone, on films as they are.

The courses before teach cells, lungs and opacity, and read whole lungs. What is served reads the
cells in the light of opacity, so that what explains a grade is what the grade was read from. Only
the head has to learn that; the maps of every film are computed once.

What the rest of the network says of films that it has learned from is surer than what it says of
others, and a head that learns from that alone to meet their scores reads other films worse. So it
also learns to say what the network said of whole lungs, of these films and of some that nobody
scored (distillation; Hinton et al., 2015), and may learn it of augmented copies of them too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.networks.cells import CellMaps, CellNet
from cxr_severity.model.networks.constants import PLACES
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.cases import Dataset
from cxr_training.config import HeadConfig, LossConfig, TrainConfig
from cxr_training.copies import CopiesOnDisk
from cxr_training.films import exact_grids
from cxr_training.lesions import load_lesions
from cxr_training.lesson import Material, patient_weights, unused_lesions
from cxr_training.losses import answer_losses
from cxr_training.targets import Targets

_CHUNK = 256
_COPIES = 32
"""So many are seen at a time."""
_AS_IT_IS = 1 / 3
"""Of a film with copies, how often it is drawn as it is."""
_OPACITY = PLACES.index("opacity")


def see_maps(
    network: CellNet, grids: Iterable[Float32Array], config: PreprocessConfig, device: torch.device
) -> CellMaps:
    """What the costly part says of N films, (S, S) float32 in [0, 1] each: cells in half precision,
    and none of the last features, which the head does not read."""
    network.to(device).eval()
    cells, places = [], []
    for grid in grids:
        x = normalise(torch.from_numpy(grid).unsqueeze(0), config).to(device)
        with torch.no_grad():
            maps = network.features(x)
        cells.append(maps.cells.half().cpu())
        places.append(maps.places.cpu())
    network.cpu()
    return CellMaps(torch.empty(0), torch.cat(cells), torch.cat(places))


def see_copies(
    network: CellNet, source: CopiesOnDisk, films: torch.Tensor, each: int, blocks: int,
    device: torch.device,
) -> tuple[CellMaps, torch.Tensor, torch.Tensor]:  # fmt: skip
    """What the costly part says of `each` copies of films, (N,) int64 indices; as `see_maps`.

    Returns:
        The maps of M copies; rows (N, each) of them for each film, in which the copies of one that
        has fewer come again; and whether each is mirrored, (M,) bool.
    """
    start = source.start[films]
    taken = (source.start[films + 1] - start).clamp_max(each)
    stored = torch.cat(
        [torch.arange(int(at), int(at + count)) for at, count in zip(start, taken, strict=True)]
    )
    network.to(device).eval()
    cells, places = [], []
    for part in torch.split(stored, _COPIES):
        x = torch.from_numpy(source.maps[part.numpy()].astype(np.float32)).to(device)
        with torch.no_grad():
            maps = network.upper(x, blocks)
        cells.append(maps.cells.half().cpu())
        places.append(maps.places.cpu())
    network.cpu()
    rows = (taken.cumsum(0) - taken)[:, None] + torch.arange(each) % taken[:, None]
    return (
        CellMaps(torch.empty(0), torch.cat(cells), torch.cat(places)),
        rows,
        source.mirrored[stored],
    )


def teach_light(
    network: CellNet, config: TrainConfig, dataset: Dataset, material: Material,
    left_out: frozenset[str], copies: Path, seed: int, device: torch.device,
) -> None:  # fmt: skip
    """Teach the head, in place, the scored films and some of those that nobody scored.

    Args:
        left_out: images of the scored films that it must not see.
        copies: folder of those of the films of `material`, scored ones first; read where some are
            learned.

    Raises:
        TrainingError: naming a film that does not decode.
    """
    head, preprocess = config.head, config.preprocess
    numbers = [i for i, case in enumerate(material.cases) if case.image not in left_out]
    known = [material.cases[i] for i in numbers]
    grids = exact_grids(dataset, known, preprocess)
    scored = HeadLesson.plain(
        see_maps(network, grids, preprocess, device), Targets.of(known, config.loss),
        patient_weights(known, head.alike),
    )  # fmt: skip
    unscored = None
    if head.unscored:
        unused = unused_lesions(material.split)
        learned = [k for k, one in enumerate(material.lesions) if one.file not in unused]
        order = torch.randperm(len(learned), generator=torch.Generator().manual_seed(seed))
        # In the order of their archives.
        drawn = [learned[int(k)] for k in order[: head.unscored].sort().values]
        numbers += [len(material.cases) + k for k in drawn]
        films = load_lesions(dataset.root, tuple(material.lesions[k] for k in drawn), preprocess)
        unscored = see_maps(network, (grid for _, grid, _ in films), preprocess, device)
    lesson = head_lesson(network, scored, unscored, head)
    if head.copies:
        lesson = lesson.with_copies(
            *see_copies(
                network, CopiesOnDisk(copies), torch.tensor(numbers), head.copies,
                config.main.frozen_blocks, device,
            )
        )  # fmt: skip
    if head.steeper != 1:
        make_steeper(network, lesson.maps, head.steeper)
    teach_head(network, lesson, head, config.loss, seed)


@dataclass(frozen=True, slots=True)
class HeadLesson:
    """N films: what is said of each, how often each is drawn (N,), and what is seen of it.

    `maps` are of M pictures, of which the first N are the films as they are; `rows` (N, 1 + K)
    int64 are those of each film, as it is and of its copies; `mirrored` (M,) bool.
    """

    maps: CellMaps
    targets: Targets
    weights: torch.Tensor
    rows: torch.Tensor
    mirrored: torch.Tensor

    @classmethod
    def plain(cls, maps: CellMaps, targets: Targets, weights: torch.Tensor) -> HeadLesson:
        """Of films as they are."""
        count = len(weights)
        rows = torch.arange(count)[:, None]
        return cls(maps, targets, weights, rows, torch.zeros(count, dtype=torch.bool))

    def with_copies(self, maps: CellMaps, rows: torch.Tensor, mirrored: torch.Tensor) -> HeadLesson:
        """With what `see_copies` gave."""
        return HeadLesson(
            _followed_by(self.maps, maps), self.targets, self.weights,
            torch.cat([self.rows, len(self.mirrored) + rows], dim=1),
            torch.cat([self.mirrored, mirrored]),
        )  # fmt: skip

    def draw(self, count: int, generator: torch.Generator) -> tuple[torch.Tensor, torch.Tensor]:
        """`count` films and a picture of each, (count,) int64 both."""
        films = torch.multinomial(self.weights, count, True, generator=generator)
        copies = self.rows.shape[1] - 1
        if not copies:
            return films, films
        chosen = 1 + torch.randint(copies, (count,), generator=generator)
        plain = torch.rand(count, generator=generator) < _AS_IT_IS
        return films, self.rows[films, torch.where(plain, 0, chosen)]


def head_lesson(
    network: CellNet, scored: HeadLesson, unscored: CellMaps | None, config: HeadConfig
) -> HeadLesson:
    """The scored films, their targets tempered by what the network says of whole lungs, then the
    unscored ones, where there are any: as often together as all the scored ones."""
    maps, targets, weights = scored.maps, scored.targets, scored.weights
    if config.own:
        targets = targets.tempered(_reading(network, maps), config.own)
    if unscored is None:
        return HeadLesson.plain(maps, targets, weights)
    count = len(unscored.cells)
    return HeadLesson.plain(
        _followed_by(maps, unscored),
        targets.followed_by(_reading(network, unscored)),
        torch.cat([weights, torch.full((count,), float(weights.sum()) / count)]),
    )


def _followed_by(maps: CellMaps, more: CellMaps) -> CellMaps:
    return CellMaps(*(torch.cat(pair) for pair in zip(maps, more, strict=True)))


def make_steeper(network: CellNet, maps: CellMaps, factor: float) -> None:
    """Multiply opacity's logits, in place: in the network from here on, and in `maps` of it."""
    places = network.fusion.places
    with torch.no_grad():
        places.weight[_OPACITY] *= factor
        if places.bias is not None:
            places.bias[_OPACITY] *= factor
    maps.places[:, _OPACITY] *= factor


def _reading(network: CellNet, maps: CellMaps) -> Targets:
    with torch.no_grad():
        said = [
            network.read(
                CellMaps(maps.last, maps.cells[at : at + _CHUNK].float(),
                         maps.places[at : at + _CHUNK]), whole_lungs=True,
            )
            for at in range(0, len(maps.cells), _CHUNK)
        ]  # fmt: skip
    probabilities = torch.cat([one.logits.softmax(dim=1) for one in said])
    return Targets.of_reading(probabilities, torch.cat([one.zones for one in said]))


def teach_head(
    network: CellNet, lesson: HeadLesson, config: HeadConfig, loss: LossConfig, seed: int
) -> None:
    """Teach the head, in place. The network stays in eval mode and learns nothing else."""
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    head = network.head.requires_grad_(True).train()
    for module in head.modules():
        if isinstance(module, nn.Dropout):
            module.p = config.dropout
    optimiser = torch.optim.AdamW(
        head.parameters(), lr=config.learning_rate, weight_decay=config.weight_decay
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, total_steps=max(config.steps, 2)
    )
    maps = lesson.maps
    for _ in range(config.steps):
        films, rows = lesson.draw(config.films, generator)
        batch = CellMaps(maps.last, maps.cells[rows].float(), maps.places[rows])
        targets = lesson.targets.of_batch(films, lesson.mirrored[rows])
        losses = answer_losses(loss, network.read(batch), targets)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    head.requires_grad_(False).eval()
