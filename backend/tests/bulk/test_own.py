"""What a run writes among its films is none of them, whether it ended or was killed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import fsspec
import pytest
from support import SAMPLES

from cxr_severity.bulk.own import Own, journal_of
from cxr_severity.bulk.sources import SourceError, find
from cxr_severity.bulk.table_file import read_table
from cxr_severity.cli import main
from cxr_severity.service.exits import EXIT_OK, EXIT_SOME_FAILED

pytestmark = pytest.mark.timeout(1800)

PICTURE = f"{31 * '0'}a.jpg"
"""As a run calls a heatmap."""


@pytest.fixture
def films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one film and all that a run that was killed may leave in it."""
    folder = tmp_path / "films"
    (folder / "heat").mkdir(parents=True)
    out = folder / "t.csv"
    left = [f"{out}{ending}" for ending in ("", ".claims", ".claims-journal", ".partial")]
    for path in (*left, str(journal_of(out)), f"{folder}/heat/{PICTURE}", f"{folder}/a.png"):
        Path(path).write_bytes(b"x")
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("source", [".", "*", "**/*", "../films", "{}", "../link", "list.tsv"])
def test_what_a_run_writes_is_no_film_of_it(films: Path, source: str) -> None:
    (films.parent / "link").symlink_to(films)
    (films / "list.tsv").write_text(f"a.png\nt.csv\n../link/heat/{PICTURE}\n")
    for heatmaps in ("heat", f"{films}/heat", "../link/heat/", f"file://{films}/heat"):
        for out in ("t.csv", f"{films}/t.csv", "../link/t.csv"):
            found = find([source.format(films)], Own(Path(out), heatmaps))
            names = {Path(entry.name).name for entry in found} - {"list.tsv"}
            assert names == {"a.png"}


def test_what_only_is_called_alike_is_a_film(films: Path) -> None:
    (films / "heat-2").mkdir()
    for name in ("heat-2/b.png", "t.csv.dcm"):
        (films / name).write_bytes(b"x")
    found = find(["."], Own(Path("t.csv"), "heat"))
    assert [entry.name for entry in found] == ["a.png", "t.csv.dcm", "heat-2/b.png"]
    assert len(find(["."], Own(Path("other.csv")))) == 9, "without heatmaps nothing of theirs is"


def test_films_below_the_folder_for_heatmaps_are_films(films: Path) -> None:
    (films / "heat" / "deep").mkdir()
    names = ["1.jpg", f"{32 * 'A'}.jpg", f"{32 * 'f'}.png", f"x{PICTURE}", f"deep/{PICTURE}"]
    for name in names:
        (films / "heat" / name).write_bytes(b"x")
    for heatmaps in ("heat", f"{films}/heat/"):
        found = find(["."], Own(Path("t.csv"), heatmaps))
        assert {entry.name for entry in found} == {"a.png", *(f"heat/{name}" for name in names)}


def test_a_source_of_nothing_else_is_one_line(films: Path) -> None:
    with pytest.raises(SourceError, match=r"^heat: nothing is there but this run's table"):
        find(["heat"], Own(films / "t.csv", "heat"))


def test_heatmaps_in_a_bucket_are_no_films_either(tmp_path: Path) -> None:
    bucket = fsspec.filesystem("memory")
    names = ("1.png", f"heat/{PICTURE}", "heat/2.jpg")
    bucket.pipe({f"/bucket/{name}": name.encode() for name in names})
    try:
        for heatmaps in ("memory://bucket/heat", "memory:///bucket/heat/"):
            found = find(["memory://bucket"], Own(tmp_path / "t.csv", heatmaps))
            named = [film.name.removeprefix("memory:///bucket/") for film in found]
            assert named == ["1.png", "heat/2.jpg"]
    finally:
        bucket.rm("/bucket", recursive=True)


def test_the_command_takes_nothing_of_its_own_and_films_of_any_name(
    tmp_path: Path, random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))
    monkeypatch.chdir(tmp_path)
    names = [os.fsdecode(b"M\xfcller.png"), "x::y.png"]
    for name, sample in zip(names, SAMPLES, strict=False):
        shutil.copy(sample, name)
    command = ["score", ".", "--out", "t.csv", "--heatmaps", "a::heat", "--force", "--workers", "1"]
    for again in ([], ["--overwrite"]):
        assert main([*command, *again]) == EXIT_OK
        rows = read_table(tmp_path / "t.csv")
        assert sorted(row["file"] for row in rows) == ["M\\udcfcller.png", "x::y.png"]
        assert {row["status"] for row in rows} == {"graded"}
        pictures = {row["heatmap"] for row in rows}
        assert {path.name for path in Path("a::heat").iterdir()} == pictures
        assert len(pictures) == 2
    (tmp_path / "none.png").touch()
    assert main([*command, "--overwrite"]) == EXIT_SOME_FAILED
    assert len(read_table(tmp_path / "t.csv")) == 3
