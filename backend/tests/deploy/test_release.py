"""A release: its number and its licences are the same everywhere, and the wheel alone serves, with
page and weights inside."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import httpx2
import pytest
import yaml
from support import SAMPLES

from cxr_severity import __version__

from .running import REPOSITORY, free_port, running

LICENCE = "Apache-2.0 AND CC-BY-3.0 AND LicenseRef-CXR-Severity-Weights"
NAMING = (
    "backend/cxr_severity/__init__.py", "backend/openapi.json", "clients/python/pyproject.toml",
    "training/pyproject.toml", "frontend/package.json", "frontend/package-lock.json",
    "CITATION.cff", "CHANGELOG.md",
)  # fmt: skip
"""What of the repository names the release's number, beside deploy/kustomize."""


def _script(root: Path, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(root / "scripts" / name), *arguments]
    if name.endswith(".py"):
        command.insert(0, sys.executable)
    return subprocess.run(command, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A repository with what names the number, and the scripts that see to it."""
    root = tmp_path / "repository"
    for name in NAMING:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(REPOSITORY / name, root / name)
    for folder in ("scripts", "deploy/kustomize"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(REPOSITORY / folder, root / folder, ignore=leave)
    changes = f"# Changes\n\n## Unreleased\n\n## {__version__}\nThe last release.\n"
    (root / "CHANGELOG.md").write_text(changes)
    return root


def test_every_part_names_the_same_number() -> None:
    said = _script(REPOSITORY, "release_number.py", "--check", __version__)
    assert said.returncode == 0, said.stderr
    assert _script(REPOSITORY, "release_number.py").stdout == f"{__version__}\n"
    other = _script(REPOSITORY, "release_number.py", "--check", "9.9.9")
    assert other.returncode == 1
    assert len(other.stderr.splitlines()) >= 10


def test_no_other_file_names_it_unseen(copy: Path) -> None:
    """A file of configuration that begins to name the number has to be set as well."""
    listed = subprocess.run(
        ["git", "ls-files", "*.toml", "*.json", "*.yaml", "*.yml", "*.cff", "*Dockerfile"],
        cwd=REPOSITORY, check=True, capture_output=True, text=True,
    ).stdout.split()  # fmt: skip
    known = {path.relative_to(copy).as_posix() for path in copy.rglob("*") if path.is_file()}
    mine = re.compile(rf"(version|tag)\b\W{{1,5}}{re.escape(__version__)}\b", re.I)
    others = {"docs/bench/bench.json", "clients/orval/package-lock.json"}
    found = {
        name
        for name in set(listed) - known - others
        if mine.search((REPOSITORY / name).read_text(encoding="utf-8"))
    }
    assert not found


def test_a_number_is_set_everywhere_and_takes_what_is_unreleased(copy: Path) -> None:
    changes = copy / "CHANGELOG.md"
    changes.write_text(changes.read_text().replace("Unreleased\n", "Unreleased\n### Added\n- A.\n"))
    refused = _script(copy, "check-release.sh", __version__)
    assert refused.returncode == 1
    assert "Unreleased" in refused.stderr

    assert _script(copy, "set-version.sh", "12.3.4").returncode == 0
    _, made, last = changes.read_text().split("\n## ")[1:]
    assert re.fullmatch(r"12\.3\.4 - \d{4}-\d\d-\d\d\n### Added\n- A\.\n", made)
    assert last == f"{__version__}\nThe last release.\n"
    assert _script(copy, "check-release.sh", "12.3.4").returncode == 0
    gpu = (copy / "deploy/kustomize/overlays/gpu/kustomization.yaml").read_text()
    assert "newTag: 12.3.4-cuda}" in gpu
    # Twice is as good as once.
    before = changes.read_text()
    assert _script(copy, "set-version.sh", "12.3.4").returncode == 0
    assert changes.read_text() == before


@pytest.mark.parametrize(
    ("number", "why"),
    [("1.2", "no number of a release"), ("v1.2.3", "no number"), ("7.0.0", "tells nothing of")],
)
def test_what_is_no_release_is_refused(copy: Path, number: str, why: str) -> None:
    said = _script(copy, "set-version.sh", number)
    assert said.returncode == 1
    assert why in said.stderr


def test_each_package_has_the_licence() -> None:
    """A wheel holds no file from outside of its package's folder."""
    whole = (REPOSITORY / "LICENSE").read_bytes()
    for package in ("backend", "clients/python", "training"):
        assert (REPOSITORY / package / "LICENSE").read_bytes() == whole, package


def test_the_weights_licence_is_what_their_manifests_say() -> None:
    terms = " ".join((REPOSITORY / "backend" / "weights" / "LICENSE").read_text().split())
    for manifest in (REPOSITORY / "backend" / "weights").glob("*/manifest.json"):
        said = re.search(r'"licence": "Weights for (.*?): (.*?)\.?"', manifest.read_text())
        assert said
        assert said[1].casefold() in terms.casefold()
        assert said[2].casefold() in terms.casefold()


def test_the_citation_has_what_its_readers_need() -> None:
    cited = yaml.safe_load((REPOSITORY / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors", "version"} <= cited.keys()
    for work in cited["references"]:
        assert {"type", "title", "authors"} <= work.keys()


def test_every_form_for_issues_warns_against_sending_films() -> None:
    folder = REPOSITORY / ".github" / "ISSUE_TEMPLATE"
    forms = [path for path in folder.glob("*.yml") if path.name != "config.yml"]
    assert len(forms) >= 2
    for path in forms:
        form = yaml.safe_load(path.read_text(encoding="utf-8"))
        boxes = [part for part in form["body"] if part["type"] == "checkboxes"]
        assert boxes[0]["attributes"]["options"][0]["required"], path.name
        assert "patient" in form["body"][0]["attributes"]["value"], path.name


def _build(source: Path, *targets: str) -> None:
    for target in targets:
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "--target", target],
            cwd=source, check=True, capture_output=True,
        )  # fmt: skip


def _metadata(wheel: zipfile.ZipFile) -> tuple[str, Message]:
    """The folder of its metadata, and these."""
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
    return name.rpartition("/")[0], message_from_bytes(wheel.read(name))


def test_the_clients_wheel_holds_its_licence(tmp_path: Path) -> None:
    source = tmp_path / "client"
    shutil.copytree(REPOSITORY / "clients" / "python", source)
    _build(source, "wheel")
    (path,) = (source / "dist").glob("*.whl")
    assert path.name == f"cxr_severity_client-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(path) as wheel:
        folder, said = _metadata(wheel)
        assert f"{folder}/licenses/LICENSE" in wheel.namelist()
    assert said["License-Expression"] == "Apache-2.0"
    assert said["Description-Content-Type"] == "text/markdown"


def test_the_wheel_alone_serves(tmp_path: Path) -> None:
    source = tmp_path / "backend"
    ignored = shutil.ignore_patterns("__pycache__", ".*", "tests", "bench", "1.0.0", "page")
    shutil.copytree(REPOSITORY / "backend", source, ignore=ignored)
    page = source / "cxr_severity" / "page"
    page.mkdir()
    (page / "index.html").write_text("<!doctype html><title>CXR Severity</title>")
    _build(source, "wheel", "sdist")
    (archive,) = (source / "dist").glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        sources = {name.partition("/")[2] for name in packed.getnames()}
    assert {"LICENSE", "README.md", "weights/LICENSE"} <= sources
    (wheel,) = (source / "dist").glob("*.whl")
    assert wheel.name == f"cxr_severity-{__version__}-py3-none-any.whl"
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names} == {
        "cxr_severity", f"cxr_severity-{__version__}.dist-info",
    }  # fmt: skip
    with zipfile.ZipFile(wheel) as opened:
        folder, said = _metadata(opened)
        for licence in ("LICENSE", "weights/LICENSE"):
            whole = (REPOSITORY / "backend" / licence).read_bytes()
            assert opened.read(f"{folder}/licenses/{licence}") == whole
    assert "cxr_severity/weights/LICENSE" in names, "beside the weights as well"
    assert said["License-Expression"] == LICENCE
    assert LICENCE in said.get_payload()
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
        assert "CXR Severity" in httpx2.get(f"{url}/").text
        answer = httpx2.post(f"{url}/predict", files={"file": SAMPLES[0].read_bytes()}, timeout=120)
    assert answer.status_code == 200
    assert re.search(r"ready: .*model 2\.", log.read_text())
