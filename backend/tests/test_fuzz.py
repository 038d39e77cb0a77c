"""`make fuzz` in small: mutated files are answered, and what is not would be found."""

from __future__ import annotations

import multiprocessing
import os
from pathlib import Path

import pytest
from fuzz import decoding, guided, http
from fuzz.__main__ import CRASHES, REQUESTS
from fuzz.mutate import mutated
from fuzz.requests import Sent, request
from fuzz.seeds import decoding_seeds
from served import serving
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.imaging.errors import EmptyFileError
from cxr_severity.settings import Settings

pytestmark = pytest.mark.timeout(1800)


def test_a_thousand_mutated_files_are_answered(tmp_path: Path) -> None:
    tally = decoding.run(7, 1000, 60, tmp_path / "crashes", tmp_path / "report.json")
    assert tally.faults == []
    assert tally.inputs == 1000
    assert tally.graded + sum(tally.refused.values()) == 1000
    assert len(tally.refused) > 5, "it reaches more than the first checks"
    assert not (tmp_path / "crashes").exists()


def test_a_file_is_found_again_from_its_numbers() -> None:
    seeds = decoding_seeds()
    assert mutated(seeds, 7, 12) == mutated(seeds, 7, 12)
    assert len({mutated(seeds, 7, index) for index in range(50)}) > 45


def test_a_fault_is_told_by_its_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: bytes) -> None:
        raise ZeroDivisionError

    def refusing(_: bytes) -> None:
        raise EmptyFileError("The file holds no bytes.")

    tally = decoding.Tally()
    monkeypatch.setattr(decoding, "decode", broken)
    decoding.try_one(b"", tally, "7-3")
    monkeypatch.setattr(decoding, "decode", refusing)
    decoding.try_one(b"", tally, "7-4")
    assert tally.faults == ["7-3: ZeroDivisionError"]
    assert tally.refused == {"empty-file": 1}


def test_what_was_found_before_a_crash_is_not_lost_with_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = 0

    def fragile(_: bytes) -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            raise ZeroDivisionError
        if seen == 5:
            os._exit(9)

    forking = multiprocessing.get_context("fork")  # so that the process decodes by this
    monkeypatch.setattr(decoding, "decode", fragile)
    monkeypatch.setattr("fuzz.decoding.multiprocessing.get_context", lambda _: forking)
    tally = decoding.run(7, 12, 1, tmp_path / "crashes", tmp_path / "report.json")
    assert tally.faults == [
        "7-2: ZeroDivisionError", "7-4: a crash", "7-7: ZeroDivisionError", "7-9: a crash",
    ]  # fmt: skip
    assert tally.inputs == 12
    assert len(list((tmp_path / "crashes").iterdir())) == 4


def test_what_was_once_answered_wrongly_is_answered() -> None:
    tally = decoding.Tally()
    kept = {path.name: path.read_bytes() for path in CRASHES.glob("*")}
    seeds = {f"seed-{number}": data for number, data in enumerate(decoding_seeds())}
    for name, data in (seeds | kept).items():
        decoding.try_one(data, tally, name)
    assert tally.faults == []
    assert tally.inputs == len(seeds) + len(kept)


@pytest.mark.skipif(not guided.available(), reason="atheris has no wheel for this machine")
def test_the_parsers_tell_what_they_reach(tmp_path: Path) -> None:
    # On a busy machine two seconds may be too few; each run begins with what the last one kept.
    for seed in range(1, 31):
        found = guided.run(1 / 30, seed, tmp_path / "corpus", tmp_path / "crashes")
        assert found.crashes == 0, found.log
        if found.kept > len(decoding_seeds()):
            break
    assert found.kept > len(decoding_seeds()), "inputs that reached further were kept"
    assert not (tmp_path / "crashes").exists()


def test_two_hundred_mutated_requests_are_answered(random_version: Path, tmp_path: Path) -> None:
    app = create_app(Settings.of(weights=random_version.parent))
    with serving(app) as port:
        ready = b"GET /health/ready HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        wait_until(lambda: http.exchange(port, ready, 60) == 200)
        tally = http.run(port, os.getpid(), 3, 200, 60, tmp_path / "crashes")
        assert tally.faults == []
        assert tally.requests == sum(tally.statuses.values()) == 200
        assert {"200", "400", "404", "406", "422"} <= set(tally.statuses)
        for kept in REQUESTS.glob("*.http"):
            assert (http.exchange(port, kept.read_bytes(), 10) or 400) < 500, kept


def test_a_fault_of_the_service_is_told_by_its_numbers() -> None:
    tally = http.Tally()
    whole, broken = Sent(b"", whole=True), Sent(b"", whole=False)
    for index, (sent, status, took) in enumerate(
        [(whole, 500, 0.1), (whole, None, 0.1), (broken, None, 0.1), (whole, 422, 70.0)]
    ):
        http.note(tally, f"5-{index}", sent, status, took)
    assert tally.faults == ["5-0: 500", "5-1: closed", "5-3: a hang"]
    assert tally.statuses == {"500": 1, "closed": 2, "422": 1}
    assert (tally.slowest_s, tally.slowest_index, tally.over_2_s) == (70.0, 3, 1)


def test_a_request_is_found_again_from_its_numbers() -> None:
    seeds = decoding_seeds()
    assert request(seeds, 7, 12) == request(seeds, 7, 12)
    made = [request(seeds, 7, index) for index in range(300)]
    assert len({sent.data.split(b"?")[0] for sent in made if sent.whole}) >= 3
    assert 5 < sum(not sent.whole for sent in made) < 60
