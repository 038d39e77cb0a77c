"""The client for asynchronous programs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from types import TracebackType

import anyio.to_thread
import httpx

from cxr_severity_client.answers import (
    UNANSWERED,
    Outcome,
    checked,
    prediction_in,
    says_ready,
    versions_in,
)
from cxr_severity_client.results import BatchLine, Prediction
from cxr_severity_client.wire import (
    MODELS,
    Access,
    Call,
    Film,
    Form,
    Multipart,
    Patience,
    Portion,
    Target,
    form_in,
    portions,
    read,
    to_predict,
    to_predict_as,
    to_predict_batch,
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
        """As `Client.predict`."""
        call = to_predict(
            await _read(film), explain=explain, target=target, force=force, version=version
        )
        return prediction_in(await self._send(call))

    async def predict_as(
        self, film: Film, form: Form, *, force: bool = False, version: str | None = None
    ) -> bytes:
        """As `Client.predict_as`."""
        call = to_predict_as(await _read(film), form, force=force, version=version)
        return form_in(await self._send(call), form)

    async def predict_batch(
        self, films: Iterable[Film], *, force: bool = False, version: str | None = None
    ) -> AsyncIterator[BatchLine]:
        """As `Client.predict_batch`."""
        before = 0
        for portion in portions(films):
            form, said = Multipart(), Portion(before)
            call = to_predict_batch(form, force=force, version=version)
            answer = await self._stream(call, form, portion)
            try:
                async for chunk in answer.aiter_bytes():
                    for line in said.feed(chunk):
                        yield line
            finally:
                await answer.aclose()
            before = said.films(form.films)

    async def models(self) -> list[str]:
        """Versions that can answer, oldest first."""
        return versions_in(await self._send(MODELS))

    async def ready(self) -> bool:
        """Whether the service can answer; asked once."""
        try:
            return says_ready(await self._http.get("/health/ready"))
        except httpx.RequestError:
            return False

    async def _send(self, call: Call) -> httpx.Response:
        return await self._patient(lambda: self._http.request(**call.options()))

    async def _stream(self, call: Call, form: Multipart, films: list[Film]) -> httpx.Response:
        async def body() -> AsyncIterator[bytes]:
            form.begin()
            for film in films:
                yield form.part(film, await _read(film))
            yield form.end

        async def attempt() -> httpx.Response:
            request = self._http.build_request(**call.options(), content=body())
            response = await self._http.send(request, stream=True)
            if not response.is_success:
                await response.aread()
            return response

        return await self._patient(attempt)

    async def _patient(self, attempt: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        count = 0
        while True:
            count += 1
            outcome: Outcome
            try:
                outcome = await attempt()
            except UNANSWERED as error:
                outcome = error
            pause = self._patience.wait(count, outcome)
            if pause is None:
                return checked(outcome)
            await self._sleep(pause)


async def _read(film: Film) -> bytes:
    """In a thread: a disk may be slow."""
    return await anyio.to_thread.run_sync(read, film)
