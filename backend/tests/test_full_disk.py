"""On a disk that is full no file is cut, and no film is blamed for it."""

from __future__ import annotations

import errno
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from interop.films import film
from support import MakeVersion

from cxr_severity.bulk.entries import keep
from cxr_severity.cli import main
from cxr_severity.interop.forms import FORM_NAMES
from cxr_severity.service.exits import EXIT_SOME_FAILED
from cxr_severity.service.whole_file import write_whole


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Files take so many bytes; what is longer is written as far, and fails then."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("write", [write_whole, lambda path, data: keep(str(path), data)])
def test_a_file_is_whole_or_what_it_was(tmp_path: Path, write: object) -> None:
    assert callable(write)
    path = tmp_path / "x.jpg"
    with room_for(1000), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        write(path, bytes(1001))
    assert not [*tmp_path.iterdir()]
    write(path, b"first")
    with room_for(1000), pytest.raises(OSError, match=os.strerror(errno.EFBIG)):
        write(path, bytes(1001))
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"first"]
    write(path, b"second")
    assert path.read_bytes() == b"second"


def test_results_of_a_film_are_whole_or_not_there(
    make_version: MakeVersion,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(make_version().parent))
    path, out = tmp_path / "film.dcm", tmp_path / "out"
    path.write_bytes(film())
    really = Path.write_bytes

    def write(self: Path, data: bytes) -> int:
        """As a disk that is full after the first half."""
        if len(data) < 3000:  # the table
            return really(self, data)
        really(self, data[: len(data) // 2])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "write_bytes", write)
    forms = [word for name in FORM_NAMES for word in ("--format", name)]
    command = ["predict", *forms, "--overlay", str(out), "--out", str(out), "--force", str(path)]
    assert main(command) == EXIT_SOME_FAILED
    assert [each.suffix for each in out.iterdir()] == [".csv"]
    said, err = capsys.readouterr()
    assert said.startswith(f"{path}: "), "it was judged"
    reason = os.strerror(errno.ENOSPC)
    assert err.splitlines() == [
        f"{path}: the {what} could not be written: {reason}"
        for what in ("SR", "SC", "GSPS", "FHIR", "PDF", "overlay")
    ]
