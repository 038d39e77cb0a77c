"""`cxr-prepare` on small made-up checkouts laid out as the public collections are."""

from __future__ import annotations

import csv
import json
import math
import shutil
import tarfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cxr_severity.model.network import NetworkConfig, SeverityNet
from cxr_training.backbone import BACKBONE_WEIGHTS, load_backbone
from cxr_training.data import Case, read_labels
from cxr_training.errors import TrainingError
from cxr_training.prepare import severity, weights
from cxr_training.prepare.cli import MISSING, main
from cxr_training.prepare.images import read_film
from cxr_training.prepare.masks import v7
from cxr_training.prepare.sources import named_after_file

WIDE, TALL = (640, 512), (400, 500)
ZONES = [f"{reader}-{zone}" for reader in "SJ" for zone in (*"ABCDEF", "Global")]
METADATA = (
    "patientid", "offset", "sex", "age", "finding", "survival", "intubated", "went_icu", "view",
    "modality", "folder", "filename", "url", "license", "clinical_notes",
)  # fmt: skip
Checkouts = dict[str, Path]


def film(path: Path, seed: int, size: tuple[int, int] = WIDE) -> Path:
    """A smooth image; those of different seeds are no near-duplicates."""
    noise = np.random.default_rng(seed).integers(0, 256, (12, 12), dtype=np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(noise).resize(size, Image.Resampling.BICUBIC).save(path)
    return path


def rectangle(path: Path, size: tuple[int, int], box: tuple[int, int, int, int]) -> None:
    """A mask; the box is left, upper, right, lower."""
    mask = Image.new("L", size)
    mask.paste(255, box)
    path.parent.mkdir(parents=True, exist_ok=True)
    mask.save(path)


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def checkouts(template: Path, tmp_path: Path) -> Checkouts:
    """One of each, by the keys of the command's options, but `imagenet`; a test's own."""
    shutil.copytree(template, tmp_path / "sources")
    return {key: tmp_path / "sources" / key for key in MISSING if key != "imagenet"}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("sources")
    made = {key: root / key for key in MISSING if key != "imagenet"}
    _cohen(made["cohen"])
    _brixia(made["brixia"])
    write_csv(
        made["schaudt"] / "COVIDx8B_severity_mapping.csv", ("orig_image_name", "label"),
        [("b-day1.jpg", 1), ("COVID(13).png", 2), ("COVID-00015a.png", 2), ("lateral.png", 5),
         ("CR.1.2.png", 4), ("nowhere.jpg", 3)],
    )  # fmt: skip
    _opacity_masks(made["opacity_masks"])
    _v7(made["v7"])
    film(made["figure1"] / "images" / "COVID-00015a.png", 15)
    film(made["figure1"] / "images" / "COVID-00016.jpg", 16)
    film(made["actualmed"] / "images" / "CR.1.2.png", 17)
    write_csv(
        made["actualmed"] / "metadata.csv", ("patientid", "imagename"), [("ANON7", "CR.1.2.png")]
    )
    database = made["radiography_database"] / "COVID-19_Radiography_Dataset"
    for name in ("COVID/COVID-1.png", "COVID/COVID-2.png", "Normal/Normal-1.png"):
        film(database / name, 30, (299, 299))
    for name in (
        "train/NORMAL/IM-0115-0001", "test/NORMAL/NORMAL2-IM-0007-0001",
        "train/PNEUMONIA/person1_bacteria_1", "test/PNEUMONIA/person1_virus_6",
    ):  # fmt: skip
        film(made["kermany"] / "dataset" / f"{name}.jpeg", 31, (300, 200))
    return root


def _cohen(root: Path) -> None:
    def row(patient: str, name: str, **other: str) -> list[str]:
        cells = {
            "patientid": patient, "filename": name, "finding": "COVID-19", "view": "PA",
            "modality": "X-ray", "folder": "images", "age": "65", "sex": "M", "offset": "3",
            "url": "https://example.org/case", "license": "CC BY",
            "clinical_notes": 'Cough,\nthen "fever".',
        }  # fmt: skip
        return [(cells | other).get(column, "") for column in METADATA]

    write_csv(
        root / "metadata.csv",
        METADATA,
        [
            row("2", "a-day0.jpeg", survival="Y", intubated="N", went_icu="N"),
            row("2", "a-day5.jpeg", offset="5"),
            row("319b", "b-day1.jpg", view="AP", age="70+", sex="?"),
            row("4", "lateral.png", view="L"),
            row("5", "ct.png", modality="CT"),
            row("6", "unscored.png"),
            row("7", "only-there.png"),
        ],
    )
    for seed, name in enumerate(("a-day0.jpeg", "a-day5.jpeg", "lateral.png", "ct.png")):
        film(root / "images" / name, seed)
    film(root / "images" / "b-day1.jpg", 8, TALL)
    film(root / "images" / "unscored.png", 9)
    scores = root / "annotations" / "covid-severity-scores.csv"
    write_csv(scores, ("filename", "geographic_mean", "opacity_mean"), [("a-day0.jpeg", 2.7, "2")])
    scores.write_text("## Mean of 3\n## License\n" + scores.read_text())
    for name in ("a-day0", "b-day1"):
        size = TALL if name == "b-day1" else WIDE
        rectangle(
            root / "annotations" / "lungVAE-masks" / f"{name}_mask.png", size,
            (0, 0, size[0], size[1] // 2),
        )  # fmt: skip


def _brixia(root: Path) -> None:
    zones = ([0, 1, 2, 0, 1, 1, 5], [3, 3, 3, 3, 3, 2, 17])
    write_csv(
        root / "data" / "public-annotations.csv", ("filename", *ZONES),
        [("a-day0.jpeg", *zones[0], *zones[0]), ("a-day5.jpeg", *zones[1], *zones[1]),
         ("x-2.jpg", *zones[1], *zones[0]), ("ct.png", *zones[0], *zones[0]),
         ("only-there.png", *zones[0], *zones[1])],
    )  # fmt: skip
    folder = root / "data" / "public-cohen-subset"
    # Another export of the film that Cohen's collection calls a-day0.
    film(folder / "x-2.jpg", 0, (320, 256))
    film(folder / "a-day0.jpeg", 40)


def _opacity_masks(root: Path) -> None:
    film(root / "images" / "only-there.png", 20, TALL)
    film(root / "images" / "a-day5.jpeg", 1)
    kinds = {
        # Cut to its box, as large as the film, and not an opacity.
        "Left Lung": (0, 320, 160, 512), "Right Lung": (0, 0, 160, 512),
        "Ground Glass Opacities": (0, 0, 80, 512), "Consolidation": (0, 0, 80, 256),
        "Pleural Effusion": (0, 320, 160, 512), "Monitoring Probes": (0, 0, 0, 0),
    }  # fmt: skip
    rows = []
    for number, (kind, (top, left, width, height)) in enumerate(kinds.items()):
        mask = "" if kind == "Monitoring Probes" else f"masks/1f_{number}.png"
        if kind == "Left Lung":
            rectangle(root / mask, (width, height), (0, 0, width, height))
        elif mask:
            rectangle(root / mask, WIDE, (left, top, left + width, top + height))
        rows.append((kind, "a-day5.jpeg", mask, "640x512", top, left, width, height))
    rows.append(("Airways", "only-there.png", "", "400x500", 0, 0, 0, 0))
    header = ("Template Name", "Filename", "Mask", "Resolution", "Top", "Left", "Width", "Height")
    write_csv(root / "structure.csv", header, rows)


def _v7(root: Path) -> None:
    square = [{"x": x, "y": y} for x, y in ((0, 0), (319, 0), (319, 511), (0, 511))]
    hole = [{"x": x, "y": y} for x, y in ((100, 100), (200, 100), (200, 400), (100, 400))]
    content = {
        "dataset": "covid-19-chest-x-ray-dataset",
        "image": {"width": 640, "height": 512, "filename": "a-day0.jpeg", "url": ""},
        "annotations": [
            {"name": "Lung", "complex_polygon": {"path": [square, hole]}},
            {"name": "Ignore", "polygon": {"path": hole}},
            {"name": "COVID-19", "tag": {}},
        ],
    }
    (root / "annotations").mkdir(parents=True)
    with zipfile.ZipFile(root / "annotations" / "covid-only.zip", "w") as archive:
        archive.writestr("covid-only/a-day0.json", json.dumps(content))
    (root / "annotations" / "covid-only-coco.zip").write_bytes(b"another format")


def _torchvision_state() -> dict[str, torch.Tensor]:
    """A network's own weights under torchvision's names, with a classifier."""
    ours = {theirs: name for name, theirs in weights._layers().items()}
    state = SeverityNet(NetworkConfig()).backbone.state_dict()
    renamed = {
        f"{ours[layer]}.{parameter}": value
        for key, value in state.items()
        for layer, _, parameter in [key.rpartition(".")]
    }
    return renamed | {"classifier.1.weight": torch.zeros(2, 2)}


def run(out: Path, given: Mapping[str, Path]) -> int:
    options = [f"--{key.replace('_', '-')}={path}" for key, path in given.items()]
    return main([f"--out={out}", *options])


def cases(out: Path) -> dict[str, Case]:
    """By the film's name in its collection."""
    found = read_labels(out / "severity")
    with (out / "severity" / "labels.csv").open() as file:
        return dict(
            zip((row["filename"] for row in csv.DictReader(file)), found.cases, strict=True)
        )


def test_rebuilds_labels_that_training_reads(checkouts: Checkouts, tmp_path: Path) -> None:
    out = tmp_path / "deep" / "data"
    assert run(out, checkouts) == 0
    found = cases(out)
    assert list(found) == [
        "COVID-00015a.png", "CR.1.2.png", "a-day0.jpeg", "a-day5.jpeg", "b-day1.jpg",
        "only-there.png", "x-2.jpg",
    ]  # fmt: skip
    first = found["a-day0.jpeg"]
    assert (first.severity, first.brixia, first.zones[1]) == ("mild", (5, 5), (0, 1, 2, 0, 1, 1))
    assert (first.extent, first.opacity, first.view, first.age) == (2.7, 2.0, "PA", 65)
    assert math.isnan(first.grade)
    assert [case.severity for case in found.values()] == [
        "moderate", "severe", "mild", "severe", "mild", "moderate", "moderate",
    ]  # fmt: skip
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
        "COVID-00015a.png": "agchung", "CR.1.2.png": "agchung", "a-day0.jpeg": "hida6",
        "a-day5.jpeg": "hida6", "b-day1.jpg": "hida6", "only-there.png": "GeneralBlockchain",
        "x-2.jpg": "BrixIA",
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
    out = tmp_path / "data" / "severity"
    run(out.parent, checkouts)
    for name, case in cases(out.parent).items():
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
    out = tmp_path / "data" / "severity"
    run(out.parent, checkouts)
    found = cases(out.parent)

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
    assert found["a-day5.jpeg"].involvement == 0.25
    assert math.isnan(found["only-there.png"].involvement)  # its lungs are not drawn


def test_a_mask_of_another_aspect_is_left_out_and_said(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mask = checkouts["cohen"] / "annotations" / "lungVAE-masks" / "b-day1_mask.png"
    rectangle(mask, (500, 500), (0, 0, 250, 500))
    assert run(tmp_path / "data", checkouts) == 0
    assert "b-day1.jpg: its lung mask has another aspect\n" in capsys.readouterr().out
    assert cases(tmp_path / "data")["b-day1.jpg"].lung_mask is None


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
    load_backbone(SeverityNet(NetworkConfig()), out / BACKBONE_WEIGHTS)


def test_what_is_not_given_is_said(
    checkouts: Checkouts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path / "data", {"cohen": checkouts["cohen"]}) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in said[:9]] == [
        f"without --{key.replace('_', '-')}" for key in MISSING if key != "cohen"
    ]
    assert said[9:] == [
        "severity/: 1 of 1 scored names have a frontal image",
        "severity/: training cannot use it yet: no image is mild",
    ]
    assert not (tmp_path / "data" / "pretrain").exists()


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
        "| mild | 2 | 2 |",
        "| all | 7 | 5 |",
        "| BrixIA/Brixia-score-COVID-19 | 1 | 1 | 0 | 1 | 0 | 0 |",
        "| Brixia, both radiologists | 4 | 2 |",
        "| AP | 1 | 1 | 0 | 0 | 0 |",
        "| CC BY | 4 |",
        "1 within 40 bits (0 under two patients' names)",
        "| paediatric | viral | 1 |",
    ):
        assert line in said
    assert main(["--describe", str(tmp_path / "sources")]) == 2


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
