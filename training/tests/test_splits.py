"""Nobody trains and tests: not under another name, not as another file."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from cxr_severity.model.assessment import SEVERITIES
from cxr_training.config import SplitConfig
from cxr_training.data import Case, Dataset, read_labels
from cxr_training.duplicates import BITS, SAME_PATIENT
from cxr_training.errors import TrainingError
from cxr_training.splits import (
    Round,
    Split,
    check_disjoint,
    hash_films,
    merge_patients,
    rounds,
    split_by_patient,
)

SEVENTY = SplitConfig(folds=20, test=3, validation=3, rounds=1)
"""70:15:15"""


@pytest.fixture(scope="module")
def dataset() -> Dataset:
    """200 patients with one to four films each, a few without a class."""
    rng = random.Random(0)  # noqa: S311
    cases: list[Case] = []
    for patient in range(200):
        severity = rng.choices((*SEVERITIES, None), (0.28, 0.42, 0.2, 0.1))[0]
        cases += [
            replace(
                Case.unscored(f"{patient}-{film}.png"), patient=f"p{patient}", severity=severity
            )
            for film in range(rng.randint(1, 4))
        ]
    return Dataset(Path("nowhere"), tuple(cases), "0" * 64)


def all_different(count: int) -> NDArray[np.bool_]:
    return np.random.default_rng(0).random((count, BITS)) < 0.5


def parts_of(part: Round) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield from (("train", part.train), ("validation", part.validation), ("test", part.test))


@pytest.mark.parametrize("config", [SplitConfig(), SEVENTY], ids=["5 folds", "70:15:15"])
def test_no_patient_stands_in_two_parts(dataset: Dataset, config: SplitConfig) -> None:
    hashes = all_different(len(dataset.cases))
    for part in rounds(dataset, split_by_patient(dataset, config), config):
        parts = [set(members) for _, members in parts_of(part)]
        assert sorted(i for members in parts for i in members) == list(range(len(dataset.cases)))
        for one, other in combinations(parts, 2):
            patients = ({dataset.cases[i].patient for i in side} for side in (one, other))
            assert set.isdisjoint(*patients)
        check_disjoint(dataset.cases, [part.train, part.validation, part.test], hashes)


def test_five_rounds_test_every_film_once(dataset: Dataset) -> None:
    config = SplitConfig()
    found = rounds(dataset, split_by_patient(dataset, config), config)
    assert [part.number for part in found] == [0, 1, 2, 3, 4]
    tested = Counter(i for part in found for i in part.test)
    assert tested == Counter(range(len(dataset.cases)))
    for part in found:
        assert len(part.test) == pytest.approx(len(dataset.cases) / 5, abs=6)
        assert part.validation == ()


def test_rounds_of_several_folds_test_no_film_twice(dataset: Dataset) -> None:
    config = SEVENTY.model_copy(update={"rounds": 6})
    found = rounds(dataset, split_by_patient(dataset, config), config)
    tested = Counter(i for part in found for i in part.test)
    assert len(found) == 6
    assert set(tested.values()) == {1}


def test_shares_are_70_15_15(dataset: Dataset) -> None:
    (part,) = rounds(dataset, split_by_patient(dataset, SEVENTY), SEVENTY)
    shares = {name: len(members) / len(dataset.cases) for name, members in parts_of(part)}
    assert shares == pytest.approx({"train": 0.7, "validation": 0.15, "test": 0.15}, abs=0.03)


@pytest.mark.parametrize("config", [SplitConfig(), SEVENTY], ids=["5 folds", "70:15:15"])
def test_every_part_has_the_classes_shares(dataset: Dataset, config: SplitConfig) -> None:
    for part in rounds(dataset, split_by_patient(dataset, config), config):
        for severity in (*SEVERITIES, None):
            whole = sum(case.severity == severity for case in dataset.cases) / len(dataset.cases)
            for _, members in parts_of(part):
                if members:
                    share = sum(dataset.cases[i].severity == severity for i in members)
                    assert share / len(members) == pytest.approx(whole, abs=0.08)


def test_the_seed_decides_the_split(dataset: Dataset) -> None:
    one, same, other = (split_by_patient(dataset, SplitConfig(seed=seed)) for seed in (1, 1, 2))
    assert one.sha256 == same.sha256 != other.sha256


def test_a_split_reads_back_and_a_changed_one_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    split, path = split_by_patient(dataset, SplitConfig()), tmp_path / "new" / "split.json"
    split.write(path)
    assert Split.read(path) == split
    content = json.loads(path.read_text())
    content["fold"]["0-0.png"] = (content["fold"]["0-0.png"] + 1) % 5
    path.write_text(json.dumps(content))
    with pytest.raises(TrainingError, match=r"split\.json: was changed"):
        Split.read(path)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"fold": 3}'])
def test_no_split_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "split.json"
    path.write_text(text)
    with pytest.raises(TrainingError, match=r"split\.json: is no split"):
        Split.read(path)


def test_a_split_of_other_labels_is_refused(dataset: Dataset) -> None:
    split = split_by_patient(dataset, SplitConfig())
    with pytest.raises(TrainingError, match="of other labels"):
        rounds(replace(dataset, labels_sha256="1" * 64), split, SplitConfig())


def few(*severities: int) -> Dataset:
    cases = [
        replace(Case.unscored(f"{i}.png"), severity=SEVERITIES[severity])
        for i, severity in enumerate(severities)
    ]
    return Dataset(Path("nowhere"), tuple(cases), "0" * 64)


def test_too_few_patients() -> None:
    with pytest.raises(TrainingError, match="4 patients do not fill 5 folds"):
        split_by_patient(few(0, 1, 2, 0), SplitConfig())


def test_too_few_patients_of_every_class() -> None:
    with pytest.raises(TrainingError, match="do not fill 5 folds"):
        split_by_patient(few(0, 1, 2, 0, 1, 2, 0, 1, 2), SplitConfig())


@pytest.mark.filterwarnings("ignore:The least populated class")
def test_a_part_without_a_class_is_named() -> None:
    config = SplitConfig(folds=3, rounds=3)
    small = few(0, 0, 0, 1, 1, 1, 2)
    with pytest.raises(TrainingError, match="part has no severe image"):
        rounds(small, split_by_patient(small, config), config)


def test_a_patient_on_two_sides_is_found() -> None:
    cases = [replace(Case.unscored(f"{i}.png"), patient="p1") for i in range(2)]
    check_disjoint(cases, [[0, 1], []], all_different(2))
    with pytest.raises(TrainingError, match="patient p1 stands on two sides"):
        check_disjoint(cases, [[0], [1]], all_different(2))


def as_jpeg(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "JPEG", quality=40)
    return content.getvalue()


@pytest.fixture
def planted(small_data: Path, tmp_path: Path) -> Dataset:
    """Three patients who are one: p00's film again as p24's JPEG, and resized as p25's."""
    folder = tmp_path / "severity"
    folder.mkdir()
    for name in ("images", "masks"):
        (folder / name).mkdir()
        for path in (small_data / "severity" / name).iterdir():
            (folder / name / path.name).symlink_to(path)
    lines = (small_data / "severity" / "labels.csv").read_text().splitlines()
    for patient, suffix in (("p24", "jpg"), ("p25", "png")):
        lines.append(
            lines[1].replace("p00", patient).replace("00.png", f"{patient}.{suffix}", 1)
        )  # fmt: skip
    (folder / "labels.csv").write_text("\n".join(lines) + "\n")
    with Image.open(folder / "images" / "00.png") as image:
        (folder / "images" / "p24.jpg").write_bytes(as_jpeg(image))
        image.resize((150, 160)).save(folder / "images" / "p25.png")
    return read_labels(folder)


def test_copies_under_other_names_are_one_patient(planted: Dataset) -> None:
    hashes = hash_films(planted)
    assert len(planted.cases) == 26
    merged = merge_patients(planted, hashes)
    names = [case.patient for case in merged.cases]
    assert names == [*(f"p{i:02}" for i in range(24)), "p00", "p00"]
    config = SplitConfig(folds=3, rounds=3)
    split = split_by_patient(merged, config)
    copies = ("images/00.png", "images/p24.jpg", "images/p25.png")
    assert len({split.fold[image] for image in copies}) == 1
    for part in rounds(merged, split, config):
        check_disjoint(merged.cases, [part.train, part.validation, part.test], hashes)


def test_a_copy_on_the_other_side_is_found(planted: Dataset) -> None:
    """Were patients not merged, their names alone would let it pass."""
    with pytest.raises(TrainingError, match=r"00\.png and images/p25\.png look alike"):
        check_disjoint(planted.cases, [[*range(25)], [25]], hash_films(planted))


def test_merging_goes_on_over_patients_with_several_films() -> None:
    """p1 and p2 share a film, p2 and p3 share another: all three are one."""
    owners = ("p3", "p2", "p2", "p1", "p4")
    cases = [replace(Case.unscored(f"{i}.png"), patient=owner) for i, owner in enumerate(owners)]
    hashes = all_different(5)
    hashes[1], hashes[3] = hashes[0], hashes[2]
    merged = merge_patients(Dataset(Path(), tuple(cases), ""), hashes)
    assert [case.patient for case in merged.cases] == ["p1", "p1", "p1", "p1", "p4"]


def test_films_as_alike_as_a_painted_caption_leaves_them_are_one_patients() -> None:
    cases = [Case.unscored(f"{i}.png") for i in range(3)]
    hashes = all_different(1).repeat(3, axis=0)
    hashes[1, :SAME_PATIENT] ^= True
    hashes[2, : SAME_PATIENT + 1] ^= True
    hashes[2, -SAME_PATIENT - 1 :] ^= True  # so that it is far from the second, too
    merged = merge_patients(Dataset(Path(), tuple(cases), ""), hashes)
    assert [case.patient for case in merged.cases] == ["0.png", "0.png", "2.png"]
    with pytest.raises(TrainingError, match=r"0\.png and 1\.png look alike"):
        check_disjoint(cases, [[0], [1], [2]], hashes)
    hashes[1, SAME_PATIENT] ^= True
    check_disjoint(cases, [[0], [1], [2]], hashes)


def test_a_film_that_cannot_be_hashed_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\nxx")
    with pytest.raises(TrainingError, match=r"a\.png: "):
        hash_films(Dataset(tmp_path, (Case.unscored("a.png"),), ""))
