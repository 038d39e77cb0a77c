"""What a service cannot do just now is no fault of it: a line says so as an answer does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from problems import assert_problem, send
from support import SAMPLES
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.service.decoding.processes import NO_DECODER, DecodeProcesses
from cxr_severity.service.registry import NotReadyError
from cxr_severity.settings import Settings

FILM = SAMPLES[0].read_bytes()


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    app = create_app(Settings.of(weights=random_version.parent))
    with TestClient(app, raise_server_exceptions=False) as client:
        until_ready(client)
        yield client


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotReadyError(NO_DECODER), 503, "not-ready"),
        (MemoryError(), 503, "busy"),
        (RuntimeError("secret of patient 17"), 500, "internal-error"),
    ],
)
def test_a_line_says_what_an_answer_does(
    client: TestClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
    code: str,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(DecodeProcesses, "decode", fail)
    alone = assert_problem(send(client, FILM), status, code)
    caplog.clear()
    headers = {"Accept-Language": "en"}
    answer = client.post("/predict/batch", files={"file": ("a", FILM)}, headers=headers)
    (line,) = map(json.loads, answer.text.splitlines())
    told = ("type", "title", "status", "detail", "code")
    assert [line["error"][name] for name in told] == [alone[name] for name in told]
    assert "secret" not in answer.text
    traced = [record for record in caplog.records if record.exc_info]
    assert bool(traced) == (code == "internal-error"), "a traceback is of a fault alone"
