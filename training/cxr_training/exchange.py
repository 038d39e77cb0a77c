"""Films put together from two: one lung of each, with what was said of that lung.

Nearly all that a network learns of a film it learns of each lung. So the one side of a film beside
the other side of another is a film whose answers are known. A network that is shown such films
cannot know a patient again by one lung and tell the other by it (after CutMix; Yun et al., ICCV
2019).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch

from cxr_training.copies import Inputs
from cxr_training.targets import Targets


@dataclass(frozen=True, slots=True)
class Batch:
    """N films with what they teach. `weight` (N,) float32 is how far their places are trusted;
    `whole` (N,) bool says which show one person."""

    inputs: Inputs
    targets: Targets
    weight: torch.Tensor
    whole: torch.Tensor


def exchange_lungs(batch: Batch, share: float, spread: float, generator: torch.Generator) -> Batch:
    """A new batch in which about `share` of the films have the right side of their picture from
    another film of the batch, where both halves were scored.

    Args:
        spread: of readings about a total, Brixia points, as in `soft_classes`.
    """
    count = len(batch.weight)
    asked = torch.rand(count, generator=generator) < share
    other = torch.randperm(count, generator=generator)
    put_together = batch.targets.beside(batch.targets.rows(other), spread)
    mixed = asked & ~put_together.total.isnan().squeeze(1)
    one = batch.inputs

    def joined(pictures: torch.Tensor) -> torch.Tensor:
        middle = pictures.shape[-1] // 2
        sides = torch.cat([pictures[..., :middle], pictures[other][..., middle:]], dim=-1)
        return torch.where(mixed[:, None, None, None], sides, pictures)

    inputs = Inputs(
        joined(one.maps), joined(one.places),
        torch.where(mixed[:, None], one.known & one.known[other], one.known), one.mirrored,
    )  # fmt: skip
    trusted = torch.minimum(batch.weight, batch.weight[other])
    return Batch(
        inputs, put_together.where(mixed, batch.targets),
        torch.where(mixed, trusted, batch.weight), batch.whole & ~mixed,
    )  # fmt: skip
