"""A decode that would never end, or takes all memory, costs its process and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from imaging import corpus
from waiting import wait_until

from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    ImageTooCostlyError,
    ImageTooLargeError,
    InputRefusedError,
)
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.service.decoding.processes import (
    DecodeProcesses,
    DecoderGoneError,
    may_hang,
)
from cxr_severity.service.film_memory import BYTES_PER_VALUE, FilmMemory
from cxr_severity.service.registry import NotReadyError

FILM = corpus.ALL["tiff-8"]
# Of the clock it waits ten times as long, and the kernel counts whole seconds of a core.
SECONDS = 0.5


@pytest.fixture(scope="module")
def processes() -> Iterator[DecodeProcesses]:
    with DecodeProcesses(1, 5) as made:
        yield made


@pytest.fixture
def misbehaving() -> Iterator[DecodeProcesses]:
    with DecodeProcesses(1, SECONDS, "service.hanging") as made:
        yield made


@pytest.mark.parametrize("name", corpus.ALL)
def test_what_a_process_decodes_is_what_a_thread_would(
    processes: DecodeProcesses, name: str
) -> None:
    there = processes.decode(corpus.ALL[name], enough=32)
    here = decode(corpus.ALL[name], enough=32)
    assert there.values.dtype == here.values.dtype
    assert np.array_equal(there.values, here.values)
    assert (there.source, there.stored) == (here.source, here.stored)


def test_what_is_read_in_one_pass_stays_in_its_thread() -> None:
    gone = {name for name, data in corpus.ALL.items() if may_hang(data)}
    assert {name for name in corpus.ALL if name not in gone} == {
        "png-1", "png-8", "png-16", "png-rgb", "png-palette", "jpeg-grey", "jpeg-colour",
        "dicom-8", "dicom-16", "dicom-implicit", "dicom-big", "dicom-rgb",
    }  # fmt: skip


def test_a_refusal_is_the_same_from_a_process(processes: DecodeProcesses) -> None:
    with pytest.raises(DamagedImageError) as there:
        processes.decode(FILM[:-100])
    with pytest.raises(DamagedImageError) as here:
        decode(FILM[:-100])
    assert there.value.detail == here.value.detail
    assert there.value.template == here.value.template
    with pytest.raises(ImageTooLargeError, match=r"at most 0\.001 million"):
        processes.decode(FILM, Limits(max_pixels=1000))
    with pytest.raises(InputRefusedError, match="holds no bytes"):
        processes.decode(b"")
    with pytest.raises(InputRefusedError, match="no image format"):
        processes.decode(b"no film at all")


def test_a_film_takes_its_share_of_memory_before_a_process_decodes_it(
    processes: DecodeProcesses,
) -> None:
    memory = FilmMemory(10**9)
    with memory.share(DEFAULT_LIMITS) as limits:
        film = processes.decode(FILM, limits)
        assert memory.taken == BYTES_PER_VALUE * film.values.size


@pytest.mark.parametrize(
    ("fault", "refusal", "told"),
    [
        ("spin", ImageTooCostlyError, "more time"),
        ("sleep", ImageTooCostlyError, "more time"),
        ("eat", ImageTooCostlyError, "more memory"),
        ("crash", DamagedImageError, "damaged"),
        ("killed", MemoryError, None),
        ("bug", DecoderGoneError, "ZeroDivisionError"),
    ],
)
def test_a_decoder_that_misbehaves_is_ended_and_replaced(
    misbehaving: DecodeProcesses, fault: str, refusal: type[Exception], told: str | None
) -> None:
    with pytest.raises(refusal, match=told):
        misbehaving.decode(FILM + fault.encode())
    assert misbehaving.decode(FILM).values.shape == decode(FILM).values.shape
    misbehaving.check_ready()


def test_a_process_that_was_killed_while_it_waited_is_replaced(
    processes: DecodeProcesses,
) -> None:
    processes.decode(FILM)
    (idle,) = processes._idle
    idle.process.kill()
    idle.process.wait()
    assert processes.decode(FILM).source.format == "tiff"


def test_where_no_process_starts_the_service_is_not_ready_and_tries_again() -> None:
    with DecodeProcesses(1, 5, "service.no_such_module") as processes:
        with pytest.raises(NotReadyError, match="do not start"):
            processes.decode(FILM)
        with pytest.raises(NotReadyError):
            processes.check_ready()
        processes._module = "cxr_severity.service.decoding.child"

        def ready() -> bool:
            try:
                processes.check_ready()
            except NotReadyError:
                return False
            return True

        wait_until(ready)
        assert processes.decode(FILM).source.format == "tiff"


def test_none_outlives_the_service() -> None:
    with DecodeProcesses(2, 5) as processes:
        processes.decode(FILM)
        pids = [decoder.process.pid for decoder in processes._all]
        assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_process_that_starts_while_the_service_is_closed_is_ended() -> None:
    processes = DecodeProcesses(1, 5)
    with processes:
        processes.decode(FILM)
    # As the thread finds it that was about to start one.
    with pytest.raises(NotReadyError):
        processes._started()
    assert all(decoder.process.returncode is not None for decoder in processes._all)


def test_without_processes_everything_is_decoded_in_its_thread() -> None:
    with DecodeProcesses(0, 5) as processes:
        assert processes.decode(FILM).source.format == "tiff"
        assert not processes._all


def test_a_process_sees_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXR_DICOMWEB_PASSWORD", "secret")
    with DecodeProcesses(1, 5) as processes:
        processes.decode(FILM)
        (decoder,) = processes._idle
        environment = Path(f"/proc/{decoder.process.pid}/environ").read_bytes()
        assert b"PYTHONPATH=" in environment
        assert b"CXR_" not in environment
