"""From images of known kinds to a gate: what kind, how unfamiliar, and where the limits lie."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from cxr_severity.model.gate import KINDS, Gate, GateLimits, Limit, describe
from cxr_severity.model.lungs import LungField, LungNet, find_lungs
from cxr_severity.model.network import FEATURES, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig, normalise
from cxr_training.augment import change_exposure, draw_warp
from cxr_training.config import GateConfig
from cxr_training.gate.images import Images

Floats = NDArray[np.float32]
_BATCH = 32
NEVER = GateLimits(**{name: Limit() for name in GateLimits.model_fields})


def descriptions(network: SeverityNet, grids: torch.Tensor, config: PreprocessConfig) -> Floats:
    """(N, S, S) grids to (N, 3840) descriptions by a network's features."""
    parts = []
    for part in grids.split(_BATCH):
        x = normalise(part, config).contiguous(memory_format=torch.channels_last)
        with torch.no_grad():
            parts.append(describe(network.features(x).contiguous().numpy()))
    return np.concatenate(parts)


def augmented_descriptions(
    network: SeverityNet, images: Images, members: NDArray[np.int64], config: GateConfig,
    preprocess: PreprocessConfig,
) -> tuple[Floats, NDArray[np.int64]]:  # fmt: skip
    """Descriptions of the members as they are, and of augmented copies: one of each frontal film,
    `config.variants` of each image of a rare kind; with their kinds."""
    generator = torch.Generator().manual_seed(config.seed)
    rare = {KINDS.index(kind) for kind in ("lateral", "cross-section", "other")}
    copied = np.concatenate(
        [
            np.repeat(i, config.variants if int(images.kinds[i]) in rare else 1)
            for i in members
            if "turned" not in images.origins[i] and "inverted" not in images.origins[i]
        ]
    )
    rows = [descriptions(network, images.grids[torch.from_numpy(members)], preprocess)]
    for part in np.array_split(copied, max(1, len(copied) // _BATCH)):
        grids = images.grids[torch.from_numpy(part)]
        warp = draw_warp(len(part), config.augment, generator)
        grids = warp(grids.unsqueeze(1), preprocess.size).squeeze(1)
        grids = change_exposure(grids, config.augment, generator)
        rows.append(descriptions(network, grids, preprocess))
    return np.concatenate(rows), images.kinds[np.concatenate([members, copied])]


def fit_gate(description: Floats, kinds: NDArray[np.int64], config: GateConfig) -> Gate:
    """A gate without limits.

    The kind is told by a multinomial logistic regression, every kind weighing the same; the
    distance by the whitened main axes of the frontal films' mean features.
    """
    centre, scale = description.mean(axis=0), description.std(axis=0) + np.float32(1e-4)
    counts = np.bincount(kinds, minlength=len(KINDS))
    weight = (len(kinds) / np.maximum(counts, 1))[kinds] ** 0.5
    model = LogisticRegression(C=config.regularisation, max_iter=300)
    model.fit((description - centre) / scale, kinds, sample_weight=weight)
    weights = (model.coef_ / scale).astype(np.float32)
    frontal = description[kinds == 0][:, :FEATURES].astype(np.float64)
    mean = frontal.mean(axis=0)
    _, spread, axes = np.linalg.svd(frontal - mean, full_matrices=False)
    kept = min(config.dimensions, int((spread > 1e-6 * spread[0]).sum()))
    whitening = axes[:kept].T / (spread[:kept] / np.sqrt(len(frontal)))
    return Gate(
        limits=NEVER,
        weights=weights,
        bias=(model.intercept_ - weights @ centre).astype(np.float32),
        centre=mean.astype(np.float32),
        whitening=whitening.astype(np.float32),
    )


@dataclass(frozen=True, slots=True)
class Scores:
    """Of N images: everything that a limit is set on."""

    frontal: Floats
    distance: Floats
    likeliest: NDArray[np.int64]
    """Most probable kind but frontal."""
    lungs: tuple[LungField, ...]


def score(
    gate: Gate, network: SeverityNet, lungs: LungNet, grids: torch.Tensor,
    preprocess: PreprocessConfig,
) -> Scores:  # fmt: skip
    description = descriptions(network, grids, preprocess)
    kinds = gate.kinds(description)
    return Scores(
        frontal=kinds[:, 0],
        distance=gate.distance(description),
        likeliest=1 + kinds[:, 1:].argmax(axis=1),
        lungs=tuple(find_lungs(grid.numpy(), lungs, lungs.config) for grid in grids),
    )


def choose_limits(accepted: Sequence[Scores], config: GateConfig) -> GateLimits:
    """Limits that reject or warn of no more accepted films than the configuration allows.

    Colour and size are not learned: no accepted film here has a colour, and what size is too small
    is said by the network's input.
    """
    frontal = np.concatenate([scores.frontal for scores in accepted])
    distance = np.concatenate([scores.distance for scores in accepted])
    lungs = [field for scores in accepted for field in scores.lungs]
    few, some = config.false_alarms, config.warned

    def low(values: Sequence[float], share: float) -> float:
        return _round(float(np.quantile(values, share)))

    def high(values: Sequence[float], share: float) -> float:
        return _round(float(np.quantile(values, 1 - share)))

    area, span = [field.area for field in lungs], [field.span for field in lungs]
    return GateLimits(
        colour=Limit(reject=0.08),
        frontal=Limit(reject=min(0.5, low(frontal.tolist(), few))),
        distance=Limit(
            warn=high(distance.tolist(), some), reject=_round(1.25 * float(distance.max()))
        ),
        lung_area=Limit(reject=_round(0.7 * min(area))),
        lung_span=Limit(warn=low(span, some), reject=_round(0.7 * min(span))),
        lung_border=Limit(warn=high([field.border for field in lungs], some)),
        side=Limit(warn=224, reject=64),
        lung_black=Limit(warn=high([field.black for field in lungs], some)),
        lung_contrast=Limit(warn=low([field.contrast for field in lungs], some)),
    )


def _round(value: float) -> float:
    return float(f"{value:.4g}")
