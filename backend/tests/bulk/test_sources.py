"""What a source stands for: every film once, and a fault for what cannot be looked at."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import fsspec
import pytest

from cxr_severity.bulk.entries import Entry, read
from cxr_severity.bulk.sources import SourceError, find, is_relative
from cxr_severity.imaging.errors import FileTooLargeError


def _names(*sources: str | Path) -> list[str]:
    return [entry.name for entry in find(map(str, sources))]


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    for name in (
        "b.png", "a.dcm", "deep/er/c", "deep/DICOMDIR", ".hidden", "__MACOSX/b.png",
        ".cache/b.png", "deep/.trash/er/d.png",
    ):  # fmt: skip
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def test_a_folder_is_every_film_below_it(films: Path) -> None:
    assert _names(films) == [f"{films}/{name}" for name in ("a.dcm", "b.png", "deep/er/c")]


def test_a_relative_source_has_relative_names(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(films.parent)
    assert _names("films") == ["films/a.dcm", "films/b.png", "films/deep/er/c"]


def test_a_hidden_folder_that_is_named_is_looked_through(films: Path) -> None:
    assert _names(films / ".cache") == [f"{films}/.cache/b.png"]
    assert _names(f"{films}/deep/.trash/") == [f"{films}/deep/.trash/er/d.png"]


def test_a_glob_is_what_it_matches(films: Path) -> None:
    assert _names(f"{films}/*.png") == [f"{films}/b.png"]
    assert _names(f"{films}/**/c") == [f"{films}/deep/er/c"]


def test_a_glob_passes_over_what_a_folder_does_unless_it_names_that(films: Path) -> None:
    (films / "deep/._b.png").touch()
    shown = [f"{films}/b.png"]
    assert _names(f"{films}/**/*.png") == _names(f"{films.parent}/f*/**/*.png") == shown
    assert _names(f"{films}/*") == [f"{films}/a.dcm", *shown]
    assert _names(f"{films}/.cache/*") == _names(f"{films}/.c*/*") == [f"{films}/.cache/b.png"]
    assert _names(f"{films}/deep/.trash/**/*.png") == [f"{films}/deep/.trash/er/d.png"]
    assert _names(f"{films}/**/.trash/**/d.*") == [f"{films}/deep/.trash/er/d.png"]
    assert _names(f"{films}/*/DICOMDIR") == [f"{films}/deep/DICOMDIR"]
    with pytest.raises(SourceError, match="no film is there"):
        find([f"{films}/*/._b.pn[g]", f"{films}/__MAC*/*.png"])


@pytest.mark.parametrize(("folder", "like"), [("[wd]", "w"), ("w*d", "wxd"), ("w?d", "wxd")])
def test_the_name_of_the_working_folder_is_no_pattern(
    films: Path, monkeypatch: pytest.MonkeyPatch, folder: str, like: str
) -> None:
    (films.parent / like).mkdir()
    (films.parent / like / "b.png").touch()
    monkeypatch.chdir(films.rename(films.parent / folder))
    Path(".b.png").touch()
    assert _names("*.png") == _names("./b.*") == ["b.png"]
    assert _names("**/*.png") == ["b.png"]
    assert _names("**/c") == _names("deep/*/c") == _names("deep/[e]r/?") == ["deep/er/c"]
    assert _names(f"../{like}/*.png") == [f"../{like}/b.png"]


@pytest.mark.parametrize(
    ("source", "relative"),
    [
        ("films", True), (".", True), ("../*.png", True), ("x::y.png", True), ("file://x", True),
        ("/films", False), ("file:///films", False), ("~/films", False), ("s3://films/x", False),
        ("", False),
    ],
)  # fmt: skip
def test_what_depends_on_the_working_folder(source: str, relative: bool) -> None:
    assert is_relative(source) == relative


def test_a_film_that_two_sources_name_is_there_once(films: Path) -> None:
    assert _names(films / "b.png", films, films / "b.png") == [
        f"{films}/{name}" for name in ("b.png", "a.dcm", "deep/er/c")
    ]


def test_a_film_has_one_row_however_it_is_named(
    films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(films.parent)
    Path("lists").mkdir()
    Path("lists/l.csv").write_text("path\n../films/b.png\n.././films//a.dcm\nfilms/c.png\n")
    Path("l.csv").write_text(f"path\nfilms/deep/../b.png\n{films}/a.dcm\nfile://{films}/a.dcm\n")
    with zipfile.ZipFile("films/more.zip", "w") as file:
        file.writestr("x.png", b"x")
    names = [f"films/{name}" for name in ("a.dcm", "b.png", "more.zip!x.png", "deep/er/c")]
    again = [str(films), f"{films}/../films/", f"file://{films}", f"{films}/more.zip", "./l.csv"]
    assert _names("films", "./films", "films/./b.png", "./films/*.png", *again) == names
    assert _names("./lists/l.csv", "films") == [
        "films/b.png", "films/a.dcm", "lists/films/c.png", "films/more.zip!x.png",
        "films/deep/er/c",
    ]  # fmt: skip
    monkeypatch.chdir(films / "deep")
    assert _names("../b.png", "..", films) == [
        "../b.png", "../a.dcm", "../more.zip!x.png", "../deep/er/c",
    ]  # fmt: skip
    assert _names(".", "../deep", "*/c") == ["er/c"]


def test_what_lies_beside_the_end_of_a_link_is_no_other_film(
    films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(films.parent)
    (films / "deep" / "b.png").write_bytes(b"another")
    Path("link").symlink_to(films / "deep" / "er")
    found = find(["link/../b.png", "films/b.png"])
    assert [read(entry, 100) for entry in found] == [b"another", b"b.png"]


@pytest.mark.parametrize(
    "name", ["x::y.png", "~t.png", "file:t.png", "s3:t.png", "q#1.png", "b%20.png", "m\udcfcr.png"]
)
def test_a_name_that_means_something_to_others_is_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(b"film")
    Path("list.csv").write_bytes(b"path\n%b\n" % name.encode("utf-8", "replace"))
    sources = [name, ".", f"{tmp_path}/{name}", "*.png", f"file://{tmp_path}/{name}"]
    if "\udcfc" not in name:  # a list is in UTF-8
        sources.append("list.csv")
    for source in sources:
        found = [entry for entry in find([source]) if not entry.name.endswith(".csv")]
        assert [Path(entry.name).name for entry in found] == [name]
        assert [read(entry, 100) for entry in found] == [b"film"]


def test_somebody_s_home_may_be_named(films: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(films))
    assert _names("~/deep") == [f"{films}/deep/er/c"]


def test_an_archive_is_its_members(films: Path) -> None:
    archive = films / "more.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x/2.png", b"two" * 100)
        file.writestr("x/1.png", b"one")
        file.writestr("DICOMDIR", b"")
        file.writestr("x/.trash/3.png", b"three")
        file.writestr("x/", b"")
    one, two = find([str(archive)])
    assert (one.name, two.name) == (f"{archive}!x/1.png", f"{archive}!x/2.png")
    assert read(one, 100) == b"one"
    with pytest.raises(FileTooLargeError):
        read(two, 100)
    assert f"{archive}!x/1.png" in _names(films), "in a folder too"


def test_a_damaged_archive_is_one_row(tmp_path: Path) -> None:
    (tmp_path / "cut.zip").write_bytes(b"PK\x03\x04 and no end")
    (entry,) = find([str(tmp_path)])
    assert entry.name.endswith("cut.zip")
    with pytest.raises(OSError, match="the archive cannot be read: File is not a zip file"):
        read(entry, 100)


def test_two_archives_in_one_file_are_told(tmp_path: Path) -> None:
    name = tmp_path / "two.zip"
    for film in "ab":
        with zipfile.ZipFile(tmp_path / film, "w") as file:
            file.writestr(film, film)
    both = (tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes()
    name.write_bytes(both)
    film_, rest = find([str(name)])
    assert (film_.name, rest.name) == (f"{name}!b", str(name))
    with pytest.raises(OSError, match="there is more in the archive than its list names"):
        read(rest, 100)
    name.write_bytes(b"#!/bin/sh\n" + (tmp_path / "a").read_bytes())
    assert _names(name) == [f"{name}!a"], "of a program that unpacks itself nothing is missing"


def test_a_bucket_is_a_source_like_another() -> None:
    bucket = fsspec.filesystem("memory")
    bucket.pipe(
        {
            "/bucket/ct/1.png": b"one",
            "/bucket/ct/2.png": b"two",
            "/bucket/ct/.trash/3.png": b"three",
            "/bucket/x.csv": b"path\nct/2.png\n",
        }
    )
    try:
        one, two = find(["memory://bucket/ct"])
        assert (one.name, two.name) == ("memory:///bucket/ct/1.png", "memory:///bucket/ct/2.png")
        assert read(two, 100) == b"two"
        assert [read(entry, 9) for entry in find(["memory://bucket/x.csv"])] == [b"two"]
        assert len(find(["memory://bucket/**/*.png"])) == 2
        assert [read(each, 9) for each in find(["memory://bucket/ct/.trash/*"])] == [b"three"]
    finally:
        bucket.rm("/bucket", recursive=True)


def test_a_folder_that_cannot_be_read_is_a_row_and_the_rest_still_counts(
    films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scandir = os.scandir

    def guarded(path: str) -> object:
        if str(path).endswith("deep"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    # The tests may run as root, whom no mode of a folder stops.
    monkeypatch.setattr(os, "scandir", guarded)
    *_, fault = found = find([str(films)])
    assert [entry.name for entry in found] == [f"{films}/{n}" for n in ("a.dcm", "b.png", "deep")]
    assert fault == Entry(f"{films}/deep", f"{films}/deep", fault="the folder cannot be read: "
                          "Permission denied")  # fmt: skip


def test_links_in_a_circle_end(films: Path) -> None:
    (films / "deep" / "back").symlink_to(films)
    assert len(_names(films)) == 3


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{}/none", "there is no such file or folder"),
        ("{}/*.tif", "no film is there"),
        ("{}/empty", "no film is there"),
        ("{}/empty.csv", "the manifest is empty"),
        ("nowhere://bucket", "Protocol not known: nowhere"),
    ],
)
def test_a_source_without_films_is_one_line(tmp_path: Path, source: str, said: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.csv").touch()
    with pytest.raises(SourceError, match=said):
        find([source.format(tmp_path)])
