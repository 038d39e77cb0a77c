"""Requests of several images hold no place that another of their images waits for."""

from __future__ import annotations

import base64
import http.client
import json
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from held import Caller, held
from served import serving
from support import SAMPLES, write_version
from waiting import wait_until

from cxr_severity.api.app import create_app
from cxr_severity.settings import Settings

IMAGE = base64.b64encode(SAMPLES[0].read_bytes()).decode()


def body_of(images: int) -> str:
    tensor = {"name": "image", "shape": [images], "datatype": "BYTES", "data": [IMAGE] * images}
    return json.dumps({"inputs": [tensor], "parameters": {"force": True}})


def infer(port: int, images: int) -> int:
    """The status of one request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/v2/models/random/infer", body_of(images), headers)
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.parametrize(("queue", "requests"), [(0, 1), (2, 8)])
def test_every_request_of_several_images_is_answered(
    tmp_path: Path, queue: int, requests: int
) -> None:
    write_version(tmp_path / "weights", "0.9.0", seed=1, size=64)
    app = create_app(Settings.of(weights=tmp_path / "weights", concurrency=1, queue=queue))
    with serving(app) as port, ThreadPoolExecutor(requests) as pool:
        wait_until(lambda: app.state.registry.failure is None)
        said: Counter[int] = Counter()
        for _ in range(4):
            said.update(pool.map(infer, [port] * requests, [3] * requests))
        assert set(said) <= {200, 503}
        # At least one gets in each time; nobody keeps a place for good.
        assert said[200] >= 4
        assert app.state.service.admission.taken == 0


def test_a_request_of_many_images_leaves_places_to_others(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(random_version, monkeypatch, concurrency=2, queue=2) as service:
        many = Caller(
            service,
            path="/v2/models/random/infer",
            content=body_of(8).encode(),
            media_type="application/json",
        )
        for _ in range(2):
            assert service.started.acquire(timeout=30)
        others = [Caller(service) for _ in range(2)]
        wait_until(lambda: service.taken == 4)
        assert service.calls == 2
        service.finish.set()
        for caller in (many, *others):
            caller.done.result(60)
            assert caller.status == 200
        assert service.taken == 0
