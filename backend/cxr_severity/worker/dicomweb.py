"""An archive by DICOMweb (PS3.18): finding instances, fetching one, storing one.

Built on httpx and not on dicomweb-client: that hands out data sets parsed by pydicom, while the
bytes must be judged as they are stored; and it bounds neither the size of an answer nor its time.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

import httpx2

from cxr_severity.worker.datasets import values
from cxr_severity.worker.faults import DownError, LastingError, PassingError, WorkerError
from cxr_severity.worker.items import Place, Result
from cxr_severity.worker.stow import check_stored
from cxr_severity.worker.tls import fault_of, trusting

_JSON = "application/dicom+json"
_DICOM = 'multipart/related; type="application/dicom"'
_STUDY, _SERIES, _INSTANCE = "0020000D", "0020000E", "00080018"
_MODALITY = "00080060"
_UID = re.compile(r"[0-9.]{1,64}")
_PAGE = 100
_LARGEST_PAGE = 64_000_000
_DOWN = {
    401: "not-allowed", 403: "not-allowed", 429: "busy", 503: "busy",
    # Of a proxy, which says so of the archive behind it.
    502: "unreachable", 504: "unreachable",
}  # fmt: skip


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
        404, others by 400 or 500. Of the first page it means a URL that is wrong."""
        if code == "http-404" or not code.startswith("http-"):
            return code == "http-404"
        try:  # nothing is left where the last instance that it listed is the last of all
            return len(self._listed(query, offset - 1, 2)) == 1
        except WorkerError:
            return False

    def _listed(self, query: Mapping[str, str], offset: int, limit: int) -> list[Mapping[str, Any]]:
        asked = {**query, "limit": str(limit), "offset": str(offset)}
        body = self._ask(
            "GET", "instances", _LARGEST_PAGE, params=asked, accept=_JSON, of_one=False
        )
        found = _json(body) if body else []
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise PassingError("bad-answer")
        return found

    def fetch(self, place: Place) -> bytes:
        """The instance's file by WADO-RS, in whatever encoding it is stored."""
        path = f"studies/{place.study}/series/{place.series}/instances/{place.instance}"
        # A bound on what surrounds the file, too.
        limit = self._largest + 10_000
        kind: list[str] = []
        body = self._ask("GET", path, limit, accept=f"{_DICOM}; transfer-syntax=*", kind=kind)
        return _only_part(body, kind[0])

    def store(self, study: str, result: Result) -> None:
        """Store one instance in its study by STOW-RS; one that is there already is stored.

        Where the answer does not tell, QIDO-RS does.
        """
        boundary = secrets.token_hex(16)
        head = f"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n".encode()
        conflict: list[int] = []
        body = self._ask(
            "POST",
            f"studies/{study}",
            _LARGEST_PAGE,
            accept=_JSON,
            content=head + result.data + f"\r\n--{boundary}--\r\n".encode(),
            content_type=f"{_DICOM}; boundary={boundary}",
            conflict=conflict,
        )
        told = check_stored(body, result.instance, conflict=bool(conflict))
        if not told and not self._has(study, result.instance):
            raise PassingError("http-409" if conflict else "bad-answer")

    def _has(self, study: str, instance: str) -> bool:
        """Whether the archive lists the instance; false where it does not answer that."""
        query = {"StudyInstanceUID": study, "SOPInstanceUID": instance}
        try:
            # An archive that ignores the keys would list all that it holds.
            first = islice(self.search(query), _PAGE)
            return any(values(each, _INSTANCE) == [instance] for each in first)
        except WorkerError:
            return False

    def _ask(
        self,
        method: str,
        path: str,
        limit: int,
        *,
        accept: str,
        params: Mapping[str, str] | None = None,
        content: bytes | None = None,
        content_type: str = "",
        kind: list[str] | None = None,
        conflict: list[int] | None = None,
        of_one: bool = True,
    ) -> bytes:
        """The body of an answer, at most `limit` bytes; its media type is added to `kind`, and to
        `conflict` the status 409, whose body is an answer too. With `of_one` a 403 is about one
        instance, and not about all that the archive has."""
        headers = {"Accept": accept} | ({"Content-Type": content_type} if content_type else {})
        # A peer that drips would never run into the timeout of one read.
        end = monotonic() + 5 * self._timeout
        try:
            with self._client.stream(
                method, f"{self._url}/{path}", params=params, headers=headers, content=content
            ) as answer:
                if conflict is not None and answer.status_code == 409:
                    conflict.append(409)
                else:
                    _check_status(answer, of_one=of_one)
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > limit:
                        raise LastingError("file-too-large")
                    if monotonic() > end:
                        raise PassingError("timed-out")
                if kind is not None:
                    kind.append(answer.headers.get("Content-Type", ""))
                return bytes(body)
        except (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol) as error:
            raise DownError(fault_of(error) or "unreachable") from None
        except httpx2.TimeoutException:
            raise PassingError("timed-out") from None
        except httpx2.RequestError:
            raise PassingError("cut-off") from None


def _check_status(answer: httpx2.Response, *, of_one: bool) -> None:
    status = answer.status_code
    if answer.is_success:
        return
    # As of a patient whose films are kept from the worker: those of all others must not wait.
    if status == 403 and of_one:
        raise PassingError("not-allowed")
    if status in _DOWN:
        after = answer.headers.get("Retry-After", "")
        raise DownError(_DOWN[status], float(after) if after.isdecimal() else 0)
    raise PassingError(f"http-{status}")


def _only_part(body: bytes, kind: str) -> bytes:
    """The file in a multipart answer of one part.

    Raises:
        PassingError: it is not complete, or no such answer.
    """
    if kind.lower().startswith("application/dicom"):
        return body
    found = re.search(r'boundary="?([^";,]+)', kind)
    if not found:
        raise PassingError("bad-answer")
    mark = b"--" + found[1].strip().encode("latin-1")
    start = body.find(b"\r\n\r\n", max(0, body.find(mark)))
    if not body.startswith((mark, b"\r\n" + mark)) or start < 0:
        raise PassingError("bad-answer")
    end = body.find(b"\r\n" + mark, start)
    if end < 0:
        raise PassingError("cut-off")
    return body[start + 4 : end]


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
    found = next(iter(values(said, _MODALITY)), "")
    return found if isinstance(found, str) else ""


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):  # no JSON, or nested past all measure
        raise PassingError("bad-answer") from None
