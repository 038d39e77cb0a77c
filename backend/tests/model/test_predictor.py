"""The one entry point: same answer with and without explanation, for every target."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from support import MakeVersion

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.radiograph import Radiograph
from cxr_severity.model.artifact import load_version
from cxr_severity.model.assessment import SEVERITIES, Assessment, Severity, Target
from cxr_severity.model.calibration import Conformal, Scaling
from cxr_severity.model.engine import EngineConfig
from cxr_severity.model.execution import execute
from cxr_severity.model.predictor import Predictor


def test_probabilities_sum_to_one_and_name_the_severity(
    predictor: Predictor, sample: Radiograph
) -> None:
    result = predictor.assess(sample)
    assert tuple(result.probabilities) == SEVERITIES
    assert math.fsum(result.probabilities.values()) == pytest.approx(1)
    assert result.confidence == max(result.probabilities.values())
    assert result.probabilities[result.severity] == result.confidence


def test_zones_and_total_are_those_that_the_network_said(
    predictor: Predictor, sample: Radiograph
) -> None:
    prepared = predictor.prepare(sample)
    (said,) = predictor.infer(prepared.image, [None])
    scores = np.array([0.25, 0.5, 1, 1.5, 2, 2.75], np.float32)
    said = replace(said, zones=scores)
    brixia = predictor.conclude(prepared, said, predictor.lungs(prepared), force=True).brixia
    assert brixia.zones == {"A": 0.25, "B": 0.5, "C": 1, "D": 1.5, "E": 2, "F": 2.75}
    assert brixia.total == 8


def test_the_prediction_set_follows_the_versions_threshold(
    predictor: Predictor, sample: Radiograph
) -> None:
    def assess(threshold: float) -> Assessment:
        conformal = Conformal(coverage=0.9, threshold=threshold)
        manifest = predictor.manifest.model_copy(update={"conformal": conformal})
        return Predictor(
            manifest, predictor._guard, predictor.runtime, predictor._lung_finder
        ).assess(sample, explain=False)

    sure = assess(1.0)
    assert sure.prediction_set == (sure.severity,)
    assert not sure.refer
    unsure = assess(0.0)
    assert unsure.prediction_set == SEVERITIES
    assert unsure.refer
    assert unsure.probabilities == sure.probabilities


def test_explaining_does_not_change_the_answer(predictor: Predictor, sample: Radiograph) -> None:
    bare = predictor.assess(sample, explain=False)
    assert bare.explanation is None
    assert bare.explain_ms == 0
    for target in get_args(Target):
        explained = predictor.assess(sample, target=target)
        assert explained.probabilities == pytest.approx(bare.probabilities, abs=1e-6)
        assert explained.brixia.zones == pytest.approx(bare.brixia.zones, abs=1e-5)
        assert explained.prediction_set == bare.prediction_set


@pytest.mark.parametrize("target", SEVERITIES)
def test_every_class_can_be_explained(
    predictor: Predictor, sample: Radiograph, target: Severity
) -> None:
    explanation = predictor.assess(sample, target=target).explanation
    assert explanation is not None
    assert explanation.target == target
    assert explanation.cam.shape == (7, 7)


def test_predicted_explains_the_severity(predictor: Predictor, sample: Radiograph) -> None:
    result = predictor.assess(sample)
    assert result.explanation is not None
    assert result.explanation.target == result.severity


def test_temperature_softens_without_changing_the_class(
    make_version: MakeVersion, sample: Radiograph
) -> None:
    folder = make_version()
    stored = load_version(folder)
    manifest = stored.manifest.model_copy(update={"calibration": Scaling.by_temperature(0.5)})
    executed = execute(stored._replace(manifest=manifest), "onnxruntime", EngineConfig())
    cold = Predictor(manifest, stored.guard, *executed)
    warm, sharp = Predictor.load(folder).assess(sample), cold.assess(sample)
    assert sharp.severity == warm.severity
    assert sharp.confidence > warm.confidence


def test_concurrent_requests_get_their_own_answers(
    predictor: Predictor, sample_files: list[Path]
) -> None:
    films = [decode(path.read_bytes()) for path in sample_files]
    alone = [predictor.assess(film).probabilities for film in films]
    # Else an answer to another film would go unnoticed.
    assert len({round(answer["mild"], 3) for answer in alone}) > len(films) / 2
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda film: predictor.assess(film).probabilities, films))
    for one, other in zip(alone, together, strict=True):
        # Sums run in another order beside other threads; another film's answer is ten times off.
        assert other == pytest.approx(one, abs=1e-4)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_gives_the_same_answer(make_version: MakeVersion, sample: Radiograph) -> None:
    folder = make_version()
    expected = Predictor.load(folder).assess(sample)
    assert Predictor.load(folder, EngineConfig("cuda")).assess(
        sample
    ).probabilities == pytest.approx(expected.probabilities, abs=1e-2)
