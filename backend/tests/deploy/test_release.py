"""A release: the wheel alone serves, with page and weights inside."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
from support import SAMPLES

from cxr_severity import __version__

from .running import REPOSITORY, free_port, running


def test_every_part_names_the_same_release() -> None:
    check = str(REPOSITORY / "scripts" / "check-release.sh")
    assert subprocess.run([check, __version__]).returncode == 0
    other = subprocess.run([check, "9.9.9"], capture_output=True, text=True)
    assert other.returncode == 1
    assert "9.9.9" in other.stderr


def test_the_wheel_alone_serves(tmp_path: Path) -> None:
    source = tmp_path / "backend"
    ignored = shutil.ignore_patterns("__pycache__", "tests", "bench", "1.0.0", "page")
    shutil.copytree(REPOSITORY / "backend", source, ignore=ignored)
    page = source / "cxr_severity" / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>CXR Severity</title>")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel"],
        cwd=source, check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = (source / "dist").glob("*.whl")
    assert wheel.name == f"cxr_severity-{__version__}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "cxr_severity", f"cxr_severity-{__version__}.dist-info",
    }  # fmt: skip
    # What it needs is installed here already; it comes before this repository's own package.
    site = tmp_path / "site"
    subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index",
            "--disable-pip-version-check", "--target", str(site), str(wheel),
        ],
        check=True,
    )  # fmt: skip
    shutil.rmtree(source)
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log = tmp_path / "log"
    command = [str(site / "bin" / "cxr-severity"), "serve", "--port", str(port)]
    with running(command, log, f"{url}/health/ready", PYTHONPATH=str(site)):
        assert "CXR Severity" in httpx.get(f"{url}/").text
        answer = httpx.post(f"{url}/predict", files={"file": SAMPLES[0].read_bytes()}, timeout=120)
    assert answer.status_code == 200
    assert re.search(r"ready: .*model 2\.", log.read_text())
