"""The commands of docs/hospital.md, run as they are written."""

from __future__ import annotations

import argparse
import os
import re
import shlex
import signal
import subprocess
from contextlib import suppress
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from support import REPOSITORY

from cxr_severity.worker.arguments import add_parsers
from cxr_severity.worker.commands import COMMANDS

from .hospital import free_port, running_orthanc, tools

pytestmark = pytest.mark.timeout(1800)

_YOURS = re.compile(r"<!-- yours -->.*?<!-- /yours -->", re.DOTALL)
_BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_commands_of_the_readme_are_understood() -> None:
    readme = (REPOSITORY / "README.md").read_text(encoding="utf-8")
    section = readme.split("## In a hospital\n")[1].split("\n## ")[0]
    (block,) = _BLOCK.findall(section)
    for line in block.splitlines():
        program, *arguments = shlex.split(line)
        assert program == ".venv/bin/cxr-severity"
        parser = argparse.ArgumentParser()
        add_parsers(parser.add_subparsers(dest="command", required=True))
        assert parser.parse_args(arguments).command in COMMANDS


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
