"""Where all threads are taken, the event loop still turns away, refuses and says what is wrong; and
it waits for no lock that a thread holds."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import anyio.to_thread
import pytest
from fastapi.testclient import TestClient
from held import FILM, held
from problems import assert_problem, send
from support import MakeVersion

from cxr_severity.service.registry import ModelRegistry


@contextmanager
def no_thread_left(client: TestClient) -> Iterator[None]:
    """Of those that everything takes which names no limiter of its own."""
    portal, borrowers = client.portal, list[object]()
    assert portal is not None

    async def take() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        while limiter.available_tokens:
            borrowers.append(object())
            limiter.acquire_on_behalf_of_nowait(borrowers[-1])

    async def give_back() -> None:
        limiter = anyio.to_thread.current_default_thread_limiter()
        for borrower in borrowers:
            limiter.release_on_behalf_of(borrower)

    portal.call(take)
    try:
        yield
    finally:
        portal.call(give_back)


def test_what_is_turned_away_needs_no_thread(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        held(random_version, monkeypatch, concurrency=1, queue=0) as service,
        ThreadPoolExecutor(2) as pool,
    ):
        client = service.client
        first = pool.submit(send, client, FILM)
        assert service.started.acquire(timeout=30)

        def refused() -> None:
            assert_problem(send(client, FILM), 503, "busy")
            assert_problem(client.get("/nothing"), 404, "not-found")
            assert_problem(client.put("/predict"), 405, "method-not-allowed")
            assert_problem(send(client, FILM, target="x"), 422, "unknown-target")
            assert_problem(client.get("/limits?x=1"), 422, "unknown-parameter")
            assert client.get("/v2").status_code == 200
            service.finish.set()
            assert first.result(60).status_code == 200

        with no_thread_left(client):
            pool.submit(refused).result(60)


def test_a_version_that_is_loaded_is_had_while_another_one_loads(
    make_version: MakeVersion,
) -> None:
    for version in ("0.8.0", "0.9.0"):
        folder = make_version(version)
    registry = ModelRegistry(folder.parent, "0.9.0")
    registry.load_default()
    other = registry.predictor("0.8.0")
    # As a third one's loading holds it.
    with ThreadPoolExecutor(1) as pool, registry._lock:
        found = [
            pool.submit(registry.predictor, version).result(20)
            for version in ("0.8.0", "0.9.0", None)
        ]
    assert found[0] is other
    assert found[1] is found[2]
