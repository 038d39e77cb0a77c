"""Engines: each installed one answers as PyTorch does, and one that cannot is never silent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support import SAMPLES, WEIGHTS_FOLDER, MakeVersion

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model import engine as engines
from cxr_severity.model import execution as executions
from cxr_severity.model.agreement import compare
from cxr_severity.model.answer import Answer
from cxr_severity.model.artifact import ArtifactError, versions
from cxr_severity.model.engine import (
    ENGINES,
    Compiled,
    EngineConfig,
    EngineError,
    EngineName,
    candidates,
    compile_graph,
    is_installed,
)
from cxr_severity.model.explain import AutogradHead
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.networks.sequence_kernel import SequenceHead
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.reference.convert import compile_module
from cxr_severity.model.runtime import Runtime

FAST = [name for name in ENGINES if name != "torch"]


@lru_cache
def by_pytorch(folder: Path) -> Runtime:
    return Predictor.load(folder, EngineConfig(engine="torch")).runtime


def reference(predictor: Predictor) -> Runtime:
    """What PyTorch computes with the same version that ships."""
    return by_pytorch(WEIGHTS_FOLDER / predictor.manifest.version)


@pytest.fixture(scope="module", params=list(product(FAST, versions(WEIGHTS_FOLDER))), ids="-".join)
def shipped(request: pytest.FixtureRequest) -> Predictor:
    """Each shipped version on each engine."""
    name, version = request.param
    if not is_installed(name):
        pytest.skip(f"{name} is not installed")
    return Predictor.load(WEIGHTS_FOLDER / version, EngineConfig(engine=name))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_it_answers_as_pytorch_does(shipped: Predictor, path: Path) -> None:
    image = shipped.prepare(decode(path.read_bytes())).image
    found = compare(shipped.runtime, reference(shipped), image)
    assert found.probability <= 1e-3
    assert found.same_class
    assert found.correlation >= 0.999
    assert found.zone <= 1e-2


def test_the_peak_and_the_features_are_pytorchs(shipped: Predictor, sample: Radiograph) -> None:
    image = shipped.prepare(sample).image
    for target in ("mild", "moderate", "severe", "predicted"):
        (fast,), (slow,) = (
            runtime.infer(image, [target]) for runtime in (shipped.runtime, reference(shipped))
        )
        assert fast.map is not None
        assert slow.map is not None
        assert fast.map.target == slow.map.target
        assert fast.map.peak == pytest.approx(slow.map.peak, rel=1e-2)
        assert fast.features.shape == slow.features.shape
        np.testing.assert_allclose(fast.features, slow.features, atol=1e-2)


def test_a_batch_mixes_nothing_up(shipped: Predictor) -> None:
    films = [decode(path.read_bytes()) for path in SAMPLES[:4]]
    images = [shipped.prepare(film).image for film in films]
    wanted = ["severe", None, "predicted", "mild"]
    together = shipped.infer(np.concatenate(images), wanted)  # type: ignore[arg-type]
    for image, target, found in zip(images, wanted, together, strict=True):
        (alone,) = shipped.infer(image, [target])  # type: ignore[list-item]
        np.testing.assert_allclose(found.logits, alone.logits, atol=1e-4)
        np.testing.assert_allclose(found.zones, alone.zones, atol=1e-4)
        assert (found.map is None) == (target is None)
        if found.map is not None and alone.map is not None:
            assert found.map.target == alone.map.target
            np.testing.assert_allclose(found.map.cam, alone.map.cam, atol=1e-3)


def test_auto_takes_the_fastest_that_is_installed(make_version: MakeVersion) -> None:
    expected = candidates(EngineConfig())[0]
    assert expected != "torch", "the default installation should hold a fast engine"
    assert Predictor.load(make_version()).engine == expected
    assert candidates(EngineConfig("cuda")) == ("torch",)
    assert candidates(EngineConfig("mps:0")) == ("torch",)


@pytest.mark.parametrize("name", FAST)
def test_an_engine_that_is_missing_is_one_line(
    monkeypatch: pytest.MonkeyPatch, name: EngineName
) -> None:
    monkeypatch.setattr(engines, "_is_importable", lambda module: module != name)
    with pytest.raises(EngineError, match=f"^engine {name} is not installed: pip install {name}$"):
        candidates(EngineConfig(engine=name))
    assert name not in candidates(EngineConfig())


def test_an_engine_for_the_cpu_does_not_answer_for_another_device() -> None:
    with pytest.raises(EngineError, match="runs on the CPU, not on cuda:1"):
        candidates(EngineConfig("cuda:1", "onnxruntime"))


def _wrong(self: SequenceHead, *arguments: Any) -> list[Answer]:
    answers = _answer(self, *arguments)
    for answer in answers:
        answer.logits[0] += 0.1
    return answers


_answer = SequenceHead.answer


def test_an_engine_that_disagrees_is_left_out_and_said_so(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(SequenceHead, "answer", _wrong)
    folder = make_version()
    with caplog.at_level(logging.WARNING):
        predictor = Predictor.load(folder)
    assert predictor.engine == "torch"
    assert "engine onnxruntime is left out: version 0.9.0 answers its golden input" in caplog.text
    with pytest.raises(ArtifactError, match=r"away from .* by engine onnxruntime"):
        Predictor.load(folder, EngineConfig(engine="onnxruntime"))


def test_an_engine_that_cannot_run_the_network_is_left_out_and_said_so(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("unsupported operator")

    monkeypatch.setattr(engines, "_onnxruntime", broken)
    monkeypatch.setattr(engines, "_openvino", broken)
    folder = make_version()
    with caplog.at_level(logging.WARNING):
        assert Predictor.load(folder).engine == "torch"
    assert "unsupported operator" in caplog.text
    with pytest.raises(EngineError, match="unsupported operator"):
        Predictor.load(folder, EngineConfig(engine="onnxruntime"))


def test_more_threads_for_an_image_that_is_alone_change_nothing(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_version()
    asked: list[list[int]] = []

    def noted(name: EngineName, graph: bytes, threads: Sequence[int]) -> list[Compiled]:
        asked.append(list(threads))
        return compile_graph(name, graph, threads)

    monkeypatch.setattr("cxr_severity.model.passes.compile_graph", noted)
    predictor = Predictor.load(folder, EngineConfig(engine="onnxruntime", threads_alone=2))
    Predictor.load(folder, EngineConfig(engine="onnxruntime", threads_alone=1))
    assert asked == [[1, 2], [1]], "a second copy of the network only where it is another"
    image = predictor.prepare(golden_radiograph()).image
    (one,) = predictor.infer(image, ["mild"])
    assert one.map is not None
    # By many threads and by few, whichever is faster here.
    for _ in range(3):
        (two,) = predictor.infer(image, ["mild"], alone=True)
        np.testing.assert_allclose(two.logits, one.logits, atol=1e-4)
        assert two.map is not None
        np.testing.assert_allclose(two.map.cam, one.map.cam, atol=1e-3)


def test_asking_for_torch_gives_the_reference(make_version: MakeVersion) -> None:
    predictor = Predictor.load(make_version(), EngineConfig(engine="torch"))
    assert predictor.engine == "torch"
    assert isinstance(predictor.runtime._head, AutogradHead)


@pytest.mark.parametrize("size", [64, 96])
@pytest.mark.parametrize("name", FAST)
def test_any_module_of_one_input_can_be_compiled(name: EngineName, size: int) -> None:
    if not is_installed(name):
        pytest.skip(f"{name} is not installed")

    class Two(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = torch.nn.Conv2d(1, 3, 3)

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            maps = self.convolution(x)
            return maps, maps.mean(dim=(2, 3))

    module = Two().eval()
    x = torch.randn(1, 1, size, size)
    run = compile_module(name, module, np.zeros((1, 1, size, size), np.float32), 1)
    with torch.no_grad():
        expected = module(x)
    for one, other in zip(run(x.numpy()), expected, strict=True):
        np.testing.assert_allclose(one, other.numpy(), atol=1e-5)


@pytest.mark.parametrize("name", ENGINES)
def test_compiling_leaves_what_is_inside_in_eval_mode(name: EngineName) -> None:
    if not is_installed(name):
        pytest.skip(f"{name} is not installed")

    class Wrapper(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.norm = torch.nn.BatchNorm1d(4).eval()

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
            return (self.norm(x),)

    module = Wrapper()
    run = compile_module(name, module, np.zeros((1, 4), np.float32), 1)
    assert not module.norm.training
    np.testing.assert_allclose(run(np.ones((1, 4), np.float32))[0], 1, atol=1e-4)


@pytest.mark.parametrize("name", FAST)
def test_a_network_without_a_plan_runs_on_every_engine_all_the_same(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch, name: EngineName
) -> None:
    """Its features converted, its head by PyTorch: what a new network gets for nothing."""
    if not is_installed(name):
        pytest.skip(f"{name} is not installed")
    monkeypatch.setattr(executions, "plan", lambda *_: None)
    folder = make_version()
    predictor = Predictor.load(folder, EngineConfig(engine=name))
    assert predictor.engine == name
    assert isinstance(predictor.runtime._head, AutogradHead)
    image = predictor.prepare(golden_radiograph()).image
    assert compare(predictor.runtime, by_pytorch(folder), image).fault is None
    monkeypatch.setattr(executions, "is_installed", lambda name: name != "torch")
    with pytest.raises(EngineError, match="this network needs PyTorch: pip install torch"):
        Predictor.load(folder, EngineConfig(engine=name))


def test_without_any_engine_it_says_what_to_install(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_version()
    monkeypatch.setattr(engines, "_is_importable", lambda _: False)
    with pytest.raises(EngineError, match="no engine is installed: pip install onnxruntime onnx"):
        Predictor.load(folder)
    with pytest.raises(EngineError, match="engine torch is not installed: pip install torch"):
        Predictor.load(folder, EngineConfig("cuda"))
