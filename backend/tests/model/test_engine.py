"""Engines: each installed one answers as PyTorch does, and one that cannot is never silent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from support import SAMPLES, WEIGHTS_FOLDER, MakeVersion

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model import engine as engines
from cxr_severity.model import predictor as predictors
from cxr_severity.model.agreement import Agreement, compare, correlation
from cxr_severity.model.answer import Answer
from cxr_severity.model.artifact import versions
from cxr_severity.model.engine import (
    ENGINES,
    EngineConfig,
    EngineError,
    EngineName,
    candidates,
    compile_each,
    compile_module,
    is_installed,
)
from cxr_severity.model.explain import AutogradHead
from cxr_severity.model.golden import golden_radiograph
from cxr_severity.model.networks.sequence import SequenceNet
from cxr_severity.model.networks.sequence_kernel import SequenceHead
from cxr_severity.model.predictor import Predictor
from cxr_severity.model.runtime import Runtime

FAST = [name for name in ENGINES if name != "torch"]


def reference(predictor: Predictor) -> Runtime:
    size = predictor.manifest.preprocess.size
    return Runtime(predictor._network, "torch", size, EngineConfig())


@pytest.fixture(scope="module", params=FAST)
def shipped(request: pytest.FixtureRequest) -> Predictor:
    """The shipped version on each engine."""
    if not is_installed(request.param):
        pytest.skip(f"{request.param} is not installed")
    newest = WEIGHTS_FOLDER / versions(WEIGHTS_FOLDER)[-1]
    return Predictor.load(newest, EngineConfig(engine=request.param))


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
    assert "is left out: a probability is" in caplog.text
    with pytest.raises(EngineError, match="engine onnxruntime: a probability is"):
        Predictor.load(folder, EngineConfig(engine="onnxruntime"))


def test_an_engine_that_cannot_run_the_network_is_left_out_and_said_so(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> bytes:
        raise RuntimeError("unsupported operator")

    monkeypatch.setattr(engines, "to_onnx", broken)
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

    def noted(
        name: EngineName, module: torch.nn.Module, example: Any, threads: Sequence[int]
    ) -> Any:
        if name != "torch":  # the reference's
            asked.append(list(threads))
        return compile_each(name, module, example, threads)

    monkeypatch.setattr("cxr_severity.model.passes.compile_each", noted)
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
    image = predictor.prepare(golden_radiograph()).image
    found = compare(predictor.runtime, reference(predictor), image)
    assert (found.probability, found.zone, found.same_class) == (0, 0, True)
    assert found.correlation == pytest.approx(1)


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


def test_a_fault_is_told_in_words() -> None:
    assert Agreement(0, 0, 1, True).fault is None
    assert "probability" in str(Agreement(2e-3, 0, 1, True).fault)
    assert "probability" in str(Agreement(float("nan"), 0, 1, True).fault)
    assert "zone" in str(Agreement(0, 0.1, 1, True).fault)
    assert "class" in str(Agreement(0, 0, 1, False).fault)
    assert "heatmap" in str(Agreement(0, 0, 0.99, True).fault)


def test_flat_maps_correlate_only_with_flat_maps() -> None:
    flat, slope = np.zeros((2, 2), np.float32), np.array([[0, 1], [0, 1]], np.float32)
    assert correlation(flat, flat) == 1
    assert correlation(flat, slope) == 0
    assert correlation(slope, slope) == pytest.approx(1)


def test_a_network_whose_faster_head_refuses_it_keeps_pytorch(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuses(*_: object) -> None:
        raise ValueError("another head")

    monkeypatch.setattr(SequenceNet, "accelerated", refuses)
    with caplog.at_level(logging.WARNING, logger=predictors.__name__):
        predictor = Predictor.load(make_version())
    assert predictor.engine == "torch"
    assert "is left out: another head" in caplog.text


@pytest.mark.parametrize("name", FAST)
def test_a_network_without_a_faster_head_runs_on_every_engine_all_the_same(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch, name: EngineName
) -> None:
    """Its features compiled, its head by PyTorch: what a new network gets for nothing."""
    if not is_installed(name):
        pytest.skip(f"{name} is not installed")
    asked: list[int] = []

    def answer(self: AutogradHead, maps: Any, wanted: Any) -> list[Answer]:
        asked.append(len(maps))
        return _by_autograd(self, maps, wanted)

    monkeypatch.setattr(SequenceNet, "accelerated", lambda *_: None)
    predictor = Predictor.load(make_version(), EngineConfig(engine=name))
    assert predictor.engine == name
    monkeypatch.setattr(AutogradHead, "answer", answer)
    image = predictor.prepare(golden_radiograph()).image
    found = compare(predictor.runtime, reference(predictor), image)
    assert found.fault is None
    assert asked, "its head was not asked"


_by_autograd = AutogradHead.answer
