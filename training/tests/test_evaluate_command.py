"""`make evaluate` on the tables of a run that never was."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from invented import CASES, RALO, SEVERITY, predictions, rows_of, write_data
from invented import write_rows as write_csv
from public_sources import film

from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.gate import Measurements
from cxr_training.cases import read_cases
from cxr_training.config_gate import GateConfig
from cxr_training.csv_files import csv_bytes
from cxr_training.evaluation.cli import main
from cxr_training.evaluation.gate import gate_scores
from cxr_training.evaluation.predictions import COLUMNS
from cxr_training.evaluation.run_files import evaluate_run
from cxr_training.evaluation.tables.inputs import GATE_NOTE
from cxr_training.evaluation.tables.probabilities import CALIBRATION_NOTE
from cxr_training.gate.rows import GateNote, GateRow, read_rows, write_rows
from cxr_training.run_folder import RunFolder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the invented films, and `run/` with readings of them."""
    root = write_data(tmp_path_factory.mktemp("evaluation"))
    write_csv(root / "run" / "predictions.csv", rows_of(predictions()))
    abroad = rows_of(predictions(seeds=1, luck=4, cases=CASES[SEVERITY:]))
    rows = [{**row, "fold": "without-ralo"} for row in abroad]
    write_csv(root / "run" / "without-ralo" / "seed-0" / "predictions.csv", rows)
    said = [[f"{i}.jpg", i % 19, i, i / 7] for i in range(RALO)]
    columns = ("image", "bsnet_brixia", "pxs", "covidnet_s_extent")
    (root / "ralo" / "peers.csv").write_bytes(csv_bytes(columns, said))
    return root


def test_the_command_writes_a_report_that_stands(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in (tmp_path / "a", tmp_path / "b"):
        arguments = ["--run", str(folder / "run"), "--data", str(folder), "--out", str(out)]
        assert main(arguments) == 0
    found = Evaluation.model_validate_json((tmp_path / "a" / "evaluation.json").read_bytes())
    assert [one.reader for one in found.sources[2].readings] == [
        "model", "rater 1", "BS-Net", "PXS", "COVIDNet-S",
    ]  # fmt: skip
    assert found.across[0].readings[0].images == RALO
    text = (tmp_path / "a" / "report.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((.+?)\)", text)
    assert len(links) == 6
    assert all((tmp_path / "a" / link).stat().st_size > 1000 for link in links)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name
    assert "| macro-F1 | at least 0.78 |" in capsys.readouterr().out


def test_a_report_is_of_a_version_and_of_the_labels_that_it_was_trained_by(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "mine"
    shutil.copytree(folder / "run", run)
    labels = read_cases(folder).labels_sha256
    arguments = ["--run", str(run), "--data", str(folder), "--out", str(tmp_path / "out")]
    noted = {"recipe": {"version": "9.0.0"}, "labels": labels}
    (run / "run.json").write_text(json.dumps(noted))
    assert main(arguments) == 0
    report = (tmp_path / "out" / "report.md").read_text(encoding="utf-8")
    assert report.startswith("# Evaluation of 9.0.0\n")
    (run / "run.json").write_text(json.dumps({**noted, "labels": "others"}))
    assert main(arguments) == 2
    assert "other labels" in capsys.readouterr().err


def test_the_command_judges_the_gate_by_the_settings_of_its_run(
    folder: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    rows = [
        GateRow(fold, "severity", "frontal", Measurements(
            colour=0, frontal=float(rng.uniform(0.5, 1)), likeliest="other",
            distance=float(rng.uniform(0.5, 2)), side=512, lung_area=0.3, lung_span=0.6,
            lung_border=0.2, lung_black=0.005, lung_contrast=0.2,
            lung_white=0.001, lung_balance=0.8, lung_width=0.7, lung_gap=0.1,
        ))
        for fold in range(3) for _ in range(40)
    ]  # fmt: skip
    config = GateConfig(warned=0.4)
    run = shutil.copytree(folder / "run", tmp_path / "run")
    write_rows(run / "gate.csv", rows, GateNote(gate=config, images_sha256="0"))
    assert main(["--run", str(run), "--data", str(folder)]) == 0
    written = Evaluation.model_validate_json((run / "evaluation" / "evaluation.json").read_bytes())
    rows = read_rows(run / "gate.csv")
    assert written.gate == gate_scores(rows, config)
    assert written.gate != gate_scores(rows, GateConfig())
    text = (run / "evaluation" / "report.md").read_text(encoding="utf-8")
    assert GATE_NOTE in text
    assert CALIBRATION_NOTE in text


def test_a_pair_of_one_film_is_no_series_of_a_run(folder: Path, tmp_path: Path) -> None:
    """Ten pairs of two radiologists' films, which is the fewest that are spoken of."""
    data = Path(shutil.copytree(folder, tmp_path / "data"))
    labels = data / "severity" / "labels.csv"
    with labels.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for i, row in enumerate(rows):
        row["offset"] = str(i // 40)
        film(data / "severity" / row["image"], i)
    labels.write_bytes(csv_bytes(tuple(rows[0]), [list(row.values()) for row in rows]))

    def pairs() -> dict[tuple[str, str], int]:
        found = evaluate_run(
            RunFolder(data / "run"), data, read_cases(data), version="x", resamples=2
        )
        return {(one.source, one.reader): one.pairs for one in found.series}

    before = pairs()
    assert before["brixia", "model"] == 10
    film(data / "severity" / rows[40]["image"], 0)  # the film of the day before
    assert pairs() == {key: count for key, count in before.items() if key[0] != "brixia"}


def test_the_command_compares(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = folder / "run"
    against = ["--against", str(run / "predictions.csv")]
    assert main(["--run", str(run), "--data", str(folder), *against]) == 0
    assert capsys.readouterr().out.count("| not settled |") == 4
    assert not (run / "evaluation").exists()


def test_the_command_says_in_one_line_what_is_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = tuple(column for column in COLUMNS if column != "zone_F")
    write_csv(tmp_path / "predictions.csv", rows_of(predictions()), columns)
    assert main(["--run", str(tmp_path), "--data", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("cxr-evaluate: ")
    assert "column 'zone_F' is missing" in error
    assert error.count("\n") == 1
    assert main(["--run", str(tmp_path / "none"), "--data", str(folder)]) == 2


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("run.json", '{"recipe": {', "was cut off, or is of no run"),
        ("run.json", "[]", "was cut off, or is of no run"),
        ("run.json", '{"recipe": []}', ""),
        ("evaluation.json", '{"version"', "was cut off, or is of another release"),
        ("evaluation.json", '{"version": "0.1.0"}', "was cut off, or is of another release"),
    ],
)
def test_what_a_run_left_cut_off_or_of_another_release_is_said_in_one_line(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str,
    said: str,
) -> None:  # fmt: skip
    run = Path(shutil.copytree(folder / "run", tmp_path / "run"))
    (run / name).write_text(content)
    arguments = ["--run", str(run), "--data", str(folder), "--out", str(tmp_path / "out")]
    assert main(arguments) == (2 if said else 0)
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == bool(said)
    assert not said or error.startswith(f"cxr-evaluate: {run / name}: ")


def test_two_runs_of_one_name_are_told_apart(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Path(shutil.copytree(folder / "run", tmp_path / "old" / "run"))
    against = ["--against", str(other / "predictions.csv")]
    assert main(["--run", str(folder / "run"), "--data", str(folder), *against]) == 0
    assert f"| measure | {folder.name}/run | old/run |" in capsys.readouterr().out


def test_a_goal_that_the_data_cannot_tell_is_not_said_to_be_missed(
    folder: Path, tmp_path: Path
) -> None:
    readme = tmp_path / "README.md"
    shutil.copy(Path(__file__).parents[2] / "README.md", readme)
    arguments = ["--run", str(folder / "run"), "--data", str(folder), "--out", str(tmp_path / "o")]
    assert main([*arguments, "--readme", str(readme)]) == 0
    text = " ".join(readme.read_text(encoding="utf-8").split())
    report = (tmp_path / "o" / "report.md").read_text(encoding="utf-8")
    untold = [
        line.split("|")[1].strip() for line in report.splitlines() if "cannot be told |" in line
    ]
    assert untold
    assert f"Set as goals that these data cannot tell: {', '.join(untold)}." in text
