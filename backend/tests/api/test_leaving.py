"""Who leaves is no fault: the audit and the metrics say `left` of a film whose client did not wait
for it, whether its turn had come or not."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
from held import FILM, Caller, Held, held
from problems import assert_problem, send
from waiting import wait_until

from cxr_severity.api.access.audit import AUDIT
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.service.decoding.processes import NO_DECODER, DecodeProcesses
from cxr_severity.service.registry import NotReadyError

SECOND = FILM + b"\0"


def audit(caplog: pytest.LogCaptureFixture) -> list[tuple[str, str, str | None]]:
    """Hash, outcome and code of each judgement, sorted."""
    lines = [json.loads(one.getMessage()) for one in caplog.records if one.name == AUDIT]
    return sorted((line["sha256"], line["outcome"], line["code"]) for line in lines)


def left(*films: bytes) -> list[tuple[str, str, str | None]]:
    return sorted((hashlib.sha256(film).hexdigest(), "left", None) for film in films)


def films(service: Held, outcome: str) -> float:
    name = f'cxr_films_total{{outcome="{outcome}"}} '
    lines = service.client.get("/metrics").text.splitlines()
    return next(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def until_heard(service: Held) -> None:
    """The loop has had its turns since a caller left."""
    assert service.client.portal is not None
    service.client.portal.call(anyio.sleep, 0.1)


def batch(*files: bytes) -> bytes:
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
    return b"".join(head + file + b"\r\n" for file in files) + b"--b--\r\n"


def inference(*files: bytes) -> bytes:
    data = [base64.b64encode(file).decode() for file in files]
    image = {"name": "image", "shape": [len(files)], "datatype": "BYTES", "data": data}
    return json.dumps({"inputs": [image]}).encode()


def test_of_one_film_while_it_is_worked_on(
    random_version: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, AUDIT)
    with held(random_version, monkeypatch, concurrency=1, queue=0) as service:
        gone = Caller(service)
        assert service.started.acquire(timeout=30)
        gone.leave()
        until_heard(service)
        service.finish.set()
        gone.done.result(30)
        assert gone.status == 499
        assert audit(caplog) == left(FILM)
        assert (films(service, "left"), films(service, "failed")) == (1, 0)


@pytest.mark.parametrize(
    ("path", "content", "media_type"),
    [
        ("/predict/batch", batch(FILM, SECOND), "multipart/form-data; boundary=b"),
        ("/v2/models/random/infer", inference(FILM, SECOND), "application/json"),
    ],
)
def test_of_several_films_one_of_which_is_worked_on(
    random_version: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    path: str, content: bytes, media_type: str,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO, AUDIT)
    with held(random_version, monkeypatch, concurrency=1, queue=1) as service:
        gone = Caller(service, path=path, content=content, media_type=media_type)
        assert service.started.acquire(timeout=30)
        gone.leave()
        until_heard(service)
        service.finish.set()
        gone.done.result(30)
        assert service.calls == 1
        assert audit(caplog) == left(FILM, SECOND)
        assert (films(service, "left"), films(service, "judged")) == (2, 0)
        assert service.taken == 0
        assert 'code="internal-error"} 0.0' in service.client.get("/metrics").text


def test_of_one_film_before_its_turn(
    random_version: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, AUDIT)
    with (
        held(random_version, monkeypatch, concurrency=1, queue=1) as service,
        ThreadPoolExecutor(1) as pool,
    ):
        first = pool.submit(send, service.client, SECOND, force="true")
        assert service.started.acquire(timeout=30)
        impatient = Caller(service)
        wait_until(lambda: service.taken == 2)
        impatient.leave()
        impatient.done.result(30)
        assert audit(caplog) == left(FILM)
        service.finish.set()
        assert first.result(60).status_code == 200
        assert (films(service, "left"), films(service, "judged")) == (1, 1)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotReadyError(NO_DECODER), 503, "not-ready"),
        (MemoryError(), 503, "busy"),
        (RuntimeError("secret of patient 17"), 500, "internal-error"),
    ],
)
def test_what_failed_is_noted_under_the_code_that_its_answer_has(
    random_version: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    error: Exception, status: int, code: str,
) -> None:  # fmt: skip
    def fail(*_: Any, **__: Any) -> None:
        raise error

    caplog.set_level(logging.INFO, AUDIT)
    monkeypatch.setattr(DecodeProcesses, "decode", fail)
    with held(random_version, monkeypatch) as service:
        service.finish.set()
        assert_problem(send(service.client, FILM), status, code)
        ((_, outcome, noted),) = audit(caplog)
    assert (outcome, noted) == ("failed", code)


@pytest.mark.parametrize(
    ("path", "content", "media_type"),
    [
        ("/predict", None, "multipart/form-data; boundary=b"),
        ("/predict/batch", batch(FILM), "multipart/form-data; boundary=b"),
        ("/v2/models/random/infer", inference(FILM), "application/json"),
    ],
)
def test_while_a_film_waits_for_memory(
    random_version: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    content: bytes | None,
    media_type: str,
) -> None:
    caplog.set_level(logging.INFO, AUDIT)
    with held(random_version, monkeypatch, concurrency=1, queue=0) as service:
        service.finish.set()
        memory = service.app.state.service.film_memory
        with memory.share(DEFAULT_LIMITS) as limits:
            memory.capacity = 1
            limits.check_size(40, 40)
            gone = Caller(service, path=path, content=content, media_type=media_type)
            wait_until(lambda: len(memory._waiting) == 1)
            gone.leave()
            gone.done.result(30)
            wait_until(lambda: audit(caplog) == left(FILM), 30)
            assert not memory._waiting
            assert service.taken == 0
