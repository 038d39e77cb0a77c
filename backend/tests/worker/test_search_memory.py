"""What a search of an archive of many films holds."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from cxr_severity.worker.header import Wanted
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.watch import Watcher


class _Many:
    """An archive of many instances, whose UIDs are as long as they may be."""

    COUNT = 15_000

    def __init__(self) -> None:
        self.held = 0

    def search(self, _: Mapping[str, str], /, **__: int) -> Iterable[Mapping[str, Any]]:
        tracemalloc.start()
        for number in range(self.COUNT):
            uids = ("1.1", "1.2", f"1.{10**61 + number}")
            tags = ("0020000D", "0020000E", "00080018")
            yield {tag: {"Value": [uid]} for tag, uid in zip(tags, uids, strict=True)}
        self.held = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()


def test_a_search_does_not_hold_what_it_lists(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "found", lambda *_: 0)
    archive = _Many()
    wanted = Wanted(modalities=("CR",))
    watcher = Watcher(archive, wanted, ledger, lambda: None, 60, Pace(first=0.001, longest=0.01))
    assert watcher._sweep() == archive.COUNT
    # A UID of 64 letters takes 113 bytes, and its place in a set some 35.
    assert archive.held < 100 * archive.COUNT
