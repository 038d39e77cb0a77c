"""The graphs that films are judged by give what PyTorch's networks give, whatever the weights."""

from __future__ import annotations

import subprocess
import sys
from itertools import product

import numpy as np
import pytest
import torch
from support import SAMPLES, WEIGHTS_FOLDER
from torch import nn

from cxr_severity.imaging.arrays import Float32Array
from cxr_severity.model.artifact import versions
from cxr_severity.model.engine import compile_graph
from cxr_severity.model.graphs.cells import cells_graph
from cxr_severity.model.graphs.lungs import lungs_graph
from cxr_severity.model.graphs.sequence import sequence_graph
from cxr_severity.model.networks.bilstm import BiLstm
from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.configs import CellConfig, FrameConfig, LungConfig, SequenceConfig
from cxr_severity.model.networks.lungs import LungNet, LungProbabilities
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.reference.networks import arrays_of
from cxr_severity.model.weights import ArtifactError, Weights


def lively(network: nn.Module, seed: int = 0) -> None:
    """Has the norms learn something: else a batch norm put in wrongly went unnoticed."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for part in (module.weight.data, module.running_var):
                assert part is not None
                part.copy_(0.5 + torch.rand(part.shape, generator=generator))
            for part in (module.bias.data, module.running_mean):
                assert part is not None
                part.copy_(0.2 * torch.randn(part.shape, generator=generator))
    network.eval().requires_grad_(False)


def image(*shape: int) -> Float32Array:
    return np.random.default_rng(0).normal(size=shape).astype(np.float32)


def assert_alike(found: Float32Array, expected: torch.Tensor) -> None:
    assert found.shape == expected.shape
    spread = float(expected.std())
    assert spread > 1e-4, "what is flat would agree with anything"
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-3 * spread + 1e-6)


FRAMES = (FrameConfig(side=64), FrameConfig(side=96, width=4))


@pytest.mark.parametrize(
    ("size", "frame"),
    # Whole films may have an odd number of cells.
    [*((size, None) for size in (64, 96, 224, 240)), *product((64, 96, 224), FRAMES)],
)
@pytest.mark.parametrize("eps", [1e-5, 1e-3])
def test_the_cells_are_pytorchs(size: int, eps: float, frame: FrameConfig | None) -> None:
    torch.manual_seed(1)
    config = CellConfig(hidden_size=8, channels=16, batch_norm_eps=eps, frame=frame)
    network = CellNet(config, size)
    lively(network)
    weights = Weights(arrays_of(network))
    (run,) = compile_graph("onnxruntime", cells_graph(weights, config, size), [1])
    assert all(name.startswith("head.") for name in weights.take_all("")), "each weight is used"
    x = image(1, 3, size, size)
    wanted = [part for part in network.features(torch.from_numpy(x)) if part.numel()]
    assert len(wanted) == (3 if frame is None else 4)
    for found, expected in zip(run(x), wanted, strict=True):
        assert_alike(found, expected)


@pytest.mark.parametrize("padding", ["symmetric", "tensorflow"])
@pytest.mark.parametrize("size", [64, 100, 224, 240])
def test_the_features_are_pytorchs(padding: str, size: int) -> None:
    torch.manual_seed(2)
    config = SequenceConfig.model_validate({"hidden_size": 8, "padding": padding})
    network = SequenceNet(config, size)
    lively(network)
    weights = Weights(arrays_of(network))
    lstm = BiLstm(weights.take_all("lstm."))
    graph = sequence_graph(weights, config, size, lstm.projection())
    (run,) = compile_graph("onnxruntime", graph, [1])
    x = image(1, 3, size, size)
    features, projected = run(x)
    (expected,) = network.features(torch.from_numpy(x))
    assert_alike(features, expected)
    states = network.scan(expected)
    assert_alike(lstm.forward(projected).states, states)


@pytest.mark.parametrize("config", [LungConfig(), LungConfig(size=64, width=4)])
def test_the_lungs_are_pytorchs(config: LungConfig) -> None:
    torch.manual_seed(3)
    network = LungNet(config)
    lively(network)
    weights = Weights(arrays_of(network))
    (run,) = compile_graph("onnxruntime", lungs_graph(weights, config), [1])
    weights.end()
    grid = np.random.default_rng(1).random((1, config.size, config.size), np.float32)
    (expected,) = LungProbabilities(network)(torch.from_numpy(grid))
    assert_alike(run(grid)[0], expected)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda arrays: arrays.pop("backbone._blocks.7._bn1.running_var"),
            "running_var is missing",
        ),
        (lambda arrays: arrays.update({"fusion.mix.bias": np.zeros(17, np.float32)}), r"\(17,\)"),
    ],
)
def test_weights_that_do_not_fit_are_named(change: object, message: str) -> None:
    config = CellConfig(hidden_size=8, channels=16)
    arrays = arrays_of(CellNet(config, 64))
    change(arrays)  # type: ignore[operator]
    with pytest.raises(ArtifactError, match=f"does not fit the network: .*{message}"):
        cells_graph(Weights(arrays), config, 64)


_WITHOUT = """
import sys
from itertools import product
for name in ("torch", "efficientnet_pytorch", "torchvision"):
    sys.modules[name] = None
from pathlib import Path
from cxr_severity.imaging.decode import decode
from cxr_severity.model.predictor import Predictor
from cxr_severity.cli import main
from cxr_severity.api.app import create_app
predictor = Predictor.load(Path(sys.argv[1]))
found = predictor.assess(decode(Path(sys.argv[2]).read_bytes()), force=True)
print(predictor.engine, found.severity, round(found.brixia.total, 2), found.explanation.peak > 0)
"""


@pytest.mark.parametrize("version", versions(WEIGHTS_FOLDER))
def test_films_are_judged_where_pytorch_is_not_installed(version: str) -> None:
    """Every version that ships; nothing on the way to an answer may import it, nor the service."""
    command = [sys.executable, "-c", _WITHOUT, str(WEIGHTS_FOLDER / version), str(SAMPLES[0])]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    engine, severity, total, explained = answer.stdout.split()
    assert engine == "onnxruntime"
    assert severity in ("mild", "moderate", "severe")
    assert 0 < float(total) < 18
    assert explained == "True"
