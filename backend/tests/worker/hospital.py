"""Orthanc with its DICOMweb plugin on loopback, DCMTK beside it, and the worker as a process.

`scripts/hospital-tools.sh` finds the programs, and installs Debian's packages where it may; where
they cannot be had the tests are skipped with what it says.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support import REPOSITORY
from waiting import wait_until


@lru_cache(maxsize=1)
def tools() -> dict[str, str]:
    """Paths of Orthanc, its plugin (OrthancDicomWeb), storescu, dsrdump, dcm2pnm and dciodvfy."""
    run = subprocess.run(
        [str(REPOSITORY / "scripts" / "hospital-tools.sh")], capture_output=True, text=True
    )
    if run.returncode:
        pytest.skip(run.stderr.strip().splitlines()[-1])
    return dict(line.split("=", 1) for line in run.stdout.splitlines())


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@dataclass(frozen=True)
class Orthanc:
    """`http` is its own REST service, `dicomweb` the root of its DICOMweb, `port` its C-STORE's."""

    http: str
    dicomweb: str
    port: int

    def count(self) -> int:
        return int(httpx2.get(f"{self.http}/statistics").json()["CountInstances"])

    def until(self, count: int) -> None:
        """Until at least so many instances are stored."""
        wait_until(lambda: self.count() >= count, 3600)

    def find(self, modality: str, *more: str) -> list[dict[str, Any]]:
        """Of every instance of a modality: its tags by keyword and, as `ID`, Orthanc's name."""
        query = {
            "Level": "Instance",
            "Expand": True,
            "Query": {"Modality": modality},
        }
        found = httpx2.post(f"{self.http}/tools/find", json=query, timeout=300).json()
        return [
            {**each["MainDicomTags"], "ID": each["ID"], **{k: each[k] for k in more}}
            for each in found
        ]

    def studies(self, modality: str) -> list[str]:
        """The study of each instance of a modality."""
        found = []
        for each in self.find(modality, "ParentSeries"):
            series = httpx2.get(f"{self.http}/series/{each['ParentSeries']}").json()
            found.append(str(series["ParentStudy"]))
        return sorted(found)

    def file(self, name: str) -> bytes:
        return httpx2.get(f"{self.http}/instances/{name}/file", timeout=300).content

    def store(self, files: Sequence[Path]) -> None:
        store(self.port, "ORTHANC", files, check=True)


@contextmanager
def running_orthanc(folder: Path) -> Iterator[Orthanc]:
    http, dicom = free_port(), free_port()
    folder.mkdir(parents=True)
    settings = {
        "Name": "test",
        "HttpPort": http,
        "DicomPort": dicom,
        "DicomAet": "ORTHANC",
        "StorageDirectory": str(folder / "storage"),
        "IndexDirectory": str(folder / "storage"),
        "Plugins": [tools()["OrthancDicomWeb"]],
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "DicomAlwaysAllowStore": True,
        "DicomWeb": {"Enable": True, "Root": "/dicom-web/"},
    }
    (folder / "orthanc.json").write_text(json.dumps(settings))
    with (folder / "orthanc.log").open("wb") as log:
        process = subprocess.Popen(
            [tools()["Orthanc"], str(folder / "orthanc.json")], stdout=log, stderr=log
        )
    url = f"http://127.0.0.1:{http}"
    try:
        wait_until(lambda: process.poll() is not None or _answers(f"{url}/system"))
        assert process.poll() is None, (folder / "orthanc.log").read_text()
        yield Orthanc(url, f"{url}/dicom-web", dicom)
    finally:
        process.terminate()
        process.wait()


def _answers(url: str) -> bool:
    try:
        return httpx2.get(url).is_success
    except httpx2.RequestError:
        return False


def store(port: int, title: str, files: Sequence[Path], *, check: bool) -> bool:
    """Send files by DCMTK's storescu; returns whether all were taken."""
    run = subprocess.run(
        [tools()["storescu"], "-aec", title, "127.0.0.1", str(port), *map(str, files)],
        capture_output=True,
        text=True,
    )
    assert not check or run.returncode == 0, run.stderr
    return run.returncode == 0


class Worker:
    """`cxr-severity` as a process of its own; what it logs goes to `log`."""

    def __init__(self, log: Path, *arguments: str, weights: Path | None = None) -> None:
        self.log = log
        environment = dict(os.environ, PYTHONPATH=str(REPOSITORY / "backend"), OMP_NUM_THREADS="1")
        if weights:
            environment["CXR_WEIGHTS"] = str(weights)
        self._file = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cxr_severity.cli", *arguments],
            env=environment,
            stdout=self._file,
            stderr=self._file,
        )

    def until_ready(self, word: str) -> None:
        """Until the log says it once more than before."""
        before = self.log.read_text().count(word)
        wait_until(lambda: self._ended() or self.log.read_text().count(word) > before, 600)
        assert not self._ended(), self.log.read_text()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        """A test that fails leaves no process behind."""
        if self.process.poll() is None:
            self.process.kill()
        self.end()

    def kill(self) -> None:
        self.process.kill()
        self.end()

    def stop(self) -> int:
        """SIGTERM; returns the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.end()

    def end(self) -> int:
        """Wait for its end; returns the exit status."""
        status = self.process.wait()
        self._file.close()
        return status

    def _ended(self) -> bool:
        return self.process.poll() is not None
