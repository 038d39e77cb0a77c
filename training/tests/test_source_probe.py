"""Whether the networks' features tell which collection a film is from."""

from __future__ import annotations

import numpy as np
import pytest

from cxr_severity.imaging.arrays import Float64Array
from cxr_training.cases import Case
from cxr_training.evaluation.shifts import Perturbed, probe_source

FOLDS, PATIENTS, FILMS, WIDTH = 5, 24, 2, 1280
CASES = tuple(
    Case(f"{fold}/{patient}/{film}", "ralo" if patient % 2 else "severity", f"{fold}/{patient}",
         4.0, "brixia")
    for fold in range(FOLDS) for patient in range(PATIENTS) for film in range(FILMS)
)  # fmt: skip
FOLD_OF = {case.image: int(case.image[0]) for case in CASES}
SIDES = np.array([1.0 if case.set == "ralo" else -1.0 for case in CASES])


def _accuracy(features: Float64Array) -> float:
    found = probe_source(
        Perturbed(CASES, np.zeros((1, len(CASES), 3)), features.astype(np.float32)), FOLD_OF, 20
    )
    assert found is not None
    assert (found.images, found.patients) == (len(CASES), FOLDS * PATIENTS)
    return found.balanced_accuracy.value


@pytest.fixture
def noise() -> Float64Array:
    return np.random.default_rng(1).normal(size=(len(CASES), WIDTH))


@pytest.mark.parametrize("common", [True, False])
def test_a_source_that_every_network_holds_is_found(noise: Float64Array, common: bool) -> None:
    """Also where each holds it along a direction of its own."""
    directions = np.random.default_rng(2).normal(size=(FOLDS, WIDTH))
    fold = [0 if common else FOLD_OF[case.image] for case in CASES]
    assert _accuracy(noise + SIDES[:, None] * directions[fold]) > 0.99


def test_a_source_that_no_network_holds_is_guessed(noise: Float64Array) -> None:
    assert _accuracy(noise) == pytest.approx(0.5, abs=0.1)


def test_a_patient_who_is_known_is_no_source(noise: Float64Array) -> None:
    """Films of one patient alike, and no two patients of a source."""
    people = np.random.default_rng(3).normal(size=(FOLDS * PATIENTS, WIDTH))
    own = np.arange(len(CASES)) // FILMS
    assert _accuracy(noise / 10 + people[own]) == pytest.approx(0.5, abs=0.12)


@pytest.mark.parametrize("kept", [0, 1])
def test_of_a_network_without_patients_of_both_sources_nothing_is_said(
    noise: Float64Array, kept: int
) -> None:
    rows = [
        i for i, case in enumerate(CASES)
        if FOLD_OF[case.image] > 0 or case.set == "severity" or case.patient == f"0/{kept}"
    ]  # fmt: skip
    cases = tuple(CASES[i] for i in rows)
    assert {case.set for case in cases if FOLD_OF[case.image] == 0} == (
        {"severity", "ralo"} if kept else {"severity"}
    )
    perturbed = Perturbed(cases, np.zeros((1, len(cases), 3)), noise[rows].astype(np.float32))
    assert probe_source(perturbed, FOLD_OF, 20) is None
