"""What the client raises: whole wherever it goes, and where another than the service answers."""

from __future__ import annotations

import asyncio
import copy
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest
from support import REPOSITORY, SAMPLES

from cxr_severity_client import AsyncClient, Client, ProblemError
from cxr_severity_client.problems import Finding
from cxr_severity_client.results import BatchLine

FINDING = Finding("cross-section", "reject", "It is a slice.", 0.9, 0.5)
PROBLEM = "application/problem+json"


class LaterError(ProblemError):
    """As a program that uses the client may derive it."""


@pytest.mark.parametrize("kind", [ProblemError, LaterError])
@pytest.mark.parametrize(
    "again",
    [lambda error: pickle.loads(pickle.dumps(error)), copy.copy, copy.deepcopy],  # noqa: S301
)
def test_a_problem_is_whole_after_pickle_and_copy(
    kind: type[ProblemError], again: Callable[[ProblemError], ProblemError]
) -> None:
    error = kind(422, "cross-section", "No film", "It is a slice.", (FINDING,), request_id="r-1")
    error.add_note("film 7")
    found = again(error)
    assert type(found) is kind
    assert vars(found) == vars(error)
    assert found.findings == (FINDING,)
    assert str(found) == "No film: It is a slice."
    assert str(again(kind(502, "", "HTTP 502", ""))) == "HTTP 502"
    line = pickle.loads(pickle.dumps(BatchLine(3, "a.png", None, error)))  # noqa: S301
    assert vars(line.error) == vars(error)


POOL = """
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from cxr_severity_client import Client, ProblemError


def ask(film):
    with Client(sys.argv[1]) as client:
        return client.predict(film)


if __name__ == "__main__":
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        refused, judged = pool.submit(ask, b"no film"), pool.submit(ask, sys.argv[2])
        try:
            refused.result()
        except ProblemError as problem:
            print(problem.status, problem.code, bool(problem.request_id))
        print(judged.result().input.format)
"""


def test_a_film_that_is_refused_breaks_no_pool_of_processes(url: str, tmp_path: Path) -> None:
    (tmp_path / "pool.py").write_text(POOL)
    done = subprocess.run(
        [sys.executable, str(tmp_path / "pool.py"), url, str(SAMPLES[0])],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "clients" / "python" / "src")},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == ["422 not-an-image True", "png"], done.stderr


def answering(
    content: bytes, status: int = 200, media: str = PROBLEM, **headers: str
) -> httpx.MockTransport:
    """Something in place of the service that answers everything with this."""

    def answer(_: httpx.Request) -> httpx.Response:
        said = {"Content-Type": media, **headers}
        return httpx.Response(status, content=content, headers=said)

    return httpx.MockTransport(answer)


def caught(
    transport: httpx.MockTransport, ask: Callable[[Client], object]
) -> tuple[ProblemError, list[float]]:
    """What it comes to, and the pauses."""
    pauses: list[float] = []
    client = Client("http://gateway", transport=transport, sleep=pauses.append, retries=2)
    with client, pytest.raises(ProblemError) as raised:
        ask(client)
    return raised.value, pauses


@pytest.mark.parametrize("status", [401, 502, 503])
@pytest.mark.parametrize(
    ("content", "text"),
    [
        # RFC 9457 asks for no member, and lets others have their own.
        (b"{}", "HTTP {}"),
        (b'{"type": "about:blank", "title": "Bad Gateway", "status": 502}', "Bad Gateway"),
        (b'{"title": "No", "detail": "Ask later.", "code": 17}', "No: Ask later."),
        (b'{"title": "No", "code": "busy", "findings": ["x"], "request_id": "g-1"}', "No"),
        (b'{"type": "https://g.example/errors/7", "title": "No", "code": "busy"}', "No"),
        (b'{"title": 7, "detail": ["x"]}', "HTTP {}"),
        (b'{"type": "/problems/busy", "code": "busy", "findings": [7]}', "HTTP {}: {}"),
        # And what says of itself that it is a problem need be none.
        (b"<html>", "HTTP {}: {}"),
        (b"\xff\xfe{", "HTTP {}: {}"),
        (b"", "HTTP {}: {}"),
        (b"[]", "HTTP {}: {}"),
        (b"null", "HTTP {}: {}"),
        (b"[" * 100_000, "HTTP {}: {}"),
    ],
)
def test_a_gateways_problem_has_the_status_and_no_code(
    content: bytes, text: str, status: int
) -> None:
    error, pauses = caught(answering(content, status), Client.models)
    assert (error.status, error.code) == (status, "")
    assert (error.findings, error.request_id) == ((), None)
    assert str(error) == text.format(status, httpx.codes.get_reason_phrase(status))
    # The service did not say that waiting does not help.
    assert len(pauses) == (2 if status == 503 else 0)

    async def ask() -> None:
        async with AsyncClient(
            "http://gateway", transport=answering(content, status), retries=0
        ) as client:
            await client.models()

    with pytest.raises(ProblemError) as raised:
        asyncio.run(ask())
    assert vars(raised.value) == vars(error)


@pytest.mark.parametrize(
    "media", [PROBLEM, f"{PROBLEM}; charset=utf-8", "Application/Problem+JSON"]
)
def test_the_services_problem_has_its_code_and_is_final_without_a_time(media: str) -> None:
    said = {
        "type": "/problems/not-ready",
        "title": "Not ready",
        "status": 503,
        "detail": "The weights are others.",
        "code": "not-ready",
        "findings": [asdict(FINDING)],
        "request_id": "r-1",
        "more": 1,
    }
    error, pauses = caught(answering(json.dumps(said).encode(), 503, media), Client.models)
    assert (error.code, error.findings, error.request_id) == ("not-ready", (FINDING,), "r-1")
    assert pauses == []


@pytest.mark.parametrize(
    "ask",
    [
        Client.models,
        lambda client: client.predict(b"film"),
        lambda client: client.predict_as(b"film", "sr"),
        lambda client: list(client.predict_batch([b"film"])),
    ],
)
@pytest.mark.parametrize(
    ("content", "media"),
    [
        (b"<html>Sign in</html>", "text/html"),
        (b"<html>\nSign in\n</html>\n", "text/html"),
        (b'{"models": [{}], "explanation": 1}\n', "application/json"),
        (b"[1]\n", "application/json"),
        (b"", "application/x-ndjson"),
    ],
)
def test_a_good_status_of_another_is_no_answer(
    ask: Callable[[Client], object], content: bytes, media: str
) -> None:
    error, _ = caught(answering(content, 200, media), ask)
    assert (error.status, error.code) == (200, "")
    assert "this client" in error.detail


def test_lines_that_came_before_anothers_page_are_the_services() -> None:
    """Though they come in one piece with it, as where a gateway gives up amid the answer."""
    said = {"type": "/problems/x", "status": 422, "code": "x", "title": "X", "detail": "Y."}
    lines = [json.dumps({"index": each, "name": "", "error": said}) + "\n" for each in range(2)]
    transport = answering("".join([*lines, "<html>\n"]).encode(), 200, "application/x-ndjson")
    came: list[int] = []
    note = came.append

    def ask() -> None:
        with Client("http://gateway", transport=transport) as client:
            for line in client.predict_batch([b"film"] * 3):
                note(line.index)

    async def ask_too() -> None:
        async with AsyncClient("http://gateway", transport=transport) as client:
            async for line in client.predict_batch([b"film"] * 3):
                note(line.index)

    with pytest.raises(ProblemError, match="this client"):
        ask()
    with pytest.raises(ProblemError, match="this client"):
        asyncio.run(ask_too())
    assert came == [0, 1, 0, 1]


@pytest.mark.parametrize("content", [b"<html>Sign in</html>", b"[]", b'{"status": "live"}'])
def test_what_answers_in_place_of_the_service_is_not_ready(content: bytes) -> None:
    with Client("http://gateway", transport=answering(content, 200, "text/html")) as client:
        assert not client.ready()

    async def ask() -> bool:
        async with AsyncClient("http://gateway", transport=answering(content)) as client:
            return await client.ready()

    assert not asyncio.run(ask())


def test_an_answer_that_was_damaged_on_its_way_is_an_error_of_the_way() -> None:
    damaged = {"Content-Encoding": "gzip"}
    transport = answering(b"no gzip", 200, "application/json", **damaged)
    with Client("http://gateway", transport=transport) as client:
        with pytest.raises(httpx.RequestError):
            client.predict(b"film")
        assert not client.ready()
