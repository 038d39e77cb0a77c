"""Do the maps of the version that ships depend on what they should?

The tests of Adebayo et al. (NeurIPS 2018).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from support import SAMPLES, WEIGHTS_FOLDER
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.imaging.decode import decode
from cxr_severity.model.artifact import load_version, versions
from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.conclude import conclude
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.reference.networks import network_of
from cxr_severity.model.reference.predictor import reference_predictor

FOLDER = WEIGHTS_FOLDER / versions(WEIGHTS_FOLDER)[-1]


@pytest.fixture(scope="module")
def shipped() -> Predictor:
    return Predictor.load(FOLDER)


def raw_map(predictor: Predictor, path: Path, target: str) -> Float32Array:
    prepared = predictor.prepare(decode(path.read_bytes()))
    (answer,) = predictor.infer(prepared.image, [target])  # type: ignore[list-item]
    assert answer.map is not None
    return answer.map.cam * np.float32(answer.map.peak)


def _parts(network: CellNet) -> Iterator[tuple[str, nn.Module]]:
    """From the output down."""
    yield "class layer and zones", network.head
    yield "cells", nn.ModuleList([network.fusion.mix, network.fusion.of_middle])
    yield "LSTM", network.fusion.lstm
    yield "last convolution", network.backbone._conv_head
    for i in (15, 12, 9):
        yield f"block {i}", network.backbone._blocks[i]


def _shuffle(module: nn.Module, generator: torch.Generator) -> None:
    """Every tensor keeps its values and loses their order."""
    for parameter in module.parameters():
        order = torch.randperm(parameter.numel(), generator=generator)
        parameter.data = parameter.data.flatten()[order].view_as(parameter)


def test_maps_change_as_the_weights_are_randomised_from_the_top() -> None:
    manifest, weights, guard = load_version(FOLDER)
    network = network_of(weights, manifest.network, manifest.preprocess.size)
    assert isinstance(network, CellNet)
    films = SAMPLES[:4]
    trained = reference_predictor(manifest, copy.deepcopy(network), guard)
    before = [raw_map(trained, film, "burden").ravel() for film in films]
    generator = torch.Generator().manual_seed(0)
    alike = {}
    for name, part in _parts(network):
        _shuffle(part, generator)
        other = reference_predictor(manifest, copy.deepcopy(network), guard)
        maps = [raw_map(other, film, "burden").ravel() for film in films]
        alike[name] = float(
            np.mean([_correlation(a, b) for a, b in zip(before, maps, strict=True)])
        )
    # A map that were drawn by the image alone, like an edge detector's, would stay what it was.
    assert all(value < 0.8 for value in alike.values()), alike
    assert alike["block 9"] < 0.5, alike


def _correlation(one: Float32Array, other: Float32Array) -> float:
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])


@pytest.mark.parametrize("path", SAMPLES[:4], ids=lambda path: path.stem)
def test_the_map_follows_the_class(shipped: Predictor, path: Path) -> None:
    maps = {name: raw_map(shipped, path, name) for name in SEVERITIES}
    assert not np.allclose(maps["mild"], maps["severe"], atol=1e-3)
    assert _correlation(maps["mild"].ravel(), maps["severe"].ravel()) < 0.5


@pytest.mark.parametrize(("share", "reason", "highest"), [(2, "faint", 0.5), (0.5, None, 1)])
def test_a_map_of_next_to_nothing_is_said_to_be_so_and_stays_faint(
    shipped: Predictor, share: float, reason: str | None, highest: float
) -> None:
    """By a peak that the version calls faint: twice this map's, and half of it."""
    prepared = shipped.prepare(decode(SAMPLES[0].read_bytes()))
    (said,) = shipped.infer(prepared.image, ["burden"])
    assert said.map is not None
    faint = share * said.map.peak
    manifest = shipped.manifest.model_copy(update={"faint_peak": faint})
    gate = shipped._guard.gate
    found = conclude(manifest, gate, prepared, said, None, force=True).explanation
    assert found is not None
    assert (found.low_signal, found.low_signal_reason) == (reason is not None, reason)
    assert float(found.cam.max()) == pytest.approx(highest, abs=1e-6)
