"""What is answered, as what a caller gets: an answer of the service, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

import httpx

from cxr_severity_client.problems import ProblemError
from cxr_severity_client.results import Prediction

Unconnected = httpx.ConnectError | httpx.ConnectTimeout
"""Refused, or not made in time: nothing of the request has been sent."""
Lost = httpx.RemoteProtocolError | httpx.ReadError | httpx.WriteError
"""The connection ended before the answer: it may have been a kept one, closed from the other side
as the request was on its way."""
LOST = (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError)
UNANSWERED = (httpx.ConnectError, httpx.ConnectTimeout, *LOST)
Outcome = httpx.Response | Unconnected | Lost
"""Of an attempt: an answer, good or not, or why there is none."""

_NOT_OF_THE_SERVICE = (ValueError, LookupError, TypeError, AttributeError, RecursionError)
"""What reading fails with where something else answered: no JSON, or JSON of another form."""
T = TypeVar("T")


def checked(outcome: Outcome) -> httpx.Response:
    """The response, read whole, where it is a good one.

    Raises:
        ProblemError: it is not.
        httpx.TransportError: there is none.
    """
    if not isinstance(outcome, httpx.Response):
        raise outcome
    if outcome.is_success:
        return outcome
    raise problem_in(outcome)


def problem_in(response: httpx.Response) -> ProblemError:
    """Of a response that is no good one, read whole: the problem in it, or what its status says."""
    status = response.status_code
    if media_of(response) == "application/problem+json":
        with suppress(*_NOT_OF_THE_SERVICE):
            return ProblemError.from_json(response.json(), status)
    return ProblemError(status, "", f"HTTP {status}", response.reason_phrase)


def prediction_in(response: httpx.Response) -> Prediction:
    """Of a good response to a film.

    Raises:
        ProblemError: it is no answer of the service.
    """
    return told(response.status_code, lambda: Prediction.from_json(response.json()))


def versions_in(response: httpx.Response) -> list[str]:
    """Of a good response about models, oldest first.

    Raises:
        ProblemError: it is no answer of the service.
    """
    return told(
        response.status_code, lambda: [model["version"] for model in response.json()["models"]]
    )


def says_ready(response: httpx.Response) -> bool:
    """Of an answer to whether the service can answer; what else answers there does not say so."""
    with suppress(*_NOT_OF_THE_SERVICE):
        return bool(response.is_success and response.json()["status"] == "ready")
    return False


def told(status: int, read: Callable[[], T]) -> T:
    """What `read` makes of an answer, which is not the service's where a gateway says 200 as well,
    with its page for signing in.

    Raises:
        ProblemError: it cannot be read.
    """
    try:
        return read()
    except _NOT_OF_THE_SERVICE as error:
        raise unread(status) from error


def unread(status: int) -> ProblemError:
    """Of an answer that is none of the service's, whatever its status says."""
    return ProblemError(status, "", f"HTTP {status}", "The answer is none that this client reads.")


def media_of(response: httpx.Response) -> str:
    """Its media type, in small letters and without parameters; empty where it names none."""
    media: str = response.headers.get("content-type", "").partition(";")[0]
    return media.strip().lower()
