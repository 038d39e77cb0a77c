"""An archive by DICOMweb (PS3.18): finding instances, fetching one, storing one.

Built on httpx2 and not on dicomweb-client: that hands out data sets parsed by pydicom, while the
bytes must be judged as they are stored; and it bounds neither the size of an answer nor its time.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2

from cxr_severity.worker.datasets import values
from cxr_severity.worker.doubts import Doubts
from cxr_severity.worker.faults import (
    DownError,
    LastingError,
    PassingError,
    SilentError,
    WorkerError,
)
from cxr_severity.worker.items import Place, Result
from cxr_severity.worker.multipart import file_in
from cxr_severity.worker.stow import check_stored
from cxr_severity.worker.tls import fault_of, trusting

_JSON = "application/dicom+json"
_DICOM = 'multipart/related; type="application/dicom"'
_STUDY, _SERIES, _INSTANCE = "0020000D", "0020000E", "00080018"
_MODALITY, _CLASS = "00080060", "00080016"
_UID = re.compile(r"[0-9.]{1,64}")
_PAGE = 100
_LARGEST_PAGE = 64_000_000
_DOWN = {
    401: "not-allowed", 403: "not-allowed", 429: "busy", 503: "busy",
    # Of a proxy, which says so of the archive behind it.
    502: "unreachable", 504: "unreachable",
}  # fmt: skip
_OF_A_PROXY = 502, 503, 504
"""Of one instance it says them, too, where only that one's answer fails or does not come."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    media_type: str
    body: bytes


class _StatusError(DownError):
    """An answer of a status that speaks of the whole archive, unless it is of one instance."""

    def __init__(self, status: int, after: float) -> None:
        super().__init__(_DOWN[status], after)
        self.status = status


@dataclass(frozen=True, slots=True)
class Access:
    """How the archive is reached. `token` is a bearer token; `timeout` is in seconds;
    `authorities` are certificates of those whose signature is trusted, in PEM, beside what this
    machine trusts."""

    user: str | None = None
    password: str | None = None
    token: str | None = None
    timeout: float = 60.0
    authorities: Path | None = None


class Archive:
    """A DICOMweb service under `url`; `largest` bounds an instance, in bytes.

    Its methods raise DownError, PassingError and LastingError.

    Raises:
        CannotStartError: the file of authorities cannot be used.
    """

    def __init__(self, url: str, access: Access, largest: int) -> None:
        headers = {"Accept-Encoding": "identity"}  # what is packed could unpack to any size
        if access.token:
            headers["Authorization"] = f"Bearer {access.token}"
        auth = (access.user, access.password or "") if access.user else None
        self._url = url.rstrip("/")
        self._timeout = access.timeout
        self._largest = largest
        self._fetching, self._storing = Doubts(), Doubts()
        self._client = httpx2.Client(
            auth=auth,
            headers=headers,
            timeout=httpx2.Timeout(access.timeout, connect=10),
            verify=trusting(access.authorities),
        )

    def close(self) -> None:
        self._client.close()

    def search(self, query: Mapping[str, str], limit: int = _PAGE) -> Iterator[Mapping[str, Any]]:
        """What QIDO-RS says of each instance that matches, once, by pages of at most `limit`."""
        offset, seen = 0, set[str]()
        while found := self._page(query, offset, limit):
            # An archive that knows no offset would say the same for ever, though a film that came
            # in meanwhile stand before it.
            new = {uid: each for each in found if (uid := _uid(each)) not in seen}
            if not new:
                return
            seen.update(new)
            yield from new.values()
            offset += len(found)

    def _page(self, query: Mapping[str, str], offset: int, limit: int) -> list[Mapping[str, Any]]:
        try:
            return self._listed(query, offset, limit)
        except PassingError as error:
            if offset and self._past_the_end(query, offset, error.code):
                return []
            raise

    def _past_the_end(self, query: Mapping[str, str], offset: int, code: str) -> bool:
        """Whether an archive says by this error that nothing is left from `offset` on: some do by
        404, others by 400 or 500. Of the first page it means a URL that is wrong; and a 404 is what
        a server says to every path while the archive behind it starts."""
        if not code.startswith("http-"):
            return False
        try:  # nothing is left where the last instance that it listed is the last of all
            return len(self._listed(query, offset - 1, 2)) == 1
        except WorkerError:
            return False

    def _listed(self, query: Mapping[str, str], offset: int, limit: int) -> list[Mapping[str, Any]]:
        asked = {**query, "limit": str(limit), "offset": str(offset)}
        request = self._client.build_request(
            "GET", f"{self._url}/instances", params=asked, headers={"Accept": _JSON}
        )
        body = self._ask(request, _LARGEST_PAGE).body
        found = _json(body) if body else []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise PassingError("bad-answer")
        return found

    def fetch(self, place: Place) -> bytes:
        """The instance's file by WADO-RS, in whatever encoding it is stored."""
        path = f"studies/{place.study}/series/{place.series}/instances/{place.instance}"
        request = self._client.build_request(
            "GET", f"{self._url}/{path}", headers={"Accept": f"{_DICOM}; transfer-syntax=*"}
        )
        with self._about(self._fetching, place.study, place.instance):
            # A bound on what surrounds the file, too.
            answer = self._ask(request, self._largest + 10_000)
        return file_in(answer.body, answer.media_type)

    def store(self, study: str, result: Result) -> None:
        """Store one instance in its study by STOW-RS; one that is there already is stored.

        Where the answer does not tell, QIDO-RS does.
        """
        boundary = secrets.token_hex(16)
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        request = self._client.build_request(
            "POST",
            f"{self._url}/studies/{study}",
            headers={"Accept": _JSON, "Content-Type": f"{_DICOM}; boundary={boundary}"},
            content=head + result.data + f"\r\n--{boundary}--\r\n".encode(),
        )
        with self._about(self._storing, study, result.instance):
            answer = self._ask(request, _LARGEST_PAGE, answers=(409,))
        told = check_stored(answer.body, result.instance, answer.status)
        if not told and not self._has(study, result.instance):
            raise PassingError("http-409" if answer.status == 409 else "bad-answer")

    def _has(self, study: str, instance: str) -> bool | None:
        """Whether the archive lists the instance; None where it does not answer that."""
        query = {"StudyInstanceUID": study, "SOPInstanceUID": instance}
        try:
            # An archive that ignores the keys would list all that it holds.
            first = islice(self.search(query), _PAGE)
            return any(values(each, _INSTANCE) == [instance] for each in first)
        except WorkerError:
            return None

    @contextmanager
    def _about(self, doubts: Doubts, study: str, instance: str) -> Iterator[None]:
        """Have what a request for one instance fails by be about that alone, or about all that the
        archive has, as far as that can be told."""
        try:
            yield
        except _StatusError as error:
            if error.status == 403:
                # As of a patient whose films are kept from the worker: those of all others must
                # not wait.
                raise PassingError(error.code) from None
            if error.status not in _OF_A_PROXY:
                raise
            alone = doubts.failed(instance)
            if alone or (alone is None and self._has(study, instance) is not None):
                raise PassingError(f"http-{error.status}") from None
            raise
        doubts.passed(instance)

    def _ask(self, request: httpx2.Request, limit: int, answers: Sequence[int] = ()) -> _Answer:
        """What is answered, in at most `limit` bytes; a status of `answers` is an answer as well as
        those of success."""
        # A peer that drips would never run into the timeout of one read.
        end = monotonic() + 5 * self._timeout
        try:
            with closing(self._client.send(request, stream=True)) as answer:
                if not answer.is_success and answer.status_code not in answers:
                    raise _error_of(answer)
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > limit:
                        raise LastingError("file-too-large")
                    if monotonic() > end:
                        raise SilentError("timed-out")
                media_type = answer.headers.get("Content-Type", "")
                return _Answer(answer.status_code, media_type, bytes(body))
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol) as error:
            raise DownError(fault_of(error) or "unreachable") from None
        except httpx2.TimeoutException:
            raise SilentError("timed-out") from None
        except httpx2.RequestError:
            raise PassingError("cut-off") from None


def _error_of(answer: httpx2.Response) -> WorkerError:
    status = answer.status_code
    if status in _DOWN:
        return _StatusError(status, _seconds(answer.headers))
    return PassingError(f"http-{status}")


def _seconds(headers: Mapping[str, str]) -> float:
    """For which the archive asks to be left alone; 0 where it does not."""
    after = headers.get("Retry-After", "").strip()
    if after.isdecimal():
        return float(after)
    until = _moment(after)
    if until is None:
        return 0
    # By its own clock, where it tells that.
    now = _moment(headers.get("Date", "")) or datetime.now(UTC)
    return max(0.0, (until - now).total_seconds())


def _moment(text: str) -> datetime | None:
    """Of a date as HTTP writes it."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC)


def _uid(said: Mapping[str, Any]) -> str:
    """Of an instance; empty where the archive does not say it."""
    return str(next(iter(values(said, _INSTANCE)), ""))


def place_of(said: Mapping[str, Any]) -> Place | None:
    """Where an instance of a QIDO-RS answer lies; None where the answer does not say so
    properly."""
    uids = [next(iter(values(said, tag)), "") for tag in (_STUDY, _SERIES, _INSTANCE)]
    if not all(isinstance(uid, str) and _UID.fullmatch(uid) for uid in uids):
        return None
    return Place(*uids)


def modality_of(said: Mapping[str, Any]) -> str:
    """The modality that QIDO-RS said; empty where it did not."""
    return _text(said, _MODALITY)


def class_of(said: Mapping[str, Any]) -> str:
    """As `modality_of`, of the SOP class."""
    return _text(said, _CLASS)


def _text(said: Mapping[str, Any], tag: str) -> str:
    found = next(iter(values(said, tag)), "")
    return found.strip(" \0") if isinstance(found, str) else ""


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # no JSON, or nested past all measure
        raise PassingError("bad-answer") from None
