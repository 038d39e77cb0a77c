"""A service that cannot answer says so, and never guesses."""

from __future__ import annotations

import signal
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import pytest
import uvicorn
from fastapi.testclient import TestClient
from problems import assert_problem, send
from support import SAMPLES, MakeVersion
from waiting import until_ready

from cxr_severity.api.app import create_app, registry_of
from cxr_severity.api.server import Server
from cxr_severity.model.artifact import Stored, load_version
from cxr_severity.service.pipeline import judge
from cxr_severity.settings import Settings


def test_a_damaged_version_is_not_ready_and_never_guesses(make_version: MakeVersion) -> None:
    folder = make_version()
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with TestClient(create_app(Settings.of(weights=folder.parent))) as client:
        assert client.get("/health/live").json() == {"status": "live"}
        assert client.app.state.registry.wait(30)  # type: ignore[attr-defined]
        body = assert_problem(client.get("/health/ready"), 503, "not-ready")
        assert str(folder) not in str(body)
        response = send(client, SAMPLES[0].read_bytes())
        assert_problem(response, 503, "not-ready")
        assert "retry-after" not in response.headers, "it will not pass by itself"


def test_who_must_know_the_version_is_told_before_it_is_ready(make_version: MakeVersion) -> None:
    """Else the first films would not be compared with those that it was measured on."""
    registry = registry_of(Settings.of(weights=make_version("0.9.0").parent))
    told: list[tuple[str, bool]] = []
    registry.load_default(before=lambda it: told.append((it.version, registry.failure is None)))
    assert told == [("0.9.0", False)]
    assert registry.failure is None


def test_a_device_that_is_not_there_is_not_ready(
    make_version: MakeVersion, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings.of(weights=make_version().parent, device="nonsense")
    with TestClient(create_app(settings)) as client:
        registry = client.app.state.registry  # type: ignore[attr-defined]
        assert registry.wait(30)
        body = assert_problem(client.get("/health/ready"), 503, "not-ready")
        assert "failed its checks" in body["detail"]
    (said,) = [record for record in caplog.records if "does not load" in record.message]
    # One line, which says why.
    assert "does not run on device 'nonsense': " in said.message
    assert said.exc_info is None
    assert "\n" not in said.message


def test_a_version_without_its_card_is_not_ready(make_version: MakeVersion) -> None:
    folder = make_version()
    (folder / "model-card.md").unlink()
    with TestClient(create_app(Settings.of(weights=folder.parent))) as client:
        assert client.app.state.registry.wait(30)  # type: ignore[attr-defined]
        assert_problem(client.get("/health/ready"), 503, "not-ready")
        assert_problem(client.get("/models/0.9.0/card"), 503, "not-ready")


def test_one_damaged_version_does_not_hide_the_others(make_version: MakeVersion) -> None:
    old = make_version("0.0.9")
    root = make_version("0.9.0").parent
    (old / "manifest.json").write_text("{")
    with TestClient(create_app(Settings.of(weights=root))) as client:
        until_ready(client)
        assert [m["version"] for m in client.get("/models").json()["models"]] == ["0.9.0"]
        error = client.app.state.registry._broken  # type: ignore[attr-defined]
        depths = []
        for _ in range(4):
            response = send(client, SAMPLES[0].read_bytes(), version="0.0.9")
            assert_problem(response, 503, "not-ready")
            depths.append(len(list(traceback.walk_tb(error["0.0.9"].__traceback__))))
        # What is kept of it must not grow with each request.
        assert depths[1] == depths[-1]


def test_when_all_places_are_taken_the_next_one_is_told_to_come_back(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, finish = threading.Event(), threading.Event()

    def slow(*arguments: Any, **options: Any) -> Any:
        started.set()
        assert finish.wait(30)
        return judge(*arguments, **options)

    monkeypatch.setattr("cxr_severity.api.routes.predict.judge", slow)
    settings = Settings.of(weights=make_version().parent, concurrency=1, queue=0)
    with TestClient(create_app(settings)) as client, ThreadPoolExecutor(1) as pool:
        until_ready(client)
        first = pool.submit(send, client, SAMPLES[0].read_bytes())
        try:
            assert started.wait(30)
            response = send(client, SAMPLES[0].read_bytes())
            assert_problem(response, 503, "busy")
            assert response.headers["retry-after"]
            assert client.get("/health/live").status_code == 200
        finally:
            finish.set()
        assert first.result().status_code == 200
        assert send(client, SAMPLES[0].read_bytes()).status_code == 200


@pytest.mark.parametrize("version", [None, "3.2.1"])
def test_no_version_is_not_ready(tmp_path_factory: Any, version: str | None) -> None:
    settings = Settings.of(weights=tmp_path_factory.mktemp("empty"), version=version)
    with TestClient(create_app(settings)) as client:
        # Until then it would say the same of any version.
        assert client.app.state.registry.wait(30)  # type: ignore[attr-defined]
        assert_problem(client.get("/health/ready"), 503, "not-ready")


def test_while_it_loads_it_says_when_to_come_back(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(folder: Path) -> Stored:
        assert go_on.wait(30)
        return load_version(folder)

    monkeypatch.setattr("cxr_severity.service.registry.load_version", slow)
    with TestClient(create_app(Settings.of(weights=make_version().parent))) as client:
        try:
            response = client.get("/health/ready")
            assert "still being loaded" in assert_problem(response, 503, "not-ready")["detail"]
            assert response.headers["retry-after"]
        finally:
            go_on.set()
        until_ready(client)


def test_what_nobody_foresaw_is_not_said_to_be_still_loading(
    make_version: MakeVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> Stored:
        raise ZeroDivisionError

    monkeypatch.setattr("cxr_severity.service.registry.load_version", broken)
    with TestClient(create_app(Settings.of(weights=make_version().parent))) as client:
        assert client.app.state.registry.wait(30)  # type: ignore[attr-defined]
        response = client.get("/health/ready")
        assert "could not be loaded" in assert_problem(response, 503, "not-ready")["detail"]
        assert "retry-after" not in response.headers


def test_models_names_no_default_that_is_not_there(make_version: MakeVersion) -> None:
    settings = Settings.of(weights=make_version().parent, version="3.2.1")
    with TestClient(create_app(settings)) as client:
        assert client.app.state.registry.wait(30)  # type: ignore[attr-defined]
        detail = assert_problem(client.get("/models"), 503, "not-ready")["detail"]
        assert "3.2.1 is not installed" in detail


def test_a_service_that_is_being_stopped_says_so_and_still_answers(
    make_version: MakeVersion,
) -> None:
    with TestClient(create_app(Settings.of(weights=make_version().parent))) as client:
        until_ready(client)
        client.app.state.registry.leave()  # type: ignore[attr-defined]
        response = client.get("/health/ready")
        assert "being stopped" in assert_problem(response, 503, "not-ready")["detail"]
        assert send(client, SAMPLES[0].read_bytes()).status_code == 200


def test_short_of_memory_a_sound_film_is_told_to_come_back(
    random_version: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def exhausted(*_: object, **__: object) -> None:
        raise MemoryError

    with TestClient(create_app(Settings.of(weights=random_version.parent))) as client:
        until_ready(client)
        monkeypatch.setattr("cxr_severity.service.decoding.processes.decode", exhausted)
        response = send(client, SAMPLES[0].read_bytes())
        assert_problem(response, 503, "busy")
        assert int(response.headers["retry-after"]) >= 1


def test_sigterm_shows_503_before_it_stops_listening(random_version: Path) -> None:
    app = create_app(Settings.of(weights=random_version.parent))
    server = Server(uvicorn.Config(app), drain_seconds=0.05)

    async def told_to_stop() -> None:
        server.handle_exit(signal.SIGTERM, None)
        assert app.state.registry.leaving
        assert not server.should_exit
        with anyio.fail_after(30):
            while not server.should_exit:
                await anyio.sleep(0.01)

    anyio.run(told_to_stop)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_and_a_second_signal_end_it_at_once(
    random_version: Path, number: signal.Signals
) -> None:
    app = create_app(Settings.of(weights=random_version.parent))
    server = Server(uvicorn.Config(app), drain_seconds=60)
    if number == signal.SIGTERM:
        app.state.registry.leave()
    server.handle_exit(number, None)
    assert server.should_exit
