"""The head of a network of cells in numpy says what PyTorch and its autograd say."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from cxr_severity.model.assessment import SEVERITIES, Subject
from cxr_severity.model.calibration import Scaling
from cxr_severity.model.explain import grad_cam
from cxr_severity.model.networks import cell_head, cells_kernel, zone_geometry
from cxr_severity.model.networks.cells import CellMaps, CellNet
from cxr_severity.model.networks.cells_kernel import CellKernel
from cxr_severity.model.networks.configs import CellConfig
from cxr_severity.model.reference.networks import arrays_of
from cxr_severity.model.weights import Weights

SIDE, CHANNELS = 14, 16
SCALING = Scaling(
    temperature=1.7,
    weights=np.random.default_rng(4).normal(size=(3, 9)).tolist(),
    offset=(0.3, -0.2, 0.1),
)


def network(*, calibrated: bool) -> CellNet:
    torch.manual_seed(3)
    found = CellNet(CellConfig(hidden_size=8, channels=CHANNELS), 224).eval()
    torch.nn.init.normal_(found.head.bias)
    if calibrated:
        found.calibrate(SCALING)
    return found.requires_grad_(False)


def maps(seed: int) -> CellMaps:
    random = torch.Generator().manual_seed(seed)
    return CellMaps(
        torch.zeros(1, 1280, 7, 7),
        torch.randn(1, CHANNELS, SIDE, SIDE, generator=random).relu(),
        3 * torch.randn(1, 3, SIDE, SIDE, generator=random),
    )


@pytest.mark.parametrize("calibrated", [False, True])
@pytest.mark.parametrize("target", ["burden", *SEVERITIES])
def test_reading_and_map_are_autograds(target: Subject, *, calibrated: bool) -> None:
    net = network(calibrated=calibrated)
    scaling = SCALING if calibrated else None
    kernel = CellKernel(Weights(arrays_of(net)), net.config, scaling)
    for seed in range(3):
        given = maps(seed)
        output, _, cam = grad_cam(net, given, [target])
        reading = kernel.read(given.cells[0].numpy(), given.places[0].numpy())
        np.testing.assert_allclose(reading.logits, output.logits[0].numpy(), atol=1e-5)
        np.testing.assert_allclose(reading.zones, output.zones[0].numpy(), atol=1e-5)
        np.testing.assert_allclose(reading.places, given.places[0].sigmoid().numpy(), atol=1e-6)
        wanted = cam[0].numpy()
        assert wanted.max() > 0
        np.testing.assert_allclose(
            kernel.cam(reading, target), wanted, atol=1e-5 * float(wanted.max())
        )


def test_zones_are_laid_as_the_reference_lays_them() -> None:
    random = torch.Generator().manual_seed(1)
    films = [torch.rand(1, 2, SIDE, SIDE, generator=random) for _ in range(5)]
    # None at all, one lung alone, and a lung of a single row.
    films += [torch.zeros(1, 2, SIDE, SIDE) for _ in range(3)]
    films[6][0, 0, 3:9, 2:5] = 1
    films[7][0, :, SIDE - 1] = 1
    for film in films:
        lungs = film[0].numpy()
        np.testing.assert_allclose(
            cells_kernel.zone_weights(lungs), zone_geometry.zone_weights(film)[0].numpy(), atol=1e-5
        )
        np.testing.assert_allclose(
            cells_kernel.third_edges(lungs), zone_geometry.third_edges(film)[0].numpy(), atol=1e-5
        )


def test_opacity_and_lungs_are_the_references() -> None:
    places = torch.rand(4, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(2))
    places[0] = 0
    places[1] = 1
    for name, module in (("within_lungs", cell_head), ("lung_cells", zone_geometry)):
        found = getattr(cells_kernel, name)(places.numpy())
        np.testing.assert_allclose(found, getattr(module, name)(places).numpy(), atol=1e-6)
