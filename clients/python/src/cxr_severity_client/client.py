"""The client that blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any

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


class Client:
    """Talks to one service over kept connections; a context manager. Threads may share it."""

    def __init__(
        self,
        url: str = "http://127.0.0.1:8000",
        *,
        api_key: str | None = None,
        token: str | None = None,
        language: str | None = None,
        timeout: float = 60.0,
        retries: int = 5,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """
        Args:
            api_key, token: who calls, where the service wants to know: a key, or a bearer token.
            language: of sentences: `en`, `ms` or `zh-CN`.
            timeout: seconds without a byte.
            retries: after 503, 429 or no connection.
        """
        access = Access(url, api_key, token, language, timeout)
        self._http = httpx.Client(**access.options(), transport=transport)
        self._patience = Patience(retries)
        self._sleep = sleep

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        _: type[BaseException] | None,
        __: BaseException | None,
        ___: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def predict(
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
        answer = self._send("POST", "/predict", params=params, files=upload(read(film)))
        return Prediction.from_json(answer.json())

    def predict_as(
        self, film: Film, form: Form, *, force: bool = False, version: str | None = None
    ) -> bytes:
        """The same in another form: a DICOM object, a FHIR bundle, a page of PDF, a table.

        Raises:
            ProblemError, OSError, httpx.TransportError: as `predict`.
        """
        query, headers = asked_for(form)
        params = {**Query(False, "burden", force, version).params(), **query}
        return self._send(
            "POST", "/predict", params=params, files=upload(read(film)), headers=headers
        ).content

    def predict_batch(
        self, films: Iterable[Film], *, force: bool = False, version: str | None = None
    ) -> Iterator[BatchLine]:
        """Many radiographs, or ZIP archives of them, in one request; a line for each film as it is
        ready, without pictures. One file is in memory at a time.

        Raises:
            ProblemError: the whole batch was refused; what is wrong with one film is in its line.
            OSError, httpx.TransportError: as `predict`.
        """
        kept = list(films)
        params = Query(False, "burden", force, version).params()
        answer = self._stream("/predict/batch", params, kept)
        try:
            lines = Lines()
            for chunk in answer.iter_bytes():
                for said in lines.feed(chunk):
                    yield BatchLine.from_json(said)
        finally:
            answer.close()

    def models(self) -> list[str]:
        """Versions that can answer, oldest first."""
        return [model["version"] for model in self._send("GET", "/models").json()["models"]]

    def ready(self) -> bool:
        """Whether the service can answer; asked once."""
        try:
            return self._http.get("/health/ready").is_success
        except httpx.TransportError:
            return False

    def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        return checked(self._patient(lambda: self._http.request(method, path, **options)))

    def _stream(self, path: str, params: dict[str, str], films: list[Film]) -> httpx.Response:
        form = Multipart()

        def body() -> Iterator[bytes]:
            for film in films:
                yield form.part(film, read(film))
            yield form.end

        def attempt() -> httpx.Response:
            request = self._http.build_request(
                "POST", path, params=params, headers=form.headers, content=body()
            )
            response = self._http.send(request, stream=True)
            if not response.is_success:
                response.read()
            return response

        return checked(self._patient(attempt))

    def _patient(self, attempt: Callable[[], httpx.Response]) -> httpx.Response:
        attempts = 0
        while True:
            attempts += 1
            response = None
            try:
                response = attempt()
            except httpx.ConnectError:
                if self._patience.wait(attempts, None) is None:
                    raise
            pause = self._patience.wait(attempts, response)
            if response is not None and (response.is_success or pause is None):
                return response
            self._sleep(pause or 0)
