"""Reference standard, label file, splits."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest
import torch

from cxr_severity.model.assessment import SEVERITIES
from cxr_severity.model.preprocess import PreprocessConfig
from cxr_training.config import SplitConfig
from cxr_training.data import (
    REQUIRED_COLUMNS,
    Case,
    Part,
    check_disjoint,
    load_grids,
    read_labels,
    reference_severity,
    split_by_patient,
    split_digest,
)
from cxr_training.errors import TrainingError


@pytest.mark.parametrize(
    ("senior", "junior", "grade", "expected"),
    [
        (0, 0, None, "mild"),
        (5, 5, None, "mild"),
        (5, 6, None, "moderate"),  # a mean of 5.5
        (11, 11, None, "moderate"),
        (11, 12, None, "severe"),  # a mean of 11.5
        (18, 18, 1, "severe"),  # two Brixia scores come before the grade
        (3, None, 4, "severe"),  # one Brixia score does not count
        (None, None, 1, "mild"),
        (None, None, 2, "moderate"),
        (None, None, 3, "severe"),
        (None, None, 5, "severe"),
        (None, None, 0, None),  # no severity assignable; not mild
        (None, None, None, None),
        (7, None, None, None),
    ],
)
def test_reference_standard(
    senior: float | None, junior: float | None, grade: int | None, expected: str | None
) -> None:
    assert reference_severity(senior, junior, grade) == expected


def write(folder: Path, rows: list[dict[str, str]], columns: tuple[str, ...]) -> Path:
    for row in rows:
        (folder / row.get("image", "x")).touch()
    with (folder / "labels.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def three() -> list[dict[str, str]]:
    return [{"image": f"{g}.png", "patient": f"p{g}", "grade": g} for g in "123"]


def test_labels_are_read(tmp_path: Path) -> None:
    rows = [*three(), {"image": "0.png", "patient": "p0", "grade": "0"}]
    dataset = read_labels(write(tmp_path, rows, REQUIRED_COLUMNS))
    assert [case.severity for case in dataset.cases] == list(SEVERITIES)
    assert len(dataset.labels_sha256) == 64


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="column 'grade' is missing"):
        read_labels(
            write(tmp_path, three(), ("image", "patient", "brixia_senior", "brixia_junior"))
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grade": "bad"}, r"labels.csv:4: grade 'bad' is no number"),
        ({"grade": "9"}, "grade 9 is not between 0 and 5"),
        ({"grade": "nan"}, "grade nan is not between"),
        ({"brixia_senior": "19", "brixia_junior": "1"}, "brixia_senior 19 is not between 0 and 18"),
        ({"patient": ""}, "no patient"),
        ({"grade": "2"}, "no image is severe"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, change: dict[str, str], message: str) -> None:
    rows = three()
    rows[2].update(change)
    with pytest.raises(TrainingError, match=message):
        read_labels(write(tmp_path, rows, REQUIRED_COLUMNS))


def test_a_short_row_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, three(), REQUIRED_COLUMNS)
    with (folder / "labels.csv").open("a") as file:
        file.write("9.png,p9\n")
    with pytest.raises(TrainingError, match=r"labels\.csv:5: has another number of cells"):
        read_labels(folder)


def test_another_encoding_is_named_and_a_byte_order_mark_is_not_minded(tmp_path: Path) -> None:
    folder = write(tmp_path, three(), REQUIRED_COLUMNS)
    path = folder / "labels.csv"
    plain = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + plain)
    assert len(read_labels(folder).cases) == 3
    path.write_bytes(plain.replace(b"p1", b"\xe4"))
    with pytest.raises(TrainingError, match="is not UTF-8"):
        read_labels(folder)


def test_films_that_two_radiologists_scored_are_kept_with_both_readings(tmp_path: Path) -> None:
    rows = three()
    rows[0].update(brixia_senior="5", brixia_junior="6")
    rows[1].update(brixia_senior="14")
    dataset = read_labels(write(tmp_path, [*rows, {**rows[0], "grade": "1", "brixia_junior": "5"}],
                                REQUIRED_COLUMNS))  # fmt: skip
    assert [(r.senior, r.junior) for r in dataset.read_twice] == [(0, 1), (0, 0)]


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, three(), REQUIRED_COLUMNS)
    (folder / "2.png").unlink()
    with pytest.raises(TrainingError, match=r"2\.png is not there"):
        read_labels(folder)


def test_no_labels_file(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"labels\.csv: No such file"):
        read_labels(tmp_path)


def test_an_image_that_does_not_decode_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nxx")
    with pytest.raises(TrainingError, match=r"a\.png: "):
        load_grids(tmp_path, [Case("a.png", "p", "mild")], PreprocessConfig())


@pytest.fixture(scope="module")
def cases() -> list[Case]:
    rng = random.Random(0)  # noqa: S311
    found: list[Case] = []
    for patient in range(200):
        severity = rng.choices(SEVERITIES, (0.3, 0.45, 0.25))[0]
        films = range(rng.randint(1, 4))
        found.extend(Case(f"{patient}-{film}.png", f"p{patient}", severity) for film in films)
    return found


def test_no_patient_stands_in_two_parts(cases: list[Case]) -> None:
    parts = split_by_patient(cases, SplitConfig())
    patients = [{case.patient for case in part} for part in parts.values()]
    assert not patients[0] & patients[1]
    assert not patients[0] & patients[2]
    assert not patients[1] & patients[2]
    assert sum(len(part) for part in parts.values()) == len(cases)


def test_shares_are_70_15_15_and_stratified(cases: list[Case]) -> None:
    parts = split_by_patient(cases, SplitConfig())
    shares = {part: len(members) / len(cases) for part, members in parts.items()}
    assert shares == pytest.approx({"train": 0.7, "validation": 0.15, "test": 0.15}, abs=0.03)
    for severity in SEVERITIES:
        whole = sum(case.severity == severity for case in cases) / len(cases)
        for members in parts.values():
            share = sum(case.severity == severity for case in members) / len(members)
            assert share == pytest.approx(whole, abs=0.08)


def test_the_seed_decides_the_split(cases: list[Case]) -> None:
    digests = [split_digest(split_by_patient(cases, SplitConfig(seed=seed))) for seed in (1, 1, 2)]
    assert digests[0] == digests[1] != digests[2]


def test_too_few_patients(cases: list[Case]) -> None:
    with pytest.raises(TrainingError, match="do not fill 20 folds"):
        split_by_patient(cases[:10], SplitConfig())


def test_a_patient_on_two_sides_is_found() -> None:
    parts: dict[Part, list[Case]] = {
        "train": [Case("a.png", "p1", "mild")],
        "test": [Case("b.png", "p1", "mild")],
    }
    with pytest.raises(TrainingError, match="patient p1 stands in train and in test"):
        check_disjoint(parts)


def test_grids_are_the_services_own(sample_folder: Path) -> None:
    from cxr_severity.imaging.decode import decode
    from cxr_severity.model.preprocess import to_grid

    path = next(sample_folder.glob("*.png"))
    config = PreprocessConfig(size=64)
    grids = load_grids(sample_folder, [Case(path.name, "p", "mild")], config)
    expected = torch.from_numpy(to_grid(decode(path.read_bytes()), config))
    torch.testing.assert_close(grids[0], expected, rtol=0, atol=0)
