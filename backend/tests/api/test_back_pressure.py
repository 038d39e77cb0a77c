"""A full service says so at once, a place is given back however its request ends, and looking
after the service stays possible meanwhile."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from fastapi.testclient import TestClient
from held import FILM, Caller, held
from problems import assert_problem, send
from waiting import until_ready, wait_until

from cxr_severity.api.admission import Admission
from cxr_severity.api.app import create_app
from cxr_severity.api.errors import ApiError
from cxr_severity.imaging.limits import DEFAULT_LIMITS
from cxr_severity.service.film_memory import BYTES_PER_VALUE, FilmMemory
from cxr_severity.settings import Settings


def test_the_queue_is_bounded_and_health_stays_quick(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        held(random_version, monkeypatch, concurrency=1, queue=2) as service,
        ThreadPoolExecutor(3) as pool,
    ):
        accepted = [pool.submit(send, service.client, FILM) for _ in range(3)]
        wait_until(lambda: service.taken == 3)
        for _ in range(5):
            refused = send(service.client, FILM)
            assert_problem(refused, 503, "busy")
            assert int(refused.headers["retry-after"]) >= 1
        assert service.client.get("/health/live").status_code == 200
        assert service.client.get("/health/ready").status_code == 200
        assert service.calls == 1, "one runs, two wait"
        service.finish.set()
        assert [future.result(60).status_code for future in accepted] == [200, 200, 200]
        wait_until(lambda: service.taken == 0)
        assert send(service.client, FILM).status_code == 200


def test_whoever_leaves_while_waiting_frees_the_place_at_once(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (
        held(random_version, monkeypatch, concurrency=1, queue=1) as service,
        ThreadPoolExecutor(2) as pool,
    ):
        first = pool.submit(send, service.client, FILM)
        assert service.started.acquire(timeout=30)
        impatient = Caller(service)
        wait_until(lambda: service.taken == 2)
        assert_problem(send(service.client, FILM), 503, "busy")
        impatient.leave()
        wait_until(lambda: service.taken == 1)
        assert impatient.done.result(30) is None
        assert impatient.status == 499
        second = pool.submit(send, service.client, FILM)
        wait_until(lambda: service.taken == 2)
        service.finish.set()
        assert first.result(60).status_code == 200
        assert second.result(60).status_code == 200
    assert service.calls == 2, "nobody worked for the one who left"


def test_whoever_leaves_while_decoding_is_not_worked_for(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(random_version, monkeypatch, concurrency=1, queue=0) as service:
        read: list[int] = []
        registry = service.app.state.registry
        predictor = registry.predictor(None)
        inner = predictor.infer

        def counted(batch: Any, wanted: Any, **options: Any) -> Any:
            read.append(len(batch))
            return inner(batch, wanted, **options)

        monkeypatch.setattr(predictor, "infer", counted)
        gone = Caller(service)
        assert service.started.acquire(timeout=30)
        gone.leave()
        # The thread is not stopped in the middle, so its place is held until it ends.
        assert service.taken == 1
        service.finish.set()
        gone.done.result(30)
        assert gone.status == 499
        assert service.taken == 0
        assert not read
        assert send(service.client, FILM).status_code == 200
        assert read == [1]


@pytest.mark.parametrize("body", [b"", b"no image", FILM[:3000]])
def test_a_refused_image_frees_its_place(random_version: Path, body: bytes) -> None:
    settings = Settings.of(weights=random_version.parent, concurrency=1, queue=0)
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        for _ in range(3):
            assert send(client, body).status_code == 422
        assert send(client, FILM).status_code == 200


def test_an_upload_that_does_not_end_is_let_go(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with held(random_version, monkeypatch, concurrency=1, queue=0, upload_seconds=0.2) as service:
        stalled = Caller(service, whole=False)
        stalled.done.result(30)
        assert stalled.status == 408
        assert b"upload-too-slow" in stalled.messages[1]["body"]
        assert service.taken == 0
        stalled.leave()


def test_defaults_suit_any_number_of_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    for cpus in (1, 2, 4, 8, 16, 32, 64):
        monkeypatch.setattr("cxr_severity.settings.available_cpus", lambda cpus=cpus: cpus)
        settings = Settings()
        assert settings.serve.concurrency >= min(cpus, 16)
        assert settings.serve.lanes * settings.model.threads <= cpus
        assert settings.model.threads_alone <= cpus


def test_who_is_turned_away_is_told_how_long_the_queue_will_take() -> None:
    now = 0.0
    admission = Admission(workers=2, queue=6, clock=lambda: now)

    def refused() -> str:
        with pytest.raises(ApiError) as told:
            admission.check()
        assert told.value.headers is not None
        return told.value.headers["Retry-After"]

    with ExitStack() as first:
        for _ in range(8):
            first.enter_context(admission.place())
        assert refused() == "1", "nothing is known yet"
    with admission.place():
        now += 3.0
    # An instant for the eight before, of which this one is a tenth.
    assert admission._work == pytest.approx(0.3)
    for _ in range(200):
        with admission.place():
            now += 3.0
    with ExitStack() as full:
        for _ in range(8):
            full.enter_context(admission.place())
        assert refused() == "12", "four turns of three seconds"
    for _ in range(200):
        with admission.place():
            now += 1000.0
    with ExitStack() as full:
        for _ in range(8):
            full.enter_context(admission.place())
        assert refused() == "60"


def test_two_films_that_ask_again_do_not_wait_for_each_other() -> None:
    """Each holds half of what there is, and asks for all of it."""
    memory = FilmMemory(2 * BYTES_PER_VALUE * 1600)
    both = Barrier(2)
    through: list[int] = []

    def film() -> None:
        with memory.share(DEFAULT_LIMITS) as limits:
            limits.check_size(40, 40)
            both.wait(30)
            limits.check_size(80, 40)
            through.append(memory.taken)
            both.wait(30)

    films = [Thread(target=film, daemon=True) for _ in range(2)]
    for each in films:
        each.start()
    for each in films:
        each.join(20)
    assert len(through) == 2
    assert memory.taken == 0
