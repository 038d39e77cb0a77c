"""`cxr-prepare`: `severity/` from made-up checkouts."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from public_sources import TALL, Checkouts, cases, make_checkouts, rectangle, run

from cxr_training.csv_files import read_table
from cxr_training.errors import TrainingError
from cxr_training.prepare import severity
from cxr_training.prepare.images import read_film
from cxr_training.prepare.masks import v7
from cxr_training.prepare.sources import named_after_file


@pytest.fixture
def checkouts(tmp_path: Path) -> Checkouts:
    return make_checkouts(tmp_path / "sources")


def test_rebuilds_labels_that_training_reads(checkouts: Checkouts, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "data"
    assert run(out, checkouts) == 0
    found = cases(out)
    assert list(found) == [
        "COVID-00015a.png", "COVID-00016.jpg", "CR.1.2.png", "a-day0.jpeg", "a-day5.jpeg",
        "b-day1.jpg", "only-there.png", "x-2.jpg",
    ]  # fmt: skip
    first = found["a-day0.jpeg"]
    assert (first.severity, first.brixia, first.zones[1]) == ("mild", (5, 5), (0, 1, 2, 0, 1, 1))
    assert (first.extent, first.view, first.age) == (2.7, "PA", 65)
    assert math.isnan(first.grade)
    assert [case.severity for case in found.values()] == [
        None, "severe", None, "mild", "severe", "mild", "moderate", "moderate",
    ]  # fmt: skip
    assert (found["b-day1.jpg"].extent, found["b-day1.jpg"].reference) == (2.667, "extent-opacity")
    assert found["CR.1.2.png"].grade == 4, "a grade alone is no reference"
    assert found["b-day1.jpg"].sex == ""
    assert math.isnan(found["b-day1.jpg"].age)
    assert [path.name for path in out.parent.iterdir()] == ["data"]  # no partial folder


def test_images_come_from_the_first_collection_that_has_them(
    checkouts: Checkouts, tmp_path: Path
) -> None:
    run(tmp_path / "data", checkouts)
    with (tmp_path / "data" / "severity" / "labels.csv").open() as file:
        rows = {row["filename"]: row for row in csv.DictReader(file)}
    sources = {name: row["source"].partition("/")[0] for name, row in rows.items()}
    assert sources == {
        "COVID-00015a.png": "agchung", "COVID-00016.jpg": "agchung", "CR.1.2.png": "agchung",
        "a-day0.jpeg": "hida6", "a-day5.jpeg": "hida6", "b-day1.jpg": "hida6",
        "only-there.png": "GeneralBlockchain", "x-2.jpg": "BrixIA",
    }  # fmt: skip
    assert rows["a-day0.jpeg"]["licence"] == "CC BY"
    assert rows["a-day0.jpeg"]["url"] == "https://example.org/case"
    assert (rows["a-day0.jpeg"]["survival"], rows["a-day5.jpeg"]["offset"]) == ("Y", "5")
    # Cohen's table knows the film, though another collection has its image.
    assert rows["only-there.png"]["finding"] == "COVID-19"


def test_near_duplicates_share_a_patient_across_collections(
    checkouts: Checkouts, tmp_path: Path
) -> None:
    run(tmp_path / "data", checkouts)
    found = {name: case.patient for name, case in cases(tmp_path / "data").items()}
    # x-2 is a copy of a-day0: the later film's patient names both, and a-day5 follows.
    assert found["x-2.jpg"] == found["a-day0.jpeg"] == found["a-day5.jpeg"] == "name-x"
    assert found["COVID-00015a.png"] == "figure1-COVID-00015"
    assert found["CR.1.2.png"] == "actualmed-ANON7"
    assert found["b-day1.jpg"] == "cohen-319b"


def test_films_and_masks_are_reduced_alike(checkouts: Checkouts, tmp_path: Path) -> None:
    out = tmp_path / "data"
    run(out, checkouts)
    for name, case in cases(out).items():
        with Image.open(out / case.image) as image:
            assert (image.format, image.mode, max(image.size) <= 512) == ("JPEG", "L", True)
            # Films that are small already keep their pixels.
            assert image.size == {
                "b-day1.jpg": TALL, "only-there.png": TALL, "x-2.jpg": (320, 256)
            }.get(name, (512, 410))  # fmt: skip
            for mask in filter(None, (case.lung_mask, case.opacity_mask)):
                with Image.open(out / mask) as drawn:
                    assert (drawn.mode, drawn.size) == ("1", image.size)


def test_masks_are_v7s_else_lungvaes_and_opacities_the_radiologists(
    checkouts: Checkouts, tmp_path: Path
) -> None:
    out = tmp_path / "data"
    run(out, checkouts)
    found = cases(out)

    def share(mask: str | None) -> float:
        assert mask is not None
        with Image.open(out / mask) as drawn:
            return float(np.asarray(drawn).mean())

    hole = 101 * 301 / (640 * 512)
    assert share(found["a-day0.jpeg"].lung_mask) == pytest.approx(0.5 - hole, abs=0.01)
    assert share(found["b-day1.jpg"].lung_mask) == pytest.approx(0.5, abs=0.01)
    assert found["a-day5.jpeg"].lung_mask is None
    # The union of both opacities, without the effusion: half of one of the two lungs.
    assert share(found["a-day5.jpeg"].opacity_mask) == pytest.approx(0.125, abs=0.01)
    rows = read_table(out / "severity" / "labels.csv", ("filename", "involvement")).rows
    involved = {row["filename"]: row["involvement"] for row in rows}
    assert involved["a-day5.jpeg"] == "0.25"
    assert involved["only-there.png"] == "", "its lungs are not drawn"


def test_a_mask_of_another_aspect_is_left_out_and_said(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = checkouts["cohen"] / "annotations" / "lungVAE-masks" / "b-day1_mask.png"
    rectangle(mask, (500, 500), (0, 0, 250, 500))
    assert run(tmp_path / "data", checkouts) == 0
    assert "b-day1.jpg: its lung mask has another aspect\n" in capsys.readouterr().out
    assert cases(tmp_path / "data")["b-day1.jpg"].lung_mask is None


def test_sixteen_bits_are_scaled_not_clipped(tmp_path: Path) -> None:
    values = np.array([[0, 32768, 65535]], np.uint16)
    Image.fromarray(values).save(tmp_path / "film.png")
    assert np.asarray(read_film(tmp_path / "film.png")).tolist() == [[0, 128, 255]]


def test_names_without_a_patient() -> None:
    names = ("1-11-3.jpg", "aqaa062i0002-b.png", "immagine 3.png", "4-x-day1.jpg", "0.jpg")
    assert [named_after_file(name) for name in names] == [
        "name-1-11", "name-aqaa062i0002", "name-immagine 3", "name-4-x-day1", "name-0",
    ]  # fmt: skip


def test_sharing_follows_chains_of_copies() -> None:
    rows = [{"patient": name} for name in "abcad"]
    hashes = np.random.default_rng(0).random((5, 256)) < 0.5
    hashes[1], hashes[2] = hashes[0], hashes[0]
    severity.share_patients(rows, hashes)
    assert [row["patient"] for row in rows] == ["c", "c", "c", "c", "d"]


def test_v7_names_the_file_that_is_no_annotation(tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "1.json").write_text('{"image": {}}')
    with pytest.raises(TrainingError, match=r"1\.json: is no Darwin annotation"):
        v7(tmp_path)
