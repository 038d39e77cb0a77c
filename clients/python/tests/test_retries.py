"""When to try again, and for how long; against a service that is played."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator

import httpx
import pytest
import uvicorn

from cxr_severity_client import AsyncClient, Client, ProblemError
from cxr_severity_client.wire import Access, Patience

PROBLEM = {"content-type": "application/problem+json"}


def problem(status: int, **headers: str) -> httpx.Response:
    said = {
        "type": "/problems/busy", "status": status, "code": "busy", "title": "Busy",
        "detail": "Come back.",
    }  # fmt: skip
    return httpx.Response(status, json=said, headers={**PROBLEM, **headers})


def played(*answers: httpx.Response) -> tuple[Callable[[httpx.Request], httpx.Response], list[str]]:
    """A service that gives these answers one after the other, and the requests that it saw."""
    left, seen = list(answers), []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(f"{request.method} {request.url.path} {len(request.read())}")
        return left.pop(0)

    return answer, seen


def good() -> httpx.Response:
    return httpx.Response(200, json={"models": [{"version": "1.0.0"}]})


def ask(*answers: httpx.Response, retries: int = 5) -> tuple[list[str], list[float], list[str]]:
    """What came of it, the pauses, and the requests."""
    answer, seen = played(*answers)
    pauses: list[float] = []
    with Client(
        "http://service", transport=httpx.MockTransport(answer), sleep=pauses.append,
        retries=retries,
    ) as client:  # fmt: skip
        return client.models(), pauses, seen


def test_it_waits_as_long_as_it_is_told_to() -> None:
    busy = problem(503, **{"Retry-After": "7"})
    limited = problem(429, **{"Retry-After": "11"})
    models, pauses, seen = ask(busy, limited, good())
    assert models == ["1.0.0"]
    assert pauses == [7, 11]
    assert len(seen) == 3


def test_it_gives_up_after_so_many_and_says_why() -> None:
    answers = [problem(503, **{"Retry-After": "1"}) for _ in range(3)]
    with pytest.raises(ProblemError, match="Come back") as caught:
        ask(*answers, retries=2)
    assert caught.value.status == 503


@pytest.mark.parametrize(
    "answer",
    [
        problem(422, **{"Retry-After": "1"}),
        problem(503),  # the service says that waiting does not help
        problem(503, **{"Retry-After": "3600"}),
    ],
)
def test_what_waiting_does_not_mend_is_said_at_once(answer: httpx.Response) -> None:
    with pytest.raises(ProblemError):
        ask(answer, good())


def test_a_proxy_that_says_nothing_is_asked_again_ever_more_slowly() -> None:
    gone = [httpx.Response(503, text="no upstream") for _ in range(3)]
    _, pauses, _ = ask(*gone, good())
    for attempt, pause in enumerate(pauses):
        assert 2**attempt * 0.5 <= pause < 2**attempt * 1.5
    with pytest.raises(ProblemError, match="HTTP 502"):
        ask(httpx.Response(502, text="bad gateway"), good())
    assert Patience(retries=20).wait(12, httpx.ConnectError("no")) == 60


@pytest.mark.parametrize("kind", [httpx.ConnectError, httpx.ConnectTimeout])
def test_no_connection_is_tried_again_and_told_in_the_end(kind: type[httpx.RequestError]) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise kind("none", request=request)

    pauses: list[float] = []
    transport = httpx.MockTransport(refuse)
    with Client("http://service", transport=transport, sleep=pauses.append, retries=2) as client:
        with pytest.raises(kind):
            client.models()
        assert not client.ready()
    assert len(pauses) == 2

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def ask() -> None:
        async with AsyncClient(
            "http://service", transport=transport, sleep=sleep, retries=2
        ) as client:
            with pytest.raises(kind):
                await client.models()

    asyncio.run(ask())
    assert len(pauses) == 4


@pytest.mark.parametrize("kind", [httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError])
def test_a_connection_that_was_lost_is_tried_again_once(kind: type[httpx.RequestError]) -> None:
    left: list[httpx.Response | None] = [None, good(), None, None]
    pauses: list[float] = []

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        outcome = left.pop(0)
        if outcome is None:
            raise kind("lost", request=request)
        return outcome

    transport = httpx.MockTransport(answer)
    with Client("http://service", transport=transport, sleep=pauses.append) as client:
        assert client.models() == ["1.0.0"]
        with pytest.raises(kind):
            client.models()
    assert not left
    assert len(pauses) == 2


def test_idle_connections_are_let_go_of_before_the_service_closes_them() -> None:
    limits = Access("http://service", None, None, None, 60).options()["limits"]
    assert limits.keepalive_expiry <= uvicorn.Config(app="").timeout_keep_alive - 2


def test_a_batch_is_sent_anew_as_a_whole() -> None:
    line = b'{"index": 0, "name": "", "error": {"type": "/problems/empty-file", "status": 422, '
    line += b'"code": "empty-file", "title": "Empty", "detail": ""}}\n'
    answers = [problem(503, **{"Retry-After": "2"}), httpx.Response(200, content=line)]
    answer, seen = played(*answers)
    pauses: list[float] = []
    with Client(
        "http://service", transport=httpx.MockTransport(answer), sleep=pauses.append
    ) as client:
        (found,) = client.predict_batch([b"film"])
    assert found.error is not None
    assert found.error.code == "empty-file"
    assert pauses == [2]
    assert len(seen) == 2
    assert seen[0] == seen[1]


def _portions(line: Callable[[int], str]) -> Callable[[httpx.Request], httpx.Response]:
    """A service that says a line of each film of a form, the last film first."""

    def answer(request: httpx.Request) -> httpx.Response:
        films = request.read().count(b"Content-Disposition")
        return httpx.Response(200, text="".join(line(index) for index in reversed(range(films))))

    return answer


def line(index: int) -> str:
    error = {"status": 422, "code": "empty-file", "title": "Empty", "detail": ""}
    return json.dumps({"index": index, "name": "", "error": error}) + "\n"


def test_a_batch_of_many_films_comes_in_portions_of_films_that_are_taken_one_by_one() -> None:
    taken: list[int] = []

    def films() -> Iterator[bytes]:
        for number in range(70):
            taken.append(number)
            yield b"film"

    transport = httpx.MockTransport(_portions(line))
    with Client("http://service", transport=transport) as client:
        lines = client.predict_batch(films())
        assert next(lines).index == 31
        assert len(taken) == 32
        assert sorted(one.index for one in lines) == [i for i in range(70) if i != 31]
        assert list(client.predict_batch([])) == []

    async def ask() -> list[int]:
        async with AsyncClient("http://service", transport=transport) as client:
            return [one.index async for one in client.predict_batch(films())]

    assert sorted(asyncio.run(ask())) == list(range(70))


@pytest.mark.parametrize("code", ["upload-too-slow", "too-many-images"])
def test_a_batch_whose_request_ends_early_ends_with_it(code: str) -> None:
    """Later films would be taken for others: nobody knows how many of the request were read."""
    error = {
        "type": f"/problems/{code}", "status": 408, "code": code, "title": "Ended",
        "detail": "Send less.",
    }  # fmt: skip
    film = {**error, "type": "/problems/not-an-image", "code": "not-an-image"}
    # The line of a film that was still worked on comes last.
    said = [
        {"index": 0, "name": "a", "error": film},
        {"index": 2, "name": "", "error": error},
        {"index": 1, "name": "", "error": film},
    ]
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(200, text="".join(json.dumps(line) + "\n" for line in said))

    transport, films = httpx.MockTransport(answer), [b"film"] * 40
    found: list[int] = []
    with (
        Client("http://service", transport=transport) as client,
        pytest.raises(ProblemError, match="Send less") as caught,
    ):
        found.extend(line.index for line in client.predict_batch(films))
    assert caught.value.code == code

    async def ask() -> None:
        async with AsyncClient("http://service", transport=transport) as client:
            async for line in client.predict_batch(films):
                found.append(line.index)  # noqa: PERF401 - what came before it ended counts

    with pytest.raises(ProblemError, match="Send less"):
        asyncio.run(ask())
    assert found == [0, 1, 0, 1]
    assert len(seen) == 2


def test_asynchronously_too() -> None:
    answer, seen = played(problem(429, **{"Retry-After": "3"}), good())
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def run() -> None:
        async with AsyncClient(
            "http://service", transport=httpx.MockTransport(answer), sleep=sleep
        ) as client:
            assert await client.models() == ["1.0.0"]

    asyncio.run(run())
    assert pauses == [3]
    assert len(seen) == 2


def test_who_calls_is_said_in_headers() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["x-api-key"] == "key"
        assert request.headers["authorization"] == "Bearer token"
        assert request.headers["accept-language"] == "ms"
        return good()

    with Client(
        "http://service", api_key="key", token="token", language="ms",  # noqa: S106
        transport=httpx.MockTransport(answer),
    ) as client:  # fmt: skip
        assert client.models() == ["1.0.0"]


def test_an_answer_that_was_cut_off_is_not_taken_for_whole() -> None:
    """What closes the connection between two lines leaves no other trace, by HTTP/1.0."""

    def answer(request: httpx.Request) -> httpx.Response:
        request.read()
        return httpx.Response(200, text=line(0) + line(1))

    transport = httpx.MockTransport(answer)
    with Client("http://service", transport=transport) as client:
        lines = client.predict_batch([b"film"] * 33)
        assert [next(lines).index, next(lines).index] == [0, 1]
        with pytest.raises(ProblemError) as caught:
            next(lines)
        assert caught.value.code == ""
        # Nobody knows how many films an archive holds.
        assert len(list(client.predict_batch([b"PK\x03\x04", b"film", b"film"]))) == 2

    async def ask() -> list[int]:
        async with AsyncClient("http://service", transport=transport) as client:
            return [one.index async for one in client.predict_batch([b"film"] * 3)]

    with pytest.raises(ProblemError):
        asyncio.run(ask())


def test_to_wait_for_ones_own_turn_is_no_silence_of_the_service() -> None:
    """Of hundreds of films at a time most wait for a connection."""
    found = Access("http://service", None, None, None, 7.0).options()["timeout"]
    assert (found.connect, found.read, found.write, found.pool) == (10, 7, 7, None)
