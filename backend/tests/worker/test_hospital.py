"""End to end: Orthanc, DCMTK and the worker as they would run in a hospital."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from support import WEIGHTS_FOLDER
from waiting import wait_until

from .films import PATIENT, film, place
from .hospital import Orthanc, Worker, free_port, running_orthanc, store, tools

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture
def orthanc(tmp_path: Path) -> Iterator[Orthanc]:
    with running_orthanc(tmp_path / "orthanc") as orthanc:
        yield orthanc


def files(folder: Path, *numbers: int) -> list[Path]:
    paths = []
    for number in numbers:
        paths.append(folder / f"{number}.dcm")
        paths[-1].write_bytes(film(number))
    return paths


def check_results(orthanc: Orthanc, folder: Path, number: int) -> None:
    """One SR and one SC in the film's study, and other people's programs read them."""
    found = []
    for modality in ("SR", "OT"):
        (result,) = orthanc.find(modality)
        path = folder / f"{modality}.dcm"
        path.write_bytes(orthanc.file(result["ID"]))
        found.append(path)
        dataset = dcmread(path)
        assert dataset.StudyInstanceUID == place(number).study
        assert (dataset.PatientName, dataset.PatientID) == (PATIENT, f"PAT{number}")
        checked = subprocess.run([tools()["dciodvfy"], path], capture_output=True, text=True)
        said = (checked.stdout + checked.stderr).splitlines()
        assert [line for line in said if line.startswith("Error")] == []
    report, picture = found
    dumped = subprocess.run([tools()["dsrdump"], "+Pu", report], capture_output=True, text=True)
    assert dumped.returncode == 0, dumped.stderr
    assert "Radiographic severity of COVID-19" in dumped.stdout
    assert place(number).instance in dumped.stdout
    shown = subprocess.run(
        [tools()["dcm2pnm"], "+on", picture, folder / "picture.png"], capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stderr


def watch_once(orthanc: Orthanc, folder: Path) -> Worker:
    memory = str(folder / "memory")
    with Worker(
        folder / "log",
        *("watch", "--dicomweb", orthanc.dicomweb, "--once", "--memory", memory),
        weights=WEIGHTS_FOLDER,
    ) as worker:
        assert worker.end() == 0, worker.log.read_text()
    return worker


def test_watch_puts_results_into_the_study(orthanc: Orthanc, tmp_path: Path) -> None:
    orthanc.store(files(tmp_path, 1))
    worker = watch_once(orthanc, tmp_path)
    check_results(orthanc, tmp_path, 1)
    assert orthanc.count() == 3
    said = worker.log.read_text()
    for private in (PATIENT, "Erika", "PAT1", "ACC1", place(1).instance, place(1).study):
        assert private not in said


def test_listen_sends_results_to_a_peer(orthanc: Orthanc, tmp_path: Path) -> None:
    port = free_port()
    with Worker(
        tmp_path / "log",
        *("listen", "--port", str(port), "--to", f"ORTHANC@127.0.0.1:{orthanc.port}"),
        *("--memory", str(tmp_path / "memory")),
        weights=WEIGHTS_FOLDER,
    ) as worker:
        worker.until_ready("listening as CXR")
        store(port, "CXR", files(tmp_path, 1), check=True)
        wait_until(lambda: orthanc.count() == 2, 600)
        # Its own results, and what is no film of a chest, come back to it: nothing more is made.
        again = [tmp_path / "own.dcm", tmp_path / "lateral.dcm", tmp_path / "cut.dcm"]
        (own,) = orthanc.find("OT")
        again[0].write_bytes(orthanc.file(own["ID"]))
        again[1].write_bytes(film(2, ViewPosition="LL"))
        again[2].write_bytes(film(3, PixelData=b"\0\0"))
        store(port, "CXR", again, check=True)
        wait_until(lambda: "film 4 is parked" in worker.log.read_text(), 600)
        assert worker.stop() == 0, worker.log.read_text()
    check_results(orthanc, tmp_path, 1)
    assert orthanc.count() == 2
    said = worker.log.read_text()
    assert "film 2 is passed over: own-result" in said
    assert "film 3 is passed over: declared-not-frontal" in said
    assert "film 4 is parked: damaged-image" in said
    assert "2 parked" not in said
    for private in (PATIENT, "Erika", "PAT1", "ACC1", place(1).instance, place(1).study):
        assert private not in said


def test_a_film_without_a_patient_gets_results_that_name_none(
    orthanc: Orthanc, tmp_path: Path
) -> None:
    nobody = dict.fromkeys(("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber"))
    path = tmp_path / "nobody.dcm"
    path.write_bytes(film(1, **nobody))
    orthanc.store([path])
    watch_once(orthanc, tmp_path)
    (report,) = orthanc.find("SR")
    dataset = dcmread(BytesIO(orthanc.file(report["ID"])))
    assert [dataset.get(keyword) or None for keyword in nobody] == [None] * 4
