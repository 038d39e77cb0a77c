"""The bench of held connections: it holds them while others are answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench.idle import compare
from bench.server import service
from support import REPOSITORY

pytestmark = pytest.mark.timeout(1800)


def test_others_are_answered_beside_held_connections(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY / "backend"))
    with service(random_version.parent) as server:
        found = compare(server, seconds=2, clients=1, idle=30, slow=10)
    assert found["others_than_200"] == 0
    assert found["answers_alone"] > 0
    assert found["answers_beside"] > 0
    # No bound on it here: one answer may take any time on a busy machine.
    assert found["ratio"] == pytest.approx(
        found["p99_beside_ms"] / found["p99_alone_ms"], rel=0.05, abs=0.01
    )
