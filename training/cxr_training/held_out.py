"""What a network says of films that it has not learned from, and where its maps lie on them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.explain import grad_cam
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.cases import Case, Dataset
from cxr_training.films import exact_grids
from cxr_training.lesions import Lesion, load_lesions
from cxr_training.whole_file import write_whole

_BATCH = 16


@dataclass(frozen=True, slots=True)
class Seen:
    """Of N films: raw `logits` (N, 3), `zones` (N, 6) in [0, 3], `burden` (N, h, w) the Grad-CAM of
    the expected total, not negative, and `places` (N, 3, h, w) probabilities, over whole films."""

    logits: Float32Array
    zones: Float32Array
    burden: Float32Array
    places: Float32Array


def see(
    network: CellNet, grids: Iterator[Float32Array], config: PreprocessConfig, device: torch.device
) -> Seen:
    """What a network says of films on its grid, (S, S) float32 in [0, 1] each."""
    network.to(device).eval()
    parts: list[Seen] = []
    for batch in _batches(grids):
        x = normalise(torch.from_numpy(batch), config).to(device)
        with torch.no_grad():
            maps = network.features(x)
        output, _, burden = grad_cam(network, maps, ["burden"] * len(x))
        places = network.on_film(maps.places.sigmoid(), maps)
        parts.append(
            Seen(*(part.cpu().numpy() for part in (output.logits, output.zones, burden, places)))
        )
    network.cpu()
    names = ("logits", "zones", "burden", "places")
    return Seen(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _batches(grids: Iterator[Float32Array]) -> Iterator[Float32Array]:
    batch: list[Float32Array] = []
    for grid in grids:
        batch.append(grid)
        if len(batch) == _BATCH:
            yield np.stack(batch)
            batch = []
    if batch:
        yield np.stack(batch)


def see_cases(
    network: CellNet, dataset: Dataset, cases: Sequence[Case], config: PreprocessConfig,
    device: torch.device,
) -> Seen:  # fmt: skip
    """Of scored films."""
    return see(network, exact_grids(dataset, cases, config), config, device)


def see_lesions(
    network: CellNet, root: Path, lesions: Sequence[Lesion], config: PreprocessConfig,
    device: torch.device,
) -> Seen:  # fmt: skip
    """Of films with masks or boxes."""
    grids = (grid for _, grid, _ in load_lesions(root, tuple(lesions), config))
    return see(network, grids, config, device)


def write_maps(path: Path, files: Sequence[str], seen: Seen) -> None:
    """The maps of films, in half precision, by file."""

    def write(partial: Path) -> None:
        np.savez_compressed(
            partial, files=np.array(files), burden=seen.burden.astype(np.float16),
            places=seen.places.astype(np.float16), total=seen.zones.sum(axis=1),
        )  # fmt: skip

    write_whole(path, write)
