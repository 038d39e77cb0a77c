"""Archives as other systems make them: names in old code pages, other compression, no film."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from fastapi.testclient import TestClient
from problems import assert_problem
from waiting import until_ready

from cxr_severity.api.app import create_app
from cxr_severity.api.batch.archive import COMPRESSION, NOT_ONE, UNMEASURED, files_of
from cxr_severity.api.body_memory import BodyMemory, Share
from cxr_severity.api.routes.batch import AFTER_BODY
from cxr_severity.settings import Settings

from .sent import lines_of, zipped

ZIP = {"Content-Type": "application/zip"}


@pytest.fixture(scope="module")
def client(random_version: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings.of(weights=random_version.parent))) as client:
        until_ready(client)
        yield client


def _named(*names: bytes) -> bytes:
    """An archive whose names are these bytes, without the flag for UTF-8."""
    stand_ins = {bytes([65 + i]) * len(name): name for i, name in enumerate(names)}
    content = zipped({name.decode(): bytes(10) for name in stand_ins}, zipfile.ZIP_STORED)
    for stand_in, name in stand_ins.items():
        content = content.replace(stand_in, name)
    return content


GBK = [name.encode("gbk") for name in ("王小明.png", "李小明.png", "王小红.png")]


@pytest.mark.parametrize(
    ("names", "read"),
    [
        (GBK, [name.decode("cp437") for name in GBK]),
        (["Müller.png".encode("cp437")], ["Müller.png"]),
        (["Müller.png".encode()], ["Müller.png"]),
        ([b"film.png"], ["film.png"]),
    ],
)
def test_names_in_an_old_code_page_stay_apart(names: list[bytes], read: list[str]) -> None:
    content = _named(*names)
    share = Share(BodyMemory(10**9))
    found = [item.name for item in files_of([content], 1_000, share, anyio.run)]
    assert found == read
    assert len(set(found)) == len(names)
    if any(not name.isascii() for name in names) and read[0].encode() != names[0]:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert found == archive.namelist(), "as `score` reads them"


def test_names_of_a_form_stay_apart_too(client: TestClient) -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="file"; filename="%b"\r\n\r\nx\r\n'
    body = b"".join(part % name for name in GBK) + b"--b--\r\n"
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    lines = lines_of(client.post("/predict/batch", content=body, headers=headers).text)
    assert len({line["name"] for line in lines}) == len(GBK)
    assert "\N{REPLACEMENT CHARACTER}" not in "".join(line["name"] for line in lines)


@pytest.mark.parametrize("files", [{}, {"STUDY/": b"", "DICOMDIR": b"x"}])
def test_an_archive_without_films_alone_is_a_problem(
    client: TestClient, files: dict[str, bytes]
) -> None:
    alone = client.post("/predict/batch", content=zipped(files), headers=ZIP)
    body = assert_problem(alone, 422, "missing-field")
    assert body["detail"] == "The archive holds no image."
    parts = [("file", ("empty.zip", zipped(files)))]
    assert_problem(client.post("/predict/batch", files=parts), 422, "missing-field")
    parts.append(("file", ("a", b"1")))
    lines = lines_of(client.post("/predict/batch", files=parts).text)
    assert [line["name"] for line in lines] == ["a"]


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2])
def test_compressions_beside_deflate_are_read(client: TestClient, compression: int) -> None:
    content = zipped({"film": b"text" * 20}, compression)
    (line,) = lines_of(client.post("/predict/batch", content=content, headers=ZIP).text)
    assert line["error"]["code"] == "not-an-image"


DAMAGED = "The archive is damaged, or in part encrypted."


@pytest.mark.parametrize("after_body", [{}, {AFTER_BODY: "1"}])
@pytest.mark.parametrize(
    ("content", "detail"),
    [
        (b"PK\x03\x04" + b"garbage" * 1_000, DAMAGED),
        (zipped({"film": bytes(range(256)) * 300})[:-500], DAMAGED),
        (
            zipped({"folder/": b"", "DICOMDIR": b"x", "film": bytes(range(256)) * 300})[:250],
            DAMAGED,
        ),
        (zipped({"film": b"text" * 20}, zipfile.ZIP_LZMA), COMPRESSION),
    ],
)
def test_an_archive_of_which_no_image_can_be_read_is_a_problem(
    client: TestClient, content: bytes, detail: str, after_body: dict[str, str]
) -> None:
    answer = client.post("/predict/batch", content=content, headers={**ZIP, **after_body})
    assert assert_problem(answer, 422, "archive-damaged")["detail"] == detail
    # Of a form it is one of several, and has its line as any other file that cannot be read.
    parts = [("file", ("a.zip", content)), ("file", ("b", b"text"))]
    first, second = lines_of(client.post("/predict/batch", files=parts).text)
    assert (first["error"]["code"], first["error"]["detail"]) == ("archive-damaged", detail)
    assert second["error"]["code"] == "not-an-image"


def test_an_archive_that_unpacks_to_too_much_has_the_status_of_that(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cxr_severity.api.batch.archive._MOST_WASTED", 1_000)
    bomb = zipped({"DICOMDIR": bytes(40_000_000), "film": b"text"})
    answer = client.post("/predict/batch", content=bomb, headers=ZIP)
    assert_problem(answer, 413, "archive-too-large")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/x-ndjson", 200),
        ("text/csv;q=0.9, */*;q=0.1", 200),
        ("application/*", 200),
        ("text/csv", 406),
        ("application/json", 406),
        ("application/x-ndjson;q=0, */*", 406),
    ],
)
def test_lines_are_given_to_who_asks_for_them(client: TestClient, accept: str, status: int) -> None:
    files = {"file": ("a", b"1")}
    answer = client.post("/predict/batch", files=files, headers={"Accept": accept})
    assert answer.status_code == status
    if status != 200:
        body = assert_problem(answer, 406, "not-acceptable")
        assert "application/x-ndjson;" in body["detail"]


def test_what_is_stored_without_its_length_is_not_called_damaged(client: TestClient) -> None:
    """As Python writes to what it cannot go back in."""

    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.written += bytes(data)
            return len(data)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w") as archive:
        archive.writestr("film.png", b"x" * 100)
    answer = client.post("/predict/batch", content=pipe.written, headers=ZIP)
    assert assert_problem(answer, 422, "archive-damaged")["detail"] == UNMEASURED


def test_folders_and_ways_out_written_with_backslashes() -> None:
    """As some programs for Windows write them."""
    content = _named(
        b"STUDY\\", b"STUDY\\a.png", b"..\\x.png", b"../.hidden", b"..\\.x\\a", b"S\\.DS_Store"
    )
    share = Share(BodyMemory(10**9))
    found = list(files_of([content], 1_000, share, anyio.run))
    assert [item.name for item in found] == [
        r"STUDY\a.png", r"..\x.png", "../.hidden", r"..\.x\a",
    ]  # fmt: skip
    codes = [getattr(getattr(item.content, "kind", None), "code", None) for item in found]
    assert codes == [None, "unsafe-path", "unsafe-path", "unsafe-path"]


def test_a_damaged_archive_in_a_form_is_told_by_its_name(client: TestClient) -> None:
    whole = zipped({"a.png": b"first" * 2000})
    files = [("file", ("ward 7.zip", whole[: len(whole) // 2])), ("file", ("b.png", b"x"))]
    lines = lines_of(client.post("/predict/batch", files=files).text)
    told = [(line["name"], line["error"]["code"]) for line in lines]
    assert told[-2:] == [("ward 7.zip", "archive-damaged"), ("b.png", "not-an-image")]


def test_what_stands_behind_an_archive_is_not_lost_without_a_line(client: TestClient) -> None:
    one, two = zipped({"one.png": b"1"}), zipped({"two.png": b"2"})
    lines = lines_of(client.post("/predict/batch", content=one + two, headers=ZIP).text)
    assert [line["name"] for line in lines] == ["one.png", ""]
    error = lines[1]["error"]
    assert (error["code"], error["detail"]) == ("archive-damaged", NOT_ONE)
    alone = client.post("/predict/batch", content=zipped({}) + two, headers=ZIP)
    assert_problem(alone, 422, "archive-damaged")
