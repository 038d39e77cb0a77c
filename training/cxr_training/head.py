"""The last course: the head alone, on films as they are.

The courses before teach cells, lungs and opacity, and read whole lungs. What is served reads the
cells in the light of opacity, so that what explains a grade is what the grade was read from. Only
the head has to learn that; the maps of every film are computed once.

What the rest of the network says of films that it has learned from is surer than what it says of
others, and a head that learns from that alone to meet their scores reads other films worse. So it
also learns to say what the network said of whole lungs, of these films and of some that nobody
scored (distillation; Hinton et al., 2015).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.networks.cells import CellMaps, CellNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.cases import Case, Dataset
from cxr_training.config import HeadConfig, LossConfig, TrainConfig
from cxr_training.films import exact_grids
from cxr_training.lesions import Lesion, load_lesions
from cxr_training.lesson import patient_weights
from cxr_training.losses import answer_losses
from cxr_training.targets import Targets

_CHUNK = 256


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


def teach_light(
    network: CellNet, config: TrainConfig, dataset: Dataset, known: Sequence[Case],
    lesions: Sequence[Lesion], seed: int, device: torch.device,
) -> None:  # fmt: skip
    """Teach the head, in place, the scored films `known` and some of `lesions`, which nobody
    scored.

    Raises:
        TrainingError: naming a film that does not decode.
    """
    grids = exact_grids(dataset, known, config.preprocess)
    scored = HeadLesson(
        see_maps(network, grids, config.preprocess, device), Targets.of(known, config.loss),
        patient_weights(known, config.head.alike),
    )  # fmt: skip
    unscored = None
    if config.head.unscored:
        order = torch.randperm(len(lesions), generator=torch.Generator().manual_seed(seed))
        # In the order of their archives.
        drawn = [lesions[int(k)] for k in order[: config.head.unscored].sort().values]
        films = load_lesions(dataset.root, tuple(drawn), config.preprocess)
        unscored = see_maps(network, (grid for _, grid, _ in films), config.preprocess, device)
    lesson = head_lesson(network, scored, unscored, config.head)
    teach_head(network, lesson, config.head, config.loss, seed)


@dataclass(frozen=True, slots=True)
class HeadLesson:
    """N films: what is seen of each, what is said of it, and how often each is drawn (N,)."""

    maps: CellMaps
    targets: Targets
    weights: torch.Tensor


def head_lesson(
    network: CellNet, scored: HeadLesson, unscored: CellMaps | None, config: HeadConfig
) -> HeadLesson:
    """The scored films, their targets tempered by what the network says of whole lungs, then the
    unscored ones, where there are any: as often together as all the scored ones."""
    maps, targets, weights = scored.maps, scored.targets, scored.weights
    if config.own:
        targets = targets.tempered(_reading(network, maps), config.own)
    if unscored is None:
        return HeadLesson(maps, targets, weights)
    count = len(unscored.cells)
    return HeadLesson(
        CellMaps(*(torch.cat(pair) for pair in zip(maps, unscored, strict=True))),
        targets.followed_by(_reading(network, unscored)),
        torch.cat([weights, torch.full((count,), float(weights.sum()) / count)]),
    )


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
    unchanged = torch.zeros(config.films, dtype=torch.bool)
    for _ in range(config.steps):
        drawn = torch.multinomial(lesson.weights, config.films, True, generator=generator)
        maps = lesson.maps
        batch = CellMaps(maps.last, maps.cells[drawn].float(), maps.places[drawn])
        targets = lesson.targets.of_batch(drawn, unchanged)
        losses = answer_losses(loss, network.read(batch), targets)
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    head.requires_grad_(False).eval()
