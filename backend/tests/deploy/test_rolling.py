"""Processes end and die behind the proxy, and no client hears of it.

`DEPLOY_KILLS=30 DEPLOY_CLIENTS=32 DEPLOY_EVERY=20` before pytest makes it ten minutes and more.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest
from support import SAMPLES

from .running import free_port, proxy, service

pytestmark = pytest.mark.timeout(3600)

KILLS = int(os.environ.get("DEPLOY_KILLS", "2"))
CLIENTS = int(os.environ.get("DEPLOY_CLIENTS", "4"))
EVERY = float(os.environ.get("DEPLOY_EVERY", "1"))
IMAGE = SAMPLES[0].read_bytes()
QUERY = {"explain": "false", "force": "true"}


class Supervisor:
    """Two services on ports of their own; one that has ended is started anew at once."""

    def __init__(self, weights: Path, log: Path) -> None:
        self.ports = [free_port(), free_port()]
        self._weights, self._log = weights, log
        self._stacks = [ExitStack(), ExitStack()]
        self._processes = [self._start(0), self._start(1)]

    def _start(self, which: int) -> int:
        process, _ = self._stacks[which].enter_context(
            service(self._weights, self._log, port=self.ports[which])
        )
        return process.pid

    def kill(self, which: int, number: int) -> None:
        """End one by a signal; it is ready again when this returns."""
        os.kill(self._processes[which], number)
        self._stacks[which].close()
        self._processes[which] = self._start(which)

    def stop(self) -> None:
        for stack in self._stacks:
            stack.close()


class Load:
    """Clients that send one film after the other, and remember what came."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[str] = Counter()
        self._url = url
        self._stop = threading.Event()
        self._lock = threading.Lock()
        with httpx.Client(base_url=url, timeout=120) as client:
            self._right = self._ask(client).json()["probabilities"]
        self._threads = [threading.Thread(target=self._client) for _ in range(CLIENTS)]

    def _ask(self, client: httpx.Client) -> httpx.Response:
        return client.post("/predict", params=QUERY, files={"file": IMAGE})

    def _client(self) -> None:
        with httpx.Client(base_url=self._url, timeout=120) as client:
            while not self._stop.is_set():
                try:
                    answer = self._ask(client)
                except httpx.HTTPError as error:
                    outcome = type(error).__name__
                else:
                    outcome = str(answer.status_code)
                    if outcome == "200" and answer.json()["probabilities"] != pytest.approx(
                        self._right, abs=1e-4
                    ):
                        outcome = "wrong"
                with self._lock:
                    self.answers[outcome] += 1

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


@contextmanager
def behind_a_proxy(weights: Path, folder: Path) -> Iterator[tuple[Supervisor, str]]:
    supervisor = Supervisor(weights, folder / "service.log")
    try:
        with proxy(folder, supervisor.ports) as url:
            yield supervisor, url
    finally:
        supervisor.stop()


@pytest.mark.parametrize("number", [15, 9], ids=["SIGTERM", "SIGKILL"])
def test_no_request_is_lost(number: int, random_version: Path, tmp_path: Path) -> None:
    """SIGTERM to one after the other is a rolling restart; SIGKILL is a bad day."""
    with behind_a_proxy(random_version.parent, tmp_path) as (supervisor, url), Load(url) as load:
        for kill in range(KILLS):
            time.sleep(EVERY)
            supervisor.kill(kill % 2, number)
    print(dict(load.answers), f"{KILLS} times signal {number}, {CLIENTS} clients")  # noqa: T201
    assert set(load.answers) == {"200"}, load.answers
    assert load.answers["200"] > KILLS
