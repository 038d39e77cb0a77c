"""POST /predict/batch: a line for each image, whatever is wrong with another."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from problems import assert_problem
from support import SAMPLES
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.api.multipart import _described
from cxr_severity.settings import Settings

from .sent import lines_of, zipped

IMAGES = [path.read_bytes() for path in SAMPLES[:2]]
FORCE = {"force": "true"}


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    settings = Settings.of(weights=random_version.parent, max_upload_bytes=1_000_000)
    with TestClient(create_app(settings)) as client:
        until_ready(client)
        yield client


def test_items_are_counted_as_they_came_those_of_archives_too(client: TestClient) -> None:
    parts = [
        ("file", ("a", b"1")),
        ("file", ("z", zipped({f"{i}": bytes([65 + i]) * 50_000 for i in range(8)}))),
        ("file", ("b", b"2")),
        ("file", ("broken", zipped({"x": b"3"})[:-40])),
        ("file", ("c", b"4")),
    ]
    lines = lines_of(client.post("/predict/batch", files=parts, params=FORCE).text)
    assert [line["name"] for line in lines if line["name"] != ""] == [
        "a", *map(str, range(8)), "b", "x", "broken", "c",
    ]  # fmt: skip


def test_each_file_is_a_line_and_an_error_ends_nothing(client: TestClient) -> None:
    parts = [
        ("file", ("a.png", IMAGES[0])),
        ("file", ("empty", b"")),
        ("file", ("text", b"no image")),
        ("file", ("large", b"\x89PNG\r\n\x1a\n" + bytes(1_000_001))),
        ("file", ("b.png", IMAGES[1])),
    ]
    answer = client.post("/predict/batch", files=parts, params=FORCE)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/x-ndjson"
    lines = lines_of(answer.text)
    assert [line["name"] for line in lines] == [name for _, (name, _) in parts]
    codes = [line.get("error", {}).get("code") for line in lines]
    assert codes == [None, "empty-file", "not-an-image", "file-too-large", None]
    alone = client.post(
        "/predict", files={"file": ("x", IMAGES[0])}, params={**FORCE, "explain": "false"}
    ).json()
    result = lines[0]["result"]
    assert result["input"] == alone["input"]
    assert result["probabilities"] == pytest.approx(alone["probabilities"], abs=1e-5)
    assert result["explanation"] is None


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("as_part", [False, True])
def test_an_archive_is_read_with_its_folders(
    client: TestClient, compression: int, as_part: bool
) -> None:
    archive = zipped(
        {
            "DICOMDIR": b"x" * 200,
            "STUDY/": b"",
            "STUDY/IM1": IMAGES[0],
            "__MACOSX/STUDY/._IM1": b"x",
            ".hidden/IM1": IMAGES[0],
            "STUDY/.IM1": IMAGES[0],
            "../../etc/passwd": IMAGES[0],
            "/absolute": IMAGES[0],
            "C:\\x.png": IMAGES[0],
            "STUDY/README.TXT": b"text",
            "STUDY/IM..2": IMAGES[1],
        },
        compression,
    )
    if as_part:
        parts = [("file", ("one.zip", archive)), ("file", ("a.png", IMAGES[0]))]
        answer = client.post("/predict/batch", files=parts, params=FORCE)
    else:
        headers = {"Content-Type": "application/zip"}
        answer = client.post("/predict/batch", content=archive, headers=headers, params=FORCE)
    found = {line["name"]: line.get("error", {}).get("code") for line in lines_of(answer.text)}
    expected = {
        "STUDY/IM1": None,
        "../../etc/passwd": "unsafe-path",
        "/absolute": "unsafe-path",
        "C:\\x.png": "unsafe-path",
        "STUDY/README.TXT": "not-an-image",
        "STUDY/IM..2": None,
    }
    assert found == ({**expected, "a.png": None} if as_part else expected)


@pytest.mark.parametrize("content", [b"", b"PK", b"junk", IMAGES[0]])
def test_what_is_sent_as_an_archive_and_is_none_is_a_problem(
    client: TestClient, content: bytes
) -> None:
    headers = {"Content-Type": "application/zip"}
    answer = client.post("/predict/batch", content=content, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "archive-damaged")


def test_a_bomb_is_a_line_and_the_others_go_on(client: TestClient) -> None:
    archive = zipped({"bomb": bytes(40_000_000), "film": IMAGES[0]})
    headers = {"Content-Type": "application/zip"}
    answer = client.post("/predict/batch", content=archive, headers=headers, params=FORCE)
    first, second = lines_of(answer.text)
    assert first["error"]["code"] == "file-too-large"
    assert second["name"] == "film"
    assert "result" in second


def test_a_cut_archive_says_so_after_what_was_whole(client: TestClient) -> None:
    archive = zipped({"film": IMAGES[0], "other": IMAGES[1]})
    headers = {"Content-Type": "application/zip"}
    cut = archive[: len(IMAGES[0]) + 5_000]
    answer = client.post("/predict/batch", content=cut, headers=headers, params=FORCE)
    first, last = lines_of(answer.text)
    assert "result" in first
    assert last["error"]["code"] == "archive-damaged"


def test_what_is_no_batch_is_a_problem(client: TestClient) -> None:
    answer = client.post("/predict/batch", json={})
    assert_problem(answer, 415, "unsupported-media-type")
    answer = client.post("/predict/batch", headers={"Content-Type": "multipart/form-data"})
    assert_problem(answer, 400, "malformed-request")
    assert_problem(client.get("/predict/batch"), 405, "method-not-allowed")


def test_what_is_over_the_number_is_said_and_the_rest_not_read(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxr_severity.api.routes.batch.MOST_ITEMS", 3)
    parts = [("file", (str(number), b"x")) for number in range(6)]
    lines = lines_of(client.post("/predict/batch", files=parts).text)
    codes = [line["error"]["code"] for line in lines]
    assert codes == ["not-an-image"] * 3 + ["too-many-images"]


FORM = {"Content-Type": "multipart/form-data; boundary=b"}
PART = b"--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nx\r\n"


def test_a_form_that_is_cut_says_so_after_what_was_whole(client: TestClient) -> None:
    answer = client.post("/predict/batch", content=PART + PART[:-3], headers=FORM)
    assert answer.status_code == 200
    first, last = lines_of(answer.text)
    assert first["error"]["code"] == "not-an-image"
    assert (last["index"], last["error"]["code"]) == (1, "incomplete-upload")


@pytest.mark.parametrize(
    "fault",
    [
        PART.replace(b" name=file;", b""),
        PART.replace(b"Content-Disposition", b"Content Disposition"),
        PART.replace(b"\r\n\r\n", b"\r\nX-Long: " + b"y" * 9_000 + b"\r\n\r\n"),
    ],
)
def test_files_that_came_whole_before_a_malformed_part_have_their_lines(
    client: TestClient, fault: bytes
) -> None:
    """Whether they come with it at once or not."""
    for cut in (0, len(PART), 2 * len(PART), 2 * len(PART) + 10):
        body = PART * 2 + fault + PART + b"--b--\r\n"
        pieces = [piece for piece in (body[:cut], body[cut:]) if piece]
        answer = client.post("/predict/batch", content=iter(pieces), headers=FORM)
        assert answer.status_code == 200, answer.text
        told = [(line["name"], line["error"]["code"]) for line in lines_of(answer.text)]
        assert told == [("a", "not-an-image")] * 2 + [("", "malformed-request")]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (PART[:-3], 400, "incomplete-upload"),
        (b"--b\r\n-931--b--\r\n", 400, "malformed-request"),
        (b"no form at all", 400, "malformed-request"),
        (b"", 422, "missing-field"),
        (b"--b--\r\n", 422, "missing-field"),
        (PART.replace(b"name=file;", b"name=other;") + b"--b--\r\n", 422, "missing-field"),
        (PART.replace(b" name=file;", b"") + b"--b--\r\n", 400, "malformed-request"),
    ],
)
def test_what_cannot_be_read_before_its_first_image_is_a_problem(
    client: TestClient, body: bytes, status: int, code: str
) -> None:
    before = _counted(client, code)
    answer = client.post("/predict/batch", content=body, headers=FORM)
    assert_problem(answer, status, code)
    alone = client.post("/predict", content=body, headers=FORM)
    assert (alone.status_code, alone.json()["code"]) == (status, code), "as of one image"
    assert _counted(client, code) == before + 2


@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
@pytest.mark.parametrize(
    ("boundary", "status", "code"),
    [
        ("", 400, "malformed-request"),
        ("b" * 257, 400, "malformed-request"),
        ("b" * 10_000, 400, "malformed-request"),
        ('"b\\"b"', 400, "malformed-request"),
        ("b\\b", 400, "malformed-request"),
        ("b" * 256, 422, "not-an-image"),
        ('"b b"', 422, "not-an-image"),
    ],
)
def test_both_routes_take_the_same_boundaries(
    client: TestClient, path: str, boundary: str, status: int, code: str
) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    part = PART.replace(b"--b", b"--" + boundary.strip('"').encode())
    body = part + b"--" + boundary.strip('"').encode() + b"--\r\n"
    answer = client.post(path, content=body, headers=headers)
    if answer.status_code == 200:
        (line,) = lines_of(answer.text)
        assert line["error"]["code"] == code
    else:
        assert_problem(answer, status, code)


@pytest.mark.parametrize("path", ["/predict", "/predict/batch"])
def test_both_routes_bound_the_headers_of_a_part(client: TestClient, path: str) -> None:
    part = PART.replace(b"\r\n\r\n", b"\r\nX-Long: " + b"y" * 9_000 + b"\r\n\r\n")
    answer = client.post(path, content=part + b"--b--\r\n", headers=FORM)
    assert_problem(answer, 400, "malformed-request")


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (rb'"C:\\films\\x.png"', r"C:\films\x.png"),
        (rb'"C:\films\x.png"', r"C:\films\x.png"),
        (rb'"\\\\srv\\x.png"', r"\\srv\x.png"),
        (rb'"a; filename=b.png"', "a; filename=b.png"),
        (rb'"a\"b.png"', 'a"b.png'),
        (rb'"a; FILENAME*=b.png"', "a; FILENAME*=b.png"),
        (b"=?utf-8?B?6IO4?=; filename*=utf-8''%E8%83%B8.png", "胸.png"),
        (rb"; FILENAME* = ISO-8859-1'de'M%fcller.png", "Müller.png"),
        (rb"a; filename*=utf-8''%ff", "a"),
        (rb"a; filename*=utf-16''%00x", "a"),
        (rb"a; filename*=utf-8''b%00c", "a"),
        (rb"a; filename*=utf-8''b%0D%0Ac", "a"),
        (rb"a; filename*=iso-8859-1''b%9B1mc", "a"),
    ],
)
def test_names_are_told_as_they_were_sent(client: TestClient, sent: bytes, told: str) -> None:
    for equals in (b"=", b" = "):
        body = PART.replace(b"filename=a", b"FileName" + equals + sent) + b"--b--\r\n"
        (line,) = lines_of(client.post("/predict/batch", content=body, headers=FORM).text)
        assert line["name"] == told


def test_a_field_that_looks_like_a_file_name_is_told_as_it_was_sent() -> None:
    sent = b'form-data; name="f; filename*=x; filename=y"; filename="q"'
    assert _described(sent) == ("f; filename*=x; filename=y", "q")


def _counted(client: TestClient, code: str) -> float:
    lines = client.get("/metrics").text.splitlines()
    name = f'cxr_problems_total{{code="{code}"}} '
    return sum(float(line.removeprefix(name)) for line in lines if line.startswith(name))


def test_other_fields_are_passed_over(client: TestClient) -> None:
    body = PART.replace(b"name=file", b"name=other") + PART.replace(b"=a", b"=b") + b"--b--\r\n"
    (line,) = lines_of(client.post("/predict/batch", content=body, headers=FORM).text)
    assert (line["index"], line["name"], line["error"]["code"]) == (0, "b", "not-an-image")


def test_what_stands_before_the_first_boundary_is_passed_over(client: TestClient) -> None:
    body = b"A legal preamble.\r\n" + PART + b"--b--\r\n"
    (line,) = lines_of(client.post("/predict/batch", content=body, headers=FORM).text)
    assert (line["name"], line["error"]["code"]) == ("a", "not-an-image")
