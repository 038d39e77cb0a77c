"""What a bucket or a folder holds, and a row for each folder that cannot be listed."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, ClassVar

import fsspec
import pytest

from cxr_severity.bulk import sources
from cxr_severity.bulk.entries import Entry, keep, located, read
from cxr_severity.bulk.own import Own
from cxr_severity.bulk.sources import SourceError, find


class ExpiredError(Exception):
    """Of no kind that Python has, as the packages of buckets raise them."""


class Bucket(fsspec.AbstractFileSystem):  # type: ignore[misc]
    """Keys parted by slashes, as they lie in one."""

    protocol = "bucket"
    cachable = False
    keys: ClassVar[dict[str, bytes]] = {}
    closed: ClassVar[dict[str, Exception]] = {}

    def ls(self, path: str, detail: bool = True, **_: Any) -> list[Any]:
        folder = self._strip_protocol(path)
        if folder in self.closed:
            raise self.closed[folder]
        before = f"{folder}/" if folder else ""
        found: dict[str, dict[str, Any]] = {}
        for key, content in self.keys.items():
            name, deeper, _rest = key.removeprefix(before).partition("/")
            if key.startswith(before):
                inside = bool(deeper and name)
                full = before + name if inside else key
                found[full] = {
                    "name": full,
                    "size": len(content),
                    "type": "directory" if inside else "file",
                }
        if not found and folder in self.keys:
            found[folder] = {"name": folder, "size": len(self.keys[folder]), "type": "file"}
        if not found:
            raise FileNotFoundError(path)
        return [*found.values()] if detail else [*found]

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        pass

    def _open(self, path: str, mode: str = "rb", **_: Any) -> BytesIO:
        if mode == "rb":
            return BytesIO(self.keys[path])
        keys = self.keys

        class Kept(BytesIO):
            def close(self) -> None:
                keys[path] = self.getvalue()
                super().close()

        return Kept()


@pytest.fixture(autouse=True)
def bucket() -> Iterator[type[Bucket]]:
    fsspec.register_implementation("bucket", Bucket, clobber=True)
    names = ("x/a.png", "x/b/1.png", "x/b/deep/2.png", "x/c/3.png", "x/.trash/4.png")
    Bucket.keys.update({name: name.encode() for name in names})
    yield Bucket
    Bucket.keys.clear()
    Bucket.closed.clear()


def _fault(name: str, said: str) -> Entry:
    return Entry(name, name, fault=f"the folder cannot be read: {said}")


@pytest.mark.parametrize("source", ["bucket://x", "bucket://x/**/*.png", "bucket://*/**"])
def test_a_folder_of_a_bucket_that_cannot_be_listed_is_a_row(
    source: str, bucket: type[Bucket]
) -> None:
    bucket.closed["x/b/deep"] = PermissionError(13, "Permission denied")
    bucket.closed["x/c"] = ExpiredError("The token has expired\nsecond line")
    bucket.closed["x/.trash"] = PermissionError(13, "nobody asked for it")
    *films, one, two = find([source])
    assert [film.name for film in films] == ["bucket://x/a.png", "bucket://x/b/1.png"]
    assert sorted((one, two), key=lambda each: each.name) == [
        _fault("bucket://x/b/deep", "Permission denied"),
        _fault("bucket://x/c", "The token has expired"),
    ]


def test_a_glob_lists_no_folder_that_it_does_not_lead_into(bucket: type[Bucket]) -> None:
    bucket.closed.update({"x/c": PermissionError("no"), "x/b/deep": PermissionError("no")})
    assert [film.name for film in find(["bucket://x/b*/*.png"])] == ["bucket://x/b/1.png"]
    assert [film.name for film in find(["bucket://x/*.png"])] == ["bucket://x/a.png"]
    assert find(["bucket://x/c/*.png"]) == [_fault("bucket://x/c", "no")]
    with pytest.raises(SourceError, match="no film is there"):
        find(["bucket://x/none/*.png"])
    with pytest.raises(SourceError, match="Invalid pattern"):
        find(["bucket://x/**b/*.png"])


@pytest.mark.parametrize("source", ["{}", "{}/**/*.png", "{}/*/*/*.png", "{}/*/deep/*"])
def test_a_folder_that_cannot_be_listed_here_is_a_row_of_a_glob_too(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("b/deep", "c/deep", ".trash/deep", "d"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "b/deep/1.png").touch()
    scandir = os.scandir

    def guarded(path: str) -> object:
        if Path(path) in (tmp_path / "c/deep", tmp_path / ".trash"):
            raise PermissionError(13, "Permission denied", str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    film, fault = find([source.format(tmp_path)])
    assert film.name == f"{tmp_path}/b/deep/1.png"
    assert fault == _fault(f"{tmp_path}/c/deep", "Permission denied")
    with pytest.raises(SourceError, match="no film is there"):
        find([f"{tmp_path}/d/*.png", f"{tmp_path}/none/*.png"])


@pytest.mark.parametrize("source", ["bucket://x", "bucket://x/**", "bucket://x/*/*"])
def test_keys_that_only_show_a_folder_are_no_films(source: str, bucket: type[Bucket]) -> None:
    before = find([source])
    bucket.keys.update({"x/": b"", "x/b/": b"", "x/empty/": b""})
    assert find([source]) == before


@pytest.mark.parametrize("source", ["bucket://x", "bucket://x/**", "bucket://x/**/*.png"])
def test_what_a_page_links_to_from_above_is_told_once_and_where_it_lies(
    source: str, bucket: type[Bucket], monkeypatch: pytest.MonkeyPatch
) -> None:
    before, plain = find([source]), Bucket.ls

    def linked(self: Bucket, path: str, detail: bool = True, **_: Any) -> list[Any]:
        listing = plain(self, path, detail)
        if self._strip_protocol(path) == "x":
            listing += [{"name": "x/b/1.png", "type": "file", "size": 1}]
            listing += [{"name": "x/b/deep/", "type": "directory", "size": 0}]
        return listing

    monkeypatch.setattr(Bucket, "ls", linked)
    assert sorted(each.name for each in find([source])) == sorted(each.name for each in before)
    assert [each.name for each in find(["bucket://x/*.png"])] == ["bucket://x/a.png"]


def test_a_key_may_hold_two_colons(bucket: type[Bucket], tmp_path: Path) -> None:
    bucket.keys.update({"x/e": b"another", "x/e::f.png": b"film", "x/e::f.zip": _archive()})
    found = {film.name: film for film in find(["bucket://x"])}
    assert read(found["bucket://x/e::f.png"], 99) == b"film"
    assert read(found["bucket://x/e::f.zip!z.png"], 99) == b"in it"
    for source in ("bucket://x/e::f.png", "bucket://x/e::f.p*"):
        assert [read(film, 99) for film in find([source])] == [b"film"]
    (tmp_path / "list.csv").write_text("path\nbucket://x/e::f.png\n")
    assert [read(film, 99) for film in find([str(tmp_path / "list.csv")])] == [b"film"]
    keep("bucket://x/e::heat/1.jpg", b"map")
    assert bucket.keys["x/e::heat/1.jpg"] == b"map"
    own = Own(tmp_path / "t.csv", "bucket://x/e::heat")
    assert own.holds(f"bucket://x/e::heat/{32 * '0'}.jpg")
    (tmp_path / "a.zip").write_bytes(_archive())
    bucket.keys["x/e"] = _archive()
    for chain in (f"zip://z.png::{tmp_path}/a.zip", "zip://z.png::bucket://x/e"):
        filesystem, path = located(chain)
        assert filesystem.cat_file(path) == b"in it"


def _archive() -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("z.png", b"in it")
    return made.getvalue()


@pytest.mark.parametrize("source", ["", "file://", "local://"])
def test_a_source_that_names_nothing_is_not_the_working_folder(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.png").touch()
    monkeypatch.chdir(tmp_path)
    assert len(find(["."])) == 1
    with pytest.raises(SourceError, match=f"^'{source}': a source names a file"):
        find([".", source])


def test_a_manifest_in_the_root_folder_counts_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sources, "open_url", lambda _: BytesIO(b"path\nfilms/a.png\n"))
    assert [film.url for film in find(["/no-such-list.csv"])] == ["/films/a.png"]
