"""A decode that would never end, or takes all memory, costs its process and nothing else."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from imaging import corpus, files
from waiting import wait_until

from cxr_severity.bulk.claims import ClaimsFile
from cxr_severity.bulk.rows import REFUSED
from cxr_severity.bulk.score import Scoring
from cxr_severity.bulk.sources import find
from cxr_severity.cli import main
from cxr_severity.imaging.decode import decode
from cxr_severity.imaging.errors import (
    DamagedImageError,
    ImageTooCostlyError,
    ImageTooLargeError,
    InputRefusedError,
)
from cxr_severity.imaging.limits import DEFAULT_LIMITS, Limits
from cxr_severity.service.decoding.kinds import in_one_pass
from cxr_severity.service.decoding.process import DecoderGoneError
from cxr_severity.service.decoding.processes import DecodeProcesses
from cxr_severity.service.decoding.wire import SHARED_BYTES, Channel, shared_file
from cxr_severity.service.exits import EXIT_SOME_FAILED
from cxr_severity.service.film_memory import BYTES_PER_VALUE, FilmMemory
from cxr_severity.service.registry import NotReadyError
from cxr_severity.settings import Settings

FILM = corpus.ALL["tiff-fax"]
# Of the clock it waits ten times as long, and the kernel counts whole seconds of a core.
SECONDS = 0.5


@pytest.fixture(scope="module")
def processes() -> Iterator[DecodeProcesses]:
    with DecodeProcesses(1, 5) as made:
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
    assert {name for name, data in corpus.ALL.items() if not in_one_pass(data)} == {
        "jpeg-progressive", "tiff-jpeg", "tiff-fax", "dicom-jpeg-2000", "dicom-jpeg-2000-lossless",
    }  # fmt: skip


def test_a_jpeg_of_many_passes_is_known_where_fragments_part_its_marker() -> None:
    stream = files.saved(corpus.GREY, "JPEG", progressive=True)
    if stream.index(b"\xff\xc2") % 2 == 0:  # fragments are even: a comment of 5 bytes
        stream = stream[:2] + b"\xff\xfe\x00\x03x" + stream[2:]
    at = stream.index(b"\xff\xc2") + 1
    whole = files.dicom(corpus.GREY, syntax=files.JPEG_BASELINE, stream=stream)
    parted = whole.replace(files.items(stream), files.items(stream[:at], stream[at:]))
    assert b"\xff\xc2" not in parted
    assert np.array_equal(decode(parted).values, decode(whole).values)
    assert not in_one_pass(whole)
    assert not in_one_pass(parted)
    assert in_one_pass(parted[:-20]), "it is refused before it is decoded"


@pytest.mark.parametrize("in_memory", [True, False])
@pytest.mark.parametrize("size", [0, 1, 1 << 14, SHARED_BYTES, 2 * SHARED_BYTES + 1])
def test_a_body_of_any_size_arrives_whole(size: int, in_memory: bool) -> None:
    body = np.random.default_rng(size).bytes(size)
    shared = shared_file() if in_memory else None
    with ExitStack() as stack:
        ours, theirs = (stack.enter_context(each) for each in socket.socketpair())
        one, other = Channel(ours, shared), Channel(theirs, shared)
        if shared is not None:
            os.close(shared)
        pool = stack.enter_context(ThreadPoolExecutor(1))
        sent = pool.submit(one.send, "film", body, 60, number=7)
        received = other.receive(60)
        sent.result()
        assert (received.kind, received.values) == ("film", {"number": 7})
        assert received.body.tobytes() == body
        with pytest.raises(TimeoutError):
            other.receive(0.01)
        one.close()
        with pytest.raises(EOFError):
            other.receive(60)


def test_nobody_can_cut_what_both_have_mapped() -> None:
    shared = shared_file()
    assert shared is not None
    with pytest.raises(PermissionError):
        os.ftruncate(shared, 0)
    os.close(shared)


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
    with memory.share(DEFAULT_LIMITS) as limits:
        data = files.saved(corpus.GREY, "JPEG", progressive=True, dpi=(800, 100))
        assert processes.decode(data, limits).values.size == 8 * corpus.GREY.size
        assert memory.taken == BYTES_PER_VALUE * 8 * corpus.GREY.size


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
    fault: str, refusal: type[Exception], told: str | None
) -> None:
    # What is no matter of time must not become one on a busy machine.
    with DecodeProcesses(1, SECONDS if told == "more time" else 600, "service.hanging") as made:
        with pytest.raises(refusal, match=told):
            made.decode(FILM + fault.encode())
        made._seconds = 600
        assert made.decode(FILM).values.shape == decode(FILM).values.shape
        made.check_ready()


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
        if Path("/proc/self/statm").exists():
            assert processes.resident > 10_000_000, "an interpreter and its libraries"
    assert processes.resident == 0
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


def test_a_process_sees_nothing_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXR_DICOMWEB_PASSWORD", "secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    with DecodeProcesses(1, 5) as processes:
        processes.decode(FILM)
        (decoder,) = processes._idle
        environment = Path(f"/proc/{decoder.process.pid}/environ").read_bytes()
        assert b"PYTHONPATH=" in environment
        assert b"secret" not in environment


def test_a_process_runs_no_code_that_lies_beside_somebodys_films(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("socket", "numpy", "json"):
        (tmp_path / f"{name}.py").write_text("import os; os._exit(7)")
    monkeypatch.chdir(tmp_path)
    with DecodeProcesses(1, 10) as processes:
        assert processes.decode(FILM).source.format == "tiff"


def test_a_process_starts_with_the_first_film_that_needs_one() -> None:
    with DecodeProcesses(1, 5) as processes:
        processes.decode(corpus.ALL["png-8"])
        assert not processes._all
        processes.decode(FILM)
        assert len(processes._all) == 1


def test_a_film_that_is_cut_off_by_the_end_of_the_service_says_so() -> None:
    processes = DecodeProcesses(1, 60, "service.hanging")
    with ThreadPoolExecutor(1) as pool:
        with processes:
            answer = pool.submit(processes.decode, FILM + b"sleep")
            wait_until(lambda: bool(processes._all))
        with pytest.raises(NotReadyError, match="being stopped"):
            answer.result()
    with pytest.raises(NotReadyError, match="being stopped"):
        processes.decode(FILM)
    assert not processes.failing


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever decodes in processes gets those that misbehave."""
    with ExitStack() as stack:

        def make(count: int, seconds: float) -> DecodeProcesses:
            return stack.enter_context(DecodeProcesses(count, seconds, "service.hanging"))

        monkeypatch.setattr("cxr_severity.service.load.DecodeProcesses", make)
        yield


@pytest.mark.usefixtures("hanging")
def test_the_command_line_gives_up_a_film_that_hangs(
    random_version: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))
    monkeypatch.setenv("CXR_DECODE_SECONDS", str(SECONDS))
    file = tmp_path / "film.tif"
    file.write_bytes(FILM + b"spin")
    assert main(["predict", str(file)]) == EXIT_SOME_FAILED
    assert "image-too-costly: Decoding the picture takes more time" in capsys.readouterr().err


@pytest.mark.usefixtures("hanging")
def test_bulk_scoring_has_a_row_for_a_film_that_hangs(random_version: Path, tmp_path: Path) -> None:
    file = tmp_path / "film.tif"
    file.write_bytes(FILM + b"spin")
    (entry,) = find([str(file)])
    ClaimsFile.create(tmp_path / "claims", ())
    settings = Settings.of(weights=random_version.parent, decode_seconds=SECONDS)
    row = Scoring(settings)(ClaimsFile(tmp_path / "claims"))(entry)
    assert (row["status"], row["code"]) == (REFUSED, "image-too-costly")
