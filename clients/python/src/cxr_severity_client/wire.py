"""What both clients have in common: requests, answers, when to try again. It sends nothing."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import httpx

from cxr_severity_client.problems import ProblemError

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
            "timeout": httpx.Timeout(self.timeout, connect=10),
        }


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked about a film."""

    explain: bool
    target: Target
    force: bool
    version: str | None

    def params(self) -> dict[str, str]:
        found = {
            "explain": str(self.explain).lower(),
            "target": self.target,
            "force": str(self.force).lower(),
        }
        return found if self.version is None else {**found, "version": self.version}


def asked_for(form: Form) -> tuple[dict[str, str], dict[str, str]]:
    """Query and headers that ask for a form."""
    media = _MEDIA[form]
    query: dict[str, str] = {"object": form} if media == "application/dicom" else {}
    return query, {"Accept": media}


def checked(response: httpx.Response) -> httpx.Response:
    """The response, read whole, where it is a good one.

    Raises:
        ProblemError: it is not.
    """
    if response.is_success:
        return response
    media = response.headers.get("content-type", "").partition(";")[0]
    if media == "application/problem+json":
        raise ProblemError.from_json(response.json())
    raise ProblemError(response.status_code, "", f"HTTP {response.status_code}",
                       response.reason_phrase)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Patience:
    """How often to try again, and how long to wait for it, seconds."""

    retries: int = 5
    longest: float = 60.0

    def wait(self, attempt: int, response: httpx.Response | None) -> float | None:
        """Seconds until the next attempt; None: there is none.

        Args:
            attempt: how many there were.
            response: None where no connection was made.
        """
        if attempt > self.retries:
            return None
        if response is not None:
            if response.status_code not in _TRY_LATER:
                return None
            said = response.headers.get("retry-after", "")
            if said.isdecimal():
                return float(said) if float(said) <= self.longest else None
            if "application/problem+json" in response.headers.get("content-type", ""):
                return None  # the service itself says that waiting does not help
        # Not all at the same moment, where many clients wait.
        pause: float = 2.0 ** (attempt - 1) * (0.5 + secrets.randbelow(1000) / 1000)
        return min(pause, self.longest)


class Multipart:
    """A form of many files, made part by part, so that one file is held at a time."""

    def __init__(self) -> None:
        self._boundary = secrets.token_hex(16)

    @property
    def headers(self) -> dict[str, str]:
        media = f"multipart/form-data; boundary={self._boundary}"
        return {"Content-Type": media, "Accept": "application/x-ndjson"}

    def part(self, film: Film, content: bytes) -> bytes:
        name = name_of(film).replace("\\", "\\\\").replace('"', '\\"')
        head = f'--{self._boundary}\r\nContent-Disposition: form-data; name="file"; '
        return f'{head}filename="{name}"\r\n\r\n'.encode() + content + b"\r\n"

    @property
    def end(self) -> bytes:
        return f"--{self._boundary}--\r\n".encode()


def name_of(film: Film) -> str:
    """Of a file in a batch, by which its line is known; empty for bytes."""
    name = "" if isinstance(film, bytes) else Path(film).name
    return "".join(letter for letter in name if letter.isprintable())


def read(film: Film) -> bytes:
    """Raises OSError: the file cannot be read."""
    return film if isinstance(film, bytes) else Path(film).read_bytes()


def upload(content: bytes) -> dict[str, tuple[str, bytes]]:
    """The one field of `/predict`; the service needs no file's name, and gets none."""
    return {"file": ("film", content)}


class Lines:
    """NDJSON in pieces to its lines. Only a line feed ends one: a name may hold other characters
    that end a line of text."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, piece: bytes) -> list[dict[str, Any]]:
        *whole, self._begun = (self._begun + piece).split(b"\n")
        return [json.loads(line) for line in whole if line]
