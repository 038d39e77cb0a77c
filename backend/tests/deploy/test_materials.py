"""What a release says it is made of is true, and may be passed on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.metadata import version
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonValidator

from cxr_severity import __version__

from .running import REPOSITORY

PERMISSIVE = re.compile(
    r"0BSD|Apache|BSD|CC0|ISC|MIT|PSF|Python Software Foundation|Unlicense|Zlib|LLVM"
)
COPYLEFT = re.compile(r"\b(A|L)?GPL|\bGNU\b|MPL|EUPL|SSPL|Proprietary", re.I)


def _made() -> str:
    return subprocess.run(
        [sys.executable, REPOSITORY / "scripts" / "materials.py", __version__],
        check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip


@pytest.fixture(scope="module")
def text() -> str:
    return _made()


@pytest.fixture(scope="module")
def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_it_is_cyclonedx_and_always_the_same(text: str) -> None:
    assert JsonValidator(SchemaVersion.V1_6).validate_str(text) is None
    assert _made() == text


def test_it_names_what_is_installed_and_pinned(document: dict[str, Any]) -> None:
    whole = document["metadata"]["component"]
    assert (whole["name"], whole["version"]) == ("cxr-severity", __version__)
    assert "LicenseRef-CXR-Severity-Weights" in json.dumps(whole["licenses"])
    pinned = dict(
        line.split("==")
        for line in (REPOSITORY / "constraints.txt").read_text().splitlines()
        if "==" in line
    )
    pinned = {re.sub(r"[-_.]+", "-", name).lower(): number for name, number in pinned.items()}
    python = {c["name"]: c["version"] for c in document["components"] if "pypi" in c["purl"]}
    assert {"numpy", "pillow", "imagecodecs", "pydicom", "onnxruntime", "uvicorn"} <= python.keys()
    assert "opentelemetry-sdk" in python, "the image has it"
    assert not {"pytest", "mypy", "cyclonedx-python-lib"} & python.keys()
    for name, number in python.items():
        assert number == version(name)
        # A build of torch for one kind of machine says so behind its number.
        assert pinned.get(name, number).split("+")[0] == number.split("+")[0]
    lock = json.loads((REPOSITORY / "frontend" / "package-lock.json").read_text())["packages"]
    page = [c for c in document["components"] if "npm" in c["purl"]]
    assert {"react", "react-dom", "dicom-parser"} <= {c["name"] for c in page}
    assert all(c["hashes"][0]["alg"] == "SHA-512" for c in page)
    assert not any(lock[f"node_modules/{c['name']}"].get("dev") for c in page if "group" not in c)


def test_every_licence_is_known_and_lets_it_be_passed_on(document: dict[str, Any]) -> None:
    for component in document["components"]:
        said = json.dumps(component.get("licenses", []))
        if (
            component["name"] == "certifi"
        ):  # of traces; MPL 2.0, which lets it be passed on unchanged
            continue
        assert PERMISSIVE.search(said), component["purl"]
        assert not COPYLEFT.search(said), component["purl"]
