"""The client that blocks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType

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
            httpx.RequestError: the connection failed, or the answer was damaged on its way.
        """
        call = to_predict(read(film), explain=explain, target=target, force=force, version=version)
        return prediction_in(self._send(call))

    def predict_as(
        self, film: Film, form: Form, *, force: bool = False, version: str | None = None
    ) -> bytes:
        """The same in another form: a DICOM object, a FHIR bundle, a page of PDF, a table.

        Raises:
            ProblemError, OSError, httpx.RequestError: as `predict`.
        """
        call = to_predict_as(read(film), form, force=force, version=version)
        return form_in(self._send(call), form)

    def predict_batch(
        self, films: Iterable[Film], *, force: bool = False, version: str | None = None
    ) -> Iterator[BatchLine]:
        """Many radiographs, or ZIP archives of them, in requests of 32; a line for each as it is
        ready, without pictures. Each file is read when its turn comes, one at a time.

        Raises:
            ProblemError: a request was refused, or ended before all of its films were read (their
                lines have come), and nothing further is sent; what is wrong with one film is in
                its line.
            TypeError: one film is given, and no list.
            OSError, httpx.RequestError: as `predict`. Lines of the requests before have come.
        """
        before = 0
        for portion in portions(films):
            form, said = Multipart(), Portion(before)
            call = to_predict_batch(form, force=force, version=version)
            answer = self._stream(call, form, portion)
            try:
                for chunk in answer.iter_bytes():
                    yield from said.feed(chunk)
            finally:
                answer.close()
            before = said.films(form.films)

    def models(self) -> list[str]:
        """Versions that can answer, oldest first."""
        return versions_in(self._send(MODELS))

    def ready(self) -> bool:
        """Whether the service can answer; asked once."""
        try:
            return says_ready(self._http.get("/health/ready"))
        except httpx.RequestError:
            return False

    def _send(self, call: Call) -> httpx.Response:
        return self._patient(lambda: self._http.request(**call.options()))

    def _stream(self, call: Call, form: Multipart, films: list[Film]) -> httpx.Response:
        def body() -> Iterator[bytes]:
            form.begin()
            for film in films:
                yield form.part(film, read(film))
            yield form.end

        def attempt() -> httpx.Response:
            request = self._http.build_request(**call.options(), content=body())
            response = self._http.send(request, stream=True)
            if not response.is_success:
                response.read()
            return response

        return self._patient(attempt)

    def _patient(self, attempt: Callable[[], httpx.Response]) -> httpx.Response:
        count = 0
        while True:
            count += 1
            outcome: Outcome
            try:
                outcome = attempt()
            except UNANSWERED as error:
                outcome = error
            pause = self._patience.wait(count, outcome)
            if pause is None:
                return checked(outcome)
            self._sleep(pause)
