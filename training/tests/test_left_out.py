"""Which films a network of each fold learns from, what is measured of the others, and which runs go
on."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from cxr_severity.model.reference.networks import load_state, pack_network
from cxr_training.cases import Dataset, read_cases
from cxr_training.config import TrainConfig
from cxr_training.duplicates import perceptual_hash
from cxr_training.errors import TrainingError
from cxr_training.finish import mean_network
from cxr_training.gate.rows import GateNote, is_of, read_note, read_rows
from cxr_training.lesson import left_out
from cxr_training.run_folder import RunFolder
from cxr_training.splits import Split
from cxr_training.train import as_now, is_tested


@pytest.fixture
def dataset(finished: RunFolder, small_data: Path) -> Dataset:
    return Split.read(finished.split).named(read_cases(small_data))


def test_each_film_is_tested_once_also_where_nothing_of_its_collection_is_learned(
    finished: RunFolder, config: TrainConfig, dataset: Dataset
) -> None:
    split, recipe = Split.read(finished.split), config.model_copy(update={"without": ("ralo",)})
    seen: list[str] = []
    for fold in range(config.split.folds):
        tested = [case for case in dataset.cases if is_tested(case, fold, split, recipe)]
        out = left_out(dataset, tested, fold, recipe)
        assert {case.image for case in tested} <= out
        assert {case.image for case in dataset.cases if case.set == "ralo"} <= out
        seen += [case.image for case in tested]
    assert sorted(seen) == sorted(case.image for case in dataset.cases)


def test_a_network_without_a_collection_learns_nothing_of_its_patients(
    finished: RunFolder, config: TrainConfig, dataset: Dataset
) -> None:
    """Of whom the other collection may hold a copy."""
    split, cases = Split.read(finished.split), list(dataset.cases)
    at, film = next((i, case) for i, case in enumerate(cases) if case.set == "severity")
    shared = next(case.patient for case in cases if case.set == "ralo")
    cases[at] = replace(film, patient=shared)
    both = replace(dataset, cases=tuple(cases))
    tested = [case for case in cases if is_tested(case, "without-ralo", split, config)]
    assert {case.set for case in tested} == {"ralo"}
    out = left_out(both, tested, "without-ralo", config)
    assert out == {case.image for case in tested} | {film.image}


def test_what_ships_is_measured_as_it_is_stored(finished: RunFolder, config: TrainConfig) -> None:
    network = mean_network(config, [finished.unit(fold, 1) for fold in range(3)])
    stored = mean_network(config, [finished.unit(0, 1)])
    load_state(stored, pack_network(network))
    for name, value in network.state_dict().items():
        assert torch.equal(value, stored.state_dict()[name]), name


def test_gates_learn_turned_films_of_every_collection(finished: RunFolder) -> None:
    """Of one of which every so many-th film is taken, all of even numbers perhaps."""
    origins = {row.origin for row in read_rows(finished.gate)}
    for name in ("severity", "ralo"):
        assert {name, f"{name}, turned", f"{name}, inverted"} <= origins


def test_a_table_of_gates_of_an_earlier_release_is_told_and_made_anew(
    finished: RunFolder, tmp_path: Path
) -> None:
    note = read_note(finished.gate)
    assert isinstance(note, GateNote)
    assert is_of(finished.gate, note)
    with finished.gate.open(newline="") as file:
        rows = list(csv.DictReader(file))
    older = tmp_path / "gate.csv"
    with older.open("w", newline="") as file:
        columns = [name for name in rows[0] if name != "lung_gap"]
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    older.with_suffix(".json").write_text(finished.gate.with_suffix(".json").read_text())
    assert not is_of(older, note)
    with pytest.raises(TrainingError, match="lacks lung_gap, as one of an earlier release"):
        read_rows(older)


def test_a_film_of_16_bits_has_the_hash_of_its_8_bits(sample_folder: Path, tmp_path: Path) -> None:
    film = Image.open(next(sample_folder.glob("*.png"))).convert("L")
    deep = tmp_path / "deep.png"
    Image.fromarray(np.asarray(film).astype(np.uint16) * 257).save(deep)
    plain = tmp_path / "plain.png"
    film.save(plain)
    one, other = (perceptual_hash(path.read_bytes()) for path in (deep, plain))
    assert int((one != other).sum()) <= 2


def test_a_run_that_was_begun_before_a_key_was_there_goes_on(
    finished: RunFolder, tmp_path: Path
) -> None:
    identity = json.loads(finished.identity.read_text())
    folder = RunFolder(tmp_path)
    older = json.loads(finished.identity.read_text())
    del older["recipe"]["head"]["copies"], older["recipe"]["first"]["head"]["steeper"]
    folder.identity.write_text(json.dumps(older))
    folder.claim(identity, resume=True, as_now=as_now)
    assert folder.identity.read_text() == finished.identity.read_text()
    # The default is another than what this run asks for.
    del older["recipe"]["first"]["head"]["copies"]
    for noted, said in (
        (json.dumps(older), "is of another configuration"),
        ("{", "was cut off, or is of no run"),
        (json.dumps(identity | {"labels": "0"}), "is of another configuration"),
    ):
        folder.identity.write_text(noted)
        with pytest.raises(TrainingError, match=said):
            folder.claim(identity, resume=True, as_now=as_now)
