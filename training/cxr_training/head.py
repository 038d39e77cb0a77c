"""The last course: the head alone, on films as they are.

The courses before teach cells, lungs and opacity, and read whole lungs. What is served reads the
cells in the light of opacity, so that what explains a grade is what the grade was read from. Only
the head has to learn that; the maps of every film are computed once.
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.networks.cells import CellMaps, CellNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.config import HeadConfig, LossConfig
from cxr_training.losses import answer_losses
from cxr_training.targets import Targets


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


def teach_head(
    network: CellNet, maps: CellMaps, targets: Targets, config: HeadConfig, loss: LossConfig,
    seed: int,
) -> None:  # fmt: skip
    """Teach the head, in place, what `targets` (N) say of films with `maps` (N).

    The network stays in eval mode and learns nothing else.
    """
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
        drawn = torch.randint(len(maps.cells), (config.films,), generator=generator)
        batch = CellMaps(maps.last, maps.cells[drawn].float(), maps.places[drawn])
        losses = answer_losses(loss, network.read(batch), targets.of_batch(drawn, unchanged))
        optimiser.zero_grad(set_to_none=True)
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    head.requires_grad_(False).eval()
