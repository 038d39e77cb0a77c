"""Small made-up checkouts, laid out as the public collections are, for tests of `cxr-prepare`."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from cxr_training.cases import Case, read_cases
from cxr_training.prepare.cli import MISSING, main

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


def write_csv(path: Path, header: Iterable[object], rows: Iterable[Sequence[object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def make_checkouts(root: Path) -> Checkouts:
    """One of each collection below `root`, by the keys of the command's options, but `imagenet`."""
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
    _covidnet(made["covidnet"])
    _ralo(made["ralo"])
    _peers(made["peers"])
    _covid_qu_ex(made["covid_qu_ex"])
    _siim(made)
    return made


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


def _covidnet(root: Path) -> None:
    write_csv(
        root / "annotations" / "severity_annotations.csv",
        ("name", "extent", "opacity", "sum", "product"),
        [
            ("b-day1.jpg", 8 / 3, "2.0", "4.67", "5.33"),
            ("COVID-00016.jpg", "7.0", "6.0", "13", "42"),
            ("a-day0.jpeg", "", "", "", ""),
        ],
    )


def _ralo(root: Path) -> None:
    folder = root / "data" / "RALO-Dataset"
    for number in (0, 1, 3, 4):
        film(folder / "CXR_images_scored" / f"{number}.jpg", 50 + number, (300, 300))
    header = ["Subject_ID", "Exam_DateTime"]
    parts = ["Right GEOGRAPHIC", "Right OPACITY", "Left GEOGRAPHIC", "Left OPACITY",
             "Total GEOGRAPHIC", "Total OPACITY", "Notes"]  # fmt: skip
    write_csv(
        folder / "ralo-dataset-metadata.csv", range(18),
        [[*header, *parts, *parts, "Delta Geo-total", "Delta Opa total"],
         ["S2", "20200330_212953.338", 0, 0, 0, 0, 0, 0, "", 0, 0, 1, 1, 1, 1, "", 0, 0],
         ["S1", "20200329_000000", 4, 2, 4, 2, 8, 4, "a, note", 4, 2, 3, 2, 7, 4, "", 1, 0],
         ["S1", "20200328_120000.1", 1, 1, 1, 1, 2, 2, "", 1, 1, 1, 1, 2, 2, "", 0, 0],
         ["S1", "unknown", 3, 2, 3, 3, 6, 5, "", "", "", "", "", "", "", "", "", ""],
         ["S3", "20200401_000000", 2, 2, 2, 2, 4, 4, "", 2, 2, 2, 2, 4, 4, "", 0, 0]],
    )  # fmt: skip


def _peers(root: Path) -> None:
    data = root / "data"
    write_csv(data / "bsnet-singlemodel.csv", ("fname", "x"), [(f"{i}.jpg", i + 3) for i in (0, 1)])
    write_csv(
        data / "pxs-stonybrook.csv", ("fname", "pxs"), [("0.jpg", " 8.6"), ("1.jpg", " 16.2")]
    )
    said = [("###", f"{i}.jpg", f" {i + 0.5}", " 4.9") for i in (0, 1)]
    write_csv(data / "covidnet-s.csv", ("###", "fname", "geographic", "opacity"), said)


def _covid_qu_ex(root: Path) -> None:
    seed = 60
    for part in ("Train", "Val", "Test"):
        for name, label in (("COVID-19", "covid"), ("Normal", "normal"), ("Non-COVID", "non")):
            where = root / "Infection Segmentation Data" / part / name
            seed += 1
            # The copy of a film of Cohen's, whatever its shape was.
            copied = (part, name) == ("Test", "COVID-19")
            file = f"{label}_{part.lower()}.png"
            film(where / "images" / file, 8 if copied else seed, (256, 256))
            rectangle(where / "lung masks" / file, (256, 256), (0, 0, 128, 256))
            if name == "COVID-19":
                rectangle(where / "infection masks" / file, (256, 256), (0, 0, 64, 256))


def _siim(made: Checkouts) -> None:
    for seed, name in enumerate(("aa", "bb")):
        film(made["siim"] / "train" / f"{name}.jpg", 70 + seed, (256, 256))
    studies = ("Negative for Pneumonia", "Typical Appearance", "Indeterminate Appearance",
               "Atypical Appearance")  # fmt: skip
    box = "[{'x': 100.0, 'y': 0.0, 'width': 300.0, 'height': 500.0}]"
    write_csv(
        made["siim_tables"] / "assets" / "train_image_level_folded_v3.csv",
        ("id", "boxes", "StudyInstanceUID", *studies, "width", "height"),
        [
            ("aa_image", box, "s1", 0, 1, 0, 0, 400, 1000),
            ("bb_image", "", "s2", 1, 0, 0, 0, 400, 400),
            ("cc_image", "", "s3", 1, 0, 0, 0, 400, 400),
        ],
    )  # fmt: skip
    write_csv(
        made["siim_patients"] / "dataset" / "siim-covid19-detection" / "train_meta.csv",
        ("patientid", "studyid", "imageid"),
        [("z9", "s1", "aa"), ("a1", "s2", "bb"), ("a1", "s3", "cc")],
    )


def run(out: Path, given: Mapping[str, Path]) -> int:
    options = [f"--{key.replace('_', '-')}={path}" for key, path in given.items()]
    return main([f"--out={out}", *options])


def cases(out: Path) -> dict[str, Case]:
    """By the film's name in its collection."""
    found = read_cases(out, ["severity"])
    with (out / "severity" / "labels.csv").open() as file:
        return dict(
            zip((row["filename"] for row in csv.DictReader(file)), found.cases, strict=True)
        )
