"""Requests of several images: how many may be sent, how large, and which of them is refused."""

from __future__ import annotations

import base64
import json
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from support import REPOSITORY, SAMPLES, WEIGHTS_FOLDER, write_version
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.api.errors import ApiError
from cxr_severity.api.oip.bounds import MOST, WIDEST, longest_body
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.model.artifact import read_manifest, versions
from cxr_severity.settings import AccessSettings, ModelSettings, Settings

URL = "/v2/models/random/infer"
FILM = SAMPLES[0].read_bytes()
LIMIT = 30_000_000


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_version(tmp_path_factory.mktemp("several") / "weights").parent


@pytest.fixture(scope="module")
def client(weights: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings.of(weights=weights, max_upload_bytes=LIMIT))) as client:
        until_ready(client)
        yield client


def post(client: TestClient, *files: bytes, **parameters: Any) -> Response:
    sent = {"name": "image", "shape": [len(files)], "datatype": "BYTES",
            "data": [base64.b64encode(file).decode() for file in files]}  # fmt: skip
    said = {"inputs": [sent], "parameters": parameters, "outputs": [{"name": "severity"}]}
    return client.post(URL, json=said)


@pytest.mark.parametrize("force", [False, True])
def test_the_problem_says_which_image_is_refused(client: TestClient, force: bool) -> None:
    answer = post(client, FILM, b"no image", FILM, b"", force=force)
    assert (answer.status_code, answer.json()["code"]) == (422, "not-an-image")
    assert answer.json()["index"] == 1
    assert answer.json()["error"] == answer.json()["detail"]
    assert "index" not in client.post(URL, json={"inputs": []}).json()


def test_a_request_of_more_than_the_rate_is_slow_and_not_impossible(weights: Path) -> None:
    settings = Settings(access=AccessSettings(rate=3), model=ModelSettings(weights=weights))
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        broken = [b"no image"] * 4  # which cost as much, and are told so at once
        answer = post(client, *broken)
        assert answer.json()["code"] == "not-an-image"
        assert answer.headers["ratelimit"] == '"images";r=0;t=80', "what is left after all four"
        assert "retry-after" not in answer.headers
        again = post(client, *broken)
        assert (again.status_code, again.json()["code"]) == (429, "rate-limited")
        assert 0 < int(again.headers["retry-after"]) <= 80


@pytest.mark.parametrize(
    ("refused", "status"), [(b"GIF89a" + bytes(20), 415), (b"II+\0" + bytes(20), 415), (FILM, 503)]
)
def test_one_image_that_is_refused_gives_the_others_back_to_nobody(
    weights: Path, monkeypatch: pytest.MonkeyPatch, refused: bytes, status: int
) -> None:
    """They have been judged; of a request of which nothing has been, none counts."""
    settings = Settings(access=AccessSettings(rate=10), model=ModelSettings(weights=weights))
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        if status == 503:
            monkeypatch.setattr("cxr_severity.api.oip.judging.judge", _short_of_memory)
        answer = post(client, FILM, FILM, FILM, refused, force=True)
        assert answer.status_code == status, answer.text
        assert answer.headers["ratelimit"].startswith('"images";r=6;')
        app = client.app
        assert isinstance(app, FastAPI)
        monkeypatch.setattr(app.state.service.admission, "check", _busy)
        busy = post(client, FILM, FILM)
        assert (busy.status_code, busy.json()["code"]) == (503, "busy")
        assert busy.headers["ratelimit"].startswith('"images";r=6;')


def _short_of_memory(*_: Any, **__: Any) -> None:
    raise MemoryError


def _busy() -> None:
    raise ApiError("busy", "All places are taken. Try again shortly.")


def test_a_tensor_url_with_a_slash_too_many_is_led_on(client: TestClient) -> None:
    length = {"Content-Length": str(longest_body(LIMIT))}
    answer = client.post(URL + "/", content=b"{}", headers=length, follow_redirects=False)
    assert answer.status_code == 307


def test_the_largest_file_may_be_sent_as_base64(client: TestClient) -> None:
    """And one that is larger is refused as `/predict` refuses it, with its place."""
    fits = post(client, b"\x89PNG\r\n\x1a\n" + bytes(LIMIT - 8))
    assert (fits.status_code, fits.json()["code"]) == (422, "damaged-image"), "it was read"
    over = b"\x89PNG\r\n\x1a\n" + bytes(LIMIT)
    raw = struct.pack("<I", len(over)) + over
    sent = {"name": "image", "shape": [1], "datatype": "BYTES",
            "parameters": {"binary_data_size": len(raw)}}  # fmt: skip
    head = json.dumps({"inputs": [sent]}).encode()
    length = {"Inference-Header-Content-Length": str(len(head))}
    answer = client.post(URL, content=head + raw, headers=length)
    assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")
    assert answer.json()["index"] == 0


def test_a_body_holds_as_many_tensors_as_a_request_may_have() -> None:
    tensors = MOST * 3 * WIDEST * WIDEST * 4
    assert longest_body(1) > tensors
    for version in versions(WEIGHTS_FOLDER):
        assert read_manifest(WEIGHTS_FOLDER / version).preprocess.size <= WIDEST
    assert longest_body(DEFAULT_LIMITS.max_bytes) > max(tensors, DEFAULT_LIMITS.max_bytes * 4 / 3)
    (told,) = re.findall(
        r"`CXR_MAX_UPLOAD_BYTES` is over ([0-9.]+) MB", (REPOSITORY / "docs/api.md").read_text()
    )
    at = float(told) * 1e6
    assert longest_body(round(at)) == longest_body(1) < longest_body(round(at + 1e5))


def test_what_is_over_the_bodys_limit_is_called_a_request(client: TestClient) -> None:
    most = longest_body(LIMIT)
    for path in (URL, "/v1/v2/models/random/versions/0.9.0/infer"):
        answer = client.post(path, content=b"{}", headers={"Content-Length": str(most + 1)})
        assert (answer.status_code, answer.json()["code"]) == (413, "file-too-large")
        assert answer.json()["error"] == "The request is over the limit of 50.4 MB."
    alone = client.post("/predict", content=b"", headers={"Content-Length": str(most)})
    assert alone.json()["detail"] == "The file is over the limit of 30 MB."
