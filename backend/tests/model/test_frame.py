"""The frame of the lungs: where it lies, what is read of it, and where on the film it is shown."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn.functional import interpolate, pad

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model import graphs, networks
from cxr_severity.model.assessment import SEVERITIES, Subject
from cxr_severity.model.engine import compile_graph
from cxr_severity.model.explain import AutogradHead
from cxr_severity.model.graphs.cells import cells_graph
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.cells_kernel import CellKernel, on_film
from cxr_severity.model.networks.configs import CellConfig, FrameConfig
from cxr_severity.model.networks.frame import cut, frame_of, laid_back
from cxr_severity.model.reference.networks import arrays_of
from cxr_severity.model.weights import Weights

SIZE, SIDE = 128, 96


def lungs(*boxes: tuple[int, int, int, int]) -> torch.Tensor:
    """(1, 2, 64, 64): each lung a box of rows from, to and columns from, to."""
    found = torch.zeros(1, 2, 64, 64)
    for lung, (top, bottom, left, right) in enumerate(boxes):
        found[0, lung, top:bottom, left:right] = 1
    return found


def network() -> CellNet:
    torch.manual_seed(5)
    config = CellConfig(hidden_size=8, channels=8, frame=FrameConfig(side=SIDE, width=4))
    found = CellNet(config, SIZE)
    assert found.framer is not None
    found.eval().requires_grad_(False)
    # So that it is sure of something, and frames differ.
    out = found.framer.finder.out
    logits = found.framer.lungs(torch.from_numpy(films(8)))
    mean, scale = logits.mean(dim=(0, 2, 3)), logits.std(dim=(0, 2, 3)) / 6
    out.weight /= scale.view(2, 1, 1, 1)
    assert out.bias is not None
    out.bias.copy_((out.bias - mean) / scale - 6)
    return found


def films(count: int) -> Float32Array:
    """(N, 3, S, S) whose channels differ by a scale alone, as those of a radiograph do."""
    coarse = torch.randn(count, 1, 8, 8, generator=torch.Generator().manual_seed(6))
    grey = interpolate(coarse, (SIZE, SIZE), mode="bicubic")
    found: Float32Array = torch.cat([grey, 1.1 * grey + 0.1, 0.9 * grey - 0.2], dim=1).numpy()
    return found


def test_a_frame_holds_both_lungs_and_little_else() -> None:
    ((left, top, right, bottom),) = frame_of(lungs((16, 44, 14, 28), (16, 44, 36, 50))).tolist()
    assert 0.1 < left < 14 / 64
    assert 0.1 < top < 16 / 64
    assert 50 / 64 < right < 0.9
    assert 44 / 64 < bottom < 0.8


def test_a_lung_of_which_little_is_found_stays_within_the_frame() -> None:
    whole = frame_of(lungs((16, 44, 14, 28), (16, 44, 36, 50)))
    part = frame_of(lungs((16, 44, 14, 28), (16, 22, 36, 50)))
    torch.testing.assert_close(part[:, [0, 2]], whole[:, [0, 2]], atol=0.03, rtol=0)
    none = frame_of(lungs((16, 44, 14, 28)))
    assert float(none[0, 2]) > 0.75, "a typical lung is taken to be where none was found"


def test_without_lungs_the_frame_is_a_typical_one_and_within_the_film() -> None:
    ((left, top, right, bottom),) = frame_of(lungs()).tolist()
    assert 0 <= left < 0.2
    assert 0 <= top < 0.2
    assert 0.8 < right <= 1
    assert 0.7 < bottom <= 1
    everywhere = frame_of(torch.ones(1, 2, 64, 64))
    assert float(everywhere.min()) >= 0
    assert float(everywhere.max()) <= 1


def test_the_frame_moves_with_the_film() -> None:
    found = lungs((10, 38, 14, 28), (10, 38, 36, 50))
    moved = torch.roll(found, 6, dims=2)
    torch.testing.assert_close(
        frame_of(moved), frame_of(found) + torch.tensor([0, 6 / 64, 0, 6 / 64]), atol=0.01, rtol=0
    )


def test_what_is_cut_out_is_laid_back_where_it_was() -> None:
    frames = torch.tensor([[0.2, 0.1, 0.9, 0.7], [0.0, 0.0, 1.0, 1.0]])
    rows, columns = torch.meshgrid(
        torch.linspace(0, 1, 64), torch.linspace(0, 1, 64), indexing="ij"
    )
    film = torch.stack([rows, columns]).expand(2, 2, 64, 64)
    back = laid_back(cut(film, frames, 48), frames, 64)
    inside = torch.zeros(2, 64, 64, dtype=torch.bool)
    inside[0, 8:43, 14:56] = True
    inside[1, 1:63, 1:63] = True
    full = laid_back(torch.ones(2, 1, 6, 6), frames, 12)
    assert set(full.flatten().tolist()) == {0.0, 1.0}, "nothing fades at a border"
    assert float(full[1].min()) == 1
    for k in range(2):
        torch.testing.assert_close(back[k][:, inside[k]], film[k][:, inside[k]], atol=0.01, rtol=0)
    assert float(back[0, :, :5].abs().max()) == 0, "nothing is said of what was not read"


def test_kernel_and_reference_lay_maps_alike() -> None:
    net = network()
    random = torch.Generator().manual_seed(1)
    for frame in ([0.2, 0.1, 0.9, 0.7], [0.0, 0.0, 1.0, 1.0], [0.31, 0.0, 0.77, 1.0]):
        shown, frames = torch.rand(1, 3, 6, 6, generator=random), torch.tensor([frame])
        maps = (torch.empty(0), torch.empty(0), torch.empty(0), frames)
        expected = net.on_film(shown, maps)[0].numpy()
        assert expected.shape == (3, 12, 12)
        np.testing.assert_allclose(
            on_film(shown[0].numpy(), frames[0].numpy()), expected, atol=1e-5
        )


@pytest.mark.parametrize("target", ["burden", *SEVERITIES])
def test_graph_and_kernel_say_what_the_reference_says(
    target: Subject, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A network that has learned nothing finds lung all over the film.
    for module in (networks.frame, graphs.frame):
        monkeypatch.setattr(module, "FRAME_REACH", (0.7, 0.9))
    net = network()
    weights = Weights(arrays_of(net))
    (run,) = compile_graph("onnxruntime", cells_graph(weights, net.config, SIZE), [1])
    kernel = CellKernel(weights, net.config, None)
    weights.end()
    reference = AutogradHead(net)
    frames = []
    for film in films(4):
        maps = run(film[None])
        (found,) = kernel.answer([maps], [target])
        wanted_maps = tuple(part.numpy() for part in net.features(torch.from_numpy(film[None])))
        (wanted,) = reference.answer([wanted_maps], [target])
        np.testing.assert_allclose(found.logits, wanted.logits, atol=1e-4)
        np.testing.assert_allclose(found.zones, wanted.zones, atol=1e-4)
        assert found.places is not None
        assert wanted.places is not None
        assert found.places.shape == (3, 12, 12)
        np.testing.assert_allclose(found.places, wanted.places, atol=1e-4)
        assert found.map is not None
        assert wanted.map is not None
        np.testing.assert_allclose(found.map.cam, wanted.map.cam, atol=1e-3)
        frames.append(maps[3][0])
    spread = np.ptp(np.array(frames), axis=0)
    assert spread.max() > 0.02, "frames that are all alike would agree with anything"


def test_what_surrounds_the_lungs_does_not_change_the_reading(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    net = network()
    assert net.framer is not None
    film = torch.zeros(1, 1, SIZE, SIZE)
    for left in (28, 72):
        film[..., 32:88, left : left + 28] = 1 + torch.rand(56, 28)

    def bright(x: torch.Tensor) -> torch.Tensor:
        found = interpolate((x[:, :1] > 0.5).float() * 20 - 10, (64, 64), mode="area")
        left = torch.arange(64) < 32
        return torch.cat([torch.where(left, found, -10), torch.where(left, -10, found)], dim=1)

    monkeypatch.setattr(net.framer, "lungs", bright)
    wider = interpolate(pad(film, (20, 20, 20, 20), value=0.0), (SIZE, SIZE), mode="area")
    with torch.no_grad():
        one, other = (net(each.expand(-1, 3, -1, -1)) for each in (film, wider))
        monkeypatch.undo()
    torch.testing.assert_close(one.zones, other.zones, atol=0.05, rtol=0)
