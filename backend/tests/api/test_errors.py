"""Every failure has the one form, a stable code, and no 500 among them."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from PIL import Image
from problems import assert_problem, send
from support import SAMPLES
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.imaging import errors as imaging
from cxr_severity.interop.bodies.kinds import KINDS
from cxr_severity.interop.bodies.problem import as_problem
from cxr_severity.settings import Settings

LIMIT = 1_000_000


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    settings = Settings.of(
        weights=random_version.parent,
        max_upload_bytes=LIMIT,
        cors_origins=["https://viewer.example"],
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        until_ready(client)
        yield client


START = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'


def picture(file_format: str, mode: str = "L", size: tuple[int, int] = (64, 64)) -> bytes:
    buffer = io.BytesIO()
    Image.new(mode, size).save(buffer, file_format)
    return buffer.getvalue()


def bomb() -> bytes:
    """A PNG of 30000 x 30000 pixels in a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + kind + data + checksum

    side = (30_000).to_bytes(4, "big")
    header = side + side + bytes([8, 0, 0, 0, 0])
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels)


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "empty-file"),
        (b"not an image at all\n" * 9, 422, "not-an-image"),
        (picture("GIF"), 415, "unsupported-format"),
        (picture("BMP"), 415, "unsupported-format"),
        (b"%PDF-1.7\n" + bytes(100), 415, "unsupported-format"),
        (SAMPLES[0].read_bytes()[:5000], 422, "damaged-image"),
        (picture("PNG", size=(1, 1)), 422, "image-too-small"),
        (picture("PNG"), 422, "image-without-contrast"),
        (picture("JPEG", mode="CMYK"), 422, "unsupported-colour-space"),
        (bomb(), 413, "image-too-large"),
        (bytes(LIMIT + 1), 413, "file-too-large"),
        (bytes(LIMIT * 3), 413, "file-too-large"),
    ],
)
def test_what_is_no_radiograph(client: TestClient, data: bytes, status: int, code: str) -> None:
    assert_problem(send(client, data), status, code)


def test_a_missing_field(client: TestClient) -> None:
    assert_problem(client.post("/predict"), 422, "missing-field")
    assert_problem(client.post("/predict", files={"image": b"x"}), 422, "missing-field")


FORM = {"content-type": "multipart/form-data; boundary=b"}
END = b"\r\n--b--\r\n"


@pytest.mark.parametrize(
    "start",
    [
        START.replace(b'; filename="a"', b""),
        b"This is a message of several parts.\r\n\r\n" + START,
        b"\r\n" + START,
        b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n' + START,
    ],
    ids=["no file name", "preamble", "empty line", "other field"],
)
def test_forms_that_are_legal_are_read(client: TestClient, start: bytes) -> None:
    body = start + SAMPLES[0].read_bytes() + END
    answer = client.post("/predict?explain=false", content=body, headers=FORM)
    assert answer.status_code == 200, answer.text
    digest = hashlib.sha256(SAMPLES[0].read_bytes()).hexdigest()
    assert answer.json()["input"]["sha256"] == digest


@pytest.mark.parametrize("kept", [0.3, 0.99])
def test_a_cut_upload_is_called_so(client: TestClient, kept: float) -> None:
    whole = START + SAMPLES[0].read_bytes() + END
    cut = whole[: int(len(whole) * kept)]
    assert_problem(client.post("/predict", content=cut, headers=FORM), 400, "incomplete-upload")


def test_a_form_without_a_name_or_a_part(client: TestClient) -> None:
    nameless = b"--b\r\nContent-Type: image/png\r\n\r\nx" + END
    for body in (nameless, bytes(100_000), b"--c\r\n"):
        answer = client.post("/predict", content=body, headers=FORM)
        assert_problem(answer, 400, "malformed-request")
    assert_problem(client.post("/predict", content=b"", headers=FORM), 422, "missing-field")


def test_an_encoded_body_is_refused(client: TestClient) -> None:
    body = gzip.compress(START + SAMPLES[0].read_bytes() + END)
    headers = {**FORM, "content-encoding": "gzip"}
    answer = client.post("/predict", content=body, headers=headers)
    assert_problem(answer, 415, "unsupported-encoding")
    assert answer.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("path", ["/predict?EXPLAIN=false", "/models?explain=false"])
def test_an_unknown_parameter_is_refused_by_its_name(client: TestClient, path: str) -> None:
    send_ = client.post if path.startswith("/predict") else client.get
    body = assert_problem(send_(path), 422, "unknown-parameter")
    assert repr(path.partition("?")[2].partition("=")[0]) in body["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/models",
        "/limits",
        "/health/live",
        "/problems/busy",
        "/docs",
        "/nothing",
        "/v2/models/none",
    ],
)
def test_head_is_answered_as_get_without_its_body(client: TestClient, path: str) -> None:
    get, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-length"] == get.headers["content-length"]


def test_two_files(client: TestClient) -> None:
    files = [("file", ("a.png", b"a")), ("file", ("b.png", b"b"))]
    assert_problem(client.post("/predict", files=files), 422, "invalid-request")


@pytest.mark.parametrize(
    ("content_type", "status", "code"),
    [
        ("multipart/form-data", 400, "malformed-request"),
        ("multipart/form-data; boundary=b", 400, "malformed-request"),
        ("application/json", 415, "unsupported-media-type"),
        ("application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        ("image/gif", 415, "unsupported-media-type"),
        ("", 415, "unsupported-media-type"),
    ],
)
def test_a_body_that_is_no_form(
    client: TestClient, content_type: str, status: int, code: str
) -> None:
    response = client.post("/predict", content=b"x" * 50, headers={"content-type": content_type})
    assert_problem(response, status, code)


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"target": "critical"}, 422, "unknown-target"),
        ({"target": ""}, 422, "unknown-target"),
        ({"version": "9.9.9"}, 404, "unknown-version"),
        ({"version": "../../etc"}, 404, "unknown-version"),
        ({"version": "0.9.0\x00"}, 404, "unknown-version"),
        ({"explain": "perhaps"}, 422, "invalid-request"),
    ],
)
def test_a_parameter_out_of_range(
    client: TestClient, query: dict[str, str], status: int, code: str
) -> None:
    assert_problem(send(client, SAMPLES[0].read_bytes(), **query), status, code)


def test_frameworks_own_errors_take_the_form(client: TestClient) -> None:
    assert_problem(client.put("/predict"), 405, "method-not-allowed")
    assert client.put("/predict").headers["allow"] == "POST"
    assert_problem(client.get("/models/9.9.9"), 404, "unknown-version")
    assert_problem(client.get("/models/9.9.9/card"), 404, "unknown-version")
    assert_problem(client.get("/problems/nothing"), 404, "not-found")
    assert_problem(client.get("/nowhere/at/all"), 404, "not-found")


@pytest.mark.parametrize("charset", ["undefined", "utf-16", "punycode", "nonsense"])
def test_the_forms_charset_is_not_believed(client: TestClient, charset: str) -> None:
    body = START + SAMPLES[0].read_bytes() + b"\r\n--b--\r\n"
    headers = {"content-type": f"multipart/form-data; boundary=b; charset={charset}"}
    assert client.post("/predict", content=body, headers=headers).status_code == 200


def test_a_range_is_ignored(client: TestClient) -> None:
    for value in ("foo", "bytes=999999999-"):
        assert client.get("/health/live", headers={"range": value}).status_code == 200
        assert client.get("/", headers={"range": value}).status_code == 200


def test_an_unforeseen_failure_is_told_without_its_message(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret of patient 17")

    monkeypatch.setattr("cxr_severity.service.decoding.processes.decode", fail)
    body = assert_problem(send(client, SAMPLES[0].read_bytes()), 500, "internal-error")
    assert "secret" not in str(body)
    origin = {"origin": "https://viewer.example"}
    response = client.post("/predict", files={"file": SAMPLES[0].read_bytes()}, headers=origin)
    assert response.status_code == 500
    assert response.headers["access-control-allow-origin"] == "https://viewer.example"
    assert response.headers["content-security-policy"]


def test_a_refused_upload_is_not_read_to_its_end() -> None:
    """The limit answers from `Content-Length`, or once the limit is passed, not at the end."""
    import anyio

    from cxr_severity.api.upload import MULTIPART_OVERHEAD, BodyLimit

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass

    async def run(headers: list[tuple[bytes, bytes]]) -> tuple[int, list[Any]]:
        read, sent = 0, []

        async def receive() -> dict[str, Any]:
            nonlocal read
            read += 1
            return {"type": "http.request", "body": bytes(10_000), "more_body": True}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "path": "/predict", "headers": headers}
        try:
            await BodyLimit(app, 100_000)(scope, receive, send)
        except imaging.FileTooLargeError:
            sent.append("refused")
        return read, sent

    read, sent = anyio.run(run, [(b"content-length", b"999999")])
    assert read == 0
    assert sent[0]["status"] == 413
    read, sent = anyio.run(run, [])
    assert read == (100_000 + MULTIPART_OVERHEAD) // 10_000 + 1
    assert sent == ["refused"]


def test_every_image_error_has_a_kind_with_a_status() -> None:
    def leaves(kind: type[imaging.InputRefusedError]) -> Iterator[type[imaging.InputRefusedError]]:
        for child in kind.__subclasses__():
            yield child
            yield from leaves(child)

    for error in leaves(imaging.InputRefusedError):
        assert KINDS[error.code].title == error.title
        assert 400 <= KINDS[error.code].status < 500


@pytest.mark.parametrize("code", sorted(KINDS))
def test_every_type_can_be_looked_up(client: TestClient, code: str) -> None:
    body = client.get(as_problem(code, "x").type).json()
    assert body["code"] == code
    assert body["advice"]


def test_errors_carry_the_security_headers_and_cors(client: TestClient) -> None:
    origin = {"origin": "https://viewer.example"}
    response = client.post("/predict", files={"file": b"x"}, headers=origin)
    assert response.headers["access-control-allow-origin"] == "https://viewer.example"
    assert response.headers["x-content-type-options"] == "nosniff"
    other = client.get("/models", headers={"origin": "https://elsewhere.example"})
    assert "access-control-allow-origin" not in other.headers
