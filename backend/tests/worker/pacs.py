"""A small DICOMweb archive in memory that can have a bad day. Nothing here is a patient's."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qs, urlsplit

from pydicom import dcmread

from cxr_severity.worker.items import Place

_INSTANCE = re.compile(r"/dicom-web/studies/([^/]+)/series/([^/]+)/instances/([^/]+)")


WRAPPED = (
    'multipart/related; type="application/dicom"; boundary=mark',
    b"--mark\r\nContent-Type: application/dicom\r\n\r\n%s\r\n--mark--\r\n",
)


class FakePacs:
    """What happens next is taken from `mishaps`, a list of words for each kind of request.

    `ok` (as when nothing is left), a status like `500`, `hang` (no answer until the end), `half`
    (cut in the middle), `drop` (the connection closes), `garbage`, `nested` (JSON deeper than any
    reader goes), and for `store` also
    `half-stored` (stored, and no answer), `full` and `bad-object` (PS3.18's failure reasons),
    `unlisted` (200 and a list of what was stored that is empty, as Orthanc says with a full disk).
    `answers` are statuses and bodies that the next objects get instead, none of which is stored.
    Instances that are `forbidden` are listed, and not given out; those of `statuses` are answered
    with that one, to fetching and storing alike. `files` are given out in the place of the film's
    own, and `wrapped` is how a film is, with its boundary, and what media type that is said to be.
    `classes` are SOP classes that are listed.
    """

    def __init__(self) -> None:
        self.films: dict[str, tuple[Place, bytes, str]] = {}
        self.stored: dict[str, bytes] = {}
        self.times_stored: Counter[str] = Counter()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.mishaps: dict[str, list[str]] = {"search": [], "fetch": [], "store": []}
        self.always: dict[str, str] = {}
        self.answers: list[tuple[int, bytes]] = []
        self.forbidden: set[str] = set()
        self.statuses: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.classes: dict[str, str] = {}
        self.wrapped = WRAPPED
        self.pages = True
        self.retry_after = "0"
        self.over = Event()
        self.lock = Lock()
        self.url = ""

    def add(self, place: Place, data: bytes, modality: str = "CR") -> None:
        self.films[place.instance] = (place, data, modality)

    def next_mishap(self, kind: str) -> str:
        with self.lock:
            waiting = self.mishaps[kind]
            return waiting.pop(0) if waiting else self.always.get(kind, "ok")


@contextmanager
def running(pacs: FakePacs) -> Iterator[FakePacs]:
    class Handler(_Handler):
        archive = pacs

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    pacs.url = f"http://127.0.0.1:{server.server_address[1]}/dicom-web"
    try:
        yield pacs
    finally:
        pacs.over.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    archive: FakePacs
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's
        pass

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        found = _INSTANCE.fullmatch(parts.path)
        if found is None:
            query = {key: values[0] for key, values in parse_qs(parts.query).items()}
            self.archive.asked.append((parts.path, query))
            self._answer("search", "application/dicom+json", self._found(query))
            return
        film = self.archive.films.get(found[3])
        if film is None or film[0] != Place(*found.groups()):
            self._send(404, "text/plain", b"")
            return
        if found[3] in self.archive.forbidden:
            self._send(403, "text/plain", b"")
            return
        data = self.archive.files.get(found[3], film[1])
        kind, around = self.archive.wrapped
        self._end(self._mishap("fetch", found[3]), kind, around.replace(b"%s", data))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        data = body[body.index(b"\r\n\r\n") + 4 : body.rindex(b"\r\n--")]
        instance = str(dcmread(BytesIO(data), specific_tags=["SOPInstanceUID"]).SOPInstanceUID)
        if self.archive.answers:
            self._send(self.archive.answers[0][0], "", self.archive.answers.pop(0)[1])
            return
        mishap = self._mishap("store", instance)
        reasons = {"full": 0xA700, "bad-object": 0xA900}
        said: dict[str, Any] = {}
        if mishap in reasons:
            failed = {"00081155": _value(instance), "00081197": _value(reasons[mishap])}
            said = {"00081198": _value(failed)}
        elif mishap == "unlisted":
            said = {"00081198": {"vr": "SQ"}, "00081199": {"vr": "SQ"}}
        elif mishap in ("ok", "half-stored"):
            with self.archive.lock:
                self.archive.stored.setdefault(instance, data)
                self.archive.times_stored[instance] += 1
            said = {"00081199": _value({"00081155": _value(instance)})}
        status = 409 if mishap in reasons else 200
        mishap = {"half-stored": "drop"}.get(mishap, "ok" if mishap in reasons else mishap)
        self._end(mishap, "application/dicom+json", json.dumps(said).encode(), status)

    def _found(self, query: dict[str, str]) -> bytes:
        first = query.get("StudyDate", "").rstrip("-")
        films = [
            film
            for film in self.archive.films.values()
            if query.get("Modality", film[2]) == film[2]
            and query.get("SOPInstanceUID", film[0].instance) == film[0].instance
            and (not first or _date(film[1]) >= first)
        ]
        start = int(query["offset"]) if self.archive.pages else 0
        return json.dumps(
            [
                {
                    "0020000D": _value(place.study),
                    "0020000E": _value(place.series),
                    "00080018": _value(place.instance),
                    **self._class(place.instance),
                }
                for place, _, _ in films[start : start + int(query["limit"])]
            ]
        ).encode()

    def _class(self, instance: str) -> dict[str, Any]:
        found = self.archive.classes.get(instance)
        return {"00080016": _value(found)} if found else {}

    def _mishap(self, kind: str, instance: str) -> str:
        return self.archive.statuses.get(instance) or self.archive.next_mishap(kind)

    def _answer(self, kind: str, media_type: str, body: bytes) -> None:
        self._end(self.archive.next_mishap(kind), media_type, body)

    def _end(self, mishap: str, media_type: str, body: bytes, status: int = 200) -> None:
        if mishap == "hang":
            self.archive.over.wait()
            self.close_connection = True
        elif mishap == "drop":
            self.close_connection = True
        elif mishap == "half":
            self._send(status, media_type, body, body[: len(body) // 2])
            self.close_connection = True
        elif mishap == "garbage":
            self._send(status, media_type, b"<html>Sorry</html>")
        elif mishap == "nested":
            self._send(status, media_type, b"[" * 100_000 + b"]" * 100_000)
        elif mishap.isdecimal():
            self._send(int(mishap), "text/plain", b"PACS of Doe^Jane is unwell")
        else:
            self._send(status, media_type, body)

    def _send(self, status: int, kind: str, body: bytes, sent: bytes | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 503:
            self.send_header("Retry-After", self.archive.retry_after)
        self.end_headers()
        self.wfile.write(body if sent is None else sent)


def _date(data: bytes) -> str:
    return str(dcmread(BytesIO(data), specific_tags=["StudyDate"]).get("StudyDate", ""))


def _value(value: object) -> dict[str, Any]:
    return {"vr": "UN", "Value": [value]}
