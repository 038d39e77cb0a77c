"""A worker's memory and its archive, for every test of one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxr_severity.worker.dicomweb import Access, Archive
from cxr_severity.worker.ledger import Ledger

from .pacs import FakePacs


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "memory" / "worker.db"


@pytest.fixture
def ledger(path: Path) -> Iterator[Ledger]:
    opened = Ledger(path)
    yield opened
    opened.close()


@pytest.fixture
def archive(pacs: FakePacs) -> Iterator[Archive]:
    """Of a test's own `pacs`, which it fills; patient with its answers."""
    archive = Archive(pacs.url, Access(timeout=30), 25_000_000)
    yield archive
    archive.close()
