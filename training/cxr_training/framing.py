"""The first course of all, where a network reads frames: finding both lungs on a thumbnail."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch.nn.functional import binary_cross_entropy_with_logits, interpolate
from tqdm import tqdm

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.frame import Framer
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.config_augment import AugmentConfig, FramerConfig
from cxr_training.degrade import degrade
from cxr_training.errors import TrainingError
from cxr_training.films import Films


def teach_frames(
    network: CellNet, films: Films, members: Sequence[int], config: FramerConfig,
    preprocess: PreprocessConfig, seed: int,
) -> None:  # fmt: skip
    """Teach a network's framer, in place, the lungs of the films `members`; the rest is let alone.

    Raises:
        TrainingError: when none of these films has a mask of both lungs.
    """
    framer = network.framer
    assert framer is not None  # noqa: S101 - for the type checker: the caller asks where one is
    known = torch.tensor([i for i in members if films.known[i, :2].all()], dtype=torch.int64)
    if not len(known):
        raise TrainingError("network.frame: no film with a mask of both lungs is there")
    torch.manual_seed(seed)
    generator = torch.Generator().manual_seed(seed)
    framer.requires_grad_(True).train()
    optimiser = torch.optim.AdamW(framer.parameters(), weight_decay=config.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, config.learning_rate, total_steps=max(config.steps, 2)
    )
    for _ in tqdm(range(config.steps), desc="frames", unit="step"):
        drawn = known[torch.randint(len(known), (config.films,), generator=generator)]
        found, wanted = _pair(framer, films, drawn, config.augment, preprocess, generator)
        loss = binary_cross_entropy_with_logits(found, wanted)
        optimiser.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()
        schedule.step()
    framer.requires_grad_(False).eval()


def _pair(
    framer: Framer, films: Films, drawn: torch.Tensor, config: AugmentConfig,
    preprocess: PreprocessConfig, generator: torch.Generator,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """Logits of both lungs on augmented films, and where they are."""
    warp = draw_warp(len(drawn), config, generator)
    grids = warp(films.grids[drawn].unsqueeze(1).float() / 255, preprocess.size).squeeze(1)
    grids = degrade(change_exposure(grids, config, generator), config, generator)
    found = framer.lungs(normalise(grids, preprocess))
    places = films.places[drawn, :2].float() / 255
    # The mask of a film is no larger than its film was: warped as finely, then made as coarse.
    wanted = interpolate(warp(places, places.shape[-1]), found.shape[2:], mode="area")
    # On a mirrored film the right lung is on the other side, and is taught as the left one.
    swap = warp.mirrored[:, None, None, None]
    return found, torch.where(swap, wanted.flip(1), wanted)
