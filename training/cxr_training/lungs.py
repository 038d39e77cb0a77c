"""The lung network: fitted on the lung masks, apart from everything that knows of severity."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate

from cxr_severity.model.lungs import LungConfig, LungNet
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.bank import Films
from cxr_training.config import AugmentConfig, LungTrainConfig


def masked(films: Films, indices: Sequence[int]) -> list[int]:
    """Those of the films that have a lung mask."""
    return [i for i in indices if films.cases[i].lung_mask is not None]


def thumbnails(films: Films, config: LungConfig) -> torch.Tensor:
    """(N, S, S) float32 in [0, 1], scaled as the service scales them."""
    size = (config.size, config.size)
    return interpolate(
        films.grids.unsqueeze(1), size, mode="bilinear", antialias=True, align_corners=False
    ).squeeze(1)


def fit_lungs(films: Films, train: Sequence[int], config: LungTrainConfig, seed: int) -> LungNet:
    """A lung network of the films `train` that have a mask (one at least), in eval mode.

    Binary cross-entropy and soft Dice loss (Milletari et al., 3DV 2016) in equal parts.
    """
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    network = LungNet(config.network)
    optimiser = torch.optim.AdamW(
        network.parameters(), config.learning_rate, weight_decay=config.weight_decay
    )
    grids, members = thumbnails(films, config.network), torch.tensor(masked(films, train))
    steps = max(1, len(members) // config.batch_size) * config.epochs
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimiser,
        lambda step: min(1.0, (step + 1) / 30) * 0.5 * (1 + math.cos(math.pi * step / steps)),
    )
    network.train()
    for _ in range(config.epochs):
        order = members[torch.randperm(len(members), generator=generator)]
        for part in torch.split(order, config.batch_size):
            if len(part) < min(config.batch_size, len(members)):
                continue
            x, mask = _augmented(grids[part], films.masks[part, :1], config, generator)
            logits = network(x)
            loss = binary_cross_entropy_with_logits(logits, mask)
            loss = loss + 1 - dice(logits.sigmoid(), mask).mean()
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return network.eval().requires_grad_(False)


def _augmented(
    grids: torch.Tensor, masks: torch.Tensor, config: LungTrainConfig, generator: torch.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    augment: AugmentConfig = config.augment
    warp = draw_warp(len(grids), augment, generator)
    side = config.network.size
    x = change_exposure(warp(grids.unsqueeze(1), side).squeeze(1), augment, generator)
    return x, warp(masks, side // 2).squeeze(1).clamp(0, 1)


def dice(shares: torch.Tensor, masks: torch.Tensor) -> torch.Tensor:
    """(N, h, w) against (N, h, w), both in [0, 1]: (N,) Dice coefficients."""
    both = (shares * masks).sum(dim=(1, 2))
    return (2 * both + 1) / (shares.sum(dim=(1, 2)) + masks.sum(dim=(1, 2)) + 1)


def find(network: LungNet, films: Films, indices: Sequence[int]) -> torch.Tensor:
    """(len(indices), S/2, S/2) probabilities of lung."""
    with torch.no_grad():
        found: torch.Tensor = network(thumbnails(films, network.config)[list(indices)]).sigmoid()
    return found


def held_out_dice(network: LungNet, films: Films, indices: Sequence[int]) -> list[float]:
    """Dice coefficients of the films that have a mask, at a threshold of one half."""
    members = masked(films, indices)
    if not members:
        return []
    found = (find(network, films, members) > 0.5).float()
    size = found.shape[-1]
    true = interpolate(films.masks[members, :1], size=(size, size), mode="area").squeeze(1)
    return dice(found, (true > 0.5).float()).tolist()
