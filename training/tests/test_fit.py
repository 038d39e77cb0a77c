"""Which films a training draws, and how often."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
import torch

from cxr_severity.model.assessment import SEVERITIES
from cxr_training.bank import Films
from cxr_training.config import TrainConfig
from cxr_training.data import Case
from cxr_training.errors import TrainingError
from cxr_training.fit import _loader

COUNTS = {"mild": 100, "moderate": 400, "severe": 25, None: 99}
CLASSES = [severity for severity in (*SEVERITIES, None) for _ in range(COUNTS[severity])]
FILMS = Films(
    tuple(replace(Case.unscored(str(i)), severity=severity) for i, severity in enumerate(CLASSES)),
    torch.zeros(624, 1, 1),
    torch.zeros(624, 2, 1, 1),
)


def drawn(epoch: int, seed: int = 1, train: range = range(624), **recipe: float) -> list[int]:
    loader = _loader(FILMS, train, TrainConfig(version="0.0.1", **recipe), seed)
    loader.sampler.set_epoch(epoch)  # type: ignore[attr-defined]
    return [int(i) for (indices,) in loader for i in indices]


@pytest.mark.parametrize(
    ("balance", "shares"),
    [(0.0, (100, 400, 25)), (0.5, (100**0.5, 400**0.5, 25**0.5)), (1.0, (1, 1, 1))],
)
def test_rare_classes_are_drawn_more_often(balance: float, shares: tuple[float, ...]) -> None:
    counts = Counter(
        CLASSES[i] for epoch in range(10) for i in drawn(epoch, sampler_balance=balance)
    )
    assert counts.total() == 6240
    classed = sum(counts[severity] for severity in SEVERITIES)
    for severity, share in zip(SEVERITIES, shares, strict=True):
        assert counts[severity] / classed == pytest.approx(share / sum(shares), abs=0.03)
    # A film without a class is drawn as often as the average one.
    assert counts[None] / counts.total() == pytest.approx(99 / 624, abs=0.02)


def test_only_films_of_the_part_are_drawn() -> None:
    assert set(drawn(0, train=range(50, 550))) <= set(range(50, 550))


def test_an_epochs_draws_are_of_seed_and_epoch() -> None:
    assert drawn(3) == drawn(3)
    assert drawn(3) != drawn(4)
    assert drawn(3) != drawn(3, seed=2)


def test_no_batch_holds_one_film() -> None:
    """Batch norm cannot train on it."""
    assert len(drawn(0, train=range(90, 123))) == 32
    assert len(drawn(0, train=range(90, 124))) == 34


def test_processes_share_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of them make no larger steps."""
    for processes, share in (("1", 16), ("2", 8), ("4", 4)):
        monkeypatch.setenv("LOCAL_WORLD_SIZE", processes)
        loader = _loader(FILMS, range(624), TrainConfig(version="0.0.1", batch_size=16), 1)
        assert loader.batch_size == share
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    with pytest.raises(TrainingError, match="batch of 16 does not divide among 3 processes"):
        _loader(FILMS, range(624), TrainConfig(version="0.0.1", batch_size=16), 1)


def test_processes_take_turns_at_the_draws_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = drawn(3)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "2")
    parts = []
    for rank in "01":
        monkeypatch.setenv("RANK", rank)
        parts.append(drawn(3))
    assert [i for pair in zip(*parts, strict=True) for i in pair] == whole
