"""The examples of docs/clients.md, run as they are written, against the live service."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pydicom
import pytest
from interop.films import film
from support import REPOSITORY, SAMPLES

GUIDE = REPOSITORY / "docs" / "clients.md"
_BLOCK = re.compile(r"^```(sh|python|js)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_RUN = {
    "sh": ["bash", "-e"],
    "python": [sys.executable, "-W", "error", "-"],
    "js": ["node", "--input-type=module", "-"],
}
GRADES = r"(mild|moderate|severe)"


def blocks(language: str) -> list[str]:
    found = _BLOCK.findall(GUIDE.read_text(encoding="utf-8"))
    return [text for kind, text in found if kind == language]


def run(language: str, text: str, url: str, folder: Path) -> str:
    """Its output, in a folder with the two films."""
    (folder / "film.png").write_bytes(SAMPLES[0].read_bytes())
    (folder / "film.dcm").write_bytes(film())
    assert "http://127.0.0.1:8000" in text
    done = subprocess.run(
        _RUN[language],
        input=text.replace("http://127.0.0.1:8000", url),
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "clients" / "python" / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def report_in(folder: Path) -> None:
    made = pydicom.dcmread(folder / "report.dcm")
    assert (made.Modality, made.PatientID) == ("SR", "P-1")


def test_curl(url: str, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is missing")
    one, report, many, again, refused = blocks("sh")
    assert re.fullmatch(GRADES, json.loads(run("sh", one, url, tmp_path))["severity"])
    assert json.loads(run("sh", again, url, tmp_path))["explanation"] is None
    assert run("sh", report, url, tmp_path) == ""
    report_in(tmp_path)
    lines = [json.loads(line) for line in run("sh", many, url, tmp_path).splitlines()]
    assert {line["name"] for line in lines} == {"film.png", "film.dcm"}
    assert all("result" in line for line in lines)
    assert json.loads(run("sh", refused, url, tmp_path))["code"] == "empty-file"


def test_python(url: str, tmp_path: Path) -> None:
    whole, asynchronous = blocks("python")
    said = run("python", whole, url, tmp_path)
    assert re.match(GRADES + r" .*plausible: " + GRADES, said)
    assert re.search(r"^0 film\.png " + GRADES + "$", said, re.MULTILINE)
    assert re.search(r"^1 film\.dcm " + GRADES + "$", said, re.MULTILINE)
    assert re.search(r"^2  not-an-image$", said, re.MULTILINE)
    assert said.splitlines()[-1].startswith("empty-file ")
    assert (tmp_path / "overlay.jpg").read_bytes().startswith(b"\xff\xd8")
    report_in(tmp_path)
    assert re.fullmatch(f"({GRADES}\n){{2}}", run("python", asynchronous, url, tmp_path))


def test_javascript(url: str, tmp_path: Path) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is missing")
    (whole,) = blocks("js")
    said = run("js", whole, url, tmp_path)
    assert re.match(GRADES, said)
    assert re.search(r"^film\.dcm " + GRADES + "$", said, re.MULTILINE)
    assert said.splitlines()[-1].startswith("422 empty-file ")
    report_in(tmp_path)


def test_the_readme_of_the_package(url: str, tmp_path: Path) -> None:
    readme = (REPOSITORY / "clients" / "python" / "README.md").read_text(encoding="utf-8")
    ((_, text),) = [found for found in _BLOCK.findall(readme) if found[0] == "python"]
    (tmp_path / "samples").symlink_to(REPOSITORY / "samples")
    assert re.match(GRADES, run("python", text, url, tmp_path))
