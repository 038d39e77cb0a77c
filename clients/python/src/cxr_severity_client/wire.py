"""What both clients have in common: requests, batches, when to try again. It sends nothing."""

from __future__ import annotations

import json
import secrets
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import httpx

from cxr_severity_client.answers import LOST, Outcome, media_of, problem_in, told, unread
from cxr_severity_client.problems import ProblemError
from cxr_severity_client.results import BatchLine

Film = str | Path | bytes
"""A path, or a file's bytes."""
Target = Literal["burden", "predicted", "mild", "moderate", "severe"]
Form = Literal["sr", "sc", "gsps", "fhir", "pdf", "csv"]
"""DICOM structured report, secondary capture and presentation state; FHIR, PDF, CSV."""

_MEDIA: dict[Form, str] = {
    "sr": "application/dicom",
    "sc": "application/dicom",
    "gsps": "application/dicom",
    "fhir": "application/fhir+json",
    "pdf": "application/pdf",
    "csv": "text/csv",
}
_TRY_LATER = (429, 503)
_LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=2)
"""As httpx has them by itself, but for the seconds that an idle connection is kept: the service
closes it after 5, and what is sent meanwhile gets no answer."""
_OF_A_REQUEST = frozenset(
    ("incomplete-upload", "malformed-request", "too-many-images", "upload-too-slow")
)
"""Codes of a batch's line that speaks of no film: the rest of the request was not read."""
_PORTION = 32
"""Films in one request of a batch. httpx reads an answer only when it has sent all of a request: of
thousands, nothing would be known before the last, and the service could not get rid of its lines.
"""


@dataclass(frozen=True, slots=True)
class Access:
    """Where the service is and who calls; None: nobody in particular."""

    url: str
    api_key: str | None
    token: str | None
    language: str | None
    timeout: float

    def options(self) -> dict[str, Any]:
        """Of an httpx client."""
        said = {
            "X-API-Key": self.api_key,
            "Authorization": self.token and f"Bearer {self.token}",
            "Accept-Language": self.language,
        }
        return {
            "base_url": self.url,
            "headers": {name: value for name, value in said.items() if value},
            # To wait for one of one's own connections is no silence of the service.
            "timeout": httpx.Timeout(self.timeout, connect=10, pool=None),
            "limits": _LIMITS,
        }


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be sent; its body where that is made as it is sent stands apart."""

    path: str
    params: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    files: dict[str, tuple[str, bytes]] | None = None
    method: str = "POST"

    def options(self) -> dict[str, Any]:
        """Of httpx's `request`."""
        return {
            "method": self.method,
            "url": self.path,
            "params": self.params,
            "headers": self.headers,
            "files": self.files,
        }


def to_predict(
    content: bytes, *, explain: bool, target: Target, force: bool, version: str | None
) -> Call:
    """Asks for a judgement as JSON; the service needs no file's name, and gets none."""
    params = _asked(explain, target, force, version)
    return Call("/predict", params, files={"file": ("film", content)})


def to_predict_as(content: bytes, form: Form, *, force: bool, version: str | None) -> Call:
    """Asks for a judgement in another form."""
    media = _MEDIA[form]
    # Those that show the heatmap have it drawn without being asked to.
    call = to_predict(content, explain=False, target="burden", force=force, version=version)
    if media == "application/dicom":
        call.params["object"] = form
    return replace(call, headers={"Accept": media})


def portions(films: Iterable[Film]) -> Iterator[list[Film]]:
    """The films of each request of a batch; taken as they are needed.

    Raises:
        TypeError: one film alone, which would be taken for as many as it has letters or bytes.
    """
    if isinstance(films, str | bytes | bytearray | memoryview | Path):
        raise TypeError("predict_batch takes a list of films, such as [film], not one film alone")
    left = iter(films)
    while portion := list(islice(left, _PORTION)):
        yield portion


def to_predict_batch(form: Multipart, *, force: bool, version: str | None) -> Call:
    """Asks for the judgements of a form's films, a line each."""
    return Call("/predict/batch", _asked(False, "burden", force, version), form.headers)


MODELS = Call("/models", method="GET")


def _asked(explain: bool, target: Target, force: bool, version: str | None) -> dict[str, str]:
    found = {"explain": str(explain).lower(), "target": target, "force": str(force).lower()}
    return found if version is None else {**found, "version": version}


def form_in(response: httpx.Response, form: Form) -> bytes:
    """Of the answer to `to_predict_as`.

    Raises:
        ProblemError: it is no such form.
    """
    if media_of(response) != _MEDIA[form]:
        raise unread(response.status_code)
    return response.content


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try again, and how long to wait for it, seconds."""

    retries: int = 5
    longest: float = 60.0

    def wait(self, attempt: int, outcome: Outcome) -> float | None:
        """Seconds until the next attempt; None: there is none, and `outcome` is the last.

        Args:
            attempt: how many there were.
        """
        if attempt > self.retries:
            return None
        if isinstance(outcome, LOST) and attempt > 1:
            return None  # once is chance; the film itself may end whoever judges it
        if isinstance(outcome, httpx.Response):
            if outcome.status_code not in _TRY_LATER:
                return None
            said = outcome.headers.get("retry-after", "")
            if said.isdecimal():
                return float(said) if float(said) <= self.longest else None
            if problem_in(outcome).code:
                return None  # the service itself says that waiting does not help
        # Not all at the same moment, where many clients wait.
        pause: float = 2.0 ** (attempt - 1) * (0.5 + secrets.randbelow(1000) / 1000)
        return min(pause, self.longest)


_ARCHIVE = (b"PK\x03\x04", b"PK\x05\x06")
"""What a ZIP begins with; it may hold no film, or many."""


class Multipart:
    """A form of many files, made part by part, so that one file is held at a time."""

    def __init__(self) -> None:
        self._boundary = secrets.token_hex(16)
        self.films = 0
        """Parts since it was begun that are no archives: each has a line in the answer."""

    def begin(self) -> None:
        """To be called before the first part of each attempt."""
        self.films = 0

    @property
    def headers(self) -> dict[str, str]:
        media = f"multipart/form-data; boundary={self._boundary}"
        return {"Content-Type": media, "Accept": "application/x-ndjson"}

    def part(self, film: Film, content: bytes) -> bytes:
        name = name_of(film).replace("\\", "\\\\").replace('"', '\\"')
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="file"; '
        self.films += not content.startswith(_ARCHIVE)
        return f'{head}filename="{name}"\r\n\r\n'.encode() + content + b"\r\n"

    @property
    def end(self) -> bytes:
        return f"--{self._boundary}--\r\n".encode()


def name_of(film: Film) -> str:
    """Of a file in a batch, by which its line is known; empty for bytes."""
    name = "" if isinstance(film, bytes) else Path(film).name
    # Controls would end the line that it stands in, and surrogates are no text.
    return "".join(letter for letter in name if unicodedata.category(letter) not in ("Cc", "Cs"))


def read(film: Film) -> bytes:
    """Raises OSError: the file cannot be read."""
    return film if isinstance(film, bytes) else Path(film).read_bytes()


class Lines:
    """A text in pieces to its lines. Only a line feed ends one: a name may hold other characters
    that end a line of text."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, piece: bytes) -> list[bytes]:
        *whole, self._begun = (self._begun + piece).split(b"\n")
        return [line for line in whole if line]

    @property
    def ended(self) -> bool:
        """Whether no line is left unfinished."""
        return not self._begun


class Portion:
    """What is answered to one request of a batch."""

    def __init__(self, before: int) -> None:
        """`before`: films of the requests before this one."""
        self._lines = Lines()
        self._before = before
        self._films = 0
        self._end: ProblemError | None = None

    def feed(self, piece: bytes) -> Iterator[BatchLine]:
        """The lines of films in it, each before the next is looked at.

        Raises:
            ProblemError: it is no answer of the service.
        """
        for each in self._lines.feed(piece):
            line = told(200, partial(self._film_in, each))
            if line is not None:
                yield line

    def _film_in(self, said: bytes) -> BatchLine | None:
        line = BatchLine.from_json(json.loads(said), self._before)
        error = line.error
        if error is not None and not line.name and error.code in _OF_A_REQUEST:
            # Films that were still worked on have their lines behind it.
            self._end = error
            return None
        self._films += 1
        return line

    def films(self, sent: int) -> int:
        """Of this request and those before, once the answer is whole.

        Args:
            sent: films of this request that were no archives.

        Raises:
            ProblemError: the request ended early. Nobody knows how many films were left of it, so
                that the indices of any later request would be those of other films. Or the answer
                was none of the service, or was cut off.
        """
        if self._end is not None:
            raise self._end
        if not self._lines.ended or self._films < sent:
            raise unread(200)
        return self._before + self._films
