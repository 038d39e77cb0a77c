"""The network of cells: shapes, zones that fit the lungs, and what may carry a grade."""

from __future__ import annotations

import pytest
import torch

from cxr_severity.model.explain import grad_cam
from cxr_severity.model.networks.cells import CellMaps, CellNet
from cxr_severity.model.networks.configs import CellConfig
from cxr_severity.model.networks.zone_geometry import third_edges, zone_weights

SIDE = 14


@pytest.fixture(scope="module")
def network() -> CellNet:
    torch.manual_seed(0)
    return CellNet(CellConfig(hidden_size=8, channels=16), 224).eval().requires_grad_(False)


def lungs(rows: tuple[int, int], right: tuple[int, int], left: tuple[int, int]) -> torch.Tensor:
    """(1, 2, 14, 14): two rectangles of certain lung, rows and columns as half-open ranges."""
    found = torch.zeros(1, 2, SIDE, SIDE)
    found[0, 0, rows[0] : rows[1], right[0] : right[1]] = 1
    found[0, 1, rows[0] : rows[1], left[0] : left[1]] = 1
    return found


def test_shapes_and_ranges(network: CellNet) -> None:
    maps = network.features(torch.randn(2, 3, 224, 224))
    assert maps.last.shape == (2, 1280, 7, 7)
    assert maps.cells.shape == (2, 16, SIDE, SIDE)
    assert maps.places.shape == (2, 3, SIDE, SIDE)
    assert float(maps.cells.min()) >= 0
    output = network.read(maps)
    assert output.logits.shape == (2, 3)
    assert output.zones.shape == (2, 6)
    assert 0 <= float(output.zones.min()) <= float(output.zones.max()) <= 3


def test_lower_and_upper_blocks_are_the_whole(network: CellNet) -> None:
    x = torch.randn(1, 3, 224, 224)
    for blocks in (0, 5, 10):
        whole, parts = network.features(x), network.upper(network.lower(x, blocks), blocks)
        for one, other in zip(whole, parts, strict=True):
            assert torch.allclose(one, other, atol=1e-5)


def test_it_fits_the_limit_of_12_megabytes() -> None:
    parameters = sum(p.numel() for p in CellNet(CellConfig(), 224).parameters())
    assert 2 * parameters < 12e6


def test_zones_are_thirds_of_the_lungs_that_are_there() -> None:
    """Lungs in the middle nine rows: three rows a zone, whatever lies above and below."""
    found = lungs((3, 12), (2, 5), (9, 12))
    edges = third_edges(found)[0] * SIDE
    for side in range(2):
        assert edges[side].tolist() == pytest.approx([3.27, 6.09, 8.91, 11.73], abs=0.02)
    weights = zone_weights(found)[0]
    centre = [float((weights[z].sum(dim=1) * torch.arange(SIDE)).sum() / weights[z].sum())
              for z in range(6)]  # fmt: skip
    assert centre[:3] == sorted(centre[:3])
    assert centre[3:] == sorted(centre[3:])
    # A, B, C lie in the lung on the left of the image, D, E, F in the other.
    assert float(weights[:3, :, :7].sum() / weights[:3].sum()) > 0.95
    assert float(weights[3:, :, 7:].sum() / weights[3:].sum()) > 0.95


def test_zones_follow_lungs_that_lie_lower() -> None:
    high, low = (third_edges(lungs(rows, (2, 5), (9, 12))) for rows in ((1, 10), (4, 13)))
    assert torch.allclose(low - high, torch.full_like(low, 3 / SIDE), atol=1e-5)


def test_an_image_without_lungs_has_zones_all_the_same() -> None:
    weights = zone_weights(torch.zeros(1, 2, SIDE, SIDE))
    assert bool(torch.isfinite(weights).all())
    assert float(weights.flatten(2).sum(dim=2).min()) > 0


@pytest.mark.parametrize("clear", ["outside the lungs", "within a lung, without opacity"])
def test_where_no_opacity_is_seen_nothing_carries_a_grade(network: CellNet, clear: str) -> None:
    """Letters, tubes and shoulders; and the lung that is clear: neither grade nor heat."""
    found = lungs((3, 12), (2, 5), (9, 12))[0] > 0
    opaque = torch.zeros(SIDE, SIDE, dtype=torch.bool)
    opaque[7:12] = True
    if clear == "outside the lungs":
        silent = ~found.any(dim=0)
        opaque[:] = True
    else:
        silent = found.any(dim=0) & ~opaque
    places = torch.where(torch.cat([found, opaque[None]]), 12.0, -12.0)[None]
    cells = torch.rand(1, 16, SIDE, SIDE)
    last = torch.zeros(1, 1280, 7, 7)
    one, other, louder = (
        CellMaps(last, torch.where(where, cells + 5, cells), places)
        for where in (torch.zeros_like(silent), silent, ~silent)
    )
    for part in ("logits", "zones"):
        before, after = (getattr(network.read(maps), part) for maps in (one, other))
        assert torch.allclose(before, after, atol=0.02)
        assert not torch.allclose(before, getattr(network.read(louder), part), atol=0.02)
    cam = grad_cam(network, other, ["burden"]).cam
    assert float(cam[0][silent].sum()) <= 0.01 * float(cam.sum())


def test_a_course_may_read_whole_lungs(network: CellNet) -> None:
    """Then cells of a clear lung count as any."""
    maps = network.features(torch.randn(1, 3, 224, 224))
    clear = maps.places.clone()
    clear[:, 2] = -12
    whole = network.read(maps._replace(places=clear), whole_lungs=True)
    assert float(whole.pooled.max()) > 100 * float(
        network.read(maps._replace(places=clear)).pooled.max()
    )


def test_the_map_of_the_burden_is_the_gradient_of_the_total(network: CellNet) -> None:
    maps = network.features(torch.randn(1, 3, 224, 224))
    output, _, burden = grad_cam(network, maps, ["burden"])
    assert torch.allclose(output.zones, network.read(maps).zones, atol=1e-6)
    assert burden.shape == (1, SIDE, SIDE)
    assert float(burden.min()) >= 0
    assert all(parameter.grad is None for parameter in network.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_on_a_gpu_the_map_is_the_same(network: CellNet) -> None:
    """The gradient starts behind the LSTM, whose backward pass cuDNN refuses in eval mode."""
    x = torch.randn(1, 3, 224, 224)
    here = grad_cam(network, network.features(x), ["burden"]).cam
    on_gpu = CellNet(network.config, 224).eval()
    on_gpu.load_state_dict(network.state_dict())
    on_gpu.cuda()
    with torch.no_grad():
        maps = on_gpu.features(x.cuda())
    there = grad_cam(on_gpu, maps, ["burden"]).cam
    assert torch.allclose(here, there.cpu(), atol=1e-3)
