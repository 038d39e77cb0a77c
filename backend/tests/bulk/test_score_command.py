"""`cxr-severity score` with a model: the same grades as `predict`, and a row for everything."""

from __future__ import annotations

import json
import shutil
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest
from interop.films import FILM, STUDY, film
from pyarrow import parquet
from support import SAMPLES

from cxr_severity.bulk.matching import match
from cxr_severity.bulk.readings import Reading
from cxr_severity.bulk.table_file import read_table
from cxr_severity.cli import main
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK, EXIT_SOME_FAILED

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(autouse=True)
def _weights(random_version: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))


def test_a_folder_a_zip_and_a_manifest_become_one_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    films = tmp_path / "films"
    films.mkdir()
    first, second, third = (shutil.copy(path, films) for path in SAMPLES[:3])
    (films / "notes.txt").write_text("no film")
    archive = tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.write(first, "same.png")
    manifest = tmp_path / "list.csv"
    manifest.write_text(f"path\nfilms/gone.png\n{second}\n")
    out, maps = tmp_path / "t.parquet", tmp_path / "maps"
    command = ["score", str(films), str(archive), str(manifest), "--out", str(out), "--force"]
    status = main([*command, "--heatmaps", str(maps), "--workers", "1"])
    assert status == EXIT_SOME_FAILED
    assert "4 graded, 1 refused, 1 failed; 1 of them duplicates" in capsys.readouterr().err

    rows = {Path(row["file"]).name: row for row in parquet.read_table(out).to_pylist()}
    assert len(rows) == 6
    assert main(["predict", "--json", "--force", "--no-explain", str(third)]) == EXIT_OK
    expected = json.loads(capsys.readouterr().out)
    row = rows[Path(third).name]
    assert row["severity"] == expected["severity"]
    assert row["brixia_total"] == pytest.approx(expected["brixia"]["total"], abs=1e-3)
    assert (row["width"], row["height"]) == (
        expected["input"]["width"],
        expected["input"]["height"],
    )
    assert (maps / row["heatmap"]).read_bytes().startswith(b"\xff\xd8")
    copy = rows["more.zip!same.png"]
    assert {copy["file"], copy["duplicate_of"]} == {f"{archive}!same.png", str(first)} or (
        rows[Path(first).name]["duplicate_of"] == f"{archive}!same.png"
    )
    assert copy["sha256"] == rows[Path(first).name]["sha256"]
    assert (rows["notes.txt"]["status"], rows["notes.txt"]["code"]) == ("refused", "not-an-image")
    gone = rows["gone.png"]
    assert (gone["status"], gone["code"]) == ("failed", "unreadable-file")
    assert "No such file" in gone["detail"]

    assert main([*command, "--heatmaps", str(maps)]) == EXIT_CANNOT_START
    assert "is there already" in capsys.readouterr().err


def test_somebody_s_home_may_be_named_where_no_shell_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.chdir(work)
    command = ["score", str(SAMPLES[0]), "--out=~/t.csv", "--heatmaps=~/maps", "--force"]
    assert main([*command, "--workers", "1"]) == EXIT_OK
    (row,) = read_table(home / "t.csv")
    assert (home / "maps" / row["heatmap"]).is_file()
    assert list(work.iterdir()) == []


@pytest.mark.parametrize(
    ("source", "heatmaps", "status"),
    [
        (".", "{}/maps", EXIT_CANNOT_START),
        ("{}/a", "maps", EXIT_CANNOT_START),
        ("{}/a", "{}/maps", EXIT_SOME_FAILED),
    ],
)
def test_a_run_goes_on_where_the_same_words_name_the_same_films(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    source: str,
    heatmaps: str,
    status: int,
) -> None:
    for site in ("a", "b"):
        (tmp_path / site).mkdir()
        (tmp_path / site / "film.png").write_bytes(f"no film of {site}".encode())
    out = tmp_path / "t.csv"
    command = ["score", source.format(tmp_path), "--heatmaps", heatmaps.format(tmp_path)]
    command += ["--out", str(out), "--workers", "1"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(tmp_path / "a")
    with monkeypatch.context() as patch:
        patch.setattr("cxr_severity.bulk.run.write_table", full)
        assert main(command) == EXIT_CANNOT_START
    monkeypatch.chdir(tmp_path / "b")
    capsys.readouterr()
    assert main(command) == status
    if status == EXIT_CANNOT_START:
        assert "was begun with another working folder; go on" in capsys.readouterr().err
        monkeypatch.chdir(tmp_path / "a")
        assert main(command) == EXIT_SOME_FAILED
    (row,) = read_table(out)
    assert row["sha256"] == sha256(b"no film of a").hexdigest()


def test_a_run_goes_on_with_the_version_that_it_was_begun_with(
    tmp_path: Path,
    random_version: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And with no other of the same name, whose grades would stand in the same table."""
    weights = tmp_path / "weights"
    manifest = shutil.copytree(random_version, weights / random_version.name) / "manifest.json"
    monkeypatch.setenv("CXR_WEIGHTS", str(weights))
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "film.png").write_bytes(b"no film")
    out = tmp_path / "t.csv"
    command = ["score", str(tmp_path / "films"), "--out", str(out), "--workers", "1"]

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("cxr_severity.bulk.run.write_table", full)
        assert main(command) == EXIT_CANNOT_START
    journal = tmp_path / "t.csv.journal"
    begun, text = journal.read_bytes(), manifest.read_text()
    trained_anew = {**json.loads(text), "created": "2001-02-03"}
    manifest.write_text(json.dumps(trained_anew))
    capsys.readouterr()
    assert main(command) == EXIT_CANNOT_START
    assert "was begun with another content of the version; go on" in capsys.readouterr().err

    manifest.write_text(text)
    identity, *rows = begun.splitlines(keepends=True)
    older = {key: value for key, value in json.loads(identity).items() if "content" not in key}
    journal.write_bytes(json.dumps(older).encode() + b"\n" + b"".join(rows))
    assert main(command) == EXIT_CANNOT_START
    error = capsys.readouterr().err
    assert "an older release began the run and did not note the content of the version" in error
    assert error.count("\n") == 1
    assert main([*command, "--overwrite"]) == EXIT_SOME_FAILED
    out.unlink()

    journal.write_bytes(begun)
    assert main(command) == EXIT_SOME_FAILED
    (row,) = read_table(out)
    assert (row["version"], row["code"]) == (random_version.name, "not-an-image")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["{}/none", "--out", "{}/t.csv"], "there is no such file or folder"),
        (["{}", "--out", "{}/none/t.csv"], "there is no folder"),
        (["{}", "--out", "{}/t.txt"], "the name of a table ends in"),
        (["{}", "--out", "{}/t.csv", "--version", "9.9.9"], "there is no model version 9.9.9"),
    ],
)
def test_what_cannot_begin_is_one_line(
    tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "film.png").touch()
    filled = [each.format(tmp_path) for each in arguments]
    assert main(["score", *filled]) == EXIT_CANNOT_START
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.png"]


def test_a_refused_film_is_known_by_its_identifiers_and_the_codes_of_the_api(
    tmp_path: Path, random_version: Path
) -> None:
    films, out = tmp_path / "films", tmp_path / "t.csv"
    films.mkdir()
    (films / "lateral.dcm").write_bytes(film(ViewPosition="LL"))
    (films / "frames.dcm").write_bytes(film(NumberOfFrames=2, SOPInstanceUID=f"{FILM}.2"))
    (films / "cut.dcm").write_bytes(film(PatientID="P-2")[:400])
    (films / "notes.txt").write_text("no film")
    command = ["score", str(films), "--out", str(out), "--workers", "1"]
    assert main([*command, "--identifiers"]) == EXIT_SOME_FAILED
    rows = {Path(row["file"]).name: row for row in read_table(out)}
    for row in rows.values():
        assert (row["model"], row["version"]) == ("random", random_version.name)
    lateral, frames = rows["lateral.dcm"], rows["frames.dcm"]
    names = ("patient_id", "accession_number", "study_instance_uid", "sop_instance_uid")
    assert [lateral[name] for name in names] == ["P-1", "A-1", STUDY, FILM]
    assert lateral["code"] == "not-a-frontal-chest-radiograph"
    assert lateral["findings"].split("|")[0] == "declared-not-frontal"
    assert (frames["code"], frames["sop_instance_uid"]) == ("multi-frame", f"{FILM}.2")
    assert rows["cut.dcm"]["patient_id"] == rows["notes.txt"]["sop_instance_uid"] == ""

    reading = Reading("line 2", {"sop_instance_uid": FILM}, "mild", None, "", blind=True)
    found = match([*rows.values()], [reading])
    assert (found.unfound, found.ungraded) == ([], {"not-a-frontal-chest-radiograph": 1})
    assert main([*command, "--overwrite"]) == EXIT_SOME_FAILED
    assert not any(row[name] for row in read_table(out) for name in names)
