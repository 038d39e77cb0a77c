"""`cxr-prepare`: the other parts of the folder, and the command itself."""

from __future__ import annotations

import csv
import math
import shutil
import tarfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from public_sources import ZONES, Checkouts, make_checkouts, rectangle, run

from cxr_severity.model.networks.cells import CellNet
from cxr_severity.model.networks.configs import CellConfig
from cxr_training.backbone import BACKBONE_WEIGHTS, load_backbone
from cxr_training.cases import read_cases
from cxr_training.csv_files import read_table
from cxr_training.lesions import read_lesions
from cxr_training.prepare import weights
from cxr_training.prepare.cli import MISSING, main

BOXES = "id,boxes,width,height,Typical Appearance\n"
BRIXIA = ",".join(("filename", *ZONES))


@pytest.fixture
def checkouts(tmp_path: Path) -> Checkouts:
    return make_checkouts(tmp_path / "sources")


def _torchvision_state() -> dict[str, torch.Tensor]:
    """A network's own weights under torchvision's names, with a classifier."""
    ours = {theirs: name for name, theirs in weights._layers().items()}
    state = CellNet(CellConfig()).backbone.state_dict()
    renamed = {
        f"{ours[layer]}.{parameter}": value
        for key, value in state.items()
        for layer, _, parameter in [key.rpartition(".")]
    }
    return renamed | {"classifier.1.weight": torch.zeros(2, 2)}


def test_pretrain_films_and_weights(checkouts: Checkouts, tmp_path: Path) -> None:
    out = tmp_path / "data"
    torch.save(_torchvision_state(), tmp_path / "efficientnet_b0.pth")
    assert run(out, checkouts | {"imagenet": tmp_path / "efficientnet_b0.pth"}) == 0
    with (out / "pretrain" / "labels.csv").open() as file:
        labels = {row["file"]: row["label"] for row in csv.DictReader(file)}
    assert labels == {
        "covid/COVID-1.jpg": "covid", "covid/COVID-2.jpg": "covid",
        "normal/Normal-1.jpg": "normal",
        "paediatric/IM-0115-0001.jpg": "normal", "paediatric/NORMAL2-IM-0007-0001.jpg": "normal",
        "paediatric/person1_bacteria_1.jpg": "bacterial",
        "paediatric/person1_virus_6.jpg": "viral",
    }  # fmt: skip
    members = []
    for archive in sorted((out / "pretrain").glob("*.tar")):
        with tarfile.open(archive) as tar:
            members += tar.getnames()
            stored = tar.extractfile(tar.getnames()[0])
            assert stored is not None
            with Image.open(stored) as image:
                assert (image.size, image.mode) == ((224, 224), "L")
    assert members == list(labels)
    # The keys are the backbone's: nothing is missing, nothing is unknown.
    load_backbone(CellNet(CellConfig()), out / BACKBONE_WEIGHTS)


def test_what_is_not_given_is_said(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "data", {"cohen": checkouts["cohen"]}) == 0
    said = capsys.readouterr().out.splitlines()
    missing = [key for key in MISSING if key != "cohen"]
    assert [line.split(":")[0] for line in said[: len(missing)]] == [
        f"without --{key.replace('_', '-')}" for key in missing
    ]
    assert said[len(missing) :] == [
        "severity/: 1 of 1 scored names have a frontal image",
        (
            "training cannot use it yet: no film is mild; a grade needs the Brixia totals of both "
            "readers, or extent and opacity"
        ),
    ]
    assert not (tmp_path / "data" / "pretrain").exists()


def test_films_of_stony_brook_keep_their_raters_and_their_days(
    checkouts: Checkouts, tmp_path: Path
) -> None:
    out = tmp_path / "data"
    assert run(out, {key: checkouts[key] for key in ("ralo", "peers")}) == 0
    first, second, third, fourth = read_cases(out, ["ralo"]).cases
    # The images are numbered as the rows; the third has none.
    assert [case.image for case in (first, second, third, fourth)] == [
        "ralo/0.jpg", "ralo/1.jpg", "ralo/3.jpg", "ralo/4.jpg",
    ]  # fmt: skip
    assert first.total == pytest.approx(0.11 + 1.07 / 2 + 1.06 / 2)
    assert (second.patient, second.day) == ("ralo-S1", 0.5), "half a day after the first"
    assert second.sides == ((4.0, 2.0, 4.0, 2.0), (4.0, 2.0, 3.0, 2.0))
    assert second.total == pytest.approx(0.11 + 1.07 * 7.5 + 1.06 * 4)
    assert third.severity is None, "one rater is no reference"
    assert math.isnan(third.day)
    peers = read_table(out / "ralo" / "peers.csv", ("image",))
    assert peers.rows == (
        {"image": "0.jpg", "bsnet_brixia": "3.0", "covidnet_s_extent": "0.5",
         "covidnet_s_opacity": "4.9", "pxs": "8.6"},
        {"image": "1.jpg", "bsnet_brixia": "4.0", "covidnet_s_extent": "1.5",
         "covidnet_s_opacity": "4.9", "pxs": "16.2"},
    )  # fmt: skip
    with tarfile.open(out / "ralo" / "images.tar") as tar:
        assert tar.getnames() == [f"images/{i}.jpg" for i in (0, 1, 3, 4)]


def test_drawn_films_say_whose_copies_they_are(checkouts: Checkouts, tmp_path: Path) -> None:
    out = tmp_path / "data"
    assert run(out, checkouts) == 0
    found = {one.file: one for one in read_lesions(out)}
    assert len(found) == 11
    copies = {file: one.copy_of for file, one in found.items() if one.copy_of}
    rows = read_table(out / "severity" / "labels.csv", ("filename", "image")).rows
    original = next(row["image"] for row in rows if row["filename"] == "b-day1.jpg")
    assert copies == {"masks/covid/covid_test.jpg": f"severity/{original}"}
    assert found["masks/normal/normal_val.jpg"].opacity_mask is None
    assert found["boxes/aa.jpg"].boxes == ((0.25, 0.0, 1.0, 0.5),)
    assert (found["boxes/aa.jpg"].patient, found["boxes/bb.jpg"].patient) == (
        "siim-0001", "siim-0000",
    )  # fmt: skip
    with tarfile.open(out / "lesions" / "masks.tar") as tar:
        stored = tar.extractfile("masks/covid/covid_train.opacity.png")
        assert stored is not None
        with Image.open(stored) as mask:
            assert (mask.size, mask.mode) == ((256, 256), "1")
            assert np.asarray(mask).mean() == pytest.approx(0.25)


def test_boxes_need_all_of_their_tables(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "data", {"siim": checkouts["siim"]}) == 2
    assert "--siim-tables is needed too" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("key", "file", "content", "says"),
    [
        ("cohen", "metadata.csv", None, "No such file"),
        ("cohen", "metadata.csv", "filename,age\n", "column 'patientid' is missing"),
        ("brixia", "data/public-annotations.csv", "filename\n", "column 'S-Global' is missing"),
        ("schaudt", "COVIDx8B_severity_mapping.csv", "orig_image_name,label\na,x\n",
         "label 'x' is no number"),
        ("opacity_masks", "masks/1f_2.png", None, "masks/1f_2.png is not there"),
        ("v7", "annotations/covid-only.zip", "no archive", "is no zip archive"),
        ("imagenet", "b0.pth", "no weights", "is no state dict that can be read"),
        ("kermany", "dataset/train/PNEUMONIA/person2_3.jpeg", "", "neither bacteria nor virus"),
        ("kermany", "dataset/test/NORMAL/IM-0115-0001.jpeg", "", "2 films have this name"),
        ("cohen", "images/a-day0.jpeg", "no image", "is no image that can be read"),
        ("covidnet", "annotations/severity_annotations.csv", "n,e,o\na,9,2\n", "a: 9, 2 are not"),
        ("ralo", "data/RALO-Dataset/ralo-dataset-metadata.csv", "1,2\n", "is not the header"),
        ("peers", "data/covidnet-s.csv", "###,x\n###,0.jpg,1\n", "0.jpg lacks a number"),
        ("covid_qu_ex", "Infection Segmentation Data/Val/COVID-19/infection masks/covid_val.png",
         None, "covid_val.png: is not there"),
        ("siim_tables", "assets/train_image_level_folded_v3.csv",
         "id,boxes,width,height\naa_image,[],4,4\n", "csv:2: 0 study labels are set"),
        ("siim_tables", "assets/train_image_level_folded_v3.csv",
         f"{BOXES}aa_image,\"[{{'x': None, 'y': 0, 'width': 1, 'height': 1}}]\",4,4,1\n",
         "csv:2: boxes \"[{'x': None, 'y': 0, 'width': 1, 'height': 1}]\" are none with x, y,"),
        ("siim_tables", "assets/train_image_level_folded_v3.csv",
         f"{BOXES}aa_image,[],0,4,1\n", "csv:2: width '0' is no number of pixels"),
        ("brixia", "data/public-annotations.csv",
         f"{BRIXIA}\na.png{',1' * 6},19{',1' * 7}\n", "csv:2: S-Global 19 is not between 0 and 18"),
        ("brixia", "data/public-annotations.csv",
         f"{BRIXIA}\na.png,4{',1' * 13}\n", "csv:2: S-A 4 is not between 0 and 3"),
        ("schaudt", "COVIDx8B_severity_mapping.csv", "orig_image_name,label\na,1\nb,6\n",
         "csv:3: label 6 is not between 0 and 5"),
        ("cohen", "annotations/covid-severity-scores.csv",
         "## x\nfilename,geographic_mean,opacity_mean\na,8.5,2\n",
         "csv:3: geographic_mean 8.5 is not between 0 and 8"),
        ("covidnet", "annotations/severity_annotations.csv", "n,e,o\nb,1,1\na,-1,2\n",
         "csv:3: a: -1, 2 are not between 0 and 8"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_writes_nothing(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    key: str, file: str, content: str | None, says: str,
) -> None:  # fmt: skip
    given = checkouts | {"imagenet": tmp_path} if key == "imagenet" else checkouts
    broken = given[key] / file
    broken.unlink() if content is None else broken.write_text(content)
    if key == "imagenet":
        given[key] = broken
    assert run(tmp_path / "out" / "data", given) == 2
    error = capsys.readouterr().err
    assert error.startswith("cxr-prepare: ")
    assert error.count("\n") == 1
    assert says in error
    assert not list((tmp_path / "out").glob("*"))


def test_refuses_a_folder_that_is_there_and_no_collections(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, checkouts) == 2
    assert run(tmp_path / "data", {}) == 2
    shutil.rmtree(checkouts["figure1"] / "images")
    assert run(tmp_path / "data", {"figure1": checkouts["figure1"]}) == 2
    assert run(tmp_path / "data", {"actualmed": checkouts["actualmed"]}) == 2
    assert main([f"--describe={tmp_path}", f"--cohen={tmp_path}"]) == 2
    assert [line.partition(": ")[2] for line in capsys.readouterr().err.splitlines()] == [
        f"{tmp_path}: is there already",
        "none of the collections is given",
        f"{checkouts['figure1']}: has no folder images",
        "no image of the collections given has a score; nothing to write",
        "--describe writes nothing; --cohen is for --out",
    ]


def test_describe_counts(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(tmp_path / "data", checkouts)
    capsys.readouterr()
    assert main(["--describe", str(tmp_path / "data")]) == 0
    said = capsys.readouterr().out
    for line in (
        "| brixia | 4 | 2 | 1 | 2 | 1 |",
        "| extent-opacity | 2 | 2 | 1 | 0 | 1 |",
        "| ralo | 3 | 3 | 1 | 1 | 1 |",
        "| BrixIA/Brixia-score-COVID-19 | 1 | 1 | 0 | 1 | 0 | 0 |",
        "| Brixia, both radiologists | 4 | 2 |",
        "`ralo/`: 4 films of 3 patients, 1 of them with several, at most 2; 3 films are dated.",
        "| boxes | typical | 1 | 0 | 0 | 1 | 0 |",
        "| masks | covid | 3 | 3 | 3 | 0 | 1 |",
        "| AP | 1 | 1 | 0 | 0 | 0 |",
        "| CC BY | 4 |",
        "1 within 40 bits (0 under two patients' names)",
        "| paediatric | viral | 1 |",
    ):
        assert line in said
    parts = tmp_path / "parts"
    for name in ("lesions", "ralo"):
        shutil.copytree(tmp_path / "data" / name, parts / name)
        capsys.readouterr()
        assert main(["--describe", str(parts)]) == 0
        said = capsys.readouterr().out
        assert "| boxes | typical | 1 | 0 | 0 | 1 | 0 |" in said
        assert ("| ralo | 3 | 3 | 1 | 1 | 1 |" in said) == (name == "ralo")
        assert "Age is stated" not in said
    assert main(["--describe", str(tmp_path / "sources")]) == 2
    assert "holds none of severity/labels.csv, ralo/labels.csv" in capsys.readouterr().err
    assert main(["--describe", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err == f"cxr-prepare: {tmp_path / 'none'}: is no folder\n"


def test_a_drawn_films_mask_of_another_aspect_is_left_out_and_said(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = checkouts["covid_qu_ex"] / "Infection Segmentation Data" / "Train" / "COVID-19"
    rectangle(train / "infection masks" / "covid_train.png", (256, 128), (0, 0, 64, 64))
    out = tmp_path / "data"
    assert run(out, {"covid_qu_ex": checkouts["covid_qu_ex"]}) == 0
    said = "masks/covid/covid_train.opacity.png: this opacity mask has another aspect"
    assert said in capsys.readouterr().out.splitlines()
    (film,) = (one for one in read_lesions(out) if one.file == "masks/covid/covid_train.jpg")
    assert (film.opacity_mask, film.lung_mask) == (None, "masks/covid/covid_train.lung.png")
    with tarfile.open(out / "lesions" / "masks.tar") as tar:
        assert "masks/covid/covid_train.opacity.png" not in tar.getnames()


@pytest.mark.parametrize("place", ["labels", "archive"])
def test_messages_name_the_folder_that_was_asked_for(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch, place: str,
) -> None:  # fmt: skip
    out = tmp_path / "data"
    if place == "labels":
        # An age that training does not take, of a film that it would.
        table = checkouts["cohen"] / "metadata.csv"
        table.write_text(table.read_text().replace(",65,", ",650,"))
        assert run(out, checkouts) == 0
        said = capsys.readouterr().out
        assert "training cannot use it yet: severity/labels.csv:" in said
    else:

        def full(folder: Path) -> list[str]:
            raise OSError(28, "No space left on device", str(folder / "severity" / "labels.csv"))

        monkeypatch.setattr("cxr_training.prepare.cli.training_says", full)
        assert run(out, checkouts) == 2
        said = capsys.readouterr().err
        assert said == f"cxr-prepare: {out / 'severity' / 'labels.csv'}: No space left on device\n"
    assert "partial" not in said
