"""Data of one's own: what is missing or of another form is told before anything is trained."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import yaml
from imaging.files import dicom
from PIL import Image
from small_run import MAIN, SMALL

from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.cases import doubtful_patients, read_cases
from cxr_training.config import TrainConfig
from cxr_training.csv_files import csv_bytes
from cxr_training.duplicates import SAME_FILM, near_duplicates
from cxr_training.errors import TrainingError
from cxr_training.films import load_films
from cxr_training.lesions import read_lesions
from cxr_training.prepare.describe import describe
from cxr_training.run_folder import RunFolder
from cxr_training.train import main, run


@pytest.fixture
def data(small_data: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(small_data, tmp_path / "data"))


def emptied(labels: Path) -> None:
    labels.write_text(labels.read_text("utf-8").splitlines()[0] + "\n", "utf-8")


def graded_alone(labels: Path) -> None:
    """Three mild films, of one patient, keep their scores; all others lose theirs."""
    with labels.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    scores = [column for column in rows[0] if column.startswith(("brixia", "covidnet"))]
    for i, row in enumerate(rows):
        row |= {"patient": "one"} if i in (0, 3, 6) else dict.fromkeys(scores, "")
    labels.write_bytes(csv_bytes(tuple(rows[0]), [list(row.values()) for row in rows]))


def cut(archive: Path) -> None:
    """As a copy that a full disk ended."""
    archive.write_bytes(archive.read_bytes()[:800])


def renumbered(data: Path, *folders: str) -> None:
    """Patients 0, 1, 2 and so on in each table."""
    for folder in folders:
        labels = data / folder / "labels.csv"
        with labels.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for i, row in enumerate(rows):
            row["patient"] = str(i)
        labels.write_bytes(csv_bytes(tuple(rows[0]), [list(row.values()) for row in rows]))


@pytest.mark.parametrize(
    ("change", "settings", "message"),
    [
        (
            lambda data: emptied(data / "lesions" / "labels.csv"), {},
            "pretext: no film of masks or boxes is there",
        ),
        (
            lambda data: emptied(data / "ralo" / "labels.csv"), {},
            r"ralo: no film is there; then without=\[ralo\]",
        ),
        (
            lambda data: emptied(data / "ralo" / "labels.csv"),
            {"across": False, "main": {**MAIN, "severity": 0}},
            "main: no film of ralo is there",
        ),
        (
            lambda data: graded_alone(data / "severity" / "labels.csv"), {},
            "across: without ralo, films with a class lie in 1 of 3 folds, and calibration takes",
        ),
        (
            lambda data: (data / "ralo" / "peers.csv").write_text("image,pxs\n0.jpg,1\n"), {},
            r"peers\.csv: column 'bsnet_brixia' is missing",
        ),
        (
            lambda _: None, {"split": {"folds": 3, "held_back": 0.01}},
            "split.held_back: 0.01 of 16 films with masks or boxes is none",
        ),
        (
            lambda data: (data / "lesions" / "masks.tar").write_text("none"), {},
            "masks.tar: is no tar",
        ),
        (
            lambda data: (data / "lesions" / "boxes.tar").unlink(), {},
            "boxes.tar: No such file",
        ),
        (
            lambda data: cut(data / "lesions" / "masks.tar"), {},
            r"masks\.tar: is damaged, at masks/",
        ),
        (
            lambda data: cut(data / "ralo" / "images.tar"), {},
            r"images\.tar: is damaged, at images/",
        ),
        (
            lambda data: (data / "severity" / "images" / "03.png").write_bytes(b"none"), {},
            r"severity/images/03\.png: .*PNG, JPEG, TIFF and DICOM are accepted",
        ),
        (
            lambda data: renumbered(data, "severity", "ralo"), {},
            r"then across=false \(15 patients stand in both collections\)",
        ),
    ],
)  # fmt: skip
def test_it_is_told_in_a_line_before_any_training(
    data: Path, tmp_path: Path, change: Callable[[Path], object], settings: dict[str, object],
    message: str,
) -> None:  # fmt: skip
    change(data)
    config = TrainConfig.model_validate({**SMALL, **settings})
    with pytest.raises(TrainingError, match=message):
        run(config, data, RunFolder(tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_blanks_around_a_patients_name_make_no_other_patient(data: Path) -> None:
    for name in ("severity", "ralo", "lesions"):
        labels = data / name / "labels.csv"
        before = (read_cases(data).cases, read_lesions(data))
        with labels.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        cells = [[f" {cell}\u00a0 " if i % 2 else cell for cell in row.values()]
                 for i, row in enumerate(rows)]  # fmt: skip
        labels.write_bytes(csv_bytes(tuple(rows[0]), cells))
        # By their texts: a score that is not there is not equal to itself.
        assert repr((read_cases(data).cases, read_lesions(data))) == repr(before)


def test_names_that_may_be_of_one_person_or_of_two_are_told(data: Path) -> None:
    assert doubtful_patients(read_cases(data).cases) == []
    renumbered(data, "ralo")
    labels = data / "severity" / "labels.csv"
    text = labels.read_text("utf-8")
    for old, new in (("p00", "7"), ("p01", "P 02"), ("p03", "P04")):
        text = text.replace(f"{old},", f"{new},", 1)
    labels.write_text(text, "utf-8")
    shared, *spelt = doubtful_patients(read_cases(data).cases)
    assert shared.startswith("1 patients stand in both severity/ and ralo/, '7' for one, and each ")
    assert spelt == [
        "patients 'P 02', 'p02' count as different persons",
        "patients 'P04', 'p04' count as different persons",
    ]


def test_a_film_that_the_service_alone_reads_is_learned(data: Path) -> None:
    image = data / "severity" / "images" / "03.png"
    found = load_films(read_cases(data), PreprocessConfig(size=96))
    with Image.open(image) as film:
        image.write_bytes(dicom(np.asarray(film.convert("L"))))
    as_dicom = load_films(read_cases(data), PreprocessConfig(size=96))
    assert near_duplicates(found.hashes[3:4], as_dicom.hashes[3:4], SAME_FILM).all()


def test_a_table_of_places_is_read_as_the_others_are(data: Path) -> None:
    labels = data / "lesions" / "labels.csv"
    text, found = labels.read_text("utf-8"), read_lesions(data)
    labels.write_text(text, "utf-8-sig")
    assert read_lesions(data) == found
    labels.write_text(text, "utf-16")
    with pytest.raises(TrainingError, match=r"labels\.csv: is not UTF-8"):
        read_lesions(data)
    labels.write_text(text.replace("copy_of", "copy"), "utf-8")
    with pytest.raises(TrainingError, match=r"labels\.csv: column 'copy_of' is missing"):
        read_lesions(data)
    labels.write_text(text.replace(",masks,", ",outlines,", 1), "utf-8")
    with pytest.raises(TrainingError, match=r"labels\.csv:2: set 'outlines' is unknown"):
        read_lesions(data)


def test_a_collection_without_films_is_described_too(data: Path) -> None:
    emptied(data / "ralo" / "labels.csv")
    labels = data / "severity" / "labels.csv"
    head, *rows = labels.read_text("utf-8").splitlines()
    added = [f"{head},url,finding,licence", *(f"{row},,," for row in rows)]
    labels.write_text("\n".join(added) + "\n", "utf-8")
    assert "`ralo/`: 0 films of 0 patients" in describe(data)


def test_the_command_tells_which_change_is_wrong(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "small.yaml"
    recipe.write_text(yaml.safe_dump(SMALL))
    command = ["--config", str(recipe), "--data", str(data), "--out", str(tmp_path / "run")]
    assert main([*command, "--set", "main.step=3"]) == 2
    said = "cxr-train: --set main.step=3: main.step: there is no such key\n"
    assert capsys.readouterr().err == said
