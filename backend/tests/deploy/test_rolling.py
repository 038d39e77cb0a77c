"""Processes end and die behind the proxy, and no client hears of it.

`DEPLOY_KILLS=30 DEPLOY_CLIENTS=32 DEPLOY_EVERY=20` before pytest makes it ten minutes, `-k SIGKILL`
one kind of end alone.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from support import SAMPLES, MakeVersion
from waiting import wait_until

from .running import answers, free_port, proxy, service

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
        self._processes = [0, 0]
        self._starts: list[threading.Thread | None] = [None, None]
        for which in (0, 1):
            self._start(which)

    def _start(self, which: int) -> None:
        process, _ = self._stacks[which].enter_context(
            service(self._weights, self._log, port=self.ports[which])
        )
        self._processes[which] = process.pid

    def _again(self, which: int) -> None:
        self._stacks[which].close()
        self._start(which)

    def kill(self, which: int, number: int) -> None:
        """End one by a signal, and start it anew in a thread of its own."""
        os.kill(self._processes[which], number)
        start = threading.Thread(target=self._again, args=(which,))
        self._starts[which] = start
        start.start()

    def until_ready(self) -> None:
        """Until both serve. With none of them no proxy could answer."""
        for which, start in enumerate(self._starts):
            if start is not None:
                start.join()
            assert answers(f"http://127.0.0.1:{self.ports[which]}/health/ready"), "it did not start"

    def stop(self) -> None:
        for start in self._starts:
            if start is not None:
                start.join()
        for stack in self._stacks:
            stack.close()


class Load:
    """Clients that send one film after the other, and remember what came."""

    def __init__(self, url: str) -> None:
        self.answers: Counter[str] = Counter()
        self._url = url
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.right: dict[str, dict[str, float]] = {}
        """The first answer of each version, which all others must be."""
        with httpx2.Client(base_url=url, timeout=120) as client:
            assert self._is_right(self._ask(client).json())
        self._begun = [0] * CLIENTS
        self._threads = [threading.Thread(target=self._client, args=(i,)) for i in range(CLIENTS)]

    def _ask(self, client: httpx2.Client) -> httpx2.Response:
        return client.post("/predict", params=QUERY, files={"file": IMAGE})

    def _is_right(self, answer: dict[str, Any]) -> bool:
        found = answer["probabilities"]
        with self._lock:
            expected = self.right.setdefault(answer["model"]["version"], found)
        return bool(found == pytest.approx(expected, abs=1e-4))

    def until_all_asked_anew(self) -> None:
        """Until no request is under way that began before this was called."""
        before = list(self._begun)
        wait_until(lambda: all(now > then for now, then in zip(self._begun, before, strict=True)))

    def _client(self, which: int) -> None:
        with httpx2.Client(base_url=self._url, timeout=120) as client:
            while not self._stop.is_set():
                self._begun[which] += 1
                try:
                    answer = self._ask(client)
                except httpx2.HTTPError as error:
                    outcome = type(error).__name__
                else:
                    outcome = str(answer.status_code)
                    if answer.is_error:  # the service's own, or nginx's, which has no JSON
                        outcome += f" {answer.text[:200]}"
                    if outcome == "200" and not self._is_right(answer.json()):
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
        begun = time.monotonic()
        for kill in range(KILLS):
            # By the clock, and not before the last one is up again: a request that both failed, one
            # because it was starting and one because it died, is lost.
            supervisor.until_ready()
            load.until_all_asked_anew()
            time.sleep(max(0.0, begun + (kill + 1) * EVERY - time.monotonic()))
            supervisor.kill(kill % 2, number)
        supervisor.until_ready()
        seconds = time.monotonic() - begun
    print(  # noqa: T201
        f"{dict(load.answers)} in {seconds:.0f} s: {KILLS} times signal {number}, {CLIENTS} clients"
    )
    assert set(load.answers) == {"200"}, load.answers
    assert load.answers["200"] > KILLS


def test_weights_are_changed_without_a_lost_request(
    make_version: MakeVersion, tmp_path: Path
) -> None:
    """As docs/operations.md says: the new version's folder beside the old one, then one process
    after the other is ended by SIGTERM and started anew."""
    weights = make_version("0.9.0", seed=1).parent
    with behind_a_proxy(weights, tmp_path) as (supervisor, url), Load(url) as load:
        assert list(load.right) == ["0.9.0"]
        make_version("0.10.0", seed=2)
        for which in (0, 1):
            supervisor.until_ready()
            load.until_all_asked_anew()
            supervisor.kill(which, 15)
        supervisor.until_ready()
        load.until_all_asked_anew()
        now = httpx2.get(f"{url}/models", timeout=120).json()["default"]
    assert set(load.answers) == {"200"}, load.answers
    assert now == "0.10.0"
    old, new = (load.right[version]["severe"] for version in ("0.9.0", "0.10.0"))
    assert old != pytest.approx(new, abs=1e-3), "the answers tell which version gave them"
