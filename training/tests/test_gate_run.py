"""What the gate of a run is measured on, and when that is taken up again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from cxr_severity.model.gate import Measurements
from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.bank import Films
from cxr_training.config import GateConfig
from cxr_training.data import Case
from cxr_training.duplicates import BITS, SAME_PATIENT
from cxr_training.errors import TrainingError
from cxr_training.gate import run
from cxr_training.gate.images import Images, _folds
from cxr_training.gate.rows import GATE, GateRow, note_of, read_note
from cxr_training.gate.run import measure_round
from cxr_training.splits import Round

FOUND = Measurements(
    colour=0.0, frontal=0.98, likeliest="other", distance=1.0, side=512, lung_area=0.3,
    lung_span=0.6, lung_border=0.2, lung_black=0.005, lung_contrast=0.2,
)  # fmt: skip
IMAGES = Images(
    torch.zeros(2, 4, 4), np.zeros(2, np.int64), np.arange(2), ("severity",) * 2, (0.0,) * 2
)
FILMS = Films(
    (Case.unscored("a"), Case.unscored("b")), torch.zeros(2, 4, 4), torch.zeros(2, 2, 1, 1)
)


def test_measurements_of_other_settings_or_images_are_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured: list[GateConfig] = []

    def fit(*arguments: object) -> tuple[None, None]:
        config = arguments[5]
        assert isinstance(config, GateConfig)
        measured.append(config)
        return None, None

    monkeypatch.setattr(run, "_fit", fit)
    monkeypatch.setattr(run, "_rows", lambda *_: [GateRow(1, "severity", "frontal", FOUND)])
    monkeypatch.setattr(run, "_damaged_rows", lambda *_: [])
    network = SeverityNet(NetworkConfig(hidden_size=8), 32)

    def rows(config: GateConfig, images: Images = IMAGES) -> list[GateRow]:
        return measure_round(
            network, FILMS, Round(0, (0,), (), (1,)), images, config, PreprocessConfig(size=32),
            tmp_path, resume=True,
        )  # fmt: skip

    first, second = GateConfig(), GateConfig(variants=2)
    assert rows(first) == rows(first) == [GateRow(1, "severity", "frontal", FOUND)]
    assert measured == [first]
    rows(second)
    rows(second)
    assert measured == [first, second]
    grey = replace(IMAGES, grids=IMAGES.grids + 0.5)
    for images in (grey, grey, replace(IMAGES, folds=IMAGES.folds[::-1])):
        rows(second, images)
    assert len(measured) == 4
    note_of(tmp_path / GATE).unlink()  # as releases without a note left it
    rows(second)
    assert len(measured) == 5


def test_a_note_that_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    assert read_note(tmp_path / GATE) is None
    note_of(tmp_path / GATE).write_text("{}")
    with pytest.raises(TrainingError, match=r"gate\.json: is no note on a gate"):
        read_note(tmp_path / GATE)


def _bits(*differing: int) -> list[NDArray[np.bool_]]:
    """Hashes whose first so many bits are set."""
    return [np.arange(BITS) < count for count in differing]


def test_what_is_linked_by_near_duplicates_shares_a_fold() -> None:
    """The first and the third are no near-duplicates, but both are of the second."""
    chain = _bits(0, SAME_PATIENT, 2 * SAME_PATIENT, 2 * SAME_PATIENT)
    for letters in ("abcd", "hgfe", "mxkz", "qwer"):
        assert len(set(_folds(list(letters), chain, 5))) == 1
    apart = [np.roll(np.arange(BITS) < BITS // 2, 61 * i) for i in range(4)]
    people = [f"person{i}" for i in range(4)]
    assert len(set(_folds(people, apart, 1000))) == 4
    assert len(set(_folds(["one", "one", *people[2:]], apart, 1000))) == 3
    assert _folds([], [], 5) == []
