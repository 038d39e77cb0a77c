"""The label file."""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_training.data import HIGHEST, TEXT_COLUMNS, read_labels
from cxr_training.errors import TrainingError

COLUMNS = (*TEXT_COLUMNS, *HIGHEST)
NONE = math.nan


Row = dict[str, str]


def write(folder: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> Path:
    for row in rows:
        (folder / row["image"]).touch()
    with (folder / "labels.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", restval="")
        writer.writeheader()
        writer.writerows(rows)
    return folder


def three() -> list[Row]:
    return [{"image": f"{g}.png", "patient": f"p{g}", "grade": g} for g in "123"]


def test_labels_are_read(tmp_path: Path) -> None:
    rows = [*three(), {"image": "0.png", "patient": "p0", "grade": "0"}]
    dataset = read_labels(write(tmp_path, rows))
    assert [case.severity for case in dataset.cases] == [*SEVERITIES, None]
    assert [case.label for case in dataset.classed] == [0, 1, 2]
    with pytest.raises(ValueError, match="no class"):
        _ = dataset.cases[3].label
    first = dataset.cases[0]
    assert all(map(math.isnan, (*first.brixia, *first.zones[0], first.extent, first.age)))
    assert (first.lung_mask, first.opacity_mask, first.view) == (None, None, "")


def test_every_score_comes_from_its_own_column(tmp_path: Path) -> None:
    rows = three()
    senior = dict(zip(ZONES, "012301", strict=True))
    junior = dict(zip(ZONES, "111230", strict=True))
    rows[0].update(brixia_senior="7", brixia_junior="8", extent="6.5", opacity="4.3",
                   involvement="0.4", view="AP", sex="F", age="61", source="here",
                   lung_mask="2.png", opacity_mask="3.png")  # fmt: skip
    rows[0].update({f"brixia_senior_{zone}": score for zone, score in senior.items()})
    rows[0].update({f"brixia_junior_{zone}": score for zone, score in junior.items()})
    mild = {"image": "4.png", "patient": "p4", "grade": "1"}
    case = read_labels(write(tmp_path, [*rows, mild])).cases[0]
    assert case.brixia == (7.0, 8.0)
    assert case.mean_brixia == 7.5
    assert case.severity == "moderate"
    assert case.zones == ((0.0, 1.0, 2.0, 3.0, 0.0, 1.0), (1.0, 1.0, 1.0, 2.0, 3.0, 0.0))
    assert (case.grade, case.extent, case.opacity, case.involvement) == (1.0, 6.5, 4.3, 0.4)
    assert (case.view, case.sex, case.age, case.source) == ("AP", "F", 61.0, "here")
    assert (case.lung_mask, case.opacity_mask) == ("2.png", "3.png")


def test_one_readers_score_has_no_mean(tmp_path: Path) -> None:
    rows = three()
    rows[0].update(brixia_senior="14")
    case = read_labels(write(tmp_path, rows)).cases[0]
    assert case.severity == "mild"
    assert math.isnan(case.mean_brixia)


@pytest.mark.parametrize("column", ["grade", "lung_mask", "brixia_junior_F"])
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    columns = [name for name in COLUMNS if name != column]
    with pytest.raises(TrainingError, match=rf"labels\.csv: column '{column}' is missing"):
        read_labels(write(tmp_path, three(), columns))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"grade": "bad"}, r"labels\.csv:4: grade 'bad' is no number"),
        ({"grade": "9"}, "grade 9 is not between 0 and 5"),
        ({"grade": "nan"}, "grade nan is not between"),
        ({"brixia_senior": "19", "brixia_junior": "1"}, "brixia_senior 19 is not between 0 and 18"),
        ({"brixia_junior_C": "4"}, "brixia_junior_C 4 is not between 0 and 3"),
        ({"extent": "8.1"}, "extent 8.1 is not between 0 and 8"),
        ({"involvement": "-0.1"}, "involvement -0.1 is not between 0 and 1"),
        ({"age": "sixty"}, "age 'sixty' is no number"),
        ({"patient": ""}, "no patient"),
        ({"lung_mask": "lung.png"}, r"lung_mask 'lung\.png' is not there"),
        ({"opacity_mask": "o.png"}, r"opacity_mask 'o\.png' is not there"),
        ({"grade": "2"}, "no image is severe"),
        ({"image": "1.png"}, r"1\.png stands in two rows"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, change: Row, message: str) -> None:
    rows = three()
    rows[2].update(change)
    with pytest.raises(TrainingError, match=message):
        read_labels(write(tmp_path, rows))


@pytest.mark.parametrize("line", ["9.png,p9\n", "9.png" + "," * len(COLUMNS) + "\n"])
def test_a_row_of_another_length_is_named(tmp_path: Path, line: str) -> None:
    folder = write(tmp_path, three())
    with (folder / "labels.csv").open("a") as file:
        file.write(line)
    with pytest.raises(TrainingError, match=r"labels\.csv:5: has another number of cells"):
        read_labels(folder)


def test_another_encoding_is_named_and_a_byte_order_mark_is_not_minded(tmp_path: Path) -> None:
    folder = write(tmp_path, three())
    path = folder / "labels.csv"
    plain = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + plain)
    assert len(read_labels(folder).cases) == 3
    path.write_bytes(plain.replace(b"p1", b"\xe4"))
    with pytest.raises(TrainingError, match="is not UTF-8"):
        read_labels(folder)


def test_the_hash_tells_labels_apart(tmp_path: Path) -> None:
    rows = three()
    before = read_labels(write(tmp_path, rows)).labels_sha256
    assert read_labels(tmp_path).labels_sha256 == before
    rows[2].update(grade="4")
    assert read_labels(write(tmp_path, rows)).labels_sha256 != before


def test_a_missing_image_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path, three())
    (folder / "2.png").unlink()
    with pytest.raises(TrainingError, match=r"labels\.csv:3: image '2\.png' is not there"):
        read_labels(folder)


def test_no_labels_file(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=r"labels\.csv: No such file"):
        read_labels(tmp_path)
