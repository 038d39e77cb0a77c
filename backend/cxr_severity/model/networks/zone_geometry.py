"""Where the lungs and their six zones are: geometry on maps of probabilities."""

from __future__ import annotations

import torch

from cxr_severity.model.assessment import ZONES
from cxr_severity.model.networks.constants import ENDS, PRIOR, THIRDS


def lung_cells(places: torch.Tensor) -> torch.Tensor:
    """(..., 3, h, w) probabilities of `PLACES` to (..., h, w) of being lung."""
    return places[..., :2, :, :].sum(dim=-3).clamp_max(1)


def zone_weights(lungs: torch.Tensor) -> torch.Tensor:
    """The six zones laid into the lungs of each film.

    Each lung is cut into thirds of its height, between apex and base, as the Brixia score cuts it
    at the aortic arch and the lower pulmonary veins (Borghesi and Maroldi, Radiol Med 2020). A
    cell on a border belongs to both zones by area.

    Args:
        lungs: (N, 2, h, w) probabilities of the right and the left lung, without a gradient.

    Returns:
        (N, 6, h, w) in the order of `ZONES`: share of a cell in a zone, times its probability of
        being that lung. No zone is empty.
    """
    count, _, height, width = lungs.shape
    found = lungs + PRIOR * typical_lungs(height, width, lungs)
    edges = third_edges(found)
    rows = torch.arange(height, dtype=lungs.dtype, device=lungs.device) / height
    outer = edges.clone()
    # What lies above the apex or below the base is still of the upper and the lower zone.
    outer[..., 0], outer[..., -1] = 0, 1
    top, bottom = outer[..., :-1, None], outer[..., 1:, None]
    inside = (torch.minimum(bottom, rows + 1 / height) - torch.maximum(top, rows)) * height
    thirds = inside.clamp(0, 1)
    weights = thirds.unsqueeze(4) * found.unsqueeze(2)
    return weights.reshape(count, len(ZONES), height, width) + 1e-6


def third_edges(lungs: torch.Tensor) -> torch.Tensor:
    """(N, 2, h, w) to (N, 2, 4): apex, the two cuts and base of each lung, as shares of the
    image's height from its top."""
    height = lungs.shape[2]
    mass = lungs.sum(dim=3).cumsum(dim=2)
    mass = mass / mass[..., -1:].clamp_min(1e-6)
    start = torch.zeros_like(mass[..., :1])
    before = torch.cat([start, mass[..., :-1]], dim=2)
    found = []
    for share in ENDS:
        # Row of the quantile, and how far into that row it lies.
        row = (mass < share).sum(dim=2, keepdim=True).clamp_max(height - 1)
        low, high = before.gather(2, row), mass.gather(2, row)
        found.append((row + (share - low) / (high - low).clamp_min(1e-6)) / height)
    apex, base = found
    steps = torch.arange(THIRDS + 1, dtype=lungs.dtype, device=lungs.device) / THIRDS
    return apex + (base - apex) * steps


def typical_lungs(height: int, width: int, like: torch.Tensor) -> torch.Tensor:
    """(2, h, w): where the lungs of a frontal film mostly lie."""
    rows = (torch.arange(height, dtype=like.dtype, device=like.device) + 0.5) / height
    columns = (torch.arange(width, dtype=like.dtype, device=like.device) + 0.5) / width
    tall = torch.exp(-((rows - 0.47) / 0.22).square() / 2)
    return torch.stack(
        [tall[:, None] * torch.exp(-((columns - x) / 0.09).square() / 2) for x in (0.3, 0.7)]
    )
