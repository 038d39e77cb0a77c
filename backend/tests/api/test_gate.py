"""What the service answers to images that the gate holds unfit; once with the gate that ships."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from imaging import files
from PIL import Image, ImageDraw, ImageOps
from support import NO_LIMITS, SAMPLES, WEIGHTS_FOLDER, MakeVersion
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.cli import main
from cxr_severity.model.gate import GateLimits, Limit
from cxr_severity.service.exits import EXIT_OK, EXIT_SOME_FAILED
from cxr_severity.settings import Settings

NEVER_FRONTAL = NO_LIMITS.model_copy(update={"frontal": Limit(reject=1.1), "side": Limit(warn=1e4)})
FAR = NO_LIMITS.model_copy(update={"distance": Limit(reject=-1)})
NOTED = NO_LIMITS.model_copy(update={"side": Limit(warn=1e4)})


def served(folder: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings.of(weights=folder))) as client:
        until_ready(client)
        yield client


@pytest.fixture(scope="module")
def shipped() -> Iterator[TestClient]:
    yield from served(WEIGHTS_FOLDER)


def ask(client: TestClient, data: bytes, **query: Any) -> tuple[int, dict[str, Any]]:
    response = client.post("/predict", files={"file": ("film.png", data)}, params=query)
    return response.status_code, response.json()


def with_limits(
    make_version: MakeVersion, limits: GateLimits, **query: Any
) -> tuple[int, dict[str, Any]]:
    with contextmanager(served)(make_version(limits=limits).parent) as client:
        return ask(client, SAMPLES[0].read_bytes(), **query)


def test_a_rejected_image_gets_its_findings_instead_of_a_class(make_version: MakeVersion) -> None:
    status, body = with_limits(make_version, NEVER_FRONTAL)
    assert status == 422
    assert "severity" not in body
    first, second = body["findings"]
    assert (first["level"], second["level"]) == ("reject", "warn")
    assert second["code"] == "low-resolution"
    assert 0 <= first["value"] <= 1 < first["limit"]
    assert body["detail"] == first["message"]
    assert body["type"] == f"/problems/{body['code']}"


def test_a_finding_without_a_kind_of_its_own_is_no_frontal_film(make_version: MakeVersion) -> None:
    status, body = with_limits(make_version, FAR)
    assert (status, body["code"]) == (422, "not-a-frontal-chest-radiograph")
    assert [finding["code"] for finding in body["findings"]] == ["unfamiliar-image"]


def test_force_judges_all_the_same_and_says_why_one_should_not(make_version: MakeVersion) -> None:
    status, body = with_limits(make_version, NEVER_FRONTAL, force="true")
    assert status == 200
    assert body["severity"] in body["probabilities"]
    assert not body["quality"]["accepted"]
    assert body["quality"]["findings"][0]["level"] == "reject"


@pytest.mark.parametrize(
    ("tag", "value", "code"),
    [
        (0x00185101, b"LL", "declared-not-frontal"),
        (0x00200020, b"A\\F", "declared-not-frontal"),
        (0x00180015, b"HAND", "declared-not-chest"),
    ],
)
def test_what_a_film_says_of_itself_can_be_overridden(
    make_version: MakeVersion, tag: int, value: bytes, code: str
) -> None:
    """Views are now and then entered wrongly."""
    with Image.open(SAMPLES[0]) as film:
        pixels = np.asarray(film.convert("L"))
    data = files.dicom(pixels, extra={tag: (b"CS", value)})
    with contextmanager(served)(make_version(limits=NO_LIMITS).parent) as client:
        status, body = ask(client, data)
        assert (status, body["code"]) == (422, "not-a-frontal-chest-radiograph")
        assert [finding["code"] for finding in body["findings"]] == [code]
        assert body["detail"] == body["findings"][0]["message"]
        status, body = ask(client, data, force="true", explain="false")
        assert status == 200
        (finding,) = body["quality"]["findings"]
        assert (finding["code"], finding["level"]) == (code, "reject")


def test_a_warning_does_not_stop_the_judgement(make_version: MakeVersion) -> None:
    status, body = with_limits(make_version, NOTED, explain="false")
    assert status == 200
    assert body["quality"]["accepted"]
    (finding,) = body["quality"]["findings"]
    assert (finding["code"], finding["level"]) == ("low-resolution", "warn")
    assert finding["limit"] == 1e4


def test_other_problems_carry_no_findings(shipped: TestClient) -> None:
    status, body = ask(shipped, b"no image")
    assert status == 422
    assert "findings" not in body


def test_the_command_line_goes_on_after_a_rejected_file(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CXR_WEIGHTS", str(make_version(limits=FAR).parent))
    assert main(["predict", "--json", *map(str, SAMPLES[:2])]) == EXIT_SOME_FAILED
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["error"]["findings"][0]["code"] for row in rows] == ["unfamiliar-image"] * 2
    assert main(["predict", "--force", str(SAMPLES[0])]) == EXIT_OK
    assert "unfamiliar-image" in capsys.readouterr().out


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_bundled_films_pass(shipped: TestClient, path: Path) -> None:
    status, body = ask(shipped, path.read_bytes(), explain="true")
    assert status == 200, body
    assert body["quality"]["accepted"]
    share = body["explanation"]["lung_fraction"]
    assert share is None or 0 <= share <= 1


def _document() -> Image.Image:
    page = Image.new("L", (600, 800), 250)
    draw = ImageDraw.Draw(page)
    for y in range(40, 760, 22):
        draw.text((40, y), "Radiology report: lungs and pleura " * 2, fill=20)
    return page


def _scene() -> Image.Image:
    y, x = np.mgrid[0:1:480j, 0:1:640j]
    rgb = np.stack([x * 255, y * 255, (1 - x) * 255], axis=2).astype(np.uint8)
    return Image.fromarray(rgb)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (ImageOps.invert, "inverted-grey-scale"),
        (lambda film: film.rotate(90, expand=True), "turned-by-90-degrees"),
        (lambda film: film.rotate(-90, expand=True), "turned-by-90-degrees"),
        (lambda film: film.rotate(180), "turned-by-180-degrees"),
        (lambda _: _document(), "not-a-frontal-chest-radiograph"),
        (lambda _: _scene(), "not-a-frontal-chest-radiograph"),
    ],
    ids=["inverted", "left", "right", "upside-down", "document", "colours"],
)
def test_unfit_images_are_turned_away(
    shipped: TestClient, change: Callable[[Image.Image], Image.Image], code: str
) -> None:
    with Image.open(SAMPLES[0]) as film:
        image = change(film.convert("L"))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    status, body = ask(shipped, buffer.getvalue())
    assert (status, body["code"]) == (422, code)
    assert body["findings"][0]["level"] == "reject"
    status, body = ask(shipped, buffer.getvalue(), force="true", explain="false")
    assert status == 200
    assert not body["quality"]["accepted"]
