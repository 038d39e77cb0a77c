"""The whole evaluation, from tables of readings to its report, on invented films."""

from __future__ import annotations

import csv
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_severity.model.evaluation import Evaluation
from cxr_severity.model.gate import Measurements
from cxr_training.config import GateConfig
from cxr_training.data import HIGHEST, TEXT_COLUMNS, Case, Dataset
from cxr_training.errors import TrainingError
from cxr_training.evaluation.calibrate import cross_fit
from cxr_training.evaluation.cli import main
from cxr_training.evaluation.compare import compare, comparison_table
from cxr_training.evaluation.evaluate import evaluate
from cxr_training.evaluation.explanations import SHARES, Explanations, read_explanations
from cxr_training.evaluation.gate import gate_scores
from cxr_training.evaluation.goals import goals
from cxr_training.evaluation.predictions import COLUMNS, Predictions, join, read_predictions
from cxr_training.evaluation.report import report
from cxr_training.evaluation.tables import CALIBRATION_NOTE, GATE_NOTE
from cxr_training.gate.rows import GateNote, GateRow, read_rows, write_rows
from cxr_training.reference import first_edition

NAN = float("nan")
FILMS, SEEDS, FOLDS = 60, 2, 5


def _case(i: int) -> Case:
    """Film i of 60 of 40 patients: 30 with two readers, 28 with a grade, two without a class."""
    severity = (3 * i + i // 20) % 19
    zones = tuple(float(severity // 6 + (zone < severity % 6)) for zone in range(6))
    other = (zones[0] + (1.0 if zones[0] < 3 else -1.0), *zones[1:])
    read_twice = i % 2 == 0
    grade = NAN if read_twice or i == 59 else 0.0 if i == 57 else 1.0 + i % 5
    totals = (sum(zones), sum(other)) if read_twice else (NAN, NAN)
    nothing = (NAN,) * 6
    return Case(
        image=f"images/{i}.png",
        patient=f"p{i % 40}",
        severity=first_edition(*totals, grade),
        brixia=totals,
        zones=(zones, other) if read_twice else (nothing, nothing),
        grade=grade,
        extent=float(i % 9) if i % 3 == 0 or i == 59 else NAN,
        opacity=NAN,
        involvement=NAN,
        view=("PA", "AP", "AP Supine", "")[i % 4],
        sex=("M", "F", "")[i % 3],
        age=(25.0, 40.0, 65.0, NAN)[i % 4],
        source=("one", "two")[i % 2],
        lung_mask=None,
        opacity_mask=None,
    )


CASES = tuple(_case(i) for i in range(FILMS))
DATASET = Dataset(Path("severity"), CASES, "0" * 64)


def _predictions(noise: float = 0.8, seeds: int = SEEDS, luck: int = 0) -> Predictions:
    rng = np.random.default_rng(luck)
    cases = CASES * seeds
    label = np.array([1 if case.severity is None else case.label for case in cases])
    logits = np.eye(3)[label] * 2 + rng.normal(size=(len(cases), 3)) * noise
    known = np.array([np.mean(case.zones, axis=0) for case in cases])
    zones = np.where(np.isnan(known), label[:, None] * 1.2, known)
    return Predictions(
        seeds=np.repeat(np.arange(seeds), FILMS),
        folds=np.array([int(case.patient[1:]) % FOLDS for case in cases]),
        images=tuple(case.image for case in cases),
        patients=tuple(case.patient for case in cases),
        logits=logits,
        zones=np.clip(zones + rng.normal(size=(len(cases), 6)) * noise / 2, 0, 3),
    )


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return evaluate(_predictions(), DATASET, resamples=200)


def test_perfect_readings_reach_every_end_of_every_scale() -> None:
    found = evaluate(_predictions(noise=0), DATASET, resamples=50)
    metrics = found.metrics
    assert metrics.accuracy.value == metrics.macro_f1.low == 1
    assert metrics.quadratic_weighted_kappa.value == found.auc.macro.value == 1
    assert found.selective.area.value == 0
    assert found.selective.coverage_at_90.value == 1
    assert found.brixia is not None
    assert found.brixia.total_mae.value == found.brixia.zone_mae.value == 0
    assert found.brixia.total_r.value == 1


def test_counts_and_human_figures(evaluation: Evaluation) -> None:
    metrics = evaluation.metrics
    classed = [case for case in CASES if case.severity is not None]
    assert (metrics.images, metrics.seeds) == (len(classed), SEEDS) == (58, 2)
    assert metrics.patients == len({case.patient for case in classed})
    assert [seed.seed for seed in evaluation.seeds] == [0, 1]
    assert np.mean([seed.accuracy for seed in evaluation.seeds]) == pytest.approx(
        metrics.accuracy.value, abs=1e-4
    )
    most = max(row.support for row in metrics.per_class.values())
    assert evaluation.majority.accuracy.value == pytest.approx(most / 58, abs=1e-4)
    assert evaluation.majority.quadratic_weighted_kappa.value == 0
    assert evaluation.readers is not None
    assert (evaluation.readers.images, evaluation.readers.seeds) == (30, 1)
    assert evaluation.on_readers_films is not None
    assert evaluation.on_readers_films.images == 30
    assert evaluation.readers_brixia is not None
    assert evaluation.readers_brixia.total_mae.value == 1  # one zone, one point
    assert evaluation.readers_brixia.zone_mae.value == pytest.approx(1 / 6, abs=1e-4)


def test_the_junior_is_read_against_the_senior() -> None:
    def severe(total: float) -> Case:
        return replace(CASES[0], image=f"{total}.png", brixia=(total, 4.0), severity="moderate")

    cases = (*CASES[1::2], severe(6.0), severe(8.0))
    table = _predictions(seeds=1)
    rows = [*range(1, FILMS, 2), 0, 0]
    predictions = replace(
        table,
        seeds=table.seeds[rows],
        folds=table.folds[rows],
        images=tuple(case.image for case in cases),
        patients=tuple(case.patient for case in cases),
        logits=table.logits[rows],
        zones=table.zones[rows],
    )
    found = evaluate(predictions, replace(DATASET, cases=cases), resamples=10)
    assert found.readers is not None
    assert found.readers.confusion_matrix == [[0, 0, 0], [2, 0, 0], [0, 0, 0]]


def test_films_without_a_class_count_where_they_have_a_score(evaluation: Evaluation) -> None:
    extent = {one.score: one for one in evaluation.correlations}["extent"]
    assert extent.images == sum(not np.isnan(case.extent) for case in CASES)
    assert sum(case.severity is None and not np.isnan(case.extent) for case in CASES) == 2
    grade = {one.score: one for one in evaluation.correlations}["grade"]
    assert grade.images == 28, "grade 0 is no severity"
    assert "opacity" not in {one.score for one in evaluation.correlations}


def test_subgroups_part_the_films(evaluation: Evaluation) -> None:
    found = [(one.attribute, one.value) for one in evaluation.subgroups]
    assert found == [
        ("view", "AP"), ("view", "PA"), ("view", "unknown"),
        ("sex", "F"), ("sex", "M"), ("sex", "unknown"),
        ("age", "below 40"), ("age", "40 to 64"), ("age", "65 and over"), ("age", "unknown"),
        ("source", "one"), ("source", "two"),
    ]  # fmt: skip
    for attribute in ("view", "sex", "age", "source"):
        parts = [one for one in evaluation.subgroups if one.attribute == attribute]
        assert sum(one.images for one in parts) == 58
        right = sum(one.images * one.accuracy.value for one in parts)
        assert right / 58 == pytest.approx(evaluation.metrics.accuracy.value, abs=1e-3)


def test_order_of_the_rows_does_not_matter(evaluation: Evaluation) -> None:
    table = _predictions()
    order = np.random.default_rng(1).permutation(len(table.images))
    shuffled = Predictions(
        table.seeds[order],
        table.folds[order],
        tuple(np.asarray(table.images)[order].tolist()),
        tuple(np.asarray(table.patients)[order].tolist()),
        table.logits[order],
        table.zones[order],
    )
    found = evaluate(shuffled, DATASET, resamples=200)
    assert found.metrics == evaluation.metrics
    assert found.calibration == evaluation.calibration
    assert found.subgroups == evaluation.subgroups


def test_no_patient_is_judged_by_a_fit_on_himself() -> None:
    table = _predictions()
    # The folds of the seeds differ, so that a patient held out in one stands elsewhere in another.
    folds = np.where(table.seeds == 0, table.folds, (table.folds * 2 + 1) % FOLDS)
    before = cross_fit(join(replace(table, folds=folds), DATASET))
    held_out = (table.seeds == 1) & (folds == 3)
    patients = set(np.asarray(table.patients)[held_out])
    wild = np.array([patient in patients for patient in table.patients])
    logits = np.where(wild[:, None], -9 * table.logits, table.logits)
    after = cross_fit(join(replace(table, folds=folds, logits=logits), DATASET))
    classed = np.array([case.severity is not None for case in CASES * SEEDS])
    same = held_out[classed]
    assert same.any()
    assert (before.temperatures[same] == after.temperatures[same]).all()
    assert (before.thresholds[same] == after.thresholds[same]).all()
    assert before.final_scaling != after.final_scaling
    assert (before.temperatures[~same] != after.temperatures[~same]).any()


def test_no_patient_is_calibrated_by_his_own_labels() -> None:
    joined = join(_predictions(seeds=1), DATASET)
    held_out = joined.predictions.folds == 2
    labels = np.where(held_out & (joined.labels >= 0), (joined.labels + 1) % 3, joined.labels)
    before, after = cross_fit(joined), cross_fit(replace(joined, labels=labels))
    same = held_out[joined.labels >= 0]
    assert same.any()
    assert (before.scaled[same] == after.scaled[same]).all()
    assert (before.thresholds[same] == after.thresholds[same]).all()
    assert (before.scaled[~same] != after.scaled[~same]).any()
    assert before.final_scaling != after.final_scaling


def test_explanations_stand_beside_uninformed_maps() -> None:
    shares = np.array(
        [[1, 0.6, 0.9, 0.1, 0.4, 0.25], [0, 0.2, 0.7, 0.1, 0.4, 0.25], [1, 0.4, NAN, 0.2, NAN, NAN]]
    )
    table = Explanations(np.zeros(3, np.int64), tuple(c.image for c in CASES[:3]), shares)
    found = {
        (one.measure, one.against): one
        for one in evaluate(_predictions(), DATASET, table, resamples=20).explanations
    }
    peak = found["peak in opacity", "image"]
    assert peak.images == 3
    assert peak.measured.value == pytest.approx(2 / 3, abs=1e-4)
    assert peak.uninformed.value == pytest.approx(0.4 / 3, abs=1e-4)
    energy = found["energy in opacity", "lungs"]
    assert (energy.images, energy.measured.value, energy.uninformed.value) == (2, 0.4, 0.25)
    assert energy.difference.value == pytest.approx(0.15)
    assert found["energy in lungs", "image"].measured.value == pytest.approx(0.8)
    with pytest.raises(TrainingError, match="not in the labels"):
        evaluate(_predictions(), DATASET, replace(table, images=("x", "y", "z")), resamples=2)


def test_goals_are_judged_by_their_bound(evaluation: Evaluation) -> None:
    by_name = {goal.name: goal for goal in goals(evaluation)}
    assert len(by_name) == 12
    assert by_name["macro-F1"].met == (evaluation.metrics.macro_f1.value >= 0.76)
    perfect = {g.name: g for g in goals(evaluate(_predictions(noise=0), DATASET, resamples=50))}
    assert perfect["Brixia total, mean absolute error"].met
    assert not perfect["coverage of the prediction sets"].met, "too much is missed as well"
    unread = evaluation.model_copy(update={"brixia": None})
    assert not {goal.name: goal for goal in goals(unread)}["Brixia total, Pearson r"].met


def test_the_same_readings_do_not_differ() -> None:
    comparison = compare(_predictions(), _predictions(), DATASET, resamples=100)
    for one in comparison.differences:
        assert (one.difference.low, one.difference.value, one.difference.high) == (0, 0, 0)
        assert not one.settled


def test_a_better_model_is_found_better_from_either_side() -> None:
    good, bad = _predictions(noise=0.2, seeds=1), _predictions(noise=4, luck=9)
    for one in compare(good, bad, DATASET, resamples=300).differences:
        assert one.settled
        assert (one.difference.value > 0) == one.higher_is_better
        assert one.difference.value == pytest.approx(one.first.value - one.second.value, abs=2e-4)
    comparison = compare(bad, good, DATASET, resamples=300)
    assert comparison_table(comparison, "bad", "good").count("good is better") == 4


def test_pairing_makes_the_difference_surer() -> None:
    near = _predictions(noise=1.5)
    nearer = replace(near, logits=near.logits + 0.1 * np.roll(near.logits, 1, axis=1))
    one = compare(near, nearer, DATASET, resamples=300).differences[2]
    unpaired = (one.first.high - one.first.low) + (one.second.high - one.second.low)
    assert one.difference.high - one.difference.low < unpaired / 2


def test_other_folds_are_not_compared() -> None:
    table = _predictions()
    with pytest.raises(TrainingError, match="same folds"):
        compare(table, replace(table, folds=(table.folds + 1) % FOLDS), DATASET)


Row = dict[str, str]


def _rows(table: Predictions) -> list[Row]:
    cells = zip(
        table.seeds, table.folds, table.images, table.patients, *table.logits.T, *table.zones.T,
        strict=True,
    )  # fmt: skip
    return [dict(zip(COLUMNS, map(str, row), strict=True)) for row in cells]


def _write(path: Path, rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = _predictions()
    found = read_predictions(_write(tmp_path / "p.csv", _rows(table)))
    assert found.images == table.images
    assert (found.logits == table.logits).all()
    assert (found.zones == table.zones).all()
    assert (found.folds == table.folds).all()


def _change(column: str, value: str) -> Callable[[list[Row]], list[Row]]:
    return lambda rows: [{**rows[0], column: value}, *rows[1:]]


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_change("logit_severe", "nan"), "p.csv:2: logit_severe is not a finite number"),
        (_change("logit_mild", ""), "p.csv:2: logit_mild is not a finite number"),
        (_change("logit_mild", "high"), "p.csv:2: logit_mild 'high' is no number"),
        (_change("zone_B", "3.5"), "p.csv:2: zone_B is not between 0 and 3"),
        (_change("seed", "1.5"), "p.csv:2: seed '1.5' is no whole number"),
        (_change("image", "images/1.png"), "seed 0 read images/1.png twice"),
        (_change("fold", "4"), "patient p0 stands in fold 0 and in fold 4 of seed 0"),
        (_change("image", "images/x.png"), "images/x.png is not in the labels"),
        (_change("patient", "q"), "images/0.png is of patient p0, not q"),
        (lambda rows: rows[1:], "seed 0 did not read images/0.png"),
        (lambda rows: rows[:0], "has no rows"),
    ],
)
def test_bad_tables_are_refused(
    tmp_path: Path, spoil: Callable[[list[Row]], list[Row]], message: str
) -> None:
    path = _write(tmp_path / "p.csv", spoil(_rows(_predictions())))
    with pytest.raises(TrainingError, match=re.escape(message)):
        join(read_predictions(path), DATASET)


def test_one_fold_alone_leaves_no_patients_to_calibrate_on(tmp_path: Path) -> None:
    rows = [{**row, "fold": "0"} for row in _rows(_predictions())]
    table = read_predictions(_write(tmp_path / "p.csv", rows))
    with pytest.raises(TrainingError, match="one fold alone"):
        evaluate(table, DATASET)


def test_bad_explanations_are_refused(tmp_path: Path) -> None:
    header = "seed,image,hit,in_opacity,in_lungs,opacity_share,lung_share,opacity_share_of_lungs\n"
    path = tmp_path / "e.csv"
    for lines, message in (
        ("1,a,1,0.5,,0.1,,\n1,a,1,0.5,,0.1,,\n", "seed 1 explained a twice"),
        ("1,a,1,1.5,,0.1,,\n", "in_opacity is not between 0 and 1"),
        ("1,a,,0.5,,0.1,,\n", "hit is empty"),
    ):
        path.write_text(header + lines)
        with pytest.raises(TrainingError, match=message):
            read_explanations(path)
    path.write_text(header + "1,a,1,0.5,,0.1,,\n")
    assert read_explanations(path).share("hit").tolist() == [1]


def test_explanations_of_no_film_are_none(tmp_path: Path) -> None:
    """As training writes them where no film has an opacity mask."""
    path = tmp_path / "e.csv"
    path.write_text(",".join(("seed", "image", *SHARES)) + "\n")
    found = evaluate(_predictions(), DATASET, read_explanations(path), resamples=2)
    assert found.explanations == []
    assert "## Explanations" not in report(found, "x", ())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`severity/` and `run/` of the invented films."""
    root = tmp_path_factory.mktemp("evaluation")
    (root / "severity" / "images").mkdir(parents=True)
    (root / "run").mkdir()
    rows: list[Row] = []
    rng = np.random.default_rng(0)
    for case in CASES:
        # Noise of its own: films that look alike would be taken for one patient's.
        Image.fromarray(rng.integers(0, 256, (32, 32), dtype=np.uint8)).save(
            root / "severity" / case.image, format="PNG"
        )
        values: dict[str, object] = {"brixia_senior": case.brixia[0],
                                     "brixia_junior": case.brixia[1]}  # fmt: skip
        for reader, zones in zip(("senior", "junior"), case.zones, strict=True):
            values |= {f"brixia_{reader}_{z}": score for z, score in zip(ZONES, zones, strict=True)}
        for name in (*HIGHEST, *TEXT_COLUMNS):
            value = values.get(name, getattr(case, name, None))
            values[name] = "" if value is None or value != value else value
        rows.append({name: str(value) for name, value in values.items()})
    _write(root / "severity" / "labels.csv", rows, (*HIGHEST, *TEXT_COLUMNS))
    _write(root / "run" / "predictions.csv", _rows(_predictions()))
    return root


def test_the_command_writes_a_report_that_stands(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for out in (tmp_path / "a", tmp_path / "b"):
        arguments = ["--run", str(folder / "run"), "--data", str(folder), "--out", str(out)]
        assert main(arguments) == 0
    written = Evaluation.model_validate_json((tmp_path / "a" / "evaluation.json").read_bytes())
    assert written == evaluate(_predictions(), DATASET)
    text = (tmp_path / "a" / "report.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\((.+?)\)", text)
    assert len(links) == 6
    assert all((tmp_path / "a" / link).stat().st_size > 1000 for link in links)
    for file in (tmp_path / "a").iterdir():
        assert file.read_bytes() == (tmp_path / "b" / file.name).read_bytes(), file.name
    assert "| macro-F1 | at least 0.76 |" in capsys.readouterr().out


def test_the_command_judges_the_gate_by_the_settings_of_its_run(
    folder: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(0)
    rows = [
        GateRow(fold, "severity", "frontal", Measurements(
            colour=0, frontal=float(rng.uniform(0.5, 1)), likeliest="other",
            distance=float(rng.uniform(0.5, 2)), side=512, lung_area=0.3, lung_span=0.6,
            lung_border=0.2, lung_black=0.005, lung_contrast=0.2,
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


def test_the_command_compares(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = folder / "run"
    against = ["--against", str(run / "predictions.csv")]
    assert main(["--run", str(run), "--data", str(folder), *against]) == 0
    assert capsys.readouterr().out.count("| not settled |") == 4
    assert not (run / "evaluation").exists()


def test_the_command_says_in_one_line_what_is_wrong(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    columns = [column for column in COLUMNS if column != "zone_F"]
    _write(tmp_path / "predictions.csv", _rows(_predictions()), columns)
    assert main(["--run", str(tmp_path), "--data", str(folder)]) == 2
    error = capsys.readouterr().err
    assert error.startswith("cxr-evaluate: ")
    assert "column 'zone_F' is missing" in error
    assert error.count("\n") == 1
    assert main(["--run", str(tmp_path / "none"), "--data", str(folder)]) == 2


def test_the_report_tells_films_that_nobody_read_twice(evaluation: Evaluation) -> None:
    nobody = evaluation.model_copy(
        update=dict.fromkeys(
            ("brixia", "readers_brixia", "readers", "on_readers_films", "against_senior")
        )
    )
    text = report(nobody, "x", ())
    assert "## Brixia" not in text
    assert "cannot be told" in text
    assert all(f"| {name} |" in text for name in SEVERITIES)
