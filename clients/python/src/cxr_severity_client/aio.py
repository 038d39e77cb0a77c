"""The client for asynchronous programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType
from typing import Any

import anyio.to_thread
import httpx

from cxr_severity_client.results import BatchLine, Prediction
from cxr_severity_client.wire import (
    Access,
    Film,
    Form,
    Lines,
    Multipart,
    Patience,
    Query,
    Target,
    asked_for,
    checked,
    read,
    upload,
)


class AsyncClient:
    """Talks to one service over kept connections; an asynchronous context manager. For asyncio, and
    for trio where `sleep` is its."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        api_key: str | None = None,
        token: str | None = None,
        language: str | None = None,
        timeout: float = 60.0,
        retries: int = 5,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """As `Client`."""
        access = Access(url, api_key, token, language, timeout)
        self._http = httpx.AsyncClient(**access.options(), transport=transport)
        self._patience = Patience(retries)
        self._sleep = sleep

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def predict(
        self,
        film: Film,
        *,
        explain: bool = True,
        target: Target = "burden",
        force: bool = False,
        version: str | None = None,
    ) -> Prediction:
        """The severity of one radiograph.

        Args:
            explain: False leaves out heatmap and overlay, and saves their time.
            target: what the heatmap speaks of.
            force: judge also what the service holds unfit.

        Raises:
            ProblemError: the service did not judge.
            OSError: the file cannot be read.
            httpx.TransportError: the connection failed.
        """
        params = Query(explain, target, force, version).params()
        answer = await self._send(
            "POST", "/predict", params=params, files=upload(await _read(film))
        )
        return Prediction.from_json(answer.json())

    async def predict_as(
        self, film: Film, form: Form, *, force: bool = False, version: str | None = None
    ) -> bytes:
        """The same in another form: a DICOM object, a FHIR bundle, a page of PDF, a table.

        Raises:
            ProblemError, OSError, httpx.TransportError: as `predict`.
        """
        query, headers = asked_for(form)
        params = {**Query(False, "burden", force, version).params(), **query}
        files = upload(await _read(film))
        answer = await self._send("POST", "/predict", params=params, files=files, headers=headers)
        return answer.content

    async def predict_batch(
        self, films: Iterable[Film], *, force: bool = False, version: str | None = None
    ) -> AsyncIterator[BatchLine]:
        """Many radiographs, or ZIP archives of them, in one request; a line for each film as it is
        ready, without pictures. One file is in memory at a time.

        Raises:
            ProblemError: the whole batch was refused; what is wrong with one film is in its line.
            OSError, httpx.TransportError: as `predict`.
        """
        kept = list(films)
        params = Query(False, "burden", force, version).params()
        answer = await self._stream("/predict/batch", params, kept)
        try:
            lines = Lines()
            async for chunk in answer.aiter_bytes():
                for said in lines.feed(chunk):
                    yield BatchLine.from_json(said)
        finally:
            await answer.aclose()

    async def models(self) -> list[str]:
        """Versions that can answer, oldest first."""
        answer = await self._send("GET", "/models")
        return [model["version"] for model in answer.json()["models"]]

    async def ready(self) -> bool:
        """Whether the service can answer; asked once."""
        try:
            return (await self._http.get("/health/ready")).is_success
        except httpx.TransportError:
            return False

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        return checked(await self._patient(lambda: self._http.request(method, path, **options)))

    async def _stream(self, path: str, params: dict[str, str], films: list[Film]) -> httpx.Response:
        form = Multipart()

        async def body() -> AsyncIterator[bytes]:
            for film in films:
                yield form.part(film, await _read(film))
            yield form.end

        async def attempt() -> httpx.Response:
            request = self._http.build_request(
                "POST", path, params=params, headers=form.headers, content=body()
            )
            response = await self._http.send(request, stream=True)
            if not response.is_success:
                await response.aread()
            return response

        return checked(await self._patient(attempt))

    async def _patient(self, attempt: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        attempts = 0
        while True:
            attempts += 1
            response = None
            try:
                response = await attempt()
            except httpx.ConnectError:
                if self._patience.wait(attempts, None) is None:
                    raise
            pause = self._patience.wait(attempts, response)
            if response is not None and (response.is_success or pause is None):
                return response
            await self._sleep(pause or 0)


async def _read(film: Film) -> bytes:
    """In a thread: a disk may be slow."""
    return await anyio.to_thread.run_sync(read, film)
