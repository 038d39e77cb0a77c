"""A worker's memory, for every test of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxr_severity.worker.ledger import Ledger


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "worker.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    opened = Ledger(path)
    yield opened
    opened.close()
