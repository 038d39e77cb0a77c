"""The commands of docs/hospital.md, run as they are written."""

from __future__ import annotations

import argparse
import datetime as dt
import os
import re
import shlex
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from support import REPOSITORY
from waiting import wait_until

from cxr_severity.worker.arguments import add_parsers
from cxr_severity.worker.commands import COMMANDS

from .films import film, place
from .hospital import free_port, running_orthanc, store, tools

pytestmark = pytest.mark.timeout(1800)

_YOURS = re.compile(r"<!-- yours -->.*?<!-- /yours -->", re.DOTALL)
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def commands_of_the_readme() -> list[str]:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    section = readme.split("## In a hospital\n")[1].split("\n## ")[0]
    (block,) = _BLOCK.findall(section)
    return str(block).splitlines()


def test_the_commands_of_the_readme_are_understood() -> None:
    for line in commands_of_the_readme():
        program, *arguments = shlex.split(line)
        assert program == ".venv/bin/cxr-severity"
        parser = argparse.ArgumentParser()
        add_parsers(parser.add_subparsers(dest="command", required=True))
        assert parser.parse_args(arguments).command in COMMANDS


def test_the_commands_of_the_readme_lead_to_results_in_the_study(tmp_path: Path) -> None:
    """As they stand, but for the ports; each worker is stopped once its results are there."""
    watch, listen = commands_of_the_readme()
    today = dt.date.today().strftime("%Y%m%d")  # noqa: DTZ011 - of this machine, as the worker's
    films = [tmp_path / f"{number}.dcm" for number in (1, 2)]
    for number, path in enumerate(films, 1):
        path.write_bytes(film(number, StudyDate=today))
    port = free_port()
    with running_orthanc(tmp_path / "orthanc") as orthanc:
        ports = {"8042": orthanc.http.rpartition(":")[2], "4242": str(orthanc.port)}
        for usual, here in {**ports, "11112": str(port)}.items():
            watch, listen = (re.sub(rf"\b{usual}\b", here, each) for each in (watch, listen))
        orthanc.store(films[:1])
        with _running(watch, tmp_path):
            orthanc.until(3)
        with _running(listen, tmp_path):
            wait_until(lambda: store(port, "CXR", films[1:], check=False), 1500)
            orthanc.until(5)
        counts = {modality: len(orthanc.find(modality)) for modality in ("CR", "SR", "OT")}
        reports = [dcmread(BytesIO(orthanc.file(found["ID"]))) for found in orthanc.find("SR")]
    assert counts == {"CR": 1, "SR": 2, "OT": 2}
    assert {report.StudyInstanceUID for report in reports} == {
        place(number).study for number in (1, 2)
    }


@contextmanager
def _running(command: str, folder: Path) -> Iterator[None]:
    """A worker that is told to end, and ends well."""
    state = {"XDG_STATE_HOME": str(folder), "PYTHONPATH": str(REPOSITORY / "backend")}
    process = subprocess.Popen(shlex.split(command), cwd=REPOSITORY, env={**os.environ, **state})
    try:
        yield
        process.send_signal(signal.SIGTERM)
        assert process.wait(300) == 0
    finally:
        process.kill()
        process.wait()


def test_the_guide_leads_from_a_running_orthanc_to_results_in_the_study(tmp_path: Path) -> None:
    guide = (REPOSITORY / "docs" / "hospital.md").read_text(encoding="utf-8")
    (yours,) = _YOURS.findall(guide)
    blocks = _BLOCK.findall(guide.replace(yours, ""))
    assert len(blocks) == 4
    with running_orthanc(tmp_path / "orthanc") as orthanc:
        here = {  # what the block that is a reader's own sets
            "ORTHANC": orthanc.http,
            "ORTHANC_HOST": "127.0.0.1",
            "ORTHANC_PORT": str(orthanc.port),
            "ORTHANC_TITLE": "ORTHANC",
            "LISTEN_PORT": str(free_port()),
            "TRIAL": str(tmp_path),
        }
        assert set(here) == set(re.findall(r"\b([A-Z_]+)=", yours))
        path = f"{Path(tools()['storescu']).parent}:{os.environ['PATH']}"
        with subprocess.Popen(
            ["bash", "-e", "-c", "\n".join(blocks)],
            cwd=REPOSITORY,
            env={**os.environ, **here, "PATH": path, "PYTHONPATH": str(REPOSITORY / "backend")},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as shell:
            try:
                said, _ = shell.communicate(timeout=1500)
            finally:  # with the worker in its background, where a command failed
                with suppress(ProcessLookupError):
                    os.killpg(shell.pid, signal.SIGKILL)
        assert shell.returncode == 0, said
        assert "Radiographic severity of COVID-19" in said
        film, report, picture = (
            dcmread(BytesIO(orthanc.file(orthanc.find(modality)[0]["ID"])))
            for modality in ("CR", "SR", "OT")
        )
        assert orthanc.count() == 3  # the second worker's results are those of the first
    assert film.StudyInstanceUID == report.StudyInstanceUID == picture.StudyInstanceUID
    assert report.PatientID == picture.PatientID == "TRIAL-1"
    assert (tmp_path / "sc.png").read_bytes().startswith(b"\x89PNG")
