"""Where the model looked: Grad-CAM from features that are already there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.networks.sequence import HeadOutput

_cudnn_switch = threading.Lock()


@contextmanager
def _native_lstm(device: torch.device) -> Iterator[None]:
    """Run LSTMs on PyTorch's own CUDA kernels: cuDNN has no backward for them in eval mode.

    The switch is global to the process and restores what it found, so two threads that
    interleave could leave it in the wrong position: on CUDA they take turns.
    """
    if device.type != "cuda":
        yield
        return
    with _cudnn_switch, torch.backends.cudnn.flags(enabled=False):
        yield


@dataclass(frozen=True, slots=True, eq=False)
class GradCam:
    """`cam` (h, w) float32 in [0, 1]; `peak` its maximum before scaling; `output` the head's."""

    output: HeadOutput
    target: int
    peak: float
    cam: Float32Array


def grad_cam(
    features: torch.Tensor,
    head: Callable[[torch.Tensor], HeadOutput],
    target: int | None = None,
) -> GradCam:
    """Gradient-weighted class activation map (Selvaraju et al., ICCV 2017).

    Pure: it installs no hook and leaves no gradient on a parameter, so concurrent calls on one
    network cannot mix. One pass of the small head gives logits and map.

    Args:
        features: (1, K, h, w) float32 feature maps, computed without gradient.
        head: maps features to an output.
        target: index of the class to explain; the most probable one when None.

    Raises:
        ValueError: when `features` is not a batch of one.
    """
    if features.ndim != 4 or features.shape[0] != 1:
        raise ValueError(f"features must be (1, K, h, w), not {tuple(features.shape)}")
    leaf = features.detach().requires_grad_()
    with torch.enable_grad(), _native_lstm(features.device):
        output = head(leaf)
        logits = output.logits[0]
        index = int(logits.argmax()) if target is None else target
        (gradient,) = torch.autograd.grad(logits[index], leaf)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    raw = (weights * leaf.detach()).sum(dim=1)[0].float().cpu().numpy()
    peak, cam = scaled_map(raw)
    return GradCam(
        output=HeadOutput(*(part.detach() for part in output)), target=index, peak=peak, cam=cam
    )


def scaled_map(raw: Float32Array) -> tuple[float, Float32Array]:
    """A map (h, w) of any sign to its peak and itself in [0, 1]; all zero where none is positive.

    Scaled by its maximum only: a min-max stretch would make a flat map look confident.
    """
    positive: Float32Array = np.maximum(raw, 0)
    peak = float(positive.max())
    return peak, positive / np.float32(peak) if peak > 0 else positive
