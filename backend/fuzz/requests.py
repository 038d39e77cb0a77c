"""Requests with mutated files, fields and heads, each known by two numbers: a seed and an index."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from fuzz.mutate import mutated

_BOUNDARY = b"fuzz-boundary"
_QUERIES = (
    "explain=false",
    "explain=false",
    "explain=false&force=true",
    "force=true&target=predicted&size=64",
    "explain=perhaps",
    "target=%00&size=-1",
    "version=9.9.9",
    "EXPLAIN=false",
)
_ACCEPTS = (
    "application/json",
    "application/json",
    "application/dicom",
    "application/fhir+json",
    "application/pdf",
    "text/csv",
    "application/x-ndjson",
    "image/*;q=x",
)
_IMAGE_TYPES = ("image/png", "image/jpeg", "image/tiff", "application/dicom")
_INFER = (
    b'{"inputs": [{"name": "image", "shape": [1, 1], "datatype": "BYTES", "data": ["aGFsbG8="]}],'
    b' "parameters": {"force": true}, "outputs": [{"name": "severity"}]}'
)


@dataclass(frozen=True, slots=True)
class Sent:
    """The bytes of a request."""

    data: bytes
    whole: bool
    """Whether its head is intact, so that an answer is owed; else the connection may just close."""


def request(seeds: Sequence[bytes], seed: int, index: int) -> Sent:
    """Number `index` of the requests that `seed` gives. `seeds`: files to begin with."""
    rng = random.Random(seed << 40 | index)  # noqa: S311 - repeatable is what is wanted
    film = mutated(seeds, seed, index)
    kind = rng.random()
    query = rng.choice(_QUERIES)
    accept = rng.choice(_ACCEPTS)
    if kind < 0.65:
        sent = _post(f"/predict?{query}", _form([film]), _FORM, accept)
    elif kind < 0.75:
        sent = _post(f"/v1/predict?{query}", film, rng.choice(_IMAGE_TYPES), accept)
    elif kind < 0.85:
        films = [film, rng.choice(seeds), mutated(seeds, seed, index + (1 << 32))]
        sent = _post("/predict/batch", _form(films[: rng.randint(1, 3)]), _FORM, accept)
    elif kind < 0.92:
        body = mutated([_INFER], seed, index)
        sent = _post("/v2/models/cxr-severity/infer", body, "application/json", accept)
    else:
        whole = _post(f"/predict?{query}", _form([film]), _FORM, accept)
        return Sent(mutated([whole], seed, index), whole=False)
    return Sent(sent, whole=True)


_FORM = f"multipart/form-data; boundary={_BOUNDARY.decode()}"


def _post(target: str, body: bytes, media_type: str, accept: str) -> bytes:
    head = (
        f"POST {target} HTTP/1.1\r\nHost: fuzz\r\nConnection: close\r\nAccept: {accept}\r\n"
        f"Content-Type: {media_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def _form(films: Sequence[bytes]) -> bytes:
    head = b'Content-Disposition: form-data; name="file"; filename="film"'
    parts = (b"--" + _BOUNDARY + b"\r\n" + head + b"\r\n\r\n" + film + b"\r\n" for film in films)
    return b"".join(parts) + b"--" + _BOUNDARY + b"--\r\n"
