"""From images of known kinds to a gate: what kind, how unfamiliar, and where the limits lie."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from cxr_severity.imaging.arrays import Float32Array, Float64Array
from cxr_severity.model.gate import KINDS, Gate, GateLimits, Limit, Measurements, describe
from cxr_severity.model.lungs import lungs_of_cells
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.constants import FEATURES
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_severity.model.reference.tensors import normalise
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.config_gate import GateConfig
from cxr_training.gate.examples import Images

# Of so few the maps still fit the processor's cache; with 32, an image takes twice the time.
_BATCH = 8
_SIDE = 512
_STRANGEST = 0.002
"""As many of the accepted films lie beyond what limits on their lungs are set by: one whose lungs
were not found would open a limit to all that it is for."""
NEVER = GateLimits(**{name: Limit() for name in GateLimits.model_fields})


def see(
    network: CellNet, grids: torch.Tensor, config: PreprocessConfig
) -> tuple[Float32Array, Float32Array]:
    """(N, S, S) grids to (N, 3840) descriptions by a network's last features, and to
    (N, 3, h, w) probabilities of `PLACES`."""
    described, places = [], []
    for part in torch.split(grids, _BATCH):
        x = normalise(part, config).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            maps = network.features(x)
        described.append(describe(maps.last.contiguous().numpy()))
        places.append(network.on_film(maps.places.sigmoid(), maps).numpy())
    return np.concatenate(described), np.concatenate(places)


def augmented_descriptions(
    network: CellNet, images: Images, members: NDArray[np.int64], config: GateConfig,
    preprocess: PreprocessConfig,
) -> tuple[Float32Array, NDArray[np.int64]]:  # fmt: skip
    """Descriptions of the members as they are, and of augmented copies of those that are real and
    rare; with their kinds."""
    generator = torch.Generator().manual_seed(config.seed)
    rare = [i for i in members if images.origins[i] in ("ct", "lateral", "photo")]
    rows = [see(network, images.grids[torch.from_numpy(members)], preprocess)[0]]
    for _ in range(config.variants if rare else 0):
        grids = images.grids[torch.tensor(rare)]
        warp = draw_warp(len(rare), config.augment, generator)
        grids = warp(grids.unsqueeze(1), preprocess.size).squeeze(1)
        grids = change_exposure(grids, config.augment, generator)
        rows.append(see(network, grids, preprocess)[0])
    kinds = np.concatenate([members, *([np.array(rare, dtype=np.int64)] * (len(rows) - 1))])
    return np.concatenate(rows), images.kinds[kinds]


def fit_gate(description: Float32Array, kinds: NDArray[np.int64], config: GateConfig) -> Gate:
    """A gate without limits.

    The kind is told by a multinomial logistic regression, in which an image weighs by the root of
    how rare its kind is; the distance by the whitened main axes of the frontal films' mean
    features.
    """
    centre, scale = description.mean(axis=0), description.std(axis=0) + np.float32(1e-4)
    counts = np.bincount(kinds, minlength=len(KINDS))
    weight = (len(kinds) / np.maximum(counts, 1))[kinds] ** 0.5
    model = LogisticRegression(C=config.regularisation, max_iter=5000)
    # Thousands of small steps: in each, two threads would wait for each other.
    with threadpool_limits(1, user_api="blas"):
        model.fit((description - centre) / scale, kinds, sample_weight=weight)
    coefficients, intercepts = _by_kind(model)
    weights = (coefficients / scale).astype(np.float32)
    frontal = description[kinds == 0][:, :FEATURES].astype(np.float64)
    mean = frontal.mean(axis=0)
    _, spread, axes = np.linalg.svd(frontal - mean, full_matrices=False)
    kept = min(config.dimensions, int((spread > 1e-6 * spread[0]).sum()))
    whitening = axes[:kept].T / (spread[:kept] / np.sqrt(len(frontal)))
    return Gate(
        limits=NEVER,
        weights=weights,
        bias=(intercepts - weights @ centre).astype(np.float32),
        centre=mean.astype(np.float32),
        whitening=whitening.astype(np.float32),
    )


def _by_kind(model: LogisticRegression) -> tuple[Float64Array, Float64Array]:
    """(K, 3840) coefficients and (K,) intercepts of the `KINDS`; one that the model was not shown,
    as where a fold holds all images of it, is never the likeliest."""
    coefficients = np.zeros((len(KINDS), model.coef_.shape[1]))
    intercepts = np.full(len(KINDS), -1e30)
    intercepts[model.classes_] = 0
    scored = model.classes_[-len(model.coef_) :]  # of two, scikit-learn scores the second alone
    coefficients[scored], intercepts[scored] = model.coef_, model.intercept_
    return coefficients, intercepts


def measure(
    gate: Gate, network: CellNet, grids: torch.Tensor, colours: Sequence[float],
    preprocess: PreprocessConfig,
) -> list[Measurements]:  # fmt: skip
    """Of (N, S, S) grids. Files are taken to be as large as these data's radiographs."""
    described, places = see(network, grids, preprocess)
    return [
        gate.measure(row, lungs_of_cells(one, grid.numpy()), colour, _SIDE)
        for row, one, grid, colour in zip(described, places, grids, colours, strict=True)
    ]


def choose_limits(accepted: Sequence[Measurements], config: GateConfig) -> GateLimits:
    """Limits that reject or warn of few of the accepted films.

    Colour, white and size are not learned: no accepted film here has a colour or white lungs to
    speak of, and what size is too small is said by the network's input.
    """
    few, some = config.false_alarms, config.warned

    def low(name: str, share: float) -> float:
        return _round(float(np.quantile([getattr(one, name) for one in accepted], share)))

    def high(name: str, share: float) -> float:
        return low(name, 1 - share)

    def least(name: str) -> float:
        return _round(0.7 * low(name, _STRANGEST))

    def most(name: str) -> float:
        return _round(1.1 * high(name, _STRANGEST))

    return GateLimits(
        colour=Limit(reject=0.08),
        frontal=Limit(reject=min(0.5, low("frontal", few))),
        distance=Limit(warn=high("distance", some), reject=_round(1.25 * high("distance", 0))),
        lung_area=Limit(reject=least("lung_area")),
        lung_span=Limit(warn=low("lung_span", some), reject=least("lung_span")),
        lung_border=Limit(warn=high("lung_border", some)),
        side=Limit(warn=224, reject=64),
        lung_black=Limit(warn=high("lung_black", some)),
        lung_contrast=Limit(warn=low("lung_contrast", some)),
        lung_white=Limit(warn=0.02, reject=0.25),
        lung_balance=Limit(warn=low("lung_balance", few), reject=least("lung_balance")),
        lung_width=Limit(reject=most("lung_width")),
        lung_gap=Limit(reject=most("lung_gap")),
    )


def _round(value: float) -> float:
    return float(f"{value:.4g}")
