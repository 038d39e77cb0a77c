"""Tables read cell by cell as they were written, files that appear whole, and a run's paths."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

import cxr_training.learn as loop
from cxr_severity.model.gate import Measurements
from cxr_training.cases import read_cases
from cxr_training.config_gate import GateConfig
from cxr_training.csv_files import csv_bytes, read_table
from cxr_training.errors import TrainingError
from cxr_training.gate.rows import GateNote, GateRow, write_rows
from cxr_training.held_out import Seen
from cxr_training.out_of_fold import gather, write_predictions
from cxr_training.run_folder import RunFolder
from cxr_training.whole_file import write_whole

ODD = ("one\ntwo", "one\r\ntwo", "one\u2028two", "one\x85two", 'say "a, b"', "one\x0ctwo")


@pytest.mark.parametrize("cell", ODD)
def test_a_cell_is_read_as_it_was_written(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(csv_bytes(("name", "score"), [(cell, "1"), ("next", "2")]))
    table = read_table(path, ("name", "score"))
    assert table.text("name") == (cell, "next")
    assert table.numbers(("score",)).ravel().tolist() == [1, 2]


def test_a_fault_is_told_with_the_line_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(csv_bytes(("name", "score"), [("one\ntwo", "1"), ("next", "x")]))
    with pytest.raises(TrainingError, match=r"t\.csv:4: score 'x' is no number"):
        read_table(path, ()).numbers(("score",))
    path.write_text('name,score\n"one\ntwo",1,2\n', encoding="utf-8")
    with pytest.raises(TrainingError, match=r"t\.csv:3: has another number of cells"):
        read_table(path, ())
    path.write_text("name\n" + "x" * (csv.field_size_limit() + 1) + "\n", encoding="utf-8")
    with pytest.raises(TrainingError, match=r"t\.csv:\d+: field larger"):
        read_table(path, ())


def test_labels_are_read_by_cells_and_not_by_lines(tmp_path: Path) -> None:
    sides = [f"r{k}_{side}_{score}" for k in (1, 2) for side in ("right", "left")
             for score in ("extent", "opacity")]  # fmt: skip
    rows = [[f"{i}.jpg", f"a\u2028b\n{i}", i, *[score] * 8] for i, score in enumerate((0, 2, 4))]
    (tmp_path / "ralo").mkdir()
    labels = tmp_path / "ralo" / "labels.csv"
    labels.write_bytes(csv_bytes(("image", "patient", "day", *sides), rows))
    assert [case.patient for case in read_cases(tmp_path, ["ralo"]).cases] == [
        f"a\u2028b\n{i}" for i in range(3)
    ]
    labels.write_bytes(
        csv_bytes(("image", "patient", "day", *sides), [*rows, ["3", "p", "x"] + [1] * 8])
    )
    with pytest.raises(TrainingError, match=r"labels\.csv:8: day 'x' is no number"):
        read_cases(tmp_path, ["ralo"])


def test_gathered_tables_are_their_rows(small_data: Path, tmp_path: Path) -> None:
    cases = read_cases(small_data).cases[:4]
    zeros = np.zeros((2, 3, 2, 2), np.float32)
    seen = Seen(zeros[:, :, 0, 0], np.zeros((2, 6), np.float32), zeros[:, 0], zeros)
    parts = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for part, some in zip(parts, (cases[:2], cases[2:]), strict=True):
        write_predictions(part, some, 0, 1, seen)
    gather(tmp_path / "all.csv", parts)
    found = read_table(tmp_path / "all.csv", ())
    assert found.text("image") == tuple(case.image for case in cases)
    lines = [part.read_bytes().split(b"\n") for part in parts]
    assert (tmp_path / "all.csv").read_bytes() == b"\n".join([*lines[0][:-1], *lines[1][1:]])


def _checkpoint(path: Path) -> None:
    loop._save(path, "of", 1, [torch.nn.Linear(1, 1)], torch.Generator())


def _rows(path: Path) -> None:
    found = dict.fromkeys(Measurements.__dataclass_fields__, 0.5)
    found |= {"likeliest": "frontal", "side": 512}  # type: ignore[dict-item]
    row = GateRow(0, "x", "frontal", Measurements(**found))  # type: ignore[arg-type]
    write_rows(path, [row], GateNote(gate=GateConfig(), images_sha256="0"))


@pytest.mark.parametrize("write", [_checkpoint, _rows, lambda path: write_whole(path, b"new")])
def test_what_cannot_be_finished_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], None]
) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"old")

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        write(path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == {"file.csv": b"old"}


def test_a_run_tells_its_networks(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    made = [folder.unit(1, 2), folder.unit("without-ralo", 1), folder.unit(0, 1)]
    for unit in made:
        unit.folder.mkdir(parents=True)
    for other in ("bank/seed-1", "fold-x/seed-1", "fold-0/notes", "fold-0/seed-x"):
        (tmp_path / other).mkdir(parents=True)
    assert folder.units() == [made[2], made[0], made[1]]
    assert [(unit.fold, unit.seed) for unit in folder.units()] == [
        (0, 1), (1, 2), ("without-ralo", 1),
    ]  # fmt: skip
    assert RunFolder(tmp_path / "none").units() == []


def test_a_run_goes_on_under_another_version(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    recipe = {"version": "0.7.0", "seeds": [1]}
    folder.claim({"recipe": recipe, "labels": "one"}, resume=False)
    write_whole(folder.unit(0, 1).weights, b"trained")
    renamed = {**recipe, "version": "0.7.1"}
    folder.claim({"recipe": renamed, "labels": "one"}, resume=True)
    assert folder.unit(0, 1).weights.read_bytes() == b"trained"
    assert folder.version == "0.7.1"
    for other in (
        {"recipe": {**renamed, "seeds": [2]}, "labels": "one"},
        {"recipe": renamed, "labels": "two"},
    ):
        with pytest.raises(TrainingError, match="is of another configuration"):
            folder.claim(other, resume=True)
    assert folder.unit(0, 1).weights.is_file()
