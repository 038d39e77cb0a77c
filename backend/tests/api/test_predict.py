"""POST /predict over the real application, with random weights and once with those that ship."""

from __future__ import annotations

import base64
import io
import json
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image
from support import SAMPLES, MakeVersion
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.model.assessment import SEVERITIES, ZONES
from cxr_severity.settings import Settings


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    settings = Settings.of(weights=random_version.parent, max_upload_bytes=2_000_000)
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        yield client


def post(client: TestClient, data: bytes, **query: Any) -> Response:
    return client.post("/predict", files={"file": ("film.png", data)}, params=query)


def png(size: tuple[int, int] = (64, 64), mode: str = "L") -> bytes:
    buffer = io.BytesIO()
    rng = np.random.default_rng(0)
    image = Image.fromarray(rng.integers(0, 255, size[::-1], dtype=np.uint8)).convert(mode)
    image.save(buffer, "PNG")
    return buffer.getvalue()


def ramp(size: tuple[int, int]) -> bytes:
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize(size).save(buffer, "PNG")
    return buffer.getvalue()


def size_of(path: Path) -> tuple[int, int]:
    with Image.open(path) as image:
        return image.size


def image_of(url: str) -> Image.Image:
    header, encoded = url.split(",", 1)
    assert header.startswith("data:image/")
    assert header.endswith(";base64")
    return Image.open(io.BytesIO(base64.b64decode(encoded)))


@pytest.mark.parametrize(
    "content_type",
    [
        "image/png",
        "image/jpeg",
        "image/jpg",
        "application/dicom",
        "application/octet-stream",
        "IMAGE/PNG; x=1",
    ],
)
def test_the_file_may_be_the_whole_body(client: TestClient, content_type: str) -> None:
    data = SAMPLES[0].read_bytes()
    params = {"force": True, "explain": False}
    raw = client.post(
        "/predict", content=data, headers={"content-type": content_type}, params=params
    ).json()
    form = post(client, data, **params).json()
    assert raw["input"] == form["input"], "the format is read from the bytes"
    assert raw["probabilities"] == form["probabilities"]


@pytest.mark.parametrize(
    ("content_type", "status"), [(None, 422), ("image/gif", 415), ("application/json", 415)]
)
def test_whoever_sends_another_type_is_told_those_that_are_read(
    client: TestClient, content_type: str | None, status: int
) -> None:
    headers = {} if content_type is None else {"content-type": content_type}
    answer = client.post("/predict", content=b"x", headers=headers)
    detail = answer.json()["detail"]
    assert answer.status_code == status
    for name in ("multipart/form-data", "image/jpeg", "application/octet-stream"):
        assert name in detail
    assert "`file`" not in detail


def test_a_whole_body_is_bounded_and_not_empty(client: TestClient) -> None:
    for data, code in ((b"", "empty-file"), (bytes(2_000_001), "file-too-large")):
        answer = client.post("/predict", content=data, headers={"content-type": "image/png"})
        assert answer.json()["code"] == code


def test_the_overlay_is_drawn_at_the_size_that_is_asked_for(client: TestClient) -> None:
    data = ramp((600, 300))
    sizes = {}
    for size in (64, 200, 1024):
        explanation = post(client, data, force=True, size=size).json()["explanation"]
        sizes[size] = image_of(explanation["overlay"]).size
    assert sizes == {64: (64, 32), 200: (200, 100), 1024: (600, 300)}
    assert post(client, data, size=63).json()["code"] == "invalid-request"
    assert post(client, data, size=1025).json()["code"] == "invalid-request"


def test_a_real_radiograph_gets_the_whole_answer(client: TestClient) -> None:
    response = post(client, SAMPLES[0].read_bytes())
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    body = response.json()
    assert set(body) == {
        "model", "input", "severity", "probabilities", "confidence", "prediction_set", "refer",
        "brixia", "quality", "explanation", "timings_ms",
    }  # fmt: skip
    assert set(body["model"]) == {"name", "version"}
    assert body["input"]["format"] == "png"
    assert (body["input"]["width"], body["input"]["height"]) == size_of(SAMPLES[0])
    assert len(body["input"]["sha256"]) == 64
    assert tuple(body["probabilities"]) == SEVERITIES
    assert sum(body["probabilities"].values()) == pytest.approx(1)
    assert body["severity"] == max(body["probabilities"], key=body["probabilities"].get)
    assert body["confidence"] == body["probabilities"][body["severity"]]
    assert body["severity"] in body["prediction_set"]
    assert body["refer"] == (len(body["prediction_set"]) > 1)
    assert tuple(body["brixia"]["zones"]) == ZONES
    assert all(0 <= score <= 3 for score in body["brixia"]["zones"].values())
    assert body["brixia"]["total"] == pytest.approx(sum(body["brixia"]["zones"].values()))
    assert body["quality"]["accepted"]
    assert set(body["timings_ms"]) == {"decode", "model", "explain", "encode", "total"}
    assert all(value >= 0 for value in body["timings_ms"].values())


def test_the_version_that_ships_answers_by_default() -> None:
    with TestClient(create_app(Settings())) as client:
        until_ready(client)
        body = post(client, SAMPLES[0].read_bytes(), explain="false").json()
        listed = client.get("/models").json()
    assert body["model"]["version"] == listed["default"]
    assert body["severity"] in SEVERITIES


@pytest.mark.parametrize(("threshold", "refer"), [(0.0, True), (1.0, False)])
def test_more_than_one_plausible_class_asks_for_a_person(
    make_version: MakeVersion, threshold: float, refer: bool
) -> None:
    folder = make_version()
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["conformal"]["threshold"] = threshold
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with TestClient(create_app(Settings.of(weights=folder.parent))) as client:
        until_ready(client)
        body = post(client, SAMPLES[0].read_bytes(), explain="false").json()
    assert body["prediction_set"] == (list(SEVERITIES) if refer else [body["severity"]])
    assert body["refer"] is refer


def test_heatmap_and_overlay_are_aligned_with_the_input(client: TestClient) -> None:
    body = post(client, SAMPLES[0].read_bytes()).json()
    explanation = body["explanation"]
    assert explanation["method"] == "grad-cam"
    assert explanation["target"] == body["severity"]
    size = (body["input"]["width"], body["input"]["height"])
    heatmap, overlay = image_of(explanation["heatmap"]), image_of(explanation["overlay"])
    assert (heatmap.format, heatmap.mode) == ("PNG", "L")
    assert max(heatmap.size) == 256
    assert heatmap.width / heatmap.height == pytest.approx(size[0] / size[1], rel=0.01)
    assert overlay.size == size
    assert explanation["peak"] > 0
    assert np.asarray(heatmap).max() > 200  # bicubic interpolation may miss the very peak
    assert np.asarray(overlay.convert("RGB")).std() > 1


def test_a_large_input_gets_pictures_of_limited_size(client: TestClient) -> None:
    body = post(client, ramp((3000, 1000))).json()
    assert image_of(body["explanation"]["heatmap"]).size == (256, 85)
    assert image_of(body["explanation"]["overlay"]).size == (1024, 341)
    assert (body["input"]["width"], body["input"]["height"]) == (3000, 1000)


def test_without_explanation(client: TestClient) -> None:
    data = SAMPLES[1].read_bytes()
    with_map, without = post(client, data).json(), post(client, data, explain="false").json()
    assert without["explanation"] is None
    assert without["timings_ms"]["explain"] == 0
    assert without["timings_ms"]["encode"] < 1
    assert without["probabilities"] == pytest.approx(with_map["probabilities"], abs=1e-6)
    assert without["brixia"]["zones"] == pytest.approx(with_map["brixia"]["zones"], abs=1e-5)


@pytest.mark.parametrize("target", SEVERITIES)
def test_the_target_is_explained(client: TestClient, target: str) -> None:
    body = post(client, SAMPLES[2].read_bytes(), target=target).json()
    assert body["explanation"]["target"] == target


def test_the_version_can_be_named(client: TestClient) -> None:
    version = client.get("/models").json()["default"]
    body = post(client, SAMPLES[0].read_bytes(), version=version).json()
    assert body["model"]["version"] == version


def test_the_same_bytes_give_the_same_answer(client: TestClient) -> None:
    first, second = (post(client, SAMPLES[3].read_bytes()).json() for _ in range(2))
    for body in (first, second):
        del body["timings_ms"]
    assert first == second


def test_answers_of_concurrent_requests_do_not_mix(client: TestClient) -> None:
    alone = {path: post(client, path.read_bytes()).json()["probabilities"] for path in SAMPLES}
    work = SAMPLES * 3
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda path: post(client, path.read_bytes()).json(), work)
    for path, body in zip(work, answers, strict=True):
        assert body["probabilities"] == pytest.approx(alone[path], abs=1e-5)


def test_the_file_name_is_not_believed(client: TestClient) -> None:
    body = client.post(
        "/predict", files={"file": ("scan.dcm", SAMPLES[0].read_bytes(), "application/dicom")}
    ).json()
    assert body["input"]["format"] == "png"


def test_no_upload_touches_the_disk(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even one that a framework would spool to a temporary file."""

    def rolled_over(_: Any) -> None:
        raise AssertionError("an upload was written to disk")

    monkeypatch.setattr(tempfile.SpooledTemporaryFile, "rollover", rolled_over)
    data = png((1300, 1300))
    assert 1_048_576 < len(data) < 2_000_000
    assert post(client, data).status_code == 200


def test_no_file_name_reaches_a_log(
    client: TestClient, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level("DEBUG"):
        for data in (SAMPLES[0].read_bytes(), b"no image"):
            client.post("/predict", files={"file": ("MUELLER_ANNA.png", data)})
    out, err = capfd.readouterr()
    assert "MUELLER" not in caplog.text + out + err


def test_bytes_that_come_in_any_shape_are_answered_with_a_code(client: TestClient) -> None:
    whole = SAMPLES[0].read_bytes()
    rng = np.random.default_rng(1)
    for _ in range(40):
        damaged = bytearray(whole[: rng.integers(1, len(whole))])
        for position in rng.integers(0, len(damaged), 8):
            damaged[position] = rng.integers(0, 256)
        response = post(client, bytes(damaged), explain="false")
        assert response.status_code in (200, 413, 415, 422)
        if response.status_code != 200:
            assert response.json()["code"]
