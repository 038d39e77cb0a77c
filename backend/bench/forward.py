"""The bare network in this process: what an answer costs at the very least."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from statistics import median

import numpy as np
import torch
from PIL import Image
from torch import nn

from cxr_severity.imaging.codecs.raster import decode_raster
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.model.artifact import load_version
from cxr_severity.model.engine import (
    ENGINES,
    EngineName,
    is_installed,
    limit_threads,
)
from cxr_severity.model.networks.network import Network
from cxr_severity.model.reference.convert import compile_module
from cxr_severity.model.reference.networks import network_of

REPEATS = 5
"""Of each thing in a round, after one that is not counted: all are measured with warm caches."""


class _Backbone(nn.Module):
    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return tuple(part for part in self.network.features(x) if part.numel())


class Bare:
    """The backbone alone at batch 1 in each installed runtime."""

    def __init__(self, directory: Path, threads: int) -> None:
        limit_threads()
        torch.set_num_threads(threads)
        stored = load_version(directory)
        size = stored.manifest.preprocess.size
        module = _Backbone(network_of(stored.weights, stored.manifest.network, size)).eval()
        self._image = np.random.default_rng(0).normal(size=(1, 3, size, size)).astype(np.float32)
        self._runs = {
            name: compile_module(name, module, self._image, threads)
            for name in ENGINES
            if is_installed(name)
        }

    @property
    def engines(self) -> list[EngineName]:
        return list(self._runs)

    def forward_ms(self, engine: EngineName, repeats: int = REPEATS) -> float:
        run = self._runs[engine]
        return _median_ms(lambda: run(self._image), repeats)


def decode_ms(data: bytes, repeats: int = REPEATS) -> dict[str, float]:
    """Milliseconds to decode a PNG to an array, by Pillow and by the service's own way."""
    return {
        "pillow": _median_ms(lambda: np.asarray(Image.open(BytesIO(data))), repeats),
        "own": _median_ms(lambda: decode_raster(data, "png", DEFAULT_LIMITS), repeats),
    }


def _median_ms(step: Callable[[], object], repeats: int) -> float:
    step()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        step()
        times.append((time.perf_counter() - start) * 1e3)
    return median(times)
