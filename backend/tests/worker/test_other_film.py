"""A file that is not the film for which it was fetched."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from waiting import wait_until

from cxr_severity.worker.dicomweb import Archive
from cxr_severity.worker.items import Result
from cxr_severity.worker.ledger import Ledger
from cxr_severity.worker.ledger_file import parked
from cxr_severity.worker.pace import Pace
from cxr_severity.worker.work import Work

from .films import film, place
from .pacs import FakePacs, running


@pytest.fixture
def pacs() -> Iterator[FakePacs]:
    with running(FakePacs()) as pacs:
        for number in (1, 2):
            pacs.add(place(number), film(number))
        yield pacs


def finish(ledger: Ledger, archive: Archive, pace: Pace) -> list[bytes]:
    """Work until nothing is left; returns what was judged."""
    judged = []

    def judge(data: bytes, _: float) -> Sequence[Result]:
        judged.append(data)
        return []

    work = Work(ledger, judge, archive.fetch, {"pacs": archive}, pace=pace)
    work.start()
    wait_until(lambda: work.idle)
    work.stop()
    return judged


@pytest.mark.parametrize(
    ("header", "reason", "attempts"),
    [
        ({"SOPInstanceUID": "1.2.3"}, "other-instance", 3),
        ({"StudyInstanceUID": "1.2.3"}, "other-study", 1),
        ({"StudyInstanceUID": "1.2.3", "SOPInstanceUID": "4.5"}, "other-instance", 3),
    ],
)
def test_a_file_that_is_not_the_film_it_was_fetched_for_has_no_results(
    ledger: Ledger, path: Path, pacs: FakePacs, archive: Archive,
    header: dict[str, str], reason: str, attempts: int,
) -> None:  # fmt: skip
    """They would be of another film, or in another patient's study."""
    pacs.files[place(1).instance] = film(1, **header)
    ledger.found([place(1), place(2)], time.time())
    three = Pace(first=0.001, longest=0.01, attempts=3)
    judged = finish(ledger, archive, three)
    (only,) = parked(path)
    assert (only.instance, only.reason, only.attempts) == (place(1).instance, reason, attempts)
    assert judged == [film(2)]


def test_a_film_is_judged_in_another_series_of_its_study(
    ledger: Ledger, pacs: FakePacs, archive: Archive
) -> None:
    pacs.files[place(1).instance] = film(1, SeriesInstanceUID="1.2.3")
    ledger.found([place(1)], time.time())
    finish(ledger, archive, Pace())
    assert ledger.counts()["judged"] == 1
