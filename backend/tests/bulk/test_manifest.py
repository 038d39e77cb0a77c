"""Which films a list names, in whatever program it was written."""

from __future__ import annotations

import os
import warnings
import zipfile
from pathlib import Path

import pytest

from cxr_severity.bulk.entries import read
from cxr_severity.bulk.rows import GRADED, blank
from cxr_severity.bulk.sources import SourceError, find
from cxr_severity.bulk.table_file import write_table


def _names(source: Path) -> list[str]:
    return [entry.name for entry in find([str(source)])]


@pytest.fixture
def films(tmp_path: Path) -> Path:
    folder = tmp_path / "films"
    for name in ("b.png", "a.dcm", "deep/er/c"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


@pytest.mark.parametrize("head", ["patient,path\n1,{}\n", "file\n{}\n", "which\n{}\n"])
def test_a_manifest_names_files_beside_itself(films: Path, head: str) -> None:
    manifest = films.parent / "list.csv"
    manifest.write_text(head.format("films/b.png"), "utf-8-sig")
    assert _names(manifest) == [f"{films}/b.png"]


@pytest.mark.parametrize("text", ["films/b.png\nfilms/a.dcm\n", "films/deep/er/c\n", "gone.jpg\n"])
def test_a_list_without_a_line_of_names_loses_no_film(films: Path, text: str) -> None:
    manifest = films.parent / "list.csv"
    manifest.write_text(text)
    assert _names(manifest) == [f"{films.parent}/{line}" for line in text.split()]


def test_a_table_of_ours_is_a_manifest_of_its_films(
    films: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those in archives, too, of whatever name, and as a file that is called so."""
    monkeypatch.chdir(films)
    for name, members in {
        "more.ZIP": ("x/1.png", "a.zip!b", "x.png", "x.png"),
        "=1.zip": ("y!z.png",),
    }.items():
        with zipfile.ZipFile(name, "w") as archive:
            for number, member in enumerate(members):
                with warnings.catch_warnings(action="ignore"):
                    archive.writestr(member, f"{name} {number}")
    Path("gone.zip!1.png").write_bytes(b"a file")
    entries = find(["."])
    whole, bare = Path("table.csv"), Path("bare.csv")
    write_table(whole, (blank(each.name, GRADED) for each in entries))
    bare.write_text("\n".join(whole.read_text().splitlines()[1:]))
    held = [(each.name, read(each, 99)) for each in entries]
    assert len(held) == 9
    for manifest in ("table.csv", "bare.csv"):
        assert [(each.name, read(each, 99)) for each in find([manifest])] == held


def test_a_name_that_is_no_text_is_found_by_what_a_table_has_of_it(tmp_path: Path) -> None:
    films = tmp_path / "films"
    films.mkdir()
    for name in (b"\xff.png", b"=\xcd\xf5.png", rb"\udcfe.png"):
        Path(os.fsdecode(os.fsencode(films) + b"/" + name)).write_bytes(name)
    entries = find([str(films)])
    table = films / "t.csv"
    names = [each.name.removeprefix(f"{films}/") for each in entries]
    write_table(table, (blank(name, GRADED) for name in [*names, r"gone\udcff.png"]))
    *found, gone = find([str(table)])
    assert sorted(read(each, 99) for each in found) == sorted(read(each, 99) for each in entries)
    assert gone.name == rf"{films}/gone\udcff.png"


def test_a_film_that_an_archive_lacks_is_a_row_and_the_rest_still_counts(films: Path) -> None:
    manifest = films.parent / "list.csv"
    with zipfile.ZipFile(films / "a.zip", "w") as archive:
        archive.writestr("x.png", b"x")
    (films / "cut.zip").write_bytes(b"PK")
    lines = ("a.zip!y.png", "cut.zip!y.png", "none.zip!y.png", "a.zip!x.png")
    manifest.write_text("file\nnowhere://a.zip!y.png\n" + "".join(f"films/{n}\n" for n in lines))
    *missing, there = find([str(manifest)])
    assert read(there, 9) == b"x"
    assert len(missing) == 4
    for each, said in zip(missing, ("Protocol", "no item", "not a zip", "No such"), strict=True):
        with pytest.raises(OSError, match=said):
            read(each, 9)


def test_a_manifest_may_come_from_a_spreadsheet(films: Path) -> None:
    manifest = films.parent / "list.csv"
    manifest.write_text("Patient;File Name\n1;films/b.png\n", "utf-16")
    assert _names(manifest) == [f"{films}/b.png"]
    manifest.write_bytes("path\nfilms/grün.png\n".encode("cp1252"))
    with pytest.raises(SourceError, match=r"list\.csv: is no text in UTF-8"):
        find([str(manifest)])


def test_a_manifest_parted_by_tabs_may_have_commas_in_its_names(tmp_path: Path) -> None:
    manifest = tmp_path / "list.TSV"
    for text in ("path\nfilm, left.png\n", "film, left.png\n", "n\tpath\n1,2\tfilm, left.png\n"):
        manifest.write_text(text)
        assert _names(manifest) == [f"{tmp_path}/film, left.png"]


def test_a_manifest_may_name_what_is_missing_and_the_rest_still_counts(films: Path) -> None:
    manifest = films.parent / "list.csv"
    manifest.write_text(f"path\nfilms/gone.png\n{films}/b.png\n\nfilms/gone.png\n")
    gone, there = find([str(manifest)])
    assert read(there, 100) == b"b.png"
    with pytest.raises(FileNotFoundError):
        read(gone, 100)
