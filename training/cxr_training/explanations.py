"""Does the network look where a radiologist saw something? Measured on films with opacity masks."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn.functional import interpolate

from cxr_severity.model.explain import grad_cam
from cxr_severity.model.network import SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig, normalise
from cxr_training.bank import MASK_SIZE, Films


@dataclass(frozen=True, slots=True)
class Looked:
    """One film's Grad-CAM against its masks; shares in [0, 1], NaN where a mask is missing."""

    hit: int
    """The pointing game: 1 where the map's peak lies in the opacity (Zhang et al., IJCV 2018)."""
    in_opacity: float
    in_lungs: float
    """Of the map's energy, the share inside the opacity and inside the lungs."""
    opacity_share: float
    lung_share: float
    opacity_share_of_lungs: float
    """Of the image's area, and of the lungs': what a map without knowledge would score."""


def look(network: SeverityNet, films: Films, index: int, config: PreprocessConfig) -> Looked | None:
    """Compare the map of the predicted class with the masks; None without an opacity in them."""
    lung, opacity = films.masks[index].numpy()
    if np.isnan(opacity).any() or not (opacity > 0.5).any():
        return None
    with torch.no_grad():
        features = network.features(normalise(films.grids[index : index + 1], config))
    cam = grad_cam(features, network.head).cam
    # Enlarged as the service shows it: bilinear.
    fine = interpolate(
        torch.from_numpy(cam)[None, None], (MASK_SIZE, MASK_SIZE), mode="bilinear"
    )[0, 0].numpy()  # fmt: skip
    return compare(fine, lung, opacity)


def compare(
    cam: NDArray[np.float32], lung: NDArray[np.float32], opacity: NDArray[np.float32]
) -> Looked:
    """All three (H, W) float32; `cam` not negative, the masks in [0, 1], `lung` NaN for none."""
    energy = float(cam.sum())
    peak = np.unravel_index(int(cam.argmax()), cam.shape)
    share = float("nan") if np.isnan(lung).any() else float(lung.mean())

    def inside(mask: NDArray[np.float32]) -> float:
        return float((cam * mask).sum()) / energy if energy > 0 else 0.0

    return Looked(
        hit=int(energy > 0 and opacity[peak] > 0.5),
        in_opacity=inside(opacity),
        in_lungs=math.nan if math.isnan(share) else inside(lung),
        opacity_share=float(opacity.mean()),
        lung_share=share,
        # Some opacity masks reach over the lung mask's edge; only what lies within counts.
        opacity_share_of_lungs=float((opacity * lung).mean()) / share if share else math.nan,
    )
