"""What is one archive, and what is more than that."""

from __future__ import annotations

import io
import zipfile

import pytest
from batch.sent import zipped

from cxr_severity.service.archive_end import TAIL, Watched, is_one


def _commented(comment: bytes) -> bytes:
    out = io.BytesIO(zipped({"a": b"a"}))
    with zipfile.ZipFile(out, "a") as archive:
        archive.comment = comment
    return out.getvalue()


def _zip_64() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number in range(65_536):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    return out.getvalue()


ONE = zipped({"one": b"1" * 100, "two": b"2"})
LONG = _commented(b"c" * 65_535)


@pytest.mark.parametrize(
    ("content", "one"),
    [
        (ONE, True),
        (zipped({}), True),
        (LONG, True),
        (ONE + bytes(10_000), True),
        (ONE + ONE, False),
        (ONE + LONG, False),
        (ONE + zipped({}), False),
        (ONE + b"\x89PNG", False),
        (ONE + b"\x89PNG" + bytes(TAIL), False),
        (ONE[:-1], False),
        (b"", False),
    ],
)
def test_what_is_one_archive(content: bytes, one: bool) -> None:
    assert is_one(content[-TAIL:], len(content)) == one
    for size in (7, 100_000):
        watched = Watched(content[at : at + size] for at in range(0, len(content), size))
        assert b"".join(watched) == content
        assert watched.is_one == one


def test_an_archive_of_many_files_is_one() -> None:
    content = _zip_64()
    commented = content[:-2] + b"\xff\xff" + b"c" * 65_535
    for one in (content, content + bytes(10), commented):
        assert is_one(one[-TAIL:], len(one))
    for more in (content + content, ONE + content, commented + content, content + ONE):
        assert not is_one(more[-TAIL:], len(more))
