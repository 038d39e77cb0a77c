"""A table of results against what readers say of the same films."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, cohen_kappa_score

from cxr_severity.bulk.readings import ReadingsError, read_readings
from cxr_severity.bulk.rows import GRADED, REFUSED, Row, blank
from cxr_severity.bulk.table_file import TableError, read_table, write_table
from cxr_severity.bulk.validation import FEWEST, validate
from cxr_severity.bulk.validation_report import report
from cxr_severity.cli import main
from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_severity.model.measure.brixia import brixia_severity
from cxr_severity.service.exits import EXIT_CANNOT_START, EXIT_OK

COUNT = 40


def film(number: int, total: float, **more: str) -> Row:
    severity = brixia_severity(total)
    shares = {f"probability_{name}": "0.8" if name == severity else "0.1" for name in SEVERITIES}
    return {
        **blank(f"films/{number}.png", GRADED), **shares,
        **{f"brixia_{zone}": f"{total / 6:.4f}" for zone in ZONES},
        "model": "cxr-severity", "version": "9.0.0", "sha256": f"{number:064x}",
        "severity": severity, "confidence": "0.8", "refer": "false", "accepted": "true",
        "prediction_set": severity, "brixia_total": f"{total:.4f}",
        "brixia_low": f"{max(0.0, total - 3):.4f}", "brixia_high": f"{total + 3:.4f}", **more,
    }  # fmt: skip


@pytest.fixture
def totals() -> list[float]:
    """What the model says of each film."""
    found: list[float] = np.random.default_rng(0).uniform(0, 18, COUNT).round(2).tolist()
    return found


@pytest.fixture
def results(tmp_path: Path, totals: list[float]) -> Path:
    path = tmp_path / "results.csv"
    write_table(path, [film(i, total) for i, total in enumerate(totals)])
    return path


def written(folder: Path, header: str, lines: list[str], name: str = "readings.csv") -> Path:
    path = folder / name
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return path


def test_figures_are_those_of_the_definitions(
    tmp_path: Path, results: Path, totals: list[float]
) -> None:
    said = np.clip(np.array(totals) + np.random.default_rng(1).normal(1, 2, COUNT), 0, 18)
    lines = [f"{i}.png,{total},{i // 2}" for i, total in enumerate(said)]
    found = validate(results, written(tmp_path, "image,reader_total,patient", lines))
    reference = [brixia_severity(total) for total in said]
    predicted = [brixia_severity(total) for total in totals]
    assert (found.metrics.images, found.metrics.patients) == (COUNT, COUNT // 2)
    assert found.metrics.accuracy.value == pytest.approx(
        accuracy_score(reference, predicted), abs=1e-4
    )
    kappa = cohen_kappa_score(reference, predicted, labels=SEVERITIES, weights="quadratic")
    agreed = found.metrics.quadratic_weighted_kappa
    assert agreed is not None
    assert agreed.value == pytest.approx(kappa, abs=1e-4)
    assert found.coverage.value == found.metrics.accuracy.value
    assert found.overconfidence.value == pytest.approx(0.8 - found.metrics.accuracy.value, abs=2e-4)
    assert (found.referred.value, found.sure) == (0, found.metrics.accuracy)
    assert found.totals is not None
    assert found.totals.bias.value == pytest.approx(np.mean(np.array(totals) - said), abs=1e-4)
    assert found.totals.mae.value == pytest.approx(np.abs(totals - said).mean(), abs=1e-4)
    assert found.totals.r.value == pytest.approx(np.corrcoef(totals, said)[0, 1], abs=1e-4)
    assert found.totals.inside is not None
    assert found.totals.inside.value == pytest.approx(np.mean(np.abs(totals - said) <= 3), abs=1e-4)
    assert found.by == {"file": COUNT}


def test_two_readers_of_a_film_are_one_reference(
    tmp_path: Path, results: Path, totals: list[float]
) -> None:
    lines = [f"{i}.png,{each}" for i in range(COUNT) for each in (4, 8)]
    found = validate(results, written(tmp_path, "file,brixia_total", lines))
    assert found.metrics.images == COUNT
    assert found.metrics.per_class["moderate"].support == COUNT
    assert found.totals is not None
    assert found.totals.bias.value == pytest.approx(np.mean(totals) - 6, abs=1e-4)


def test_what_is_not_compared_is_counted(tmp_path: Path, totals: list[float]) -> None:
    rows = [film(i, total) for i, total in enumerate(totals)]
    rows.append({**rows[0], "file": "copy/of-0.png", "duplicate_of": rows[0]["file"]})
    rows.append(blank("films/turned.png", REFUSED, "turned-by-90-degrees"))
    write_table(tmp_path / "t.parquet", rows)
    lines = [f"films/{i}.png,mild" for i in range(1, COUNT - 3)]
    lines += ["copy/of-0.png,mild", "films/turned.png,mild", "films/elsewhere.png,mild"]
    lines += ["films/39.png,"]
    found = validate(tmp_path / "t.parquet", written(tmp_path, "path,grade", lines))
    assert found.metrics.images == COUNT - 3
    assert (found.unfound, found.unread, found.empty) == (1, 3, 1)
    assert found.ungraded == {"turned-by-90-degrees": 1}
    assert found.totals is None


def test_a_file_of_readings_from_the_page(tmp_path: Path, results: Path) -> None:
    def reading(number: int, content: int, grade: str | None) -> dict[str, object]:
        blind = {0: False, 1: None}.get(number, True)
        zones = {} if grade else dict.fromkeys(ZONES, 3)
        return {"file": f"{number}.png", "sha256": f"{content:064x}", "grade": grade,
                "zones": zones, "comment": "", "blind": blind, "at": ""}  # fmt: skip

    said = [reading(i, i, "mild" if i % 2 else None) for i in range(COUNT - 1)]
    said.append(reading(COUNT - 1, 10**6, "mild"))
    path = tmp_path / "readings.json"
    path.write_text(json.dumps({"kind": "cxr-severity-readings", "readings": said}))
    found = validate(results, path)
    # The last one's content is another: its name alone makes it no film of the table.
    assert (found.metrics.images, found.unfound) == (COUNT - 1, 1)
    assert found.by == {"sha256": COUNT - 1}
    assert (found.sighted, found.unsaid) == (2, 1)
    assert found.metrics.per_class["severe"].support == COUNT // 2
    assert found.totals is not None
    assert found.totals.films == COUNT // 2


@pytest.mark.parametrize(
    ("header", "lines", "message"),
    [
        ("file,grade", ["1.png,sever"], "line 2: grade 'sever' is none of mild, moderate, severe"),
        ("file,total", ["1.png,19"], "line 2: total '19' is no number from 0 to 18"),
        ("file,total", ["1.png,nan"], "line 2: total 'nan' is no number"),
        ("file,A,B,C,D,E,F", ["1.png,0,0,0,0,0,4"], "line 2: F '4' is no number from 0 to 3"),
        ("film,grade", ["1.png,mild"], "films: .*, path, filename, image; it has film, grade"),
        ("file,grade,blind", ["1.png,mild,perhaps"], "blind 'perhaps' is neither true nor false"),
        ("file,grade", ["1.png,"], "no line of it holds a grade, a Brixia total or six zones"),
        ("file,grade", [",mild"], "line 2: has a reading, and does not say of which film"),
        ("file,grade", ["1.png,mild,more"], "line 2: has more cells than the first line names"),
        ("file,grade", ['1.png,"mild'], "after line 1: unexpected end of data"),
        ("file,total,Total ", ["1.png,4,8"], "several of its columns are called total"),
        ("file,grade", ["1.png,mild", "1.png,severe"], "different grades of one film"),
        ("file,grade", ["1.png,mild", "gone.png,mild"], "1 of its 2 readings are of films that"),
        ("accession number,grade", ["12,mild"], "not found: .*line 2, accession_number '12'"),
    ],
)
def test_readings_that_cannot_be_used(
    header: str, lines: list[str], message: str, tmp_path: Path, results: Path
) -> None:
    with pytest.raises(ReadingsError, match=message.replace("(", r"\(")):
        validate(results, written(tmp_path, header, lines))


def test_the_page_s_list_holds_the_reader_s_grade_beside_the_model_s(tmp_path: Path) -> None:
    (reading,), empty = read_readings(
        written(
            tmp_path, "file,severity,brixia_total,reader_grade,reader_total", ["a,mild,2,severe,"]
        )
    )
    assert (reading.severity, reading.total, empty) == ("severe", None, 0)


def test_what_the_model_said_beside_a_reader_is_no_reading(
    tmp_path: Path, results: Path, totals: list[float]
) -> None:
    head, *lines = results.read_text().splitlines()
    lines = [f"{line},{'severe' if i < 20 else ''}" for i, line in enumerate(lines)]
    found = validate(results, written(tmp_path, f"{head},grade", lines))
    assert (found.metrics.images, found.empty, found.totals) == (20, COUNT - 20, None)
    assert found.metrics.per_class["severe"].support == 20
    lines = [line.replace(",severe", ",9") for line in lines]
    found = validate(results, written(tmp_path, f"{head},reader_total", lines))
    assert found.totals is not None
    assert found.totals.bias.value == pytest.approx(np.mean(totals[:20]) - 9, abs=1e-4)


def test_columns_are_known_however_a_spreadsheet_writes_them(
    tmp_path: Path, results: Path, totals: list[float]
) -> None:
    plain = [f"{i}.png,{total},{i // 2}" for i, total in enumerate(totals)]
    expected = validate(results, written(tmp_path, "file,total,patient", plain))
    assert expected.metrics.patients == COUNT // 2
    lines = [
        f" D:\\films\\{i}.png ;{str(total).replace('.', ',')} ;{i // 2};"
        for i, total in enumerate(totals)
    ]
    path = tmp_path / "excel.csv"
    path.write_text("\r\n".join([" File;Total;Patient ID", *lines, ";;;", ""]), "utf-16")
    found = validate(results, path)
    assert found.empty == 1
    assert found.model_copy(update={"empty": 0}) == expected


@pytest.mark.parametrize("name", ["File Name", "file_name", "FILENAME", "SHA 256", "SHA_256"])
def test_a_column_may_be_written_in_one_word_or_two(tmp_path: Path, name: str) -> None:
    (reading,), _ = read_readings(written(tmp_path, f"{name},Reader Total", ["x,7"]))
    assert [*reading.keys.values(), reading.total] == ["x", 7]


def test_readings_that_were_not_blind_and_patients_that_nobody_named_are_told(
    tmp_path: Path, results: Path
) -> None:
    lines = [f"{i:064X},mild,{'FALSE' if i < 12 else 'TRUE'}," for i in range(COUNT)]
    found = validate(results, written(tmp_path, "sha256,grade,reader_blind,patient", lines))
    assert (found.sighted, found.unsaid, found.lone) == (12, 0, COUNT)
    said = report(found, None)
    assert f"- {COUNT} films. Readings found" in said
    assert "12 readings were given with the model's result on the screen" in said
    lines = [f"{i}.png,mild,p" if i else "0.png,mild," for i in range(COUNT)]
    found = validate(results, written(tmp_path, "file,grade,patient", lines))
    assert (found.sighted, found.unsaid, found.lone, found.metrics.patients) == (COUNT, COUNT, 1, 2)
    assert f"{COUNT} films of 2 patients" in report(found, None)
    assert f"{COUNT} readings do not say whether" in report(found, None)
    lines = [f"{i}.png,mild,{'true' if i > 4 else ''}" for i in range(COUNT)]
    found = validate(results, written(tmp_path, "file,grade,Blind", lines))
    assert (found.sighted, found.unsaid) == (5, 5)
    assert "on the screen" not in report(found, None)


def test_a_model_is_not_compared_with_itself(results: Path) -> None:
    with pytest.raises(ReadingsError, match="nothing of a reader"):
        validate(results, results)


def test_tables_that_cannot_be_used(tmp_path: Path, totals: list[float]) -> None:
    readings = written(tmp_path, "file,grade", [f"{i}.png,mild" for i in range(COUNT)])
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    broken = tmp_path / "broken.parquet"
    broken.write_text("no table")
    for path in (other, broken, tmp_path / "gone.csv"):
        with pytest.raises(TableError, match=path.name):
            validate(path, readings)
    mixed = [film(i, total) for i, total in enumerate(totals)]
    mixed[0]["version"] = "8.0.0"
    write_table(other, mixed)
    with pytest.raises(TableError, match=r"several versions: cxr-severity 8.0.0, cxr-severity 9"):
        validate(other, readings)


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_table_is_read_as_it_was_written(tmp_path: Path, suffix: str) -> None:
    rows = [film(1, 3.25, patient_id="-0012"), blank("x", REFUSED, "turned", 'say "no", twice\n')]
    write_table(tmp_path / f"t{suffix}", rows)
    for found, row in zip(read_table(tmp_path / f"t{suffix}"), rows, strict=True):
        for name, text in row.items():
            try:
                assert float(found[name]) == pytest.approx(float(text), abs=1e-5), name
            except ValueError:
                assert found[name] == text, name


def test_the_command(
    tmp_path: Path, results: Path, totals: list[float], random_version: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("CXR_WEIGHTS", str(random_version.parent))
    # Severe films that the readers call moderate: far below what any version is measured at.
    lines = [f"{i}.png,{max(0.0, total - 5)}" for i, total in enumerate(totals)]
    readings = written(tmp_path, "file,total", lines)
    command = ["validate", str(results), str(readings), "--json", str(tmp_path / "v.json")]
    assert main(command) == EXIT_OK
    said = capsys.readouterr().out
    assert "| accuracy |" in said
    assert "9.0.0 is not installed here" in said
    assert "points of 18" in said
    assert "more than the readers" in said
    assert json.loads((tmp_path / "v.json").read_text())["metrics"]["images"] == COUNT
    # Beside the figures of a version that is there.
    rows = [{**row, "version": random_version.name} for row in read_table(results)]
    results.unlink()
    write_table(results, rows)
    assert main(command) == EXIT_OK
    assert "where the version was measured" in capsys.readouterr().out

    few = written(tmp_path, "file,total", lines[: FEWEST - 1], "few.csv")
    assert main(["validate", str(results), str(few)]) == EXIT_CANNOT_START
    assert f"{FEWEST - 1} of its {FEWEST - 1} readings" in capsys.readouterr().err
