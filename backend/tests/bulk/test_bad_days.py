"""Buckets without rights, disks that are full, pictures that cannot be kept: a clear line or a row,
an exit status other than 0, and what was done is kept."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import warnings
import zipfile
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import fsspec
import pytest
from deploy.running import tools
from support import REPOSITORY, SAMPLES

from cxr_severity.bulk.claims import ClaimsFile
from cxr_severity.bulk.entries import read, said_by
from cxr_severity.bulk.own import journal_of
from cxr_severity.bulk.seam import EngineUnavailableError
from cxr_severity.bulk.sources import SourceError, find
from cxr_severity.cli import main
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_SOME_FAILED

pytestmark = pytest.mark.timeout(1800)


class NoCredentialsError(Exception):
    """Of no kind that Python has, as the packages of buckets raise them."""


class Denied(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """A bucket whose folder `open` may be listed, and nothing be read."""

    protocol = "denied"

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        found = {"name": "open", "size": 0, "type": "directory"}
        if self._strip_protocol(path) == "open":
            found = {"name": "open/film.png", "size": 3, "type": "file"}
        elif self._strip_protocol(path):
            raise NoCredentialsError("Unable to locate credentials\nsecond line")
        return [found if detail else found["name"]]

    def _open(self, *_: Any, **__: Any) -> BytesIO:
        raise NoCredentialsError("Access Denied")


@pytest.fixture(autouse=True)
def _denied() -> None:
    fsspec.register_implementation("denied", Denied, clobber=True)


@pytest.mark.parametrize("source", ["denied://closed", "denied://closed/*.png"])
def test_a_bucket_without_rights_is_one_line(
    source: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SourceError):
        find([source])
    assert main(["score", source, "--out", str(tmp_path / "t.csv")]) == EXIT_CANNOT_START
    assert capsys.readouterr().err == f"{source}: Unable to locate credentials\n"
    assert list(tmp_path.iterdir()) == []


def test_a_film_of_a_bucket_that_may_not_be_read_is_a_row() -> None:
    (film,) = find(["denied://open"])
    with pytest.raises(OSError, match=r"^Access Denied$"):
        read(film, 100)


@pytest.mark.parametrize("said", ["", " \n"])
def test_an_error_that_says_nothing_is_told_by_its_name(said: str) -> None:
    assert said_by(NoCredentialsError(said)) == "NoCredentialsError"


def test_a_manifest_may_name_what_nobody_can_open(tmp_path: Path) -> None:
    manifest = tmp_path / "list.csv"
    manifest.write_text("path\nnowhere://a/b.png\nnowhere://a/b.zip\n")
    film, archive = find([str(manifest)])
    with pytest.raises(OSError, match=r"^Protocol not known: nowhere$"):
        read(film, 100)
    with pytest.raises(OSError, match="the archive cannot be read: Protocol not known: nowhere"):
        read(archive, 100)


def test_films_of_one_name_in_an_archive_are_all_scored(tmp_path: Path) -> None:
    archive = tmp_path / "two.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("x.png", b"one")
        file.writestr("y.png", b"other")
        with pytest.warns(UserWarning, match="Duplicate name"):
            file.writestr("x.png", b"two")
    found = find([str(archive)])
    assert {entry.name.split("!")[1]: read(entry, 100) for entry in found} == {
        "x.png": b"one",
        "x.png (2)": b"two",
        "y.png": b"other",
    }


def test_no_film_is_dropped_for_its_name(tmp_path: Path) -> None:
    """Whose name in an archive, or as a file, is what another one is called by its number."""
    archive = tmp_path / "a.zip"
    members = ("x.png (2)", "x.png", "x.png (2)", "x.png", "x.png")
    with zipfile.ZipFile(archive, "w") as file, warnings.catch_warnings(action="ignore"):
        for number, member in enumerate(members):
            file.writestr(member, f"{number}")
    (tmp_path / "a.zip!x.png").write_bytes(b"a file")
    (tmp_path / "a.zip!x.png (2)").write_bytes(b"another")
    found = find([str(tmp_path)])
    assert len({entry.name for entry in found}) == 7
    assert {read(entry, 9) for entry in found} == {
        b"0", b"1", b"2", b"3", b"4", b"a file", b"another",
    }  # fmt: skip


def test_a_heatmap_that_cannot_be_kept_costs_no_grade_and_is_told(
    tmp_path: Path,
    random_version: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))
    out, maps = tmp_path / "t.csv", tmp_path / "maps"
    digest = sha256(SAMPLES[0].read_bytes()).hexdigest()
    (maps / f"{digest[:32]}.jpg").mkdir(parents=True)  # where the picture would be
    command = ["score", str(SAMPLES[0]), "--out", str(out), "--heatmaps", str(maps), "--force"]
    assert main([*command, "--workers", "1"]) == EXIT_SOME_FAILED
    said = capsys.readouterr().err
    assert "1 graded, 0 refused, 0 failed; 0 of them duplicates; 1 heatmaps could not be" in said
    with out.open(newline="") as file:
        (row,) = csv.DictReader(file)
    assert (row["status"], row["code"], row["heatmap"]) == ("graded", "heatmap-not-written", "")
    assert row["severity"]
    assert "directory" in row["detail"]


@pytest.mark.parametrize("folder", ["nowhere://bucket", "{}/film.png/maps"])
def test_a_folder_for_heatmaps_that_cannot_be_made_is_one_line(
    folder: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "film.png").touch()
    maps = folder.format(tmp_path)
    command = ["score", str(tmp_path), "--out", str(tmp_path / "t.csv"), "--heatmaps", maps]
    assert main(command) == EXIT_CANNOT_START
    said = capsys.readouterr().err
    assert said.startswith(f"{maps}: ")
    assert said.count("\n") == 1


def test_a_name_that_is_no_text_claims_like_another(tmp_path: Path) -> None:
    name = os.fsdecode(b"M\xfcller.png")
    ClaimsFile.create(tmp_path / "claims", [("1", name), ("2", "Müller.png")])
    claims = ClaimsFile(tmp_path / "claims")
    assert [claims.claim("1", each) for each in (name, "Müller.png")] == [True, False]
    assert [claims.claim("2", each) for each in (name, "Müller.png")] == [False, True]
    assert [claims.claim("3", name), claims.claim("3", name)] == [True, True]
    assert [claims.claim("4", each) for each in ("a\0b", "a\0c", "a\0b")] == [True, False, True]


def test_without_room_for_claims_the_run_ends(tmp_path: Path) -> None:
    ClaimsFile.create(tmp_path / "claims", [])
    claims = ClaimsFile(tmp_path / "claims")
    claims._file.execute("PRAGMA max_page_count=1")  # as a full disk: SQLITE_FULL
    with pytest.raises(EngineUnavailableError, match="disk is full; what was done is kept"):
        _fill(claims)


def _fill(claims: ClaimsFile) -> None:
    for number in range(10_000):
        claims.claim(f"{number:064}", "film")


@pytest.mark.parametrize("kilobytes", [8, 64])
def test_a_disk_that_is_full_ends_the_run_and_what_was_done_is_kept(
    kilobytes: int, random_version: Path, tmp_path: Path
) -> None:
    """A real one, of so many kilobytes: too few to begin with, and too few for all rows."""
    films, disk = tmp_path / "films", tmp_path / "disk"
    films.mkdir()
    disk.mkdir()
    for number in range(300):
        (films / f"{number:03}.png").write_bytes(b"no film %d" % number)
    keep = "cp /full/*.journal /kept/ 2>/dev/null; exit"
    score = f"{sys.executable} -m cxr_severity.cli score {films} --out /full/t.csv --workers 1"
    command = [
        tools()["bwrap"], "--bind", "/", "/", "--dev", "/dev", "--size", str(1024 * kilobytes),
        "--tmpfs", "/full", "--bind", str(disk), "/kept", "sh", "-c", f"{score}; s=$?; {keep} $s",
    ]  # fmt: skip
    tried = subprocess.run([*command[:-3], "true"], capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"bubblewrap may not be used here: {tried.stderr.strip()}")
    environment = {
        **os.environ,
        "PYTHONPATH": str(REPOSITORY / "backend"),
        "CXR_WEIGHTS": str(random_version.parent),
    }
    run = subprocess.run(command, env=environment, capture_output=True, text=True)
    said = run.stderr.strip().splitlines()[-1]
    assert run.returncode == EXIT_CANNOT_START, run.stderr
    assert "Traceback" not in run.stderr
    assert said.startswith("/full/t.csv")
    assert said.endswith("; what was done is kept")
    assert "No space left on device" in said or "disk is full" in said
    rows = journal_of(disk / "t.csv").read_bytes().count(b"\n")
    assert 0 < rows < 300
